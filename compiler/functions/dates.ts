import { checkDate, daysFromCivil, daysInMonth } from '../types/dates.ts';
import { decimalToNumber, powerOfTen } from '../types/decimals.ts';
import { internalError, OrbitError } from '../types/error.ts';
import { toBigint, toInterval, toNumber, toText } from '../types/narrow.ts';
import {
  DATE,
  decimal,
  FLOAT64,
  INT32,
  INTERVAL,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
  UTF8,
} from '../types/type.ts';
import type { Value } from '../types/value.ts';
import { requireZone } from '../types/zones.ts';
import { dateField, extractField, FIELD_SCALE, requireField, requireUnit } from './date-fields.ts';
import { truncateInterval, truncateTimestamp } from './date-trunc.ts';
import type { Overload, ScalarFunction, Signature } from './declaration.ts';
import { fixed } from './overload.ts';
import { truncateInstant } from './zones.ts';

/** Wide enough for every whole field, and narrow enough for 64 bits. */
const WHOLE_FIELD = decimal(15, 0);
const FRACTIONAL_FIELD = decimal(22, FIELD_SCALE);

const fieldOf = (sources: readonly Type[], result: Type): readonly Overload[] =>
  sources.map((source) => fixed([UTF8, source], result));

function extract(args: readonly Value[], signature: Signature): bigint {
  const type = signature.parameters[1];
  if (type === undefined) throw internalError('a field without its source');
  return extractField(requireField(toText(args[0]), type), args[1] ?? null, type);
}

/**
 * The function that serves EXTRACT for this field: the type of the result follows from the field, which is not a
 * type. `result`, where given, is what the call is to be cast to, so that it shows PostgreSQL's number of decimals.
 */
export function extractVariant(field: string, source: Type): { readonly fn: string; readonly result?: Type } {
  switch (dateField(field)) {
    case 'second':
      return { fn: 'extract_decimal' };
    case 'milliseconds':
      return { fn: 'extract_decimal', result: decimal(19, 3) };
    case 'epoch':
      return { fn: source.kind === 'date' ? 'extract' : 'extract_decimal' };
    default:
      return { fn: 'extract' };
  }
}

function makeDate(year: number, month: number, day: number): number {
  const astronomical = year > 0 ? year : year + 1;
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(astronomical, month)) {
    const two = (part: number) => part.toString().padStart(2, '0');
    throw new OrbitError('datetime_field_overflow', `date field value out of range: ${year}-${two(month)}-${two(day)}`);
  }
  return checkDate(daysFromCivil(astronomical, month, day));
}

export const DATE_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: 'extract',
    names: {},
    overloads: fieldOf([DATE, TIMESTAMP, TIMESTAMPTZ, TIME, INTERVAL], WHOLE_FIELD),
    nulls: 'strict',
    volatility: 'immutable',
    row: (args, signature) => {
      const millionths = extract(args, signature);
      const one = powerOfTen(FIELD_SCALE);
      if (millionths % one !== 0n) throw internalError(`${toText(args[0])} needs extract_decimal`);
      return millionths / one;
    },
    documentation:
      'A field of a date, time, timestamp or interval: year, month, day, hour, minute, quarter, week, dow, isodow, doy, isoyear, decade, century, millennium or microseconds.',
    example: { sql: "extract(year FROM date '2024-02-29')", result: '2024' },
  },
  {
    name: 'extract_decimal',
    names: {},
    overloads: fieldOf([DATE, TIMESTAMP, TIMESTAMPTZ, TIME, INTERVAL], FRACTIONAL_FIELD),
    nulls: 'strict',
    volatility: 'immutable',
    row: extract,
    documentation: 'The fields that have decimals: second, milliseconds and epoch.',
    example: { sql: "extract(second FROM timestamp '2024-02-29 10:20:30.5')", result: '30.500000' },
  },
  {
    name: 'date_part',
    names: { sql: ['date_part'] },
    // A date is read as its midnight here: it has hours, which EXTRACT denies it.
    overloads: fieldOf([TIMESTAMP, TIMESTAMPTZ, TIME, INTERVAL], FLOAT64),
    nulls: 'strict',
    volatility: 'immutable',
    row: (args, signature) => decimalToNumber(extract(args, signature), FIELD_SCALE),
    documentation: 'As EXTRACT, for any field and as a float.',
    example: { sql: "date_part('month', date '2024-02-29')", result: '2' },
  },
  {
    name: 'date_trunc',
    names: { sql: ['date_trunc'] },
    overloads: [
      fixed([UTF8, TIMESTAMP], TIMESTAMP),
      fixed([UTF8, INTERVAL], INTERVAL),
      fixed([UTF8, TIMESTAMPTZ], TIMESTAMPTZ),
      fixed([UTF8, TIMESTAMPTZ, UTF8], TIMESTAMPTZ),
    ],
    nulls: 'strict',
    volatility: 'immutable',
    row: (args, { result }) => {
      if (result.kind === 'timestamptz') {
        return truncateInstant(toText(args[0]), toBigint(args[1]), requireZone(toText(args[2] ?? 'UTC')));
      }
      const field = requireUnit(toText(args[0]), result);
      return result.kind === 'interval'
        ? truncateInterval(field, toInterval(args[1]))
        : truncateTimestamp(field, toBigint(args[1]));
    },
    documentation:
      'The beginning of the microsecond, millisecond, second, minute, hour, day, week, month, quarter, year, decade, century or millennium that a timestamp is in.',
    example: { sql: "date_trunc('month', timestamp '2024-02-29 10:20:30')", result: '2024-02-01 00:00:00' },
  },
  {
    name: 'make_date',
    names: { sql: ['make_date'] },
    overloads: [fixed([INT32, INT32, INT32], DATE)],
    nulls: 'strict',
    volatility: 'immutable',
    row: (args) => makeDate(toNumber(args[0]), toNumber(args[1]), toNumber(args[2])),
    documentation: 'The date of that year, month and day; a negative year is BC.',
    example: { sql: 'make_date(2024, 2, 29)', result: '2024-02-29' },
  },
];
