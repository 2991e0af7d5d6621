import { checkDecimal, divideRounded, powerOfTen, rescale } from '../types/decimals.ts';
import { divisionByZero, internalError } from '../types/error.ts';
import { floatOverflow, floatUnderflow } from '../types/floats.ts';
import { fromInteger } from '../types/integers.ts';
import { toBigint, toInteger, toNumber } from '../types/narrow.ts';
import { type DecimalType, isFloat, isInteger, type Type } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import { addAny, divideAny, moduloAny, multiplyAny, subtractAny } from './any-arithmetic.ts';
import { dynamic, numbers, productRule, quotientRule, remainderRule, sumRule } from './arithmetic-types.ts';
import {
  addDates,
  DATE_DIFFERENCES,
  DATE_SUMS,
  divideDates,
  INTERVAL_PRODUCTS,
  INTERVAL_QUOTIENTS,
  multiplyDates,
  subtractDates,
} from './date-arithmetic.ts';
import type { ScalarFunction, Signature } from './declaration.ts';

interface Operation {
  readonly integer: (a: bigint, b: bigint) => bigint;
  readonly float: (a: number, b: number) => number;
  /** Unscaled operands with their types; the result has the result type's scale. */
  readonly decimal: (a: bigint, b: bigint, types: DecimalOperands) => bigint;
}

interface DecimalOperands {
  readonly a: DecimalType;
  readonly b: DecimalType;
  readonly result: DecimalType;
}

/** Undefined if the operands are no numbers. */
function calculate(operation: Operation, args: readonly Value[], signature: Signature): Value | undefined {
  const [a, b] = signature.parameters;
  const { result } = signature;
  if (a === undefined || b === undefined) throw internalError('an operator needs two parameters');
  if (isInteger(a) && isInteger(b)) {
    const value = operation.integer(toInteger(args[0]), toInteger(args[1]));
    return fromInteger(value, result, 'Cast an operand to a wider type.');
  }
  if (isFloat(a) && isFloat(b)) return operation.float(toNumber(args[0]), toNumber(args[1]));
  if (a.kind === 'decimal' && b.kind === 'decimal' && result.kind === 'decimal') {
    return checkDecimal(operation.decimal(toBigint(args[0]), toBigint(args[1]), { a, b, result }), result);
  }
  return undefined;
}

function atScale(calculateAtScale: (a: bigint, b: bigint) => bigint): Operation['decimal'] {
  return (a, b, types) =>
    calculateAtScale(rescale(a, types.a.scale, types.result.scale), rescale(b, types.b.scale, types.result.scale));
}

/** Infinity out of finite numbers is an overflow. */
function checkFinite(result: number, a: number, b: number): number {
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) throw floatOverflow();
  return result;
}

function nonZero<T extends bigint | number>(divisor: T): T {
  if (Number(divisor) === 0) throw divisionByZero();
  return divisor;
}

const ADD: Operation = {
  integer: (a, b) => a + b,
  float: (a, b) => checkFinite(a + b, a, b),
  decimal: atScale((a, b) => a + b),
};

const SUBTRACT: Operation = {
  integer: (a, b) => a - b,
  float: (a, b) => checkFinite(a - b, a, b),
  decimal: atScale((a, b) => a - b),
};

const MULTIPLY: Operation = {
  integer: (a, b) => a * b,
  float: (a, b) => {
    const product = checkFinite(a * b, a, b);
    if (product === 0 && a !== 0 && b !== 0) throw floatUnderflow();
    return product;
  },
  decimal: (a, b) => a * b,
};

const DIVIDE: Operation = {
  integer: (a, b) => a / nonZero(b),
  float: (a, b) => {
    // NaN is contagious even here, as in PostgreSQL.
    const quotient = checkFinite(a / (Number.isNaN(a) ? b : nonZero(b)), a, b);
    if (quotient === 0 && a !== 0 && Number.isFinite(b)) throw floatUnderflow();
    return quotient;
  },
  decimal: (a, b, types) =>
    divideRounded(a * powerOfTen(types.result.scale + types.b.scale), nonZero(b) * powerOfTen(types.a.scale)),
};

const MODULO: Operation = {
  integer: (a, b) => a % nonZero(b),
  float: (a, b) => a % nonZero(b),
  decimal: atScale((a, b) => a % nonZero(b)),
};

function single(operation: Operation, result: Type): Operation {
  return result.kind === 'float32'
    ? { ...operation, float: (a, b) => roundToSingle(operation.float(a, b), a, b) }
    : operation;
}

function roundToSingle(exact: number, a: number, b: number): number {
  const rounded = checkFinite(Math.fround(exact), a, b);
  if (rounded === 0 && exact !== 0) throw floatUnderflow();
  return rounded;
}

type Fallback = (args: readonly Value[], signature: Signature) => Value;

function operator(
  declaration: Pick<ScalarFunction, 'name' | 'names' | 'overloads' | 'documentation'> & {
    readonly example: { readonly sql: string; readonly result: string };
  },
  operation: Operation,
  other: Fallback,
): ScalarFunction {
  return {
    ...declaration,
    nulls: 'strict',
    nullable: (args, signature) => signature.result.kind === 'any' || args.includes(true),
    volatility: 'immutable',
    row: (args, signature) => calculate(single(operation, signature.result), args, signature) ?? other(args, signature),
  };
}

const onAny =
  (dates: Fallback, any: (args: readonly Value[]) => Value): Fallback =>
  (args, signature) =>
    signature.result.kind === 'any' ? any(args) : dates(args, signature);

const noOther: Fallback = (_args, signature) => {
  throw internalError(`no modulo for ${signature.result.kind}`);
};

export const ARITHMETIC_OPERATORS: readonly ScalarFunction[] = [
  operator(
    {
      name: 'add',
      names: {},
      overloads: [numbers(sumRule), ...DATE_SUMS, dynamic],
      documentation:
        'Adds numbers; days to a date; an interval to a date, time, timestamp or interval. A date and an interval make a timestamp.',
      example: { sql: "date '2024-01-31' + interval '1 month'", result: '2024-02-29 00:00:00' },
    },
    ADD,
    onAny(addDates, addAny),
  ),
  operator(
    {
      name: 'subtract',
      names: {},
      overloads: [numbers(sumRule), ...DATE_DIFFERENCES, dynamic],
      documentation:
        'Subtracts numbers; days from a date; an interval from a date, time, timestamp or interval. Two dates differ by days, two timestamps by an interval.',
      example: { sql: "date '2024-03-01' - date '2024-02-01'", result: '29' },
    },
    SUBTRACT,
    onAny(subtractDates, subtractAny),
  ),
  operator(
    {
      name: 'multiply',
      names: {},
      overloads: [numbers(productRule), ...INTERVAL_PRODUCTS, dynamic],
      documentation: 'Multiplies numbers, or an interval by a number.',
      example: { sql: '1.50 * 1.5', result: '2.250' },
    },
    MULTIPLY,
    onAny(multiplyDates, multiplyAny),
  ),
  operator(
    {
      name: 'divide',
      names: {},
      overloads: [numbers(quotientRule), ...INTERVAL_QUOTIENTS, dynamic],
      documentation:
        'Divides numbers, or an interval by a number. Integers divide to an integer, towards zero; decimals get at least 16 decimals.',
      example: { sql: '7 / 2', result: '3' },
    },
    DIVIDE,
    onAny(divideDates, divideAny),
  ),
  operator(
    {
      name: 'modulo',
      names: { sql: ['mod'] },
      overloads: [numbers(remainderRule, 'noFloats'), dynamic],
      documentation: 'The remainder of a division towards zero; it has the sign of the dividend.',
      example: { sql: '-7 % 3', result: '-1' },
    },
    MODULO,
    onAny(noOther, moduloAny),
  ),
];
