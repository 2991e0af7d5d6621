import type * as sql from '../../../grammars/sql/tree.ts';
import { fold } from './names.ts';

/** The name of a select item that has no alias, as PostgreSQL gives it: clients rely on these. */
export function outputName(tree: sql.Expression): string {
  return givenName(tree) ?? '?column?';
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  boolean: 'bool',
  smallint: 'int2',
  int: 'int4',
  integer: 'int4',
  bigint: 'int8',
  real: 'float4',
  float: 'float8',
  double: 'float8',
  'double precision': 'float8',
  decimal: 'numeric',
  dec: 'numeric',
  'character varying': 'varchar',
  character: 'bpchar',
  char: 'bpchar',
  string: 'text',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
};

function typeWord(tree: sql.TypeName): string | undefined {
  if (tree.kind === 'arrayType') return typeWord(tree.element);
  if (tree.kind !== 'namedType') return undefined;
  const part = tree.name.parts.at(-1);
  if (part === undefined) return undefined;
  const word = fold(part);
  return Object.hasOwn(TYPE_WORDS, word) ? TYPE_WORDS[word] : word;
}

function givenName(tree: sql.Expression): string | undefined {
  switch (tree.kind) {
    case 'column':
      return lastOf(tree.parts);
    case 'field':
      return fold(tree.field);
    case 'call':
      return lastOf(tree.name.parts);
    case 'methodCall':
      return lastOf(tree.call.name.parts);
    case 'cast':
      return namedThing(tree.operand) ?? typeWord(tree.type);
    case 'typedLiteral':
      return typeWord(tree.type);
    case 'interval':
      return 'interval';
    case 'boolean':
      return 'bool';
    case 'collate':
      return givenName(tree.operand);
    case 'subscript':
    case 'slice':
      return givenName(tree.operand);
    case 'atTimeZone':
      return 'timezone';
    case 'case':
      return (tree.otherwise === undefined ? undefined : namedThing(tree.otherwise)) ?? 'case';
    case 'array':
    case 'arraySubquery':
      return 'array';
    case 'row':
      return 'row';
    case 'exists':
      return 'exists';
    case 'scalarSubquery':
      return queryName(tree.query.body);
    case 'specialValue':
      return tree.name;
    case 'extract':
    case 'position':
    case 'overlay':
    case 'substring':
      return tree.kind;
    case 'substringSimilar':
      return 'substring';
    case 'trim':
      return { both: 'btrim', leading: 'ltrim', trailing: 'rtrim' }[tree.side];
    default:
      return undefined;
  }
}

/** A name that is better than that of a type or of CASE: a column's or a function's. */
function namedThing(tree: sql.Expression): string | undefined {
  const weak =
    tree.kind === 'typedLiteral' || tree.kind === 'boolean' || tree.kind === 'case' || tree.kind === 'interval';
  return weak ? undefined : givenName(tree);
}

function queryName(body: sql.QueryBody): string | undefined {
  switch (body.kind) {
    case 'select': {
      const [item] = body.items;
      if (item === undefined) return undefined;
      return item.alias === undefined ? givenName(item.expression) : fold(item.alias);
    }
    case 'query':
      return queryName(body.body);
    case 'setOperation':
      return body.operands[0] === undefined ? undefined : queryName(body.operands[0]);
    case 'values':
      return 'column1';
    case 'tableQuery':
    case 'pivot':
    case 'unpivot':
      return undefined;
  }
}

function lastOf(parts: readonly sql.Identifier[]): string | undefined {
  const part = parts.at(-1);
  return part === undefined ? undefined : fold(part);
}
