import { OrbitError } from '../../types/error.ts';
import { formatJsonb, isArray, isObject, type Json, jsonType, objectOf, parseJsonb } from '../../types/jsonb.ts';
import { isList, toBool, toNumber, toText } from '../../types/narrow.ts';
import { BOOL, INT32, JSONB, list, type Type, UTF8 } from '../../types/type.ts';
import type { Value } from '../../types/value.ts';
import type { Overload, ScalarFunction } from '../declaration.ts';
import { fixed } from '../overload.ts';
import { positionOf } from './reading.ts';

// Documents with something set, inserted, deleted or put together.

const TEXTS = list(UTF8);

function concat(a: Json, b: Json): Json {
  if (isObject(a) && isObject(b)) return objectOf([...a, ...b]);
  return [...(isArray(a) ? a : [a]), ...(isArray(b) ? b : [b])];
}

function deleteKeys(document: Json, keys: readonly string[]): Json {
  if (isObject(document)) return new Map([...document].filter(([key]) => !keys.includes(key)));
  if (isArray(document)) return document.filter((item) => typeof item !== 'string' || !keys.includes(item));
  throw scalar('cannot delete from scalar');
}

function deletePosition(document: Json, position: number): Json {
  if (isObject(document)) throw scalar('cannot delete from object using integer index');
  if (!isArray(document)) throw scalar('cannot delete from scalar');
  const at = position < 0 ? document.length + position : position;
  return document.filter((_, i) => i !== at);
}

function scalar(message: string): OrbitError {
  return new OrbitError('invalid_parameter_value', message);
}

type Step = string | null;

/**
 * What stands at the end of the path in `document` becomes what `change` makes of it, undefined standing for nothing;
 * the document itself where the way there does not exist. A position behind the array's ends is one at that end.
 */
function changeAt(
  document: Json,
  path: readonly Step[],
  level: number,
  change: (old: Json | undefined, isItem: boolean) => { readonly put: readonly Json[] } | undefined,
): Json {
  const step = path[level];
  if (step === undefined) return document;
  if (step === null) {
    throw new OrbitError('null_value_not_allowed', `path element at position ${level + 1} is null`);
  }
  const last = level === path.length - 1;
  if (isObject(document)) {
    const old = document.get(step);
    if (!last) {
      return old === undefined ? document : objectOf([...document, [step, changeAt(old, path, level + 1, change)]]);
    }
    const changed = change(old, false);
    if (changed === undefined) return document;
    const [value] = changed.put;
    if (value !== undefined) return objectOf([...document, [step, value]]);
    return new Map([...document].filter(([key]) => key !== step));
  }
  if (!isArray(document)) return document;
  const written = positionOf(step);
  if (written === undefined) {
    throw new OrbitError(
      'invalid_text_representation',
      `path element at position ${level + 1} is not an integer: "${step}"`,
    );
  }
  const at = written < 0 ? document.length + written : written;
  const old = document[at];
  if (!last) {
    if (old === undefined) return document;
    return document.map((item, i) => (i === at ? changeAt(item, path, level + 1, change) : item));
  }
  const changed = change(old, true);
  if (changed === undefined) return document;
  if (old === undefined) return at < 0 ? [...changed.put, ...document] : [...document, ...changed.put];
  return [...document.slice(0, at), ...changed.put, ...document.slice(at + 1)];
}

const stepsOf = (path: Value): readonly Step[] =>
  isList(path) ? path.map((step) => (step === null ? null : toText(step))) : [];

function setPath(document: Json, path: readonly Step[], value: Json, create: boolean): Json {
  checkContainer(document, 'cannot set path in scalar');
  return changeAt(document, path, 0, (old) => (old === undefined && !create ? undefined : { put: [value] }));
}

function insertPath(document: Json, path: readonly Step[], value: Json, after: boolean): Json {
  checkContainer(document, 'cannot set path in scalar');
  return changeAt(document, path, 0, (old, isItem) => {
    if (old === undefined) return { put: [value] };
    if (isItem) return { put: after ? [old, value] : [value, old] };
    throw new OrbitError('invalid_parameter_value', 'cannot replace existing key', {
      hint: 'jsonb_set replaces the value of a key.',
    });
  });
}

function deletePath(document: Json, path: readonly Step[]): Json {
  checkContainer(document, 'cannot delete path in scalar');
  return changeAt(document, path, 0, (old) => (old === undefined ? undefined : { put: [] }));
}

function checkContainer(document: Json, message: string): void {
  if (!isArray(document) && !isObject(document)) throw scalar(message);
}

const document = (value: Value | undefined): Json => parseJsonb(toText(value));

/** These parameters, of which the last ones may be left out. */
function optional(parameters: readonly Type[], least: number, result: Type): readonly Overload[] {
  return Array.from({ length: parameters.length - least + 1 }, (_, i) => fixed(parameters.slice(0, least + i), result));
}

function change(
  name: string,
  sql: readonly string[],
  overloads: readonly Overload[],
  row: (args: readonly Value[]) => Json,
  documentation: string,
  example?: ScalarFunction['example'],
): ScalarFunction {
  return {
    name,
    names: { sql },
    overloads,
    nulls: 'strict',
    volatility: 'immutable',
    row: (args) => formatJsonb(row(args)),
    documentation,
    ...(example === undefined ? {} : { example }),
  };
}

const NULL_TREATMENTS = ['raise_exception', 'use_json_null', 'delete_key', 'return_target'];

function setLax([
  target = null,
  path = null,
  value = null,
  create = true,
  treatment = 'use_json_null',
]: readonly Value[]): Value {
  if (target === null || path === null || create === null) return null;
  if (treatment === null || !NULL_TREATMENTS.includes(toText(treatment))) {
    throw scalar('null_value_treatment must be "delete_key", "return_target", "use_json_null", or "raise_exception"');
  }
  if (value !== null) return formatJsonb(setPath(document(target), stepsOf(path), document(value), toBool(create)));
  switch (treatment) {
    case 'raise_exception':
      throw new OrbitError('null_value_not_allowed', 'JSON value must not be null');
    case 'delete_key':
      return formatJsonb(deletePath(document(target), stepsOf(path)));
    case 'return_target':
      return target;
    default:
      return formatJsonb(setPath(document(target), stepsOf(path), null, toBool(create)));
  }
}

function stripNulls(value: Json, inArrays: boolean): Json {
  if (isArray(value)) {
    const items = inArrays ? value.filter((item) => item !== null) : value;
    return items.map((item) => stripNulls(item, inArrays));
  }
  if (!isObject(value)) return value;
  return new Map([...value].flatMap(([key, field]) => (field === null ? [] : [[key, stripNulls(field, inArrays)]])));
}

/** Four blanks for each level; empty containers take two lines as well. */
function pretty(value: Json, indent: string): string {
  const inner = `${indent}    `;
  if (isArray(value)) {
    return `[\n${value.map((item) => `${inner}${pretty(item, inner)}`).join(',\n')}${value.length > 0 ? '\n' : ''}${indent}]`;
  }
  if (!isObject(value)) return formatJsonb(value);
  const fields = [...value].map(([key, field]) => `${inner}${JSON.stringify(key)}: ${pretty(field, inner)}`);
  return `{\n${fields.join(',\n')}${fields.length > 0 ? '\n' : ''}${indent}}`;
}

export const JSON_CHANGES: readonly ScalarFunction[] = [
  change(
    'jsonb_concat',
    ['jsonb_concat'],
    [fixed([JSONB, JSONB], JSONB)],
    ([a, b]) => concat(document(a), document(b)),
    'Two objects as one, or two arrays one behind the other; what is neither counts as an array of one.',
    { sql: `jsonb_concat('{"a": 1}', '{"b": 2}')`, result: '{"a": 1, "b": 2}' },
  ),
  change(
    'jsonb_delete',
    ['jsonb_delete'],
    [fixed([JSONB, UTF8], JSONB), fixed([JSONB, INT32], JSONB), fixed([JSONB, TEXTS], JSONB)],
    ([a, b = null]) => {
      if (typeof b === 'number') return deletePosition(document(a), toNumber(b));
      return deleteKeys(document(a), isList(b) ? b.flatMap((key) => (key === null ? [] : [toText(key)])) : [toText(b)]);
    },
    'The document without a key, a string or a position.',
    { sql: `jsonb_delete('{"a": 1, "b": 2}', 'a')`, result: '{"b": 2}' },
  ),
  change(
    'jsonb_delete_path',
    ['jsonb_delete_path'],
    [fixed([JSONB, TEXTS], JSONB)],
    ([a, path = null]) => deletePath(document(a), stepsOf(path)),
    'The document without what stands at a path.',
    { sql: `jsonb_delete_path('{"a": [1, 2]}', '{a,0}')`, result: '{"a": [2]}' },
  ),
  change(
    'jsonb_set',
    ['jsonb_set'],
    optional([JSONB, TEXTS, JSONB, BOOL], 3, JSONB),
    ([a, path = null, value, create = true]) => setPath(document(a), stepsOf(path), document(value), toBool(create)),
    'The document with another value at a path; a fourth argument says whether to add what is not there.',
    { sql: `jsonb_set('{"a": [1, 2]}', '{a,0}', '9')`, result: '{"a": [9, 2]}' },
  ),
  change(
    'jsonb_insert',
    ['jsonb_insert'],
    optional([JSONB, TEXTS, JSONB, BOOL], 3, JSONB),
    ([a, path = null, value, after = false]) => insertPath(document(a), stepsOf(path), document(value), toBool(after)),
    'The document with a value more at a path, in an array before what is there, or behind it.',
    { sql: `jsonb_insert('{"a": [1, 2]}', '{a,1}', '9')`, result: '{"a": [1, 9, 2]}' },
  ),
  {
    name: 'jsonb_set_lax',
    names: { sql: ['jsonb_set_lax'] },
    overloads: optional([JSONB, TEXTS, JSONB, BOOL, UTF8], 3, JSONB),
    nulls: 'custom',
    nullable: () => true,
    volatility: 'immutable',
    row: setLax,
    documentation: 'Like jsonb_set, with a say in what a NULL for the value means.',
    example: { sql: `jsonb_set_lax('{"a": 1}', '{a}', NULL, true, 'delete_key')`, result: '{}' },
  },
  change(
    'jsonb_strip_nulls',
    ['jsonb_strip_nulls'],
    optional([JSONB, BOOL], 1, JSONB),
    ([a, inArrays = false]) => stripNulls(document(a), toBool(inArrays)),
    'The document without fields that are null, on all levels; asked so, without elements that are.',
    { sql: `jsonb_strip_nulls('{"a": null, "b": 1}')`, result: '{"b": 1}' },
  ),
  {
    name: 'jsonb_pretty',
    names: { sql: ['jsonb_pretty'] },
    overloads: [fixed([JSONB], UTF8)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([value]) => pretty(document(value), ''),
    documentation: 'The document over several lines, indented by its levels.',
    example: { sql: `jsonb_pretty('1')`, result: '1' },
  },
  {
    name: 'jsonb_typeof',
    names: { sql: ['jsonb_typeof'] },
    overloads: [fixed([JSONB], UTF8)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([value]) => jsonType(document(value)),
    documentation: 'What the document is: object, array, string, number, boolean or null.',
    example: { sql: `jsonb_typeof('[1]')`, result: 'array' },
  },
];
