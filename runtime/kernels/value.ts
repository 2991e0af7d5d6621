import { internalError } from '../../compiler/types/error.ts';
import { MAX_NARROW_DECIMAL_PRECISION, type Type } from '../../compiler/types/type.ts';
import { type Expr, type FunctionBuilder, f32, f64, i32, i64, op } from '../wasm/ir.ts';
import type { NumType } from '../wasm/opcodes.ts';

/**
 * How a value of some type is held in locals while a row is processed.
 *
 * | lane     | types                                  | parts                                                        |
 * | -------- | -------------------------------------- | ------------------------------------------------------------ |
 * | i32      | bool, int8, int16, int32, date         | i32                                                          |
 * | i64      | int64, time, timestamps, decimals whose| i64                                                          |
 * |          | values are known to fit                |                                                              |
 * | i128     | other decimals, uuid                   | i64 low word, i64 high word                                  |
 * | f32, f64 | float32, float64                       | f32 or f64                                                   |
 * | view     | utf8, binary, list                     | i64, i64: the 16 bytes of a string view (see below)          |
 * | interval | interval                               | i64 days << 32 | months (u32), i64 µs                        |
 * | any      | any                                    | i32 tag, i64 payload (see any.ts)                            |
 *
 * A string view is 16 bytes: u32 length; then up to 12 bytes of text, padded with zeros; or the first 4 bytes, the u32
 * address of the text and u32 zero. So two views of up to 12 bytes are equal when their words are, and most unequal
 * strings differ in the first word. A list is a view of its encoded elements.
 */
export type Lane = 'i32' | 'i64' | 'i128' | 'f32' | 'f64' | 'view' | 'interval' | 'any';

/** A value in locals. `null_` is an i32 of 0 or 1, absent when the value is never NULL; parts are then always sound. */
export interface Val {
  readonly type: Type;
  readonly lane: Lane;
  /** Constants or locals, so that using one twice computes nothing twice. */
  readonly parts: readonly Expr[];
  readonly null_?: Expr | undefined;
  /** Bounds of the raw integer, for the lanes i32, i64 and i128, when known. They hold for values that are not NULL. */
  readonly range?: readonly [bigint, bigint] | undefined;
  /** The text that the view points to lives as long as the query: rows may keep the address. */
  readonly stable?: boolean | undefined;
  /** For a value of a dictionary column: its code, below `codes`. */
  readonly code?: Expr | undefined;
  readonly codes?: number | undefined;
}

export const LANE_PARTS: Readonly<Record<Lane, readonly NumType[]>> = {
  i32: ['i32'],
  i64: ['i64'],
  i128: ['i64', 'i64'],
  f32: ['f32'],
  f64: ['f64'],
  view: ['i64', 'i64'],
  interval: ['i64', 'i64'],
  any: ['i32', 'i64'],
};

/** The lane that holds every value of the type. */
export function laneOf(type: Type): Lane {
  switch (type.kind) {
    case 'null':
    case 'bool':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'date':
      return 'i32';
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 'i64';
    case 'decimal':
      return type.precision <= MAX_NARROW_DECIMAL_PRECISION ? 'i64' : 'i128';
    case 'uuid':
      return 'i128';
    case 'float32':
      return 'f32';
    case 'float64':
      return 'f64';
    case 'utf8':
    case 'binary':
    case 'list':
      return 'view';
    case 'interval':
      return 'interval';
    case 'any':
      return 'any';
  }
}

export const I32_RANGE: readonly [bigint, bigint] = [-(2n ** 31n), 2n ** 31n - 1n];
const I128_RANGE: readonly [bigint, bigint] = [-(2n ** 127n), 2n ** 127n - 1n];
export const I64_RANGE: readonly [bigint, bigint] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Bounds that follow from the type alone; undefined for types that are not held as integers. */
export function typeRange(type: Type): readonly [bigint, bigint] | undefined {
  switch (type.kind) {
    case 'bool':
      return [0n, 1n];
    case 'int8':
      return [-128n, 127n];
    case 'int16':
      return [-32768n, 32767n];
    case 'int32':
    case 'date':
      return I32_RANGE;
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return I64_RANGE;
    case 'decimal': {
      const limit = 10n ** BigInt(type.precision) - 1n;
      return [-limit, limit];
    }
    case 'uuid':
      return I128_RANGE;
    default:
      return undefined;
  }
}

/** The tightest bounds known. */
export function rangeOf(v: Val): readonly [bigint, bigint] {
  const bounds = v.range ?? typeRange(v.type);
  if (bounds === undefined) throw internalError(`${v.type.kind} has no integer bounds`);
  return bounds;
}

export function within(inner: readonly [bigint, bigint], outer: readonly [bigint, bigint]): boolean {
  return inner[0] >= outer[0] && inner[1] <= outer[1];
}

export function part(v: Val, index = 0): Expr {
  const found = v.parts[index];
  if (found === undefined) throw internalError(`${v.lane} has no part ${index}`);
  return found;
}

/** Lane i32 or i64 as an i64. */
export function asI64(v: Val): Expr {
  if (v.lane === 'i64') return part(v);
  if (v.lane === 'i32') return widen(part(v));
  throw internalError(`no 64-bit integer in lane ${v.lane}`);
}

function widen(e: Expr): Expr {
  return e.kind === 'const' ? i64(e.value) : op('i64.extend_i32_s', e);
}

/** Any integer lane as the two words of an i128. */
export function asI128(k: FunctionBuilder, v: Val): readonly [Expr, Expr] {
  if (v.lane === 'i128') return [part(v), part(v, 1)];
  const low = k.keep(asI64(v));
  if (low.kind === 'const') return [low, i64(BigInt(low.value) < 0n ? -1 : 0)];
  return [low, k.keep(op('i64.shr_s', low, i64(63)))];
}

export function zeroOf(type: NumType): Expr {
  switch (type) {
    case 'i32':
      return i32(0);
    case 'i64':
      return i64(0);
    case 'f32':
      return f32(0);
    case 'f64':
      return f64(0);
    case 'v128':
      return op('i64x2.splat', i64(0));
  }
}

export function or(a: Expr | undefined, b: Expr | undefined): Expr | undefined {
  if (a === undefined) return b;
  if (b === undefined || a === b) return a;
  return op('i32.or', a, b);
}

export function not(e: Expr): Expr {
  return op('i32.eqz', e);
}

/** NULL of the type, with sound parts. */
export function nullVal(type: Type): Val {
  const lane = laneOf(type);
  return { type, lane, parts: LANE_PARTS[lane].map(zeroOf), null_: i32(1) };
}

/** `v` in the lane `lane`, which must be able to hold it: i32 to i64 to i128; i128 to i64 where the range allows. */
export function toLane(k: FunctionBuilder, v: Val, lane: Lane): Val {
  if (v.lane === lane) return v;
  if (lane === 'i64' && v.lane === 'i32') return { ...v, lane, parts: [k.keep(asI64(v))] };
  if (lane === 'i128' && (v.lane === 'i32' || v.lane === 'i64')) return { ...v, lane, parts: asI128(k, v) };
  if (lane === 'i64' && v.lane === 'i128' && within(rangeOf(v), I64_RANGE)) return { ...v, lane, parts: [part(v)] };
  if (lane === 'i32' && v.lane === 'i64' && within(rangeOf(v), I32_RANGE))
    return { ...v, lane, parts: [k.keep(op('i32.wrap_i64', part(v)))] };
  throw internalError(`lane ${v.lane} does not convert to ${lane}`);
}

/** `v` in the lane that its type declares, for code that knows only the type. */
export function declaredLane(k: FunctionBuilder, v: Val): Val {
  return toLane(k, v, laneOf(v.type));
}

/** Locals that are assigned in branches and read as one value after them. */
export function assignable(
  k: FunctionBuilder,
  type: Type,
  lane: Lane,
  nullable: boolean,
): { val: Val; assign: (v: Val) => void } {
  const locals = LANE_PARTS[lane].map((t) => k.local(t));
  const null_ = nullable ? k.local('i32') : undefined;
  return {
    val: { type, lane, parts: locals, null_ },
    assign: (v) => {
      const converted = toLane(k, v, lane);
      locals.forEach((local, i) => {
        k.set(local, part(converted, i));
      });
      if (null_ !== undefined) k.set(null_, v.null_ ?? i32(0));
    },
  };
}
