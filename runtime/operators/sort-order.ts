import type { SortKey } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Val } from '../kernels/value.ts';
import { type FunctionBuilder, i32, op } from '../wasm/ir.ts';
import { orderVals } from './aggregate-functions.ts';

/** A sort key, and the field of a row that has its value. */
export type Key = SortKey & { readonly field: number };

/** Sets by `decide` whether a sorts strictly before b. */
export function compareKeys(
  e: { readonly k: FunctionBuilder } & Parameters<typeof orderVals>[0],
  keys: readonly Key[],
  a: (key: Key) => Val | undefined,
  b: (key: Key) => Val | undefined,
  decide: (before: ReturnType<typeof i32>) => void,
): void {
  const { k } = e;
  k.block((decided) => {
    for (const key of keys) {
      const x = a(key);
      const y = b(key);
      if (x === undefined || y === undefined) throw internalError('a sort key without a value');
      const order = (): void => {
        const [first, second] = key.descending ? [y, x] : [x, y];
        k.if(orderVals(e, first, second), () => {
          decide(i32(1));
          k.branch(decided);
        });
        k.if(orderVals(e, second, first), () => {
          decide(i32(0));
          k.branch(decided);
        });
      };
      const xNull = x.null_ ?? i32(0);
      const yNull = y.null_ ?? i32(0);
      if (x.null_ === undefined && y.null_ === undefined) {
        order();
        continue;
      }
      k.if(op('i32.ne', xNull, yNull), () => {
        decide(key.nullsFirst ? xNull : yNull);
        k.branch(decided);
      });
      k.if(op('i32.eqz', xNull), order);
    }
    decide(i32(0));
  });
}
