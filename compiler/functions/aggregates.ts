import { compareValues } from '../types/compare.ts';
import { checkDecimal, divideRounded, powerOfTen } from '../types/decimals.ts';
import { internalError } from '../types/error.ts';
import { floatOverflow } from '../types/floats.ts';
import { fromInteger } from '../types/integers.ts';
import { addIntervals, divideInterval } from '../types/intervals.ts';
import { toBigint, toBool, toInteger, toInterval, toNumber, toText } from '../types/narrow.ts';
import {
  BOOL,
  decimal,
  FLOAT64,
  INT64,
  INTERVAL,
  isFloat,
  isInteger,
  list,
  MAX_DECIMAL_PRECISION,
  type Type,
  UTF8,
} from '../types/type.ts';
import type { Value } from '../types/value.ts';
import { MIN_QUOTIENT_SCALE } from './arithmetic-types.ts';
import type { AggregateFunction, AggregateState, Signature } from './declaration.ts';
import { fixed, unary } from './overload.ts';

const anyOne = (result: (arg: Type) => Type) => unary((arg) => ({ parameter: arg, result: result(arg) }));
const oneBool = fixed([BOOL], BOOL);

const summable = unary((arg) => {
  const result = sumType(arg);
  return result && { parameter: arg.kind === 'null' ? INT64 : arg, result };
});

function sumType(arg: Type): Type | undefined {
  if (arg.kind === 'int64' || arg.kind === 'null') return decimal(MAX_DECIMAL_PRECISION, 0);
  if (isInteger(arg)) return INT64;
  if (arg.kind === 'decimal') return decimal(MAX_DECIMAL_PRECISION, arg.scale);
  return isFloat(arg) || arg.kind === 'interval' ? (isFloat(arg) ? FLOAT64 : INTERVAL) : undefined;
}

const averageable = unary((arg) => {
  const parameter = arg.kind === 'null' ? INT64 : arg;
  if (isFloat(parameter)) return { parameter, result: FLOAT64 };
  if (parameter.kind === 'interval') return { parameter, result: INTERVAL };
  if (!isInteger(parameter) && parameter.kind !== 'decimal') return undefined;
  const scale = parameter.kind === 'decimal' ? Math.max(MIN_QUOTIENT_SCALE, parameter.scale) : MIN_QUOTIENT_SCALE;
  return { parameter, result: decimal(MAX_DECIMAL_PRECISION, scale) };
});

/** Folds the rows into one value, from the first on; NULL if there is none. */
function fold(combine: (state: Value, value: Value) => Value): AggregateFunction['create'] {
  return () => {
    let state: Value = null;
    return {
      step: ([value = null]) => {
        state = state === null ? value : combine(state, value);
      },
      result: () => state,
    };
  };
}

function parameter(signature: Signature): Type {
  const [type] = signature.parameters;
  if (type === undefined) throw internalError('an aggregate without its parameter');
  return type;
}

function extreme(sign: number): AggregateFunction['create'] {
  return (signature) => {
    const type = parameter(signature);
    return fold((best, value) => (compareValues(value, best, type) * sign > 0 ? value : best))(signature);
  };
}

function counter(counts: (args: readonly Value[]) => boolean): AggregateFunction['create'] {
  return () => {
    let count = 0n;
    return {
      step: (args) => {
        if (counts(args)) count += 1n;
      },
      result: () => count,
    };
  };
}

/** Sums and their counts; what the sum becomes is for the caller to say. */
function accumulate(type: Type, finish: (sum: Value, count: bigint) => Value): AggregateState {
  let sum: Value = null;
  let count = 0n;
  return {
    step: ([value = null]) => {
      const next = type.kind === 'interval' || isFloat(type) ? value : toInteger(value);
      sum = sum === null ? next : addTo(sum, next, type);
      count += 1n;
    },
    result: () => (sum === null ? null : finish(sum, count)),
  };
}

function addTo(sum: Value, value: Value, type: Type): Value {
  if (type.kind === 'interval') return addIntervals(toInterval(sum), toInterval(value));
  if (!isFloat(type)) return toBigint(sum) + toBigint(value);
  const a = toNumber(sum);
  const b = toNumber(value);
  if (!Number.isFinite(a + b) && Number.isFinite(a) && Number.isFinite(b)) throw floatOverflow();
  return a + b;
}

function createSum(signature: Signature): AggregateState {
  const { result } = signature;
  return accumulate(parameter(signature), (sum) => {
    if (result.kind === 'decimal') return checkDecimal(toBigint(sum), result);
    if (result.kind === 'int64') return fromInteger(toBigint(sum), result);
    return sum;
  });
}

function createAverage(signature: Signature): AggregateState {
  const { result } = signature;
  const type = parameter(signature);
  return accumulate(type, (sum, count) => {
    if (result.kind === 'interval') return divideInterval(toInterval(sum), Number(count));
    if (result.kind !== 'decimal') return toNumber(sum) / Number(count);
    const scale = type.kind === 'decimal' ? type.scale : 0;
    return checkDecimal(divideRounded(toBigint(sum) * powerOfTen(result.scale - scale), count), result);
  });
}

/** Each value with the delimiter of its own row before it, but for the first. */
function createStringAggregate(): AggregateState {
  let text: string | undefined;
  return {
    step: ([value = null, delimiter = null]) => {
      if (value === null) return;
      const between = delimiter === null ? '' : toText(delimiter);
      text = text === undefined ? toText(value) : text + between + toText(value);
    },
    result: () => text ?? null,
  };
}

function createList(): AggregateState {
  let items: Value[] | undefined;
  return {
    step: ([value = null]) => {
      items ??= [];
      items.push(value);
    },
    result: () => items ?? null,
  };
}

export const AGGREGATE_FUNCTIONS: readonly AggregateFunction[] = [
  {
    name: 'count',
    names: { sql: ['count'] },
    overloads: [fixed([], INT64), anyOne(() => INT64)],
    nullable: false,
    create: counter(() => true),
    documentation: 'The number of rows, or of rows where the argument is not NULL.',
    example: { sql: 'SELECT count(x) FROM (VALUES (1), (NULL), (3)) t(x)', result: '2' },
  },
  {
    name: 'count_if',
    names: { sql: ['count_if', 'countif'] },
    overloads: [fixed([BOOL], INT64)],
    nullable: false,
    create: counter(([value]) => toBool(value)),
    documentation: 'The number of rows where the argument is true.',
    example: { sql: 'SELECT count_if(x > 1) FROM (VALUES (1), (2), (3)) t(x)', result: '2' },
  },
  {
    name: 'sum',
    names: { sql: ['sum'] },
    overloads: [summable],
    nullable: true,
    create: createSum,
    documentation: 'The sum of the values. Of int64 it is a decimal, so that it cannot overflow.',
    example: { sql: 'SELECT sum(x) FROM (VALUES (1), (2), (3)) t(x)', result: '6' },
  },
  {
    name: 'avg',
    names: { sql: ['avg'] },
    overloads: [averageable],
    nullable: true,
    create: createAverage,
    documentation: 'The mean of the values; of integers and decimals as a decimal with at least 16 decimals.',
    example: { sql: 'SELECT avg(x) FROM (VALUES (1), (2)) t(x)', result: '1.5000000000000000' },
  },
  {
    name: 'min',
    names: { sql: ['min'] },
    overloads: [anyOne((arg) => (arg.kind === 'null' ? UTF8 : arg))],
    nullable: true,
    create: extreme(-1),
    documentation: 'The least value.',
    example: { sql: "SELECT min(x) FROM (VALUES ('b'), ('a')) t(x)", result: 'a' },
  },
  {
    name: 'max',
    names: { sql: ['max'] },
    overloads: [anyOne((arg) => (arg.kind === 'null' ? UTF8 : arg))],
    nullable: true,
    create: extreme(1),
    documentation: 'The greatest value.',
    example: { sql: "SELECT max(x) FROM (VALUES ('b'), ('a')) t(x)", result: 'b' },
  },
  {
    name: 'bool_and',
    names: { sql: ['bool_and', 'every'] },
    overloads: [oneBool],
    nullable: true,
    create: fold((state, value) => toBool(state) && toBool(value)),
    documentation: 'Whether all values are true.',
    example: { sql: 'SELECT bool_and(x) FROM (VALUES (true), (false)) t(x)', result: 'f' },
  },
  {
    name: 'bool_or',
    names: { sql: ['bool_or'] },
    overloads: [oneBool],
    nullable: true,
    create: fold((state, value) => toBool(state) || toBool(value)),
    documentation: 'Whether any value is true.',
    example: { sql: 'SELECT bool_or(x) FROM (VALUES (true), (false)) t(x)', result: 't' },
  },
  {
    name: 'any_value',
    names: { sql: ['any_value', 'arbitrary'] },
    overloads: [anyOne((arg) => (arg.kind === 'null' ? UTF8 : arg))],
    nullable: true,
    create: fold((state) => state),
    documentation: 'One of the values that are not NULL: the first that is met.',
    example: { sql: 'SELECT any_value(x) FROM (VALUES (NULL), (7)) t(x)', result: '7' },
  },
  {
    name: 'string_agg',
    names: { sql: ['string_agg'] },
    overloads: [fixed([UTF8, UTF8], UTF8)],
    nullable: true,
    keeps: true,
    nulls: 'see',
    create: createStringAggregate,
    documentation: 'The texts joined in the order asked for, with a delimiter between them; NULLs are left out.',
    example: { sql: "SELECT string_agg(x, '-' ORDER BY x) FROM (VALUES ('b'), ('a')) t(x)", result: 'a-b' },
  },
  {
    name: 'array_agg',
    names: { sql: ['array_agg', 'list'] },
    keeps: true,
    overloads: [anyOne((arg) => list(arg.kind === 'null' ? UTF8 : arg))],
    nullable: true,
    nulls: 'see',
    create: createList,
    documentation: 'The list of the values, NULLs included, in the order asked for.',
    example: { sql: 'SELECT array_agg(x ORDER BY x) FROM (VALUES (2), (1)) t(x)', result: '{1,2}' },
  },
];
