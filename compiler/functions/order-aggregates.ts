import { compareValues } from '../types/compare.ts';
import { internalError, OrbitError } from '../types/error.ts';
import { isList, toBool, toNumber } from '../types/narrow.ts';
import { BOOL, FLOAT64, isNumeric, list, type Type, UTF8 } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { AggregateFunction, Overload, Signature } from './declaration.ts';
import { unary } from './overload.ts';

// Aggregates that pick values by their order. Those that need all values sort them when the group is complete, so that
// it does not matter in which order they come.

const known = (type: Type): Type => (type.kind === 'null' ? UTF8 : type);

/**
 * A value, a fraction or a list of fractions, and whether the values count from the greatest down, which an ordered-set
 * aggregate asks for.
 */
function quantileOf(resultOf: (type: Type) => { parameter: Type; result: Type } | undefined): Overload {
  return ([value, fraction, descending, more]) => {
    if (value === undefined || fraction === undefined || more !== undefined) return undefined;
    const found = resultOf(value);
    const isMany = fraction.kind === 'list';
    const element = isMany ? fraction.element : fraction;
    if (found === undefined || !(isNumeric(element) || element.kind === 'null')) return undefined;
    if (descending !== undefined && descending.kind !== 'bool') return undefined;
    return {
      parameters: [found.parameter, isMany ? list(FLOAT64) : FLOAT64, ...(descending === undefined ? [] : [BOOL])],
      result: isMany ? list(found.result) : found.result,
    };
  };
}

const continuous = (type: Type) =>
  isNumeric(type) || type.kind === 'null' ? { parameter: FLOAT64, result: FLOAT64 } : undefined;
const discrete = (type: Type) => ({ parameter: known(type), result: known(type) });

function typeOfValues({ parameters: [type] }: Signature): Type {
  if (type === undefined) throw internalError('an aggregate without its parameter');
  return type;
}

/** Collects the values; `pick` gets them sorted, and they are one at least. */
function sorted(pick: (values: readonly Value[], rest: readonly Value[]) => Value): AggregateFunction['create'] {
  return (signature) => {
    const type = typeOfValues(signature);
    const values: Value[] = [];
    let rest: readonly Value[] = [];
    return {
      step: ([value = null, ...others]) => {
        values.push(value);
        rest = others;
      },
      result: () => {
        if (values.length === 0) return null;
        const down = signature.parameters.at(-1)?.kind === 'bool' && rest.length > 0 && toBool(rest.at(-1));
        values.sort((a, b) => (down ? compareValues(b, a, type) : compareValues(a, b, type)));
        return pick(values, rest);
      },
    };
  };
}

function quantiles(at: (values: readonly Value[], fraction: number) => Value): AggregateFunction['create'] {
  return sorted((values, [fractions = null]) => {
    const one = (fraction: Value): Value => {
      if (fraction === null) return null;
      const number = toNumber(fraction);
      if (number >= 0 && number <= 1) return at(values, number);
      throw new OrbitError('numeric_value_out_of_range', `percentile value ${number} is not between 0 and 1`);
    };
    return isList(fractions) ? fractions.map(one) : one(fractions);
  });
}

function interpolated(values: readonly Value[], fraction: number): number {
  const place = fraction * (values.length - 1);
  const low = Math.floor(place);
  const [a, b] = [toNumber(values[low]), toNumber(values[Math.ceil(place)])];
  return a === b || place === low ? a : a + (place - low) * (b - a);
}

function discreteAt(values: readonly Value[], fraction: number): Value {
  return values[Math.max(1, Math.ceil(fraction * values.length)) - 1] ?? null;
}

function mostFrequent(values: readonly Value[], type: Type): Value {
  let best: Value = null;
  let most = 0;
  let from = 0;
  for (let i = 1; i <= values.length; i++) {
    if (i < values.length && compareValues(values[i] ?? null, values[from] ?? null, type) === 0) continue;
    if (i - from > most) {
      most = i - from;
      best = values[from] ?? null;
    }
    from = i;
  }
  return best;
}

/** The first argument of the row whose second one is least or greatest. */
function argumentOf(sign: number): AggregateFunction['create'] {
  return ({ parameters: [, type] }) => {
    if (type === undefined) throw internalError('an aggregate without its second parameter');
    let best: { readonly value: Value; readonly key: Value } | undefined;
    return {
      step: ([value = null, key = null]) => {
        if (best === undefined || compareValues(key, best.key, type) * sign > 0) best = { value, key };
      },
      result: () => best?.value ?? null,
    };
  };
}

const valueByKey: Overload = ([value, key, more]) =>
  value === undefined || key === undefined || more !== undefined
    ? undefined
    : { parameters: [known(value), known(key)], result: known(value) };

const anyOne = unary((arg) => ({ parameter: known(arg), result: known(arg) }));

export const ORDER_AGGREGATES: readonly AggregateFunction[] = [
  {
    name: 'quantile_cont',
    names: { sql: ['quantile_cont'] },
    overloads: [quantileOf(continuous)],
    nullable: true,
    keeps: true,
    create: quantiles(interpolated),
    documentation:
      'The value below which a fraction of the numbers lies, between two of them if need be; a list for a list of fractions. Also percentile_cont(fraction) WITHIN GROUP (ORDER BY x).',
    example: {
      sql: 'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (4)) t(x)',
      result: '2.5',
    },
  },
  {
    name: 'quantile_disc',
    names: { sql: ['quantile_disc', 'quantile'] },
    overloads: [quantileOf(discrete)],
    nullable: true,
    keeps: true,
    create: quantiles(discreteAt),
    documentation:
      'The first value in order at which a fraction of the values is reached. Also percentile_disc(fraction) WITHIN GROUP (ORDER BY x).',
    example: { sql: 'SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (4)) t(x)', result: '1' },
  },
  {
    name: 'median',
    names: { sql: ['median'] },
    overloads: [unary(continuous)],
    nullable: true,
    keeps: true,
    create: sorted((values) => interpolated(values, 0.5)),
    documentation: 'The number in the middle, or between the two in the middle.',
    example: { sql: 'SELECT median(x) FROM (VALUES (1), (9), (2)) t(x)', result: '2' },
  },
  {
    name: 'mode',
    names: { sql: ['mode'] },
    overloads: [
      anyOne,
      ([value, descending, more]) =>
        value === undefined || descending?.kind !== 'bool' || more !== undefined
          ? undefined
          : { parameters: [known(value), BOOL], result: known(value) },
    ],
    nullable: true,
    keeps: true,
    create: (signature) => sorted((values) => mostFrequent(values, typeOfValues(signature)))(signature),
    documentation: 'The most frequent value; of several the least. Also mode() WITHIN GROUP (ORDER BY x).',
    example: { sql: 'SELECT mode() WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (2)) t(x)', result: '2' },
  },
  {
    name: 'arg_min',
    names: { sql: ['arg_min', 'min_by'] },
    overloads: [valueByKey],
    nullable: true,
    create: argumentOf(-1),
    documentation: 'The first argument of the row whose second one is least; rows with a NULL do not count.',
    example: { sql: "SELECT arg_min(x, y) FROM (VALUES ('a', 2), ('b', 1)) t(x, y)", result: 'b' },
  },
  {
    name: 'arg_max',
    names: { sql: ['arg_max', 'max_by'] },
    overloads: [valueByKey],
    nullable: true,
    create: argumentOf(1),
    documentation: 'The first argument of the row whose second one is greatest; rows with a NULL do not count.',
    example: { sql: "SELECT arg_max(x, y) FROM (VALUES ('a', 2), ('b', 1)) t(x, y)", result: 'a' },
  },
  {
    name: 'first',
    names: { sql: ['first'] },
    overloads: [anyOne],
    nullable: true,
    nulls: 'see',
    create: () => {
      let first: Value | undefined;
      return {
        step: ([value = null]) => {
          if (first === undefined) first = value;
        },
        result: () => first ?? null,
      };
    },
    documentation: 'The value of the first row in the order asked for, be it NULL.',
    example: { sql: 'SELECT first(x ORDER BY x) FROM (VALUES (2), (1)) t(x)', result: '1' },
  },
  {
    name: 'last',
    names: { sql: ['last'] },
    overloads: [anyOne],
    nullable: true,
    nulls: 'see',
    create: () => {
      let last: Value = null;
      return {
        step: ([value = null]) => {
          last = value;
        },
        result: () => last,
      };
    },
    documentation: 'The value of the last row in the order asked for, be it NULL.',
    example: { sql: 'SELECT last(x ORDER BY x) FROM (VALUES (2), (1)) t(x)', result: '2' },
  },
];
