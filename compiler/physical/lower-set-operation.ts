import { columnRef } from '../ir/build.ts';
import type { Expression } from '../ir/expression.ts';
import type { Plan, SetOperation } from '../ir/plan.ts';
import { estimated, type Lowering, notSupported } from './lowering.ts';
import type { PhysicalPlan } from './plan.ts';

export function lowerSetOperation(plan: SetOperation, context: Lowering): PhysicalPlan {
  const { columns } = plan;
  if (plan.operation === 'union') {
    const all: PhysicalPlan = {
      kind: 'unionAll',
      columns,
      inputs: operands(plan, plan.all).map(context.lower),
      estimate: estimated(plan, context.estimator),
    };
    return plan.all ? all : distinct(all);
  }
  if (plan.all) throw notSupported(`${plan.operation} all`);
  if (columns.length === 0) throw notSupported(`${plan.operation} of rows without columns`);
  const matched = memberJoin(plan, context);
  return distinct({
    kind: 'project',
    columns,
    input: matched,
    expressions: plan.left.columns.map((column) => columnRef(column)),
    estimate: matched.estimate,
  });
}

/** The inputs of a chain of unions; repetitions of an inner one do not matter where the outer one removes them. */
function operands(plan: SetOperation, all: boolean): readonly Plan[] {
  return [plan.left, plan.right].flatMap((side) => {
    const same = side.kind === 'setOperation' && side.operation === 'union' && (side.all || !all);
    return same ? operands(side, all) : [side];
  });
}

function distinct(input: PhysicalPlan): PhysicalPlan {
  const { columns, estimate } = input;
  const groups = columns.map((column) => columnRef(column));
  return { kind: 'hashAggregate', columns, input, groups, aggregates: [], estimate };
}

/** The left rows that are (for intersect) or are not (for except) among the right ones, NULL being like NULL. */
function memberJoin(plan: SetOperation, { lower, estimator }: Lowering): PhysicalPlan {
  const { left, right } = plan;
  const pairs = left.columns.flatMap((column, i): readonly (readonly [Expression, Expression])[] => {
    const other = right.columns[i];
    return other === undefined ? [] : [[columnRef(column), columnRef(other)]];
  });
  const nullsEqual = pairs.map(([a, b]) => a.nullable && b.nullable);
  const leftBuilds = estimator.rows(left) < estimator.rows(right);
  const intersect = plan.operation === 'intersect';
  const columns = left.columns;
  const estimate = estimated(plan, estimator);
  if (leftBuilds) {
    const keys = pairs.map(([a, b], i) => ({ probe: b, build: a, nullsEqual: nullsEqual[i] === true }));
    const join = intersect ? 'buildSemi' : 'buildAnti';
    return {
      kind: 'hashJoin',
      join,
      columns,
      probe: lower(right),
      build: lower(left),
      keys,
      nullAware: false,
      estimate,
    };
  }
  const keys = pairs.map(([a, b], i) => ({ probe: a, build: b, nullsEqual: nullsEqual[i] === true }));
  const join = intersect ? 'semi' : 'anti';
  return { kind: 'hashJoin', join, columns, probe: lower(left), build: lower(right), keys, nullAware: false, estimate };
}
