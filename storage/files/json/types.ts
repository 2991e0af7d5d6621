import type { ColumnDefinition } from '../../../compiler/catalog/catalog.ts';
import { OrbitError } from '../../../compiler/types/error.ts';
import { parseText } from '../../../compiler/types/text.ts';
import {
  ANY,
  BOOL,
  DATE,
  FLOAT64,
  INT64,
  list,
  TIMESTAMP,
  type Type,
  typeName,
  UTF8,
} from '../../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../../compiler/types/value.ts';

/** What the values of a field have in common. */
export type Seen =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'type'; readonly type: Type }
  | { readonly kind: 'list'; readonly element: Seen };

export const NOTHING: Seen = { kind: 'nothing' };

const DATE_TEXT = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP_TEXT = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$/;

export function seeValue(seen: Seen, value: AnyValue): Seen {
  return merged(seen, seenIn(value));
}

function seenIn(value: AnyValue): Seen {
  switch (value.tag) {
    case 'null':
      return NOTHING;
    case 'bool':
      return { kind: 'type', type: BOOL };
    case 'int64':
      return { kind: 'type', type: INT64 };
    case 'float64':
      return { kind: 'type', type: FLOAT64 };
    case 'utf8':
      return { kind: 'type', type: textType(value.value) };
    case 'list':
      return { kind: 'list', element: value.value.reduce<Seen>(seeValue, NOTHING) };
    case 'object':
      return { kind: 'type', type: ANY };
  }
}

function textType(text: string): Type {
  const type = DATE_TEXT.test(text) ? DATE : TIMESTAMP_TEXT.test(text) ? TIMESTAMP : UTF8;
  try {
    parseText(text, type);
    return type;
  } catch {
    return UTF8;
  }
}

function merged(a: Seen, b: Seen): Seen {
  if (a.kind === 'nothing') return b;
  if (b.kind === 'nothing') return a;
  if (a.kind === 'list' && b.kind === 'list') return { kind: 'list', element: merged(a.element, b.element) };
  if (a.kind === 'list' || b.kind === 'list') return { kind: 'type', type: ANY };
  return { kind: 'type', type: commonType(a.type, b.type) };
}

function commonType(a: Type, b: Type): Type {
  const kinds = new Set([a.kind, b.kind]);
  if (kinds.size === 1) return a;
  const only = (...allowed: readonly Type['kind'][]): boolean => [...kinds].every((kind) => allowed.includes(kind));
  if (only('int64', 'float64')) return FLOAT64;
  if (only('date', 'timestamp')) return TIMESTAMP;
  if (only('date', 'timestamp', 'utf8')) return UTF8;
  return ANY;
}

/** Lists of what is no simple type are dynamic as a whole. */
export function typeOfSeen(seen: Seen): Type {
  switch (seen.kind) {
    case 'nothing':
      return ANY;
    case 'type':
      return seen.type;
    case 'list': {
      const element = typeOfSeen(seen.element);
      return element.kind === 'any' || element.kind === 'list' ? ANY : list(element);
    }
  }
}

/** The value as one of the column's type. */
export function convertJson(value: AnyValue | undefined, type: Type): Value {
  if (value === undefined || value.tag === 'null') return null;
  switch (type.kind) {
    case 'any':
      return value;
    case 'bool':
      if (value.tag === 'bool') return value.value;
      break;
    case 'int64':
      if (value.tag === 'int64') return value.value;
      break;
    case 'float64':
      if (value.tag === 'float64') return value.value;
      if (value.tag === 'int64') return Number(value.value);
      break;
    case 'utf8':
      if (value.tag === 'utf8') return value.value;
      break;
    case 'date':
    case 'timestamp':
      if (value.tag === 'utf8') return parseText(value.value, type);
      break;
    case 'list':
      if (value.tag === 'list') return value.value.map((item) => convertJson(item, type.element));
      break;
    default:
      break;
  }
  throw new OrbitError('datatype_mismatch', `a value of type ${value.tag} is not of type ${typeName(type)}`, {
    hint: 'The type was inferred from the beginning of the file; sample_size says how many records are looked at, -1 all.',
  });
}

/** The columns of objects, in the order in which their fields were first met; what is no object is one column. */
export class Shape {
  private readonly fields = new Map<string, Seen>();
  private objects = true;

  see(value: AnyValue): void {
    if (value.tag !== 'object') this.objects = false;
    else
      for (const [name, field] of value.value) this.fields.set(name, seeValue(this.fields.get(name) ?? NOTHING, field));
  }

  /** Undefined: records are no objects, but values of one column. */
  columns(): readonly ColumnDefinition[] | undefined {
    if (!this.objects || this.fields.size === 0) return undefined;
    const used = new Set<string>();
    return [...this.fields].map(([name, seen]) => {
      let unique = name;
      for (let i = 1; used.has(unique.toLowerCase()); i++) unique = `${name}_${i}`;
      used.add(unique.toLowerCase());
      return { name: unique, type: typeOfSeen(seen), nullable: true };
    });
  }

  fieldNames(): readonly string[] {
    return [...this.fields.keys()];
  }
}
