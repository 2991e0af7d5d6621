import { OrbitError } from '../compiler/types/error.ts';
import type { JsValue } from './result.ts';

/** Rows as objects; a key that a row does not have is NULL there. */
export type RowData = readonly { readonly [column: string]: Cell }[];

/** Columns as arrays of one length, typed or not. */
export interface ColumnData {
  readonly [column: string]: ArrayLike<Cell>;
}

/** A table of Apache Arrow's library, or anything of its shape. */
export interface ArrowLike {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  readonly getChildAt: (index: number) => { readonly get: (row: number) => unknown } | null;
}

/** Dates are timestamps in UTC. */
export type Cell = JsValue | Date | undefined;

export interface RegisterOptions {
  /** Types as SQL names them, for columns whose values do not say enough. */
  readonly types?: { readonly [column: string]: string } | undefined;
  /** Takes the place of a table of that name. */
  readonly replace?: boolean | undefined;
}

/** Data on its way into a table: its columns with the types that SQL gives them, and its cells. */
export interface RegisteredData {
  readonly rowCount: number;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly at: (row: number) => JsValue }[];
}

export function registeredData(
  data: RowData | ColumnData | ArrowLike,
  types: { readonly [column: string]: string } = {},
): RegisteredData {
  const { rowCount, columns } = isRows(data) ? fromRows(data) : isArrow(data) ? fromArrow(data) : fromColumns(data);
  if (columns.length === 0) throw new OrbitError('invalid_parameter_value', 'there are no columns to register');
  const names = new Set(columns.map(({ name }) => name));
  const stranger = Object.keys(types).find((name) => !names.has(name));
  if (stranger !== undefined) {
    throw new OrbitError('undefined_column', `there is no column "${stranger}" to give a type to`);
  }
  return {
    rowCount,
    columns: columns.map(({ name, at, type }) => ({
      name,
      at: (row) => cell(at(row), name, row),
      type: types[name] ?? type ?? inferred(name, rowCount, at),
    })),
  };
}

interface Source {
  readonly name: string;
  readonly at: (row: number) => unknown;
  /** Where the data says it. */
  readonly type?: string | undefined;
}

interface Sources {
  readonly rowCount: number;
  readonly columns: readonly Source[];
}

function isRows(data: RowData | ColumnData | ArrowLike): data is RowData {
  return Array.isArray(data);
}

function isArrow(data: ColumnData | ArrowLike): data is ArrowLike {
  return typeof data.getChildAt === 'function' && typeof data.numRows === 'number';
}

function fromRows(rows: RowData): Sources {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return { rowCount: rows.length, columns: [...names].map((name) => ({ name, at: (row) => rows[row]?.[name] })) };
}

function fromColumns(data: ColumnData): Sources {
  const columns = Object.entries(data);
  const rowCount = columns[0]?.[1].length ?? 0;
  const uneven = columns.find(([, values]) => values.length !== rowCount);
  if (uneven !== undefined) {
    throw new OrbitError(
      'invalid_parameter_value',
      `column "${uneven[0]}" has ${uneven[1].length} values, the first one has ${rowCount}`,
    );
  }
  return {
    rowCount,
    columns: columns.map(([name, values]) => ({ name, at: (row) => values[row], type: typeOfArray(values) })),
  };
}

function fromArrow(table: ArrowLike): Sources {
  const columns = table.schema.fields.map(({ name }, i) => {
    const vector = table.getChildAt(i);
    return { name, at: (row: number): unknown => vector?.get(row) };
  });
  return { rowCount: table.numRows, columns };
}

function typeOfArray(values: ArrayLike<Cell>): string | undefined {
  if (values instanceof Int8Array || values instanceof Uint8Array || values instanceof Int16Array) return 'smallint';
  if (values instanceof Uint16Array || values instanceof Int32Array) return 'integer';
  if (values instanceof Uint32Array || values instanceof BigInt64Array) return 'bigint';
  if (values instanceof BigUint64Array) return 'decimal(20, 0)';
  if (values instanceof Float32Array) return 'real';
  return values instanceof Float64Array ? 'double precision' : undefined;
}

/** What can hold all the values; where there are only NULLs, text. */
function inferred(name: string, rowCount: number, at: (row: number) => unknown): string {
  let type: string | undefined;
  for (let row = 0; row < rowCount; row++) {
    const own = typeOf(at(row), name);
    if (own === undefined || own === type) continue;
    if (type === undefined) type = own;
    else if (isNumeric(type) && isNumeric(own)) type = 'double precision';
    else throw mixed(name, `${type} and ${own}`);
  }
  return type ?? 'text';
}

function isNumeric(type: string): boolean {
  return type === 'bigint' || type === 'double precision';
}

function mixed(name: string, what: string): OrbitError {
  return new OrbitError('datatype_mismatch', `column "${name}" has values of ${what}`, {
    hint: `Say what it is: { types: { ${JSON.stringify(name)}: 'text' } }.`,
  });
}

function typeOf(value: unknown, name: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'bigint':
      return 'bigint';
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'bigint' : 'double precision';
    case 'string':
      return 'text';
    default:
      break;
  }
  if (value instanceof Date) return 'timestamp';
  if (value instanceof Uint8Array) return 'bytea';
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return `${inferred(name, items.length, (i) => items[i])}[]`;
  }
  throw new OrbitError('feature_not_supported', `column "${name}" has objects, which no type of a column holds yet`);
}

function cell(value: unknown, name: string, row: number): JsValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) {
      throw new OrbitError('invalid_datetime_format', `row ${row + 1} of column "${name}" is an invalid Date`);
    }
    return value.toISOString().replace('T', ' ').replace('Z', '');
  }
  if (Array.isArray(value)) return value.map((item: unknown) => cell(item, name, row));
  throw new OrbitError('feature_not_supported', `row ${row + 1} of column "${name}" is an object`);
}
