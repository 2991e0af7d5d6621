import { type Field, indexed, loadField } from '../kernels/memory.ts';
import { asI64, part, type Val } from '../kernels/value.ts';
import { defineFunction, type Expr, type FunctionDefinition, i32, i64, type Local, load, op } from '../wasm/ir.ts';
import { BUILD_ROW, eachBuildRow } from './build-rows.ts';
import type { PipelineEmitter } from './emitter.ts';

/**
 * Build rows whose integer key ascends need no table: the first rows of all keys form a list in the keys' order, and a
 * probe side that ascends too walks along it (a merge join). What is in no order finds its place by a sparse index, the
 * list's every `STRIDE`th row, so that the order decides about speed only.
 */
export interface KeyOrder {
  /** Address of the index's entries, and their number without a last one that closes it. */
  readonly index: number;
  readonly entries: number;
  readonly low: bigint;
  readonly high: bigint;
}

export const NO_ORDER: KeyOrder = { index: 0, entries: 0, low: 0n, high: -1n };

/** Keys from one entry of the index to the next. */
export const STRIDE = 16;
/** i64 key, u32 row. */
export const ENTRY = { key: 0, row: 8, bytes: 16 } as const;
/** A run of ascending rows: u32 the first and the last key's first rows, u32 its entries, i64 both keys. */
export const RUN = { first: 0, last: 4, entries: 8, low: 16, high: 24, bytes: 32 } as const;
/** State between calls of `link_ordered`. */
export const ORDER_STATE = {
  head: 0,
  left: 4,
  key: 8,
  entry: 16,
  run: 20,
  runsEnd: 24,
  chained: 28,
  bytes: 32,
} as const;

/** `link_ordered(rows, count, state) -> 0 if there are too many runs`. */
export function linkOrdered(size: number, field: Field): FunctionDefinition {
  return defineFunction('link_ordered', ['i32', 'i32', 'i32'], 'i32', (k, rows, count, state) => {
    if (rows === undefined || count === undefined || state === undefined) return;
    const head = k.local('i32', load('i32.load', state, ORDER_STATE.head));
    const last = k.local('i64', load('i64.load', state, ORDER_STATE.key));
    const left = k.local('i32', load('i32.load', state, ORDER_STATE.left));
    const entry = k.local('i32', load('i32.load', state, ORDER_STATE.entry));
    const run = k.local('i32', load('i32.load', state, ORDER_STATE.run));
    const chained = k.local('i32', load('i32.load', state, ORDER_STATE.chained));
    const isFirst = k.local('i32');
    eachBuildRow(k, rows, count, size, (row) => {
      const key = k.local('i64', asI64(loadField(k, row, field)));
      k.set(isFirst, op('i32.eqz', head));
      k.block((done) => {
        k.if(op('i32.and', op('i64.eq', key, last), op('i32.eqz', isFirst)), () => {
          k.store('i32.store', row, BUILD_ROW.next, load('i32.load', head, BUILD_ROW.next));
          k.store('i32.store', head, BUILD_ROW.next, row);
          k.set(chained, op('i32.add', chained, i32(1)));
          k.branch(done);
        });
        k.if(
          op('i32.or', isFirst, op('i64.lt_s', key, last)),
          () => {
            k.if(op('i32.eq', run, load('i32.load', state, ORDER_STATE.runsEnd)), () => k.return(i32(0)));
            k.if(head, () => {
              const before = op('i32.sub', run, i32(RUN.bytes));
              k.store('i32.store', before, RUN.last, head);
              k.store('i64.store', before, RUN.high, last);
            });
            k.store('i32.store', run, RUN.first, row);
            k.store('i32.store', run, RUN.entries, entry);
            k.store('i64.store', run, RUN.low, key);
            k.set(run, op('i32.add', run, i32(RUN.bytes)));
            k.set(left, i32(0));
          },
          () => k.store('i32.store', head, BUILD_ROW.following, row),
        );
        k.if(op('i32.eqz', left), () => {
          k.store('i64.store', entry, ENTRY.key, key);
          k.store('i32.store', entry, ENTRY.row, row);
          k.set(entry, op('i32.add', entry, i32(ENTRY.bytes)));
          k.set(left, i32(STRIDE));
        });
        k.set(left, op('i32.sub', left, i32(1)));
        k.set(head, row);
        k.set(last, key);
      });
    });
    k.store('i32.store', state, ORDER_STATE.head, head);
    k.store('i64.store', state, ORDER_STATE.key, last);
    k.store('i32.store', state, ORDER_STATE.left, left);
    k.store('i32.store', state, ORDER_STATE.entry, entry);
    k.store('i32.store', state, ORDER_STATE.run, run);
    k.store('i32.store', state, ORDER_STATE.chained, chained);
    k.return(i32(1));
  });
}

/** Sets `found` to the first build row with the key, if there is one. */
export function findInOrder(e: PipelineEmitter, order: () => KeyOrder, field: Field, value: Val, found: Local): void {
  const { k } = e;
  const index = e.constantWord(() => order().index);
  const entries = e.constantWord(() => order().entries);
  const low = e.constantLong(() => order().low);
  const high = e.constantLong(() => order().high);
  const slot = k.local('i32');
  const at = k.local('i32');
  const atKey = k.local('i64');
  // The row looked for stands at `at` or behind it while keys are at least `from` and less than `to`.
  const from = k.local('i64');
  const to = k.local('i64');
  k.prologue(() => {
    k.set(from, i64(0));
    k.set(to, i64(0));
    k.set(slot, entries);
  });
  const wide = value.lane === 'i128';
  const key = k.local('i64', wide ? part(value) : asI64(value));
  const walk = (): void => {
    k.while(
      () => op('i64.lt_s', atKey, key),
      () => {
        k.set(at, load('i32.load', at, BUILD_ROW.following));
        k.set(atKey, asI64(loadField(k, at, field)));
      },
    );
    k.set(from, key);
    k.if(op('i64.eq', atKey, key), () => k.set(found, at));
  };
  const within = (): Expr => op('i32.and', op('i64.ge_s', key, low), op('i64.le_s', key, high));
  const reach = wide ? op('i32.and', within(), op('i64.eq', part(value, 1), op('i64.shr_s', key, i64(63)))) : within();
  k.if(reach, () => {
    k.if(op('i32.eqz', op('i32.and', op('i64.ge_s', key, from), op('i64.lt_s', key, to))), () => {
      const first = k.local('i32', i32(0));
      const end = k.local('i32', entries);
      const following = k.local('i32', op('i32.add', slot, i32(1)));
      const inNext = op(
        'i64.lt_s',
        key,
        load('i64.load', indexed(index, following, ENTRY.bytes), ENTRY.bytes + ENTRY.key),
      );
      k.if(op('i32.and', op('i64.ge_s', key, to), op('i32.and', op('i32.lt_u', following, entries), inNext)), () => {
        k.set(first, following);
        k.set(end, op('i32.add', following, i32(1)));
      });
      k.while(
        () => op('i32.gt_u', op('i32.sub', end, first), i32(1)),
        () => {
          const middle = k.local('i32', op('i32.shr_u', op('i32.add', first, end), i32(1)));
          k.if(
            op('i64.le_s', load('i64.load', indexed(index, middle, ENTRY.bytes), ENTRY.key), key),
            () => k.set(first, middle),
            () => k.set(end, middle),
          );
        },
      );
      k.set(slot, first);
      const entry = k.local('i32', indexed(index, first, ENTRY.bytes));
      k.set(at, load('i32.load', entry, ENTRY.row));
      k.set(atKey, load('i64.load', entry, ENTRY.key));
      k.set(to, load('i64.load', entry, ENTRY.bytes + ENTRY.key));
    });
    walk();
  });
}
