import { describe, test } from 'vitest';
import { cast } from '../../compiler/ir/build.ts';
import { canCast } from '../../compiler/types/cast.ts';
import * as T from '../../compiler/types/type.ts';
import { check } from './agree.ts';

const TYPES: readonly T.Type[] = [
  T.BOOL,
  T.INT8,
  T.INT16,
  T.INT32,
  T.INT64,
  T.FLOAT32,
  T.FLOAT64,
  T.decimal(4, 4),
  T.decimal(9, 2),
  T.decimal(18, 0),
  T.decimal(38, 0),
  T.decimal(38, 20),
  T.UTF8,
  T.BINARY,
  T.DATE,
  T.TIME,
  T.TIMESTAMP,
  T.INTERVAL,
  T.ANY,
  T.list(T.INT32),
  T.list(T.UTF8),
];

describe.each(TYPES.map((from) => [T.typeName(from), from] as const))('from %s', (_, from) => {
  test.each(TYPES.filter((to) => canCast(from, to)).map((to) => [T.typeName(to), to] as const))(
    'to %s',
    (_name, to) => {
      check([from], ([arg]) => (arg === undefined ? [] : [cast(arg, to)]), { batches: 5 });
      check([from], ([arg]) => (arg === undefined ? [] : [cast(arg, to, 'null')]), { batches: 5 });
    },
  );
});

test('an untyped NULL becomes the NULL of any type', () => {
  for (const to of TYPES) check([T.NULL], ([arg]) => (arg === undefined ? [] : [cast(arg, to)]), { batches: 1 });
});
