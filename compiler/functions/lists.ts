import { compareValues } from '../types/compare.ts';
import { internalError } from '../types/error.ts';
import { toInteger, toList } from '../types/narrow.ts';
import { BOOL, INT32, INT64, list, type Type } from '../types/type.ts';
import { unify } from '../types/unify.ts';
import type { Overload, ScalarFunction } from './declaration.ts';
import { binary, unary } from './overload.ts';

const asList = (type: Type): Extract<Type, { kind: 'list' }> | undefined => (type.kind === 'list' ? type : undefined);

const lengthOfList = unary((arg) => (arg.kind === 'list' ? { parameter: arg, result: INT32 } : undefined));

const integerKinds: readonly Type['kind'][] = ['int8', 'int16', 'int32', 'int64', 'null'];

const elementAt = binary((a, b) => {
  const type = asList(a);
  return type && integerKinds.includes(b.kind) ? { a: type, b: INT64, result: type.element } : undefined;
});

/** The second argument's type is that of the lambda's body. */
const transformed = binary((a, body) => {
  const type = asList(a);
  return type && { a: type, b: body, result: list(body) };
});

const filtered: Overload = binary((a, body) => {
  const type = asList(a);
  return type && (body.kind === 'bool' || body.kind === 'null') ? { a: type, b: BOOL, result: type } : undefined;
});

const memberOf = binary((a, b) => {
  const type = asList(a);
  const element = type && unify([type.element, b]);
  return element && { a: list(element), b: element, result: BOOL };
});

/** Interpreter and executor apply lambdas themselves: a row implementation sees values only. */
const appliedByCaller = (): never => {
  throw internalError('a lambda was called as a value');
};

export const LIST_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: 'list_length',
    names: { sql: ['cardinality'] },
    overloads: [lengthOfList],
    nulls: 'strict',
    volatility: 'immutable',
    row: (args) => toList(args[0]).length,
    documentation: 'The number of elements of a list.',
    example: { sql: 'cardinality(ARRAY[1, 2, 3])', result: '3' },
  },
  {
    name: 'list_get',
    names: {},
    overloads: [elementAt],
    nulls: 'strict',
    nullable: () => true,
    volatility: 'immutable',
    row: (args) => toList(args[0])[Number(toInteger(args[1]))] ?? null,
    documentation: 'The element at a position, counted from 0; NULL outside the list.',
  },
  {
    name: 'list_contains',
    names: { sql: ['list_contains', 'array_contains', 'list_has', 'array_has'] },
    overloads: [memberOf],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([items = null, wanted = null], { parameters }) => {
      const type = parameters[1];
      if (type === undefined) throw internalError('list_contains needs two parameters');
      return toList(items).some((item) => item !== null && compareValues(item, wanted, type) === 0);
    },
    documentation: 'Whether a list has an element that equals the value.',
    example: { sql: 'list_contains(ARRAY[1, 2], 2)', result: 't' },
  },
  {
    name: 'list_transform',
    names: {},
    overloads: [transformed],
    nulls: 'strict',
    nullable: ([items = true]) => items,
    volatility: 'immutable',
    row: appliedByCaller,
    documentation: 'The list of what a lambda makes of each element.',
  },
  {
    name: 'list_filter',
    names: {},
    overloads: [filtered],
    nulls: 'strict',
    nullable: ([items = true]) => items,
    volatility: 'immutable',
    row: appliedByCaller,
    documentation: 'The elements for which a lambda is true.',
  },
];
