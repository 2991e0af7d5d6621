import { MICROS_PER_DAY, MIN_DATE } from '../../../compiler/types/dates.ts';
import type { SourceRange } from '../../../compiler/types/error.ts';
import { call, type Expr, i64, op } from '../../wasm/ir.ts';
import type { KernelError, KernelScope } from '../context.ts';
import { addMonths } from '../library/civil.ts';
import { asI64, I64_RANGE, part, type Val } from '../value.ts';
import { type Bounds, checkBounds, outside } from './bounds.ts';
import { floorParts } from './cast-site.ts';
import { LAST_TIMESTAMP_DAY } from './cast-times.ts';
import type { Built } from './decimals.ts';
import { daysOf, monthsOf } from './intervals.ts';
import { type FunctionCall, unlessNull } from './kernel.ts';
import { servedOrHosted } from './partial.ts';

const DAY = i64(MICROS_PER_DAY);
const TIMESTAMPS: Bounds = [BigInt(MIN_DATE) * MICROS_PER_DAY, I64_RANGE[1]];

const timestampOverflow = (range: SourceRange | undefined): KernelError => ({
  code: 'datetime_field_overflow',
  message: 'timestamp out of range',
  range,
});

const intervalOverflow = (range: SourceRange | undefined): KernelError => ({
  code: 'datetime_field_overflow',
  message: 'interval out of range',
  range,
});

/** Months and days of an interval in one word; each is an i64 that fits 32 bits. */
function monthsAndDays(months: Expr, days: Expr): Expr {
  return op('i64.or', op('i64.shl', days, i64(32)), op('i64.and', months, i64(0xffffffffn)));
}

/** Whether a 64-bit sum or difference of intervals' fields leaves 32 bits. */
const leaves32 = (e: Expr): Expr => op('i64.ne', e, op('i64.extend32_s', e));

export function negateInterval(
  { k, failIf }: KernelScope,
  v: Val,
  null_: Expr | undefined,
  range: SourceRange | undefined,
): Val {
  const months = k.keep(op('i64.sub', i64(0), monthsOf(v)));
  const days = k.keep(op('i64.sub', i64(0), daysOf(v)));
  const least = op('i64.eq', part(v, 1), i64(I64_RANGE[0]));
  failIf(
    unlessNull(op('i32.or', least, op('i32.or', leaves32(months), leaves32(days))), null_),
    intervalOverflow(range),
  );
  const micros = k.keep(op('i64.sub', i64(0), part(v, 1)));
  return { ...v, parts: [k.keep(monthsAndDays(months, days)), micros] };
}

function addIntervals(
  { k, failIf }: KernelScope,
  a: Val,
  b: Val,
  null_: Expr | undefined,
  range: SourceRange | undefined,
): Built {
  const months = k.keep(op('i64.add', monthsOf(a), monthsOf(b)));
  const days = k.keep(op('i64.add', daysOf(a), daysOf(b)));
  const micros = k.keep(op('i64.add', part(a, 1), part(b, 1)));
  const [x, y] = [part(a, 1), part(b, 1)];
  const signs = op('i64.and', op('i64.xor', x, micros), op('i64.xor', y, micros));
  const overflow = op('i64.lt_s', signs, i64(0));
  failIf(
    unlessNull(op('i32.or', overflow, op('i32.or', leaves32(months), leaves32(days))), null_),
    intervalOverflow(range),
  );
  return { lane: 'interval', parts: [k.keep(monthsAndDays(months, days)), micros] };
}

/** Where the days and the interval's time are this small, no sum leaves 64 bits; all else is the host's. */
const SAFE_DAYS: Bounds = [-53_000_000n, 53_000_000n];
const SAFE_MICROS: Bounds = [-(2n ** 62n) + MICROS_PER_DAY, 2n ** 62n - MICROS_PER_DAY];

/** Months, then days, then time, each on the result of the one before. */
function moveTimestamp(call_: FunctionCall, timestamp: Val, interval: Val, null_: Expr | undefined): Val {
  const { compiler, type, range } = call_;
  const { kernel } = compiler;
  const { k } = kernel;
  const { quotient, rest } = floorParts(kernel, part(timestamp), DAY);
  const months = k.keep(monthsOf(interval));
  const date = k.local('i64', quotient);
  k.if(op('i64.ne', months, i64(0)), () => k.set(date, call(addMonths, op('i32.wrap_i64', quotient), months)));
  k.set(date, op('i64.add', date, daysOf(interval)));
  const raw = (value: Expr): Val => ({ type, lane: 'i64', parts: [value], range: I64_RANGE });
  const unsafe = [outside(raw(date), SAFE_DAYS), outside(raw(part(interval, 1)), SAFE_MICROS)];
  const served = unsafe.reduce<Expr>(
    (all, test) => (test === undefined ? all : op('i32.and', all, op('i32.eqz', test))),
    { kind: 'const', type: 'i32', value: 1 },
  );
  return servedOrHosted(call_, k.keep(served), null_, 'i64', () => {
    const error = timestampOverflow(range);
    checkBounds(kernel, raw(date), [BigInt(MIN_DATE), I64_RANGE[1]], null_, error);
    const time = op('i64.add', rest, part(interval, 1));
    const moved = raw(k.keep(op('i64.add', op('i64.mul', date, DAY), time)));
    checkBounds(kernel, moved, TIMESTAMPS, null_, error);
    return { type, lane: 'i64', parts: moved.parts, null_ };
  });
}

/** A date as the timestamp of its beginning. */
function beginning(kernel: KernelScope, v: Val, null_: Expr | undefined, range: SourceRange | undefined): Val {
  checkBounds(kernel, v, [I64_RANGE[0], LAST_TIMESTAMP_DAY], null_, timestampOverflow(range));
  return { type: { kind: 'timestamp' }, lane: 'i64', parts: [kernel.k.keep(op('i64.mul', asI64(v), DAY))] };
}

const ORDER: readonly string[] = ['date', 'timestamp', 'timestamptz', 'time', 'interval'];

/** Sums and differences of dates, times, timestamps and intervals; undefined: no such pair. */
export function dateSum(
  call_: FunctionCall,
  kind: 'add' | 'sub',
  a: Val,
  b: Val,
  null_: Expr | undefined,
): Built | Val | undefined {
  const { compiler, range } = call_;
  const { kernel } = compiler;
  const { k } = kernel;
  if (kind === 'add' && ORDER.indexOf(a.type.kind) > ORDER.indexOf(b.type.kind)) {
    return dateSum(call_, kind, b, a, null_);
  }
  const change = (): Val => (kind === 'add' ? b : negateInterval(kernel, b, null_, range));
  switch (`${a.type.kind} ${b.type.kind}`) {
    case 'date interval': {
      const start = beginning(kernel, a, null_, range);
      return moveTimestamp(call_, start, change(), null_);
    }
    case 'timestamp interval':
    case 'timestamptz interval':
      return moveTimestamp(call_, a, change(), null_);
    case 'time interval': {
      // An i64 sum may wrap: the interval's time is brought into a day first.
      const micros = floorParts(kernel, part(change(), 1), DAY).rest;
      return { lane: 'i64', parts: [floorParts(kernel, op('i64.add', part(a), micros), DAY).rest] };
    }
    case 'interval interval':
      // A difference is the sum with the opposite, which the least fields do not have.
      return addIntervals(kernel, a, change(), null_, range);
    case 'date time': {
      if (kind === 'sub') return undefined;
      const start = beginning(kernel, a, null_, range);
      const sum = k.keep(op('i64.add', part(start), part(b)));
      // Both are at most a day below the end of 64 bits, so a sum that leaves them is negative.
      const overflow = op('i32.and', op('i64.gt_s', part(start), i64(0)), op('i64.lt_s', sum, i64(0)));
      kernel.failIf(unlessNull(overflow, null_), timestampOverflow(range));
      return { lane: 'i64', parts: [sum] };
    }
    case 'time time': {
      if (kind === 'add') return undefined;
      return { lane: 'interval', parts: [i64(0), k.keep(op('i64.sub', part(a), part(b)))] };
    }
    case 'timestamp timestamp':
    case 'timestamptz timestamptz':
      return kind === 'add' ? undefined : timestampDifference(call_, a, b, null_);
    default:
      return undefined;
  }
}

/** In days and a rest, both with the sign of the whole. */
function timestampDifference(call_: FunctionCall, a: Val, b: Val, null_: Expr | undefined): Val {
  const { compiler, type } = call_;
  const { k } = compiler.kernel;
  const difference = k.keep(op('i64.sub', part(a), part(b)));
  const overflow = op(
    'i64.lt_s',
    op('i64.and', op('i64.xor', part(a), part(b)), op('i64.xor', part(a), difference)),
    i64(0),
  );
  return servedOrHosted(call_, k.keep(op('i32.eqz', overflow)), null_, 'interval', () => {
    const days = k.keep(op('i64.div_s', difference, DAY));
    const rest = op('i64.sub', difference, op('i64.mul', days, DAY));
    return { type, lane: 'interval', parts: [op('i64.shl', days, i64(32)), k.keep(rest)], null_ };
  });
}
