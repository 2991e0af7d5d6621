import { formatValue } from '../compiler/types/text.ts';
import type { Type } from '../compiler/types/type.ts';
import { type AnyValue, isAnyValue, isInterval, type Value } from '../compiler/types/value.ts';
import type { Zone } from '../compiler/types/zones.ts';

export interface ResultColumn {
  readonly name: string;
  /** The type's name, such as `int32`, `decimal(15,2)`, `utf8`. */
  readonly type: string;
  readonly nullable: boolean;
}

/**
 * A value as callers get it: integers up to 32 bits and floats as number, int64 as bigint, decimals, dates, times,
 * timestamps (with a zone: as clocks of the session's show them), uuids and intervals as text (exactly what SQL prints), binary as Uint8Array, lists as arrays, `any` as plain
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

/** Values are converted when they are asked for. Classes, because results of point queries are made by the ten thousand. */
class Batch implements ResultBatch {
  readonly columns: readonly ResultColumn[];
  readonly #types: readonly Type[];
  readonly #rows: readonly (readonly Value[])[];
  readonly #zone: Zone;
  #values: ResultBatch['values'] | undefined;
  #texts: ResultBatch['texts'] | undefined;

  constructor(
    columns: readonly ResultColumn[],
    types: readonly Type[],
    rows: readonly (readonly Value[])[],
    zone: Zone,
  ) {
    this.columns = columns;
    this.#types = types;
    this.#rows = rows;
    this.#zone = zone;
  }

  get values(): ResultBatch['values'] {
    this.#values ??= this.#rows.map((row) => row.map((value, i) => toJs(value, this.#typeOf(i), this.#zone)));
    return this.#values;
  }

  get texts(): ResultBatch['texts'] {
    this.#texts ??= this.#rows.map((row) =>
      row.map((value, i) => (value === null ? null : formatValue(value, this.#typeOf(i), this.#zone))),
    );
    return this.#texts;
  }

  #typeOf(i: number): Type {
    return this.#types[i] ?? { kind: 'null' };
  }

  toJSON(): ResultBatch {
    const { columns, values, texts } = this;
    return { columns, values, texts };
  }
}

class Result extends Batch implements QueryResult {
  readonly command: string;
  readonly rowCount: number;
  #objects: readonly Row[] | undefined;

  constructor(
    command: string,
    columns: readonly ResultColumn[],
    types: readonly Type[],
    rows: readonly (readonly Value[])[],
    rowCount: number,
    zone: Zone,
  ) {
    super(columns, types, rows, zone);
    this.command = command;
    this.rowCount = rowCount;
  }

  get rows(): readonly Row[] {
    this.#objects ??= this.values.map((row) =>
      Object.fromEntries(this.columns.map(({ name }, i) => [name, row[i] ?? null])),
    );
    return this.#objects;
  }

  override toJSON(): QueryResult {
    const { command, columns, rowCount, rows, values, texts } = this;
    return { command, columns, rowCount, rows, values, texts };
  }
}

export function toBatch(
  columns: readonly ResultColumn[],
  types: readonly Type[],
  rows: readonly (readonly Value[])[],
  zone: Zone,
): ResultBatch {
  return new Batch(columns, types, rows, zone);
}

export function toResult(
  command: string,
  columns: readonly ResultColumn[],
  types: readonly Type[],
  rows: readonly (readonly Value[])[],
  rowCount: number,
  zone: Zone,
): QueryResult {
  return new Result(command, columns, types, rows, rowCount, zone);
}

/** Types whose values are texts to JavaScript. */
const TEXT_KINDS: ReadonlySet<Type['kind']> = new Set<Type['kind']>([
  'decimal',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
]);

/** A value as callers get it. */
export function toJs(value: Value, type: Type, zone: Zone): JsValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (TEXT_KINDS.has(type.kind)) return formatValue(value, type, zone);
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array) return value;
  if (isInterval(value)) return formatValue(value, type);
  if (isAnyValue(value)) return anyToJs(value);
  const element: Type = type.kind === 'list' ? type.element : { kind: 'any' };
  return value.map((item) => toJs(item, element, zone));
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
