import { OrbitError } from '../types/error.ts';
import { messageTypeName } from '../types/names.ts';
import { toNumber, toText } from '../types/narrow.ts';
import { BOOL, FLOAT64, INT32, type Type, UTF8 } from '../types/type.ts';
import { unify } from '../types/unify.ts';
import type { Overload, ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';
import { never, scalar } from './shorthand.ts';

// Functions about values, types and the session.

const anyMany: Overload = (args) =>
  args.length === 0 ? undefined : { parameters: args.map((arg) => (arg.kind === 'null' ? UTF8 : arg)), result: INT32 };

const anyOne =
  (result: Type): Overload =>
  (args) => {
    const [arg] = args;
    return arg === undefined || args.length !== 1
      ? undefined
      : { parameters: [arg.kind === 'null' ? UTF8 : arg], result };
  };

const commonPair: Overload = (args) => {
  const type = args.length === 2 ? unify(args) : undefined;
  if (type === undefined) return undefined;
  const known: Type = type.kind === 'null' ? UTF8 : type;
  return { parameters: [known, known], result: known };
};

const choice: Overload = ([condition, yes, no, more]) => {
  if (condition === undefined || yes === undefined || no === undefined || more !== undefined) return undefined;
  if (condition.kind !== 'bool' && condition.kind !== 'null') return undefined;
  const type = unify([yes, no]);
  if (type === undefined) return undefined;
  const known: Type = type.kind === 'null' ? UTF8 : type;
  return { parameters: [BOOL, known, known], result: known };
};

const constantOrNull: Overload = ([first, ...others]) => {
  if (first === undefined || others.length === 0) return undefined;
  const known = (type: Type): Type => (type.kind === 'null' ? UTF8 : type);
  return { parameters: [known(first), ...others.map(known)], result: known(first) };
};

const DUCK_NAMES: Partial<Record<Type['kind'], string>> = {
  bool: 'BOOLEAN',
  int8: 'TINYINT',
  int16: 'SMALLINT',
  int32: 'INTEGER',
  int64: 'BIGINT',
  float32: 'FLOAT',
  float64: 'DOUBLE',
  utf8: 'VARCHAR',
  binary: 'BLOB',
};

function duckName(type: Type): string {
  if (type.kind === 'list') return `${duckName(type.element)}[]`;
  if (type.kind === 'decimal') return `DECIMAL(${type.precision},${type.scale})`;
  return DUCK_NAMES[type.kind] ?? type.kind.toUpperCase();
}

function typeText(type: Type): string {
  const name = messageTypeName(type);
  return type.kind === 'time' || type.kind === 'timestamp' ? `${type.kind} without time zone` : name;
}

export const SYSTEM_FUNCTIONS: readonly ScalarFunction[] = [
  scalar(
    'num_nulls',
    anyMany,
    (args) => args.filter((arg) => arg === null).length,
    'How many arguments are NULL.',
    ['num_nulls(1, NULL, 2)', '1'],
    { nulls: 'custom', nullable: never },
  ),
  scalar(
    'num_nonnulls',
    anyMany,
    (args) => args.filter((arg) => arg !== null).length,
    'How many arguments are not NULL.',
    ['num_nonnulls(1, NULL, 2)', '2'],
    { nulls: 'custom', nullable: never },
  ),
  scalar(
    'ifnull',
    commonPair,
    ([a = null, b = null]) => a ?? b,
    'The first argument unless it is NULL, and then the second.',
    ['ifnull(NULL, 2)', '2'],
    { names: ['ifnull', 'nvl'], nulls: 'custom', nullable: ([a = true, b = true]) => a && b },
  ),
  scalar(
    'if',
    choice,
    ([condition, yes = null, no = null]) => (condition === true ? yes : no),
    'The second argument if the first is true, and else the third. Both are evaluated; CASE evaluates one.',
    ["if(2 > 1, 'yes', 'no')", 'yes'],
    { names: ['if', 'iff'], nulls: 'custom', nullable: ([, a = true, b = true]) => a || b },
  ),
  scalar(
    'constant_or_null',
    constantOrNull,
    (args) => (args.slice(1).includes(null) ? null : (args[0] ?? null)),
    'The first argument, or NULL if another one is NULL.',
    ['constant_or_null(42, 1, NULL)', 'NULL'],
    { nulls: 'custom', nullable: (args) => args.includes(true) },
  ),
  scalar(
    'error',
    fixed([UTF8], UTF8),
    ([message]) => {
      throw new OrbitError('raise_exception', toText(message));
    },
    'Fails with a message, where a query must not go on.',
    ["CASE WHEN true THEN 'fine' ELSE error('no') END", 'fine'],
    { volatility: 'stable' },
  ),
  scalar(
    'pg_typeof',
    anyOne(UTF8),
    (_args, { parameters: [type = UTF8] }) => typeText(type),
    "The name of the argument's type.",
    ['pg_typeof(1.5::float8)', 'double precision'],
    { nulls: 'custom', nullable: never },
  ),
  scalar(
    'typeof',
    anyOne(UTF8),
    (_args, { parameters: [type = UTF8] }) => duckName(type),
    "The name of the argument's type, as DuckDB has it.",
    ['typeof(1)', 'INTEGER'],
    { nulls: 'custom', nullable: never },
  ),
  scalar(
    'pg_client_encoding',
    fixed([], UTF8),
    () => 'UTF8',
    'The encoding of texts, which is always UTF8.',
    ['pg_client_encoding()', 'UTF8'],
    { names: ['pg_client_encoding', 'getdatabaseencoding'], volatility: 'stable' },
  ),
  scalar(
    'pg_is_in_recovery',
    fixed([], BOOL),
    () => false,
    'Whether the database is being recovered, which it never is while one can ask.',
    ['pg_is_in_recovery()', 'f'],
    { volatility: 'stable' },
  ),
  scalar(
    'random',
    fixed([], FLOAT64),
    () => Math.random(),
    'A random number from 0 on and below 1, another one for each row.',
    ['random() < 1', 't'],
    { volatility: 'volatile' },
  ),
  scalar(
    'random_normal',
    [fixed([], FLOAT64), fixed([FLOAT64, FLOAT64], FLOAT64)],
    ([mean = 0, deviation = 1]) =>
      toNumber(mean) +
      toNumber(deviation) * Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
    'A random number of the normal distribution with a mean and a standard deviation.',
    ['random_normal(5, 0)', '5'],
    { volatility: 'volatile' },
  ),
];
