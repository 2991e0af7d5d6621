import type * as sql from '../../../grammars/sql/tree.ts';
import type { Plan } from '../../ir/plan.ts';
import { planExpressions, somePlan } from '../../ir/traverse.ts';
import { OrbitError } from '../../types/error.ts';
import { isVolatile } from './case.ts';
import type { CommonTables, Output, PendingQuery, QueryContext } from './context.ts';
import { unsupported, unsupportedAll } from './errors.ts';
import { renamed } from './from-item.ts';
import { fold, matching } from './names.ts';

/**
 * WITH. A table of it is bound anew for each reference, as a plan of its own; what nobody refers to is bound once all
 * the same, for the sake of its errors.
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
    // A table that calls itself is only found out where it does.
    const own = tree.recursive ? pushed(table, current, current, true) : current;
    current = pushed(table, own, current, false);
  }
  return current;
}

function pushed(tree: sql.CommonTable, context: QueryContext, onto: QueryContext, recursive: boolean): QueryContext {
  return { ...onto, commonTables: { tree, context, parent: onto.commonTables, uses: { count: 0 }, recursive } };
}

function refuseClauses(table: sql.CommonTable): void {
  if (table.statement.kind !== 'query') {
    throw unsupported(`${table.statement.kind.toUpperCase()} in WITH`, table.statement.range);
  }
  if (table.usingKey[0] !== undefined) throw unsupported('USING KEY', table.usingKey[0].range);
  if (table.search !== undefined) throw unsupported('SEARCH', table.search.range);
  if (table.cycle !== undefined) throw unsupported('CYCLE', table.cycle.range);
}

/** The query's own tables of WITH that nothing refers to, bound for their errors. */
export function checkUnused(context: QueryContext, outside: QueryContext): void {
  for (let t = context.commonTables; t !== undefined && t !== outside.commonTables; t = t.parent) {
    if (t.uses.count === 0) bindCommonTable(t).finish();
  }
}

/** The query that a name of FROM refers to, if it is one of WITH's. */
export function commonTableReference(name: sql.QualifiedName, context: QueryContext): PendingQuery | undefined {
  const [part] = name.parts;
  if (name.parts.length !== 1 || part === undefined) return undefined;
  for (let t = context.commonTables; t !== undefined; t = t.parent) {
    if (matching([t], part, (table) => fold(table.tree.name)).length === 0) continue;
    if (t.recursive) throw unsupportedAll('recursive WITH queries', name.range);
    t.uses.count += 1;
    return onceOnly(bindCommonTable(t), t, name.range);
  }
  return undefined;
}

function bindCommonTable(table: CommonTables): PendingQuery {
  const { tree, context } = table;
  if (tree.statement.kind !== 'query') throw unsupported('a statement in WITH', tree.statement.range);
  const pending = context.statement.bind.query(tree.statement, context);
  const names = renamed(
    pending.outputs.map((output) => output.name),
    tree.columns,
    fold(tree.name),
  );
  const outputs = pending.outputs.map((output, i): Output => ({ ...output, name: names[i] ?? output.name }));
  return { ...pending, outputs };
}

/** A random number must be the same one wherever the table is used, so such a table may be used only once. */
function onceOnly(pending: PendingQuery, table: CommonTables, range: sql.SourceRange): PendingQuery {
  if (table.uses.count === 1) return pending;
  return {
    ...pending,
    finish: (types) => {
      const plan = pending.finish(types);
      if (somePlan(plan, hasVolatile)) {
        throw unsupported('a second use of a WITH query with volatile functions', range);
      }
      return plan;
    },
  };
}

function hasVolatile(node: Plan): boolean {
  return planExpressions(node).some(isVolatile);
}
