import type { SchemaElement } from 'hyparquet';
import { OrbitError } from '../../../compiler/types/error.ts';
import {
  BINARY,
  BOOL,
  DATE,
  decimal,
  FLOAT32,
  FLOAT64,
  INT8,
  INT16,
  INT32,
  INT64,
  INTERVAL,
  list,
  MAX_DECIMAL_PRECISION,
  TIME,
  TIMESTAMP,
  type Type,
  UTF8,
} from '../../../compiler/types/type.ts';
import { Malformed } from './problem.ts';

/** How the bytes of a column chunk become values of `type`. */
export interface Leaf {
  readonly physical: Physical;
  /** Bytes of FIXED_LEN_BYTE_ARRAY. */
  readonly width: number;
  /** Of a value, or of an element of a list. */
  readonly type: Type;
  readonly form: Form;
  /** Levels at which a value is there, and at which a list has an element (0: no lists). */
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  /** Of lists: the definition level from which on the list itself is not NULL. */
  readonly listLevel: number;
}

export type Physical = NonNullable<SchemaElement['type']>;

/**
 * What is done to the stored value: `millis` are multiplied and `nanos` divided to microseconds; `unsigned` integers fill
 * the next larger type; `bigEndian` is a decimal in bytes.
 */
export type Form = 'plain' | 'unsigned' | 'millis' | 'nanos' | 'bigEndian' | 'uuid' | 'interval' | 'float16' | 'int96';

/** A column of the table; `leaf` says which of the column chunks of a row group holds it. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: Type;
  readonly nullable: boolean;
  readonly chunk: number;
  readonly leaf: Leaf;
}

/** The columns that a file's schema (a tree in preorder) describes. Nested ones but lists of simple values are refused. */
export function columnsOf(schema: readonly SchemaElement[], path: string): readonly ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  let at = 1;
  let chunk = 0;
  const [root] = schema;
  if (root === undefined) throw new Malformed('the file has no schema');
  while (at < schema.length) {
    const element = schema[at]!;
    const size = sizeOf(schema, at);
    if (element.num_children === undefined || element.num_children === 0) {
      if (element.repetition_type === 'REPEATED') throw refused(element, 'a repeated field', path);
      columns.push({ ...flatColumn(element, path), chunk });
      chunk++;
    } else {
      columns.push({ ...listColumn(schema.slice(at, at + size), path), chunk });
      chunk++;
    }
    at += size;
  }
  if (columns.length !== root.num_children) throw new Malformed('the schema is not a tree');
  return columns;
}

/** Elements of the subtree at a position. */
function sizeOf(schema: readonly SchemaElement[], at: number): number {
  let open = 1;
  let end = at;
  while (open > 0) {
    const element = schema[end++];
    if (element === undefined || (element.num_children ?? 0) < 0) throw new Malformed('the schema is not a tree');
    open += (element.num_children ?? 0) - 1;
  }
  return end - at;
}

function flatColumn(element: SchemaElement, path: string): Omit<ParquetColumn, 'chunk'> {
  const nullable = element.repetition_type !== 'REQUIRED';
  const levels = { maxDefinition: nullable ? 1 : 0, maxRepetition: 0, listLevel: 0 };
  const leaf = { ...leafOf(element, path), ...levels };
  return { name: element.name, type: leaf.type, nullable, leaf };
}

/** LIST, as three levels (group, repeated group, element) or as two (group, repeated element). */
function listColumn(elements: readonly SchemaElement[], path: string): Omit<ParquetColumn, 'chunk'> {
  const [group, repeated, third] = elements as [SchemaElement, SchemaElement, SchemaElement | undefined];
  const isList = group.converted_type === 'LIST' || group.logical_type?.type === 'LIST';
  const element = third ?? repeated;
  const flat = elements.length <= 3 && (element.num_children ?? 0) === 0;
  if (!isList || !flat || repeated.repetition_type !== 'REPEATED') {
    throw refused(group, isList ? 'a list of nested values' : kindOf(group), path);
  }
  const listLevel = group.repetition_type === 'OPTIONAL' ? 1 : 0;
  const optional = third?.repetition_type === 'OPTIONAL' ? 1 : 0;
  const leaf = {
    ...leafOf(element, path),
    maxDefinition: listLevel + 1 + optional,
    maxRepetition: 1,
    listLevel,
  };
  return { name: group.name, type: list(leaf.type), nullable: listLevel === 1, leaf };
}

function kindOf(group: SchemaElement): string {
  const map = group.converted_type === 'MAP' || group.logical_type?.type === 'MAP';
  return map ? 'a map' : group.logical_type?.type === 'VARIANT' ? 'a variant' : 'a struct';
}

function refused({ name }: SchemaElement, what: string, path: string): OrbitError {
  return new OrbitError('feature_not_supported', `column "${name}" of "${path}" is ${what}, which cannot be read yet`);
}

type LeafType = Pick<Leaf, 'physical' | 'width' | 'type' | 'form'>;

function leafOf(element: SchemaElement, path: string): LeafType {
  const physical = element.type;
  if (physical === undefined) throw new Malformed(`column "${element.name}" has no type`);
  const width = element.type_length ?? 0;
  if (physical === 'FIXED_LEN_BYTE_ARRAY' && !(width > 0 && width < 1 << 20)) {
    throw new Malformed(`values of column "${element.name}" are ${width} bytes long`);
  }
  const [type, form = 'plain'] = typeOf(element, physical, path);
  return { physical, width, type, form };
}

function typeOf(element: SchemaElement, physical: Physical, path: string): readonly [Type, Form?] {
  const { converted_type: converted, logical_type: logical } = element;
  const isDecimal = converted === 'DECIMAL' || logical?.type === 'DECIMAL';
  if (isDecimal) return decimalOf(element, physical, path);
  switch (physical) {
    case 'BOOLEAN':
      return [BOOL];
    case 'FLOAT':
      return [FLOAT32];
    case 'DOUBLE':
      return [FLOAT64];
    case 'INT96':
      return [TIMESTAMP, 'int96'];
    case 'INT32':
      return int32Type(element);
    case 'INT64':
      return int64Type(element);
    case 'BYTE_ARRAY':
      if (converted === 'UTF8' || converted === 'ENUM' || converted === 'JSON') return [UTF8];
      if (logical?.type === 'STRING' || logical?.type === 'ENUM' || logical?.type === 'JSON') return [UTF8];
      return [BINARY];
    case 'FIXED_LEN_BYTE_ARRAY':
      if (logical?.type === 'UUID' && element.type_length === 16) return [UTF8, 'uuid'];
      if (logical?.type === 'FLOAT16' && element.type_length === 2) return [FLOAT32, 'float16'];
      if (converted === 'INTERVAL' && element.type_length === 12) return [INTERVAL, 'interval'];
      return [BINARY];
  }
}

function decimalOf(element: SchemaElement, physical: Physical, path: string): readonly [Type, Form?] {
  const { logical_type: logical } = element;
  const fromLogical = logical?.type === 'DECIMAL' ? logical : undefined;
  const precision = fromLogical?.precision ?? element.precision ?? 0;
  const scale = fromLogical?.scale ?? element.scale ?? 0;
  if (precision < 1 || scale < 0 || scale > precision) {
    throw new Malformed(`column "${element.name}" is a decimal(${precision},${scale})`);
  }
  if (precision > MAX_DECIMAL_PRECISION) throw refused(element, `a decimal of ${precision} digits`, path);
  const type = decimal(precision, scale);
  switch (physical) {
    case 'INT32':
    case 'INT64':
      return [type];
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      return [type, 'bigEndian'];
    default:
      throw new Malformed(`column "${element.name}" is a decimal stored as ${physical}`);
  }
}

function int32Type({ converted_type: converted, logical_type: logical }: SchemaElement): readonly [Type, Form?] {
  if (converted === 'DATE' || logical?.type === 'DATE') return [DATE];
  if (converted === 'TIME_MILLIS' || logical?.type === 'TIME') return [TIME, 'millis'];
  const bits =
    logical?.type === 'INTEGER' ? logical.bitWidth : Number(/^U?INT_(\d+)$/.exec(converted ?? '')?.[1] ?? 32);
  const unsigned = logical?.type === 'INTEGER' ? !logical.isSigned : converted?.startsWith('UINT') === true;
  if (unsigned) return [bits <= 8 ? INT16 : bits <= 16 ? INT32 : INT64, 'unsigned'];
  return [bits <= 8 ? INT8 : bits <= 16 ? INT16 : INT32];
}

function int64Type({ converted_type: converted, logical_type: logical }: SchemaElement): readonly [Type, Form?] {
  if (logical?.type === 'TIMESTAMP' || logical?.type === 'TIME') {
    const type = logical.type === 'TIME' ? TIME : TIMESTAMP;
    return [type, logical.unit === 'MILLIS' ? 'millis' : logical.unit === 'NANOS' ? 'nanos' : 'plain'];
  }
  switch (converted) {
    case 'TIMESTAMP_MILLIS':
      return [TIMESTAMP, 'millis'];
    case 'TIMESTAMP_MICROS':
      return [TIMESTAMP];
    case 'TIME_MICROS':
      return [TIME];
    default: {
      const unsigned = logical?.type === 'INTEGER' ? !logical.isSigned : converted === 'UINT_64';
      return unsigned ? [decimal(20, 0), 'unsigned'] : [INT64];
    }
  }
}
