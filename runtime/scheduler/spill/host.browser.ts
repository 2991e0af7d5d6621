import { internalError } from '../../../compiler/types/error.ts';
import type { SpillFile, SpillHost } from './host.ts';

/** A page has no disk: what does not fit in memory is refused. */
export function createSpillHost(_folder?: string): SpillHost | undefined {
  return undefined;
}

export function spillFileOf(_descriptor: number): SpillFile {
  throw internalError('there are no temporary files in a browser');
}
