import { conjuncts } from '../ir/build.ts';
import type { Expression } from '../ir/expression.ts';
import type { Join, Plan, Scan } from '../ir/plan.ts';
import { isVolatile } from '../optimizer/volatility.ts';
import { lowerKeyLookup } from './lower-key-lookup.ts';
import type { Lowering } from './lowering.ts';
import type { KeyLookup, PhysicalApply } from './plan.ts';

/** Each outer row costs a lookup, some microseconds: a hash join over the whole table is better for more. */
const MOST_OUTER_ROWS = 100;

/**
 * An index nested loop join: a join of a handful of rows with a table by a key of that table. The rows are a handful
 * whatever the tables hold; estimates do not count, since for many rows the choice would be a bad one.
 */
export function lowerLookupJoin(plan: Join, { lower }: Lowering): PhysicalApply | undefined {
  const { join, columns, left, right, mark, nullAware } = plan;
  if (join === 'full' || nullAware) return undefined;
  const sides: readonly (readonly [Plan, Plan])[] =
    join === 'inner'
      ? [
          [left, right],
          [right, left],
        ]
      : [[left, right]];
  for (const [outer, table] of sides) {
    const inner = lookupInto(table, plan.condition);
    if (inner === undefined || mostRows(outer) > MOST_OUTER_ROWS) continue;
    return { kind: 'apply', join, columns, outer: lower(outer), inner, mark };
  }
  return undefined;
}

/** The plan as a lookup by what the condition says, if it is a table's rows and no more. */
function lookupInto(plan: Plan, condition: Expression | undefined): KeyLookup | undefined {
  const found = scanBelow(plan);
  if (found === undefined || found.scan.table.findsByKey !== true) return undefined;
  const terms = [...found.terms, ...(condition === undefined ? [] : conjuncts(condition))];
  return terms.some(isVolatile) ? undefined : lowerKeyLookup(found.scan, terms, 1);
}

function scanBelow(plan: Plan): { readonly scan: Scan; readonly terms: readonly Expression[] } | undefined {
  switch (plan.kind) {
    case 'scan':
      return { scan: plan, terms: [] };
    case 'filter': {
      const below = scanBelow(plan.input);
      return below && { scan: below.scan, terms: [...below.terms, ...conjuncts(plan.predicate)] };
    }
    case 'project': {
      const passes = plan.expressions.every((e, i) => e.kind === 'column' && e.id === plan.columns[i]?.id);
      return passes ? scanBelow(plan.input) : undefined;
    }
    default:
      return undefined;
  }
}

/** A bound for the plan's rows that holds whatever the tables hold. */
function mostRows(plan: Plan): number {
  const lookup = lookupInto(plan, undefined);
  if (lookup !== undefined) return lookup.keys.length;
  switch (plan.kind) {
    case 'values':
      return plan.rows.length;
    case 'filter':
    case 'project':
    case 'sort':
    case 'distinct':
      return mostRows(plan.input);
    case 'aggregate':
      if (plan.groupingSets !== undefined) return Number.POSITIVE_INFINITY;
      return plan.groups.length === 0 ? 1 : mostRows(plan.input);
    case 'limit': {
      const { count } = plan;
      const most =
        count?.kind === 'constant' && typeof count.value === 'bigint' ? Number(count.value) : Number.POSITIVE_INFINITY;
      return Math.min(most, mostRows(plan.input));
    }
    case 'join': {
      if (plan.join === 'semi' || plan.join === 'anti' || plan.join === 'mark' || plan.join === 'single') {
        return mostRows(plan.left);
      }
      if (plan.join === 'full') return Number.POSITIVE_INFINITY;
      const inner = lookupInto(plan.right, plan.condition);
      const left = mostRows(plan.left) * (inner?.keys.length ?? mostRows(plan.right));
      if (plan.join === 'left') return inner === undefined ? Math.max(left, mostRows(plan.left)) : left;
      const turned = lookupInto(plan.left, plan.condition);
      return turned === undefined ? left : Math.min(left, mostRows(plan.right) * turned.keys.length);
    }
    default:
      return Number.POSITIVE_INFINITY;
  }
}
