import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase } from '../../compiler/functions/case.ts';
import { likeParts, matchesLike } from '../../compiler/functions/patterns.ts';
import { castValue } from '../../compiler/types/cast.ts';
import { compareValues } from '../../compiler/types/compare.ts';
import { compareText } from '../../compiler/types/compare-text.ts';
import { addMonths, civilFromDays, dayOfWeek, daysFromCivil, isoWeek } from '../../compiler/types/dates.ts';
import { absolute, divideRounded, powerOfTen, rescale } from '../../compiler/types/decimals.ts';
import { integerToFloat32 } from '../../compiler/types/floats.ts';
import { formatValue, parseText } from '../../compiler/types/text.ts';
import {
  ANY,
  decimal,
  FLOAT32,
  FLOAT64,
  INTERVAL,
  list,
  TIMESTAMP,
  type Type,
  UTF8,
} from '../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../compiler/types/value.ts';

const days = fc.integer({ min: -2_440_588, max: 2_145_042_905 });
const unscaled = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });

describe('dates', () => {
  it('count days and back', () => {
    fc.assert(
      fc.property(days, (day) => {
        const { year, month, day: dayOfMonth } = civilFromDays(day);
        expect(daysFromCivil(year, month, dayOfMonth)).toBe(day);
      }),
    );
  });

  it('agree with JavaScript where it has dates', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), (day) => {
        const date = new Date(day * 86_400_000);
        const civil = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
        expect(civilFromDays(day)).toEqual(civil);
        expect(dayOfWeek(day)).toBe(date.getUTCDay());
      }),
    );
  });

  it('move by months to the same day, or to the last that there is', () => {
    fc.assert(
      fc.property(fc.integer({ min: -800_000, max: 800_000 }), fc.integer({ min: -5000, max: 5000 }), (day, months) => {
        const from = civilFromDays(day);
        const to = civilFromDays(addMonths(day, months));
        expect(to.year * 12 + to.month).toBe(from.year * 12 + from.month + months);
        expect(to.day <= from.day).toBe(true);
        if (to.day < from.day) expect(civilFromDays(addMonths(day, months) + 1).day).toBe(1);
      }),
    );
  });

  it('have the ISO week of their Thursday', () => {
    fc.assert(
      fc.property(days, (day) => {
        expect(isoWeek(day)).toEqual(isoWeek(day - ((dayOfWeek(day) + 6) % 7) + 3));
      }),
    );
  });
});

describe('decimals', () => {
  it('round to the nearest, halves away from zero', () => {
    fc.assert(
      fc.property(unscaled, fc.bigInt({ min: 1n, max: 10n ** 20n }), (dividend, divisor) => {
        const rest = dividend - divideRounded(dividend, divisor) * divisor;
        expect(absolute(rest) * 2n <= divisor).toBe(true);
        if (absolute(rest) * 2n === divisor) expect(rest < 0n).toBe(dividend > 0n);
      }),
    );
  });

  it('come back from a larger scale', () => {
    fc.assert(
      fc.property(unscaled, fc.nat(20), fc.nat(20), (value, scale, more) => {
        expect(rescale(rescale(value, scale, scale + more), scale + more, scale)).toBe(value);
        expect(rescale(value, scale, scale + more)).toBe(value * powerOfTen(more));
      }),
    );
  });
});

const anyValue: fc.Arbitrary<AnyValue> = fc.letrec<{ value: AnyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant<AnyValue>({ tag: 'null' }),
    fc.boolean().map((value): AnyValue => ({ tag: 'bool', value })),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): AnyValue => ({ tag: 'int64', value })),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value): AnyValue => ({ tag: 'float64', value })),
    fc.string({ unit: 'binary' }).map((value): AnyValue => ({ tag: 'utf8', value })),
    fc.array(tie('value'), { maxLength: 3 }).map((value): AnyValue => ({ tag: 'list', value })),
    fc
      .array(fc.tuple(fc.string(), tie('value')), { maxLength: 3 })
      .map((entries): AnyValue => ({ tag: 'object', value: new Map(entries) })),
  ),
})).value;

const valuesOf: readonly (readonly [string, Type, fc.Arbitrary<Value>])[] = [
  ['date', { kind: 'date' }, days],
  ['time', { kind: 'time' }, fc.bigInt({ min: 0n, max: 86_400_000_000n })],
  ['timestamp', TIMESTAMP, fc.bigInt({ min: -210_866_803_200_000_000n, max: 2n ** 63n - 1n })],
  [
    'interval',
    INTERVAL,
    fc.record({
      months: fc.integer(),
      days: fc.integer(),
      micros: fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }),
    }),
  ],
  ['decimal', decimal(38, 10), unscaled],
  ['float64', FLOAT64, fc.double()],
  ['float32', FLOAT32, fc.float()],
  ['binary', { kind: 'binary' }, fc.uint8Array()],
  ['utf8[]', list(UTF8), fc.array(fc.option(fc.string({ unit: 'binary' })))],
  ['utf8[][]', list(list(UTF8)), fc.array(fc.array(fc.string(), { minLength: 1 }), { minLength: 1 })],
  ['any', ANY, anyValue],
];

describe('text', () => {
  it.each(valuesOf)('of %s is read back as the same value', (_name, type, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(parseText(formatValue(value, type), type)).toEqual(value);
      }),
    );
  });
});

describe('order', () => {
  it.each(valuesOf)('of %s is total', (_name, type, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, arbitrary, arbitrary, (a, b, c) => {
        expect(compareValues(a, a, type)).toBe(0);
        expect(Math.sign(compareValues(a, b, type))).toBe(0 - Math.sign(compareValues(b, a, type)) + 0);
        if (compareValues(a, b, type) <= 0 && compareValues(b, c, type) <= 0) {
          expect(compareValues(a, c, type) <= 0).toBe(true);
        }
      }),
    );
  });

  it('of texts is that of their UTF-8 bytes', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '\uffff', '\ue000', '😀', '𐀀') });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

describe('casts', () => {
  it('forgive bad values on demand', () => {
    expect(castValue('x', UTF8, { kind: 'int32' }, 'null')).toBeNull();
    expect(castValue(1e300, FLOAT64, { kind: 'int64' }, 'null')).toBeNull();
    expect(() => castValue('x', UTF8, { kind: 'int32' }, 'error')).toThrow('invalid input syntax for type integer');
  });

  it('round integers to singles once', () => {
    // 2^54 + 2^30 + 1 is just above the middle of two singles; through double it would be the middle.
    const value = 2n ** 54n + 2n ** 30n + 1n;
    expect(integerToFloat32(value)).toBe(2 ** 54 + 2 ** 31);
    expect(integerToFloat32(-value)).toBe(-(2 ** 54 + 2 ** 31));
    expect(integerToFloat32(2n ** 54n + 2n ** 30n)).toBe(2 ** 54);
  });
});

describe('patterns', () => {
  it('match as the regular expression that they stand for', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '😀'), maxLength: 10 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '%', '_', '😀'), maxLength: 8 });
    fc.assert(
      fc.property(text, pattern, (subject, like) => {
        const source = like.replaceAll('%', '[^]*').replaceAll('_', '[^]');
        expect(matchesLike(subject, likeParts(like, '\\'))).toBe(new RegExp(`^${source}$`, 'u').test(subject));
      }),
    );
  });

  it('fold case as regular expressions with flags i and u do', () => {
    const differences: string[] = [];
    for (let code = 0x80; code < 0x1_0000; code += 1) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const letter = String.fromCodePoint(code);
      for (const other of new Set([letter.toUpperCase(), letter.toLowerCase(), foldCase(letter)])) {
        if (Array.from(other).length !== 1) continue;
        const same = new RegExp(`^\\u{${other.codePointAt(0)?.toString(16)}}$`, 'iu').test(letter);
        if (same !== (foldCase(letter) === foldCase(other))) differences.push(`${letter} ${other}`);
      }
    }
    expect(differences).toEqual([]);
  });
});
