import * as fc from 'fast-check';
import { describe, test } from 'vitest';
import * as T from '../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../compiler/types/value.ts';
import { checkCall } from './agree.ts';

/** Values of few kinds and names, so that many pairs differ late or not at all. */
const scalar: fc.Arbitrary<AnyValue> = fc.oneof(
  fc.constantFrom<AnyValue>(
    { tag: 'null' },
    { tag: 'bool', value: false },
    { tag: 'bool', value: true },
    { tag: 'utf8', value: '' },
    { tag: 'utf8', value: 'a' },
    { tag: 'utf8', value: 'a text that no view holds' },
  ),
  fc
    .constantFrom(0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n)
    .map((value): AnyValue => ({ tag: 'int64', value })),
  fc
    .constantFrom(0, -0, 0.5, -0.5, 1, 2 ** 53, 2 ** 63, -(2 ** 63), 1e300, Number.NaN, Number.POSITIVE_INFINITY)
    .map((value): AnyValue => ({ tag: 'float64', value })),
);

const { nested } = fc.letrec<{ nested: AnyValue; list: AnyValue; object: AnyValue }>((tie) => ({
  nested: fc.oneof({ depthSize: 'small' }, scalar, tie('list'), tie('object')),
  list: fc.array(tie('nested'), { maxLength: 3 }).map((value): AnyValue => ({ tag: 'list', value })),
  object: fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'ab', 'é', 'a name of some length'), tie('nested')), {
      maxLength: 4,
      selector: ([name]) => name,
    })
    .map((fields): AnyValue => ({ tag: 'object', value: new Map(fields) })),
}));

const nullable = <V extends Value>(values: fc.Arbitrary<V>): fc.Arbitrary<Value> => fc.option(values, { freq: 12 });

describe.each(['eq', 'lt', 'ge', 'is_distinct'])('%s', (fn) => {
  test('of nested values', () => {
    const values = nullable(nested);
    checkCall(fn, [T.ANY, T.ANY], { values: { 0: values, 1: values }, batches: 30 });
  });

  test('of lists of them', () => {
    const values = nullable(fc.array(nullable(nested), { maxLength: 3 }));
    checkCall(fn, [T.list(T.ANY), T.list(T.ANY)], { values: { 0: values, 1: values }, batches: 20 });
  });

  const lists: readonly (readonly [string, T.Type, fc.Arbitrary<Value>])[] = [
    ['bool', T.BOOL, fc.boolean()],
    ['int32', T.INT32, fc.integer({ min: -1, max: 1 })],
    ['float32', T.FLOAT32, fc.constantFrom(0, -0, 1.5, Number.NaN)],
    ['decimal', T.decimal(38, 2), fc.constantFrom(-1n, 0n, 10n ** 30n)],
    ['utf8', T.UTF8, fc.constantFrom('', 'a', 'b', 'more than twelve bytes')],
    ['date', T.DATE, fc.constantFrom(-1, 0, 1)],
    [
      'interval',
      T.INTERVAL,
      fc.constantFrom(
        { months: 1, days: 0, micros: 0n },
        { months: 0, days: 30, micros: 0n },
        { months: 0, days: 0, micros: -1n },
      ),
    ],
    ['lists', T.list(T.FLOAT64), fc.array(fc.constantFrom(0, -0, 1, null), { maxLength: 2 })],
  ];
  test.each(lists)('of lists of %s', (_, element, items) => {
    const values = nullable(fc.array(nullable(items), { maxLength: 3 }));
    checkCall(fn, [T.list(element), T.list(element)], { values: { 0: values, 1: values }, batches: 10 });
  });
});
