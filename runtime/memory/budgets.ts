import { atomic, defineFunction, i32, load, op } from '../wasm/ir.ts';
import { BUDGET_LIMIT, BUDGET_PARENT, BUDGET_PEAK, BUDGET_USED } from './layout.ts';

/**
 * Budgets bound how much memory a query, all queries, the buffer pool and the engine may take. A reservation counts in a
 * budget and all its ancestors, or in none. `used` never exceeds `limit`, not even for a moment: another thread's
 * reservation must not fail because of one that is about to be taken back.
 */

/** `budget_release(budget, bytes)`; budget 0 is ignored. */
export const budgetRelease = defineFunction('budget_release', ['i32', 'i64'], undefined, (k, budget, bytes) => {
  k.while(
    () => budget,
    () => {
      k.effect(atomic('i64.atomic.rmw.sub', budget, BUDGET_USED, bytes));
      k.set(budget, load('i32.load', budget, BUDGET_PARENT));
    },
  );
});

/** `budget_reserve(budget, bytes) -> 1`, or 0 if the budget or an ancestor has less left; budget 0 has no bounds. */
export const budgetReserve = defineFunction('budget_reserve', ['i32', 'i64'], 'i32', (k, budget, bytes) => {
  const at = k.local('i32', budget);
  const undo = k.local('i32');
  const used = k.local('i64');
  const peak = k.local('i64');
  k.while(
    () => at,
    () => {
      k.block((granted) => {
        k.loop((again) => {
          k.set(used, load('i64.atomic.load', at, BUDGET_USED));
          const limit = k.local('i64', load('i64.atomic.load', at, BUDGET_LIMIT));
          // The limit may have been lowered below what is used, or the request be absurd: no sum that could wrap.
          const left = op('i64.sub', limit, used);
          const fits = op('i32.and', op('i64.le_u', used, limit), op('i64.le_u', bytes, left));
          k.if(op('i32.eqz', fits), () => {
            k.set(undo, budget);
            k.while(
              () => op('i32.ne', undo, at),
              () => {
                k.effect(atomic('i64.atomic.rmw.sub', undo, BUDGET_USED, bytes));
                k.set(undo, load('i32.load', undo, BUDGET_PARENT));
              },
            );
            k.return(i32(0));
          });
          const sum = op('i64.add', used, bytes);
          k.branch(granted, op('i64.eq', atomic('i64.atomic.rmw.cmpxchg', at, BUDGET_USED, used, sum), used));
          k.branch(again);
        });
      });
      k.set(at, load('i32.load', at, BUDGET_PARENT));
    },
  );
  // Peaks last: a reservation that an ancestor refused never was.
  k.set(at, budget);
  k.while(
    () => at,
    () => {
      k.set(used, load('i64.atomic.load', at, BUDGET_USED));
      k.block((done) => {
        k.loop((again) => {
          k.set(peak, load('i64.atomic.load', at, BUDGET_PEAK));
          k.branch(done, op('i64.le_u', used, peak));
          k.branch(done, op('i64.eq', atomic('i64.atomic.rmw.cmpxchg', at, BUDGET_PEAK, peak, used), peak));
          k.branch(again);
        });
      });
      k.set(at, load('i32.load', at, BUDGET_PARENT));
    },
  );
  k.return(i32(1));
});
