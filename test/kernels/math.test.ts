import * as fc from 'fast-check';
import { describe, test } from 'vitest';
import * as T from '../../compiler/types/type.ts';
import { checkCall } from './agree.ts';
import { nullable } from './arbitraries.ts';

const NUMBERS = [
  T.INT8,
  T.INT16,
  T.INT32,
  T.INT64,
  T.FLOAT32,
  T.FLOAT64,
  T.decimal(1, 1),
  T.decimal(9, 2),
  T.decimal(18, 6),
  T.decimal(25, 20),
  T.decimal(38, 0),
  T.decimal(38, 12),
  T.decimal(38, 38),
];
const named = NUMBERS.map((type) => [T.typeName(type), type] as const);

describe.each(['abs', 'sign', 'ceil', 'floor', 'round', 'trunc', 'negate', 'sqrt', 'ln', 'exp'])('%s', (fn) => {
  const takesFloatsOnly = fn === 'sqrt' || fn === 'ln' || fn === 'exp';
  test.each(takesFloatsOnly ? [['float64', T.FLOAT64] as const] : named)('%s', (_, type) => {
    checkCall(fn, [type]);
  });
});

describe.each(['round', 'trunc'])('%s to a number of decimals', (fn) => {
  const places = fc.option(
    fc.oneof(fc.integer({ min: -4, max: 8 }), fc.integer({ min: -50, max: 50 }), nullable(T.INT32)),
    { freq: 10 },
  );
  test.each(named.filter(([, type]) => type !== T.FLOAT32))('%s', (_, type) => {
    checkCall(fn, [type, T.INT32], { values: { 1: places }, constants: [1], batches: 30, rows: 20 });
    checkCall(fn, [type, T.INT32], { values: { 1: places }, batches: 4 });
  });
});

test('the place of a row in a sample', () => {
  checkCall('sample_place', [T.INT64, T.FLOAT64]);
});

test('power', () => {
  checkCall('power', [T.FLOAT64, T.FLOAT64]);
});

test('an interval with the opposite sign', () => {
  checkCall('negate', [T.INTERVAL]);
});
