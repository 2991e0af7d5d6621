import type { ColumnFormat } from '../columns/chunk.ts';
import { DESCRIPTOR } from '../kernels/frame.ts';
import { constantBytes } from '../kernels/functions/constants.ts';
import { findAll } from '../kernels/functions/like.ts';
import { rowsWithBytes, splatByte } from '../kernels/library/search.ts';
import { indexed } from '../kernels/memory.ts';
import { call, type Expr, i32, type Local, load, op, select } from '../wasm/ir.ts';
import type { PipelineEmitter } from './emitter.ts';
import { GROUP } from './scan-range.ts';

/** Whether the texts of a stored column contain `needles` one behind the other; or do not, but are there. */
export interface ScanSearch {
  /** Position among the scan's stored columns. */
  readonly column: number;
  readonly format: ColumnFormat;
  /** At least one; none is empty. */
  readonly needles: readonly Uint8Array[];
  readonly negated: boolean;
}

/** So many rows of 16 are searched one by one. */
const SPARSE = 3;

/**
 * Generates the test of 16 rows: takes the bits of rows that fail out of `mask`. Their texts lie one behind the other, so
 * they are searched for the first needle as if they were one, and only rows that have it are looked at by themselves.
 */
export function searchMask(e: PipelineEmitter, morsel: Local, search: ScanSearch): (base: Expr, mask: Local) => void {
  const { k } = e;
  const { column, format, needles, negated } = search;
  const { kernel } = e.compiler;
  const at = DESCRIPTOR.columns + column * DESCRIPTOR.column.bytes;
  const needle = needles[0] ?? new Uint8Array(0);
  const bytes = constantBytes(kernel, needle);
  const [values, heap, validity, rows] = [k.local('i32'), k.local('i32'), k.local('i32'), k.local('i32')];
  const [first, last] = [k.local('v128'), k.local('v128')];
  k.prologue(() => {
    k.set(values, load('i32.load', morsel, at + DESCRIPTOR.column.values));
    k.set(heap, load('i32.load', morsel, at + DESCRIPTOR.column.heap));
    k.set(validity, load('i32.load', morsel, at + DESCRIPTOR.column.validity));
    k.set(rows, load('i32.load', morsel, DESCRIPTOR.rows));
    k.set(first, splatByte(bytes));
    k.set(last, splatByte(op('i32.add', bytes, i32(needle.length - 1))));
  });
  return (base, mask) => {
    k.if(mask, () => {
      const offsets = k.local('i32', indexed(values, base, 4));
      const candidates = k.local('i32', mask);
      k.if(op('i32.gt_u', op('i32.popcnt', mask), i32(SPARSE)), () => {
        const left = k.local('i32', op('i32.sub', rows, base));
        const count = select(op('i32.lt_u', left, i32(GROUP)), left, i32(GROUP));
        const found = call(rowsWithBytes, offsets, heap, count, bytes, i32(needle.length), first, last);
        k.set(candidates, op('i32.and', mask, found));
      });
      const matches = k.local('i32', i32(0));
      k.while(
        () => candidates,
        () => {
          const row = k.local('i32', op('i32.ctz', candidates));
          const offset = k.local('i32', indexed(offsets, row, 4));
          const start = k.local('i32', load('i32.load', offset));
          const length = k.local('i32', op('i32.sub', load('i32.load', offset, 4), start));
          k.block((fails) => {
            findAll(kernel, k.keep(op('i32.add', heap, start)), length, 0, 0, needles, fails);
            k.set(matches, op('i32.or', matches, op('i32.shl', i32(1), row)));
          });
          k.set(candidates, op('i32.and', candidates, op('i32.sub', candidates, i32(1))));
        },
      );
      k.set(mask, op('i32.and', mask, negated ? op('i32.xor', matches, i32(-1)) : matches));
      if (!format.nullable) return;
      k.if(validity, () => {
        const bits = load('i32.load16_u', op('i32.add', validity, op('i32.shr_u', base, i32(3))));
        k.set(mask, op('i32.and', mask, bits));
      });
    });
  };
}
