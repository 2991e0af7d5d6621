import type { Type } from '../../compiler/types/type.ts';
import { type Expr, type FunctionBuilder, load, op } from '../wasm/ir.ts';
import { type Lane, part, toLane, type Val } from './value.ts';

/** Bytes that a value of the lane takes in rows and result columns. An `any` value: tag at 0, payload at 8. */
export const LANE_BYTES: Readonly<Record<Lane, 4 | 8 | 16>> = {
  i32: 4,
  f32: 4,
  i64: 8,
  f64: 8,
  i128: 16,
  view: 16,
  interval: 16,
  any: 16,
};

/** Reads the parts of a value; the null flag is the caller's. */
export function loadParts(k: FunctionBuilder, lane: Lane, address: Expr, offset: number): readonly Expr[] {
  switch (lane) {
    case 'i32':
    case 'i64':
    case 'f32':
    case 'f64':
      return [k.keep(load(`${lane}.load`, address, offset))];
    case 'i128':
    case 'view':
    case 'interval':
      return [k.keep(load('i64.load', address, offset)), k.keep(load('i64.load', address, offset + 8))];
    case 'any':
      return [k.keep(load('i32.load', address, offset)), k.keep(load('i64.load', address, offset + 8))];
  }
}

export function storeParts(k: FunctionBuilder, v: Val, address: Expr, offset: number): void {
  switch (v.lane) {
    case 'i32':
    case 'i64':
    case 'f32':
    case 'f64':
      k.store(`${v.lane}.store`, address, offset, part(v));
      return;
    case 'i128':
    case 'view':
    case 'interval':
      k.store('i64.store', address, offset, part(v));
      k.store('i64.store', address, offset + 8, part(v, 1));
      return;
    case 'any':
      k.store('i32.store', address, offset, part(v));
      k.store('i64.store', address, offset + 8, part(v, 1));
      return;
  }
}

/** A field of a row in engine memory. */
export interface Field {
  readonly type: Type;
  readonly lane: Lane;
  readonly offset: number;
  /** Offset of the byte that is 1 for NULL; absent where the field never is. */
  readonly nullOffset?: number | undefined;
  readonly range?: readonly [bigint, bigint] | undefined;
}

/** Rows of fixed size: hash tables, sort input, materialized inner sides. */
export interface RowLayout {
  readonly fields: readonly Field[];
  /** A multiple of 8. */
  readonly size: number;
}

/** A layout that holds values shaped like `shapes` after `header` bytes: wide fields first, null bytes last. */
export function rowLayout(shapes: readonly Pick<Val, 'type' | 'lane' | 'range' | 'null_'>[], header = 0): RowLayout {
  let at = header;
  const offsets: number[] = new Array(shapes.length);
  for (const bytes of [16, 8, 4]) {
    shapes.forEach((shape, i) => {
      if (LANE_BYTES[shape.lane] !== bytes) return;
      // Only the first field of a width can need padding: the header may end anywhere.
      at = (at + Math.min(bytes, 8) - 1) & -Math.min(bytes, 8);
      offsets[i] = at;
      at += bytes;
    });
  }
  const fields = shapes.map((shape, i): Field => {
    const nullOffset = shape.null_ === undefined ? undefined : at++;
    return { type: shape.type, lane: shape.lane, offset: offsets[i] ?? 0, nullOffset, range: shape.range };
  });
  // A row without fields still needs an address of its own.
  return { fields, size: Math.max((at + 7) & ~7, 8) };
}

export function storeField(k: FunctionBuilder, row: Expr, field: Field, v: Val): void {
  storeParts(k, toLane(k, v, field.lane), row, field.offset);
  if (field.nullOffset !== undefined)
    k.store('i32.store8', row, field.nullOffset, v.null_ ?? { kind: 'const', type: 'i32', value: 0 });
}

export function loadField(k: FunctionBuilder, row: Expr, field: Field): Val {
  const parts = loadParts(k, field.lane, row, field.offset);
  const null_ = field.nullOffset === undefined ? undefined : k.keep(load('i32.load8_u', row, field.nullOffset));
  return { type: field.type, lane: field.lane, parts, null_, range: field.range, stable: true };
}

/** `base + index * size`, by a shift where it can be one. */
export function indexed(base: Expr, index: Expr, size: number): Expr {
  if (size === 1) return op('i32.add', base, index);
  const shift = Math.log2(size);
  const scaled = Number.isInteger(shift)
    ? op('i32.shl', index, { kind: 'const', type: 'i32', value: shift })
    : op('i32.mul', index, { kind: 'const', type: 'i32', value: size });
  return op('i32.add', base, scaled);
}
