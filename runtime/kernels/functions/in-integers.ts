import { INT64 } from '../../../compiler/types/type.ts';
import { type Expr, i32, i64, load, op, select } from '../../wasm/ir.ts';
import type { KernelScope } from '../context.ts';
import { constantBytes } from './constants.ts';

/** A bitmap may be this many bits for each value, and a page at any rate. */
const SPARSE = 64n;
const SMALL_BITMAP = 32_768n;

/** Whether `x` is one of the integers, of which there is at least one. */
export function integerMember(kernel: KernelScope, x: Expr, values: readonly bigint[]): Expr {
  const sorted = [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
  const least = sorted[0] ?? 0n;
  const span = (sorted.at(-1) ?? 0n) - least + 1n;
  if (span <= 64n) return inWord(kernel, x, sorted, least, span);
  return span <= SMALL_BITMAP || span <= SPARSE * BigInt(sorted.length)
    ? inBitmap(kernel, x, sorted, least, span)
    : inSorted(kernel, x, sorted);
}

function inWord(
  { k, ctx, layout }: KernelScope,
  x: Expr,
  values: readonly bigint[],
  least: bigint,
  span: bigint,
): Expr {
  const word = values.reduce((bits, value) => bits | (1n << (value - least)), 0n);
  const offset = layout.reserve(8);
  layout.constants.push({ offset, type: INT64, value: BigInt.asIntN(64, word) });
  const mask = k.local('i64');
  k.prologue(() => k.set(mask, load('i64.load', ctx, offset)));
  const place = k.keep(op('i64.sub', x, i64(least)));
  const bit = op('i32.wrap_i64', op('i64.and', op('i64.shr_u', mask, place), i64(1)));
  return op('i32.and', bit, op('i64.lt_u', place, i64(span)));
}

function inBitmap(kernel: KernelScope, x: Expr, values: readonly bigint[], least: bigint, span: bigint): Expr {
  const { k } = kernel;
  const bytes = new Uint8Array(Number(span / 8n) + 1);
  for (const value of values) {
    const place = Number(value - least);
    bytes[place >> 3] = (bytes[place >> 3] ?? 0) | (1 << (place & 7));
  }
  const base = constantBytes(kernel, bytes);
  const place = k.keep(op('i64.sub', x, i64(least)));
  const inside = k.keep(op('i64.lt_u', place, i64(span)));
  const bit = k.keep(select(inside, op('i32.wrap_i64', place), i32(0)));
  const byte = load('i32.load8_u', op('i32.add', base, op('i32.shr_u', bit, i32(3))));
  return op('i32.and', op('i32.shr_u', byte, op('i32.and', bit, i32(7))), inside);
}

/** Binary search without branches: each step either keeps its place or moves on by half of what is left. */
function inSorted(kernel: KernelScope, x: Expr, values: readonly bigint[]): Expr {
  const { k } = kernel;
  const steps = Math.ceil(Math.log2(values.length));
  const size = 2 ** steps;
  const view = new DataView(new ArrayBuffer(size * 8));
  for (let i = 0; i < size; i++) view.setBigInt64(i * 8, values[i] ?? values.at(-1) ?? 0n, true);
  const base = constantBytes(kernel, new Uint8Array(view.buffer));
  const wanted = k.keep(x);
  const place = k.local('i32', base);
  for (let half = size / 2; half >= 1; half /= 2) {
    const before = load('i64.load', place, (half - 1) * 8);
    k.set(place, select(op('i64.lt_s', before, wanted), op('i32.add', place, i32(half * 8)), place));
  }
  return op('i64.eq', load('i64.load', place), wanted);
}
