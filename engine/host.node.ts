import { availableParallelism } from 'node:os';

export function availableThreads(): number {
  return availableParallelism();
}
