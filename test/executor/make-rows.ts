import { cast, columnRef, constant } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import type { Column, Expression, SortKey } from '../../compiler/ir/expression.ts';
import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import type {
  PhysicalFetch,
  PhysicalLimit,
  PhysicalPlan,
  PhysicalSort,
  PhysicalUnnest,
  TableScan,
  UnionAll,
} from '../../compiler/physical/plan.ts';
import * as T from '../../compiler/types/type.ts';
import { type Making, type Outside, Unfit } from './making.ts';
import { type Node, over, readable } from './node.ts';

/** The input's rows with columns of a table whose scan is below: by its row id, which an outer join may have padded. */
export function makeFetch(making: Making, input: Node, scan: TableScan, outside: Outside): Node {
  const { random } = making;
  const rowId = scan.columns[scan.ordinals.indexOf(ROW_ID_ORDINAL)]?.id;
  const source = input.plan.columns.find(({ id }) => id === rowId);
  if (rowId === undefined || source === undefined) throw new Unfit('no row id to fetch by');
  const ordinals = random.shuffled(
    random.some(
      scan.table.columns.map((_, ordinal) => ordinal),
      1,
    ),
  );
  const fetched = ordinals.map((ordinal) => {
    const definition = scan.table.columns[ordinal];
    if (definition === undefined) throw new Error(`no column ${ordinal}`);
    return making.newColumn(definition.name, definition.type, definition.nullable || source.nullable);
  });
  const { table, command } = scan;
  const columns = [...input.plan.columns, ...fetched];
  const plan: PhysicalFetch = { kind: 'fetch', columns, table, input: input.plan, rowId, ordinals, fetched, command };
  return over(plan, making.evaluate(plan, [input], outside), [input]);
}

export function makeFilter(making: Making, input: Node, outside: Outside): Node {
  const expressions = making.expressions(readable(input), outside);
  return making.attempt(
    8,
    () => {
      const predicate = expressions.condition(making.random.integer(1, 3));
      const plan: PhysicalPlan = { kind: 'filter', columns: input.plan.columns, input: input.plan, predicate };
      return over(plan, making.evaluate(plan, [input], outside), [input]);
    },
    ({ rows }) => rows.length > 0,
  );
}

/** Some of the input's columns, most with their ids, and some new ones. */
export function makeProject(making: Making, input: Node, outside: Outside): Node {
  const { random } = making;
  const expressions = making.expressions(readable(input), outside);
  return making.attempt(
    8,
    () => {
      const kept = random.shuffled(random.some(input.plan.columns)).slice(0, 5).map(columnRefOf);
      const count = random.chance(0.05) ? 0 : random.integer(kept.length > 0 ? 0 : 1, 3);
      const made = Array.from({ length: count }, () => expressions.of(expressions.someType(), random.integer(1, 3)));
      return project(making, input, outside, random.shuffled([...kept, ...made]));
    },
    () => true,
  );
}

function columnRefOf(column: Column): Expression {
  return columnRef(column);
}

export function project(making: Making, input: Node, outside: Outside, expressions: readonly Expression[]): Node {
  const available = new Set(input.plan.columns.map(({ id }) => id));
  const approximate = new Set(input.approximate);
  const exact = new Set(input.exact);
  const columns = expressions.map((expression): Column => {
    if (expression.kind === 'column' && available.delete(expression.id) && making.random.chance(0.7)) {
      return { id: expression.id, name: 'kept', type: expression.type, nullable: expression.nullable };
    }
    const column = making.newColumn('made', expression.type, expression.nullable);
    if (expression.kind === 'column' && input.approximate.has(expression.id)) approximate.add(column.id);
    if (expression.kind === 'column' && input.exact.has(expression.id)) exact.add(column.id);
    return column;
  });
  const plan: PhysicalPlan = { kind: 'project', columns, input: input.plan, expressions };
  return { ...over(plan, making.evaluate(plan, [input], outside), [input]), approximate, exact };
}

/** Sorts by some columns or expressions; `total`: so that only equal rows are left in any order. */
export function makeSort(making: Making, input: Node, outside: Outside, limited: boolean): Node {
  const { random } = making;
  const sortable = readable(input);
  const isTotal = sortable.length === input.plan.columns.length;
  const expressions = making.expressions(readable(input), outside);
  return making.attempt(
    6,
    () => {
      const first = random.some(sortable).slice(0, 3).map(columnRefOf);
      const made = random.chance(0.3) ? [expressions.of(random.pick(SORT_TYPES), 2)] : [];
      const rest = limited ? sortable.map(columnRefOf) : [];
      const chosen = random.shuffled([...first, ...made]);
      const keys: SortKey[] = [...chosen, ...rest].map((expression) => ({
        expression,
        descending: random.chance(0.5),
        nullsFirst: random.chance(0.5),
      }));
      if (keys.length === 0) keys.push({ expression: constant(1, T.INT32), descending: false, nullsFirst: false });
      const { limit, offset } = limited ? bounds(making, input) : {};
      const plan: PhysicalSort = { kind: 'sort', columns: input.plan.columns, input: input.plan, keys, limit, offset };
      const rows = making.evaluate(plan, [input], outside);
      return over(plan, rows, [input], limited && !isTotal && rows.length < input.rows.length && rows.length > 0);
    },
    ({ rows, free }) => rows.length > 0 && !free,
  );
}

const SORT_TYPES: readonly T.Type[] = [T.INT32, T.UTF8, T.FLOAT64, T.decimal(18, 3), T.INTERVAL, T.BOOL, T.ANY];

function bounds(making: Making, input: Node): { limit?: Expression; offset?: Expression } {
  const { random } = making;
  const most = Math.max(1, input.rows.length);
  const number = (value: number): Expression => {
    if (random.chance(0.85)) return constant(BigInt(value), T.INT64);
    making.parameters.push(BigInt(value));
    return { kind: 'parameter', index: making.parameters.length - 1, type: T.INT64, nullable: true };
  };
  const limit = random.chance(0.9)
    ? number(
        random.weighted([
          [1, 0],
          [4, 1],
          [20, random.integer(1, most)],
          [3, most + 5],
        ]),
      )
    : random.chance(0.2)
      ? constant(null, T.INT64)
      : undefined;
  const offset = random.chance(0.4) ? number(random.integer(0, Math.max(0, Math.floor(most / 2)))) : undefined;
  return { ...(limit === undefined ? {} : { limit }), ...(offset === undefined ? {} : { offset }) };
}

/** No more rows than a test can bear: the count is seldom large, and often none. */
export function makeRepeat(making: Making, input: Node, outside: Outside): Node {
  const { random } = making;
  return making.attempt(
    6,
    () => {
      const numbers = readable(input).filter(({ type }) => type.kind === 'int8' || type.kind === 'int16');
      const one: Expression = constant(BigInt(random.integer(-1, 2)), T.INT64);
      const some = numbers.length === 0 ? one : cast(columnRef(random.pick(numbers)), T.INT64);
      const count = call('modulo', [random.chance(0.7) ? some : one, constant(3n, T.INT64)]);
      const plan: PhysicalPlan = { kind: 'repeat', columns: input.plan.columns, input: input.plan, count };
      return over(plan, making.evaluate(plan, [input], outside), [input]);
    },
    ({ rows }) => rows.length > 0,
  );
}

export function makeLimit(making: Making, input: Node, outside: Outside): Node {
  return making.attempt(
    6,
    () => {
      const { limit, offset } = bounds(making, input);
      const plan: PhysicalLimit = {
        kind: 'limit',
        columns: input.plan.columns,
        input: input.plan,
        count: limit,
        offset,
      };
      const rows = making.evaluate(plan, [input], outside);
      return over(plan, rows, [input], rows.length > 0 && rows.length < input.rows.length);
    },
    ({ rows }) => rows.length > 0,
  );
}

/** The inputs after the first are brought to its types. */
export function makeUnion(making: Making, inputs: readonly Node[], outside: Outside): Node {
  const [first, ...others] = inputs;
  if (first === undefined) throw new Error('a union of nothing');
  const { random } = making;
  const same = others.map((other) =>
    making.attempt(
      6,
      () => {
        const expressions = making.expressions(readable(other), outside);
        return project(
          making,
          other,
          outside,
          first.plan.columns.map(({ type }) => expressions.of(type, random.integer(0, 2))),
        );
      },
      () => true,
    ),
  );
  const all = random.chance(0.5) ? [first, ...same] : [...same, first];
  const columns = first.plan.columns.map(({ name, type }, i) =>
    making.newColumn(
      name,
      type,
      all.some(({ plan }) => plan.columns[i]?.nullable === true),
    ),
  );
  const plan: UnionAll = { kind: 'unionAll', columns, inputs: all.map((input) => input.plan) };
  const approximate = new Set(
    columns.flatMap(({ id }, i) =>
      all.some((input) => input.approximate.has(input.plan.columns[i]?.id ?? -1)) ? [id] : [],
    ),
  );
  const exact = new Set(
    columns.flatMap(({ id }, i) =>
      all.every((input) => input.exact.has(input.plan.columns[i]?.id ?? -1)) ? [id] : [],
    ),
  );
  return { ...over(plan, making.evaluate(plan, all, outside), all), approximate, exact };
}

export function makeUnnest(making: Making, input: Node, outside: Outside, outer: boolean): Node {
  const { random } = making;
  const expressions = making.expressions(readable(input), outside);
  return making.attempt(
    8,
    () => {
      const lists = readable(input).filter(({ type }) => type.kind === 'list' || type.kind === 'any');
      const type = lists.length > 0 && random.chance(0.7) ? random.pick(lists).type : random.pick(LIST_TYPES);
      const expression = expressions.of(type, random.integer(0, 2));
      const element = making.newColumn('element', type.kind === 'list' ? type.element : T.ANY, true);
      const ordinality = random.chance(0.5) ? making.newColumn('position', T.INT64, outer) : undefined;
      const columns = [...input.plan.columns, element, ...(ordinality === undefined ? [] : [ordinality])];
      const plan: PhysicalUnnest = {
        kind: 'unnest',
        columns,
        input: input.plan,
        expression,
        element,
        ordinality,
        outer,
      };
      return over(plan, making.evaluate(plan, [input], outside), [input]);
    },
    ({ rows }) => rows.length > 0,
  );
}

const LIST_TYPES: readonly T.Type[] = [T.list(T.INT32), T.list(T.INT32), T.list(T.UTF8)];
