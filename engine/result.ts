import { formatValue } from '../compiler/types/text.ts';
import type { Type } from '../compiler/types/type.ts';
import { type AnyValue, isAnyValue, isInterval, type Value } from '../compiler/types/value.ts';

export interface ResultColumn {
  readonly name: string;
  /** The type's name, such as `int32`, `decimal(15,2)`, `utf8`. */
  readonly type: string;
  readonly nullable: boolean;
}

/**
 * A value as callers get it: integers up to 32 bits and floats as number, int64 as bigint, decimals, dates, times,
 * timestamps and intervals as text (exactly what SQL prints), binary as Uint8Array, lists as arrays, `any` as plain
 * JavaScript values.
 */
export type JsValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly JsValue[]
  | { readonly [key: string]: JsValue };

export type Row = { readonly [column: string]: JsValue };

/** The complete result of a statement. */
export interface QueryResult {
  /** What the statement was: `SELECT`, `INSERT`, `CREATE TABLE` … */
  readonly command: string;
  readonly columns: readonly ResultColumn[];
  readonly rowCount: number;
  /** Rows as objects; of columns with one name the last one counts. */
  readonly rows: readonly Row[];
  /** Rows as arrays, in the order of the columns. */
  readonly values: readonly (readonly JsValue[])[];
  /** Rows as SQL text; null for NULL. */
  readonly texts: readonly (readonly (string | null)[])[];
}

/** Some rows of a result while it is computed. */
export interface ResultBatch {
  readonly columns: readonly ResultColumn[];
  readonly values: readonly (readonly JsValue[])[];
  readonly texts: readonly (readonly (string | null)[])[];
}

export function toBatch(
  columns: readonly ResultColumn[],
  types: readonly Type[],
  rows: readonly (readonly Value[])[],
): ResultBatch {
  let values: readonly (readonly JsValue[])[] | undefined;
  let texts: readonly (readonly (string | null)[])[] | undefined;
  const typeOf = (i: number): Type => types[i] ?? { kind: 'null' };
  return {
    columns,
    get values() {
      values ??= rows.map((row) => row.map((value, i) => toJs(value, typeOf(i))));
      return values;
    },
    get texts() {
      texts ??= rows.map((row) => row.map((value, i) => (value === null ? null : formatValue(value, typeOf(i)))));
      return texts;
    },
  };
}

export function toResult(
  command: string,
  columns: readonly ResultColumn[],
  types: readonly Type[],
  rows: readonly (readonly Value[])[],
  rowCount = rows.length,
): QueryResult {
  const batch = toBatch(columns, types, rows);
  let objects: readonly Row[] | undefined;
  return {
    command,
    columns,
    rowCount,
    get values() {
      return batch.values;
    },
    get texts() {
      return batch.texts;
    },
    get rows() {
      objects ??= batch.values.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null])));
      return objects;
    },
  };
}

function toJs(value: Value, type: Type): JsValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (type.kind === 'decimal' || type.kind === 'date' || type.kind === 'time' || type.kind === 'timestamp')
    return formatValue(value, type);
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array) return value;
  if (isInterval(value)) return formatValue(value, type);
  if (isAnyValue(value)) return anyToJs(value);
  const element: Type = type.kind === 'list' ? type.element : { kind: 'any' };
  return value.map((item) => toJs(item, element));
}

function anyToJs(value: AnyValue): JsValue {
  switch (value.tag) {
    case 'null':
      return null;
    case 'bool':
    case 'float64':
    case 'utf8':
      return value.value;
    case 'int64': {
      // JSON's numbers are doubles to JavaScript; what does not fit one stays exact.
      const number = Number(value.value);
      return Number.isSafeInteger(number) ? number : value.value;
    }
    case 'list':
      return value.value.map(anyToJs);
    case 'object':
      return Object.fromEntries([...value.value].map(([key, item]) => [key, anyToJs(item)]));
  }
}
