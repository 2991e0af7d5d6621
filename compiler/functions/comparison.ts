import { compareValues, sameValue } from '../types/compare.ts';
import { internalError } from '../types/error.ts';
import { toBool } from '../types/narrow.ts';
import { BOOL, type Type, UTF8 } from '../types/type.ts';
import { unify } from '../types/unify.ts';
import type { Value } from '../types/value.ts';
import type { ScalarFunction, Signature } from './declaration.ts';
import { binary, fixed, unary } from './overload.ts';

/** Any two types with a common one; two untyped literals compare as text. */
const comparable = binary((a, b) => {
  const common = unify([a, b]);
  if (common === undefined) return undefined;
  const type = common.kind === 'null' ? UTF8 : common;
  return { a: type, b: type, result: BOOL };
});

const anyOne = unary((arg) => ({ parameter: arg, result: BOOL }));
const oneBool = fixed([BOOL], BOOL);
const never = () => false;

function firstParameter(signature: Signature): Type {
  const [type] = signature.parameters;
  if (type === undefined) throw internalError('a comparison without parameters');
  return type;
}

const argument = (args: readonly Value[], index: number): Value => args[index] ?? null;

function comparison(
  name: string,
  test: (order: number) => boolean,
  documentation: string,
  sql: string,
  result: string,
): ScalarFunction {
  return {
    name,
    names: {},
    overloads: [comparable],
    nulls: 'strict',
    volatility: 'immutable',
    row: (args, signature) => test(compareValues(argument(args, 0), argument(args, 1), firstParameter(signature))),
    documentation,
    example: { sql, result },
  };
}

function distinction(name: string, whenSame: boolean, documentation: string, sql: string): ScalarFunction {
  return {
    name,
    names: {},
    overloads: [comparable],
    nulls: 'custom',
    nullable: never,
    volatility: 'immutable',
    row: (args, signature) => sameValue(argument(args, 0), argument(args, 1), firstParameter(signature)) === whenSame,
    documentation,
    example: { sql, result: whenSame ? 't' : 'f' },
  };
}

function truth(name: string, test: (value: Value) => boolean, documentation: string, sql: string): ScalarFunction {
  return {
    name,
    names: {},
    overloads: [name === 'is_null' || name === 'is_not_null' ? anyOne : oneBool],
    nulls: 'custom',
    nullable: never,
    volatility: 'immutable',
    row: (args) => test(argument(args, 0)),
    documentation,
    example: { sql, result: test(null) ? 't' : 'f' },
  };
}

export const COMPARISON_FUNCTIONS: readonly ScalarFunction[] = [
  comparison('eq', (order) => order === 0, 'Whether two values are equal; NaN equals NaN.', '1 = 1.0', 't'),
  comparison('ne', (order) => order !== 0, 'Whether two values differ.', "'a' <> 'b'", 't'),
  comparison('lt', (order) => order < 0, 'Whether the left value sorts before the right one.', "'a' < 'B'", 'f'),
  comparison(
    'le',
    (order) => order <= 0,
    'Whether the left value sorts before the right one or equals it.',
    '2 <= 2',
    't',
  ),
  comparison('gt', (order) => order > 0, 'Whether the left value sorts after the right one.', '2 > 10', 'f'),
  comparison(
    'ge',
    (order) => order >= 0,
    'Whether the left value sorts after the right one or equals it.',
    '2 >= 3',
    'f',
  ),
  distinction(
    'is_distinct',
    false,
    'Whether two values differ, where NULL is a value like any other. Never NULL.',
    'NULL IS DISTINCT FROM NULL',
  ),
  distinction(
    'is_not_distinct',
    true,
    'Whether two values are equal, where NULL is a value like any other. Never NULL.',
    'NULL IS NOT DISTINCT FROM NULL',
  ),
  {
    name: 'not',
    names: {},
    overloads: [oneBool],
    nulls: 'strict',
    volatility: 'immutable',
    row: (args) => !toBool(args[0]),
    documentation: 'True for false and false for true.',
    example: { sql: 'NOT true', result: 'f' },
  },
  truth('is_null', (value) => value === null, 'Whether the value is NULL. A JSON null is not.', 'NULL IS NULL'),
  truth('is_not_null', (value) => value !== null, 'Whether the value is not NULL.', 'NULL IS NOT NULL'),
  truth('is_true', (value) => value === true, 'Whether the value is true; false for NULL.', 'NULL IS TRUE'),
  truth('is_not_true', (value) => value !== true, 'Whether the value is false or NULL.', 'NULL IS NOT TRUE'),
  truth('is_false', (value) => value === false, 'Whether the value is false; false for NULL.', 'NULL IS FALSE'),
  truth('is_not_false', (value) => value !== false, 'Whether the value is true or NULL.', 'NULL IS NOT FALSE'),
];
