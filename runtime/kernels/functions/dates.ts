import { type DateField, dateField } from '../../../compiler/functions/date-fields.ts';
import {
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  MIN_DATE,
} from '../../../compiler/types/dates.ts';
import { call, type Expr, i32, i64, op, select } from '../../wasm/ir.ts';
import type { KernelScope } from '../context.ts';
import { civilFromDays, dayOfWeek, daysFromCivil, monthOf, yearOf } from '../library/civil.ts';
import { I64_RANGE, part, type Val } from '../value.ts';
import { checkBounds } from './bounds.ts';
import { floorParts } from './cast-site.ts';
import { extractField } from './date-fields.ts';
import { type FunctionKernel, strict } from './kernel.ts';

const CLOCK_UNITS: Readonly<Partial<Record<DateField, bigint>>> = {
  microseconds: 1n,
  milliseconds: 1000n,
  second: MICROS_PER_SECOND,
  minute: MICROS_PER_MINUTE,
  hour: MICROS_PER_HOUR,
};

/** Years of the span, and what the first year of a span leaves when it is divided by it. */
const YEAR_SPANS: Readonly<Partial<Record<DateField, readonly [span: number, first: number]>>> = {
  decade: [10, 0],
  century: [100, 1],
  millennium: [1000, 1],
};

/** The first day of the unit that the day is in, as an i64. Undefined: no unit of days. */
function truncateDay({ k }: KernelScope, field: DateField, days: Expr): Expr | undefined {
  const day = k.keep(days);
  const first = (year: Expr, month: Expr): Expr => call(daysFromCivil, op('i64.extend_i32_s', year), month, i32(1));
  const civil = (): Expr => k.keep(call(civilFromDays, day));
  switch (field) {
    case 'day':
      return op('i64.extend_i32_s', day);
    case 'week': {
      // Sunday is 0, and the last day of its week.
      const sinceMonday = op('i32.rem_u', op('i32.add', dayOfWeek(day), i32(6)), i32(7));
      return op('i64.extend_i32_s', op('i32.sub', day, sinceMonday));
    }
    case 'month': {
      const date = civil();
      return first(yearOf(date), monthOf(date));
    }
    case 'quarter': {
      const date = civil();
      const month = k.keep(monthOf(date));
      return first(yearOf(date), op('i32.sub', month, op('i32.rem_u', op('i32.sub', month, i32(1)), i32(3))));
    }
    case 'year':
      return first(yearOf(civil()), i32(1));
    default: {
      const span = YEAR_SPANS[field];
      if (span === undefined) return undefined;
      const [years, rest] = span;
      const year = k.keep(op('i32.sub', yearOf(civil()), i32(rest)));
      const within = k.keep(op('i32.rem_s', year, i32(years)));
      const floor = op(
        'i32.sub',
        year,
        select(op('i32.lt_s', within, i32(0)), op('i32.add', within, i32(years)), within),
      );
      return first(op('i32.add', floor, i32(rest)), i32(1));
    }
  }
}

/** Of timestamps, to a constant unit. */
const dateTrunc: FunctionKernel = (call_) => {
  const [fieldArg, source] = call_.args;
  if (fieldArg === undefined || source === undefined || call_.args.length > 2) return undefined;
  if (call_.type.kind !== 'timestamp' && call_.type.kind !== 'timestamptz') return undefined;
  const name = call_.compiler.known(fieldArg);
  const field = typeof name === 'string' ? dateField(name) : undefined;
  if (field === undefined) return undefined;
  return strict(({ compiler: { kernel }, type, range }, [v], null_) => {
    if (v === undefined) return undefined;
    const { k } = kernel;
    const unit = CLOCK_UNITS[field];
    if (unit !== undefined) {
      const { rest } = floorParts(kernel, part(v), i64(unit));
      return { lane: 'i64', parts: [k.keep(op('i64.sub', part(v), rest))] };
    }
    const day = op('i32.wrap_i64', floorParts(kernel, part(v), i64(MICROS_PER_DAY)).quotient);
    const first = truncateDay(kernel, field, day);
    if (first === undefined) return undefined;
    const truncated: Val = { type, lane: 'i64', parts: [k.keep(op('i64.mul', first, i64(MICROS_PER_DAY)))] };
    checkBounds(kernel, truncated, [BigInt(MIN_DATE) * MICROS_PER_DAY, I64_RANGE[1]], null_, {
      code: 'datetime_field_overflow',
      message: 'timestamp out of range',
      range,
    });
    return { lane: 'i64', parts: truncated.parts };
  })({ ...call_, args: [source] });
};

export const DATE_KERNELS: readonly (readonly [string, FunctionKernel])[] = [
  ['extract', extractField],
  ['extract_decimal', extractField],
  ['date_part', extractField],
  ['date_trunc', dateTrunc],
];
