import fc from 'fast-check';
import type { AnyValue } from '../../compiler/types/value.ts';

type Plain = null | boolean | bigint | number | string | readonly Plain[] | { readonly [name: string]: Plain };

const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);

/** Plain values as dynamic ones: bigints are integers, numbers floats. */
export function any(value: Plain): AnyValue {
  if (value === null) return { tag: 'null' };
  if (typeof value === 'boolean') return { tag: 'bool', value };
  if (typeof value === 'bigint') return { tag: 'int64', value };
  if (typeof value === 'number') return { tag: 'float64', value };
  if (typeof value === 'string') return { tag: 'utf8', value };
  if (isList(value)) return { tag: 'list', value: value.map(any) };
  return { tag: 'object', value: new Map(Object.entries(value).map(([name, field]) => [name, any(field)])) };
}

const wholes = [8, 9, 16, 17, 32, 33, 64].map((bits) =>
  fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }),
);
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('', 'x'.repeat(63), 'x'.repeat(64), '\u{1f600}'),
);

export const scalar: fc.Arbitrary<AnyValue> = fc.oneof(
  fc.constant<AnyValue>({ tag: 'null' }),
  fc.boolean().map((value): AnyValue => ({ tag: 'bool', value })),
  fc.oneof(...wholes).map((value): AnyValue => ({ tag: 'int64', value })),
  fc.double().map((value): AnyValue => ({ tag: 'float64', value })),
  text.map((value): AnyValue => ({ tag: 'utf8', value })),
);

const nested: { readonly value: fc.Arbitrary<AnyValue> } = fc.letrec<{ value: AnyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }).map((value): AnyValue => ({ tag: 'list', value })),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom('a', 'b', 'c', 'a/b', '~'), text), tie('value')), { maxLength: 5 })
      .map((fields): AnyValue => ({ tag: 'object', value: new Map(fields) })),
  ),
}));

export const anyValue: fc.Arbitrary<AnyValue> = nested.value;
