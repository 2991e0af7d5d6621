import { OrbitError } from '../types/error.ts';
import { toText } from '../types/narrow.ts';
import { formatValue } from '../types/text.ts';
import { BOOL, list, type Type, UTF8 } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { Overload, ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';
import { never, optional, scalar } from './shorthand.ts';

/** The words of PostgreSQL that a name must be quoted to be. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case ' +
    'cast char character check coalesce collate collation column concurrently constraint create cross ' +
    'current_catalog current_date current_role current_schema current_time current_timestamp current_user dec ' +
    'decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign ' +
    'freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect ' +
    'interval into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query ' +
    'json_scalar json_serialize json_table json_value lateral leading least left like limit localtime ' +
    'localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on ' +
    'only or order out outer overlaps overlay placing position precision primary real references returning right ' +
    'row select session_user setof similar smallint some substring symmetric system_user table tablesample then ' +
    'time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where ' +
    'window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot ' +
    'xmlserialize xmltable '
  )
    .trim()
    .split(' '),
);

export function quoteIdentifier(name: string): string {
  const plain = /^[a-z_][a-z0-9_]*$/.test(name) && !KEYWORDS.has(name);
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}

export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

const printed = (type: Type): Type => (type.kind === 'bool' ? BOOL : UTF8);

/** A text and any other values, which are printed. */
const template: Overload = ([text, ...args]) =>
  text === undefined || (text.kind !== 'utf8' && text.kind !== 'null')
    ? undefined
    : { parameters: [UTF8, ...args.map(printed)], result: UTF8 };

const SPECIFIER = /%(?:%|(?:(\d+)\$)?(-?)(?:(\d+)|\*(?:(\d+)\$)?)?(.)|)/gsu;

function formatTemplate(text: string, args: readonly Value[], types: readonly Type[]): string {
  let next = 0;
  const take = (position: string | undefined): number => {
    if (position === '0')
      throw new OrbitError('invalid_parameter_value', 'format specifies argument 0, but arguments are numbered from 1');
    const index = position === undefined ? next : Number(position) - 1;
    next = index + 1;
    if (index >= args.length) throw new OrbitError('invalid_parameter_value', 'too few arguments for format()');
    return index;
  };
  return text.replace(SPECIFIER, (whole, position, minus, width, widthPosition, conversion) => {
    if (whole === '%%') return '%';
    if (conversion === undefined)
      throw new OrbitError('invalid_parameter_value', 'unterminated format() type specifier');
    let size = width === undefined ? 0 : Number(width);
    if (whole.includes('*')) size = Number(args[take(widthPosition)] ?? 0);
    const index = take(position);
    const value = args[index] ?? null;
    const shown = value === null ? '' : formatValue(value, types[index] ?? UTF8);
    const converted = convert(conversion, value === null, shown);
    const count = Array.from(converted).length;
    const blanks = ' '.repeat(Math.max(0, Math.abs(size) - count));
    return minus === '-' || size < 0 ? converted + blanks : blanks + converted;
  });
}

function convert(conversion: string, isNull: boolean, shown: string): string {
  switch (conversion) {
    case 's':
      return shown;
    case 'I':
      if (isNull)
        throw new OrbitError('null_value_not_allowed', 'null values cannot be formatted as an SQL identifier');
      return quoteIdentifier(shown);
    case 'L':
      return isNull ? 'NULL' : quoteLiteral(shown);
    default:
      throw new OrbitError('invalid_parameter_value', `unrecognized format() type specifier "${conversion}"`);
  }
}

/** The parts of a qualified name, each folded unless it is quoted. */
function parseIdentifier(text: string, strict: boolean): readonly string[] {
  const fail = (): never => {
    throw new OrbitError('invalid_parameter_value', `string is not a valid identifier: "${text}"`);
  };
  const parts: string[] = [];
  const part = /\s*(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\u{10ffff}][\w$\u0080-\u{10ffff}]*))\s*/uy;
  let at = 0;
  for (;;) {
    part.lastIndex = at;
    const match = part.exec(text);
    if (match === null) return fail();
    parts.push(match[1]?.replaceAll('""', '"') ?? (match[2] ?? '').toLowerCase());
    at = part.lastIndex;
    if (text[at] !== '.') break;
    at++;
  }
  if (at < text.length && strict) fail();
  return parts;
}

const textOf = (value: Value | undefined): string => toText(value);

export const QUOTING_FUNCTIONS: readonly ScalarFunction[] = [
  scalar(
    'format',
    template,
    ([text = null, ...args], { parameters }) =>
      text === null ? null : formatTemplate(toText(text), args, parameters.slice(1)),
    'The text with %s, %I and %L replaced by the other arguments: as they are, as names, as literals; %2$s is the second, %-5s at least five wide.',
    ["format('%s is %L', 'it', 5)", "it is '5'"],
    { nulls: 'custom', nullable: ([text = true]) => text },
  ),
  scalar(
    'quote_ident',
    fixed([UTF8], UTF8),
    ([v]) => quoteIdentifier(textOf(v)),
    'The text as a name in SQL, quoted if it must be.',
    ["quote_ident('Foo bar')", '"Foo bar"'],
  ),
  scalar(
    'quote_literal',
    [fixed([UTF8], UTF8), printedOne()],
    ([v]) => quoteLiteral(textOf(v)),
    'The text as a literal of SQL.',
    ["quote_literal('O''Reilly')", "'O''Reilly'"],
  ),
  scalar(
    'quote_nullable',
    [fixed([UTF8], UTF8), printedOne()],
    ([v = null]) => (v === null ? 'NULL' : quoteLiteral(textOf(v))),
    'The text as a literal of SQL, or NULL as the word.',
    ['quote_nullable(NULL)', 'NULL'],
    { nulls: 'custom', nullable: never },
  ),
  scalar(
    'parse_ident',
    optional([UTF8, BOOL], 1, list(UTF8)),
    ([v, strict = true]) => parseIdentifier(textOf(v), strict === true),
    'The parts of a qualified name; with false, what follows them does not matter.',
    ['parse_ident(\'"Some".Table\')', '{Some,table}'],
  ),
];

function printedOne(): Overload {
  return ([arg, more]) =>
    arg === undefined || more !== undefined || arg.kind === 'utf8' || arg.kind === 'null'
      ? undefined
      : { parameters: [UTF8], result: UTF8 };
}
