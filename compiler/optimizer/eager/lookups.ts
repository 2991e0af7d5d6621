import { and, columnRef, join } from '../../ir/build.ts';
import { expressionColumns } from '../../ir/columns.ts';
import type { AggregateCall, Column, ColumnId, Expression } from '../../ir/expression.ts';
import type { Aggregate, Plan } from '../../ir/plan.ts';
import { equal } from '../calls.ts';
import type { Estimator } from '../cardinality.ts';
import { closure, factsOf, isUniqueOn } from '../facts.ts';
import { argumentsCanFail } from '../failure.ts';
import { connection, type EqualityClass, type JoinGraph, joinGraph, termsWithDependent } from '../join-graph.ts';
import type { OptimizerContext } from '../pass.ts';
import { hasVolatileExpressions, isVolatilePlan } from '../volatility.ts';

/** A lookup must keep at least this part of the rows that are looked up, ... */
const LEAST_KEPT = 0.8;
/** ... and aggregation leave at most this part of the rows. */
const MOST_GROUPS = 0.5;

/**
 * Relations that are joined by their key, only to provide what the groups determine (names beside ids), are joined
 * after aggregation: fewer rows look them up, and their columns need not pass through the aggregate.
 */
export function aggregateBelowLookups(plan: Aggregate, context: OptimizerContext): Plan | undefined {
  if (plan.groupingSets !== undefined || plan.groups.length === 0 || hasVolatileExpressions(plan)) return undefined;
  // Rows that find nothing are aggregated too.
  if (plan.aggregates.some(argumentsCanFail)) return undefined;
  const graph = joinGraph(plan.input);
  if (graph === undefined || graph.relations.length < 2) return undefined;
  const groups = plan.groups.flatMap((group) => (group.kind === 'column' ? [group.id] : []));
  if (groups.length < plan.groups.length) return undefined;
  const candidates = graph.relations.flatMap((_, member) =>
    mayBeLate(member, plan, graph, context.estimator) ? [member] : [],
  );
  const split = candidates.length === 0 ? undefined : splitGraph(graph, new Set(candidates), groups);
  if (split === undefined) return undefined;
  const rows = context.estimator.rows(split.early);
  const result = joinLate(plan, graph, split, context);
  const groupCount = context.estimator.rows(result.aggregate);
  return groupCount <= MOST_GROUPS * rows ? result.plan : undefined;
}

/** Whether the relation's columns are used only as groups, as values that a group determines, and to join it. */
function mayBeLate(member: number, plan: Aggregate, graph: JoinGraph, estimator: Estimator): boolean {
  const relation = graph.relations[member];
  if (relation === undefined || isVolatilePlan(relation)) return false;
  const own = new Set(relation.columns.map((column) => column.id));
  const usesOwn = (expression: Expression): boolean => [...expressionColumns(expression)].some((id) => own.has(id));
  const aggregated = plan.aggregates.some((call) => !isValueOfGroup(call) && callExpressions(call).some(usesOwn));
  if (aggregated || graph.terms.some((term) => term.members.includes(member))) return false;
  if (graph.dependents.some((dependent) => dependent.required.includes(member))) return false;
  const linked = linkColumns(member, graph);
  if (linked.length === 0 || !isUniqueOn(relation, linked)) return false;
  const { columns } = estimator.estimate(relation);
  const kept = linked.map((id) => columns.get(id)).map((column) => (column ? column.distinct / column.domain : 0));
  return Math.min(...kept) >= LEAST_KEPT;
}

function callExpressions(call: AggregateCall): readonly Expression[] {
  const filters = call.filter === undefined ? [] : [call.filter];
  return [...call.args, ...filters, ...call.orderBy.map((key) => key.expression)];
}

/** `any_value(column)`: what reducing the groups leaves of a column that they determine. */
function isValueOfGroup(call: AggregateCall): boolean {
  return call.fn === 'any_value' && call.args[0]?.kind === 'column' && call.filter === undefined;
}

function linkColumns(member: number, graph: JoinGraph): readonly ColumnId[] {
  return graph.classes.flatMap(({ members }) => {
    if (members.length < 2) return [];
    return members.flatMap((m) => (m.member === member ? [m.column.id] : []));
  });
}

interface Split {
  readonly late: readonly number[];
  /** The joins of the other members. */
  readonly early: Plan;
  /** The early columns to group by. */
  readonly groups: readonly ColumnId[];
}

/** The largest set of late relations of which every early row meets at most one row each, by what the groups determine. */
function splitGraph(graph: JoinGraph, candidates: ReadonlySet<number>, groups: readonly ColumnId[]): Split | undefined {
  let late = candidates;
  for (;;) {
    if (late.size === 0 || late.size === graph.relations.length) return undefined;
    const early = earlyGroups(graph, late, groups);
    const rejected = early.rejected ?? firstUnattachable(graph, late);
    if (rejected !== undefined) {
      late = without(late, rejected);
      continue;
    }
    const plan = joinEarly(graph, late);
    const determined = closure(early.groups, factsOf(plan).dependencies);
    const undetermined = graph.classes.find((each) => {
      const inside = each.members.filter(({ member }) => !late.has(member));
      const outside = each.members.length - inside.length;
      return outside > 0 && inside.length > 0 && !inside.some(({ column }) => determined.has(column.id));
    });
    const culprit = undetermined?.members.find(({ member }) => late.has(member));
    if (culprit === undefined) return { late: [...late], early: plan, groups: early.groups };
    late = without(late, culprit.member);
  }
}

function without(set: ReadonlySet<number>, member: number): ReadonlySet<number> {
  return new Set([...set].filter((each) => each !== member));
}

/** The groups as early columns: a late one is replaced by an early one that equals it, or else is not late. */
function earlyGroups(
  graph: JoinGraph,
  late: ReadonlySet<number>,
  groups: readonly ColumnId[],
): { readonly groups: readonly ColumnId[]; readonly rejected?: number } {
  const early = new Set<ColumnId>();
  for (const id of groups) {
    const owner = graph.relations.findIndex((relation) => relation.columns.some((column) => column.id === id));
    if (!late.has(owner)) {
      early.add(id);
      continue;
    }
    const twin = classOf(id, graph)?.members.find(({ member }) => !late.has(member));
    if (twin === undefined) return { groups: [], rejected: owner };
    early.add(twin.column.id);
  }
  return { groups: [...early] };
}

function classOf(id: ColumnId, graph: JoinGraph): EqualityClass | undefined {
  return graph.classes.find(({ members }) => members.some(({ column }) => column.id === id));
}

/** A late relation that cannot be joined by a key of its own to the early ones and those joined before it. */
function firstUnattachable(graph: JoinGraph, late: ReadonlySet<number>): number | undefined {
  return attachmentOrder(graph, late).unattachable;
}

function attachmentOrder(
  graph: JoinGraph,
  late: ReadonlySet<number>,
): { readonly order: readonly number[]; readonly unattachable?: number } {
  const waiting = new Set(late);
  const order: number[] = [];
  for (;;) {
    const next = [...waiting].find((member) => {
      const relation = graph.relations[member];
      const linked = graph.classes.flatMap(({ members }) => {
        const reaches = members.some((m) => m.member !== member && !waiting.has(m.member));
        return reaches ? members.flatMap((m) => (m.member === member ? [m.column.id] : [])) : [];
      });
      return relation !== undefined && linked.length > 0 && isUniqueOn(relation, linked);
    });
    if (next === undefined) {
      const [unattachable] = waiting;
      return unattachable === undefined ? { order } : { order, unattachable };
    }
    waiting.delete(next);
    order.push(next);
  }
}

/** The members that are not late, joined in any order: join ordering comes later. */
function joinEarly(graph: JoinGraph, late: ReadonlySet<number>): Plan {
  const joined = new Set<number>();
  let plan: Plan | undefined;
  graph.relations.forEach((relation, member) => {
    if (late.has(member)) return;
    plan = plan === undefined ? relation : joinConnected(plan, relation, joined, member, graph);
    joined.add(member);
  });
  const waiting = new Set(graph.dependents.map((_, i) => graph.relations.length + i));
  for (let before = -1; plan !== undefined && before !== waiting.size; ) {
    before = waiting.size;
    for (const member of waiting) {
      const dependent = graph.dependents[member - graph.relations.length];
      if (!dependent?.required.every((m) => joined.has(m))) continue;
      const { join: kind, right, condition, nullAware, mark } = dependent.join;
      const terms = termsWithDependent(graph, (m) => joined.has(m), member);
      const next: Plan = join(kind, plan, right, condition, { nullAware, mark });
      plan =
        terms.length === 0
          ? next
          : { kind: 'filter', columns: next.columns, input: next, predicate: and(terms.map((t) => t.expression)) };
      joined.add(member);
      waiting.delete(member);
    }
  }
  if (plan === undefined) throw new RangeError('no relation is joined early');
  return plan;
}

function joinConnected(left: Plan, right: Plan, joined: ReadonlySet<number>, member: number, graph: JoinGraph): Plan {
  const { equalities, terms } = connection(
    graph,
    (m) => joined.has(m),
    (m) => m === member,
  );
  const conditions = [
    ...equalities.map((pair) => equal(pair.left, pair.right)),
    ...terms.map((term) => term.expression),
  ];
  return join('inner', left, right, and(conditions));
}

/** The aggregate over the early joins, with the late relations joined to it. */
function joinLate(
  plan: Aggregate,
  graph: JoinGraph,
  { late, early, groups }: Split,
  { ids }: OptimizerContext,
): { readonly plan: Plan; readonly aggregate: Aggregate } {
  const lateSet = new Set(late);
  const earlyColumns = new Map(early.columns.map((column) => [column.id, column]));
  const groupColumns = groups.flatMap((id) => earlyColumns.get(id) ?? []);
  const calls: AggregateCall[] = [];
  const callColumns: Column[] = [];
  const outputs = plan.aggregates.map((call, i): Expression => {
    const column = plan.columns[plan.groups.length + i];
    const [arg] = call.args;
    if (isValueOfGroup(call) && arg?.kind === 'column' && !earlyColumns.has(arg.id)) return arg;
    if (column !== undefined) {
      calls.push(call);
      callColumns.push(column);
      return columnRef(column);
    }
    return call.args[0] ?? columnRef(groupColumns[0] ?? { id: -1, name: '', type: call.type, nullable: true });
  });
  // What the late relations are looked up by is a group, or determined by the groups.
  const determined = closure(groups, factsOf(early).dependencies);
  const lookupOf = (each: EqualityClass): Expression | undefined => {
    const inside = each.members.filter(({ member, column }) => !lateSet.has(member) && determined.has(column.id));
    const grouped = inside.find(({ column }) => groups.includes(column.id)) ?? inside[0];
    if (grouped === undefined) return undefined;
    if (groups.includes(grouped.column.id)) return grouped.column;
    const { type } = grouped.column;
    const column: Column = { id: ids.next(), name: 'lookup', type, nullable: true };
    calls.push({ fn: 'any_value', args: [grouped.column], distinct: false, orderBy: [], type, nullable: true });
    callColumns.push(column);
    return columnRef(column);
  };
  const lookups = graph.classes.map((each) => {
    const outside = each.members.filter(({ member }) => lateSet.has(member));
    return { outside, inside: outside.length === 0 ? undefined : lookupOf(each) };
  });
  const aggregate: Aggregate = {
    kind: 'aggregate',
    columns: [...groupColumns, ...callColumns],
    input: early,
    groups: groupColumns.map((column) => columnRef(column)),
    aggregates: calls,
  };
  let joined: Plan = aggregate;
  const done = new Set<number>();
  for (const member of attachmentOrder(graph, lateSet).order) {
    const relation = graph.relations[member];
    if (relation === undefined) continue;
    const conditions = lookups.flatMap(({ outside, inside }) => {
      const own = outside.find((m) => m.member === member);
      const other = inside ?? outside.find((m) => done.has(m.member))?.column;
      return own === undefined || other === undefined ? [] : [equal(other, own.column)];
    });
    joined = join('inner', joined, relation, and(conditions));
    done.add(member);
  }
  const result: Plan = {
    kind: 'project',
    columns: plan.columns,
    input: joined,
    expressions: [...plan.groups, ...outputs],
  };
  return { plan: result, aggregate };
}
