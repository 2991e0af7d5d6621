import { columnRef, FALSE, TRUE } from '../ir/build.ts';
import { aggregateCall, call } from '../ir/call.ts';
import type { Column, Expression } from '../ir/expression.ts';
import type { Plan, SetOperation } from '../ir/plan.ts';
import { internalError } from '../types/error.ts';
import { BOOL, INT64 } from '../types/type.ts';
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
  if (plan.all) return countedRows(plan, context);
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

/**
 * INTERSECT ALL and EXCEPT ALL: different rows are counted on each side, and come as often as both sides have them, or
 * as the left side has them beyond the right one.
 */
function countedRows(plan: SetOperation, context: Lowering): PhysicalPlan {
  const { ids, estimator, lower } = context;
  const fresh = (column: Column): Column => ({ ...column, id: ids.next() });
  const side: Column = { id: ids.next(), name: 'left', type: BOOL, nullable: false };
  const marked = (input: Plan, isLeft: boolean): PhysicalPlan => ({
    kind: 'project',
    columns: [...input.columns, side].map(fresh),
    input: lower(input),
    expressions: [...input.columns.map((column) => columnRef(column)), isLeft ? TRUE : FALSE],
    estimate: estimated(input, estimator),
  });
  const nullable = plan.columns.map(
    (_, i) => plan.left.columns[i]?.nullable === true || plan.right.columns[i]?.nullable === true,
  );
  const rows = plan.columns.map((column, i) => fresh({ ...column, nullable: nullable[i] === true }));
  const both: PhysicalPlan = {
    kind: 'unionAll',
    columns: [...rows, side],
    inputs: [marked(plan.left, true), marked(plan.right, false)],
    estimate: estimated(plan.left, estimator) + estimated(plan.right, estimator),
  };
  const groups = rows.map(fresh);
  const counts = ['of left', 'of right'].map(
    (name): Column => ({ id: ids.next(), name, type: INT64, nullable: false }),
  );
  const isLeft = columnRef(side);
  const estimate = estimated(plan, estimator);
  const counted: PhysicalPlan = {
    kind: 'hashAggregate',
    columns: [...groups, ...counts],
    input: both,
    groups: rows.map((column) => columnRef(column)),
    aggregates: [aggregateCall('count_if', [isLeft]), aggregateCall('count_if', [call('not', [isLeft])])],
    estimate,
  };
  const [left, right] = counts.map((column) => columnRef(column));
  if (left === undefined || right === undefined) throw internalError('a set operation without its counts');
  const repeated: PhysicalPlan = {
    kind: 'repeat',
    columns: counted.columns,
    input: counted,
    count: call(plan.operation === 'intersect' ? 'least' : 'subtract', [left, right]),
    estimate,
  };
  return {
    kind: 'project',
    columns: plan.columns,
    input: repeated,
    expressions: groups.map((column) => columnRef(column)),
    estimate,
  };
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
