import type { Column } from '../../compiler/ir/expression.ts';
import type { Type } from '../../compiler/types/type.ts';
import { STATUS } from '../kernels/context.ts';
import { indexed, LANE_BYTES, storeParts } from '../kernels/memory.ts';
import { type Lane, laneOf, toLane } from '../kernels/value.ts';
import { i32, load, op } from '../wasm/ir.ts';
import type { Sink } from './emitter.ts';

/** Rows of a result batch. */
export const BATCH_ROWS = 2048;

/** A column of a batch: values at `offset`, one after the other; bytes of 1 for NULL at `nulls`. */
export interface BatchColumn {
  readonly name: string;
  readonly type: Type;
  readonly lane: Lane;
  readonly offset: number;
  readonly nulls: number;
}

export interface BatchLayout {
  readonly columns: readonly BatchColumn[];
  readonly bytes: number;
}

export function batchLayout(columns: readonly Column[]): BatchLayout {
  let at = 0;
  const take = (bytes: number): number => {
    const offset = at;
    at += (bytes + 63) & ~63;
    return offset;
  };
  const laid = columns.map(({ name, type }): BatchColumn => {
    const lane = laneOf(type);
    return { name, type, lane, offset: take(BATCH_ROWS * LANE_BYTES[lane]), nulls: take(BATCH_ROWS) };
  });
  return { columns: laid, bytes: Math.max(at, 64) };
}

/** Context offsets: u32 address of the batch, u32 rows in it. */
export interface ResultSlots {
  batch: number;
  count: number;
}

/** Puts rows into a columnar batch; stops with FULL when it has no room. */
export function resultSink(columns: readonly Column[], layout: BatchLayout, slots: ResultSlots): Sink {
  return {
    emit: (e, scope) => {
      const { k, ctx } = e;
      e.once(slots, () => {
        slots.batch = e.layout.reserve(4);
        slots.count = e.layout.reserve(4);
      });
      const count = k.local('i32', load('i32.load', ctx, slots.count));
      k.if(op('i32.ge_u', count, i32(BATCH_ROWS)), () => e.suspend(STATUS.FULL));
      const batch = k.local('i32', load('i32.load', ctx, slots.batch));
      columns.forEach((column, i) => {
        const target = layout.columns[i];
        if (target === undefined) return;
        const v = toLane(k, scope.column(column.id), target.lane);
        storeParts(k, v, indexed(batch, count, LANE_BYTES[target.lane]), target.offset);
        k.store('i32.store8', op('i32.add', batch, count), target.nulls, v.null_ ?? i32(0));
      });
      k.store('i32.store', ctx, slots.count, op('i32.add', count, i32(1)));
    },
  };
}
