import { expressionColumns } from '../ir/columns.ts';
import { derivedColumns, joinSides } from '../ir/derive.ts';
import { hasEffects } from '../ir/effects.ts';
import type { AggregateCall, Column, ColumnId, Expression } from '../ir/expression.ts';
import {
  type Aggregate,
  type Fetch,
  type Join,
  type Limit,
  type Plan,
  type Project,
  ROW_ID_ORDINAL,
  type Scan,
} from '../ir/plan.ts';
import { mapPlanChildren, planExpressions, withChildren } from '../ir/traverse.ts';
import { INT64, type Type } from '../types/type.ts';
import { closure, factsOf } from './facts.ts';
import type { OptimizerContext, Pass } from './pass.ts';
import { restrictTo } from './restrict.ts';

/**
 * Columns that nothing looks at before the first rows of an order are chosen are left out of what is scanned, joined,
 * grouped and sorted; instead the rows' ids come along, by which the columns of the few rows chosen are read at the end
 * (Abadi et al., "Materialization Strategies in a Column-Oriented DBMS", ICDE 2007).
 */
export const lateMaterialization: Pass = {
  name: 'late materialization',
  run: (plan, context) => (hasEffects(plan) ? plan : visit(plan, context)),
};

/** Rows are fetched one by one, which is for few. */
const MOST_FETCHED = 10_000n;
/** So many rows must be sorted, and the table must have, for one that is fetched. */
const ROWS_PER_FETCH = 8;
/** What is left out of a row must be so much wider than the id that comes instead. */
const LEAST_BYTES = 16;

function visit(plan: Plan, context: OptimizerContext): Plan {
  const node = plan.kind === 'limit' ? deferBelow(plan, context) : plan;
  return mapPlanChildren(node, (child) => visit(child, context));
}

/** Where a column comes from that is left out: a stored column of the row that a row id at hand names. */
interface Source {
  readonly scan: Scan;
  readonly ordinal: number;
  readonly rowId: ColumnId;
}

interface Deferred {
  readonly plan: Plan;
  readonly sources: ReadonlyMap<ColumnId, Source>;
}

const NO_SOURCES: ReadonlyMap<ColumnId, Source> = new Map();

function deferBelow(plan: Limit, context: OptimizerContext): Plan {
  const { input: sorted, count, offset } = plan;
  if (sorted.kind !== 'sort' || count?.kind !== 'constant' || typeof count.value !== 'bigint') return plan;
  const skipped = offset === undefined ? 0n : offset.kind === 'constant' ? offset.value : null;
  if (count.value > MOST_FETCHED || typeof skipped !== 'bigint') return plan;
  const most = Number(count.value + skipped);
  const least = ROWS_PER_FETCH * most;
  if (context.estimator.rows(sorted.input) < least) return plan;
  const visible = new Set(sorted.columns.map((column) => column.id));
  const candidates = defer(sorted.input, without(visible, planExpressions(sorted)), context);
  const isLarge = ({ scan }: Source): boolean => context.estimator.rows(scan) >= least;
  const worthIt = wideEnough(candidates, sorted.columns, isLarge);
  if (worthIt.size === 0) return plan;
  const { plan: input, sources } = defer(sorted.input, worthIt, context);
  const first = withChildren(plan, [withChildren(sorted, [input])]);
  return restrictTo(fetched(first, sources, sorted.columns), plan.columns);
}

/** Of the columns that can be left out, those of tables of which enough can be. */
function wideEnough(
  { plan, sources }: Deferred,
  columns: readonly Column[],
  isLarge: (source: Source) => boolean,
): ReadonlySet<ColumnId> {
  const nullableIds = new Set(plan.columns.filter((column) => column.nullable).map((column) => column.id));
  const bytes = new Map<ColumnId, number>();
  const usable = columns.filter(({ id, type, nullable }) => {
    const source = sources.get(id);
    if (source === undefined || !isLarge(source)) return false;
    const stored = source.scan.table.columns[source.ordinal];
    if (!nullable && (stored?.nullable !== false || nullableIds.has(source.rowId))) return false;
    bytes.set(source.rowId, (bytes.get(source.rowId) ?? 0) + widthOf(type));
    return true;
  });
  const wide = usable.filter(({ id }) => (bytes.get(sources.get(id)?.rowId ?? -1) ?? 0) > LEAST_BYTES);
  return new Set(wide.map((column) => column.id));
}

function widthOf(type: Type): number {
  switch (type.kind) {
    case 'bool':
    case 'int8':
      return 1;
    case 'int16':
      return 2;
    case 'int32':
    case 'date':
    case 'float32':
      return 4;
    case 'utf8':
    case 'binary':
    case 'any':
    case 'list':
      return 32;
    case 'decimal':
      return type.precision > 18 ? 16 : 8;
    case 'interval':
      return 16;
    default:
      return 8;
  }
}

/** The plan with its sources' columns, one fetch for each row id. */
function fetched(plan: Plan, sources: ReadonlyMap<ColumnId, Source>, columns: readonly Column[]): Plan {
  const byRow = new Map<ColumnId, Column[]>();
  for (const column of columns) {
    const source = sources.get(column.id);
    if (source !== undefined) byRow.set(source.rowId, [...(byRow.get(source.rowId) ?? []), column]);
  }
  let result = plan;
  for (const [rowId, own] of byRow) {
    const [first] = own;
    const source = first && sources.get(first.id);
    if (source === undefined) continue;
    const { table, command } = source.scan;
    const node: Fetch = {
      kind: 'fetch',
      table,
      columns: [...result.columns, ...own],
      input: result,
      rowId,
      ordinals: own.map((column) => sources.get(column.id)?.ordinal ?? ROW_ID_ORDINAL),
      fetched: own,
      command,
    };
    result = node;
  }
  return result;
}

function without(ids: ReadonlySet<ColumnId>, used: readonly Expression[]): ReadonlySet<ColumnId> {
  const left = new Set(ids);
  for (const expression of used) for (const id of expressionColumns(expression)) left.delete(id);
  return left;
}

/** The plan without those of the wanted columns that it only passes on from scans, and with the ids of their rows. */
function defer(plan: Plan, wanted: ReadonlySet<ColumnId>, context: OptimizerContext): Deferred {
  switch (plan.kind) {
    case 'scan':
      return deferScan(plan, wanted, context);
    case 'filter':
    case 'sort':
    case 'limit': {
      const { plan: input, sources } = defer(plan.input, without(wanted, planExpressions(plan)), context);
      return { plan: withChildren(plan, [input]), sources };
    }
    case 'project':
      return deferProject(plan, wanted, context);
    case 'join':
      return deferJoin(plan, wanted, context);
    case 'aggregate':
      return deferAggregate(plan, wanted, context);
    default:
      return { plan, sources: NO_SOURCES };
  }
}

function deferScan(plan: Scan, wanted: ReadonlySet<ColumnId>, { ids }: OptimizerContext): Deferred {
  const left = plan.columns.map(({ id }, i) => wanted.has(id) && plan.ordinals[i] !== ROW_ID_ORDINAL);
  if (plan.table.lastingRowIds !== true || !left.includes(true)) return { plan, sources: NO_SOURCES };
  const known = plan.columns[plan.ordinals.indexOf(ROW_ID_ORDINAL)];
  const rowId: Column = known ?? { id: ids.next(), name: 'rowid', type: INT64, nullable: false };
  const sources = new Map<ColumnId, Source>();
  plan.columns.forEach(({ id }, i) => {
    const ordinal = plan.ordinals[i] ?? ROW_ID_ORDINAL;
    if (left[i] === true) sources.set(id, { scan: plan, ordinal, rowId: rowId.id });
  });
  const columns = plan.columns.filter((_, i) => left[i] !== true);
  const ordinals = plan.ordinals.filter((_, i) => left[i] !== true);
  if (known !== undefined) return { plan: { ...plan, columns, ordinals }, sources };
  return { plan: { ...plan, columns: [...columns, rowId], ordinals: [...ordinals, ROW_ID_ORDINAL] }, sources };
}

function deferProject(plan: Project, wanted: ReadonlySet<ColumnId>, context: OptimizerContext): Deferred {
  const passed = plan.columns.map(({ id }, i) => (wanted.has(id) ? idOf(plan.expressions[i]) : undefined));
  const others = plan.expressions.filter((_, i) => passed[i] === undefined);
  const below = without(new Set(passed.filter((id) => id !== undefined)), others);
  const { plan: input, sources: inner } = defer(plan.input, below, context);
  const sources = new Map<ColumnId, Source>();
  plan.columns.forEach(({ id }, i) => {
    const source = inner.get(passed[i] ?? -1);
    if (source !== undefined) sources.set(id, source);
  });
  const kept = plan.columns.map(({ id }) => !sources.has(id));
  const columns = plan.columns.filter((_, i) => kept[i]);
  const expressions = plan.expressions.filter((_, i) => kept[i]);
  const added = rowIds(input, sources, new Set(columns.map((column) => column.id)));
  return {
    plan: derivedColumns({
      ...plan,
      columns: [...columns, ...added],
      expressions: [...expressions, ...added.map((column): Expression => ({ kind: 'column', ...column }))],
      input,
    }),
    sources,
  };
}

/** The row ids of the sources among the plan's columns, without those that are passed on already. */
function rowIds(plan: Plan, sources: ReadonlyMap<ColumnId, Source>, passed: ReadonlySet<ColumnId>): readonly Column[] {
  const wanted = new Set([...sources.values()].map((source) => source.rowId));
  return plan.columns.filter(({ id }) => wanted.has(id) && !passed.has(id));
}

function deferJoin(plan: Join, wanted: ReadonlySet<ColumnId>, context: OptimizerContext): Deferred {
  const below = without(wanted, [plan.condition]);
  const left = defer(plan.left, below, context);
  const right = joinSides(plan.join).right
    ? defer(plan.right, below, context)
    : { plan: plan.right, sources: NO_SOURCES };
  return {
    plan: withChildren(plan, [left.plan, right.plan]),
    sources: new Map([...left.sources, ...right.sources]),
  };
}

/** Any value of a column that the groups determine can be read from any row of the group. */
function deferAggregate(plan: Aggregate, wanted: ReadonlySet<ColumnId>, context: OptimizerContext): Deferred {
  const nothing = { plan, sources: NO_SOURCES };
  if (plan.groupingSets !== undefined) return nothing;
  const groupIds = plan.groups.flatMap((group) => (group.kind === 'column' ? [group.id] : []));
  const { dependencies } = factsOf(plan.input);
  const fixed = closure(groupIds, dependencies);
  const passed = plan.aggregates.map((call, i) => {
    const id = wanted.has(plan.columns[plan.groups.length + i]?.id ?? -1) ? anyValueOf(call) : undefined;
    return id !== undefined && fixed.has(id) ? id : undefined;
  });
  const others = plan.aggregates.filter((_, i) => passed[i] === undefined);
  const used = planExpressions({ ...plan, aggregates: others });
  const below = without(new Set(passed.filter((id) => id !== undefined)), used);
  if (below.size === 0) return nothing;
  const { plan: input, sources: inner } = defer(plan.input, below, context);
  const sources = new Map<ColumnId, Source>();
  const rows = new Map<ColumnId, Column>();
  const calls: AggregateCall[] = [];
  plan.aggregates.forEach((_, i) => {
    const column = plan.columns[plan.groups.length + i];
    const source = inner.get(passed[i] ?? -1);
    if (source === undefined || column === undefined) return;
    let row = rows.get(source.rowId);
    if (row === undefined) {
      const arg = input.columns.find(({ id }) => id === source.rowId);
      if (arg === undefined) return;
      row = { id: context.ids.next(), name: 'rowid', type: INT64, nullable: true };
      rows.set(source.rowId, row);
      calls.push(anyRow(arg));
    }
    sources.set(column.id, { ...source, rowId: row.id });
  });
  if (sources.size === 0) return nothing;
  const kept = plan.columns.map(({ id }) => !sources.has(id));
  const aggregate: Aggregate = {
    ...plan,
    input,
    columns: [...plan.columns.filter((_, i) => kept[i]), ...rows.values()],
    aggregates: [...plan.aggregates.filter((_, i) => kept[plan.groups.length + i]), ...calls],
  };
  return { plan: derivedColumns(aggregate), sources };
}

function anyValueOf(call: AggregateCall): ColumnId | undefined {
  const plain = call.fn === 'any_value' && !call.distinct && call.filter === undefined && call.orderBy.length === 0;
  return plain ? idOf(call.args[0]) : undefined;
}

function anyRow(rowId: Column): AggregateCall {
  const arg: Expression = { kind: 'column', ...rowId };
  return { fn: 'any_value', args: [arg], distinct: false, orderBy: [], type: INT64, nullable: true };
}

function idOf(expression: Expression | undefined): ColumnId | undefined {
  return expression?.kind === 'column' ? expression.id : undefined;
}
