import { OrbitError } from '../../types/error.ts';
import { formatJsonb, type Json, objectOf } from '../../types/jsonb.ts';
import { isList, toBool, toList, toText } from '../../types/narrow.ts';
import { BOOL, JSON_TEXT, JSONB, list, type Type, UTF8 } from '../../types/type.ts';
import type { Value } from '../../types/value.ts';
import type { Overload, ScalarFunction, Signature } from '../declaration.ts';
import { fixed } from '../overload.ts';
import { keyText, toJsonbValue, toJsonText } from './making.ts';

// Documents made of values of other types.

const known = (type: Type): Type => (type.kind === 'null' ? UTF8 : type);

/** Any number of values of any types. */
const anything =
  (result: Type): Overload =>
  (args) => ({ parameters: args.map(known), result });

const oneOf =
  (result: Type, accepts: (type: Type) => boolean = () => true): Overload =>
  (args) => {
    const [arg] = args;
    return arg !== undefined && args.length === 1 && arg.kind !== 'null' && accepts(arg)
      ? { parameters: [arg], result }
      : undefined;
  };

const never = () => false;

const typeOf = ({ parameters }: Signature, index: number): Type => parameters[index] ?? UTF8;

type Fields = readonly (readonly [string, number])[];

/** Keys and the positions of their values, of arguments that are keys and values in turn. */
function pairs(args: readonly Value[], signature: Signature): Fields {
  if (args.length % 2 !== 0) {
    throw new OrbitError('invalid_parameter_value', 'argument list must have even number of elements', {
      hint: 'The arguments are keys and values in turn.',
    });
  }
  const fields: (readonly [string, number])[] = [];
  for (let i = 0; i < args.length; i += 2) fields.push([keyText(args[i] ?? null, typeOf(signature, i)), i + 1]);
  return fields;
}

function builder(
  name: string,
  sql: readonly string[],
  result: Type,
  text: (args: readonly Value[], signature: Signature) => string,
  documentation: string,
  example?: ScalarFunction['example'],
): ScalarFunction {
  return {
    name,
    names: { sql },
    overloads: [anything(result)],
    nulls: 'custom',
    nullable: never,
    volatility: 'stable',
    row: text,
    documentation,
    ...(example === undefined ? {} : { example }),
  };
}

const elements = (args: readonly Value[], signature: Signature): readonly string[] =>
  args.map((arg, i) => toJsonText(arg, typeOf(signature, i)));

const values = (args: readonly Value[], signature: Signature): readonly Json[] =>
  args.map((arg, i) => toJsonbValue(arg, typeOf(signature, i)));

/** json_object(texts) and json_object(keys, values): all values are strings. */
function textFields(args: readonly Value[]): readonly (readonly [string, string | null])[] {
  const [first = null, second] = args;
  const keys = toList(first);
  const key = (value: Value | undefined): string => {
    if (value === null || value === undefined) {
      throw new OrbitError('null_value_not_allowed', 'null value not allowed for object key');
    }
    return toText(value);
  };
  const text = (value: Value | undefined): string | null =>
    value === null || value === undefined ? null : toText(value);
  const wrong = (message: string) => new OrbitError('array_subscript_error', message);
  if (second !== undefined) {
    const others = toList(second);
    if (others.length !== keys.length) throw wrong('mismatched array dimensions');
    return keys.map((name, i) => [key(name), text(others[i])]);
  }
  if (keys.length > 0 && keys.every(isList)) {
    return keys.map((pair) => {
      if (!isList(pair) || pair.length !== 2) throw wrong('array must have two columns');
      return [key(pair[0]), text(pair[1])];
    });
  }
  if (keys.length % 2 !== 0) throw wrong('array must have even number of elements');
  return Array.from({ length: keys.length / 2 }, (_, i) => [key(keys[2 * i]), text(keys[2 * i + 1])]);
}

const quoted = (text: string | null): string => (text === null ? 'null' : JSON.stringify(text));

const TEXTS = list(UTF8);

/** Keys and values in turn is DuckDB's form of json_object, texts PostgreSQL's. */
const objectOfArguments: Overload = (args) => {
  const isPair = args.length === 2 && args.every((arg) => arg.kind === 'null');
  if (isPair || args.length % 2 !== 0 || args.some((arg) => arg.kind === 'list')) return undefined;
  return { parameters: args.map(known), result: JSON_TEXT };
};

function prettyArray(value: Value, type: Type, pretty: boolean): string {
  const element = type.kind === 'list' ? type.element : UTF8;
  return `[${toList(value)
    .map((item) => toJsonText(item, element))
    .join(pretty ? ',\n ' : ',')}]`;
}

export const JSON_CONSTRUCTORS: readonly ScalarFunction[] = [
  {
    name: 'to_json',
    names: { sql: ['to_json'] },
    overloads: [oneOf(JSON_TEXT)],
    nulls: 'strict',
    volatility: 'stable',
    row: ([value = null], signature) => toJsonText(value, typeOf(signature, 0)),
    documentation: 'Any value as json.',
    example: { sql: `to_json(ARRAY['a', 'b'])`, result: '["a","b"]' },
  },
  {
    name: 'to_jsonb',
    names: { sql: ['to_jsonb'] },
    overloads: [oneOf(JSONB)],
    nulls: 'strict',
    volatility: 'stable',
    row: ([value = null], signature) => formatJsonb(toJsonbValue(value, typeOf(signature, 0))),
    documentation: 'Any value as jsonb.',
    example: { sql: `to_jsonb(ARRAY[1.50, 2.25])`, result: '[1.50, 2.25]' },
  },
  {
    name: 'array_to_json',
    names: { sql: ['array_to_json'] },
    overloads: [
      oneOf(JSON_TEXT, (type) => type.kind === 'list'),
      ([items, pretty]) =>
        items?.kind === 'list' && pretty !== undefined && (pretty.kind === 'bool' || pretty.kind === 'null')
          ? { parameters: [items, BOOL], result: JSON_TEXT }
          : undefined,
    ],
    nulls: 'strict',
    volatility: 'stable',
    row: ([items = null, pretty = false], signature) => prettyArray(items, typeOf(signature, 0), toBool(pretty)),
    documentation: 'A list as a json array, each element on a line of its own where the second argument says so.',
    example: { sql: 'array_to_json(ARRAY[1, 2])', result: '[1,2]' },
  },
  builder(
    'json_row',
    [],
    JSON_TEXT,
    (args, signature) =>
      `{${pairs(args, signature)
        .map(([key, at]) => `${JSON.stringify(key)}:${toJsonText(args[at] ?? null, typeOf(signature, at))}`)
        .join(',')}}`,
    'A row as json: names and values in turn.',
  ),
  builder(
    'json_build_object',
    ['json_build_object'],
    JSON_TEXT,
    (args, signature) =>
      `{${pairs(args, signature)
        .map(([key, at]) => `${JSON.stringify(key)} : ${toJsonText(args[at] ?? null, typeOf(signature, at))}`)
        .join(', ')}}`,
    'A json object of keys and values in turn.',
    { sql: `json_build_object('a', 1, 'b', true)`, result: '{"a" : 1, "b" : true}' },
  ),
  builder(
    'jsonb_build_object',
    ['jsonb_build_object'],
    JSONB,
    (args, signature) =>
      formatJsonb(
        objectOf(
          pairs(args, signature).map(([key, at]) => [key, toJsonbValue(args[at] ?? null, typeOf(signature, at))]),
        ),
      ),
    'A jsonb object of keys and values in turn.',
    { sql: `jsonb_build_object('b', 1, 'a', true)`, result: '{"a": true, "b": 1}' },
  ),
  builder(
    'json_build_array',
    ['json_build_array'],
    JSON_TEXT,
    (args, signature) => `[${elements(args, signature).join(', ')}]`,
    'A json array of the values.',
    { sql: `json_build_array(1, 'a', NULL)`, result: '[1, "a", null]' },
  ),
  builder(
    'jsonb_build_array',
    ['jsonb_build_array'],
    JSONB,
    (args, signature) => formatJsonb(values(args, signature)),
    'A jsonb array of the values.',
    { sql: `jsonb_build_array(1, 'a', NULL)`, result: '[1, "a", null]' },
  ),
  {
    name: 'json_object',
    names: { sql: ['json_object'] },
    overloads: [
      fixed([TEXTS], JSON_TEXT),
      fixed([list(TEXTS)], JSON_TEXT),
      fixed([TEXTS, TEXTS], JSON_TEXT),
      objectOfArguments,
    ],
    nulls: 'custom',
    volatility: 'stable',
    row: (args, signature) => {
      if (signature.parameters.some((parameter) => parameter.kind !== 'list')) {
        const fields = pairs(args, signature);
        return `{${fields.map(([key, at]) => `${JSON.stringify(key)}:${toJsonText(args[at] ?? null, typeOf(signature, at))}`).join(',')}}`;
      }
      if (args.includes(null)) return null;
      return `{${textFields(args)
        .map(([key, value]) => `${JSON.stringify(key)} : ${quoted(value)}`)
        .join(', ')}}`;
    },
    documentation: 'An object of texts: keys and values in turn in one list, or in two lists; or of arguments in turn.',
    example: { sql: `json_object(ARRAY['a', '1', 'b', '2'])`, result: '{"a" : "1", "b" : "2"}' },
  },
  {
    name: 'jsonb_object',
    names: { sql: ['jsonb_object'] },
    overloads: [fixed([TEXTS], JSONB), fixed([list(TEXTS)], JSONB), fixed([TEXTS, TEXTS], JSONB)],
    nulls: 'strict',
    volatility: 'immutable',
    row: (args) => formatJsonb(objectOf(textFields(args))),
    documentation: 'An object of texts: keys and values in turn in one list, or in two lists.',
    example: { sql: `jsonb_object(ARRAY['b', 'a'], ARRAY['1', '2'])`, result: '{"a": "2", "b": "1"}' },
  },
];
