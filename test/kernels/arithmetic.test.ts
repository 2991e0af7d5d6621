import { describe, test } from 'vitest';
import * as T from '../../compiler/types/type.ts';
import { checkCall } from './agree.ts';

const INTEGERS = [T.INT8, T.INT16, T.INT32, T.INT64];
const FLOATS = [T.FLOAT32, T.FLOAT64];
const DECIMALS = [
  T.decimal(1, 0),
  T.decimal(4, 4),
  T.decimal(9, 2),
  T.decimal(15, 2),
  T.decimal(18, 0),
  T.decimal(19, 0),
  T.decimal(25, 10),
  T.decimal(38, 0),
  T.decimal(38, 10),
  T.decimal(38, 37),
];

const pairs = (types: readonly T.Type[]): readonly (readonly [string, readonly [T.Type, T.Type]])[] =>
  types.flatMap((a) => types.map((b) => [`${T.typeName(a)}, ${T.typeName(b)}`, [a, b]] as const));

describe.each(['add', 'subtract', 'multiply', 'divide', 'modulo'])('%s', (fn) => {
  test.each(INTEGERS.map((type) => [T.typeName(type), type] as const))('%s', (_, type) => {
    checkCall(fn, [type, type]);
  });

  test.each(pairs(DECIMALS).filter(([, [a, b]]) => fn !== 'multiply' || scale(a) + scale(b) <= 38))(
    '%s',
    (_, types) => {
      checkCall(fn, types);
    },
  );

  test('decimal with an integer', () => {
    checkCall(fn, [T.decimal(12, 2), T.INT32]);
    checkCall(fn, [T.INT64, T.decimal(12, 2)]);
  });

  if (fn !== 'modulo') {
    test.each(pairs(FLOATS))('%s', (_, types) => {
      checkCall(fn, types);
    });
  }

  if (fn !== 'modulo' && fn !== 'divide') {
    test('dynamic values', () => {
      checkCall(fn, [T.ANY, T.ANY]);
    });
  }
});

const NUMBERS = [...INTEGERS, ...FLOATS, ...DECIMALS];

test.each(NUMBERS.map((type) => [T.typeName(type), type] as const))('negate %s', (_, type) => {
  checkCall('negate', [type]);
});

function scale(type: T.Type): number {
  return type.kind === 'decimal' ? type.scale : 0;
}
