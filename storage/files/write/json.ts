import { formatDecimal } from '../../../compiler/types/decimals.ts';
import { isList, toAny, toBigint } from '../../../compiler/types/narrow.ts';
import { formatValue } from '../../../compiler/types/text.ts';
import { isInteger, type Type } from '../../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../../compiler/types/value.ts';
import type { RowEncoder, WrittenColumn } from './writer.ts';

/** An object a row: each on a line, or all in an array. Decimals are numbers with all of their digits. */
export function encodeJson(columns: readonly WrittenColumn[], array: boolean): RowEncoder {
  const encoder = new TextEncoder();
  const keys = columns.map(({ name }) => JSON.stringify(name));
  let first = true;
  return {
    rows: (rows) => {
      let text = '';
      for (const row of rows) {
        const fields = row.map((value, i) => `${keys[i]}:${jsonText(value, columns[i]!.type)}`);
        text += array ? `${first ? '[' : ','}\n\t{${fields.join(',')}}` : `{${fields.join(',')}}\n`;
        first = false;
      }
      return encoder.encode(text);
    },
    end: () => encoder.encode(array ? `${first ? '[' : ''}\n]\n` : ''),
  };
}

function jsonText(value: Value, type: Type): string {
  if (value === null) return 'null';
  if (isInteger(type)) return String(value);
  switch (type.kind) {
    case 'bool':
      return String(value);
    case 'decimal':
      return formatDecimal(toBigint(value), type.scale);
    case 'float32':
    case 'float64':
      return numberText(Number(value), type);
    case 'any':
      return anyText(toAny(value));
    case 'list':
      return isList(value) ? `[${value.map((item) => jsonText(item, type.element)).join(',')}]` : 'null';
    default:
      return JSON.stringify(formatValue(value, type));
  }
}

/** JSON has no infinities: they are texts. */
function numberText(value: number, type: Type): string {
  return Number.isFinite(value) ? formatValue(value, type) : JSON.stringify(formatValue(value, type));
}

function anyText(value: AnyValue): string {
  switch (value.tag) {
    case 'list':
      return `[${value.value.map(anyText).join(',')}]`;
    case 'object':
      return `{${[...value.value].map(([key, field]) => `${JSON.stringify(key)}:${anyText(field)}`).join(',')}}`;
    case 'utf8':
      return JSON.stringify(value.value);
    case 'float64':
      return numberText(value.value, { kind: 'float64' });
    case 'null':
      return 'null';
    default:
      return String(value.value);
  }
}
