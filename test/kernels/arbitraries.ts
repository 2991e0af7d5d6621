import * as fc from 'fast-check';
import { MAX_DATE, MIN_DATE } from '../../compiler/types/dates.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../compiler/types/value.ts';

const INT_BITS = { int8: 8, int16: 16, int32: 32 } as const;

/** Values that arithmetic trips over come up as often as ordinary ones. */
function integers(low: bigint, high: bigint): fc.Arbitrary<bigint> {
  const near = [0n, 1n, -1n, 2n, 10n, -10n, 5n, low, low + 1n, high, high - 1n, low / 2n, high / 2n].filter(
    (v) => v >= low && v <= high,
  );
  const small = { min: low > -1000n ? low : -1000n, max: high < 1000n ? high : 1000n };
  return fc.oneof(fc.constantFrom(...near), fc.bigInt(small), fc.bigInt({ min: low, max: high }), digits(low, high));
}

/** Numbers of every length, where uniform ones are nearly all of the greatest. */
function digits(low: bigint, high: bigint): fc.Arbitrary<bigint> {
  return fc
    .tuple(fc.integer({ min: 1, max: high.toString().length }), fc.bigInt({ min: low, max: high }))
    .map(([length, value]) => value / 10n ** BigInt(high.toString().length - length));
}

const PIECES = [
  '',
  'a',
  'A',
  'b',
  'ab',
  'special',
  'requests',
  'foo',
  'bar',
  ' ',
  '  ',
  '%',
  '_',
  '\\',
  'é',
  'É',
  'ß',
  '日',
  '本',
  '🦆',
  '\t',
  '0',
  '12',
  '-',
  'İ',
  'σ',
  'Σ',
];

export const text: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 10 }).map((pieces) => pieces.join('')),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);

const float: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    1e-320,
    1e308,
    -1e308,
    2 ** 31,
    2 ** 53,
    2 ** 63,
    -(2 ** 63),
  ),
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MAX_VALUE,
    0.1,
    0.045,
    123.456,
  ),
  fc.integer({ min: -100000, max: 100000 }).map((n) => n / 100),
  fc.double(),
);

const any: fc.Arbitrary<AnyValue> = fc.letrec<{ any: AnyValue }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant<AnyValue>({ tag: 'null' }),
    fc.boolean().map((value): AnyValue => ({ tag: 'bool', value })),
    integers(-(2n ** 63n), 2n ** 63n - 1n).map((value): AnyValue => ({ tag: 'int64', value })),
    float.map((value): AnyValue => ({ tag: 'float64', value })),
    text.map((value): AnyValue => ({ tag: 'utf8', value })),
    fc.array(tie('any'), { maxLength: 4 }).map((value): AnyValue => ({ tag: 'list', value })),
    fc
      .array(fc.tuple(text, tie('any')), { maxLength: 4 })
      .map((fields): AnyValue => ({ tag: 'object', value: new Map(fields) })),
  ),
})).any;

/** Values of the type that are not NULL. */
export function valuesOf(type: Type): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'null':
      return fc.constant(null);
    case 'bool':
      return fc.boolean();
    case 'int8':
    case 'int16':
    case 'int32': {
      const limit = 2n ** BigInt(INT_BITS[type.kind] - 1);
      return integers(-limit, limit - 1n).map(Number);
    }
    case 'int64':
      return integers(-(2n ** 63n), 2n ** 63n - 1n);
    case 'float32':
      return float.map(Math.fround);
    case 'float64':
      return float;
    case 'decimal': {
      const limit = 10n ** BigInt(type.precision) - 1n;
      return integers(-limit, limit);
    }
    case 'uuid':
      return integers(-(2n ** 127n), 2n ** 127n - 1n);
    case 'utf8':
      return text;
    case 'binary':
      return fc.uint8Array({ maxLength: 20 });
    case 'date':
      return fc.oneof(
        fc.integer({ min: -40000, max: 40000 }),
        fc.constantFrom(
          0,
          -1,
          1,
          -719468,
          -719469,
          10956,
          11016,
          19782,
          MIN_DATE,
          MAX_DATE,
          MIN_DATE + 1,
          MAX_DATE - 1,
        ),
        fc.integer({ min: MIN_DATE, max: MAX_DATE }),
      );
    case 'time':
      return fc.oneof(
        fc.constantFrom(0n, 86_399_999_999n, 86_400_000_000n),
        fc.bigInt({ min: 0n, max: 86_400_000_000n }),
      );
    case 'timestamp':
    case 'timestamptz':
      return fc.oneof(
        fc.bigInt({ min: -3_000_000_000_000_000n, max: 3_000_000_000_000_000n }),
        fc.constantFrom(
          0n,
          -1n,
          1n,
          -86_400_000_000n,
          86_399_999_999n,
          BigInt(MIN_DATE) * 86_400_000_000n,
          2n ** 63n - 1n,
        ),
        fc.bigInt({ min: BigInt(MIN_DATE) * 86_400_000_000n, max: 2n ** 63n - 1n }),
      );
    case 'interval':
      return fc.record(
        {
          months: fc.oneof(fc.integer({ min: -30, max: 30 }), fc.integer()),
          days: fc.oneof(fc.integer({ min: -60, max: 60 }), fc.integer()),
          micros: integers(-(2n ** 63n), 2n ** 63n - 1n),
        },
        { noNullPrototype: true },
      );
    case 'list':
      return fc.array(fc.option(valuesOf(type.element), { freq: 5 }), { maxLength: 6 });
    case 'any':
      return any;
  }
}

/** Values of the type, NULL now and then. */
export function nullable(type: Type): fc.Arbitrary<Value> {
  return fc.option(valuesOf(type), { freq: 8 });
}
