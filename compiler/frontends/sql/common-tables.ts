import type * as sql from '../../../grammars/sql/tree.ts';
import type { Plan } from '../../ir/plan.ts';
import { planExpressions, somePlan } from '../../ir/traverse.ts';
import { OrbitError } from '../../types/error.ts';
import { isVolatile } from './case.ts';
import type { CommonTables, Output, PendingQuery, QueryContext } from './context.ts';
import { unsupported } from './errors.ts';
import { mentions, ordered } from './mentions.ts';
import { fold, matching } from './names.ts';
import { bindRecursive, selfReference } from './recursion.ts';
import { namedOutputs, reference } from './references.ts';

/**
 * WITH. A table of it is bound anew for each reference, as a plan of its own, which the optimizer may find to be the
 * same; one that has to be computed once (MATERIALIZED, volatile functions) is bound once and referred to. What nobody
 * refers to is bound all the same, for the sake of its errors.
 */
export function withCommonTables(tree: sql.With | undefined, context: QueryContext): QueryContext {
  if (tree === undefined) return context;
  let current = context;
  const names = new Set<string>();
  for (const table of tree.tables) {
    const name = fold(table.name);
    if (names.has(name)) {
      throw new OrbitError('duplicate_alias', `WITH query name "${name}" specified more than once`, {
        range: table.name.range,
      });
    }
    names.add(name);
    refuseClauses(table);
  }
  for (const table of tree.recursive ? ordered(tree.tables) : tree.tables) {
    current = pushed(table, current, tree.recursive && mentions(table.statement, table.name));
  }
  return current;
}

function pushed(tree: sql.CommonTable, context: QueryContext, recursive: boolean): QueryContext {
  const table: CommonTables = {
    tree,
    context,
    parent: context.commonTables,
    uses: { count: 0 },
    shared: { once: undefined },
    recursive,
    working: undefined,
  };
  return { ...context, commonTables: table };
}

function refuseClauses(table: sql.CommonTable): void {
  if (table.statement.kind !== 'query') {
    throw unsupported(`${table.statement.kind.toUpperCase()} in WITH`, table.statement.range);
  }
  if (table.usingKey[0] !== undefined) throw unsupported('USING KEY', table.usingKey[0].range);
  if (table.search !== undefined) throw unsupported('SEARCH', table.search.range);
  if (table.cycle !== undefined) throw unsupported('CYCLE', table.cycle.range);
}

/** The query that has the WITH, around it what its tables compute once. */
export function aroundQuery(pending: PendingQuery, context: QueryContext, outside: QueryContext): PendingQuery {
  const around = aroundCommonTables(context, outside);
  return { ...pending, finish: (types) => around(pending.finish(types)) };
}

/**
 * What puts around a plan the tables of WITH that are computed once. To be called when everything that may refer to
 * them is bound: tables that nothing refers to are bound here for their errors.
 */
export function aroundCommonTables(context: QueryContext, outside: QueryContext): (plan: Plan) => Plan {
  const own: CommonTables[] = [];
  for (let t = context.commonTables; t !== undefined && t !== outside.commonTables; t = t.parent) own.push(t);
  for (const table of own) if (table.uses.count === 0) bindCommonTable(table).finish();
  // Later ones may use earlier ones, which are further outside.
  return (plan) =>
    own.reduce<Plan>((body, { shared: { once } }) => {
      if (once === undefined) return body;
      return { kind: 'let', columns: body.columns, binding: once.binding, definition: once.plan, body };
    }, plan);
}

/** The query that a name of FROM refers to, if it is one of WITH's. */
export function commonTableReference(name: sql.QualifiedName, context: QueryContext): PendingQuery | undefined {
  const [part] = name.parts;
  if (name.parts.length !== 1 || part === undefined) return undefined;
  for (let t = context.commonTables; t !== undefined; t = t.parent) {
    if (matching([t], part, (table) => fold(table.tree.name)).length === 0) continue;
    if (t.working !== undefined) return selfReference(t.working, t.tree, name.range, context);
    t.uses.count += 1;
    return referred(t, context);
  }
  return undefined;
}

function referred(table: CommonTables, context: QueryContext): PendingQuery {
  const { once } = table.shared;
  if (once !== undefined) return reference(once.binding, once.outputs, once.plan.columns, context);
  const pending = bindCommonTable(table);
  const plan = pending.finish();
  const outputs = pending.outputs.map((output, i): Output => {
    const column = plan.columns[i];
    return column === undefined ? output : { ...output, type: column.type, nullable: column.nullable };
  });
  // A random number must be the same one wherever the table is used.
  if (table.tree.materialized !== true && !somePlan(plan, hasVolatile))
    return { ...pending, outputs, finish: () => plan };
  const binding = context.statement.ids.next();
  table.shared.once = { binding, plan, outputs };
  return reference(binding, outputs, plan.columns, context);
}

function bindCommonTable(table: CommonTables): PendingQuery {
  const { tree, context } = table;
  if (tree.statement.kind !== 'query') throw unsupported('a statement in WITH', tree.statement.range);
  if (table.recursive) {
    const recursive = bindRecursive(table, tree.statement, withCommonTables);
    if (recursive !== undefined) return recursive;
  }
  const pending = context.statement.bind.query(tree.statement, context);
  return { ...pending, outputs: namedOutputs(pending.outputs, tree) };
}

function hasVolatile(node: Plan): boolean {
  return planExpressions(node).some(isVolatile);
}
