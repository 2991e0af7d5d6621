import fc from 'fast-check';
import { type Type, typeName } from '../../compiler/types/type.ts';

/** Texts that PostgreSQL and we read as values of the type; mostly in range, with the edges among them. */
export function literals(type: Type): fc.Arbitrary<string> {
  switch (type.kind) {
    case 'bool':
      return fc.constantFrom('t', 'f');
    case 'int16':
      return oneOf(fc.integer({ min: -32_768, max: 32_767 }).map(String), ['0', '1', '-1', '32767', '-32768']);
    case 'int32':
      return oneOf(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer()).map(String), [
        '2147483647',
        '-2147483648',
      ]);
    case 'int64':
      return oneOf(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String), ['0', '1', '-1', '3000000000']);
    case 'decimal':
      return decimals(type.precision, type.scale);
    case 'float64':
      return oneOf(floats(fc.double()), [
        '0',
        '-0',
        '1',
        '0.5',
        '-2.5',
        'NaN',
        'Infinity',
        '-Infinity',
        '1e15',
        '1e-5',
      ]);
    case 'float32':
      return oneOf(floats(fc.float()), ['0', '-0', '1', '0.1', 'NaN', 'Infinity', '1e6', '16777216']);
    case 'utf8':
      return fc.string({
        unit: fc.constantFrom('a', 'b', 'B', ' ', '%', '_', 'é', '😀', ',', 'É', 'z'),
        maxLength: 12,
      });
    case 'binary':
      return fc.uint8Array({ maxLength: 8 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`);
    case 'date':
      return oneOf(dates, ['epoch', '0001-01-01 BC', '4713-11-24 BC', '5874897-12-31', '2000-02-29', '1900-03-01']);
    case 'time':
      return fc.tuple(clocks, fractions).map(([clock, fraction]) => clock + fraction);
    case 'timestamp':
    case 'timestamptz':
      return oneOf(
        fc.tuple(dates, clocks, fractions).map(([date, clock, fraction]) => {
          const [day, era] = date.split(' ');
          return `${day} ${clock}${fraction}${era === undefined ? '' : ` ${era}`}`;
        }),
        ['epoch', '1969-12-31 23:59:59.999999'],
      );
    case 'interval':
      return intervals;
    default:
      throw new Error(`no literals of ${typeName(type)}`);
  }
}

function oneOf(common: fc.Arbitrary<string>, edges: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof({ arbitrary: common, weight: 4 }, { arbitrary: fc.constantFrom(...edges), weight: 1 });
}

function decimals(precision: number, scale: number): fc.Arbitrary<string> {
  const limit = 10n ** BigInt(precision) - 1n;
  const unscaled = fc.oneof(fc.bigInt({ min: -limit, max: limit }), fc.bigInt({ min: -999n, max: 999n }));
  return unscaled.map((value) => {
    const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
    const whole = digits.slice(0, digits.length - scale);
    const sign = value < 0n ? '-' : '';
    return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(digits.length - scale)}`;
  });
}

function floats(arbitrary: fc.Arbitrary<number>): fc.Arbitrary<string> {
  return fc
    .oneof(
      arbitrary,
      fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8),
    )
    .map((value) => {
      return Object.is(value, -0) ? '-0' : String(value);
    });
}

const two = (value: number) => value.toString().padStart(2, '0');

const dates = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1900, max: 2100 }), fc.integer({ min: 1, max: 9999 })),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 31 }),
    fc.constantFrom('', '', '', ' BC'),
  )
  .map(([year, month, day, era]) => {
    const last = new Date(Date.UTC(2001, month, 0)).getUTCDate();
    return `${year.toString().padStart(4, '0')}-${two(month)}-${two(Math.min(day, last))}${era}`;
  });

const clocks = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute, second]) => `${two(hour)}:${two(minute)}:${two(second)}`);

const fractions = fc.oneof(
  fc.constant(''),
  fc.integer({ min: 0, max: 999_999 }).map((micros) => `.${micros.toString().padStart(6, '0')}`),
);

const amounts = fc.oneof(
  fc.integer({ min: -40, max: 40 }).map(String),
  fc.integer({ min: -400, max: 400 }).map((n) => String(n / 10)),
);

const intervals = fc
  .record(
    {
      year: amounts,
      month: amounts,
      week: fc.integer({ min: -9, max: 9 }).map(String),
      day: amounts,
      hour: amounts,
      second: amounts,
    },
    { requiredKeys: ['day'] },
  )
  .map((parts) =>
    Object.entries(parts)
      .map(([unit, amount]) => `${amount} ${unit}`)
      .join(' '),
  );
