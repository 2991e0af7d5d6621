import { type FunctionBuilder, i32, type Local, load, op } from '../wasm/ir.ts';

/**
 * The build side of a hash join. Rows begin with u32 address of the next row with the same key, u32 hash, and a word
 * of flags. The directory is made when all rows are there: open addressing over u64 entries, hash << 32 | first row of
 * the key; or, for one integer key of a small enough span, an array of u32 row addresses.
 */
export const BUILD_ROW = { next: 0, hash: 4, flags: 8, following: 12, header: 16 } as const;
export const MATCHED = 1;
/** A row whose key is NULL matches nothing; it is kept only where unmatched build rows are put out. */
export const NULL_KEY = 2;

/** Rows whose key is NULL are left out. */
export function eachBuildRow(
  k: FunctionBuilder,
  rows: Local,
  count: Local,
  size: number,
  build: (row: Local) => void,
): void {
  const row = k.local('i32', rows);
  k.while(
    () => count,
    () => {
      k.if(op('i32.eqz', op('i32.and', load('i32.load', row, BUILD_ROW.flags), i32(NULL_KEY))), () => build(row));
      k.set(row, op('i32.add', row, i32(size)));
      k.set(count, op('i32.sub', count, i32(1)));
    },
  );
}
