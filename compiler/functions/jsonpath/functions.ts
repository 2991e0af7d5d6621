import { OrbitError } from '../../types/error.ts';
import { formatJsonb, isObject, type Json, parseJsonb } from '../../types/jsonb.ts';
import { toBool, toText } from '../../types/narrow.ts';
import { BOOL, JSONB, list, type Type, UTF8 } from '../../types/type.ts';
import type { Value } from '../../types/value.ts';
import type { Overload, ScalarFunction } from '../declaration.ts';
import { fixed } from '../overload.ts';
import { evaluatePath, isSoft } from './evaluate.ts';
import { parsePath } from './parser.ts';
import type { JsonPath } from './tree.ts';

/** The paths parsed last: a statement has few, and asks for them once a row. */
const parsed = new Map<string, JsonPath>();
const MOST_PARSED = 64;

function pathOf(text: string): JsonPath {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const path = parsePath(text);
  const [oldest] = parsed.keys();
  if (parsed.size >= MOST_PARSED && oldest !== undefined) parsed.delete(oldest);
  parsed.set(text, path);
  return path;
}

interface Call {
  readonly document: Json;
  readonly path: JsonPath;
  readonly variables: ReadonlyMap<string, Json>;
  readonly silent: boolean;
}

function callOf([document = null, path = null, variables = null, silent = false]: readonly Value[]): Call {
  const values = variables === null ? new Map<string, Json>() : parseJsonb(toText(variables));
  if (!isObject(values)) {
    throw new OrbitError('invalid_parameter_value', '"vars" argument is not an object', {
      hint: 'Give the variables of the jsonpath as the fields of an object.',
    });
  }
  return {
    document: parseJsonb(toText(document)),
    path: pathOf(toText(path)),
    variables: values,
    silent: silent !== null && toBool(silent),
  };
}

/** All items; when silent, those before the first error. `failed` says whether there was one. */
function itemsOf({ document, path, variables, silent }: Call): {
  readonly found: readonly Json[];
  readonly failed: boolean;
} {
  const found: Json[] = [];
  try {
    for (const item of evaluatePath(path, { document, variables })) found.push(item);
    return { found, failed: false };
  } catch (error) {
    if (!silent || !isSoft(error)) throw error;
    return { found, failed: true };
  }
}

function exists(call: Call): boolean | null {
  if (call.path.strict) {
    const { found, failed } = itemsOf(call);
    return failed ? null : found.length > 0;
  }
  try {
    const { document, variables } = call;
    return evaluatePath(call.path, { document, variables }).next().done !== true;
  } catch (error) {
    if (!call.silent || !isSoft(error)) throw error;
    return null;
  }
}

function match(call: Call): boolean | null {
  const { found, failed } = itemsOf(call);
  const [only] = found;
  if (!failed && found.length === 1 && only !== undefined) {
    if (typeof only === 'boolean') return only;
    if (only === null) return null;
  }
  if (call.silent) return null;
  throw new OrbitError('singleton_sql_json_item_required', 'single boolean result is expected');
}

const PARAMETERS: readonly Type[] = [JSONB, UTF8, JSONB, BOOL];

function optional(result: Type): readonly Overload[] {
  return [2, 3, 4].map((count) => fixed(PARAMETERS.slice(0, count), result));
}

function pathFunction(
  names: readonly string[],
  result: Type,
  row: (call: Call) => Value,
  documentation: string,
  example?: ScalarFunction['example'],
): ScalarFunction {
  const [name = ''] = names;
  return {
    name,
    names: { sql: names },
    overloads: optional(result),
    nulls: 'strict',
    nullable: () => true,
    volatility: 'immutable',
    row: (args) => row(callOf(args)),
    documentation,
    ...(example === undefined ? {} : { example }),
  };
}

const withZones = (name: string): readonly string[] => [name, `${name}_tz`];

/** An operator: errors of the data are NULL. */
function operator(name: string, row: (call: Call) => Value, documentation: string): ScalarFunction {
  return {
    name,
    names: {},
    overloads: [fixed([JSONB, UTF8], BOOL)],
    nulls: 'strict',
    nullable: () => true,
    volatility: 'immutable',
    row: ([document = null, path = null]) => row(callOf([document, path, null, true])),
    documentation,
  };
}

export const JSONPATH_FUNCTIONS: readonly ScalarFunction[] = [
  pathFunction(withZones('jsonb_path_exists'), BOOL, exists, 'Whether a path leads to any item of the document.', {
    sql: `jsonb_path_exists('{"a": [1, 2]}', '$.a[*] ? (@ > 1)')`,
    result: 't',
  }),
  pathFunction(withZones('jsonb_path_match'), BOOL, match, 'What a path that is a condition says of the document.', {
    sql: `jsonb_path_match('{"a": [1, 2]}', 'exists($.a[*] ? (@ > 1))')`,
    result: 't',
  }),
  pathFunction(
    withZones('jsonb_path_query_array'),
    JSONB,
    (call) => formatJsonb(itemsOf(call).found),
    'The items that a path leads to, as an array.',
    { sql: `jsonb_path_query_array('{"a": [1, 2]}', '$.a[*] ? (@ > 1)')`, result: '[2]' },
  ),
  pathFunction(
    withZones('jsonb_path_query_first'),
    JSONB,
    (call) => {
      const [first] = itemsOf(call).found;
      return first === undefined ? null : formatJsonb(first);
    },
    'The first item that a path leads to; NULL if there is none.',
    { sql: `jsonb_path_query_first('{"a": [1, 2]}', '$.a[*]')`, result: '1' },
  ),
  {
    name: 'jsonb_path_items',
    names: {},
    overloads: optional(list(JSONB)),
    nulls: 'strict',
    nullable: () => true,
    volatility: 'immutable',
    row: (args) => itemsOf(callOf(args)).found.map(formatJsonb),
    documentation: 'The items that a path leads to, as a list.',
  },
  operator('jsonb_path_exists_opr', exists, 'Whether a path leads to any item; NULL for errors.'),
  operator('jsonb_path_match_opr', match, 'What a path that is a condition says; NULL for errors.'),
];
