import * as fc from 'fast-check';
import type { Type } from '../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../compiler/types/value.ts';

/** Values of which many pairs are equal, or differ late: for orders and keys. */
export function similar(type: Type): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'null':
      return fc.constant(null);
    case 'bool':
      return fc.boolean();
    case 'int8':
    case 'int16':
    case 'int32':
    case 'date':
      return fc.integer({ min: -1, max: 1 });
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return fc.bigInt({ min: 0n, max: 2n });
    case 'decimal':
      return fc.constantFrom(-1n, 0n, 10n ** BigInt(type.precision - 1));
    case 'uuid':
      return fc.constantFrom(0n, -1n, 2n ** 64n);
    case 'float32':
    case 'float64':
      return fc.constantFrom(0, -0, 1.5, Number.NaN);
    case 'utf8':
      return fc.constantFrom('', 'a', 'b', 'more than twelve bytes');
    case 'binary':
      return fc.constantFrom(new Uint8Array(), Uint8Array.of(0), Uint8Array.of(0, 255));
    case 'interval':
      return fc.constantFrom(
        { months: 1, days: 0, micros: 0n },
        { months: 0, days: 30, micros: 0n },
        { months: 0, days: 0, micros: -1n },
      );
    case 'list':
      return fc.array(similarOrNull(type.element), { maxLength: 3 });
    case 'any':
      return nested;
  }
}

export function similarOrNull(type: Type): fc.Arbitrary<Value> {
  return fc.option(similar(type), { freq: 12 });
}

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
