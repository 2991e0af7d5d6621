import type { Identifier, TableAlias } from '../../../grammars/sql/tree.ts';
import { singleRow } from '../../ir/build.ts';
import type { Column } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import { OrbitError } from '../../types/error.ts';
import type { Relation, Scope, ScopeColumn } from './context.ts';
import { fold } from './names.ts';

/** A bound part of FROM: its rows, and the names for them. */
export interface FromItem {
  readonly plan: Plan;
  readonly relations: readonly Relation[];
  /** What bare names and `*` mean. */
  readonly columns: readonly ScopeColumn[];
}

/** SELECT without FROM. */
export function noFrom(): FromItem {
  return { plan: singleRow(), relations: [], columns: [] };
}

export function itemScope(item: FromItem, clause: string, parent: Scope | undefined): Scope {
  return { relations: item.relations, columns: item.columns, parent, clause, aggregates: undefined, barred: [] };
}

/** One table under one name. */
export function singleItem(plan: Plan, relation: Relation): FromItem {
  return { plan, relations: [relation], columns: relation.columns };
}

/** The item over another plan in which its columns' nullability may have changed. */
export function withPlan(item: FromItem, plan: Plan): FromItem {
  const now = new Map(plan.columns.map((column) => [column.id, column]));
  const update = (column: ScopeColumn): ScopeColumn => {
    const current = now.get(column.column.id);
    return current === undefined || current === column.column ? column : { ...column, column: current };
  };
  return {
    plan,
    relations: item.relations.map((relation) => ({ ...relation, columns: relation.columns.map(update) })),
    columns: item.columns.map(update),
  };
}

/** Both items' names over a plan that puts out both items' columns. */
export function combined(left: FromItem, right: FromItem, plan: Plan): FromItem {
  return withPlan(
    {
      plan,
      relations: [...left.relations, ...right.relations],
      columns: [...left.columns, ...right.columns],
    },
    plan,
  );
}

/** No two tables of one FROM may have one name, unless they are of different schemas. */
export function checkAliases(left: readonly Relation[], right: readonly Relation[]): void {
  for (const relation of right) {
    if (relation.name === undefined) continue;
    if (left.some((other) => other.name === relation.name && other.schema === relation.schema)) {
      throw new OrbitError('duplicate_alias', `table name "${relation.name}" specified more than once`, {
        range: relation.range,
        hint: 'Give one of them another name with AS.',
      });
    }
  }
}

export function scopeColumns(columns: readonly Column[], names: readonly string[]): readonly ScopeColumn[] {
  return columns.map((column, i) => ({ name: names[i] ?? column.name, column }));
}

/** The names of `t(a, b)`, and the old ones for the columns that have no new one. */
export function renamed(names: readonly string[], alias: readonly Identifier[], table: string): readonly string[] {
  const surplus = alias[names.length];
  if (surplus !== undefined) {
    throw new OrbitError(
      'invalid_column_reference',
      `table "${table}" has ${names.length} columns available but ${alias.length} columns specified`,
      { range: surplus.range },
    );
  }
  return names.map((name, i) => {
    const other = alias[i];
    return other === undefined ? name : fold(other);
  });
}

/** The item's columns under an alias that is put over all of it. */
export function renamedItem(item: FromItem, alias: TableAlias, table: string): readonly ScopeColumn[] {
  const names = renamed(
    item.columns.map((column) => column.name),
    alias.columns.map((column) => column.name),
    table,
  );
  return item.columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }));
}
