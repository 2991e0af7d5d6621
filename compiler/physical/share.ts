import { type ColumnIds, expressionColumns } from '../ir/columns.ts';
import { aggregateEquals, expressionEquals } from '../ir/equal.ts';
import type { AggregateCall, Column, ColumnId, Expression } from '../ir/expression.ts';
import type { BindingId } from '../ir/plan.ts';
import { mapAggregate, mapExpression } from '../ir/traverse.ts';
import { children, expressions, mapChildren, variesWith, walk } from './columns.ts';
import type { HashAggregate, HashJoin, PhysicalPlan, PhysicalProject, TableScan } from './plan.ts';

/** Rows of work that sharing must save, lest every small plan is made a more complicated one. */
const LEAST_SAVED = 5_000;
/** What keeping a row and reading it again costs, in rows that pass through an operator. */
const KEEP_COST = 2;

/**
 * Computes once what a plan computes several times: subplans of the same shape become a definition that is kept, and
 * references to it (common subexpressions after Zhou et al., "Efficient Exploitation of Similar Subexpressions for Query
 * Processing", SIGMOD 2007). Copies may need different columns, which pruning has left out elsewhere: the definition has
 * those of all. Worth it is only what takes more work than keeping its rows; scans never do.
 */
export function shareSubplans(plan: PhysicalPlan, ids: ColumnIds): PhysicalPlan {
  const groups = candidates(plan);
  if (groups.length === 0) return plan;
  const covered = new Set<PhysicalPlan>();
  const references = new Map<PhysicalPlan, PhysicalPlan>();
  const definitions: { readonly binding: BindingId; readonly plan: PhysicalPlan }[] = [];
  for (const group of groups) {
    const [first, ...others] = group.filter((node) => !covered.has(node));
    if (first === undefined) continue;
    let definition: PhysicalPlan = first;
    const users: { readonly node: PhysicalPlan; readonly names: Names }[] = [];
    for (const other of others) {
      const merged = merge(definition, other);
      if (merged === undefined || !isWorthIt(merged.plan, users.length + 2)) continue;
      definition = merged.plan;
      users.push({ node: other, names: merged.names });
    }
    if (users.length === 0) continue;
    const binding = ids.next();
    definitions.push({ binding, plan: definition });
    const own = new Map(definition.columns.map(({ id }) => [id, id]));
    for (const { node, names } of [{ node: first, names: own }, ...users]) {
      const byDefinition = new Map(node.columns.map((column) => [names.get(column.id) ?? column.id, column]));
      const columns = definition.columns.map((column): Column => {
        const used = byDefinition.get(column.id);
        return used === undefined ? { ...column, id: ids.next() } : { ...used, nullable: column.nullable };
      });
      const kept = node.columns.length === columns.length && node.columns.every(({ id }, i) => id === columns[i]?.id);
      const reference: PhysicalPlan = { kind: 'reference', columns, binding, estimate: definition.estimate };
      references.set(
        node,
        kept
          ? reference
          : {
              kind: 'project',
              columns: node.columns,
              input: reference,
              expressions: node.columns.map(({ id, type, nullable }) => ({ kind: 'column', id, type, nullable })),
              estimate: node.estimate,
            },
      );
      walk(node, (below) => covered.add(below));
    }
  }
  if (definitions.length === 0) return plan;
  const replace = (node: PhysicalPlan): PhysicalPlan => references.get(node) ?? mapChildren(node, replace);
  return definitions.reduce<PhysicalPlan>(
    (body, { binding, plan: definition }) => ({
      kind: 'let',
      columns: body.columns,
      binding,
      definition,
      body,
      estimate: body.estimate,
    }),
    replace(plan),
  );
}

/** Subplans of one shape that could be shared, those with the most work first. */
function candidates(plan: PhysicalPlan): readonly (readonly PhysicalPlan[])[] {
  const groups = new Map<string, PhysicalPlan[]>();
  // The groups of a group join are in its build rows.
  const kept = new Set<PhysicalPlan>();
  walk(plan, (node) => {
    if (node.kind === 'hashJoin' && node.groupJoin === true) kept.add(node.probe);
  });
  const visit = (node: PhysicalPlan, hurried: boolean): string => {
    const below = children(node).map((child, i) =>
      visit(child, (hurried || node.kind === 'limit') && streams(node, i)),
    );
    const shape = `${ownShape(node)}(${below.join(',')})`;
    if (isShareable(node) && !hurried && !kept.has(node)) {
      const known = groups.get(shape);
      if (known === undefined) groups.set(shape, [node]);
      else known.push(node);
    }
    return shape;
  };
  visit(plan, false);
  const several = [...groups.values()].filter((group) => group.length > 1);
  return several
    .filter(([first]) => first !== undefined && isClosed(first))
    .sort(([a], [b]) => (b === undefined ? 0 : work(b)) - (a === undefined ? 0 : work(a)));
}

/** Whether the input's rows pass through one by one: a limit above may then stop them early. */
function streams(node: PhysicalPlan, input: number): boolean {
  switch (node.kind) {
    case 'filter':
    case 'project':
    case 'limit':
    case 'unionAll':
      return true;
    case 'hashJoin':
    case 'nestedLoopJoin':
    case 'rangeJoin':
      return input === 0;
    default:
      return false;
  }
}

/** What merging can put together, and what is more than reading. */
function isShareable(node: PhysicalPlan): boolean {
  return node.kind === 'hashJoin' || node.kind === 'hashAggregate';
}

/** What does not differ between plans that can be merged; column ids and lists of columns are left out. */
function ownShape(node: PhysicalPlan): string {
  switch (node.kind) {
    case 'tableScan':
      return `scan ${node.table.name} ${node.predicates.length}`;
    case 'hashJoin':
      return `join ${node.join} ${node.keys.length}`;
    case 'hashAggregate':
      return `aggregate ${node.groups.length}`;
    default:
      return node.kind;
  }
}

/** Nothing in the plan refers to what is outside of it, and two runs of it would be the same. */
function isClosed(plan: PhysicalPlan): boolean {
  const defined = new Set<ColumnId>();
  const bound = new Set<BindingId>();
  let closed = true;
  walk(plan, (node) => {
    for (const column of node.columns) defined.add(column.id);
    if (node.kind === 'let' || node.kind === 'recursive') bound.add(node.binding);
  });
  walk(plan, (node) => {
    if (node.kind === 'reference' && !bound.has(node.binding)) closed = false;
    for (const expression of expressions(node)) {
      for (const id of expressionColumns(expression)) if (!defined.has(id)) closed = false;
    }
  });
  return closed && !variesWith(plan, new Set(), new Set());
}

function work(plan: PhysicalPlan): number {
  const own = plan.kind === 'tableScan' ? plan.table.statistics().rowCount : (plan.estimate ?? 0);
  return children(plan).reduce((sum, child) => sum + work(child), own);
}

function isWorthIt(definition: PhysicalPlan, uses: number): boolean {
  const kept = (definition.estimate ?? 0) * KEEP_COST * (uses + 1);
  return work(definition) * (uses - 1) - kept >= LEAST_SAVED;
}

/** The definition's column for each of a copy's. */
type Names = ReadonlyMap<ColumnId, ColumnId>;

interface Merged {
  readonly plan: PhysicalPlan;
  readonly names: Names;
}

/** A plan with the rows of both, which are the same ones, and the columns of both; undefined if they differ. */
function merge(a: PhysicalPlan, b: PhysicalPlan): Merged | undefined {
  switch (a.kind) {
    case 'tableScan':
      return b.kind === 'tableScan' ? mergeScans(a, b) : undefined;
    case 'filter': {
      if (b.kind !== 'filter') return undefined;
      const input = merge(a.input, b.input);
      if (input === undefined || !expressionEquals(a.predicate, renamed(b.predicate, input.names))) return undefined;
      return { plan: { ...a, input: input.plan, columns: input.plan.columns }, names: input.names };
    }
    case 'project':
      return b.kind === 'project' ? mergeProjects(a, b) : undefined;
    case 'hashJoin':
      return b.kind === 'hashJoin' ? mergeJoins(a, b) : undefined;
    case 'hashAggregate':
      return b.kind === 'hashAggregate' ? mergeAggregates(a, b) : undefined;
    default:
      return undefined;
  }
}

function mergeScans(a: TableScan, b: TableScan): Merged | undefined {
  if (a.table !== b.table || a.command !== b.command || a.predicates.length !== b.predicates.length) return undefined;
  const names = new Map<ColumnId, ColumnId>();
  const columns = [...a.columns];
  const ordinals = [...a.ordinals];
  b.ordinals.forEach((ordinal, i) => {
    const column = b.columns[i];
    if (column === undefined) return;
    const at = ordinals.indexOf(ordinal);
    const known = columns[at];
    if (known === undefined) {
      columns.push(column);
      ordinals.push(ordinal);
    }
    names.set(column.id, known?.id ?? column.id);
  });
  const same = a.predicates.every((predicate, i) => {
    const other = b.predicates[i];
    return other !== undefined && expressionEquals(predicate, renamed(other, names));
  });
  return same ? { plan: { ...a, columns, ordinals }, names } : undefined;
}

function mergeProjects(a: PhysicalProject, b: PhysicalProject): Merged | undefined {
  const input = merge(a.input, b.input);
  if (input === undefined) return undefined;
  const names = new Map<ColumnId, ColumnId>();
  const columns = [...a.columns];
  const all = [...a.expressions];
  b.expressions.forEach((expression, i) => {
    const column = b.columns[i];
    if (column === undefined) return;
    const own = renamed(expression, input.names);
    const known = columns[all.findIndex((other) => expressionEquals(other, own))];
    const id = known?.id ?? (own.kind === 'column' ? own.id : column.id);
    names.set(column.id, id);
    if (known !== undefined) return;
    columns.push({ ...column, id });
    all.push(own);
  });
  return { plan: { ...a, input: input.plan, columns, expressions: all }, names };
}

function mergeJoins(a: HashJoin, b: HashJoin): Merged | undefined {
  if (a.join !== 'inner' || b.join !== 'inner' || a.keys.length !== b.keys.length) return undefined;
  const probe = merge(a.probe, b.probe);
  const build = probe && merge(a.build, b.build);
  if (probe === undefined || build === undefined) return undefined;
  const names = new Map([...probe.names, ...build.names]);
  const sameKeys = a.keys.every((key, i) => {
    const other = b.keys[i];
    return (
      other !== undefined &&
      key.nullsEqual === other.nullsEqual &&
      expressionEquals(key.probe, renamed(other.probe, names)) &&
      expressionEquals(key.build, renamed(other.build, names))
    );
  });
  if (!sameKeys || !sameOptional(a.residual, b.residual && renamed(b.residual, names))) return undefined;
  const columns = [...probe.plan.columns, ...build.plan.columns];
  const groupJoin = a.groupJoin === true && b.groupJoin === true;
  return { plan: { ...a, probe: probe.plan, build: build.plan, columns, groupJoin }, names };
}

function mergeAggregates(a: HashAggregate, b: HashAggregate): Merged | undefined {
  if (a.groups.length !== b.groups.length) return undefined;
  const input = merge(a.input, b.input);
  if (input === undefined) return undefined;
  const { names } = input;
  const same = a.groups.every((group, i) => {
    const other = b.groups[i];
    return other !== undefined && expressionEquals(group, renamed(other, names));
  });
  if (!same) return undefined;
  const calls: AggregateCall[] = [...a.aggregates];
  const columns = [...a.columns];
  const own = new Map<ColumnId, ColumnId>();
  b.columns.forEach((column, i) => {
    const call = b.aggregates[i - b.groups.length];
    if (call === undefined) {
      own.set(column.id, a.columns[i]?.id ?? column.id);
      return;
    }
    const wanted = mapAggregate(call, (expression) => renamed(expression, names));
    const known = calls.findIndex((other) => aggregateEquals(other, wanted));
    if (known >= 0) own.set(column.id, columns[a.groups.length + known]?.id ?? column.id);
    else {
      calls.push(wanted);
      columns.push(column);
      own.set(column.id, column.id);
    }
  });
  return { plan: { ...a, input: input.plan, aggregates: calls, columns }, names: own };
}

function sameOptional(a: Expression | undefined, b: Expression | undefined): boolean {
  return a === undefined || b === undefined ? a === b : expressionEquals(a, b);
}

/** The expression over the definition's columns. */
function renamed(expression: Expression, names: Names): Expression {
  return mapExpression(expression, (node) => {
    const id = node.kind === 'column' ? names.get(node.id) : undefined;
    return id === undefined || node.kind !== 'column' || id === node.id ? node : { ...node, id };
  });
}
