import { internalError, unreachable } from '../types/error.ts';
import { BOOL, INT32, INT64, type Type, typeEquals, typeName } from '../types/type.ts';
import { expressionColumns } from './columns.ts';
import { joinColumns } from './derive.ts';
import { writes } from './effects.ts';
import type { AggregateCall, Column, ColumnId, Expression } from './expression.ts';
import { type Apply, type BindingId, type Join, type Merge, type Plan, ROW_ID_ORDINAL } from './plan.ts';
import { printColumn, printPlan } from './print.ts';
import { planChildren } from './traverse.ts';
import { type Scope, verifyAggregateCall, verifyExpression, verifyWindowCall } from './verify-expression.ts';

/**
 * Throws an internal error, which shows the offending node, unless the plan keeps what the IR promises: ids defined
 * once and used in scope only, types that agree, nullability that never claims too little, effects where they are
 * run exactly once. A column may be declared nullable although it never is NULL: rewrites may lose knowledge.
 */
export function verify(plan: Plan): void {
  verifyPlan(
    plan,
    { columns: new Map(), parent: undefined },
    { columns: new Set(), parameters: new Set(), bindings: new Map() },
  );
}

/** The ids that were met so far. */
interface Defined {
  readonly columns: Set<ColumnId>;
  /** Those of lambdas' parameters, which several lambdas may share: rewrites copy expressions. */
  readonly parameters: Set<ColumnId>;
  /** What the nodes around bind; nothing takes the place of a binding that is behind. */
  readonly bindings: Map<BindingId, readonly Column[]>;
}

function verifyPlan(plan: Plan, outer: Scope, defined: Defined): void {
  const fail = (problem: string): never => {
    throw internalError(`${problem}, in plan node:\n${abridged(plan)}`);
  };
  const define = (column: Column): void => {
    if (defined.columns.has(column.id) || defined.parameters.has(column.id)) {
      fail(`column ${printColumn(column)} is defined twice`);
    }
    if (column.type.kind === 'null') fail(`column ${printColumn(column)} has no type`);
    defined.columns.add(column.id);
  };
  const context = {
    fail,
    define: (column: Column): void => {
      if (defined.columns.has(column.id)) fail(`column ${printColumn(column)} is defined twice`);
      defined.parameters.add(column.id);
    },
    subquery: (inner: Plan, scope: Scope): void => {
      if (containsWrites(inner)) fail('a subquery of an expression writes');
      verifyPlan(inner, scope, defined);
    },
  };

  const children = planChildren(plan);
  for (const child of children) {
    const correlated = plan.kind === 'apply' && child === plan.right;
    const binds = (plan.kind === 'let' && child === plan.body) || (plan.kind === 'recursive' && child === plan.step);
    if (binds) {
      if (defined.bindings.has(plan.binding)) fail(`binding ${plan.binding} is made twice`);
      defined.bindings.set(plan.binding, plan.kind === 'let' ? plan.definition.columns : plan.columns);
    }
    verifyPlan(child, correlated ? extend(outer, plan.left.columns) : outer, defined);
    // Whoever refers to it stands inside.
    if (binds) defined.bindings.set(plan.binding, []);
  }
  distinctIds(plan.columns, fail);

  const inputs = (plan.kind === 'let' ? [plan.body] : children).flatMap((child) => child.columns);
  const scope = extend(outer, inputs);
  const check = (expression: Expression, type?: Type): void => {
    verifyExpression(expression, scope, context);
    if (type !== undefined && !typeEquals(expression.type, type)) {
      fail(`expression has type ${typeName(expression.type)} instead of ${typeName(type)}`);
    }
  };
  const passesThrough = (columns: readonly Column[]): void => sameColumns(plan.columns, columns, fail);

  switch (plan.kind) {
    case 'scan': {
      if (plan.columns.length !== plan.ordinals.length) fail('scan has columns without ordinals');
      plan.columns.forEach((column, i) => {
        const ordinal = plan.ordinals[i] ?? ROW_ID_ORDINAL;
        const stored = plan.table.columns[ordinal];
        if (ordinal !== ROW_ID_ORDINAL && stored === undefined) fail(`table has no column ${ordinal}`);
        const { type, nullable } = stored ?? { type: INT64, nullable: false };
        yields(column, type, nullable, fail);
        define(column);
      });
      return;
    }
    case 'values':
      for (const row of plan.rows) {
        if (row.length !== plan.columns.length) fail('a row has not one value for each column');
        row.forEach((cell, i) => {
          const column = plan.columns[i];
          check(cell, column?.type);
          if (column !== undefined) yields(column, cell.type, cell.nullable, fail);
        });
      }
      plan.columns.forEach(define);
      return;
    case 'filter':
      passesThrough(inputs);
      check(plan.predicate, BOOL);
      return;
    case 'project':
      if (plan.columns.length !== plan.expressions.length) fail('project has not one expression for each column');
      plan.expressions.forEach((expression, i) => {
        check(expression);
        putsOut(plan.columns[i], expression, inputs);
      });
      return;
    case 'join':
    case 'apply':
      verifyJoin(plan);
      return;
    case 'aggregate': {
      const { groupingSets: sets, set } = plan;
      const computed = plan.groups.length + plan.aggregates.length;
      if (plan.columns.length !== computed + (set === undefined ? 0 : 1)) fail('aggregate has surplus columns');
      if (set !== undefined) {
        if (sets === undefined || plan.columns.at(-1)?.id !== set.id) fail('aggregate has a number of no grouping set');
        yields(set, INT32, false, fail);
        define(set);
      }
      for (const position of sets?.flat() ?? []) {
        if (plan.groups[position] === undefined) fail(`there is no group ${position}`);
      }
      plan.groups.forEach((group, i) => {
        check(group);
        const column = plan.columns[i];
        if (sets === undefined) putsOut(column, group, inputs);
        else if (column !== undefined) {
          // The output differs from the input where a grouping set leaves the group out.
          yields(column, group.type, group.nullable || !sets.every((set) => set.includes(i)), fail);
          define(column);
        }
      });
      plan.aggregates.forEach((call, i) => {
        checkAggregate(call);
        const column = plan.columns[plan.groups.length + i];
        if (column === undefined) return;
        yields(column, call.type, call.nullable, fail);
        define(column);
      });
      return;
    }
    case 'window': {
      if (plan.calls.length !== plan.results.length) fail('window has not one column for each call');
      if (plan.calls.length === 0) fail('window has no calls');
      for (const expression of plan.partitionBy) check(expression);
      for (const key of plan.orderBy) check(key.expression);
      plan.calls.forEach((call, i) => {
        verifyWindowCall(call, plan.orderBy, scope, context);
        const column = plan.results[i];
        if (column === undefined) return;
        yields(column, call.type, call.nullable, fail);
        define(column);
      });
      passesThrough([...inputs, ...plan.results]);
      return;
    }
    case 'sort':
      passesThrough(inputs);
      if (plan.keys.length === 0) fail('sort has no keys');
      for (const key of plan.keys) check(key.expression);
      return;
    case 'limit':
      passesThrough(inputs);
      for (const expression of [plan.count, plan.offset]) {
        if (expression === undefined) continue;
        check(expression, INT64);
        const value = expression.kind === 'cast' ? expression.arg : expression;
        if (value.kind !== 'constant' && value.kind !== 'parameter') fail('limit is not constant');
      }
      return;
    case 'distinct':
      passesThrough(inputs);
      if (plan.on?.length === 0) fail('distinct has an empty ON');
      for (const expression of plan.on ?? []) check(expression);
      return;
    case 'setOperation':
      verifySetOperation(plan.columns, plan.left.columns, plan.right.columns);
      if (plan.operation !== 'union' && children.some(containsWrites)) fail(`an operand of ${plan.operation} writes`);
      return;
    case 'let':
      passesThrough(plan.body.columns);
      return;
    case 'recursive':
      for (const input of children) {
        if (input.columns.length !== plan.columns.length) fail('the inputs differ in their number of columns');
        plan.columns.forEach((column, i) => {
          const from = input.columns[i];
          if (from !== undefined) yields(column, from.type, from.nullable, fail);
        });
      }
      if (containsWrites(plan)) fail('a recursion writes');
      plan.columns.forEach(define);
      return;
    case 'reference': {
      const bound = defined.bindings.get(plan.binding);
      if (bound?.length !== plan.columns.length) return fail(`nothing is bound as ${plan.binding}`);
      plan.columns.forEach((column, i) => {
        const from = bound[i];
        if (from !== undefined) yields(column, from.type, from.nullable, fail);
        define(column);
      });
      return;
    }
    case 'asOfJoin': {
      for (const { left, right } of [...plan.keys, plan.order]) {
        check(left);
        check(right, left.type);
        const own = new Set(plan.left.columns.map((column) => column.id));
        if ([...expressionColumns(right)].some((id) => own.has(id))) fail('a right side of an order is of the left');
      }
      if (children.some(containsWrites)) fail('a side of a join writes');
      passesThrough(joinColumns(plan.outer ? 'left' : 'inner', plan.left.columns, plan.right.columns));
      return;
    }
    case 'unnest': {
      check(plan.expression);
      const { element, ordinality } = plan;
      const listType = plan.expression.type;
      if (listType.kind === 'any') yields(element, listType, true, fail);
      else if (listType.kind === 'list') yields(element, listType.element, true, fail);
      else fail(`${typeName(listType)} is no list`);
      define(element);
      if (ordinality !== undefined) {
        yields(ordinality, INT64, plan.outer, fail);
        define(ordinality);
      }
      passesThrough([...inputs, element, ...(ordinality === undefined ? [] : [ordinality])]);
      return;
    }
    case 'fetch': {
      if (plan.fetched.length !== plan.ordinals.length) fail('fetch has columns without ordinals');
      hasRowId(plan.rowId);
      const padded = inputs.some((input) => input.id === plan.rowId && input.nullable);
      plan.fetched.forEach((column, i) => {
        const stored = plan.table.columns[plan.ordinals[i] ?? -1] ?? fail(`table has no column ${plan.ordinals[i]}`);
        yields(column, stored.type, stored.nullable || padded, fail);
        define(column);
      });
      passesThrough([...inputs, ...plan.fetched]);
      return;
    }
    case 'insert':
      everyTableColumn(plan.values);
      writesRow(plan.written);
      return;
    case 'update':
      if (plan.ordinals.length !== plan.values.length) fail('update has not one value for each column');
      plan.values.forEach((value, i) => {
        check(
          value,
          plan.table.columns[plan.ordinals[i] ?? -1]?.type ?? fail(`table has no column ${plan.ordinals[i]}`),
        );
      });
      hasRowId(plan.rowId);
      writesRow(plan.written);
      return;
    case 'delete':
      passesThrough(inputs);
      hasRowId(plan.rowId);
      return;
    case 'merge':
      verifyMerge(plan);
      return;
    default:
      unreachable(plan);
  }

  /** A computed column is new; one that is passed through keeps its id and comes from the input, not from outside. */
  function putsOut(column: Column | undefined, expression: Expression, from: readonly Column[]): void {
    if (column === undefined) return;
    yields(column, expression.type, expression.nullable, fail);
    const passed = expression.kind === 'column' && expression.id === column.id;
    if (!passed) define(column);
    else if (!from.some((input) => input.id === column.id)) fail(`${printColumn(column)} is an outer column`);
  }

  function verifyJoin(node: Join | Apply): void {
    const { mark } = node;
    if ((node.join === 'mark') !== (mark !== undefined)) fail('a mark join has a mark, no other join has');
    if (mark !== undefined) {
      if (mark.type.kind !== 'bool') fail('mark is no bool');
      define(mark);
    }
    passesThrough(joinColumns(node.join, node.left.columns, node.right.columns, mark));
    const once = node.join === 'inner' || node.join === 'left';
    if (node.kind === 'apply') {
      if (!once && containsWrites(node.right)) fail(`the inner side of a ${node.join} apply writes`);
      return;
    }
    check(node.condition, BOOL);
    if (children.some(containsWrites)) fail('a side of a join writes');
    if (node.nullAware && node.join !== 'mark' && node.join !== 'anti') fail(`a ${node.join} join is null-aware`);
    if (mark !== undefined && node.nullAware && node.condition.nullable && !mark.nullable) fail('mark can be NULL');
  }

  function verifySetOperation(own: readonly Column[], left: readonly Column[], right: readonly Column[]): void {
    if (left.length !== own.length || right.length !== own.length) fail('the inputs differ in their number of columns');
    own.forEach((column, i) => {
      const [a, b] = [left[i], right[i]];
      if (a === undefined || b === undefined) return;
      if (!typeEquals(a.type, b.type))
        fail(`column ${i} is ${typeName(a.type)} at the left, ${typeName(b.type)} at the right`);
      if (plan.kind !== 'setOperation') return;
      const or = a.nullable || b.nullable;
      const and = a.nullable && b.nullable;
      const nullable = plan.operation === 'union' ? or : plan.operation === 'intersect' ? and : a.nullable;
      yields(column, a.type, nullable, fail);
      define(column);
    });
  }

  function checkAggregate(call: AggregateCall): void {
    verifyAggregateCall(call, scope, context);
  }

  function hasRowId(id: ColumnId): void {
    const column = inputs.find((input) => input.id === id);
    if (column === undefined || column.type.kind !== 'int64') fail(`#${id} is no row id of the input`);
  }

  function everyTableColumn(values: readonly Expression[]): void {
    if (plan.kind !== 'insert' && plan.kind !== 'merge') return;
    if (values.length !== plan.table.columns.length) fail('there is not one value for each column of the table');
    values.forEach((value, i) => {
      check(value, plan.table.columns[i]?.type);
    });
  }

  /** `written` is all of the table's columns or none. */
  function writesRow(written: readonly Column[]): void {
    if (plan.kind !== 'insert' && plan.kind !== 'update' && plan.kind !== 'merge') return;
    tableColumns(written, plan.table.columns);
    passesThrough([...inputs, ...written]);
  }

  function tableColumns(
    columns: readonly Column[],
    stored: readonly { readonly type: Type; readonly nullable: boolean }[],
  ): void {
    if (columns.length !== 0 && columns.length !== stored.length)
      fail('a row has not one column for each of the table');
    columns.forEach((column, i) => {
      const from = stored[i];
      if (from !== undefined) yields(column, from.type, from.nullable, fail);
      define(column);
    });
  }

  function verifyMerge(node: Merge): void {
    if (node.matchOrdinals.length !== node.matchValues.length) fail('merge has not one value for each matched column');
    const typeOf = (ordinal: number): Type =>
      node.table.columns[ordinal]?.type ?? fail(`table has no column ${ordinal}`);
    node.matchValues.forEach((value, i) => {
      check(value, typeOf(node.matchOrdinals[i] ?? -1));
    });
    everyTableColumn(node.insertValues);
    tableColumns(node.current, node.table.columns);
    const withCurrent = extend(scope, node.current);
    for (const { ordinal, value } of node.onMatch) {
      verifyExpression(value, withCurrent, context);
      if (!typeEquals(value.type, typeOf(ordinal))) fail(`column ${ordinal} is set to a ${typeName(value.type)}`);
    }
    if (node.conflict !== undefined) {
      verifyExpression(node.conflict.condition, withCurrent, context);
      if (node.conflict.condition.type.kind !== 'bool') fail('the condition of a conflict is no bool');
    }
    writesRow(node.written);
  }
}

type Fail = (problem: string) => never;

function extend(parent: Scope, columns: readonly Column[]): Scope {
  return { columns: new Map(columns.map((column) => [column.id, column])), parent };
}

function containsWrites(plan: Plan): boolean {
  return writes(plan) || planChildren(plan).some(containsWrites);
}

/** The column may be declared for values of this type and nullability. */
function yields(column: Column, type: Type, nullable: boolean, fail: Fail): void {
  if (!typeEquals(column.type, type)) fail(`column ${printColumn(column)} holds values of type ${typeName(type)}`);
  if (nullable && !column.nullable) fail(`column ${printColumn(column)} can be NULL`);
}

function distinctIds(columns: readonly Column[], fail: Fail): void {
  const seen = new Set<ColumnId>();
  for (const column of columns) {
    if (seen.has(column.id)) fail(`column ${printColumn(column)} is put out twice`);
    seen.add(column.id);
  }
}

function sameColumns(own: readonly Column[], expected: readonly Column[], fail: Fail): void {
  if (own.length !== expected.length) fail(`${own.length} columns are put out instead of ${expected.length}`);
  own.forEach((column, i) => {
    const from = expected[i];
    if (from === undefined) return;
    if (column.id !== from.id) fail(`column ${printColumn(column)} stands where ${printColumn(from)} should`);
    yields(column, from.type, from.nullable, fail);
  });
}

/** The node and what is near below it: whole plans can be very long. */
function abridged(plan: Plan): string {
  const lines = printPlan(plan).split('\n');
  return lines.length <= 30 ? lines.join('\n') : [...lines.slice(0, 30), '…'].join('\n');
}
