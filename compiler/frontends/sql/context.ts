import type * as sql from '../../../grammars/sql/tree.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ColumnIds } from '../../ir/columns.ts';
import type { Column, ColumnId, Expression } from '../../ir/expression.ts';
import type { BindingId, Plan } from '../../ir/plan.ts';
import type { Type } from '../../types/type.ts';
import type { Zone } from '../../types/zones.ts';
import type { AggregateCollector } from './aggregates.ts';
import type { Budget } from './budget.ts';
import type { GroupingScope } from './grouping-sets.ts';
import type { ParameterTypes } from './parameters.ts';
import type { SetCollector } from './set-returning.ts';
import type { WindowCollector } from './windows.ts';

/** What a statement is told of its session. */
export interface SessionValues {
  readonly zone: Zone;
  /** When its transaction began, in µs since the epoch. */
  readonly now: bigint;
}

/** What lasts for one statement. */
export interface StatementContext {
  readonly catalog: Catalog;
  readonly ids: ColumnIds;
  readonly parameters: ParameterTypes;
  readonly budget: Budget;
  readonly session: SessionValues;
  /** Recursive tables that were referred to in their own queries. */
  readonly working: Set<BindingId>;
  /** Trees that the binder has made, and what they mean wherever they stand. */
  readonly placed: WeakMap<sql.Expression, Expression>;
  /** Says that the statement means something else each time it is bound. */
  readonly once: () => void;
  /** The parts of the binder that need each other in a circle call each other through here. */
  readonly bind: {
    readonly expression: (tree: sql.Expression, context: Context) => Expression;
    readonly query: (tree: sql.Query, context: QueryContext) => PendingQuery;
  };
}

/** Where a query stands: what of its surroundings it may use. */
export interface QueryContext {
  readonly statement: StatementContext;
  readonly outer: Scope | undefined;
  readonly commonTables: CommonTables | undefined;
  /** Where a recursive reference must not stand, as messages call it: `a subquery`. */
  readonly barred?: string | undefined;
}

/** Where an expression stands. */
export interface Context extends QueryContext {
  readonly scope: Scope;
  /** Only whether the value is true matters: false and NULL are the same here. */
  readonly truth: boolean;
}

/** The names that an expression sees, and outside of them those of the enclosing queries. */
export interface Scope {
  readonly relations: readonly Relation[];
  /** What bare names and `*` mean; columns merged by USING are here once. */
  readonly columns: readonly ScopeColumn[];
  readonly parent: Scope | undefined;
  /** As messages name it: `WHERE`, `JOIN conditions`. */
  readonly clause: string;
  /** In a grouped query: parts of the tree that are grouped by, and the columns that they are after grouping. */
  readonly groups?: ReadonlyMap<sql.Expression, Column> | undefined;
  /** In a grouped query: what GROUPING() asks about. */
  readonly grouping?: GroupingScope | undefined;
  /** Present where aggregates of this query may stand. */
  readonly aggregates: AggregateCollector | undefined;
  /** Present where window functions of this query may stand. */
  readonly windows?: WindowCollector | undefined;
  /** Present where functions that put out rows may stand. */
  readonly sets?: SetCollector | undefined;
  /** What may be named where no table has such a column: outputs of the select list, bound where they are named. */
  readonly aliases?: Aliases | undefined;
  /** Tables beside this one in FROM, which only LATERAL may use; known for the sake of messages. */
  readonly barred: readonly Relation[];
}

export type Aliases = (name: sql.Identifier, context: Context) => Expression | undefined;

/** A table of FROM under the name that the query gives it. */
export interface Relation {
  /** Absent for what has no name: then only bare column names reach it. */
  readonly name: string | undefined;
  /** The table's own name where an alias hides it. */
  readonly hiddenName?: string | undefined;
  readonly schema: string | undefined;
  readonly columns: readonly ScopeColumn[];
  /** Sets of columns that identify a row: grouped by one of them, all columns have one value in a group. */
  readonly keys: readonly (readonly ColumnId[])[];
  /** Whether its name alone stands for its first column: that of a function whose rows are single values. */
  readonly scalar?: boolean;
  /** Where FROM names it. */
  readonly range: sql.SourceRange;
}

export interface ScopeColumn {
  readonly name: string;
  readonly column: Column;
}

/** WITH's tables, innermost last: each knows those that it may itself use. */
export interface CommonTables {
  readonly tree: sql.CommonTable;
  readonly context: QueryContext;
  readonly parent: CommonTables | undefined;
  readonly uses: { count: number };
  /** What was bound once for all references. */
  readonly shared: {
    once: { readonly binding: BindingId; readonly plan: Plan; readonly outputs: readonly Output[] } | undefined;
  };
  /** Of WITH RECURSIVE, and names itself. */
  readonly recursive: boolean;
  /** While its own query is bound. */
  readonly working: Working | undefined;
}

/** A recursive table inside its own query. */
export interface Working {
  /** Which part of the query is being bound: `form` is a query without a recursive term. */
  place: 'base' | 'step' | 'form';
  references: number;
  readonly binding: BindingId;
  columns: readonly Output[];
}

/**
 * A query of which everything is bound but what untyped outputs (a bare string, NULL, a parameter) become: that
 * depends on what the query is used for. `finish` may be called once.
 */
export interface PendingQuery {
  /** The type of an untyped output is `null`. */
  readonly outputs: readonly Output[];
  readonly ordered: boolean;
  /** Untyped outputs become the type at their position, or utf8 where that is undefined. Columns are the outputs. */
  readonly finish: (types?: readonly (Type | undefined)[]) => Plan;
}

export interface Output {
  readonly name: string;
  readonly type: Type;
  readonly nullable: boolean;
  readonly range: sql.SourceRange;
}

export function emptyScope(clause: string, parent: Scope | undefined): Scope {
  return { relations: [], columns: [], parent, clause, aggregates: undefined, barred: [] };
}

/** The context of an expression of a query. */
export function within(context: QueryContext, scope: Scope): Context {
  return { ...context, scope, truth: false };
}

/** The context of a subquery of an expression. */
export function subqueryContext(context: Context): QueryContext {
  const { statement, scope, commonTables } = context;
  return { statement, outer: scope, commonTables, barred: 'a subquery' };
}

/** An operand's context where the operator does not hand on that only truth matters. */
export function operand(context: Context): Context {
  return context.truth ? { ...context, truth: false } : context;
}
