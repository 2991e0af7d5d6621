/**
 * A value as the host sees it: constants in plans, rows of the reference interpreter, values handed to callers.
 *
 * | type                         | host value                                       |
 * | ---------------------------- | ------------------------------------------------ |
 * | bool                         | boolean                                          |
 * | int8, int16, int32, date     | number                                           |
 * | int64, time, timestamp       | bigint                                           |
 * | timestamptz                  | bigint                                           |
 * | uuid                         | bigint, 2^127 less than its 128 bits as a number |
 * | decimal(p,s)                 | bigint, the unscaled value                       |
 * | float32, float64             | number                                           |
 * | utf8                         | string                                           |
 * | binary                       | Uint8Array                                       |
 * | interval                     | Interval                                         |
 * | list                         | readonly Value[]                                 |
 * | any                          | AnyValue: the value tagged with its dynamic type |
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | Interval | readonly Value[] | AnyValue;

/** An interval keeps months, days and microseconds apart: a month has no fixed length, nor has a day across zones. */
export interface Interval {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

/**
 * A value of type `any`. The tag names its dynamic type; objects keep insertion order. JSON's null is a value of its
 * own, distinct from NULL (which is no AnyValue at all).
 */
export type AnyValue =
  | { readonly tag: 'null' }
  | { readonly tag: 'bool'; readonly value: boolean }
  | { readonly tag: 'int64'; readonly value: bigint }
  | { readonly tag: 'float64'; readonly value: number }
  | { readonly tag: 'utf8'; readonly value: string }
  | { readonly tag: 'list'; readonly value: readonly AnyValue[] }
  | { readonly tag: 'object'; readonly value: ReadonlyMap<string, AnyValue> };

export function isInterval(value: Value): value is Interval {
  return typeof value === 'object' && value !== null && 'months' in value;
}

export function isAnyValue(value: Value): value is AnyValue {
  return typeof value === 'object' && value !== null && 'tag' in value;
}
