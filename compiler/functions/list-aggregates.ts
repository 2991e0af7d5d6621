import { toList } from '../types/narrow.ts';
import { list } from '../types/type.ts';
import type { AggregateFunction, Overload, ScalarFunction } from './declaration.ts';

// Each aggregate of one value is a function of a list too: list_sum, list_median, … apply it to the elements.

/** The aggregates by canonical name, with an example's list and its result. */
const EXAMPLES: readonly (readonly [aggregate: string, name: string, items: string, result: string])[] = [
  ['sum', 'list_sum', '1, 2, 3', '6'],
  ['avg', 'list_avg', '1::float8, 2::float8', '1.5'],
  ['min', 'list_min', '3, 1, 2', '1'],
  ['max', 'list_max', '3, 1, 2', '3'],
  ['count', 'list_count', '3, NULL, 2', '2'],
  ['product', 'list_product', '2, 3, 4', '24'],
  ['any_value', 'list_any_value', 'NULL, 7', '7'],
  ['first', 'list_first', '3, 1', '3'],
  ['last', 'list_last', '3, 1', '1'],
  ['median', 'list_median', '1, 2, 9', '2'],
  ['mode', 'list_mode', '1, 2, 2', '2'],
  ['mad', 'list_mad', '1, 2, 9', '1'],
  ['entropy', 'list_entropy', '1, 2', '1'],
  ['skewness', 'list_skewness', '1, 2, 3', '0'],
  ['kurtosis', 'list_kurtosis', '1, 2, 3, 4', '-1.200000000000001'],
  ['kurtosis_pop', 'list_kurtosis_pop', '1, 3', '-2'],
  ['sem', 'list_sem', '1, 3', '0.7071067811865476'],
  ['var_samp', 'list_var_samp', '1, 3', '2'],
  ['var_pop', 'list_var_pop', '1, 3', '1'],
  ['stddev_samp', 'list_stddev_samp', '1, 1', '0'],
  ['stddev_pop', 'list_stddev_pop', '1, 3', '1'],
  ['bool_and', 'list_bool_and', 'true, false', 'f'],
  ['bool_or', 'list_bool_or', 'true, false', 't'],
  ['bit_and', 'list_bit_and', '6, 3', '2'],
  ['bit_or', 'list_bit_or', '6, 3', '7'],
  ['bit_xor', 'list_bit_xor', '6, 3', '5'],
  ['approx_count_distinct', 'list_approx_count_distinct', '1, 1, 2', '2'],
];

function overElements(overload: Overload): Overload {
  return ([items, more]) => {
    if (items?.kind !== 'list' || more !== undefined) return undefined;
    const signature = overload([items.element]);
    const [element] = signature?.parameters ?? [];
    return element === undefined || signature === undefined || signature.parameters.length !== 1
      ? undefined
      : { parameters: [list(element)], result: signature.result };
  };
}

export function listAggregates(aggregates: readonly AggregateFunction[]): readonly ScalarFunction[] {
  return EXAMPLES.flatMap(([aggregate, name, items, result]) => {
    const fn = aggregates.find((known) => known.name === aggregate);
    if (fn === undefined) return [];
    const declared: ScalarFunction = {
      name,
      names: { sql: [name] },
      overloads: fn.overloads.map(overElements),
      nulls: 'strict',
      nullable: () => true,
      volatility: 'immutable',
      row: ([values], signature) => {
        const [parameter = signature.result] = signature.parameters;
        const element = parameter.kind === 'list' ? parameter.element : parameter;
        const state = fn.create({ parameters: [element], result: signature.result });
        for (const value of toList(values)) if (value !== null || fn.nulls === 'see') state.step([value]);
        return state.result();
      },
      documentation: `The aggregate ${aggregate} over the elements of a list.`,
      example: { sql: `${name}(ARRAY[${items}])`, result },
    };
    return [declared];
  });
}
