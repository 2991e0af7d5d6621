/** WebAssembly value types that kernels use. Source: WebAssembly core specification 2.0 with threads and fixed-width SIMD. */
export type NumType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

export const TYPE_CODES: Readonly<Record<NumType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

interface Op {
  readonly args: readonly NumType[];
  readonly result: NumType;
  readonly bytes: readonly number[];
}

function family(
  result: (operand: NumType) => NumType,
  arity: 1 | 2,
  operand: NumType,
  first: number,
  names: string,
  prefix: readonly number[] = [],
): [string, Op][] {
  const args = arity === 1 ? [operand] : [operand, operand];
  return names
    .split(' ')
    .map((name, i) => [`${operand}.${name}`, { args, result: result(operand), bytes: [...prefix, first + i] }]);
}

const same = (operand: NumType): NumType => operand;
const bool = (): NumType => 'i32';
const INT_COMPARE = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u';
const FLOAT_COMPARE = 'eq ne lt gt le ge';
const INT_BINARY = 'add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr';
const FLOAT_UNARY = 'abs neg ceil floor trunc nearest sqrt';
const FLOAT_BINARY = 'add sub mul div min max copysign';

function convert(name: string, from: NumType, to: NumType, ...bytes: number[]): [string, Op] {
  return [`${to}.${name}`, { args: [from], result: to, bytes }];
}

function simd(name: string, args: readonly NumType[], result: NumType, code: number): [string, Op] {
  // Codes from 0x80 up take two LEB128 bytes.
  return [name, { args, result, bytes: code < 0x80 ? [0xfd, code] : [0xfd, (code & 0x7f) | 0x80, code >> 7] }];
}

/** Instructions that take operands from the stack only; loads, stores, atomics and control have forms of their own. */
export const OPS: ReadonlyMap<string, Op> = new Map([
  ...family(bool, 1, 'i32', 0x45, 'eqz'),
  ...family(bool, 2, 'i32', 0x46, INT_COMPARE),
  ...family(bool, 1, 'i64', 0x50, 'eqz'),
  ...family(bool, 2, 'i64', 0x51, INT_COMPARE),
  ...family(bool, 2, 'f32', 0x5b, FLOAT_COMPARE),
  ...family(bool, 2, 'f64', 0x61, FLOAT_COMPARE),
  ...family(same, 1, 'i32', 0x67, 'clz ctz popcnt'),
  ...family(same, 2, 'i32', 0x6a, INT_BINARY),
  ...family(same, 1, 'i64', 0x79, 'clz ctz popcnt'),
  ...family(same, 2, 'i64', 0x7c, INT_BINARY),
  ...family(same, 1, 'f32', 0x8b, FLOAT_UNARY),
  ...family(same, 2, 'f32', 0x92, FLOAT_BINARY),
  ...family(same, 1, 'f64', 0x99, FLOAT_UNARY),
  ...family(same, 2, 'f64', 0xa0, FLOAT_BINARY),
  convert('wrap_i64', 'i64', 'i32', 0xa7),
  convert('extend_i32_s', 'i32', 'i64', 0xac),
  convert('extend_i32_u', 'i32', 'i64', 0xad),
  convert('convert_i32_s', 'i32', 'f32', 0xb2),
  convert('convert_i64_s', 'i64', 'f32', 0xb4),
  convert('demote_f64', 'f64', 'f32', 0xb6),
  convert('convert_i32_s', 'i32', 'f64', 0xb7),
  convert('convert_i32_u', 'i32', 'f64', 0xb8),
  convert('convert_i64_s', 'i64', 'f64', 0xb9),
  convert('convert_i64_u', 'i64', 'f64', 0xba),
  convert('promote_f32', 'f32', 'f64', 0xbb),
  convert('reinterpret_f32', 'f32', 'i32', 0xbc),
  convert('reinterpret_f64', 'f64', 'i64', 0xbd),
  convert('reinterpret_i32', 'i32', 'f32', 0xbe),
  convert('reinterpret_i64', 'i64', 'f64', 0xbf),
  convert('extend8_s', 'i32', 'i32', 0xc0),
  convert('extend16_s', 'i32', 'i32', 0xc1),
  convert('extend8_s', 'i64', 'i64', 0xc2),
  convert('extend16_s', 'i64', 'i64', 0xc3),
  convert('extend32_s', 'i64', 'i64', 0xc4),
  convert('trunc_sat_f64_s', 'f64', 'i32', 0xfc, 2),
  convert('trunc_sat_f64_s', 'f64', 'i64', 0xfc, 6),
  simd('i8x16.splat', ['i32'], 'v128', 0x0f),
  simd('i32x4.splat', ['i32'], 'v128', 0x11),
  simd('i64x2.splat', ['i64'], 'v128', 0x12),
  simd('f64x2.splat', ['f64'], 'v128', 0x14),
  simd('f64x2.eq', ['v128', 'v128'], 'v128', 0x47),
  simd('f64x2.gt', ['v128', 'v128'], 'v128', 0x4a),
  simd('f64x2.le', ['v128', 'v128'], 'v128', 0x4b),
  simd('i64x2.lt_s', ['v128', 'v128'], 'v128', 0xd8),
  simd('i64x2.bitmask', ['v128'], 'i32', 0xc4),
  simd('i16x8.splat', ['i32'], 'v128', 0x10),
  simd('i8x16.le_u', ['v128', 'v128'], 'v128', 0x2a),
  simd('i16x8.le_u', ['v128', 'v128'], 'v128', 0x34),
  simd('i32x4.eq', ['v128', 'v128'], 'v128', 0x37),
  simd('i32x4.lt_s', ['v128', 'v128'], 'v128', 0x39),
  simd('i32x4.le_u', ['v128', 'v128'], 'v128', 0x3e),
  simd('i8x16.narrow_i16x8_s', ['v128', 'v128'], 'v128', 0x65),
  simd('i16x8.narrow_i32x4_s', ['v128', 'v128'], 'v128', 0x85),
  simd('i8x16.sub', ['v128', 'v128'], 'v128', 0x71),
  simd('i16x8.sub', ['v128', 'v128'], 'v128', 0x91),
  simd('i32x4.add', ['v128', 'v128'], 'v128', 0xae),
  simd('i32x4.sub', ['v128', 'v128'], 'v128', 0xb1),
  simd('i8x16.eq', ['v128', 'v128'], 'v128', 0x23),
  simd('v128.and', ['v128', 'v128'], 'v128', 0x4e),
  simd('v128.or', ['v128', 'v128'], 'v128', 0x50),
  simd('v128.any_true', ['v128'], 'i32', 0x53),
  simd('i8x16.bitmask', ['v128'], 'i32', 0x64),
]);

interface MemoryOp {
  readonly type: NumType;
  readonly bytes: readonly number[];
  /** log2 of the natural alignment; atomics demand it, the others take it as a hint. */
  readonly align: number;
}

const plain = (name: string, type: NumType, code: number, align: number): [string, MemoryOp] => [
  name,
  { type, bytes: [code], align },
];
const vector = (name: string, code: number): [string, MemoryOp] => [
  name,
  { type: 'v128', bytes: [0xfd, code], align: 0 },
];
const atomic = (name: string, type: NumType, code: number): [string, MemoryOp] => [
  name,
  { type, bytes: [0xfe, code], align: type === 'i32' ? 2 : 3 },
];

// Plain accesses declare no alignment: rows and encoded columns are packed.
export const LOADS: ReadonlyMap<string, MemoryOp> = new Map([
  plain('i32.load', 'i32', 0x28, 0),
  plain('i64.load', 'i64', 0x29, 0),
  plain('f32.load', 'f32', 0x2a, 0),
  plain('f64.load', 'f64', 0x2b, 0),
  plain('i32.load8_s', 'i32', 0x2c, 0),
  plain('i32.load8_u', 'i32', 0x2d, 0),
  plain('i32.load16_s', 'i32', 0x2e, 0),
  plain('i32.load16_u', 'i32', 0x2f, 0),
  plain('i64.load8_s', 'i64', 0x30, 0),
  plain('i64.load8_u', 'i64', 0x31, 0),
  plain('i64.load16_s', 'i64', 0x32, 0),
  plain('i64.load16_u', 'i64', 0x33, 0),
  plain('i64.load32_s', 'i64', 0x34, 0),
  plain('i64.load32_u', 'i64', 0x35, 0),
  vector('v128.load', 0x00),
  vector('v128.load16x4_u', 0x04),
  vector('v128.load32x2_u', 0x06),
  atomic('i32.atomic.load', 'i32', 0x10),
  atomic('i64.atomic.load', 'i64', 0x11),
]);

export const STORES: ReadonlyMap<string, MemoryOp> = new Map([
  plain('i32.store', 'i32', 0x36, 0),
  plain('i64.store', 'i64', 0x37, 0),
  plain('f32.store', 'f32', 0x38, 0),
  plain('f64.store', 'f64', 0x39, 0),
  plain('i32.store8', 'i32', 0x3a, 0),
  plain('i32.store16', 'i32', 0x3b, 0),
  plain('i64.store8', 'i64', 0x3c, 0),
  plain('i64.store16', 'i64', 0x3d, 0),
  plain('i64.store32', 'i64', 0x3e, 0),
  vector('v128.store', 0x0b),
  atomic('i32.atomic.store', 'i32', 0x17),
  atomic('i64.atomic.store', 'i64', 0x18),
]);

/** Read-modify-write atomics; each gives the old value. `cmpxchg` takes the expected value first. */
export const ATOMICS: ReadonlyMap<string, MemoryOp> = new Map([
  atomic('i32.atomic.rmw.add', 'i32', 0x1e),
  atomic('i64.atomic.rmw.add', 'i64', 0x1f),
  atomic('i32.atomic.rmw.sub', 'i32', 0x25),
  atomic('i64.atomic.rmw.sub', 'i64', 0x26),
  atomic('i32.atomic.rmw.or', 'i32', 0x33),
  atomic('i32.atomic.rmw.xchg', 'i32', 0x41),
  atomic('i32.atomic.rmw.cmpxchg', 'i32', 0x48),
  atomic('i64.atomic.rmw.cmpxchg', 'i64', 0x49),
]);
