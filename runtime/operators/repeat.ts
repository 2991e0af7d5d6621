import type { Expression } from '../../compiler/ir/expression.ts';
import { asI64, part } from '../kernels/value.ts';
import { i32, i64, op } from '../wasm/ir.ts';
import type { Operator } from './emitter.ts';

/** Each row as often as `count` (int64) says; not at all where it is NULL or less than one. */
export function repeat(count: Expression): Operator {
  return {
    emit: (e, scope, next) => {
      const { k } = e;
      const times = e.compiler.value(count, scope);
      const wanted = k.local('i64', times.lane === 'i64' ? part(times) : asI64(times));
      if (times.null_ !== undefined) k.if(times.null_, () => k.set(wanted, i64(0)));
      // The place is saved in words of 32 bits: a row comes fewer times than memory has bytes.
      const done = k.local('i32');
      e.expand(
        [done],
        () => k.set(done, i32(0)),
        () => {
          k.while(
            () => op('i64.lt_s', op('i64.extend_i32_u', done), wanted),
            () => {
              e.checkBudget();
              next(scope);
              k.set(done, op('i32.add', done, i32(1)));
            },
          );
        },
      );
    },
  };
}
