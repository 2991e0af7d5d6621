import { internalError } from '../../../compiler/types/error.ts';
import type { ColumnBuilder } from '../../tables/builder.ts';
import { FloatBuilder } from '../../tables/floats.ts';
import { IntegerBuilder } from '../../tables/integers.ts';
import { TextBuilder } from '../../tables/text.ts';
import type { Payload } from './payload.ts';

interface Values {
  readonly payload: Payload;
  readonly codes: Int32Array | undefined;
  /** 1 where a value is there; absent where all are. */
  readonly definitions: Int32Array | undefined;
}

interface From {
  readonly row: number;
  /** The first value that is there. */
  readonly present: number;
}

/** What the codes of a file's dictionary are in the column's own. */
export interface CodeMap {
  codes: Int32Array | undefined;
}

/** Appends `count` rows; returns how many of them are not NULL. */
export function appendPayload(builder: ColumnBuilder, values: Values, map: CodeMap, from: From, count: number): number {
  const { payload } = values;
  if (payload.kind === 'words' && builder instanceof IntegerBuilder) {
    return appendWords(builder, payload.words, values, from, count);
  }
  if (payload.kind === 'floats' && builder instanceof FloatBuilder) {
    return appendFloats(builder, payload.values, values, from, count);
  }
  if (payload.kind === 'bytes' && builder instanceof TextBuilder) {
    return appendBytes(builder, payload, values, map, from, count);
  }
  if (payload.kind === 'values') {
    return eachRow(values, from, count, (at) => {
      if (at < 0) builder.appendNull();
      else builder.appendValue(payload.values[at]!);
    });
  }
  throw internalError(`${payload.kind} cannot be put into this column`);
}

/** Calls `put` with the position of each row's value, or -1 for NULL. */
function eachRow({ codes, definitions }: Values, from: From, count: number, put: (at: number) => void): number {
  let present = from.present;
  for (let i = 0; i < count; i++) {
    if (definitions !== undefined && definitions[from.row + i] === 0) put(-1);
    else {
      put(codes === undefined ? present : codes[present]!);
      present++;
    }
  }
  return present - from.present;
}

function appendWords(builder: IntegerBuilder, source: Int32Array, values: Values, from: From, count: number): number {
  const { codes, definitions } = values;
  const words = builder.reserve(count);
  let out = 2 * builder.rows;
  let { present } = from;
  if (definitions === undefined) {
    if (codes === undefined) words.set(source.subarray(2 * present, 2 * (present + count)), out);
    else {
      for (let i = present; i < present + count; i++, out += 2) {
        const at = 2 * codes[i]!;
        words[out] = source[at]!;
        words[out + 1] = source[at + 1]!;
      }
    }
    builder.rows += count;
    return count;
  }
  for (let i = 0; i < count; i++, out += 2) {
    if (definitions[from.row + i] === 0) {
      builder.nulls.set(builder.rows + i);
      words[out] = 0;
      words[out + 1] = 0;
      continue;
    }
    const at = 2 * (codes === undefined ? present : codes[present]!);
    words[out] = source[at]!;
    words[out + 1] = source[at + 1]!;
    present++;
  }
  builder.rows += count;
  return present - from.present;
}

function appendFloats(
  builder: FloatBuilder,
  source: Float32Array | Float64Array,
  values: Values,
  from: From,
  count: number,
): number {
  const { codes, definitions } = values;
  const target = builder.reserve(count);
  const { rows } = builder;
  let { present } = from;
  if (definitions === undefined && codes === undefined) target.set(source.subarray(present, present + count), rows);
  else {
    for (let i = 0; i < count; i++) {
      if (definitions !== undefined && definitions[from.row + i] === 0) {
        builder.nulls.set(rows + i);
        target[rows + i] = 0;
      } else {
        target[rows + i] = source[codes === undefined ? present : codes[present]!]!;
        present++;
      }
    }
    builder.rows += count;
    return present - from.present;
  }
  builder.rows += count;
  return count;
}

function appendBytes(
  builder: TextBuilder,
  { bytes, bounds, size }: Extract<Payload, { kind: 'bytes' }>,
  values: Values,
  map: CodeMap,
  from: From,
  count: number,
): number {
  if (values.codes !== undefined && values.definitions === undefined && builder.hasDictionary) {
    // A text is looked up when its code is first met, not for each of its rows.
    map.codes ??= new Int32Array(size).fill(-1);
    builder.appendCodes(values.codes, from.present, count, map.codes, bytes, bounds);
    return count;
  }
  return eachRow(values, from, count, (at) => {
    if (at < 0) builder.appendNull();
    else builder.appendBytes(bytes, bounds[2 * at]!, bounds[2 * at + 1]!);
  });
}
