import { internalError, OrbitError } from '../../compiler/types/error.ts';
import { BINARY } from '../../compiler/types/type.ts';
import type { AnyValue } from '../../compiler/types/value.ts';
import { ANY_TAG } from '../../runtime/columns/any-tag.ts';
import type { ChunkColumn, ShreddedField } from '../../runtime/columns/chunk.ts';
import { fieldNames } from '../../runtime/columns/field-path.ts';
import { decodeText } from '../../runtime/columns/text.ts';
import {
  collectNames,
  compareNames,
  decodeVariantNames,
  decodeVariantValue,
  encodeVariantValue,
  type VariantNames,
  variantNames,
} from '../../runtime/columns/variant.ts';
import { rawInteger, textRange } from './decode.ts';
import { readDynamic } from './dynamic.ts';
import { shredFields } from './shredding.ts';
import { TextBuilder } from './text.ts';
import { isValid } from './validity.ts';

/**
 * A chunk of dynamic values as Parquet lays out a shredded Variant (apache/parquet-format, VariantShredding.md).
 * Metadata is NULL where the value is.
 *
 * The specification gives fields no order. Ours is in the metadata, which need neither be sorted nor free of
 * repetitions: it begins with the names of the value's fields in their order, followed by those of each field that is a
 * shredded object.
 */
export interface ShreddedVariant {
  readonly rows: number;
  readonly metadata: ChunkColumn;
  readonly root: VariantGroup;
}

export interface VariantGroup {
  /** The Variant encoding of what the typed columns do not have; NULL where that is nothing. */
  readonly value: ChunkColumn;
  /** `typed_value` of a scalar. */
  readonly typed?: ShreddedField | undefined;
  /** `typed_value` of an object; `present` has one bit a row, least significant first, 1 = the value is an object. */
  readonly fields?: { readonly present: Uint8Array; readonly groups: ReadonlyMap<string, VariantGroup> } | undefined;
}

/** What `reconstruct` undoes. Shreds the fields that the column has shredded, or would have. */
export function shredVariant(column: ChunkColumn, rows: number): ShreddedVariant {
  const shredded = column.shredded ?? shredFields(column, rows) ?? new Map<string, ShreddedField>();
  const metadata = new TextBuilder(BINARY, rows, undefined);
  const root = new GroupBuilder(rows);
  for (const [path, field] of shredded) root.add(fieldNames(path), field);
  for (let row = 0; row < rows; row++) {
    if (!isValid(column.validity, row)) {
      metadata.appendNull();
      root.append(undefined, variantNames([]), row);
      continue;
    }
    const value = readDynamic(column, row);
    const inOrder: string[] = [];
    root.listNames(value, inOrder);
    const all = new Set<string>();
    collectNames(value, all);
    for (const name of inOrder) all.delete(name);
    const names = variantNames([...inOrder, ...[...all].sort(compareNames)]);
    metadata.appendValue(names.metadata);
    root.append(value, names, row);
  }
  return { rows, metadata: metadata.seal(0, rows), root: root.seal() };
}

class GroupBuilder {
  private readonly rows: number;
  private readonly value: TextBuilder;
  private readonly present: Uint8Array;
  private readonly children = new Map<string, GroupBuilder>();
  private typed: ShreddedField | undefined;

  constructor(rows: number) {
    this.rows = rows;
    this.value = new TextBuilder(BINARY, rows, undefined);
    this.present = new Uint8Array((rows + 7) >> 3);
  }

  add([name, ...rest]: readonly string[], field: ShreddedField): void {
    if (name === undefined) {
      this.typed = field;
      return;
    }
    const child = this.children.get(name) ?? new GroupBuilder(this.rows);
    this.children.set(name, child);
    child.add(rest, field);
  }

  listNames(value: AnyValue | undefined, names: string[]): void {
    if (this.children.size === 0 || value?.tag !== 'object') return;
    for (const name of value.value.keys()) names.push(name);
    for (const [name, child] of this.children) child.listNames(value.value.get(name), names);
  }

  append(value: AnyValue | undefined, names: VariantNames, row: number): void {
    const { children } = this;
    const isShredded = children.size > 0 && value?.tag === 'object';
    for (const [name, child] of children) child.append(isShredded ? value.value.get(name) : undefined, names, row);
    if (isShredded) {
      this.present[row >> 3] = this.present[row >> 3]! | (1 << (row & 7));
      const left = new Map([...value.value].filter(([name]) => !children.has(name)));
      if (left.size === 0) this.value.appendNull();
      else this.value.appendValue(encodeVariantValue({ tag: 'object', value: left }, names));
      return;
    }
    const isTyped = this.typed !== undefined && isValid(this.typed.column.validity, row);
    if (value === undefined || isTyped) this.value.appendNull();
    else this.value.appendValue(encodeVariantValue(value, names));
  }

  seal(): VariantGroup {
    const groups = new Map([...this.children].map(([name, child]) => [name, child.seal()]));
    return {
      value: this.value.seal(0, this.rows),
      typed: this.typed,
      fields: groups.size === 0 ? undefined : { present: this.present, groups },
    };
  }
}

/** The values as they were: NULL, and fields in their order. */
export function reconstruct({ rows, metadata, root }: ShreddedVariant): readonly (AnyValue | null)[] {
  return Array.from({ length: rows }, (_, row) => {
    if (!isValid(metadata.validity, row)) return null;
    const names = decodeVariantNames(bytesOf(metadata, row));
    // Where a value is required but missing, readers must take it for a Variant null.
    return readGroup(root, row, { names, at: 0 }) ?? { tag: 'null' };
  });
}

/** The metadata's names, and how many of them have told an order. */
interface NameOrder {
  readonly names: readonly string[];
  at: number;
}

function readGroup(group: VariantGroup, row: number, order: NameOrder): AnyValue | undefined {
  const { value, typed, fields } = group;
  const left = isValid(value.validity, row) ? decodeVariantValue(bytesOf(value, row), order.names) : undefined;
  if (typed !== undefined && isValid(typed.column.validity, row)) {
    if (left !== undefined) throw malformed('a value is there twice');
    return readTyped(typed, row);
  }
  if (fields === undefined || !isValid(fields.present, row)) return left;
  if (left !== undefined && left.tag !== 'object') throw malformed('a shredded object has another value');
  const shredded = [...fields.groups].filter(([, child]) => isThere(child, row));
  const present = [...shredded.map(([name]) => name), ...(left?.value.keys() ?? [])];
  if (new Set(present).size < present.length) throw malformed('a shredded field is there twice');
  const names = inOrder(present, order);
  const values = new Map(shredded.map(([name, child]) => [name, readGroup(child, row, order)]));
  const object = new Map<string, AnyValue>();
  for (const name of names) {
    const field = values.get(name) ?? left?.value.get(name);
    if (field !== undefined) object.set(name, field);
  }
  return { tag: 'object', value: object };
}

function isThere({ value, typed, fields }: VariantGroup, row: number): boolean {
  return (
    isValid(value.validity, row) ||
    (typed !== undefined && isValid(typed.column.validity, row)) ||
    (fields !== undefined && isValid(fields.present, row))
  );
}

/** The names in the order that the metadata tells; in the given one if another writer's metadata tells none. */
function inOrder(names: readonly string[], order: NameOrder): readonly string[] {
  const next = order.names.slice(order.at, order.at + names.length);
  const known = new Set(names);
  if (new Set(next).size !== names.length || !next.every((name) => known.has(name))) return names;
  order.at += names.length;
  return next;
}

function readTyped({ tag, column }: ShreddedField, row: number): AnyValue {
  switch (tag) {
    case ANY_TAG.bool:
      return { tag: 'bool', value: rawInteger(column, row) !== 0n };
    case ANY_TAG.int64:
      return { tag: 'int64', value: rawInteger(column, row) };
    case ANY_TAG.float64: {
      const view = new DataView(column.values.buffer, column.values.byteOffset);
      return { tag: 'float64', value: view.getFloat64(8 * row, true) };
    }
    case ANY_TAG.utf8: {
      const { bytes, start, end } = textRange(column, row);
      return { tag: 'utf8', value: decodeText(bytes, start, end - start) };
    }
    default:
      throw internalError(`fields of tag ${tag} are not shredded`);
  }
}

function bytesOf(column: ChunkColumn, row: number): Uint8Array {
  const { bytes, start, end } = textRange(column, row);
  return bytes.slice(start, end);
}

function malformed(what: string): OrbitError {
  return new OrbitError('bad_file_format', `malformed shredded Variant: ${what}`);
}
