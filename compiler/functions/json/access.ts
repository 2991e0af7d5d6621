import { isArray, isObject, type Json, jsonbKey, parseJsonb, sameJson } from '../../types/jsonb.ts';
import { isList, toNumber, toText } from '../../types/narrow.ts';
import { BINARY, BOOL, INT32, INT64, isJsonb, JSONB, list, type Type, UTF8 } from '../../types/type.ts';
import type { Value } from '../../types/value.ts';
import type { ScalarFunction, Signature } from '../declaration.ts';
import { fixed } from '../overload.ts';
import { followDuckPath, isDuckPath } from './duck-path.ts';
import { maybeNull, overBoth, type Part, partOf, stepInto, stepsOf } from './reading.ts';

// Parts of documents, and what they hold: the operators -> ->> #> #>> @> ? and the functions behind them.

function documentOf(args: readonly Value[], { parameters }: Signature): Part {
  return partOf(toText(args[0]), parameters[0] ?? JSONB);
}

/** A key as it is; what is no key may be a path of DuckDB's. */
function pick(args: readonly Value[], signature: Signature): Part | undefined {
  const document = documentOf(args, signature);
  const [, step = null] = args;
  if (typeof step === 'number') {
    // A jsonb scalar on its own is kept as an array of one.
    const alone = isJsonb(signature.parameters[0] ?? JSONB) && document.kind !== 'array' && document.kind !== 'object';
    return alone ? (step === 0 || step === -1 ? document : undefined) : document.item(step);
  }
  const key = toText(step);
  return document.field(key) ?? (isDuckPath(key) ? followDuckPath(document, key) : undefined);
}

function follow(args: readonly Value[], signature: Signature): Part | undefined {
  const steps = stepsOf(args[1] ?? null);
  return steps?.reduce<Part | undefined>(
    (part, step) => (part === undefined ? undefined : stepInto(part, step)),
    documentOf(args, signature),
  );
}

const asJson = (part: Part | undefined): Value => part?.json() ?? null;
const asText = (part: Part | undefined): Value => part?.text() ?? null;

type Find = (args: readonly Value[], signature: Signature) => Part | undefined;

function getter(name: string, keys: readonly Type[], find: Find, text: boolean, documentation: string): ScalarFunction {
  return {
    name,
    names: {},
    overloads: keys.flatMap((key) => overBoth([key], text ? UTF8 : undefined)),
    nulls: 'strict',
    nullable: maybeNull,
    volatility: 'immutable',
    row: (args, signature) => (text ? asText : asJson)(find(args, signature)),
    documentation,
  };
}

/** Whether `a` holds all of `b`: objects their fields, arrays their elements in any order. */
export function holds(a: Json, b: Json, top = true): boolean {
  if (isArray(a)) {
    if (isArray(b))
      return b.every((item) => a.some((own) => (isScalar(item) ? sameJson(own, item) : holds(own, item, false))));
    // A scalar is found in an array, at the top only.
    return top && isScalar(b) && a.some((item) => sameJson(item, b));
  }
  if (isObject(a)) {
    return (
      isObject(b) &&
      [...b].every(([key, value]) => {
        const own = a.get(key);
        return own !== undefined && holds(own, value, false);
      })
    );
  }
  return isScalar(b) && sameJson(a, b);
}

function isScalar(value: Json): boolean {
  return !isArray(value) && !isObject(value);
}

/** Whether a text is a key of an object, or a string of an array. */
function hasKey(document: Json, key: string): boolean {
  if (isObject(document)) return document.has(key);
  return isArray(document) ? document.includes(key) : document === key;
}

const keysOf = (keys: Value): readonly string[] =>
  isList(keys) ? keys.flatMap((key) => (key === null ? [] : [toText(key)])) : [];

function test(name: string, second: Type, row: (a: Json, b: Value) => boolean, documentation: string): ScalarFunction {
  return {
    name,
    names: {},
    overloads: [fixed([JSONB, second], BOOL)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([a, b = null]) => row(parseJsonb(toText(a)), b),
    documentation,
  };
}

/** json(b)_extract_path and its text form: the steps are arguments. */
function extractPath(type: 'json' | 'jsonb', text: boolean): ScalarFunction {
  const document: Type = { kind: 'utf8', json: type };
  const name = `${type}_extract_path${text ? '_text' : ''}`;
  return {
    name,
    names: { sql: [name] },
    overloads: [
      (args) => {
        const parameters = args.map((_, i) => (i === 0 ? document : UTF8));
        return fixed(parameters, text ? UTF8 : document)(args.length === 0 ? [UTF8] : args);
      },
    ],
    nulls: 'strict',
    nullable: maybeNull,
    volatility: 'immutable',
    row: ([source, ...steps], signature) => (text ? asText : asJson)(follow([source ?? null, steps], signature)),
    documentation: `The part at the end of a path of keys and positions${text ? ', as text' : ''}.`,
    example: {
      sql: `${name}('{"a": [1, {"b": "x"}]}', 'a', '1', 'b')`,
      result: text ? 'x' : '"x"',
    },
  };
}

export const JSON_ACCESS: readonly ScalarFunction[] = [
  {
    name: 'jsonb_key',
    names: {},
    overloads: [fixed([JSONB], BINARY)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([value]) => jsonbKey(toText(value)),
    documentation: 'Bytes in the order of jsonb, the same for equal documents.',
  },
  getter('json_get', [UTF8, INT32], pick, false, 'The field or element of a document; NULL if there is none.'),
  getter('json_get_text', [UTF8, INT32], pick, true, 'The field or element of a document, as text.'),
  getter('json_path', [list(UTF8)], follow, false, 'The part of a document at a path.'),
  getter('json_path_text', [list(UTF8)], follow, true, 'The part of a document at a path, as text.'),
  extractPath('json', false),
  extractPath('json', true),
  extractPath('jsonb', false),
  extractPath('jsonb', true),
  {
    name: 'jsonb_subscript',
    names: {},
    overloads: [fixed([JSONB, UTF8], JSONB), fixed([JSONB, INT32], JSONB), fixed([JSONB, INT64], JSONB)],
    nulls: 'strict',
    nullable: maybeNull,
    volatility: 'immutable',
    row: ([source, step = null]) => {
      const text = typeof step === 'string' ? step : String(step);
      return asJson(stepInto(partOf(toText(source), JSONB), text));
    },
    documentation: 'The part of a document behind one subscript.',
  },
  test('jsonb_contains', JSONB, (a, b) => holds(a, parseJsonb(toText(b))), 'Whether a document holds another.'),
  test('jsonb_contained', JSONB, (a, b) => holds(parseJsonb(toText(b)), a), 'Whether a document is in another.'),
  test('jsonb_exists', UTF8, (a, b) => hasKey(a, toText(b)), 'Whether a text is a key or an element.'),
  test(
    'jsonb_exists_any',
    list(UTF8),
    (a, b) => keysOf(b).some((key) => hasKey(a, key)),
    'Whether any of the texts is a key or an element.',
  ),
  test(
    'jsonb_exists_all',
    list(UTF8),
    (a, b) => keysOf(b).every((key) => hasKey(a, key)),
    'Whether all of the texts are keys or elements.',
  ),
  {
    name: 'jsonb_cmp',
    names: { sql: ['jsonb_cmp'] },
    overloads: [fixed([JSONB, JSONB], INT32)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([a, b]) => {
      const [x, y] = [jsonbKey(toText(a)), jsonbKey(toText(b))];
      const at = x.findIndex((byte, i) => byte !== y[i]);
      if (at < 0) return x.length === y.length ? 0 : -1;
      return toNumber(x[at] ?? 0) < toNumber(y[at] ?? -1) ? -1 : 1;
    },
    documentation: 'How two documents sort: -1, 0 or 1.',
    example: { sql: `jsonb_cmp('[]', '{}')`, result: '-1' },
  },
];
