import type { Tuning } from '../../runtime/scheduler/task.ts';

/** Kernels stop all the time: every way of taking up their work again is gone. */
export const TINY: Partial<Tuning> = {
  loopBudget: 16,
  firstBlockBytes: 64,
  largestBlockBytes: 200,
  topSlack: 4,
  filterTrialRows: 8,
  radixRows: 2,
};

/** Operators go to disk with every few rows, several times over, in pages that a long text does not fit in. */
export const SPILLING: Partial<Tuning> = { ...TINY, spillRows: 3, spillPageBytes: 128 };
