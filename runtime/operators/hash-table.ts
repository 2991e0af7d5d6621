import { STATUS } from '../kernels/context.ts';
import { indexed, type RowLayout } from '../kernels/memory.ts';
import { asI64, type Val } from '../kernels/value.ts';
import {
  defineFunction,
  type Expr,
  type FunctionDefinition,
  i32,
  i64,
  type Local,
  load,
  op,
  select,
} from '../wasm/ir.ts';
import type { PipelineEmitter } from './emitter.ts';
import { equalKeys, hashKeys } from './keys.ts';
import { persistent, type RowBlocks, reserveRowBlocks, storeRow, takeRow } from './rows.ts';

/**
 * A hash table that finds or adds a row for a key. Rows lie in row blocks and begin with their 32-bit hash; the
 * directory is an open-addressed array of u64 entries, hash << 32 | row address, 0 = empty, probed linearly. When the
 * table is `limit` full the kernel stops with FULL and the driver doubles the directory, in bounded steps.
 *
 * Dense tables are for keys that are small integers or dictionary codes: the directory is an array of u32 row
 * addresses indexed by the keys' combined number, and nothing is hashed or compared.
 */
export interface HashTable {
  /** Context offsets, all u32. */
  readonly directory: number;
  readonly mask: number;
  readonly shift: number;
  readonly count: number;
  readonly limit: number;
  readonly blocks: RowBlocks;
  /** Entries of a dense directory; undefined: hashed. */
  readonly dense?: number | undefined;
}

/** Bytes before a row's key fields: the hash. */
export const HASH_HEADER = 8;

export function reserveHashTable(e: PipelineEmitter, dense: number | undefined): HashTable {
  const { layout } = e;
  return {
    directory: layout.reserve(4),
    mask: layout.reserve(4),
    shift: layout.reserve(4),
    count: layout.reserve(4),
    limit: layout.reserve(4),
    blocks: reserveRowBlocks(e),
    dense,
  };
}

/** One dimension of a dense table: the key's number is `value - low`, NULL is the last one. */
export interface DenseKey {
  readonly low: bigint;
  readonly size: number;
}

/** How keys number a dense table's entries; undefined where one of them has too many values or unknown ones. */
export function denseKeys(keys: readonly Val[], most: number): readonly DenseKey[] | undefined {
  let product = 1;
  const dense: DenseKey[] = [];
  for (const v of keys) {
    const nulls = v.null_ === undefined ? 0 : 1;
    let key: DenseKey | undefined;
    if (v.code !== undefined && v.codes !== undefined) key = { low: 0n, size: v.codes + nulls };
    else if ((v.lane === 'i32' || v.lane === 'i64') && v.range !== undefined) {
      const values = v.range[1] - v.range[0] + 1n;
      if (values <= BigInt(most)) key = { low: v.range[0], size: Number(values) + nulls };
    }
    if (v.type.kind === 'bool') key = { low: 0n, size: 2 + nulls };
    if (key === undefined) return undefined;
    product *= Math.max(key.size, 1);
    if (product > most) return undefined;
    dense.push(key);
  }
  return dense;
}

export function denseEntries(keys: readonly DenseKey[]): number {
  return keys.reduce((product, key) => product * Math.max(key.size, 1), 1);
}

function denseIndex(e: PipelineEmitter, keys: readonly Val[], dense: readonly DenseKey[]): Expr {
  let index: Expr | undefined;
  keys.forEach((v, i) => {
    const { low, size } = dense[i] ?? { low: 0n, size: 1 };
    const number = v.code !== undefined ? v.code : op('i32.wrap_i64', op('i64.sub', asI64(v), i64(low)));
    const own = v.null_ === undefined ? number : select(v.null_, i32(size - 1), number);
    index = index === undefined ? own : op('i32.add', op('i32.mul', index, i32(size)), own);
  });
  return e.k.keep(index ?? i32(0));
}

/** Everything in locals that a kernel call does not change. */
export interface OpenTable {
  readonly directory: Local;
  readonly mask: Local;
  readonly shift: Local;
  readonly lastKey: Local;
  readonly lastRow: Local;
}

export function openTable(e: PipelineEmitter, table: HashTable): OpenTable {
  const { k, ctx } = e;
  const open = {
    directory: k.local('i32'),
    mask: k.local('i32'),
    shift: k.local('i32'),
    lastKey: k.local('i64'),
    lastRow: k.local('i32'),
  };
  k.prologue(() => {
    k.set(open.directory, load('i32.load', ctx, table.directory));
    k.set(open.mask, load('i32.load', ctx, table.mask));
    k.set(open.shift, load('i32.load', ctx, table.shift));
  });
  return open;
}

/**
 * The address of the row with these keys; a new row has its keys stored and `onNew` run. `rowLayoutOf` has the keys as
 * its first fields.
 */
export function findOrAdd(
  e: PipelineEmitter,
  table: HashTable,
  keys: readonly Val[],
  dense: readonly DenseKey[] | undefined,
  layout: RowLayout,
  onNew: (row: Expr) => void,
): Local {
  const { k } = e;
  const open = openTable(e, table);
  const row = k.local('i32');
  const fields = layout.fields.slice(0, keys.length);

  const add = (hash: Expr, install: (row: Expr) => void): void =>
    addRow(e, table, hash, keys, layout, onNew, row, install);

  if (dense !== undefined) return findOrAddAt(e, table, denseIndex(e, keys, dense), keys, layout, onNew);

  const probe = (): void => {
    const hash = hashKeys(e, keys);
    const at = k.local('i32', op('i32.shr_u', hash, open.shift));
    k.block((found) => {
      k.loop((again) => {
        const slot = k.local('i32', indexed(open.directory, at, 8));
        const entry = k.local('i64', load('i64.load', slot));
        k.if(op('i64.eqz', entry), () => {
          add(hash, (fresh) => {
            const word = op(
              'i64.or',
              op('i64.shl', op('i64.extend_i32_u', hash), i64(32)),
              op('i64.extend_i32_u', fresh),
            );
            k.store('i64.store', slot, 0, word);
          });
          k.branch(found);
        });
        k.if(op('i32.eq', op('i32.wrap_i64', op('i64.shr_u', entry, i64(32))), hash), () => {
          k.set(row, op('i32.wrap_i64', entry));
          k.branch(
            found,
            equalKeys(
              e,
              row,
              fields,
              keys,
              keys.map(() => true),
            ),
          );
        });
        k.set(at, op('i32.and', op('i32.add', at, i32(1)), open.mask));
        k.branch(again);
      });
    });
  };

  // Runs of one key are common (clustered data): the last row is kept.
  const [only] = keys;
  if (
    keys.length === 1 &&
    only !== undefined &&
    only.null_ === undefined &&
    (only.lane === 'i32' || only.lane === 'i64')
  ) {
    const word = k.keep(asI64(only));
    k.if(
      op('i32.and', op('i64.eq', word, open.lastKey), op('i32.ne', open.lastRow, i32(0))),
      () => k.set(row, open.lastRow),
      () => {
        probe();
        k.set(open.lastKey, word);
        k.set(open.lastRow, row);
      },
    );
  } else probe();
  return row;
}

/** For dense tables: the row of entry `index`; its number stands in the row where others have their hash. */
export function findOrAddAt(
  e: PipelineEmitter,
  table: HashTable,
  index: Expr,
  keys: readonly Val[],
  layout: RowLayout,
  onNew: (row: Expr) => void,
): Local {
  const { k } = e;
  const open = openTable(e, table);
  const number = k.keep(index);
  const entry = k.keep(indexed(open.directory, number, 4));
  const row = k.local('i32', load('i32.load', entry));
  k.if(op('i32.eqz', row), () =>
    addRow(e, table, number, keys, layout, onNew, row, (fresh) => k.store('i32.store', entry, 0, fresh)),
  );
  return row;
}

function addRow(
  e: PipelineEmitter,
  table: HashTable,
  hash: Expr,
  keys: readonly Val[],
  layout: RowLayout,
  onNew: (row: Expr) => void,
  row: Local,
  install: (row: Expr) => void,
): void {
  const { k, ctx } = e;
  requireRoom(e, table);
  const kept = keys.map((v) => persistent(e, v));
  const fresh = takeRow(e, table.blocks, layout.size);
  k.store('i32.store', fresh, 0, hash);
  storeRow(e, fresh, layout.fields.slice(0, keys.length), kept);
  onNew(fresh);
  k.store('i32.store', ctx, table.count, op('i32.add', load('i32.load', ctx, table.count), i32(1)));
  install(fresh);
  k.set(row, fresh);
}

/** Stops with FULL when a row could not be added: the current block is full, or the directory is. */
export function requireRoom(e: PipelineEmitter, table: HashTable): void {
  const { k, ctx } = e;
  const blockFull = op('i32.eq', load('i32.load', ctx, table.blocks.next), load('i32.load', ctx, table.blocks.end));
  const full =
    table.dense === undefined
      ? op('i32.or', blockFull, op('i32.ge_u', load('i32.load', ctx, table.count), load('i32.load', ctx, table.limit)))
      : blockFull;
  k.if(full, () => e.suspend(STATUS.FULL));
}

/**
 * `rehash(from, to, rows, rowSize, directory, mask, shift)`: enters the rows `from` to `to` of a block into a
 * directory, by their stored hashes; all keys differ.
 */
export const rehash: FunctionDefinition = defineFunction(
  'rehash',
  ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  undefined,
  (k, from, to, rows, rowSize, directory, mask, shift) => {
    if (from === undefined || to === undefined || rows === undefined || rowSize === undefined) return;
    if (directory === undefined || mask === undefined || shift === undefined) return;
    const row = k.local('i32', op('i32.add', rows, op('i32.mul', from, rowSize)));
    k.while(
      () => op('i32.lt_u', from, to),
      () => {
        const hash = k.local('i32', load('i32.load', row));
        const at = k.local('i32', op('i32.shr_u', hash, shift));
        k.while(
          () => op('i64.ne', load('i64.load', indexed(directory, at, 8)), i64(0)),
          () => k.set(at, op('i32.and', op('i32.add', at, i32(1)), mask)),
        );
        const word = op('i64.or', op('i64.shl', op('i64.extend_i32_u', hash), i64(32)), op('i64.extend_i32_u', row));
        k.store('i64.store', indexed(directory, at, 8), 0, word);
        k.set(row, op('i32.add', row, rowSize));
        k.set(from, op('i32.add', from, i32(1)));
      },
    );
  },
);
