import { describe, test } from 'vitest';
import * as T from '../../compiler/types/type.ts';
import { checkCall } from './agree.ts';

const COMPARED: readonly T.Type[] = [
  T.BOOL,
  T.INT8,
  T.INT16,
  T.INT32,
  T.INT64,
  T.FLOAT32,
  T.FLOAT64,
  T.decimal(9, 2),
  T.decimal(38, 10),
  T.UTF8,
  T.BINARY,
  T.DATE,
  T.TIME,
  T.TIMESTAMP,
  T.INTERVAL,
  T.ANY,
  T.list(T.INT32),
  T.list(T.FLOAT64),
];

describe.each(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'is_distinct', 'is_not_distinct'])('%s', (fn) => {
  test.each(COMPARED.map((type) => [T.typeName(type), type] as const))('of %s', (_, type) => {
    checkCall(fn, [type, type]);
  });
});

test.each(['is_null', 'is_not_null'])('%s', (fn) => {
  for (const type of COMPARED) checkCall(fn, [type], { batches: 3 });
});

test.each(['is_true', 'is_not_true', 'is_false', 'is_not_false', 'not'])('%s', (fn) => {
  checkCall(fn, [T.BOOL], { batches: 3 });
});
