import { MICROS_PER_DAY } from '../../../compiler/types/dates.ts';
import { DAYS_PER_MONTH } from '../../../compiler/types/intervals.ts';
import { call, type Expr, type FunctionBuilder, i64, op } from '../../wasm/ir.ts';
import { add128, multiplyHigh, type Words } from '../library/int128.ts';
import { part, type Val } from '../value.ts';

export function monthsOf(v: Val): Expr {
  return op('i64.extend32_s', part(v));
}

export function daysOf(v: Val): Expr {
  return op('i64.shr_s', part(v), i64(32));
}

/** The length that comparison takes an interval to have; it can pass 64 bits. */
export function intervalLength(k: FunctionBuilder, v: Val): Words {
  const days = k.keep(op('i64.add', op('i64.mul', monthsOf(v), i64(DAYS_PER_MONTH)), daysOf(v)));
  const product: Words = [
    k.keep(op('i64.mul', days, i64(MICROS_PER_DAY))),
    k.keep(call(multiplyHigh, days, i64(MICROS_PER_DAY))),
  ];
  return add128(k, product, [part(v, 1), k.keep(op('i64.shr_s', part(v, 1), i64(63)))]);
}
