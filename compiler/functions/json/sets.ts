import { OrbitError } from '../../types/error.ts';
import { formatList } from '../../types/list-text.ts';
import { toText } from '../../types/narrow.ts';
import { INT32, isJsonb, JSON_TEXT, JSONB, list, type Type, UTF8 } from '../../types/type.ts';
import type { Value } from '../../types/value.ts';
import type { ScalarFunction, Signature } from '../declaration.ts';
import { fixed } from '../overload.ts';
import { followDuckPath } from './duck-path.ts';
import { maybeNull, overBoth, type Part, partOf } from './reading.ts';

// What json's table functions unnest, and plain questions about documents.

const documentOf = (args: readonly Value[], { parameters }: Signature): Part =>
  partOf(toText(args[0]), parameters[0] ?? JSONB);

const prefix = ({ parameters }: Signature): string => (isJsonb(parameters[0] ?? JSONB) ? 'jsonb' : 'json');

function refuse(message: string): never {
  throw new OrbitError('invalid_parameter_value', message);
}

function isScalar(part: Part): boolean {
  return part.kind !== 'array' && part.kind !== 'object';
}

function elementsOf(args: readonly Value[], signature: Signature, fn: string): readonly Part[] {
  const document = documentOf(args, signature);
  if (document.kind === 'array') return document.items();
  if (isScalar(document))
    return refuse(`cannot extract elements from ${prefix(signature) === 'json' ? 'a scalar' : 'a scalar'}`);
  return refuse(
    prefix(signature) === 'json' ? `cannot call json_${fn} on a non-array` : 'cannot extract elements from an object',
  );
}

function fieldsOf(args: readonly Value[], signature: Signature, fn: string): readonly (readonly [string, Part])[] {
  const document = documentOf(args, signature);
  if (document.kind === 'object') return document.fields();
  return refuse(`cannot call ${prefix(signature)}_${fn} on ${document.kind === 'array' ? 'an array' : 'a scalar'}`);
}

interface Shape {
  readonly name: string;
  readonly rest?: readonly Type[];
  /** Absent: a list of documents of the argument's kind. */
  readonly element?: Type;
  readonly row: (args: readonly Value[], signature: Signature) => Value;
  readonly documentation: string;
}

function listing({ name, rest = [], element, row, documentation }: Shape): ScalarFunction {
  return {
    name,
    names: {},
    overloads: [JSON_TEXT, JSONB].map((type) => fixed([type, ...rest], list(element ?? type))),
    nulls: 'strict',
    nullable: maybeNull,
    volatility: 'immutable',
    row,
    documentation,
  };
}

/** An array of JSON as the text of an array of another type; nested where it is. */
function arrayText(part: Part): string | null {
  if (part.kind !== 'array') return part.text();
  const items = part.items().map(arrayText);
  const nested = part.items().some((item) => item.kind === 'array');
  return formatList(items, nested ? list(UTF8) : UTF8, (item) => toText(item));
}

export const JSON_SETS: readonly ScalarFunction[] = [
  listing({
    name: 'json_elements',
    row: (args, signature) => elementsOf(args, signature, 'array_elements').map((item) => item.json()),
    documentation: 'The elements of an array, each a document.',
  }),
  listing({
    name: 'json_element_texts',
    element: UTF8,
    row: (args, signature) => elementsOf(args, signature, 'array_elements_text').map((item) => item.text()),
    documentation: 'The elements of an array as texts.',
  }),
  listing({
    name: 'json_key_list',
    element: UTF8,
    row: (args, signature) => fieldsOf(args, signature, 'object_keys').map(([key]) => key),
    documentation: 'The keys of an object.',
  }),
  listing({
    name: 'json_pairs',
    row: (args, signature) =>
      fieldsOf(args, signature, 'each').map(([key, part]) =>
        isJsonb(signature.parameters[0] ?? JSONB)
          ? `[${JSON.stringify(key)}, ${part.json()}]`
          : `[${JSON.stringify(key)},${part.json()}]`,
      ),
    documentation: 'The fields of an object, each an array of key and value.',
  }),
  listing({
    name: 'json_record',
    rest: [UTF8],
    row: (args, signature) => {
      const document = documentOf(args, signature);
      if (document.kind === 'object') return [document.json()];
      return refuse(`cannot call ${toText(args[1])} on ${document.kind === 'array' ? 'an array' : 'a scalar'}`);
    },
    documentation: 'An object as the only element of a list.',
  }),
  listing({
    name: 'json_recordset',
    rest: [UTF8],
    row: (args, signature) => {
      const document = documentOf(args, signature);
      const fn = toText(args[1]);
      if (document.kind !== 'array') return refuse(`cannot call ${fn} on a non-array`);
      return document.items().map((item) => {
        if (item.kind !== 'object') refuse(`argument of ${fn} must be an array of objects`);
        return item.json();
      });
    },
    documentation: 'The objects of an array.',
  }),
  {
    name: 'json_array_text',
    names: {},
    overloads: overBoth([], UTF8),
    nulls: 'strict',
    nullable: maybeNull,
    volatility: 'immutable',
    row: (args, signature) => arrayText(documentOf(args, signature)),
    documentation: 'A document as the text that input of other types reads: arrays in braces.',
  },
  ...(['json', 'jsonb'] as const).map((type): ScalarFunction => {
    const document: Type = { kind: 'utf8', json: type };
    return {
      name: `${type}_array_length`,
      names: { sql: [`${type}_array_length`] },
      overloads: [fixed([document], INT32), ...(type === 'json' ? [fixed([JSON_TEXT, UTF8], INT32)] : [])],
      nulls: 'strict',
      nullable: (given) => given.length > 1 || given.includes(true),
      volatility: 'immutable',
      row: (args, signature) => {
        const whole = documentOf(args, signature);
        const part = args.length > 1 ? followDuckPath(whole, toText(args[1])) : whole;
        if (part === undefined) return null;
        if (part.kind === 'array') return part.items().length;
        return refuse(`cannot get array length of a ${isScalar(part) ? 'scalar' : 'non-array'}`);
      },
      documentation: `How many elements an array has${type === 'json' ? ", or the one at a path of DuckDB's" : ''}.`,
      example: { sql: `${type}_array_length('[1, [2, 3]]')`, result: '2' },
    };
  }),
  {
    name: 'json_typeof',
    names: { sql: ['json_typeof'] },
    overloads: [fixed([JSON_TEXT], UTF8)],
    nulls: 'strict',
    volatility: 'immutable',
    row: (args, signature) => documentOf(args, signature).kind,
    documentation: 'What the document is: object, array, string, number, boolean or null.',
    example: { sql: `json_typeof('{}')`, result: 'object' },
  },
  {
    name: 'json_strip_nulls',
    names: { sql: ['json_strip_nulls'] },
    overloads: [fixed([JSON_TEXT], JSON_TEXT)],
    nulls: 'strict',
    volatility: 'immutable',
    row: (args, signature) => withoutNulls(documentOf(args, signature)),
    documentation: 'The document without fields that are null, on all levels, and without blanks.',
    example: { sql: `json_strip_nulls('{"a": null, "b": 1}')`, result: '{"b":1}' },
  },
];

function withoutNulls(part: Part): string {
  if (part.kind === 'array') return `[${part.items().map(withoutNulls).join(',')}]`;
  if (part.kind !== 'object') return part.kind === 'string' ? JSON.stringify(part.text()) : part.json();
  const fields = part.fields().filter(([, value]) => value.kind !== 'null');
  return `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${withoutNulls(value)}`).join(',')}}`;
}
