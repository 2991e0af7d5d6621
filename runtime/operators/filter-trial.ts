import { CONTEXT } from '../kernels/context.ts';
import { type Expr, i64, type Local, load, op } from '../wasm/ir.ts';
import type { PipelineEmitter } from './emitter.ts';

/** A filter that may be left out, since it drops only rows that would be dropped later. */
export interface TriedFilter {
  /** Rows that must have been tested before a filter that drops few of them is left out. */
  readonly trialRows: number;
  /** Context offsets of the numbers of rows tested and dropped, u64 both; known when the code has been generated. */
  totals: { readonly tested: number; readonly dropped: number } | undefined;
}

/** A filter is of use if it drops one of so many rows. */
const DROPS_ONE_OF = 8n;

/** Locals of a filter's code: whether it is to be applied, and rows of this call that were tested and dropped. */
export interface Trial {
  readonly active: Local;
  readonly tested: Local;
  readonly dropped: Local;
}

/**
 * A filter that turns out to drop few rows is left out for some morsels, after which it is tried again. That is decided
 * when a morsel begins: a kernel that stopped inside must find its way back to the same row.
 */
export function openTrial(e: PipelineEmitter, filter: TriedFilter): Trial {
  const { k, ctx, layout } = e;
  const totals = { tested: layout.reserve(8), dropped: layout.reserve(8) };
  filter.totals = totals;
  const trial = { active: layout.reserve(4), tested: layout.reserve(8), dropped: layout.reserve(8) };
  const trialRows = e.constantLong(BigInt(filter.trialRows));
  const open: Trial = { active: k.local('i32'), tested: k.local('i64'), dropped: k.local('i64') };
  k.prologue(() => {
    k.set(open.active, load('i32.load', ctx, trial.active));
    const isBegun = op('i32.or', load('i32.load', ctx, CONTEXT.cursor), load('i32.load', ctx, CONTEXT.resume));
    k.if(op('i32.eqz', isBegun), () => {
      const tested = k.local('i64', load('i64.load', ctx, trial.tested));
      const dropped = k.local('i64', load('i64.load', ctx, trial.dropped));
      const isNew = op('i64.lt_u', tested, trialRows);
      const isUseful = op('i64.ge_u', op('i64.mul', dropped, i64(DROPS_ONE_OF)), tested);
      k.set(open.active, op('i32.or', isNew, isUseful));
      k.if(op('i32.eqz', open.active), () => {
        k.store('i64.store', ctx, trial.tested, op('i64.shr_u', tested, i64(1)));
        k.store('i64.store', ctx, trial.dropped, op('i64.shr_u', dropped, i64(1)));
      });
      k.store('i32.store', ctx, trial.active, open.active);
    });
  });
  const addTo = (slot: number, value: Expr): void =>
    k.store('i64.store', ctx, slot, op('i64.add', load('i64.load', ctx, slot), value));
  e.onExit(() => {
    for (const slots of [totals, trial]) {
      addTo(slots.tested, open.tested);
      addTo(slots.dropped, open.dropped);
    }
  });
  return open;
}
