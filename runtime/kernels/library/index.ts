import { anyPayload } from './any.ts';
import { viewHash } from './hash.ts';
import { viewCompare, viewEqualRest, viewHigh, viewLow, viewText } from './strings.ts';

/** Functions small and hot enough to be copied into the modules that use them. */
export const LIBRARY = { anyPayload, viewHash, viewCompare, viewEqualRest, viewHigh, viewLow, viewText };
