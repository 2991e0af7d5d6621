import { conjuncts } from '../ir/build.ts';
import { type ColumnIds, columnIdsAfter } from '../ir/columns.ts';
import type { Expression } from '../ir/expression.ts';
import type { Filter, Limit, Plan, Scan, Sort } from '../ir/plan.ts';
import { planExpressions, someExpression } from '../ir/traverse.ts';
import { ids as idsOf } from '../optimizer/calls.ts';
import { createEstimator, partitionCount } from '../optimizer/cardinality.ts';
import { isCorrelated } from '../optimizer/decorrelate/correlation.ts';
import { byPromise } from '../optimizer/predicate-order.ts';
import { isVolatile, isVolatilePlan } from '../optimizer/volatility.ts';
import { internalError, unreachable } from '../types/error.ts';
import { withFirstRows } from './first-rows.ts';
import { placeKeyFilters } from './key-filters.ts';
import { lowerAggregate, lowerDistinct } from './lower-aggregate.ts';
import { lowerAsOfJoin, lowerJoin } from './lower-join.ts';
import { lowerKeyLookup } from './lower-key-lookup.ts';
import { lowerSetOperation } from './lower-set-operation.ts';
import { lowerWindow } from './lower-window.ts';
import { estimated, type Lowering } from './lowering.ts';
import { placeMergeJoins } from './merge-joins.ts';
import type { PhysicalPlan, PhysicalSort, TableScan } from './plan.ts';
import { shareSubplans } from './share.ts';

/**
 * Chooses an algorithm for every node of a logical plan without subqueries in expressions. Whatever the plan, the
 * result has the same rows; it is only as good as the plan is.
 */
export function lower(plan: Plan, options: LowerOptions = {}): PhysicalPlan {
  const estimator = createEstimator();
  let ids: ColumnIds | undefined;
  const context: Lowering = {
    // Few plans need new columns, and looking for the last id takes time.
    ids: {
      next: () => {
        ids ??= columnIdsAfter(plan);
        return ids.next();
      },
    },
    estimator,
    iterated: new Set(),
    groupJoins: options.off?.includes(GROUP_JOINS) !== true,
    lower: (node) => {
      refuseSubqueries(node);
      const physical = lowerNode(node, context);
      return physical.estimate === undefined ? { ...physical, estimate: estimated(node, estimator) } : physical;
    },
  };
  const lowered = context.lower(plan);
  const isOn = (name: string): boolean => options.off?.includes(name) !== true;
  const shared = isOn(SHARING) ? shareSubplans(lowered, context.ids) : lowered;
  const merged = isOn(MERGE_JOINS) ? placeMergeJoins(shared) : shared;
  return isOn(KEY_FILTERS) ? placeKeyFilters(merged) : merged;
}

/** What lowering does beyond choosing algorithms, by the name under which it can be left out. */
export const KEY_FILTERS = 'key filters';
const GROUP_JOINS = 'group joins';
export const MERGE_JOINS = 'merge joins';
const SHARING = 'common subplans';

export interface LowerOptions {
  readonly off?: readonly string[] | undefined;
}

function refuseSubqueries(plan: Plan): void {
  for (const expression of planExpressions(plan)) {
    if (someExpression(expression, (node) => node.kind === 'subquery')) {
      throw internalError(`a subquery in a ${plan.kind} was not turned into a join`);
    }
  }
}

function lowerNode(plan: Plan, context: Lowering): PhysicalPlan {
  const { lower: down, estimator } = context;
  switch (plan.kind) {
    case 'scan':
      return lowerScan(plan, []);
    case 'values':
      return { kind: 'values', columns: plan.columns, rows: plan.rows };
    case 'filter':
      return lowerFilter(plan, context);
    case 'project':
      return { kind: 'project', columns: plan.columns, input: down(plan.input), expressions: plan.expressions };
    case 'join':
      return lowerJoin(plan, context);
    case 'apply':
      return {
        kind: 'apply',
        uncorrelated: !isVolatilePlan(plan.right) && !isCorrelated(plan.right, idsOf(plan.left.columns)),
        join: plan.join,
        columns: plan.columns,
        outer: down(plan.left),
        inner: down(plan.right),
        mark: plan.mark,
      };
    case 'aggregate':
      return lowerAggregate(plan, context);
    case 'window':
      return lowerWindow(plan, context);
    case 'sort':
      return lowerSort(plan, undefined, context);
    case 'limit': {
      if (plan.input.kind === 'sort') {
        return { ...lowerSort(plan.input, plan, context), estimate: estimated(plan, estimator) };
      }
      const { columns, count, offset } = plan;
      return { kind: 'limit', columns, input: down(plan.input), count, offset };
    }
    case 'distinct':
      return lowerDistinct(plan, context);
    case 'setOperation':
      return lowerSetOperation(plan, context);
    case 'unnest': {
      const { columns, expression, element, ordinality, outer } = plan;
      return { kind: 'unnest', columns, input: down(plan.input), expression, element, ordinality, outer };
    }
    case 'fetch': {
      const { table, columns, rowId, ordinals, fetched, command } = plan;
      return { kind: 'fetch', columns, table, input: down(plan.input), rowId, ordinals, fetched, command };
    }
    case 'let': {
      const { binding, columns } = plan;
      // The estimates of references are those of the definition, once that has been looked at.
      estimator.estimate(plan);
      return { kind: 'let', columns, binding, definition: down(plan.definition), body: down(plan.body) };
    }
    case 'recursive': {
      const { binding, columns, all } = plan;
      estimator.estimate(plan);
      context.iterated.add(binding);
      return { kind: 'recursive', columns, binding, base: down(plan.base), step: down(plan.step), all };
    }
    case 'reference':
      return { kind: 'reference', columns: plan.columns, binding: plan.binding };
    case 'asOfJoin':
      return lowerAsOfJoin(plan, context);
    case 'insert': {
      const { table, columns, values, written, command } = plan;
      return { kind: 'insert', columns, table, input: down(plan.input), values, written, command };
    }
    case 'update': {
      const { table, columns, rowId, ordinals, values, written, command } = plan;
      return { kind: 'update', columns, table, input: down(plan.input), rowId, ordinals, values, written, command };
    }
    case 'delete': {
      const { table, columns, rowId, command } = plan;
      return { kind: 'delete', columns, table, input: down(plan.input), rowId, command };
    }
    case 'merge': {
      const { input, ...rest } = plan;
      return { ...rest, input: down(input) };
    }
    default:
      return unreachable(plan);
  }
}

function lowerScan({ table, columns, ordinals, command }: Scan, predicates: readonly Expression[]): TableScan {
  return { kind: 'tableScan', columns, table, ordinals, predicates, command };
}

function lowerFilter(plan: Filter, { lower: down, estimator }: Lowering): PhysicalPlan {
  const { input, predicate, columns } = plan;
  if (isVolatile(predicate)) return { kind: 'filter', columns, input: down(input), predicate };
  const lookup = estimator.estimate(input).columns;
  const terms = byPromise(conjuncts(predicate), (id) => lookup.get(id));
  if (input.kind === 'scan') return lowerKeyLookup(input, terms, estimator.rows(plan)) ?? lowerScan(input, terms);
  const ordered = predicate.kind === 'and' ? { ...predicate, args: terms } : predicate;
  const lowered = down(input);
  const wanted =
    input.kind === 'window' && lowered.kind === 'window'
      ? withFirstRows(lowered, predicate, partitionCount(input.partitionBy, input.input, estimator))
      : lowered;
  return { kind: 'filter', columns, input: wanted, predicate: ordered };
}

function lowerSort(plan: Sort, limit: Limit | undefined, { lower: down }: Lowering): PhysicalSort {
  const { columns, keys } = plan;
  return { kind: 'sort', columns, input: down(plan.input), keys, limit: limit?.count, offset: limit?.offset };
}
