import type { TableHandle } from '../catalog/catalog.ts';
import { internalError, type SourceRange } from '../types/error.ts';
import { BOOL, INT64, list, type Type, typeEquals } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { ColumnIds } from './columns.ts';
import { joinColumns } from './derive.ts';
import type {
  AggregateCall,
  Case,
  Cast,
  Column,
  ColumnRef,
  Constant,
  Expression,
  InList,
  Parameter,
  SortKey,
  Subquery,
} from './expression.ts';
import {
  type Aggregate,
  type Apply,
  type Distinct,
  type Filter,
  type Join,
  type JoinKind,
  type Limit,
  type Plan,
  type Project,
  ROW_ID_ORDINAL,
  type Scan,
  type SetOperation,
  type Sort,
  type Unnest,
  type Values,
} from './plan.ts';

/** Factories that fill in what follows from the parts: types, nullability, output columns. Calls are in `call.ts`. */

/* ------------------------------------------------------------------------------------------------------ expressions */

export function columnRef(column: Column, range?: SourceRange): ColumnRef {
  return { kind: 'column', id: column.id, type: column.type, nullable: column.nullable, range };
}

export function constant(value: Value, type: Type, range?: SourceRange): Constant {
  return { kind: 'constant', value, type, nullable: value === null, range };
}

export const TRUE: Constant = constant(true, BOOL);
export const FALSE: Constant = constant(false, BOOL);

export function nullOf(type: Type, range?: SourceRange): Constant {
  return constant(null, type, range);
}

export function parameter(index: number, type: Type, range?: SourceRange): Parameter {
  return { kind: 'parameter', index, type, nullable: true, range };
}

export function isTrueConstant(expression: Expression): boolean {
  return expression.kind === 'constant' && expression.value === true;
}

export function isFalseConstant(expression: Expression): boolean {
  return expression.kind === 'constant' && expression.value === false;
}

/** The conjunction; nested conjunctions are flattened, true terms dropped, no terms are true. */
export function and(args: readonly Expression[], range?: SourceRange): Expression {
  return logic('and', args, range);
}

/** The disjunction; nested disjunctions are flattened, false terms dropped, no terms are false. */
export function or(args: readonly Expression[], range?: SourceRange): Expression {
  return logic('or', args, range);
}

function logic(kind: 'and' | 'or', args: readonly Expression[], range: SourceRange | undefined): Expression {
  const neutral = kind === 'and';
  const terms: Expression[] = [];
  for (const arg of args) {
    if (arg.kind === kind) for (const term of arg.args) terms.push(term);
    else if (!(arg.kind === 'constant' && arg.value === neutral)) terms.push(arg);
  }
  const [first] = terms;
  if (first === undefined) return constant(neutral, BOOL, range);
  if (terms.length === 1) return first;
  return { kind, args: terms, type: BOOL, nullable: terms.some((term) => term.nullable), range };
}

/** The terms of a conjunction, or the expression alone; none for true. */
export function conjuncts(expression: Expression): readonly Expression[] {
  if (expression.kind === 'and') return expression.args;
  return isTrueConstant(expression) ? [] : [expression];
}

/** No node where the type is the wanted one already. */
export function cast(arg: Expression, type: Type, onError: Cast['onError'] = 'error', range = arg.range): Expression {
  if (typeEquals(arg.type, type)) return arg;
  return { kind: 'cast', arg, onError, type, nullable: castNullable(arg, onError), range };
}

/** Whether a cast of the argument can be NULL: a JSON null inside `any` becomes one. */
export function castNullable(arg: Pick<Expression, 'type' | 'nullable'>, onError: Cast['onError']): boolean {
  return arg.nullable || onError === 'null' || arg.type.kind === 'any';
}

/** The branches' results must have one type already. */
export function caseOf(branches: Case['branches'], otherwise: Expression, range?: SourceRange): Case {
  const nullable = otherwise.nullable || branches.some((branch) => branch.then.nullable);
  return { kind: 'case', branches, otherwise, type: otherwise.type, nullable, range };
}

/** `values` are of the type of `arg`. */
export function inList(arg: Expression, values: readonly Value[], range?: SourceRange): InList {
  return { kind: 'in', arg, values, type: BOOL, nullable: arg.nullable || values.includes(null), range };
}

export function exists(plan: Plan, range?: SourceRange): Subquery {
  return { kind: 'subquery', form: 'exists', plan, type: BOOL, nullable: false, range };
}

export function scalarSubquery(plan: Plan, range?: SourceRange): Subquery {
  const column = onlyColumn(plan);
  const nullable = column.nullable || !hasExactlyOneRow(plan);
  return { kind: 'subquery', form: 'scalar', plan, type: column.type, nullable, range };
}

export function arraySubquery(plan: Plan, range?: SourceRange): Subquery {
  const type = list(onlyColumn(plan).type);
  return { kind: 'subquery', form: 'array', plan, type, nullable: false, range };
}

export function inSubquery(arg: Expression, plan: Plan, range?: SourceRange): Subquery {
  const nullable = arg.nullable || onlyColumn(plan).nullable;
  return { kind: 'subquery', form: 'in', plan, arg, type: BOOL, nullable, range };
}

function onlyColumn(plan: Plan): Column {
  const [column] = plan.columns;
  if (column === undefined || plan.columns.length !== 1) throw internalError('a subquery must have one column');
  return column;
}

/** Whether the plan's shape alone proves that it puts out one row, never none and never two. */
export function hasExactlyOneRow(plan: Plan): boolean {
  switch (plan.kind) {
    case 'aggregate':
      return plan.groups.length === 0 && plan.groupingSets === undefined;
    case 'values':
      return plan.rows.length === 1;
    case 'project':
    case 'sort':
    case 'distinct':
      return hasExactlyOneRow(plan.input);
    default:
      return false;
  }
}

export function ascending(expression: Expression): SortKey {
  return { expression, descending: false, nullsFirst: false };
}

/* ------------------------------------------------------------------------------------------------------------ plans */

export function newColumn(ids: ColumnIds, name: string, type: Type, nullable: boolean): Column {
  return { id: ids.next(), name, type, nullable };
}

/** Scans the table's columns `ordinals`, all of them by default. */
export function scan(
  table: TableHandle,
  ids: ColumnIds,
  options: {
    readonly ordinals?: readonly number[];
    readonly alias?: string | undefined;
    readonly command?: number;
  } = {},
): Scan {
  const ordinals = options.ordinals ?? table.columns.map((_, i) => i);
  const columns = ordinals.map((ordinal) => {
    if (ordinal === ROW_ID_ORDINAL) return newColumn(ids, 'rowid', INT64, false);
    const definition = table.columns[ordinal];
    if (definition === undefined) throw internalError(`${table.name} has no column ${ordinal}`);
    return newColumn(ids, definition.name, definition.type, definition.nullable);
  });
  return { kind: 'scan', table, columns, ordinals, command: options.command ?? 0, alias: options.alias };
}

/** The rows must have one type a column already. */
export function values(ids: ColumnIds, names: readonly string[], rows: readonly (readonly Expression[])[]): Values {
  const columns = names.map((name, i) => {
    const cells = rows.map((row) => row[i]);
    const type = cells[0]?.type;
    if (type === undefined) throw internalError('values need a row');
    return newColumn(
      ids,
      name,
      type,
      cells.some((cell) => cell?.nullable === true),
    );
  });
  return { kind: 'values', columns, rows };
}

/** One row without columns: the input of a SELECT without FROM. */
export function singleRow(): Values {
  return { kind: 'values', columns: [], rows: [[]] };
}

/** The input itself where the predicate is the constant true. */
export function filter(input: Plan, predicate: Expression): Plan {
  if (isTrueConstant(predicate)) return input;
  const node: Filter = { kind: 'filter', columns: input.columns, input, predicate };
  return node;
}

export interface ProjectItem {
  readonly name: string;
  readonly expression: Expression;
}

/** A bare reference to an input column keeps its id the first time; everything else gets a new one. */
export function project(input: Plan, items: readonly ProjectItem[], ids: ColumnIds): Project {
  const available = new Set(input.columns.map((column) => column.id));
  const columns = items.map(({ name, expression }): Column => {
    const keeps = expression.kind === 'column' && available.delete(expression.id);
    return {
      id: keeps ? expression.id : ids.next(),
      name,
      type: expression.type,
      nullable: expression.nullable,
    };
  });
  return { kind: 'project', columns, input, expressions: items.map((item) => item.expression) };
}

/** A projection to some of the input's own columns; the input itself where they are all of them in order. */
export function selectColumns(input: Plan, columns: readonly Column[]): Plan {
  const same =
    columns.length === input.columns.length && columns.every((column, i) => column.id === input.columns[i]?.id);
  if (same) return input;
  return { kind: 'project', columns, input, expressions: columns.map((column) => columnRef(column)) };
}

export function join(
  kind: JoinKind,
  left: Plan,
  right: Plan,
  condition: Expression = TRUE,
  options: { readonly nullAware?: boolean; readonly mark?: Column | undefined } = {},
): Join {
  const { nullAware = false, mark } = options;
  const columns = joinColumns(kind, left.columns, right.columns, mark);
  return { kind: 'join', join: kind, columns, left, right, condition, nullAware, mark };
}

export function apply(kind: Apply['join'], left: Plan, right: Plan, mark?: Column): Apply {
  return {
    kind: 'apply',
    join: kind,
    columns: joinColumns(kind, left.columns, right.columns, mark),
    left,
    right,
    mark,
  };
}

export interface GroupItem {
  readonly name: string;
  readonly expression: Expression;
}

export interface AggregateItem {
  readonly name: string;
  readonly call: AggregateCall;
}

/** A group that is a bare input column keeps its id. */
export function aggregate(
  input: Plan,
  groups: readonly GroupItem[],
  aggregates: readonly AggregateItem[],
  ids: ColumnIds,
): Aggregate {
  const available = new Set(input.columns.map((column) => column.id));
  const columns = [
    ...groups.map(({ name, expression }): Column => {
      const keeps = expression.kind === 'column' && available.delete(expression.id);
      return { id: keeps ? expression.id : ids.next(), name, type: expression.type, nullable: expression.nullable };
    }),
    ...aggregates.map(({ name, call }) => newColumn(ids, name, call.type, call.nullable)),
  ];
  return {
    kind: 'aggregate',
    columns,
    input,
    groups: groups.map((group) => group.expression),
    aggregates: aggregates.map((item) => item.call),
  };
}

export function sort(input: Plan, keys: readonly SortKey[]): Plan {
  if (keys.length === 0) return input;
  const node: Sort = { kind: 'sort', columns: input.columns, input, keys };
  return node;
}

export function limit(input: Plan, count: Expression | undefined, offset?: Expression | undefined): Plan {
  if (count === undefined && offset === undefined) return input;
  const node: Limit = { kind: 'limit', columns: input.columns, input, count, offset };
  return node;
}

export function distinct(input: Plan, on?: readonly Expression[] | undefined): Distinct {
  return { kind: 'distinct', columns: input.columns, input, on };
}

/** The inputs' columns must have the same types already. */
export function setOperation(
  operation: SetOperation['operation'],
  all: boolean,
  left: Plan,
  right: Plan,
  ids: ColumnIds,
): SetOperation {
  const columns = left.columns.map((column, i) => {
    const other = right.columns[i]?.nullable === true;
    const nullable =
      operation === 'union'
        ? column.nullable || other
        : operation === 'intersect'
          ? column.nullable && other
          : column.nullable;
    return newColumn(ids, column.name, column.type, nullable);
  });
  return { kind: 'setOperation', operation, all, columns, left, right };
}

export function unnest(
  input: Plan,
  expression: Expression,
  element: Column,
  options: { readonly ordinality?: Column | undefined; readonly outer?: boolean } = {},
): Unnest {
  const { ordinality, outer = false } = options;
  const columns = [...input.columns, element, ...(ordinality === undefined ? [] : [ordinality])];
  return { kind: 'unnest', columns, input, expression, element, ordinality, outer };
}
