import { columnRef, constant } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import { joinColumns } from '../../compiler/ir/derive.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import type { PhysicalPlan, PhysicalRecursive } from '../../compiler/physical/plan.ts';
import * as T from '../../compiler/types/type.ts';
import { makeScan, makeValues } from './make-leaves.ts';
import { type Making, NOTHING_OUTSIDE, type Outside, Unfit } from './making.ts';
import { type Node, over, readable } from './node.ts';

/** A query bound once, and a step over references to it. */
export function makeLet(
  making: Making,
  definition: Node,
  body: (reference: () => Node) => Node,
  outside: Outside,
): Node {
  const binding = making.ids.next();
  making.bindings.set(binding, definition.rows);
  const reference = (): Node => {
    const columns = definition.plan.columns.map(({ name, type, nullable }) => making.newColumn(name, type, nullable));
    const renamed = (ids: ReadonlySet<number>): ReadonlySet<number> =>
      new Set(columns.flatMap(({ id }, i) => (ids.has(definition.plan.columns[i]?.id ?? -1) ? [id] : [])));
    return {
      plan: { kind: 'reference', columns, binding },
      rows: definition.rows,
      free: definition.free,
      approximate: renamed(definition.approximate),
      exact: renamed(definition.exact),
    };
  };
  const inner = body(reference);
  const plan: PhysicalPlan = {
    kind: 'let',
    columns: inner.plan.columns,
    binding,
    definition: definition.plan,
    body: inner.plan,
  };
  return over(plan, making.evaluate(plan, [definition, inner], outside), [inner]);
}

/** How the step uses the rows that came last: the ways in which they stream, and those that collect them. */
type Shape = 'alone' | 'probe' | 'build' | 'loop' | 'groups' | 'sort' | 'union' | 'none';

/** Counts up to a bound from every base row, along with another column of it. */
export function makeRecursive(making: Making, input: Node, all: boolean, outside: Outside): Node {
  const { random } = making;
  return making.attempt(
    6,
    () => {
      const other = random.chance(0.7) ? makeScan(making, NOTHING_OUTSIDE) : makeValues(making, NOTHING_OUTSIDE);
      const binding = making.ids.next();
      const carried = random.shuffled(readable(input)).slice(0, random.integer(0, 2));
      const pair = (name: string): Column[] => [
        making.newColumn(name, T.INT32, true),
        ...carried.map((column) => making.newColumn(column.name, column.type, true)),
      ];
      const base: PhysicalPlan = {
        kind: 'project',
        columns: pair('n'),
        input: input.plan,
        expressions: [constant(random.integer(0, 2), T.INT32), ...carried.map((column) => columnRef(column))],
      };
      const last: PhysicalPlan = { kind: 'reference', columns: pair('n'), binding };
      const shape = random.weighted<Shape>([
        [3, 'alone'],
        [3, 'probe'],
        [2, 'build'],
        [1, 'loop'],
        [2, 'groups'],
        [1, 'sort'],
        [2, 'union'],
        [1, 'none'],
      ]);
      const step = makeStep(making, shape, last, other, pair);
      const plan: PhysicalRecursive = { kind: 'recursive', columns: pair('n'), binding, base, step, all };
      // A row may come again as often as there are rows to join it with, in each of a few iterations.
      if (input.rows.length > 60 || other.rows.length > 8) throw new Unfit('too many rows');
      return over(plan, making.evaluate(plan, [], outside), [input]);
    },
    ({ rows }) => rows.length > 0,
  );
}

function makeStep(
  making: Making,
  shape: Shape,
  last: PhysicalPlan,
  other: Node,
  pair: (name: string) => Column[],
): PhysicalPlan {
  const { random } = making;
  const [n] = last.columns;
  if (n === undefined) throw new Error('a recursion without columns');
  const bound = constant(random.integer(2, 4), T.INT32);
  const fewer: PhysicalPlan = {
    kind: 'filter',
    columns: last.columns,
    input: last,
    predicate: call('lt', [columnRef(n), bound]),
  };
  const next = (input: PhysicalPlan): PhysicalPlan => ({
    kind: 'project',
    columns: pair('next'),
    input,
    expressions: [
      call('add', [columnRef(n), constant(1, T.INT32)]),
      ...last.columns.slice(1).map((column) => columnRef(column)),
    ],
  });
  const key = (node: Node): Expression => {
    const fitting = readable(node).filter(({ type }) => type.kind === 'int32');
    return fitting.length > 0 ? columnRef(random.pick(fitting)) : constant(random.integer(0, 3), T.INT32);
  };
  const joined = joinColumns('inner', fewer.columns, other.plan.columns);
  switch (shape) {
    case 'alone':
      return next(fewer);
    case 'none':
      return next({ ...fewer, predicate: call('lt', [columnRef(n), constant(-1, T.INT32)]) });
    case 'probe':
    case 'build': {
      const streams = shape === 'probe';
      return next({
        kind: 'hashJoin',
        join: 'inner',
        columns: joined,
        probe: streams ? fewer : other.plan,
        build: streams ? other.plan : fewer,
        keys: [
          streams
            ? { probe: columnRef(n), build: key(other), nullsEqual: false }
            : { probe: key(other), build: columnRef(n), nullsEqual: false },
        ],
        nullAware: false,
      });
    }
    case 'loop':
      return next({
        kind: 'nestedLoopJoin',
        join: 'semi',
        columns: fewer.columns,
        outer: fewer,
        inner: other.plan,
        predicate: call('le', [columnRef(n), key(other)]),
        nullAware: false,
      });
    case 'groups':
      return next({
        kind: 'hashAggregate',
        columns: fewer.columns,
        input: fewer,
        groups: fewer.columns.map((column) => columnRef(column)),
        aggregates: [],
      });
    case 'sort':
      return next({
        kind: 'sort',
        columns: fewer.columns,
        input: fewer,
        keys: [{ expression: columnRef(n), descending: random.chance(0.5), nullsFirst: false }],
        limit: constant(BigInt(random.integer(0, 1)), T.INT64),
      });
    case 'union': {
      const again: PhysicalPlan = { ...last, columns: pair('n') };
      const [m] = again.columns;
      if (m === undefined) throw new Error('a recursion without columns');
      const second: PhysicalPlan = {
        kind: 'project',
        columns: pair('next'),
        input: again,
        expressions: [
          call('add', [columnRef(m), constant(3, T.INT32)]),
          ...again.columns.slice(1).map((column) => columnRef(column)),
        ],
      };
      const [first] = second.columns;
      if (first === undefined) throw new Error('a recursion without columns');
      const bounded: PhysicalPlan = {
        kind: 'filter',
        columns: second.columns,
        input: second,
        predicate: call('lt', [columnRef(first), bound]),
      };
      return { kind: 'unionAll', columns: pair('next'), inputs: [next(fewer), bounded] };
    }
  }
}
