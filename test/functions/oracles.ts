// The same call in our SQL, PostgreSQL's and DuckDB's; and what the two engines make of it, as text in PostgreSQL's form.
import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { formatList } from '../../compiler/types/list-text.ts';
import { formatValue } from '../../compiler/types/text.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';

export interface TypedValue {
  readonly type: Type;
  readonly value: Value;
}

export type Dialect = 'postgres' | 'duckdb';

/** The type's name in both engines; undefined where one has none like it. */
export function dialectType(type: Type, dialect: Dialect): string | undefined {
  switch (type.kind) {
    case 'bool':
      return 'boolean';
    case 'int8':
      return dialect === 'duckdb' ? 'tinyint' : undefined;
    case 'int16':
      return 'smallint';
    case 'int32':
      return 'integer';
    case 'int64':
      return 'bigint';
    case 'float32':
      return 'real';
    case 'float64':
      return 'double precision';
    case 'utf8':
      return 'text';
    case 'binary':
      return dialect === 'duckdb' ? 'blob' : 'bytea';
    case 'date':
    case 'time':
    case 'timestamp':
    case 'interval':
      return type.kind;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'list': {
      const element = dialectType(type.element, dialect);
      return element === undefined ? undefined : `${element}[]`;
    }
    default:
      return undefined;
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A value as a literal with its type. */
export function literal({ type, value }: TypedValue, dialect: Dialect): string {
  const name = dialectType(type, dialect) ?? type.kind;
  if (value === null) return `CAST(NULL AS ${name})`;
  if (type.kind === 'list' && Array.isArray(value)) {
    const items = value.map((item: Value) => literal({ type: type.element, value: item }, dialect)).join(', ');
    return `CAST(${dialect === 'postgres' ? 'ARRAY' : ''}[${items}] AS ${name})`;
  }
  const text = formatValue(value, type);
  if (type.kind === 'interval' && dialect === 'duckdb') return `CAST(${quoted(text.replaceAll('+', ''))} AS ${name})`;
  const shown = type.kind === 'binary' && dialect === 'duckdb' ? text.slice(2).replace(/../g, '\\x$&') : text;
  return `CAST(${quoted(shown)} AS ${name})`;
}

function printDuck(value: DuckDBValue, type: Type): string {
  if (value === null) return 'NULL';
  if (value instanceof DuckDBListValue) {
    const element = type.kind === 'list' ? type.element : type;
    const items = value.items.map((item) => (item === null ? null : printDuck(item, element)));
    return formatList(items, element, (item) => String(item));
  }
  if (typeof value === 'number' && (type.kind === 'float32' || type.kind === 'float64'))
    return formatValue(value, type);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value instanceof DuckDBIntervalValue) {
    const { months, days, micros } = value;
    return formatValue({ months, days, micros }, { kind: 'interval' });
  }
  if (value instanceof DuckDBTimestampValue) return formatValue(value.micros, { kind: 'timestamp' });
  if (value instanceof DuckDBBlobValue) return `\\x${Buffer.from(value.bytes).toString('hex')}`;
  if (value instanceof DuckDBDecimalValue) return value.toString();
  return String(value);
}

export interface Duck {
  readonly evaluate: (expression: string, type: Type) => Promise<string>;
  /** Names of its functions. */
  readonly functions: ReadonlySet<string>;
  readonly close: () => void;
}

export async function openDuck(): Promise<Duck> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection: DuckDBConnection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const names = await connection.runAndReadAll('SELECT DISTINCT function_name FROM duckdb_functions()');
  return {
    functions: new Set(names.getRows().map(([name]) => String(name))),
    evaluate: async (expression, type) => {
      try {
        const reader = await connection.runAndReadAll(
          expression.startsWith('SELECT') ? expression : `SELECT ${expression}`,
        );
        return printDuck(reader.getRows()[0]?.[0] ?? null, type);
      } catch (error) {
        return `error ${error instanceof Error ? error.message.split('\n')[0] : ''}`;
      }
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
