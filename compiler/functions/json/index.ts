import type { ScalarFunction } from '../declaration.ts';
import { JSONPATH_FUNCTIONS } from '../jsonpath/functions.ts';
import { JSON_ACCESS } from './access.ts';
import { JSON_CHANGES } from './changes.ts';
import { JSON_CONSTRUCTORS } from './construct.ts';
import { DUCK_JSON } from './duck.ts';
import { JSON_SETS } from './sets.ts';

/** Every scalar function over json and jsonb. */
export const JSON_FUNCTIONS: readonly ScalarFunction[] = [
  ...JSON_ACCESS,
  ...JSON_CHANGES,
  ...JSON_CONSTRUCTORS,
  ...JSON_SETS,
  ...DUCK_JSON,
  ...JSONPATH_FUNCTIONS,
];
