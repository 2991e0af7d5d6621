import type { ColumnFormat } from '../columns/chunk.ts';
import { DESCRIPTOR } from '../kernels/frame.ts';
import { indexed } from '../kernels/memory.ts';
import { type Expr, i32, i64, type Local, load, op } from '../wasm/ir.ts';
import type { PipelineEmitter } from './emitter.ts';

export type Comparator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

interface Side {
  /** Position among the scan's stored columns. */
  readonly column: number;
  readonly format: ColumnFormat;
}

/** A comparison of two stored columns of integers of one type, whose values all lie close together. */
export interface ScanComparison {
  readonly fn: Comparator;
  readonly left: Side;
  readonly right: Side;
  /** No more than all values of both, which are less than 2^31 above it. */
  readonly origin: bigint;
}

const CLOSE = 2n ** 31n;

/** The comparison, if it can be made of encoded values. */
export function scanComparison(fn: Comparator, left: Side, right: Side): ScanComparison | undefined {
  const isFit = ({ format }: Side): boolean =>
    format.encoding === 'integers' && (format.width === 2 || format.width === 4);
  const [a, b] = [left.format.range, right.format.range];
  if (!isFit(left) || !isFit(right) || a === undefined || b === undefined) return undefined;
  let [origin, high] = a;
  if (b[0] < origin) origin = b[0];
  if (b[1] > high) high = b[1];
  return high - origin < CLOSE ? { fn, left, right, origin } : undefined;
}

/** Generates a mask of 16 rows: bit i is set if the comparison holds for row `base + i`; not where a side is NULL. */
export function compareMask(e: PipelineEmitter, morsel: Local, comparison: ScanComparison): (base: Expr) => Expr {
  const { k } = e;
  const { fn, origin } = comparison;
  const swapped = fn === 'gt' || fn === 'le';
  const sides = swapped ? [comparison.right, comparison.left] : [comparison.left, comparison.right];
  const opened = sides.map(({ column, format }) => {
    const at = DESCRIPTOR.columns + column * DESCRIPTOR.column.bytes;
    const values = k.local('i32');
    const validity = k.local('i32');
    const shift = k.local('v128');
    k.prologue(() => {
      k.set(values, load('i32.load', morsel, at + DESCRIPTOR.column.values));
      k.set(validity, load('i32.load', morsel, at + DESCRIPTOR.column.validity));
      const distance = op('i64.sub', load('i64.load', morsel, at + DESCRIPTOR.column.base), i64(origin));
      k.set(shift, op('i32x4.splat', op('i32.wrap_i64', distance)));
    });
    return { format, values, validity, shift };
  });
  return (base) => {
    const lanes = opened.map(({ format, values, shift }) => {
      const address = k.local('i32', indexed(values, base, format.width));
      const name = format.width === 2 ? 'v128.load16x4_u' : 'v128.load';
      return (i: number): Expr => op('i32x4.add', load(name, address, i * 4 * format.width), shift);
    });
    const [a, b] = lanes;
    const part = (i: number): Expr =>
      op(fn === 'eq' || fn === 'ne' ? 'i32x4.eq' : 'i32x4.lt_s', a?.(i) ?? ZERO, b?.(i) ?? ZERO);
    const pair = (i: number): Expr => op('i16x8.narrow_i32x4_s', part(i), part(i + 1));
    const holds = op('i8x16.bitmask', op('i8x16.narrow_i16x8_s', pair(0), pair(2)));
    const negated = fn === 'ne' || fn === 'le' || fn === 'ge';
    const mask = k.local('i32', negated ? op('i32.xor', holds, i32(0xffff)) : holds);
    for (const { format, validity } of opened) {
      if (!format.nullable) continue;
      k.if(validity, () => {
        const bits = load('i32.load16_u', op('i32.add', validity, op('i32.shr_u', base, i32(3))));
        k.set(mask, op('i32.and', mask, bits));
      });
    }
    return mask;
  };
}

const ZERO = op('i32x4.splat', i32(0));
