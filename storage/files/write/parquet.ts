import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { OrbitError } from '../../../compiler/types/error.ts';
import { formatJson } from '../../../compiler/types/json.ts';
import { toAny, toInterval } from '../../../compiler/types/narrow.ts';
import { type Type, typeName } from '../../../compiler/types/type.ts';
import type { Value } from '../../../compiler/types/value.ts';
import type { RowEncoder, WrittenColumn } from './writer.ts';

/** Rows of a row group; a scan decodes as many at a time, and leaves out as many. */
const GROUP_ROWS = 122_880;

export type ParquetCodec = 'SNAPPY' | 'UNCOMPRESSED';

/** A Parquet file, row group by row group. */
export function encodeParquet(columns: readonly WrittenColumn[], codec: ParquetCodec): RowEncoder {
  const out = new ByteWriter();
  const root: SchemaElement = { name: 'schema', num_children: columns.length };
  const writer = new ParquetWriter({
    writer: out,
    schema: [root, ...columns.flatMap(elementsOf)],
    codec,
    createdBy: 'orbit-workbench',
  });
  let held: Value[][] = columns.map(() => []);

  function writeGroup(): void {
    const columnData = columns.map(({ name, type }, i) => ({
      name,
      data: held[i]!.map((value) => stored(value, type)),
    }));
    writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    held = columns.map(() => []);
  }

  /** The bytes that have been made since the last call. */
  function taken(): Uint8Array {
    const bytes = out.getBytes().slice();
    out.index = 0;
    return bytes;
  }

  return {
    rows: (rows) => {
      for (const row of rows) {
        for (let i = 0; i < held.length; i++) held[i]!.push(row[i] ?? null);
        if ((held[0]?.length ?? 0) >= GROUP_ROWS) writeGroup();
      }
      return taken();
    },
    end: () => {
      if ((held[0]?.length ?? 0) > 0) writeGroup();
      writer.finish();
      return taken();
    },
  };
}

function elementsOf({ name, type }: WrittenColumn): SchemaElement[] {
  if (type.kind !== 'list') return [{ name, repetition_type: 'OPTIONAL', ...physical(type) }];
  return [
    { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', ...physical(type.element) },
  ];
}

function physical(type: Type): Omit<SchemaElement, 'name'> {
  switch (type.kind) {
    case 'bool':
      return { type: 'BOOLEAN' };
    case 'int8':
      return { type: 'INT32', converted_type: 'INT_8' };
    case 'int16':
      return { type: 'INT32', converted_type: 'INT_16' };
    case 'int32':
      return { type: 'INT32' };
    case 'int64':
      return { type: 'INT64' };
    case 'float32':
      return { type: 'FLOAT' };
    case 'float64':
      return { type: 'DOUBLE' };
    case 'utf8':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    case 'binary':
      return { type: 'BYTE_ARRAY' };
    case 'date':
      return { type: 'INT32', converted_type: 'DATE' };
    case 'time':
      return {
        type: 'INT64',
        converted_type: 'TIME_MICROS',
        logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'MICROS' },
      };
    case 'timestamp':
      return { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' } };
    case 'interval':
      return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 12, converted_type: 'INTERVAL' };
    case 'any':
      return { type: 'BYTE_ARRAY', converted_type: 'JSON' };
    case 'decimal': {
      const { precision, scale } = type;
      const common = { converted_type: 'DECIMAL', precision, scale } as const;
      if (precision <= 9) return { type: 'INT32', ...common };
      if (precision <= 18) return { type: 'INT64', ...common };
      return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, ...common };
    }
    default:
      throw new OrbitError(
        'feature_not_supported',
        `columns of type ${typeName(type)} cannot be written to Parquet files yet`,
      );
  }
}

/** The value as the writer takes it: decimals are unscaled bigints there too. */
function stored(value: Value, type: Type): unknown {
  if (value === null) return undefined;
  switch (type.kind) {
    case 'any':
      return new TextEncoder().encode(formatJson(toAny(value)));
    case 'interval': {
      const { months, days, micros } = toInterval(value);
      const millis = micros / 1000n;
      if (months < 0 || days < 0 || millis < 0n || millis > 0xffff_ffffn || micros % 1000n !== 0n) {
        throw new OrbitError('feature_not_supported', 'Parquet intervals are of whole milliseconds and not negative');
      }
      const bytes = new Uint8Array(12);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, months, true);
      view.setUint32(4, days, true);
      view.setUint32(8, Number(millis), true);
      return bytes;
    }
    case 'list':
      return Array.isArray(value) ? value.map((item: Value) => stored(item, type.element)) : undefined;
    default:
      return value;
  }
}
