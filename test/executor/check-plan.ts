import type { Column, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import { fits } from '../../compiler/ir/value-fits.ts';
import {
  type ExpressionContext,
  type Scope,
  verifyAggregateCall,
  verifyExpression,
  verifyWindowCall,
} from '../../compiler/ir/verify-expression.ts';
import { children, definedColumns, walk } from '../../compiler/physical/columns.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { BOOL, INT64, type Type, typeEquals, typeName } from '../../compiler/types/type.ts';
import type { Rows } from './harness.ts';

type Output = Pick<Column, 'type' | 'nullable'>;

/** Throws where a node's columns do not follow from its inputs, or an expression is not what it says it is. */
export function checkPlan(plan: PhysicalPlan): void {
  checkNode(plan, undefined);
  const seen = new Set<ColumnId>();
  walk(plan, (node) => {
    for (const id of definedColumns(node)) {
      if (seen.has(id)) throw new Error(`${node.kind}: column #${id} is defined twice`);
      seen.add(id);
    }
  });
}

function scopeOf(columns: readonly Column[], parent: Scope | undefined): Scope {
  return { columns: new Map(columns.map((column) => [column.id, column])), parent };
}

function checkNode(plan: PhysicalPlan, outside: Scope | undefined): void {
  const fail = (problem: string): never => {
    throw new Error(`${plan.kind}: ${problem}`);
  };
  const context: ExpressionContext = {
    fail,
    define: () => {},
    subquery: () => fail('a subquery'),
  };
  const inputs = children(plan).flatMap((child) => child.columns);
  const isLeaf = plan.kind === 'tableScan' || plan.kind === 'keyLookup';
  const own = isLeaf ? plan.columns : plan.kind === 'merge' ? [...inputs, ...plan.current] : inputs;
  const scope = scopeOf(own, outside);
  const check = (expression: Expression | undefined, type?: Type, within = scope): void => {
    if (expression === undefined) return;
    verifyExpression(expression, within, context);
    if (type !== undefined && !typeEquals(expression.type, type)) {
      fail(`a ${typeName(expression.type)} stands where a ${typeName(type)} should`);
    }
  };
  checkExpressions(plan, check, scope, context);
  const outputs = outputsOf(plan);
  for (const column of plan.columns) {
    const output = outputs.get(column.id) ?? fail(`column #${column.id} comes from nowhere`);
    if (!typeEquals(output.type, column.type)) {
      fail(`column #${column.id} is ${typeName(output.type)} and not ${typeName(column.type)}`);
    }
    if (output.nullable && !column.nullable) fail(`column #${column.id} can be NULL`);
  }
  for (const child of children(plan)) {
    const inner = plan.kind === 'apply' && child === plan.inner ? scopeOf(plan.outer.columns, outside) : outside;
    checkNode(child, inner);
  }
}

function checkExpressions(
  plan: PhysicalPlan,
  check: (expression: Expression | undefined, type?: Type, within?: Scope) => void,
  scope: Scope,
  context: ExpressionContext,
): void {
  switch (plan.kind) {
    case 'tableScan':
      for (const predicate of plan.predicates) check(predicate, BOOL);
      return;
    case 'keyLookup':
      for (const key of plan.keys) for (const value of key) check(value, undefined, scopeOf([], scope.parent));
      for (const predicate of plan.predicates) check(predicate, BOOL);
      return;
    case 'values':
      for (const row of plan.rows) row.forEach((expression, i) => check(expression, plan.columns[i]?.type));
      return;
    case 'filter':
      return check(plan.predicate, BOOL);
    case 'project':
      return plan.expressions.forEach((expression) => check(expression));
    case 'hashJoin':
      for (const key of plan.keys) {
        check(key.probe, key.build.type, scopeOf(plan.probe.columns, scope.parent));
        check(key.build, key.probe.type, scopeOf(plan.build.columns, scope.parent));
      }
      return check(plan.residual, BOOL);
    case 'nestedLoopJoin':
      return check(plan.predicate, BOOL);
    case 'rangeJoin': {
      const inner = scopeOf(plan.inner.columns, scope.parent);
      const outer = scopeOf(plan.outer.columns, scope.parent);
      for (const key of plan.keys) {
        check(key.outer, key.inner.type, outer);
        check(key.inner, key.outer.type, inner);
      }
      check(plan.order, undefined, inner);
      check(plan.lower?.value, plan.order.type, outer);
      check(plan.upper?.value, plan.order.type, outer);
      return check(plan.residual, BOOL);
    }
    case 'hashAggregate':
      for (const group of plan.groups) check(group);
      for (const call of plan.aggregates) verifyAggregateCall(call, scope, context);
      return;
    case 'window':
      for (const expression of plan.partitionBy) check(expression);
      for (const key of plan.orderBy) check(key.expression);
      for (const call of plan.calls) verifyWindowCall(call, plan.orderBy, scope, context);
      return;
    case 'sort':
      for (const key of plan.keys) check(key.expression);
      check(plan.limit, INT64);
      return check(plan.offset, INT64);
    case 'limit':
      check(plan.count, INT64);
      return check(plan.offset, INT64);
    case 'repeat':
      return check(plan.count, INT64);
    case 'unnest':
      return check(plan.expression);
    case 'insert':
      return plan.values.forEach((value, i) => check(value, plan.table.columns[i]?.type));
    case 'update':
      return plan.values.forEach((value, i) => check(value, plan.table.columns[plan.ordinals[i] ?? -1]?.type));
    case 'merge':
      plan.matchValues.forEach((value, i) => check(value, plan.table.columns[plan.matchOrdinals[i] ?? -1]?.type));
      for (const { ordinal, value } of plan.onMatch) check(value, plan.table.columns[ordinal]?.type);
      return plan.insertValues.forEach((value, i) => check(value, plan.table.columns[i]?.type));
    default:
      return;
  }
}

/** What the node's columns can be at most. */
function outputsOf(plan: PhysicalPlan): ReadonlyMap<ColumnId, Output> {
  const columns = (list: readonly Column[], padded = false): [ColumnId, Output][] =>
    list.map(({ id, type, nullable }) => [id, { type, nullable: nullable || padded }]);
  const computed = (expressions: readonly Output[], from = 0): [ColumnId, Output][] =>
    expressions.flatMap((expression, i): [ColumnId, Output][] => {
      const column = plan.columns[from + i];
      return column === undefined ? [] : [[column.id, expression]];
    });
  const mark = (column: Column | undefined, nullable: boolean): [ColumnId, Output][] =>
    column === undefined ? [] : [[column.id, { type: BOOL, nullable }]];
  switch (plan.kind) {
    case 'tableScan':
    case 'keyLookup':
      return new Map(
        computed(
          plan.ordinals.map((ordinal) => {
            const definition = plan.table.columns[ordinal];
            if (ordinal === ROW_ID_ORDINAL) return { type: INT64, nullable: false };
            if (definition === undefined) throw new Error(`no column ${ordinal}`);
            return definition;
          }),
        ),
      );
    case 'values':
      return new Map(
        plan.columns.map(({ id, type }, i) => [
          id,
          { type, nullable: plan.rows.some((row) => row[i]?.nullable === true) },
        ]),
      );
    case 'filter':
    case 'sort':
    case 'limit':
    case 'repeat':
    case 'delete':
      return new Map(columns(plan.input.columns));
    case 'project':
      return new Map(computed(plan.expressions));
    case 'hashJoin':
      return new Map([
        ...joined(plan.join, plan.probe.columns, plan.build.columns, columns),
        ...mark(plan.mark, plan.nullAware),
      ]);
    case 'nestedLoopJoin':
      return new Map([
        ...joined(plan.join, plan.outer.columns, plan.inner.columns, columns),
        ...mark(plan.mark, plan.nullAware),
      ]);
    case 'rangeJoin':
      return new Map([
        ...joined(plan.join, plan.outer.columns, plan.inner.columns, columns),
        ...mark(plan.mark, false),
      ]);
    case 'let':
      return new Map(columns(plan.body.columns));
    case 'recursive':
      return new Map(
        plan.columns.map(({ id, type }, i) => [
          id,
          { type, nullable: [plan.base, plan.step].some((input) => input.columns[i]?.nullable === true) },
        ]),
      );
    case 'reference':
      return new Map(columns(plan.columns));
    case 'apply':
      return new Map([
        ...joined(plan.join, plan.outer.columns, plan.inner.columns, columns),
        ...mark(plan.mark, false),
      ]);
    case 'hashAggregate':
      return new Map([...computed(plan.groups), ...computed(plan.aggregates, plan.groups.length)]);
    case 'window':
      return new Map([...columns(plan.input.columns), ...computed(plan.calls, plan.input.columns.length)]);
    case 'unionAll':
      return new Map(
        plan.columns.map(({ id }, i) => {
          const all = plan.inputs.map((input) => input.columns[i]);
          const type = all[0]?.type;
          if (type === undefined || all.some((column) => column === undefined || !typeEquals(column.type, type))) {
            throw new Error(`unionAll: column ${i} has several types`);
          }
          return [id, { type, nullable: all.some((column) => column?.nullable === true) }];
        }),
      );
    case 'unnest':
      return new Map([
        ...columns(plan.input.columns),
        ...columns([plan.element], true),
        ...(plan.ordinality === undefined ? [] : columns([plan.ordinality], plan.outer)),
      ]);
    case 'fetch': {
      const padded = plan.input.columns.some(({ id, nullable }) => id === plan.rowId && nullable);
      return new Map([...columns(plan.input.columns), ...columns(plan.fetched, padded)]);
    }
    case 'insert':
    case 'update':
    case 'merge':
      return new Map([...columns(plan.input.columns), ...columns(plan.written)]);
  }
}

/** `left` is the side that a left, semi or mark join keeps. */
function joined(
  join: (PhysicalPlan & { readonly kind: 'hashJoin' | 'nestedLoopJoin' })['join'],
  left: readonly Column[],
  right: readonly Column[],
  columns: (list: readonly Column[], padded?: boolean) => [ColumnId, Output][],
): readonly [ColumnId, Output][] {
  switch (join) {
    case 'inner':
      return [...columns(left), ...columns(right)];
    case 'left':
    case 'single':
      return [...columns(left), ...columns(right, true)];
    case 'full':
      return [...columns(left, true), ...columns(right, true)];
    case 'buildLeft':
      return [...columns(left, true), ...columns(right)];
    case 'semi':
    case 'anti':
    case 'mark':
      return columns(left);
    case 'buildSemi':
    case 'buildAnti':
      return columns(right);
  }
}

/** Throws for a value that is not of its column's type, or is NULL where the column never is. */
export function checkRows(columns: readonly Column[], rows: Rows): void {
  for (const row of rows) {
    if (row.length !== columns.length) throw new Error(`a row of ${row.length} values for ${columns.length} columns`);
    columns.forEach(({ id, type, nullable }, i) => {
      const value = row[i] ?? null;
      if (value === null ? !nullable : !fits(value, type)) {
        throw new Error(`column #${id} of type ${typeName(type)} holds ${String(value)}`);
      }
    });
  }
}
