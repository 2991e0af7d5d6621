import { BOOL, FLOAT64, INT64, UTF8 } from '../../compiler/types/type.ts';
import { ANY_TAG } from '../../runtime/columns/any-tag.ts';
import type { ChunkColumn, ShreddedField } from '../../runtime/columns/chunk.ts';
import { fieldNames, fieldPath } from '../../runtime/columns/field-path.ts';
import { decodeText } from '../../runtime/columns/text.ts';
import { FloatBuilder } from './floats.ts';
import { IntegerBuilder } from './integers.ts';
import { TextBuilder } from './text.ts';
import { isValid } from './validity.ts';

/** Rows of a chunk that are looked at to choose what is shredded. */
const SAMPLE = 128;
/** The share of a chunk's rows that must have a field of one kind; in a sample, fewer raise hope. */
const HOT = 0.9;
const HOPEFUL = 0.8;
/** Its multiples spread evenly modulo 1, so that no period of the data is met. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;
const MAX_FIELDS = 32;
/** Fields of fields, not deeper. */
const MAX_PATH = 2;

/**
 * The hot fields of a chunk of dynamic values, by path: those that most rows have, with a value of one kind. They are
 * copies, as the values stay whole beside them: a chunk takes up to twice the memory of its hot fields more. That is
 * the price of handing out whole values, and fields that are not hot, without putting them together.
 */
export function shredFields(column: ChunkColumn, rows: number): ReadonlyMap<string, ShreddedField> | undefined {
  const heap = column.heap;
  if (heap === undefined || column.tags === undefined) return undefined;
  const objects = objectsOf(column, rows);
  const shredded = new Map<string, ShreddedField>();
  for (const [path, tag] of hotFields(objects, heap)) {
    const field = fieldColumn(objects, heap, fieldNames(path), tag);
    if (field.column.nullCount <= (1 - HOT) * rows) shredded.set(path, field);
  }
  return shredded.size === 0 ? undefined : shredded;
}

/** Where each row's object begins in the heap; -1 for rows without one. */
function objectsOf({ values, tags, validity }: ChunkColumn, rows: number): Float64Array {
  const view = new DataView(values.buffer, values.byteOffset);
  const objects = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const isObject = tags?.[row] === ANY_TAG.object && isValid(validity, row);
    objects[row] = isObject ? view.getUint32(8 * row, true) : -1;
  }
  return objects;
}

function hotFields(objects: Float64Array, heap: Uint8Array): readonly (readonly [string, number])[] {
  const seen = new Map<string, Uint32Array>();
  const cursor = new FieldCursor(heap);
  const visit = (object: number, names: readonly string[]): void => {
    const count = cursor.count(object);
    for (let i = 0; i < count; i++) {
      cursor.move(object, i);
      const { tag, start } = cursor;
      const path = [...names, cursor.name()];
      const key = fieldPath(path);
      const kinds = seen.get(key) ?? new Uint32Array(ANY_TAG.object + 1);
      seen.set(key, kinds);
      kinds[tag] = (kinds[tag] ?? 0) + 1;
      if (tag === ANY_TAG.object && path.length < MAX_PATH) visit(start, path);
    }
  };
  const sampled = Math.min(objects.length, SAMPLE);
  for (let i = 0; i < sampled; i++) {
    const object = objects[Math.floor(((i * GOLDEN_RATIO) % 1) * objects.length)] ?? -1;
    if (object >= 0) visit(object, []);
  }
  return [...seen]
    .flatMap(([path, kinds]) =>
      SCALARS.filter((tag) => (kinds[tag] ?? 0) >= HOPEFUL * sampled).map((tag) => [path, tag] as const),
    )
    .slice(0, MAX_FIELDS);
}

const SCALARS: readonly number[] = [ANY_TAG.bool, ANY_TAG.int64, ANY_TAG.float64, ANY_TAG.utf8];

/** The values that have the kind `tag`; NULL for all other rows. */
function fieldColumn(objects: Float64Array, heap: Uint8Array, names: readonly string[], tag: number): ShreddedField {
  const encoder = new TextEncoder();
  const steps = names.map((name) => ({ name: encoder.encode(name), cursor: new FieldCursor(heap) }));
  const view = new DataView(heap.buffer, heap.byteOffset, heap.byteLength);
  const rows = objects.length;
  const integers = new IntegerBuilder(tag === ANY_TAG.bool ? BOOL : INT64, tag <= ANY_TAG.int64 ? rows : 0);
  const floats = new FloatBuilder(FLOAT64, tag === ANY_TAG.float64 ? rows : 0);
  const texts = new TextBuilder(UTF8, tag === ANY_TAG.utf8 ? rows : 0, undefined);
  const builder = tag === ANY_TAG.utf8 ? texts : tag === ANY_TAG.float64 ? floats : integers;
  let whole = true;
  for (let row = 0; row < rows; row++) {
    let at = objects[row] ?? -1;
    let found: number = ANY_TAG.object;
    let end = 0;
    for (const { name, cursor } of steps) {
      if (at < 0) break;
      if (found !== ANY_TAG.object || !cursor.find(at, name)) {
        at = -1;
        break;
      }
      ({ tag: found, start: at, end } = cursor);
    }
    if (at >= 0 && found === tag) {
      if (tag === ANY_TAG.utf8) texts.appendBytes(heap, at, end);
      else if (tag === ANY_TAG.float64) floats.appendValue(view.getFloat64(at, true));
      else if (tag === ANY_TAG.bool) integers.appendValue(heap[at] !== 0);
      else {
        const words = integers.reserve(1);
        words[2 * integers.rows] = view.getInt32(at, true);
        words[2 * integers.rows + 1] = view.getInt32(at + 4, true);
        integers.rows++;
      }
    } else {
      builder.appendNull();
      if (at >= 0) whole = false;
    }
  }
  return { tag, column: builder.seal(0, rows, true), whole };
}

/** Reads fields of encoded objects (runtime/columns/nested.ts). */
class FieldCursor {
  /** The field's value: its tag, and where its payload begins and ends. */
  tag = 0;
  start = 0;
  end = 0;
  private readonly heap: Uint8Array;
  private readonly view: DataView;
  private from = 0;
  private middle = 0;
  /** Where the field was last: objects of one table mostly have their fields in one order. */
  private guess = 0;

  constructor(heap: Uint8Array) {
    this.heap = heap;
    this.view = new DataView(heap.buffer, heap.byteOffset, heap.byteLength);
  }

  count(object: number): number {
    return this.view.getUint32(object, true);
  }

  move(object: number, index: number): void {
    const { view, heap } = this;
    const origin = object + 4 + 8 * this.count(object);
    const ends = object + 4 + 8 * index;
    this.from = origin + (index === 0 ? 0 : view.getUint32(ends - 4, true));
    this.middle = origin + view.getUint32(ends, true);
    this.end = origin + view.getUint32(ends + 4, true);
    this.tag = heap[this.middle]!;
    this.start = this.middle + 1;
  }

  name(): string {
    return decodeText(this.heap, this.from, this.middle - this.from);
  }

  find(object: number, name: Uint8Array): boolean {
    const count = this.count(object);
    for (let i = 0; i < count; i++) {
      const index = (this.guess + i) % count;
      this.move(object, index);
      if (!this.isNamed(name)) continue;
      this.guess = index;
      return true;
    }
    return false;
  }

  private isNamed(name: Uint8Array): boolean {
    const { heap, from } = this;
    if (this.middle - from !== name.length) return false;
    let i = 0;
    while (i < name.length && heap[from + i] === name[i]) i++;
    return i === name.length;
  }
}
