import { internalError } from '../../compiler/types/error.ts';
import { intervalEstimate } from '../../compiler/types/intervals.ts';
import { toAny, toBytes, toInterval, toList, toNumber, toText } from '../../compiler/types/narrow.ts';
import { isIntegral, type Type } from '../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../compiler/types/value.ts';

/**
 * A text that two values have in common exactly if they are the same for grouping (`sameValue`): for maps of the host
 * by values. Texts of several values can be put behind each other.
 */
export function valueKey(value: Value, type: Type): string {
  if (value === null) return 'n';
  if (isIntegral(type.kind)) return `${String(value)};`;
  switch (type.kind) {
    case 'bool':
    case 'uuid':
      return `${String(value)};`;
    case 'float32':
    case 'float64':
      return numberKey(toNumber(value));
    case 'utf8':
      return textKey(toText(value));
    case 'binary':
      return `${toBytes(value).join()};`;
    case 'interval':
      return `${intervalEstimate(toInterval(value))};`;
    case 'list':
      return `[${toList(value)
        .map((item) => valueKey(item, type.element))
        .join('')}]`;
    case 'any':
      return anyKey(toAny(value));
    case 'null':
      throw internalError('a value of type null is no key');
  }
}

/** As an integer of that value has it, of which there is one zero. */
function numberKey(value: number): string {
  return `${Number.isInteger(value) ? BigInt(value) : value};`;
}

function textKey(text: string): string {
  return `${text.length}:${text}`;
}

function anyKey(value: AnyValue): string {
  switch (value.tag) {
    case 'null':
      return 'z';
    case 'bool':
      return value.value ? 't' : 'f';
    case 'int64':
      return `${value.value};`;
    case 'float64':
      return numberKey(value.value);
    case 'utf8':
      return textKey(value.value);
    case 'list':
      return `[${value.value.map(anyKey).join('')}]`;
    case 'object': {
      const fields = [...value.value].map(([name, field]) => `${textKey(name)}${anyKey(field)}`);
      return `{${fields.sort().join('')}}`;
    }
  }
}
