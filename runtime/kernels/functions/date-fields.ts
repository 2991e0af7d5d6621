import { type DateField, dateField, FIELD_SCALE } from '../../../compiler/functions/date-fields.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../../compiler/types/dates.ts';
import type { Type } from '../../../compiler/types/type.ts';
import { call, type Expr, f64, i32, i64, op, select } from '../../wasm/ir.ts';
import type { KernelScope } from '../context.ts';
import { civilFromDays, dayOf, dayOfWeek, daysFromCivil, isoThursday, monthOf, yearOf } from '../library/civil.ts';
import { asI64, laneOf, part, rangeOf, type Val } from '../value.ts';
import { type Bounds, outside } from './bounds.ts';
import { floorParts } from './cast-site.ts';
import { scaleUp } from './decimals.ts';
import { daysOf, monthsOf } from './intervals.ts';
import { type FunctionCall, type FunctionKernel, strict } from './kernel.ts';
import { servedOrHosted } from './partial.ts';

/** A field's value: a whole number, or millionths; an i64 either way. */
interface FieldValue {
  readonly value: Expr;
  readonly unit: 'whole' | 'millionths';
  readonly range?: Bounds | undefined;
}

const whole = (value: Expr, low: number, high: number): FieldValue => ({
  value: value.type === 'i64' ? value : op('i64.extend_i32_s', value),
  unit: 'whole',
  range: [BigInt(low), BigInt(high)],
});

const LEAST_YEAR = -4800;
const GREATEST_YEAR = 5_900_000;

/** There is no year 0 in writing: 1 BC is -1. */
const writtenYear = (year: Expr): Expr => op('i32.sub', year, op('i32.le_s', year, i32(0)));

/** The running number of the span of years that holds the year, the first beginning with year 1; before it, minus 1 ends with year 0. */
function spanNumber(year: Expr, span: number): Expr {
  const after = op('i32.div_s', op('i32.add', year, i32(span - 1)), i32(span));
  const before = op('i32.sub', i32(0), op('i32.div_s', op('i32.sub', i32(span), year), i32(span)));
  return select(op('i32.gt_s', year, i32(0)), after, before);
}

function floorDecade(year: Expr): Expr {
  return op('i32.div_s', op('i32.sub', year, select(op('i32.lt_s', year, i32(0)), i32(9), i32(0))), i32(10));
}

/** Days from the first of January of the year that `day` is in. */
function dayInYear({ k }: KernelScope, day: Expr): Expr {
  const year = k.keep(op('i64.extend_i32_s', yearOf(call(civilFromDays, day))));
  return op('i32.sub', day, op('i32.wrap_i64', call(daysFromCivil, year, i32(1), i32(1))));
}

function dayFieldOf(kernel: KernelScope, field: DateField, days: Expr): FieldValue | undefined {
  const { k } = kernel;
  const day = k.keep(days);
  const civil = (): Expr => call(civilFromDays, day);
  const year = (): Expr => k.keep(yearOf(civil()));
  switch (field) {
    case 'day':
      return whole(dayOf(civil()), 1, 31);
    case 'month':
      return whole(monthOf(civil()), 1, 12);
    case 'quarter':
      return whole(op('i32.div_u', op('i32.add', monthOf(civil()), i32(2)), i32(3)), 1, 4);
    case 'year':
      return whole(writtenYear(year()), LEAST_YEAR, GREATEST_YEAR);
    case 'decade':
      return whole(floorDecade(year()), LEAST_YEAR, GREATEST_YEAR);
    case 'century':
      return whole(spanNumber(year(), 100), LEAST_YEAR, GREATEST_YEAR);
    case 'millennium':
      return whole(spanNumber(year(), 1000), LEAST_YEAR, GREATEST_YEAR);
    case 'isoyear':
      return whole(writtenYear(k.keep(yearOf(call(civilFromDays, isoThursday(day))))), LEAST_YEAR, GREATEST_YEAR);
    case 'week': {
      const thursday = k.keep(isoThursday(day));
      return whole(op('i32.add', op('i32.div_u', dayInYear(kernel, thursday), i32(7)), i32(1)), 1, 53);
    }
    case 'dow':
      return whole(dayOfWeek(day), 0, 6);
    case 'isodow': {
      const sunday = k.keep(dayOfWeek(day));
      return whole(select(sunday, sunday, i32(7)), 1, 7);
    }
    case 'doy':
      return whole(op('i32.add', dayInYear(kernel, day), i32(1)), 1, 366);
    default:
      return undefined;
  }
}

/** Of a time of day, or of an interval's, whose fields have its sign. */
function clockFieldOf({ k }: KernelScope, field: DateField, micros: Expr): FieldValue | undefined {
  const minute = i64(MICROS_PER_MINUTE);
  switch (field) {
    case 'microseconds':
      return whole(op('i64.rem_s', micros, minute), -60_000_000, 60_000_000);
    case 'milliseconds':
      return { value: op('i64.mul', op('i64.rem_s', micros, minute), i64(1000)), unit: 'millionths' };
    case 'second':
      return { value: op('i64.rem_s', micros, minute), unit: 'millionths' };
    case 'minute': {
      const inHour = k.keep(op('i64.rem_s', micros, i64(MICROS_PER_HOUR)));
      return whole(op('i64.div_s', inHour, minute), -59, 59);
    }
    case 'hour':
      return { value: op('i64.div_s', micros, i64(MICROS_PER_HOUR)), unit: 'whole' };
    default:
      return undefined;
  }
}

function intervalFieldOf(kernel: KernelScope, field: DateField, v: Val): FieldValue | undefined {
  const years = (span: number): FieldValue => ({
    value: op('i64.div_s', monthsOf(v), i64(12 * span)),
    unit: 'whole',
    range: [-(2n ** 31n), 2n ** 31n],
  });
  const month = (): Expr => op('i64.rem_s', monthsOf(v), i64(12));
  switch (field) {
    case 'day':
      return { value: daysOf(v), unit: 'whole', range: [-(2n ** 31n), 2n ** 31n] };
    case 'month':
      return whole(month(), -11, 11);
    case 'week':
      return { value: op('i64.div_s', daysOf(v), i64(7)), unit: 'whole', range: [-(2n ** 31n), 2n ** 31n] };
    case 'quarter': {
      const away = select(op('i64.lt_s', monthsOf(v), i64(0)), i64(-1), i64(1));
      return whole(op('i64.add', op('i64.div_s', month(), i64(3)), away), -4, 4);
    }
    case 'year':
      return years(1);
    case 'decade':
      return years(10);
    case 'century':
      return years(100);
    case 'millennium':
      return years(1000);
    default:
      return clockFieldOf(kernel, field, part(v, 1));
  }
}

/** Undefined: the type has no such field, or it is the host's. */
function fieldValue(kernel: KernelScope, field: DateField, v: Val): FieldValue | undefined {
  switch (v.type.kind) {
    case 'date':
      if (field !== 'epoch') return dayFieldOf(kernel, field, part(v));
      return { value: op('i64.mul', asI64(v), i64(86_400)), unit: 'whole', range: [-(2n ** 48n), 2n ** 48n] };
    case 'timestamp':
    case 'timestamptz': {
      if (field === 'epoch') return { value: part(v), unit: 'millionths', range: rangeOf(v) };
      const { quotient, rest } = floorParts(kernel, part(v), i64(MICROS_PER_DAY));
      return dayFieldOf(kernel, field, op('i32.wrap_i64', quotient)) ?? clockFieldOf(kernel, field, rest);
    }
    case 'time':
      if (field === 'epoch') return { value: part(v), unit: 'millionths', range: rangeOf(v) };
      return clockFieldOf(kernel, field, part(v));
    case 'interval':
      return intervalFieldOf(kernel, field, v);
    default:
      return undefined;
  }
}

/** Beyond this magnitude a float does not hold every integer. */
const EXACT: Bounds = [-(2n ** 53n), 2n ** 53n];
const MICROS: Bounds = [-(2n ** 63n), 2n ** 63n - 1n];

function result(call_: FunctionCall, { value, unit, range }: FieldValue, null_: Expr | undefined): Val | undefined {
  const { compiler, type } = call_;
  const { k } = compiler.kernel;
  const raw = k.keep(value);
  if (type.kind === 'float64') {
    const scale = unit === 'whole' ? 1 : 10 ** FIELD_SCALE;
    const converted = (): Val => ({
      type,
      lane: 'f64',
      parts: [k.keep(op('f64.div', op('f64.convert_i64_s', raw), f64(scale)))],
      null_,
    });
    if (unit === 'whole') return converted();
    const inexact = outside({ type: MICROS_TYPE, lane: 'i64', parts: [raw], range: range ?? MICROS }, EXACT);
    if (inexact === undefined) return converted();
    return servedOrHosted(call_, k.keep(op('i32.eqz', inexact)), null_, laneOf(type), converted);
  }
  if (type.kind !== 'decimal') return undefined;
  // Millionths for a type without decimals: the binder chooses the other function for such fields.
  if (unit === 'millionths' && type.scale !== FIELD_SCALE) return undefined;
  const bounds = range ?? MICROS;
  if (unit === 'millionths' || type.scale === 0) return { type, lane: 'i64', parts: [raw], null_, range: bounds };
  const scaled = scaleUp(compiler.kernel, { type: MICROS_TYPE, lane: 'i64', parts: [raw], range: bounds }, type.scale);
  return { ...scaled, type, null_ };
}

const MICROS_TYPE: Type = { kind: 'timestamp' };

/** The field must be a constant, as it is where EXTRACT is written. */
export const extractField: FunctionKernel = (call_) => {
  const [fieldArg, source] = call_.args;
  if (fieldArg === undefined || source === undefined) return undefined;
  const name = call_.compiler.known(fieldArg);
  const field = typeof name === 'string' ? dateField(name) : undefined;
  if (field === undefined) return undefined;
  return strict((inner, [v], null_) => {
    if (v === undefined) return undefined;
    const found = fieldValue(inner.compiler.kernel, field, v);
    return found === undefined ? undefined : result(inner, found, null_);
  })({ ...call_, args: [source] });
};
