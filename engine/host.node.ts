import { availableParallelism, totalmem } from 'node:os';

export function availableThreads(): number {
  return availableParallelism();
}

/** Bytes that this process may have, if that is known. */
export function machineMemory(): number | undefined {
  // 0 or more than there is: nothing is set for the process.
  const constrained = process.constrainedMemory() ?? 0;
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
