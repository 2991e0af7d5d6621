import type { FirstRows } from '../../compiler/physical/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import { type Field, indexed, loadField, type RowLayout } from '../kernels/memory.ts';
import type { Val } from '../kernels/value.ts';
import { defineFunction, type Expr, i32, i64, type Local, load, op } from '../wasm/ir.ts';
import type { PipelineEmitter } from './emitter.ts';
import { equalKeys, hashKeys } from './keys.ts';
import { compareKeys, type Key } from './sort-order.ts';

/**
 * The first rows of each partition while the rows come in no order: a table has the best ones so far of each partition, in
 * order, and a row that comes behind all of them where there are enough is not kept. Rows that are driven out of the table
 * later stay where they are: the sort drops nothing, and whoever numbers its rows finds the first ones.
 *
 * The table is a header and then open-addressed entries, probed linearly. It does not grow: when it is full, rows of
 * partitions that it does not have are kept. Without a table all rows are.
 */
export interface FirstRowsSlots {
  /** Context offsets: u32 each, and a u64 of the rows that were not kept. */
  readonly table: number;
  readonly shift: number;
  readonly dropped: number;
}

/** The table's header, u32 each: its entries - 1, those that are taken, and how many may be. */
export const FIRST_ROWS_TABLE = { mask: 0, taken: 4, limit: 8, bytes: 16 } as const;
/** An entry: the hash, the number of rows, and the rows' addresses in order. */
const ENTRY = { hash: 0, rows: 4, first: 8 } as const;

export function entryBytes(first: FirstRows): number {
  return ENTRY.first + first.count * 4;
}

export function reserveFirstRows(e: Pick<PipelineEmitter, 'layout'>): FirstRowsSlots {
  return { table: e.layout.reserve(4), shift: e.layout.reserve(4), dropped: e.layout.reserve(8) };
}

/** A row's values, where its partition's keys and its order are among them, and its layout. */
export interface RankedRow {
  readonly values: readonly Val[];
  readonly layout: RowLayout;
  readonly partition: readonly Key[];
  readonly order: readonly Key[];
}

/**
 * Code for a row: `keep` writes it and gives its address, and may stop the kernel before it does so; it is left out for
 * rows that are not among the first ones of their partition.
 */
export function keepFirstRows(
  e: PipelineEmitter,
  first: FirstRows,
  slots: FirstRowsSlots,
  { values, layout, partition, order }: RankedRow,
  keep: () => Local,
): void {
  const { k, ctx } = e;
  const rowValue = (key: Key): Val => {
    const v = values[key.field];
    if (v === undefined) throw internalError('a sort key without a value');
    return v;
  };
  const fieldOf = (key: Key): Field => {
    const field = layout.fields[key.field];
    if (field === undefined) throw internalError('a sort key without a field');
    return field;
  };
  const ties = first.by !== 'row_number';
  const table = k.local('i32');
  const shift = k.local('i32');
  const dropped = k.local('i64');
  k.prologue(() => {
    k.set(table, load('i32.load', ctx, slots.table));
    k.set(shift, load('i32.load', ctx, slots.shift));
    k.set(dropped, i64(0));
  });
  e.onExit(() =>
    k.store('i64.store', ctx, slots.dropped, op('i64.add', load('i64.load', ctx, slots.dropped), dropped)),
  );
  const hash = k.local('i32', i32(0));
  const entry = k.local('i32', i32(0));
  const wanted = k.local('i32', i32(1));
  const size = entryBytes(first);
  k.if(table, () => {
    const keys = partition.map(rowValue);
    k.set(hash, hashKeys(e, keys));
    const mask = k.local('i32', load('i32.load', table, FIRST_ROWS_TABLE.mask));
    const at = k.local('i32', op('i32.and', op('i32.shr_u', hash, shift), mask));
    const rows = k.local('i32');
    k.block((found) => {
      k.loop((again) => {
        k.set(entry, op('i32.add', op('i32.add', table, i32(FIRST_ROWS_TABLE.bytes)), op('i32.mul', at, i32(size))));
        k.set(rows, load('i32.load', entry, ENTRY.rows));
        k.branch(found, op('i32.eqz', rows));
        k.if(op('i32.eq', load('i32.load', entry, ENTRY.hash), hash), () => {
          const row = k.local('i32', load('i32.load', entry, ENTRY.first));
          const same = equalKeys(
            e,
            row,
            partition.map(fieldOf),
            keys,
            keys.map(() => true),
          );
          k.branch(found, same);
        });
        k.set(at, op('i32.and', op('i32.add', at, i32(1)), mask));
        k.branch(again);
      });
    });
    k.if(op('i32.eq', rows, i32(first.count)), () => {
      const bar = k.local('i32', load('i32.load', entry, ENTRY.first + (first.count - 1) * 4));
      const barValue = (key: Key): Val => loadField(k, bar, fieldOf(key));
      // Of rows with equal keys the one that came first has the lower row number; they share a rank.
      if (ties) {
        compareKeys(e, order, barValue, rowValue, (before) => k.set(wanted, before));
        k.set(wanted, op('i32.eqz', wanted));
      } else compareKeys(e, order, rowValue, barValue, (before) => k.set(wanted, before));
    });
  });
  const enter = enterFunction(e, first, order, fieldOf);
  k.if(
    wanted,
    () => {
      const row = keep();
      k.if(entry, () => k.call(enter, ctx, table, entry, hash, row));
    },
    () => k.set(dropped, op('i64.add', dropped, i64(1))),
  );
}

/** `enter(ctx, table, entry, hash, row)`: the row takes its place among the entry's, if it has one. */
function enterFunction(
  e: PipelineEmitter,
  first: FirstRows,
  order: readonly Key[],
  fieldOf: (key: Key) => Field,
): ReturnType<typeof defineFunction> {
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return defineFunction('enter_first', parameters, undefined, (k, ctx, table, entry, hash, row) => {
    if (ctx === undefined || table === undefined || entry === undefined) return;
    if (hash === undefined || row === undefined) return;
    const scope = { k, ctx, layout: e.layout };
    const isBefore = (a: Local, b: Local): Local => {
      const result = k.local('i32', i32(0));
      const reader = (at: Local) => (key: Key) => loadField(k, at, fieldOf(key));
      compareKeys(scope, order, reader(a), reader(b), (before) => k.set(result, before));
      return result;
    };
    const slot = (position: Expr): Expr => op('i32.add', indexed(entry, position, 4), i32(ENTRY.first));
    const rows = k.local('i32', load('i32.load', entry, ENTRY.rows));
    k.if(op('i32.eqz', rows), () => {
      const taken = k.local('i32', load('i32.load', table, FIRST_ROWS_TABLE.taken));
      k.if(op('i32.ge_u', taken, load('i32.load', table, FIRST_ROWS_TABLE.limit)), () => k.return());
      k.store('i32.store', table, FIRST_ROWS_TABLE.taken, op('i32.add', taken, i32(1)));
      k.store('i32.store', entry, ENTRY.hash, hash);
    });
    const low = k.local('i32', i32(0));
    const high = k.local('i32', rows);
    k.while(
      () => op('i32.lt_u', low, high),
      () => {
        const middle = k.local('i32', op('i32.shr_u', op('i32.add', low, high), i32(1)));
        const other = k.local('i32', load('i32.load', slot(middle)));
        k.if(
          isBefore(row, other),
          () => k.set(high, middle),
          () => k.set(low, op('i32.add', middle, i32(1))),
        );
      },
    );
    k.if(op('i32.ge_u', low, i32(first.count)), () => k.return());
    if (first.by === 'dense_rank') {
      // Only rows that differ count.
      k.if(low, () => {
        const other = k.local('i32', load('i32.load', slot(op('i32.sub', low, i32(1)))));
        k.if(op('i32.eqz', isBefore(other, row)), () => k.return());
      });
    }
    k.if(
      op('i32.eq', rows, i32(first.count)),
      () => k.set(rows, op('i32.sub', rows, i32(1))),
      () => k.store('i32.store', entry, ENTRY.rows, op('i32.add', rows, i32(1))),
    );
    k.copy(slot(op('i32.add', low, i32(1))), slot(low), op('i32.shl', op('i32.sub', rows, low), i32(2)));
    k.store('i32.store', slot(low), 0, row);
  });
}
