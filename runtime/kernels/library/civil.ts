import { call, defineFunction, type Expr, i32, i64, op, select } from '../../wasm/ir.ts';

/** 0000-03-01 to 1970-01-01: years that begin in March have their leap day last. */
const DAYS_FROM_MARCH = 719_468;
const DAYS_PER_ERA = 146_097;
const YEARS_PER_ERA = 400;

const mul = (a: Expr, b: number): Expr => op('i32.mul', a, i32(b));
const div = (a: Expr, b: number): Expr => op('i32.div_u', a, i32(b));
const add = (a: Expr, b: Expr): Expr => op('i32.add', a, b);
const sub = (a: Expr, b: Expr): Expr => op('i32.sub', a, b);

/** Quotient towards minus infinity by a positive constant. */
function floorDivide(a: Expr, b: number): Expr {
  return op('i32.div_s', sub(a, select(op('i32.lt_s', a, i32(0)), i32(b - 1), i32(0))), i32(b));
}

/** Makes all years of dates positive, so that they fit 23 bits. */
const YEAR_BIAS = 8192;

/**
 * Biased year << 9 | month << 5 | day, of days since 1970-01-01 within the range of dates. The calendar repeats every 400
 * years, and within an era all numbers are positive.
 */
export const civilFromDays = defineFunction('civil_from_days', ['i32'], 'i32', (k, days) => {
  const shifted = k.local('i32', add(days, i32(DAYS_FROM_MARCH)));
  const era = k.local('i32', floorDivide(shifted, DAYS_PER_ERA));
  const dayOfEra = k.local('i32', sub(shifted, mul(era, DAYS_PER_ERA)));
  const leapDays = sub(sub(div(dayOfEra, 1460), div(dayOfEra, 36_524)), sub(i32(0), div(dayOfEra, 146_096)));
  const yearOfEra = k.local('i32', div(sub(dayOfEra, leapDays), 365));
  const before = sub(add(mul(yearOfEra, 365), div(yearOfEra, 4)), div(yearOfEra, 100));
  const dayOfYear = k.local('i32', sub(dayOfEra, before));
  const month = k.local('i32', div(add(mul(dayOfYear, 5), i32(2)), 153));
  const day = add(sub(dayOfYear, div(add(mul(month, 153), i32(2)), 5)), i32(1));
  const late = k.local('i32', op('i32.ge_u', month, i32(10)));
  const year = add(add(yearOfEra, mul(era, YEARS_PER_ERA)), late);
  const civilMonth = sub(add(month, i32(3)), mul(late, 12));
  k.return(
    op(
      'i32.or',
      op('i32.shl', add(year, i32(YEAR_BIAS)), i32(9)),
      op('i32.or', op('i32.shl', civilMonth, i32(5)), day),
    ),
  );
});

export const yearOf = (civil: Expr): Expr => sub(op('i32.shr_u', civil, i32(9)), i32(YEAR_BIAS));
export const monthOf = (civil: Expr): Expr => op('i32.and', op('i32.shr_u', civil, i32(5)), i32(15));
export const dayOf = (civil: Expr): Expr => op('i32.and', civil, i32(31));

/** Days since 1970-01-01; the month is 1 to 12, the day any. Years may go far beyond those of dates. */
export const daysFromCivil = defineFunction('days_from_civil', ['i64', 'i32', 'i32'], 'i64', (k, year, month, day) => {
  const early = k.local('i32', op('i32.le_u', month, i32(2)));
  const marchYear = k.local('i64', op('i64.sub', year, op('i64.extend_i32_u', early)));
  const rounding = select(op('i64.lt_s', marchYear, i64(0)), i64(YEARS_PER_ERA - 1), i64(0));
  const era = k.local('i64', op('i64.div_s', op('i64.sub', marchYear, rounding), i64(YEARS_PER_ERA)));
  const yearOfEra = k.local(
    'i32',
    op('i32.wrap_i64', op('i64.sub', marchYear, op('i64.mul', era, i64(YEARS_PER_ERA)))),
  );
  const marchMonth = add(sub(month, i32(3)), mul(early, 12));
  const dayOfYear = sub(add(div(add(mul(marchMonth, 153), i32(2)), 5), day), i32(1));
  const dayOfEra = add(sub(add(mul(yearOfEra, 365), div(yearOfEra, 4)), div(yearOfEra, 100)), dayOfYear);
  const eraDays = op('i64.sub', op('i64.mul', era, i64(DAYS_PER_ERA)), i64(DAYS_FROM_MARCH));
  k.return(op('i64.add', eraDays, op('i64.extend_i32_s', dayOfEra)));
});

/** The days of the month, in a year that need not be one of dates. */
const daysInMonth = defineFunction('days_in_month', ['i64', 'i32'], 'i32', (k, year, month) => {
  k.if(op('i32.eq', month, i32(2)), () => {
    const multiple = (n: number): Expr => op('i64.eqz', op('i64.rem_s', year, i64(n)));
    const isLeap = op('i32.and', multiple(4), op('i32.or', op('i32.eqz', multiple(100)), multiple(400)));
    k.return(add(i32(28), isLeap));
  });
  // Odd months up to July have 31 days, and even ones from August on.
  const long = op('i32.and', op('i32.xor', month, op('i32.shr_u', month, i32(3))), i32(1));
  k.return(add(i32(30), long));
});

/** The same day some months later; the last of the month where that day does not exist. Can go far beyond dates. */
export const addMonths = defineFunction('add_months', ['i32', 'i64'], 'i64', (k, days, months) => {
  const civil = k.local('i32', call(civilFromDays, days));
  const year = op('i64.extend_i32_s', yearOf(civil));
  const monthsBefore = op('i64.extend_i32_u', sub(monthOf(civil), i32(1)));
  const total = k.local('i64', op('i64.add', op('i64.add', op('i64.mul', year, i64(12)), monthsBefore), months));
  const rounding = select(op('i64.lt_s', total, i64(0)), i64(11), i64(0));
  const newYear = k.local('i64', op('i64.div_s', op('i64.sub', total, rounding), i64(12)));
  const month = k.local('i32', add(op('i32.wrap_i64', op('i64.sub', total, op('i64.mul', newYear, i64(12)))), i32(1)));
  const last = k.local('i32', call(daysInMonth, newYear, month));
  const day = k.local('i32', dayOf(civil));
  k.return(call(daysFromCivil, newYear, month, select(op('i32.lt_u', day, last), day, last)));
});

/** 0 is Sunday. */
export function dayOfWeek(days: Expr): Expr {
  // Moved far into positive numbers by a multiple of 7.
  return op('i32.rem_u', add(days, i32(4 + 7 * 400_000)), i32(7));
}

/** The Thursday of the ISO week that the day is in: its year is the week's. */
export function isoThursday(days: Expr): Expr {
  const mondayBased = op('i32.rem_u', add(days, i32(3 + 7 * 400_000)), i32(7));
  return add(sub(days, mondayBased), i32(3));
}
