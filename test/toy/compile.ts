import type { TableHandle } from '../../compiler/catalog/catalog.ts';
import {
  aggregate,
  apply,
  arraySubquery,
  ascending,
  cast,
  columnRef,
  constant,
  distinct,
  filter,
  limit,
  newColumn,
  type ProjectItem,
  project,
  scan,
  singleRow,
  sort,
  unnest,
} from '../../compiler/ir/build.ts';
import { aggregateCall, call } from '../../compiler/ir/call.ts';
import { type ColumnIds, columnIds } from '../../compiler/ir/columns.ts';
import { hasEffects } from '../../compiler/ir/effects.ts';
import type { AggregateCall, Column, Expression, SortKey } from '../../compiler/ir/expression.ts';
import { type Plan, ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import { OrbitError, unreachable } from '../../compiler/types/error.ts';
import { ANY, INT64, list } from '../../compiler/types/type.ts';
import { absentIfNull, compileCondition, compileValue, type ExpressionContext } from './compile-expression.ts';
import {
  EMPTY_OBJECT,
  JSON_NULL,
  objectOf,
  present,
  REST,
  restOf,
  toDynamic,
  unknownName,
  type Variable,
  type Variables,
  wholeValue,
} from './scope.ts';
import type { Clause, Collect, Merge, Node, ObjectNode, Query } from './tree.ts';

export type Tables = (name: string) => TableHandle | undefined;

export interface Compiled {
  /** One column, or none where nothing is returned. */
  readonly plan: Plan;
  /** Whether the rows come in an order that the statement determines. */
  readonly ordered: boolean;
}

export function compile(query: Query, tables: Tables): Compiled {
  const compiler = new Compiler(tables);
  const flow = compiler.clauses(query, new Map());
  const { returned } = flow;
  const plan = project(sorted(flow), returned === undefined ? [] : [item('result', returned)], compiler.ids);
  return { plan, ordered: flow.ordered };
}

/**
 * Rows between two clauses. Their order is data, as joins have none: `order` says which columns it is by, most
 * significant first, and whoever needs the order sorts. Without `ordered` it leaves some of it open: a table has none.
 */
interface Flow {
  readonly plan: Plan;
  readonly variables: Variables;
  /** Those of the query around this one, which no clause takes away. */
  readonly outer: Variables;
  readonly order: readonly SortKey[];
  readonly ordered: boolean;
  readonly returned?: Expression | undefined;
}

const item = (name: string, expression: Expression): ProjectItem => ({ name, expression });

function sorted({ plan, order }: Flow): Plan {
  return sort(plan, order);
}

class Compiler {
  readonly ids: ColumnIds = columnIds();
  readonly #tables: Tables;
  readonly #expressions: ExpressionContext;
  /** Every clause that writes has a command of its own; those behind it see what it wrote. */
  #command = 1;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#expressions = { ids: this.ids, subquery: (query, outer) => this.#subquery(query, outer) };
  }

  clauses(query: Query, outer: Variables): Flow {
    const start: Flow = { plan: singleRow(), variables: outer, outer, order: [], ordered: true };
    return query.clauses.reduce((flow, clause) => this.#clause(clause, flow), start);
  }

  #subquery(query: Query, outer: Variables): Plan {
    return this.#values(this.clauses(query, outer));
  }

  #value(node: Node, { variables }: Pick<Flow, 'variables'>): Expression {
    return compileValue(node, variables, this.#expressions);
  }

  #clause(clause: Clause, flow: Flow): Flow {
    switch (clause.kind) {
      case 'for':
        return this.#for(clause.name, clause.source, flow);
      case 'filter':
        return {
          ...flow,
          plan: filter(flow.plan, compileCondition(clause.condition, flow.variables, this.#expressions)),
        };
      case 'let':
        return this.#let(clause.name, clause.value, flow);
      case 'sort': {
        const items = clause.keys.map(({ value }) => item('key', this.#value(value, flow)));
        const { plan, columns } = this.#extend(flow.plan, items);
        const keys = columns.map((column, i): SortKey => {
          const descending = clause.keys[i]?.descending === true;
          return { expression: columnRef(column), descending, nullsFirst: false };
        });
        return { ...flow, plan, order: [...keys, ...flow.order], ordered: true };
      }
      case 'limit': {
        const [count, offset] = [constant(BigInt(clause.count), INT64), constant(BigInt(clause.offset), INT64)];
        return { ...flow, plan: limit(sorted(flow), count, clause.offset === 0 ? undefined : offset) };
      }
      case 'collect':
        return this.#collect(clause, flow);
      case 'insert':
        return this.#insert(clause.row, this.#table(clause.table), flow);
      case 'update':
        return this.#update(clause.name, clause.set, this.#table(clause.table), flow);
      case 'remove': {
        const { table, rowId } = this.#target(clause.name, this.#table(clause.table), flow);
        const input = sorted(flow);
        return {
          ...flow,
          plan: { kind: 'delete', table, columns: input.columns, input, rowId, command: this.#command++ },
        };
      }
      case 'merge':
        return this.#merge(clause, this.#table(clause.table), flow);
      case 'return':
        return this.#return(clause.value, clause.distinct, flow);
      default:
        return unreachable(clause);
    }
  }

  #for(name: string, source: Node, flow: Flow): Flow {
    if (source.kind === 'name' && !flow.variables.has(source.name)) {
      return this.#forRows(name, this.#table(source.name), flow);
    }
    if (source.kind === 'subquery') {
      const inner = this.clauses(source.query, flow.variables);
      const joined: Flow = {
        ...flow,
        plan: beside(flow.plan, inner.plan),
        order: [...flow.order, ...inner.order],
        ordered: flow.ordered && inner.ordered,
      };
      return this.#bindValue(name, returnedBy(inner), joined);
    }
    const element = newColumn(this.ids, name, ANY, true);
    const ordinality = flow.ordered ? newColumn(this.ids, 'position', INT64, false) : undefined;
    const plan = unnest(flow.plan, this.#value(source, flow), element, { ordinality });
    const order = ordinality === undefined ? flow.order : [...flow.order, ascending(columnRef(ordinality))];
    return { ...bind(flow, name, { kind: 'value', value: present(columnRef(element)) }), plan, order };
  }

  #forRows(name: string, table: TableHandle, flow: Flow): Flow {
    const ordinals = [...table.columns.keys(), ROW_ID_ORDINAL];
    const rows = scan(table, this.ids, { ordinals, command: this.#command });
    const variable: Variable = {
      kind: 'row',
      table,
      columns: rows.columns.slice(0, -1),
      rowId: rows.columns.at(-1)?.id,
    };
    return { ...bind(flow, name, variable), plan: beside(flow.plan, rows), ordered: false };
  }

  #let(name: string, node: Node, flow: Flow): Flow {
    if (node.kind === 'subquery') {
      const inner = this.clauses(node.query, flow.variables);
      if (hasEffects(inner.plan)) return this.#letWriting(name, inner, flow);
      return this.#bindValue(name, cast(arraySubquery(this.#values(inner)), ANY), flow);
    }
    return this.#bindValue(name, this.#value(node, flow), flow);
  }

  /** What a query returns, in order. */
  #values(inner: Flow): Plan {
    return project(sorted(inner), [item('value', returnedBy(inner))], this.ids);
  }

  /** A subquery that writes is a step of its own: it runs once for each row, whoever looks at its value. */
  #letWriting(name: string, inner: Flow, flow: Flow): Flow {
    const items = aggregateCall('array_agg', [inner.returned ?? JSON_NULL], { orderBy: inner.order });
    const collected = aggregate(inner.plan, [], [{ name, call: items }], this.ids);
    const plan = apply('inner', sorted(flow), collected);
    const [column] = collected.columns;
    const value = column && cast(call('coalesce', [columnRef(column), constant([], list(ANY))]), ANY);
    return { ...bind(flow, name, { kind: 'value', value: value ?? JSON_NULL }), plan };
  }

  #bindValue(name: string, value: Expression, flow: Flow): Flow {
    const { plan, columns } = this.#extend(flow.plan, [item(name, value)]);
    const [column] = columns;
    if (column === undefined) throw new OrbitError('internal_error', 'a projection without its column');
    return { ...bind(flow, name, { kind: 'value', value: columnRef(column) }), plan };
  }

  /** The plan with more columns. */
  #extend(input: Plan, items: readonly ProjectItem[]): { readonly plan: Plan; readonly columns: readonly Column[] } {
    const kept = input.columns.map((column) => item(column.name, columnRef(column)));
    const plan = project(input, [...kept, ...items], this.ids);
    return { plan, columns: plan.columns.slice(kept.length) };
  }

  #collect({ groups, aggregates, into }: Collect, flow: Flow): Flow {
    const items = groups.map(({ name, value }) => item(name, this.#value(value, flow)));
    const calls = aggregates.map(({ name, fn, arg }) => ({
      name,
      call: aggregateOf(fn, arg === undefined ? undefined : this.#value(arg, flow)),
    }));
    const own = [...flow.variables].filter(([name, variable]) => flow.outer.get(name) !== variable);
    const members = own.map(([name, variable]): [string, Expression] => [name, wholeValue(variable)]);
    const all = aggregateCall('array_agg', [objectOf(members)], { orderBy: flow.order });
    const wanted = into === undefined ? calls : [...calls, { name: into, call: all }];
    const plan = aggregate(flow.plan, items, wanted, this.ids);
    const variables = new Map(flow.outer);
    for (const column of plan.columns) {
      variables.set(column.name, { kind: 'value', value: toDynamic(columnRef(column)) });
    }
    const order = plan.columns.slice(0, groups.length).map((column) => ascending(columnRef(column)));
    return { ...flow, plan, variables, order, ordered: true };
  }

  #insert(row: ObjectNode, table: TableHandle, flow: Flow): Flow {
    const input = sorted(flow);
    const values = this.#row(row, table, flow);
    const written = this.#columnsOf(table);
    const columns = [...input.columns, ...written];
    const plan: Plan = { kind: 'insert', table, columns, input, values, written, command: this.#command++ };
    return { ...bind(flow, 'NEW', { kind: 'row', table, columns: written, rowId: undefined }), plan };
  }

  #update(name: string, set: ObjectNode, table: TableHandle, flow: Flow): Flow {
    const { rowId, columns: current } = this.#target(name, table, flow);
    const input = sorted(flow);
    const assignments = this.#assignments(set, table, current, flow);
    const written = this.#columnsOf(table);
    const plan: Plan = {
      kind: 'update',
      table,
      columns: [...input.columns, ...written],
      input,
      rowId,
      ordinals: assignments.map(({ ordinal }) => ordinal),
      values: assignments.map(({ value }) => value),
      written,
      command: this.#command++,
    };
    return { ...bind(flow, 'NEW', { kind: 'row', table, columns: written, rowId }), plan };
  }

  #merge({ key, onMatch, onCreate }: Merge, table: TableHandle, flow: Flow): Flow {
    const matched = key.fields.map(({ name, value }) => {
      const ordinal = table.columns.findIndex((column) => column.name === name && name !== REST);
      if (ordinal < 0) throw new OrbitError('undefined_column', `${table.name} declares no column ${name}`);
      return { ordinal, value: this.#stored(value, table, ordinal, flow) };
    });
    const input = sorted(flow);
    const current = this.#columnsOf(table);
    const onto = bind(flow, 'OLD', { kind: 'row', table, columns: current, rowId: undefined });
    const created: ObjectNode = { kind: 'object', fields: [...key.fields, ...(onCreate?.fields ?? [])] };
    const insertValues = this.#row(created, table, flow);
    const written = this.#columnsOf(table);
    const plan: Plan = {
      kind: 'merge',
      table,
      columns: [...input.columns, ...written],
      input,
      matchOrdinals: matched.map(({ ordinal }) => ordinal),
      matchValues: matched.map(({ value }) => value),
      onMatch: onMatch === undefined ? [] : this.#assignments(onMatch, table, current, onto),
      current,
      insertValues,
      written,
      command: this.#command++,
    };
    return { ...bind(flow, 'NEW', { kind: 'row', table, columns: written, rowId: undefined }), plan };
  }

  /** A value for each column of the table; fields that it does not declare go into the rest. */
  #row(row: ObjectNode, table: TableHandle, flow: Flow): readonly Expression[] {
    const undeclared = this.#undeclared(row, table, flow);
    return table.columns.map((column, ordinal) => {
      if (column.name === REST) return objectOf(undeclared);
      const field = row.fields.findLast(({ name }) => name === column.name);
      return this.#stored(field?.value ?? { kind: 'literal', value: null }, table, ordinal, flow);
    });
  }

  #assignments(
    set: ObjectNode,
    table: TableHandle,
    current: readonly Column[],
    flow: Flow,
  ): readonly { readonly ordinal: number; readonly value: Expression }[] {
    const undeclared = this.#undeclared(set, table, flow);
    return table.columns.flatMap(({ name }, ordinal) => {
      if (name === REST) {
        if (undeclared.length === 0) return [];
        return [{ ordinal, value: call('any_merge', [restOf(current) ?? EMPTY_OBJECT, objectOf(undeclared)]) }];
      }
      const field = set.fields.findLast((own) => own.name === name);
      return field === undefined ? [] : [{ ordinal, value: this.#stored(field.value, table, ordinal, flow) }];
    });
  }

  #undeclared(row: ObjectNode, table: TableHandle, flow: Flow): readonly (readonly [string, Expression])[] {
    const declared = new Set(table.columns.map(({ name }) => name).filter((name) => name !== REST));
    const rest = row.fields.filter(({ name }) => !declared.has(name));
    const [first] = rest;
    if (first !== undefined && declared.size === table.columns.length) {
      throw new OrbitError('undefined_column', `${table.name} declares no column ${first.name}`);
    }
    return rest.map(({ name, value }) => [name, this.#value(value, flow)]);
  }

  /** The value as the declared type of a column. */
  #stored(node: Node, table: TableHandle, ordinal: number, flow: Flow): Expression {
    return cast(this.#value(node, flow), table.columns[ordinal]?.type ?? ANY);
  }

  #columnsOf(table: TableHandle): readonly Column[] {
    return table.columns.map(({ name, type, nullable }) => newColumn(this.ids, name, type, nullable));
  }

  #target(
    name: string,
    table: TableHandle,
    { variables }: Flow,
  ): { readonly table: TableHandle; readonly columns: readonly Column[]; readonly rowId: number } {
    const variable = variables.get(name);
    if (variable === undefined) throw unknownName(name);
    if (variable.kind !== 'row' || variable.table !== table || variable.rowId === undefined) {
      throw new OrbitError('wrong_object_type', `${name} is no row of ${table.name}`);
    }
    return { table, columns: variable.columns, rowId: variable.rowId };
  }

  #return(node: Node, isDistinct: boolean, flow: Flow): Flow {
    const value = this.#value(node, flow);
    if (!isDistinct) return { ...flow, returned: value };
    const plan = distinct(project(flow.plan, [item('value', value)], this.ids));
    const [column] = plan.columns;
    return { ...flow, plan, order: [], ordered: false, returned: column && columnRef(column) };
  }

  #table(name: string): TableHandle {
    const table = this.#tables(name);
    if (table === undefined) throw new OrbitError('undefined_table', `there is no table or variable ${name}`);
    return table;
  }
}

function bind(flow: Flow, name: string, variable: Variable): Flow {
  return { ...flow, variables: new Map(flow.variables).set(name, variable) };
}

/** The inner rows for each outer one; a clause at the beginning has no outer ones. */
function beside(outer: Plan, inner: Plan): Plan {
  return outer.kind === 'values' && outer.columns.length === 0 ? inner : apply('inner', outer, inner);
}

function returnedBy({ returned }: Flow): Expression {
  if (returned === undefined) throw new OrbitError('syntax_error', 'a subquery returns nothing');
  return returned;
}

function aggregateOf(fn: string, arg: Expression | undefined): AggregateCall {
  if (fn === 'COUNT' && arg === undefined) return aggregateCall('count', []);
  if (arg === undefined) throw new OrbitError('undefined_function', `${fn} takes an argument`);
  const values = [absentIfNull(arg)];
  switch (fn) {
    case 'COUNT':
      return aggregateCall('count', values);
    case 'COUNT_DISTINCT':
      return aggregateCall('count', values, { distinct: true });
    case 'SUM':
      return aggregateCall('any_sum', values);
    case 'AVG':
      return aggregateCall('any_avg', values);
    case 'MIN':
      return aggregateCall('min', values);
    case 'MAX':
      return aggregateCall('max', values);
    default:
      throw new OrbitError('undefined_function', `there is no aggregate ${fn}`);
  }
}
