import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OrbitError } from '../../compiler/types/error.ts';
import type { AnyValue } from '../../compiler/types/value.ts';
import { compareNames, decodeVariant, encodeVariant, variantNames } from '../../runtime/columns/variant.ts';
import { anyValue, any as dynamic } from './variant-values.ts';

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (h) => Number.parseInt(h, 16));
const hexOf = (array: Uint8Array): string => [...array].map((b) => b.toString(16).padStart(2, '0')).join('');

/** Maps compared with the order of their entries. */
const inOrder = (value: AnyValue): string =>
  JSON.stringify(value, (_, v: unknown) => {
    if (v instanceof Map) return [...v];
    if (typeof v === 'bigint') return `${v}n`;
    return typeof v === 'number' ? (Object.is(v, -0) ? '-0' : String(v)) : v;
  });

describe('bytes by the specification', () => {
  // Computed by hand from the tables of VariantEncoding.md.
  const cases: readonly (readonly [string, AnyValue, string, string])[] = [
    ['null', dynamic(null), '110000', '00'],
    ['true', dynamic(true), '110000', '04'],
    ['false', dynamic(false), '110000', '08'],
    ['34', dynamic(34n), '110000', '0c22'],
    ['-1', dynamic(-1n), '110000', '0cff'],
    ['1234', dynamic(1234n), '110000', '10d204'],
    ['-32769', dynamic(-32769n), '110000', '14ff7fffff'],
    ['2^31', dynamic(2n ** 31n), '110000', '180000008000000000'],
    ['1.5', dynamic(1.5), '110000', '1c000000000000f83f'],
    ['"n/a"', dynamic('n/a'), '110000', '0d6e2f61'],
    ['""', dynamic(''), '110000', '01'],
    ['64 letters', dynamic('x'.repeat(64)), '110000', `4040000000${'78'.repeat(64)}`],
    ['63 letters', dynamic('x'.repeat(63)), '110000', `fd${'78'.repeat(63)}`],
    ['[]', dynamic([]), '110000', '030000'],
    ['[1, null]', dynamic([1n, null]), '110000', '03020002030c0100'],
    ['{}', dynamic({}), '110000', '020000'],
    // The specification's example of an object out of order: ids of a, b, c; values of c, b, a.
    ['{c: 3, b: 2, a: 1}', dynamic({ c: 3n, b: 2n, a: 1n }), '110300010203616263', '0203000102040200060c030c020c01'],
  ];
  test.each(cases)('%s', (_, value, metadata, encoded) => {
    const variant = encodeVariant(value);
    expect(hexOf(variant.metadata)).toBe(metadata);
    expect(hexOf(variant.value)).toBe(encoded);
    expect(inOrder(decodeVariant(variant))).toBe(inOrder(value));
  });

  test.each([
    ['metadata without names as the specification writes it', '0100', '00', dynamic(null)],
    ['float', '110000', '380000c03f', dynamic(1.5)],
    ['decimal4, 100 of scale 2', '110000', '200264000000', dynamic(1n)],
    ['decimal8', '110000', '2400d204000000000000', dynamic(1234n)],
    ['decimal16, negative', '110000', `2800${'ff'.repeat(16)}`, dynamic(-1n)],
    ['a long string for a short one', '110000', '40010000007a', dynamic('z')],
    ['a large array', '110000', '1f01000000000000000100000000', dynamic([null])],
    ['names that are not sorted', '01020001026261', '020201000002040c010c02', dynamic({ a: 1n, b: 2n })],
  ] as const)('reads %s', (_, metadata, value, expected) => {
    expect(inOrder(decodeVariant({ metadata: bytes(metadata), value: bytes(value) }))).toBe(inOrder(expected));
  });

  test.each([
    ['date', '2c00000000', /type date has no counterpart/],
    ['timestamp', '300000000000000000', /type timestamp \(µs, UTC\) has no/],
    ['binary', '3c00000000', /type binary/],
    ['time', '440000000000000000', /type time /],
    ['uuid', `50${'00'.repeat(16)}`, /type uuid/],
    ['an unknown type', '54', /no primitive type 21/],
    ['a fraction', '20010f000000', /decimal that is no 64-bit integer/],
    ['a decimal of 65 bits', '280000000000000000000100000000000000', /decimal that is no 64-bit integer/],
    ['the scale 39', '202701000000', /scale 39/],
    ['nothing', '', /cut off/],
    ['half an int32', '140000', /cut off/],
    ['a string longer than the input', '40ffffffff61', /cut off/],
    ['bytes behind the value', '0000', /bytes follow/],
    ['no UTF-8', '05ff', /not UTF-8/],
    ['an array of itself', '0301000003', /cut off/],
    ['elements that overlap', '0302000001000', /cut off/],
    ['a field without a name', '020100000100', /no name 0/],
  ])('refuses %s', (_, value, message) => {
    const read = (): AnyValue => decodeVariant({ metadata: bytes('110000'), value: bytes(value) });
    expect(read).toThrow(OrbitError);
    expect(read).toThrow(message);
  });

  test.each([
    ['no metadata', '', /empty/],
    ['version 2', '120000', /version 2/],
    ['names that are cut off', '11ff00', /cut off/],
    ['offsets that decrease', '1102000201616200', /decrease/],
    ['bytes behind the names', '1101000161ff', /more bytes/],
  ])('refuses %s', (_, metadata, message) => {
    expect(() => decodeVariant({ metadata: bytes(metadata), value: bytes('00') })).toThrow(message);
  });

  test('refuses two fields of one name, which two ids may have', () => {
    const variant = { metadata: bytes('01020001026161'), value: bytes('020200010001020000') };
    expect(() => decodeVariant(variant)).toThrow(/two fields of one name/);
  });

  test('refuses nesting without bound, on either side', () => {
    let deep: AnyValue = { tag: 'null' };
    for (let i = 0; i < 3000; i++) deep = { tag: 'list', value: [deep] };
    expect(() => encodeVariant(deep)).toThrow(/nested more than 1000 deep/);
    // [[[…]]] with offsets of four bytes.
    const levels = 3000;
    const value = new Uint8Array(levels * 10 + 1);
    const view = new DataView(value.buffer);
    for (let i = 0; i < levels; i++) {
      value[i * 10] = 0x0f;
      value[i * 10 + 1] = 1;
      view.setUint32(i * 10 + 6, value.length - (i + 1) * 10, true);
    }
    expect(() => decodeVariant({ metadata: bytes('110000'), value })).toThrow(/nested more than 1000 deep/);
  });
});

describe('properties', () => {
  test('every value comes back, with the order of its fields', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(inOrder(decodeVariant(encodeVariant(value)))).toBe(inOrder(value));
      }),
      { numRuns: 200 },
    );
  });

  test('sizes around the limits of the headers', () => {
    for (const count of [255, 256, 300]) {
      const list: AnyValue = { tag: 'list', value: Array.from({ length: count }, (_, i) => dynamic(BigInt(i) ** 3n)) };
      const fields = Array.from({ length: count }, (_, i): [string, AnyValue] => [`f${(i * 7919) % 1009}`, list]);
      const object: AnyValue = { tag: 'object', value: new Map(fields) };
      expect(inOrder(decodeVariant(encodeVariant(object)))).toBe(inOrder(object));
    }
    const long = dynamic({ text: 'ü'.repeat(70_000), ['n'.repeat(70_000)]: 1n });
    expect(inOrder(decodeVariant(encodeVariant(long)))).toBe(inOrder(long));
  });

  test('names sort as their UTF-8 does', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 4 })), (names) => {
        const unique = [...new Set([...names, '\ue000', '\u{10000}'])].sort(compareNames);
        const expected = [...unique].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(unique).toEqual(expected);
        expect(variantNames(unique).metadata[0]! & 16).toBe(16);
      }),
      { numRuns: 50 },
    );
  });

  test('damaged bytes are read as something or refused', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(anyValue, damage, damage, fc.option(fc.nat()), (value, inMetadata, inValue, cut) => {
        const variant = encodeVariant(value);
        const metadata = Uint8Array.from(variant.metadata);
        const damaged = Uint8Array.from(variant.value);
        for (const [at, byte] of inMetadata) metadata[at % metadata.length] = byte;
        for (const [at, byte] of inValue) damaged[at % damaged.length] = byte;
        const end = cut === null ? damaged.length : cut % (damaged.length + 1);
        try {
          decodeVariant({ metadata, value: damaged.subarray(0, end) });
        } catch (error) {
          if (!(error instanceof OrbitError)) throw error;
          expect(error.code).toBe('bad_file_format');
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('overlapping values do not multiply', () => {
    // Each level's array would have 200 elements, all of them the next level: 200^40 values in 9 KB.
    const levels = 40;
    const level = 2 + 201;
    const value = new Uint8Array(levels * level + 1);
    for (let i = 0; i < levels; i++) {
      value[i * level] = 0x03;
      value[i * level + 1] = 200;
      value[i * level + level - 1] = 255;
    }
    expect(() => decodeVariant({ metadata: bytes('110000'), value })).toThrow(OrbitError);
  });
});
