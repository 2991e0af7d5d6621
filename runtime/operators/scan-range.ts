import type { ColumnFormat } from '../columns/chunk.ts';
import { DESCRIPTOR } from '../kernels/frame.ts';
import { indexed } from '../kernels/memory.ts';
import { type Expr, i32, i64, type Local, load, op, select } from '../wasm/ir.ts';
import type { PipelineEmitter } from './emitter.ts';

/** Rows of a mask: one 16-byte vector of the narrowest values. */
export const GROUP = 16;

/**
 * low ≤ column ≤ high over raw integers, or over the codes of a dictionary; empty when low > high. A row whose value
 * is NULL is outside.
 */
export interface ScanRange {
  /** Position among the scan's stored columns. */
  readonly column: number;
  readonly format: ColumnFormat;
  readonly low: bigint;
  readonly high: bigint;
}

/** Generates a mask of 16 rows: bit i is set if row `base + i` is in the range. `base` is a multiple of 16. */
export function rangeMask(e: PipelineEmitter, morsel: Local, range: ScanRange): (base: Expr) => Expr {
  const { k } = e;
  const { width, nullable } = range.format;
  const at = DESCRIPTOR.columns + range.column * DESCRIPTOR.column.bytes;
  const values = k.local('i32');
  const validity = k.local('i32');
  // Encoded values are unsigned: raw - base. The bounds are brought there, once a morsel.
  const low = k.local('i64');
  const span = k.local('i64');
  const possible = k.local('i32');
  const most = width === 8 ? 0x7fff_ffff_ffff_ffffn : (1n << BigInt(width * 8)) - 1n;
  const lowest = e.constantLong(BigInt.asIntN(64, range.low));
  const highest = e.constantLong(BigInt.asIntN(64, range.high));
  k.prologue(() => {
    k.set(values, load('i32.load', morsel, at + DESCRIPTOR.column.values));
    k.set(validity, load('i32.load', morsel, at + DESCRIPTOR.column.validity));
    const base = load('i64.load', morsel, at + DESCRIPTOR.column.base);
    if (width === 8) {
      // The whole 64 bits may be in use: compare raw values.
      k.set(low, lowest);
      k.set(span, highest);
      k.set(possible, op('i64.le_s', lowest, highest));
      return;
    }
    // Bounds lie within the column's type, so differences to a base of at most 2^63 are clamped before they are taken.
    const first = k.local('i64', select(op('i64.gt_s', lowest, base), op('i64.sub', lowest, base), i64(0)));
    const last = k.local('i64', op('i64.sub', highest, base));
    k.set(possible, op('i32.and', op('i64.ge_s', highest, base), op('i64.le_u', first, i64(most))));
    k.set(last, select(op('i64.gt_u', last, i64(most)), i64(most), last));
    k.set(possible, op('i32.and', possible, op('i64.le_u', first, last)));
    k.set(low, first);
    k.set(span, op('i64.sub', last, first));
  });
  const inRange = width === 8 ? scalarMask(e, morsel, at, values, low, span) : vectorMask(e, width, values, low, span);
  return (base) => {
    const mask = k.local('i32', i32(0));
    k.if(possible, () => {
      k.set(mask, inRange(base));
      if (!nullable) return;
      k.if(validity, () => {
        const bits = load('i32.load16_u', op('i32.add', validity, op('i32.shr_u', base, i32(3))));
        k.set(mask, op('i32.and', mask, bits));
      });
    });
    return mask;
  };
}

function vectorMask(e: PipelineEmitter, width: number, values: Expr, low: Expr, span: Expr): (base: Expr) => Expr {
  const { k } = e;
  const shape = width === 1 ? 'i8x16' : width === 2 ? 'i16x8' : 'i32x4';
  const splat = (value: Expr): Local => {
    const local = k.local('v128');
    k.prologue(() => k.set(local, op(`${shape}.splat`, op('i32.wrap_i64', value))));
    return local;
  };
  const lows = splat(low);
  const spans = splat(span);
  return (base) => {
    const address = k.local('i32', indexed(values, base, width));
    // value - low wraps round for smaller values, which are then larger than the span.
    const part = (i: number): Expr =>
      op(`${shape}.le_u`, op(`${shape}.sub`, load('v128.load', address, i * 16), lows), spans);
    if (width === 1) return op('i8x16.bitmask', part(0));
    if (width === 2) return op('i8x16.bitmask', op('i8x16.narrow_i16x8_s', part(0), part(1)));
    const pair = (i: number): Expr => op('i16x8.narrow_i32x4_s', part(i), part(i + 1));
    return op('i8x16.bitmask', op('i8x16.narrow_i16x8_s', pair(0), pair(2)));
  };
}

/** For values of 8 bytes: one by one. */
function scalarMask(
  e: PipelineEmitter,
  morsel: Expr,
  at: number,
  values: Expr,
  low: Expr,
  high: Expr,
): (base: Expr) => Expr {
  const { k } = e;
  const frameBase = k.local('i64');
  k.prologue(() => k.set(frameBase, load('i64.load', morsel, at + DESCRIPTOR.column.base)));
  return (base) => {
    const address = k.local('i32', indexed(values, base, 8));
    const bits = k.local('i32', i32(0));
    const i = k.local('i32', i32(0));
    k.while(
      () => op('i32.lt_u', i, i32(GROUP)),
      () => {
        const value = k.local('i64', op('i64.add', load('i64.load', indexed(address, i, 8)), frameBase));
        const holds = op('i32.and', op('i64.ge_s', value, low), op('i64.le_s', value, high));
        k.set(bits, op('i32.or', bits, op('i32.shl', holds, i)));
        k.set(i, op('i32.add', i, i32(1)));
      },
    );
    return bits;
  };
}
