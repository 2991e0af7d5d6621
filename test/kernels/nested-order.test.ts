import { describe, test } from 'vitest';
import * as T from '../../compiler/types/type.ts';
import { checkCall } from './agree.ts';
import { similarOrNull } from './similar.ts';

const TYPES: readonly T.Type[] = [
  T.ANY,
  T.list(T.ANY),
  T.list(T.BOOL),
  T.list(T.INT32),
  T.list(T.FLOAT32),
  T.list(T.decimal(38, 2)),
  T.list(T.UTF8),
  T.list(T.BINARY),
  T.list(T.DATE),
  T.list(T.INTERVAL),
  T.list(T.list(T.FLOAT64)),
];

describe.each(['eq', 'lt', 'ge', 'is_distinct'])('%s', (fn) => {
  test.each(TYPES.map((type) => [T.typeName(type), type] as const))('of %s', (_, type) => {
    const values = similarOrNull(type);
    checkCall(fn, [type, type], { values: { 0: values, 1: values }, batches: type.kind === 'any' ? 30 : 10 });
  });
});
