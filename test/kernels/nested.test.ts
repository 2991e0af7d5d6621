import * as fc from 'fast-check';
import { describe, test } from 'vitest';
import { columnRef } from '../../compiler/ir/build.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import * as T from '../../compiler/types/type.ts';
import type { AnyValue } from '../../compiler/types/value.ts';
import { check, checkCall } from './agree.ts';
import { text, valuesOf } from './arbitraries.ts';

const ELEMENTS: readonly T.Type[] = [
  T.BOOL,
  T.INT16,
  T.INT64,
  T.FLOAT32,
  T.FLOAT64,
  T.decimal(9, 2),
  T.decimal(38, 2),
  T.UTF8,
  T.BINARY,
  T.DATE,
  T.INTERVAL,
  T.ANY,
  T.list(T.UTF8),
];

const position = fc.option(fc.oneof(fc.bigInt({ min: -1n, max: 6n }), valuesOf(T.INT64)), { freq: 10 });

describe.each(ELEMENTS.map((element) => [T.typeName(element), element] as const))('lists of %s', (_, element) => {
  test('length', () => {
    checkCall('list_length', [T.list(element)]);
  });

  test('element', () => {
    checkCall('list_get', [T.list(element), T.INT64], { values: { 1: position } });
  });

  test('membership', () => {
    checkCall('list_contains', [T.list(element), element]);
  });
});

const key = fc.oneof(fc.constantFrom('a', 'name', 'a field with a long name', 'é', ''), text);
const document = fc.option(
  fc.oneof(
    fc
      .array(fc.tuple(key, valuesOf(T.ANY)), { maxLength: 5 })
      .map((fields): AnyValue => ({ tag: 'object', value: new Map(fields as [string, AnyValue][]) })),
    fc.array(valuesOf(T.ANY), { maxLength: 5 }).map((value): AnyValue => ({ tag: 'list', value: value as AnyValue[] })),
    valuesOf(T.ANY),
  ),
);

describe.each(['any_get', 'any_has'])('%s', (fn) => {
  test('a field', () => {
    for (const constants of [[], [1]]) {
      checkCall(fn, [T.ANY, T.UTF8], { values: { 0: document, 1: key }, constants, batches: 30 });
    }
  });

  test('an element', () => {
    checkCall(fn, [T.ANY, T.INT64], { values: { 0: document, 1: position }, batches: 30 });
  });
});

test("lambdas are the host's", () => {
  const element: Column = { id: 100, name: 'x', type: T.INT32, nullable: true };
  const lambda = (body: Expression): Expression => ({
    kind: 'lambda',
    parameters: [element],
    body,
    type: body.type,
    nullable: true,
  });
  const items = T.list(T.INT32);
  check([items, T.INT32], ([list, other]) => {
    if (list === undefined || other === undefined) return [];
    const compare = (fn: string): Expression => ({
      kind: 'call',
      fn,
      args: [columnRef(element), other],
      type: T.BOOL,
      nullable: true,
    });
    return [
      { kind: 'call', fn: 'list_transform', args: [list, lambda(compare('lt'))], type: T.list(T.BOOL), nullable: true },
      { kind: 'call', fn: 'list_filter', args: [list, lambda(compare('ge'))], type: items, nullable: true },
    ];
  });
});
