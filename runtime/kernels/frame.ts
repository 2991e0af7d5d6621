import { internalError } from '../../compiler/types/error.ts';
import { ANY } from '../../compiler/types/type.ts';
import { ANY_TAG } from '../columns/any-tag.ts';
import type { ColumnFormat } from '../columns/chunk.ts';
import { call, type Expr, type FunctionBuilder, i32, i64, load, op, select } from '../wasm/ir.ts';
import { LIBRARY } from './library/index.ts';
import { indexed } from './memory.ts';
import { asI64, I32_RANGE, I64_RANGE, laneOf, part, typeRange, type Val, within } from './value.ts';

/**
 * A morsel's descriptor, written by the scheduler: u32 rows, u32 address of the bitmap of rows that are seen, or 0 for all; then
 * for each column 32 bytes: u32 values, u32 validity (0: no nulls), u32 heap, u32 tags or dictionary views, i64 base.
 */
export const DESCRIPTOR = {
  rows: 0,
  visible: 4,
  columns: 8,
  column: { bytes: 32, values: 0, validity: 4, heap: 8, extra: 12, base: 16 },
} as const;

/** The addresses and NULLs of column `index` of the morsel. Addresses are loaded once, ahead of the loop. */
function columnParts(
  k: FunctionBuilder,
  format: ColumnFormat,
  index: number,
  morsel: Expr,
): { readonly address: (offset: number) => Expr; readonly nullAt: (row: Expr) => Expr | undefined } {
  const at = DESCRIPTOR.columns + index * DESCRIPTOR.column.bytes;
  const address = (offset: number): Expr => {
    const local = k.local('i32');
    k.prologue(() => k.set(local, load('i32.load', morsel, at + offset)));
    return local;
  };
  const validity = format.nullable ? address(DESCRIPTOR.column.validity) : undefined;
  const nullAt = (row: Expr): Expr | undefined => {
    if (validity === undefined) return undefined;
    // Address 0 stands for "no nulls": the byte there is never 0xff by itself, so it is selected away.
    const byte = load('i32.load8_u', op('i32.add', validity, op('i32.shr_u', row, i32(3))));
    const bit = op('i32.and', op('i32.shr_u', byte, op('i32.and', row, i32(7))), i32(1));
    return k.keep(select(validity, op('i32.xor', bit, i32(1)), i32(0)));
  };
  return { address, nullAt };
}

/**
 * Reads the typed column `index` of the morsel as dynamic values, all of which have the kind `tag` or are NULL: a field
 * of objects that is stored by itself.
 */
export function fieldReader(
  k: FunctionBuilder,
  format: ColumnFormat,
  index: number,
  morsel: Expr,
  stable: boolean,
  tag: number,
): (row: Expr) => Val {
  const dynamic = (payload: Expr, null_: Expr | undefined): Val => {
    const range = tag === ANY_TAG.int64 ? format.range : undefined;
    return { type: ANY, lane: 'any', parts: [i32(tag), k.keep(payload)], null_, stable, range };
  };
  if (format.encoding === 'strings') {
    const { address, nullAt } = columnParts(k, format, index, morsel);
    const values = address(DESCRIPTOR.column.values);
    const heap = address(DESCRIPTOR.column.heap);
    return (row) => {
      const where = k.keep(indexed(values, row, 4));
      const start = k.keep(load('i32.load', where));
      const length = op('i64.extend_i32_u', op('i32.sub', load('i32.load', where, 4), start));
      const text = op('i64.extend_i32_u', op('i32.add', heap, start));
      return dynamic(op('i64.or', text, op('i64.shl', length, i64(32))), nullAt(row));
    };
  }
  const read = columnReader(k, format, index, morsel, stable);
  return (row) => {
    const v = read(row);
    return dynamic(v.lane === 'f64' ? op('i64.reinterpret_f64', part(v)) : asI64(v), v.null_);
  };
}

/**
 * Reads column `index` of the morsel, for the row at position `row`.
 * `stable`: the frames stay pinned until the query ends. `tag`: that of all values of an `any` column, none being NULL.
 */
export function columnReader(
  k: FunctionBuilder,
  format: ColumnFormat,
  index: number,
  morsel: Expr,
  stable: boolean,
  tag?: number,
): (row: Expr) => Val {
  const { address, nullAt } = columnParts(k, format, index, morsel);
  const at = DESCRIPTOR.columns + index * DESCRIPTOR.column.bytes;
  const values = address(DESCRIPTOR.column.values);
  const { type } = format;
  const lane = laneOf(type);

  switch (format.encoding) {
    case 'integers': {
      const base = k.local('i64');
      k.prologue(() => k.set(base, load('i64.load', morsel, at + DESCRIPTOR.column.base)));
      const name = format.width === 8 ? 'i64.load' : `i64.load${format.width * 8}_u`;
      const range = format.range ?? typeRange(type);
      // Wide decimals whose values all fit 64 bits stay in 64 bits.
      const narrow = lane === 'i128' ? 'i64' : lane;
      if (range !== undefined && !within(range, narrow === 'i32' ? I32_RANGE : I64_RANGE))
        throw internalError(`integers of ${type.kind} out of their lane`);
      return (row) => {
        const raw = op('i64.add', load(name, indexed(values, row, format.width)), base);
        const value = narrow === 'i32' ? op('i32.wrap_i64', raw) : raw;
        return { type, lane: narrow, parts: [k.keep(value)], null_: nullAt(row), range };
      };
    }
    case 'float32':
    case 'float64': {
      const bytes = format.encoding === 'float32' ? 4 : 8;
      const name = format.encoding === 'float32' ? 'f32.load' : 'f64.load';
      return (row) => ({ type, lane, parts: [k.keep(load(name, indexed(values, row, bytes)))], null_: nullAt(row) });
    }
    case 'wide':
      return (row) => {
        const where = k.keep(indexed(values, row, 16));
        return {
          type,
          lane,
          parts: [k.keep(load('i64.load', where)), k.keep(load('i64.load', where, 8))],
          null_: nullAt(row),
        };
      };
    case 'dictionary': {
      const views = address(DESCRIPTOR.column.extra);
      const name = format.width === 4 ? 'i32.load' : `i32.load${format.width * 8}_u`;
      return (row) => {
        const code = k.keep(load(name, indexed(values, row, format.width)));
        const where = k.keep(indexed(views, code, 16));
        return {
          type,
          lane,
          parts: [k.keep(load('i64.load', where)), k.keep(load('i64.load', where, 8))],
          null_: nullAt(row),
          // Dictionaries stay pinned while the query runs.
          stable: true,
          code,
          codes: format.dictionary?.size,
        };
      };
    }
    case 'strings': {
      const heap = address(DESCRIPTOR.column.heap);
      return (row) => {
        const where = k.keep(indexed(values, row, 4));
        const start = k.keep(load('i32.load', where));
        const length = k.keep(op('i32.sub', load('i32.load', where, 4), start));
        const text = k.keep(op('i32.add', heap, start));
        return { type, lane, parts: viewParts(k, text, length), null_: nullAt(row), stable };
      };
    }
    case 'any': {
      const heap = address(DESCRIPTOR.column.heap);
      if (tag !== undefined) {
        const offset = op('i64.extend_i32_u', heap);
        return (row) => {
          const stored = load('i64.load', indexed(values, row, 8));
          const payload = tag >= ANY_TAG.utf8 ? op('i64.add', stored, offset) : stored;
          const range = tag === ANY_TAG.int64 ? format.range : undefined;
          return { type, lane, parts: [i32(tag), k.keep(payload)], stable, range };
        };
      }
      const tags = address(DESCRIPTOR.column.extra);
      return (row) => {
        const own = k.keep(load('i32.load8_u', op('i32.add', tags, row)));
        const payload = call(LIBRARY.anyPayload, own, load('i64.load', indexed(values, row, 8)), heap);
        return { type, lane, parts: [own, k.keep(payload)], null_: nullAt(row), stable };
      };
    }
  }
}

/** The view of `length` bytes at `text`, which must be readable for 12 bytes. */
export function viewParts(k: FunctionBuilder, text: Expr, length: Expr): readonly [Expr, Expr] {
  return [k.keep(call(LIBRARY.viewLow, text, length)), k.keep(call(LIBRARY.viewHigh, text, length))];
}
