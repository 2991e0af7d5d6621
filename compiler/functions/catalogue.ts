import { AGGREGATE_FUNCTIONS } from './aggregates.ts';
import { ANY_FUNCTIONS } from './any.ts';
import { ANY_AGGREGATES } from './any-aggregates.ts';
import { ANY_CONSTRUCTORS } from './any-make.ts';
import { APPROXIMATE_AGGREGATES } from './approximate.ts';
import { ARITHMETIC_OPERATORS } from './arithmetic.ts';
import { ARRAY_FUNCTIONS } from './arrays.ts';
import { BIT_AGGREGATES } from './bit-aggregates.ts';
import { BYTE_FUNCTIONS } from './bytes.ts';
import { CALENDAR_FUNCTIONS } from './calendar.ts';
import { COMPARISON_FUNCTIONS } from './comparison.ts';
import { CONDITIONAL_FUNCTIONS } from './conditional.ts';
import { DATE_FUNCTIONS } from './dates.ts';
import type { AggregateFunction, ScalarFunction, WindowFunction } from './declaration.ts';
import { JSON_AGGREGATES } from './json/aggregates.ts';
import { JSON_FUNCTIONS } from './json/index.ts';
import { listAggregates } from './list-aggregates.ts';
import { LIST_FUNCTIONS } from './lists.ts';
import { MATH_FUNCTIONS } from './math.ts';
import { MORE_AGGREGATES } from './more-aggregates.ts';
import { NUMBER_FUNCTIONS } from './numbers.ts';
import { ORDER_AGGREGATES } from './order-aggregates.ts';
import { PATTERN_FUNCTIONS } from './patterns.ts';
import { QUOTING_FUNCTIONS } from './quoting.ts';
import { REGEXP_FUNCTIONS } from './regexps.ts';
import { REGRESSION_AGGREGATES } from './regression.ts';
import { ROUNDED_TIMES } from './rounded-times.ts';
import { SAMPLING_FUNCTIONS } from './sampling.ts';
import { SEQUENCE_FUNCTIONS } from './sequences.ts';
import { SERIES_FUNCTIONS } from './series.ts';
import { SIMILAR_FUNCTIONS } from './similar.ts';
import { SIMILARITY_FUNCTIONS } from './similarity.ts';
import { SLICE_FUNCTIONS } from './slices.ts';
import { STATISTIC_FUNCTIONS } from './statistics.ts';
import { STRING_FUNCTIONS } from './strings.ts';
import { SYSTEM_FUNCTIONS } from './system.ts';
import { TEXT_FUNCTIONS } from './texts.ts';
import { FORMAT_FUNCTIONS } from './to-char.ts';
import { TRIGONOMETRIC_FUNCTIONS } from './trigonometry.ts';
import { UUID_FUNCTIONS } from './uuids.ts';
import { WINDOW_FUNCTIONS } from './windows.ts';
import { ZONE_FUNCTIONS } from './zones.ts';

/** Every scalar function of the product. */
export const SCALARS: readonly ScalarFunction[] = [
  ...COMPARISON_FUNCTIONS,
  ...ARITHMETIC_OPERATORS,
  ...MATH_FUNCTIONS,
  ...TRIGONOMETRIC_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...CONDITIONAL_FUNCTIONS,
  ...SYSTEM_FUNCTIONS,
  ...STRING_FUNCTIONS,
  ...QUOTING_FUNCTIONS,
  ...BYTE_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...SIMILAR_FUNCTIONS,
  ...SIMILARITY_FUNCTIONS,
  ...PATTERN_FUNCTIONS,
  ...REGEXP_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...CALENDAR_FUNCTIONS,
  ...FORMAT_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...ARRAY_FUNCTIONS,
  ...SERIES_FUNCTIONS,
  ...ANY_FUNCTIONS,
  ...ANY_CONSTRUCTORS,
  ...JSON_FUNCTIONS,
  ...SAMPLING_FUNCTIONS,
  ...ZONE_FUNCTIONS,
  ...UUID_FUNCTIONS,
  ...SLICE_FUNCTIONS,
  ...ROUNDED_TIMES,
  ...SEQUENCE_FUNCTIONS,
  ...listAggregates([
    ...AGGREGATE_FUNCTIONS,
    ...STATISTIC_FUNCTIONS,
    ...BIT_AGGREGATES,
    ...ORDER_AGGREGATES,
    ...APPROXIMATE_AGGREGATES,
    ...MORE_AGGREGATES,
  ]),
];

/** Every aggregate function of the product. */
export const AGGREGATES: readonly AggregateFunction[] = [
  ...AGGREGATE_FUNCTIONS,
  ...STATISTIC_FUNCTIONS,
  ...REGRESSION_AGGREGATES,
  ...BIT_AGGREGATES,
  ...ORDER_AGGREGATES,
  ...APPROXIMATE_AGGREGATES,
  ...ANY_AGGREGATES,
  ...MORE_AGGREGATES,
  ...JSON_AGGREGATES,
];

/** Every window function of the product that is no aggregate. */
export const WINDOWS: readonly WindowFunction[] = WINDOW_FUNCTIONS;
