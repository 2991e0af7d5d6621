import { OrbitError } from '../../types/error.ts';
import { formatJsonb, type Json, objectOf } from '../../types/jsonb.ts';
import { isJsonb, JSON_TEXT, JSONB, type Type, UTF8 } from '../../types/type.ts';
import type { AggregateFunction, AggregateState, Signature } from '../declaration.ts';
import { keyText, toJsonbValue, toJsonText } from './making.ts';

// Documents of the values of a group.

const known = (type: Type): Type => (type.kind === 'null' ? UTF8 : type);

const typeOf = ({ parameters }: Signature, index: number): Type => parameters[index] ?? UTF8;

function arrayState(signature: Signature, strict: boolean, separator: string | undefined): AggregateState {
  const type = typeOf(signature, 0);
  const texts: string[] = [];
  const values: Json[] = [];
  let any = false;
  const jsonb = isJsonb(signature.result);
  const between = separator ?? (type.kind === 'list' ? ', \n ' : ', ');
  return {
    step: ([value = null]) => {
      any = true;
      if (strict && value === null) return;
      if (jsonb) values.push(toJsonbValue(value, type));
      else texts.push(toJsonText(value, type));
    },
    result: () => {
      if (!any) return null;
      return jsonb ? formatJsonb(values) : `[${texts.join(between)}]`;
    },
  };
}

function objectState(signature: Signature, strict: boolean, unique: boolean, compact: boolean): AggregateState {
  const [keyType, valueType] = [typeOf(signature, 0), typeOf(signature, 1)];
  const jsonb = isJsonb(signature.result);
  const fields: (readonly [string, Json])[] = [];
  const texts: string[] = [];
  const seen = new Set<string>();
  let any = false;
  return {
    step: ([key = null, value = null]) => {
      any = true;
      const name = keyText(key, keyType);
      if (strict && value === null) return;
      if (unique && seen.has(name)) {
        throw new OrbitError('duplicate_json_object_key_value', `duplicate JSON object key value: "${name}"`);
      }
      if (unique) seen.add(name);
      if (jsonb) fields.push([name, toJsonbValue(value, valueType)]);
      else texts.push(`${JSON.stringify(name)}${compact ? ':' : ' : '}${toJsonText(value, valueType)}`);
    },
    result: () => {
      if (!any) return null;
      if (jsonb) return formatJsonb(objectOf(fields));
      return compact ? `{${texts.join(',')}}` : `{ ${texts.join(', ')} }`;
    },
  };
}

function exampleOf(name: string, parameters: 1 | 2): { readonly sql: string; readonly result: string } {
  if (parameters === 1) return { sql: `SELECT ${name}(x) FROM (VALUES (1)) t(x)`, result: '[1]' };
  const sql = `SELECT ${name}(k, v) FROM (VALUES ('a', 1)) t(k, v)`;
  if (name === 'json_group_object') return { sql, result: '{"a":1}' };
  return { sql, result: name.startsWith('jsonb') ? '{"a": 1}' : '{ "a" : 1 }' };
}

function aggregate(
  name: string,
  parameters: 1 | 2,
  result: Type,
  create: AggregateFunction['create'],
  documentation: string,
): AggregateFunction {
  return {
    name,
    names: { sql: [name] },
    overloads: [(args) => (args.length === parameters ? { parameters: args.map(known), result } : undefined)],
    nullable: true,
    nulls: 'see',
    keeps: true,
    create,
    documentation,
    example: exampleOf(name, parameters),
  };
}

const KINDS = [
  ['json', JSON_TEXT],
  ['jsonb', JSONB],
] as const;

export const JSON_AGGREGATES: readonly AggregateFunction[] = [
  ...KINDS.flatMap(([prefix, type]): readonly AggregateFunction[] => [
    {
      ...aggregate(
        `${prefix}_agg`,
        1,
        type,
        (signature) => arrayState(signature, false, undefined),
        `The values of the group as a ${prefix} array, in the order asked for.`,
      ),
      example: { sql: `SELECT ${prefix}_agg(x ORDER BY x) FROM (VALUES (2), (1)) t(x)`, result: '[1, 2]' },
    },
    aggregate(
      `${prefix}_agg_strict`,
      1,
      type,
      (signature) => arrayState(signature, true, undefined),
      `The values of the group that are not NULL as a ${prefix} array.`,
    ),
    ...[false, true].flatMap((unique) =>
      [false, true].map((strict) =>
        aggregate(
          `${prefix}_object_agg${unique ? '_unique' : ''}${strict ? '_strict' : ''}`,
          2,
          type,
          (signature) => objectState(signature, strict, unique, false),
          `A ${prefix} object of keys and values${strict ? ', NULLs left out' : ''}${unique ? '; no key may come twice' : ''}.`,
        ),
      ),
    ),
  ]),
  aggregate(
    'json_agg_rows',
    1,
    JSON_TEXT,
    (signature) => arrayState(signature, false, ', \n '),
    'Rows as a json array, each on a line of its own.',
  ),
  aggregate(
    'json_group_array',
    1,
    JSON_TEXT,
    (signature) => arrayState(signature, false, ','),
    'The values of the group as a json array without blanks.',
  ),
  aggregate(
    'json_group_object',
    2,
    JSON_TEXT,
    (signature) => objectState(signature, false, false, true),
    'A json object of keys and values, without blanks.',
  ),
];
