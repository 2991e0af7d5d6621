import { OrbitError } from '../../types/error.ts';
import { isArray, isObject, type Json, parseJsonb, sameJson } from '../../types/jsonb.ts';
import { toNumber, toText } from '../../types/narrow.ts';
import { BOOL, INT32, JSON_TEXT, JSONB, list, type Type, UTF8 } from '../../types/type.ts';
import type { Value } from '../../types/value.ts';
import type { Overload, ScalarFunction, Signature } from '../declaration.ts';
import { fixed } from '../overload.ts';
import { followDuckPath, isDuckPath } from './duck-path.ts';
import { toJsonText } from './making.ts';
import { type Part, partOf } from './reading.ts';

// DuckDB's functions over JSON, which take documents as json, jsonb or any text, and write them without blanks.

const SOURCES: readonly Type[] = [UTF8, JSON_TEXT, JSONB];

const overSources = (rest: readonly Type[], result: Type): readonly Overload[] =>
  SOURCES.map((source) => fixed([source, ...rest], result));

const maybeNull = () => true;

function documentOf(args: readonly Value[]): Part {
  return partOf(toText(args[0]), JSON_TEXT);
}

/** The part that the second argument leads to; without one the document. */
function partAt(args: readonly Value[]): Part | undefined {
  const document = documentOf(args);
  const [, path = null] = args;
  if (args.length < 2) return document;
  if (typeof path === 'number') return document.item(toNumber(path));
  const text = toText(path);
  if (text === '') return document;
  return isDuckPath(text) ? followDuckPath(document, text) : document.field(text);
}

function compact(part: Part): string {
  if (part.kind === 'array') return `[${part.items().map(compact).join(',')}]`;
  if (part.kind === 'object') {
    return `{${part
      .fields()
      .map(([key, value]) => `${JSON.stringify(key)}:${compact(value)}`)
      .join(',')}}`;
  }
  return part.kind === 'string' ? JSON.stringify(part.text()) : part.json();
}

/** DuckDB's name of the type that the value would have. */
function typeOf(part: Part): string {
  switch (part.kind) {
    case 'null':
      return 'NULL';
    case 'boolean':
      return 'BOOLEAN';
    case 'string':
      return 'VARCHAR';
    case 'number': {
      const text = part.json();
      if (!/^-?\d+$/.test(text)) return 'DOUBLE';
      const value = BigInt(text);
      if (value < 0n) return BigInt.asIntN(64, value) === value ? 'BIGINT' : 'DOUBLE';
      return BigInt.asUintN(64, value) === value ? 'UBIGINT' : 'DOUBLE';
    }
    default:
      return part.kind.toUpperCase();
  }
}

/** What all values of an array have in common: a name, a list of a structure, or fields with theirs. */
type Structure = string | { readonly element: Structure } | { readonly fields: ReadonlyMap<string, Structure> };

function structureOf(part: Part): Structure {
  if (part.kind === 'array') {
    return { element: part.items().map(structureOf).reduce<Structure>(unite, 'NULL') };
  }
  if (part.kind !== 'object') return typeOf(part);
  return { fields: new Map(part.fields().map(([key, value]) => [key, structureOf(value)])) };
}

function unite(a: Structure, b: Structure): Structure {
  if (a === 'NULL') return b;
  if (b === 'NULL') return a;
  if (typeof a === 'string' && typeof b === 'string') return uniteNames(a, b);
  if (typeof a !== 'string' && typeof b !== 'string') {
    if ('element' in a && 'element' in b) return { element: unite(a.element, b.element) };
    if ('fields' in a && 'fields' in b) {
      const fields = new Map(a.fields);
      for (const [key, value] of b.fields) fields.set(key, unite(fields.get(key) ?? 'NULL', value));
      return { fields };
    }
  }
  return 'JSON';
}

const NUMBERS: readonly string[] = ['UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE'];

function uniteNames(a: string, b: string): string {
  if (a === b) return a;
  if (!NUMBERS.includes(a) || !NUMBERS.includes(b)) return 'JSON';
  return a === 'DOUBLE' || b === 'DOUBLE' ? 'DOUBLE' : 'HUGEINT';
}

function formatStructure(structure: Structure): string {
  if (typeof structure === 'string') return JSON.stringify(structure);
  if ('element' in structure) return `[${formatStructure(structure.element)}]`;
  return `{${[...structure.fields].map(([key, value]) => `${JSON.stringify(key)}:${formatStructure(value)}`).join(',')}}`;
}

/** Whether the needle is in the document, on whatever level; objects hold those of fewer fields, arrays of fewer items. */
function containsDeep(haystack: Json, needle: Json): boolean {
  if (matches(haystack, needle)) return true;
  if (isArray(haystack)) return haystack.some((item) => containsDeep(item, needle));
  return isObject(haystack) && [...haystack.values()].some((item) => containsDeep(item, needle));
}

function matches(value: Json, needle: Json): boolean {
  if (isArray(value) && isArray(needle)) return needle.every((item) => value.some((own) => matches(own, item)));
  if (isObject(value) && isObject(needle)) {
    return [...needle].every(([key, item]) => {
      const own = value.get(key);
      return own !== undefined && matches(own, item);
    });
  }
  return sameJson(value, needle);
}

/** RFC 7396: fields of the patch replace those of the target, nulls take them away. */
function mergePatch(target: Part | undefined, patch: Part): string {
  if (patch.kind !== 'object') return compact(patch);
  const fields = new Map<string, string>();
  const old = new Map(target?.kind === 'object' ? target.fields() : []);
  for (const [key, value] of old) fields.set(key, compact(value));
  for (const [key, value] of patch.fields()) {
    if (value.kind === 'null' && target?.kind === 'object') fields.delete(key);
    else fields.set(key, value.kind === 'object' ? mergePatch(old.get(key), value) : compact(value));
  }
  return `{${[...fields].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

function pretty(part: Part, indent: string): string {
  const inner = `${indent}    `;
  if (part.kind === 'array') {
    const items = part.items().map((item) => `\n${inner}${pretty(item, inner)}`);
    return items.length === 0 ? '[]' : `[${items.join(',')}\n${indent}]`;
  }
  if (part.kind !== 'object') return compact(part);
  const fields = part.fields().map(([key, value]) => `\n${inner}${JSON.stringify(key)}: ${pretty(value, inner)}`);
  return fields.length === 0 ? '{}' : `{${fields.join(',')}\n${indent}}`;
}

function isValid(text: string): boolean {
  try {
    partOf(text, JSON_TEXT);
    return true;
  } catch (error) {
    if (error instanceof OrbitError && error.code === 'invalid_text_representation') return false;
    throw error;
  }
}

function duck(
  sql: readonly string[],
  overloads: readonly Overload[],
  row: (args: readonly Value[], signature: Signature) => Value,
  documentation: string,
  example: { readonly sql: string; readonly result: string },
): ScalarFunction {
  const [first = ''] = sql;
  return {
    name: `${first}_duck`,
    names: { sql },
    overloads,
    nulls: 'strict',
    nullable: maybeNull,
    volatility: 'immutable',
    row,
    documentation,
    example,
  };
}

const STEPS: readonly (readonly Type[])[] = [[UTF8], [INT32]];

const mergeable: Overload = (args) => {
  const parameters = args.map((arg) => (arg.kind === 'null' ? UTF8 : arg));
  return args.length >= 2 && parameters.every((type) => type.kind === 'utf8')
    ? { parameters, result: JSON_TEXT }
    : undefined;
};

export const DUCK_JSON: readonly ScalarFunction[] = [
  duck(
    ['json_extract'],
    STEPS.flatMap((step) => overSources(step, JSON_TEXT)),
    (args) => {
      const part = partAt(args);
      return part === undefined ? null : compact(part);
    },
    'The part of a document at a path ($.a[0] or /a/0), of a key or at a position.',
    { sql: `json_extract('{"a": [1, 2]}', '$.a[1]')`, result: '2' },
  ),
  duck(
    ['json_extract_string'],
    STEPS.flatMap((step) => overSources(step, UTF8)),
    (args) => {
      const part = partAt(args);
      if (part === undefined || part.kind === 'null') return null;
      return part.kind === 'string' ? part.text() : compact(part);
    },
    'The part of a document at a path, as text.',
    { sql: `json_extract_string('{"a": "x"}', '$.a')`, result: 'x' },
  ),
  duck(
    ['json_keys'],
    [...overSources([], list(UTF8)), ...overSources([UTF8], list(UTF8))],
    (args) => {
      const part = partAt(args);
      return part === undefined ? null : part.fields().map(([key]) => key);
    },
    'The keys of an object; none for what is no object.',
    { sql: `json_keys('{"b": 1, "a": 2}')`, result: '{b,a}' },
  ),
  duck(
    ['json_type'],
    [...overSources([], UTF8), ...overSources([UTF8], UTF8)],
    (args) => {
      const part = partAt(args);
      return part === undefined ? null : typeOf(part);
    },
    "DuckDB's name of a value's type: OBJECT, ARRAY, VARCHAR, UBIGINT, BIGINT, DOUBLE, BOOLEAN or NULL.",
    { sql: `json_type('[1]')`, result: 'ARRAY' },
  ),
  duck(['json_valid'], overSources([], BOOL), ([text]) => isValid(toText(text)), 'Whether a text is JSON.', {
    sql: `json_valid('{')`,
    result: 'f',
  }),
  duck(
    ['json_contains'],
    SOURCES.flatMap((source) => overSources([source], BOOL)),
    ([a, b]) => containsDeep(parseJsonb(toText(a)), parseJsonb(toText(b))),
    'Whether a document holds another, on whatever level.',
    { sql: `json_contains('{"a": [1, 2]}', '2')`, result: 't' },
  ),
  duck(
    ['json_structure'],
    overSources([], JSON_TEXT),
    (args) => formatStructure(structureOf(documentOf(args))),
    'The types of a document, in its shape.',
    { sql: `json_structure('{"a": [1, 2]}')`, result: '{"a":["UBIGINT"]}' },
  ),
  duck(
    ['json_merge_patch'],
    [mergeable],
    (args) => {
      const [first = null, ...patches] = args;
      return patches.reduce<string>(
        (target, patch) => mergePatch(partOf(target, JSON_TEXT), partOf(toText(patch), JSON_TEXT)),
        toText(first),
      );
    },
    'Documents merged: fields of later ones replace those of earlier ones, and nulls take them away.',
    { sql: `json_merge_patch('{"a": 1, "b": 2}', '{"b": null, "c": 3}')`, result: '{"a":1,"c":3}' },
  ),
  duck(
    ['json_pretty'],
    overSources([], UTF8),
    (args) => pretty(documentOf(args), ''),
    'A document over several lines.',
    {
      sql: `json_pretty('1')`,
      result: '1',
    },
  ),
  duck(
    ['json_quote'],
    [
      ([arg, ...more]) =>
        arg === undefined || more.length > 0
          ? undefined
          : { parameters: [arg.kind === 'null' ? UTF8 : arg], result: JSON_TEXT },
    ],
    ([value = null], { parameters }) => toJsonText(value, parameters[0] ?? UTF8),
    'A value as json.',
    { sql: `json_quote('a"b')`, result: '"a\\"b"' },
  ),
];
