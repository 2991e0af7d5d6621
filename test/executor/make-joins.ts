import { and, columnRef, constant } from '../../compiler/ir/build.ts';
import { aggregateCall, call } from '../../compiler/ir/call.ts';
import { asNullable, joinColumns } from '../../compiler/ir/derive.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import { isIdentity } from '../../compiler/physical/columns.ts';
import type { HashJoin, NestedLoopJoin, PhysicalApply, PhysicalPlan, RangeJoin } from '../../compiler/physical/plan.ts';
import * as T from '../../compiler/types/type.ts';
import { valueKey } from '../../runtime/columns/value-key.ts';
import { bind } from '../../runtime/reference/context.ts';
import { aggregateNode, aggregateOf } from './make-aggregates.ts';
import { type Making, NOTHING_OUTSIDE, type Outside, Unfit } from './making.ts';
import { type Node, over, readable } from './node.ts';
import { someValue, TYPES } from './values.ts';

/** Pairs that the reference may compare: few in most plans, since it takes its time. */
const MOST_PAIRS = 40_000;
const USUAL_PAIRS = 4_000;

function checkPairs({ random }: Making, left: Node, right: Node): void {
  const most = random.chance(0.1) ? MOST_PAIRS : USUAL_PAIRS;
  if (left.rows.length * right.rows.length > most) throw new Unfit('too many pairs');
}

export function makeHashJoin(making: Making, join: HashJoin['join'], probe: Node, build: Node, outside: Outside): Node {
  checkPairs(making, probe, build);
  const { random } = making;
  const wantsEmpty = random.chance(0.04);
  return making.attempt(
    6,
    () => {
      const keys = Array.from(
        {
          length: random.weighted([
            [6, 1],
            [3, 2],
            [1, 3],
          ]),
        },
        () => {
          const type = keyType(making, probe, build);
          const sides = [probe, build].map((side) => keyOf(making, side, type, outside));
          const [a, b] = sides;
          if (a === undefined || b === undefined) throw new Error('a key has two sides');
          return { probe: a, build: b, nullsEqual: random.chance(0.2) };
        },
      );
      const both = [...readable(probe), ...readable(build)];
      const residual = random.chance(join === 'single' ? 0.5 : 0.35)
        ? making.expressions(both, outside).condition(2)
        : undefined;
      const nullAware = (join === 'anti' || join === 'mark') && random.chance(0.4);
      const mark = join === 'mark' ? making.newColumn('mark', T.BOOL, nullAware) : undefined;
      making.tryOut(
        keys.map((key) => key.probe),
        probe,
        outside,
      );
      making.tryOut(
        keys.map((key) => key.build),
        build,
        outside,
      );
      const plan: HashJoin = {
        kind: 'hashJoin',
        columns: hashJoinColumns(making, join, probe, build, mark),
        join,
        probe: probe.plan,
        build: build.plan,
        keys,
        residual,
        nullAware,
        mark,
        // Only expected, so it may be wrong.
        ordered: random.chance(0.5),
      };
      return over(plan, making.evaluate(plan, [probe, build], outside), [probe, build]);
    },
    ({ rows }) => rows.length > 0 || wantsEmpty,
  );
}

/** A join of groups with rows of their keys, most of which are different. */
export function makeGroupJoin(making: Making, input: Node, other: Node, outside: Outside): Node {
  const { random } = making;
  return making.attempt(
    6,
    () => {
      const pairs = readable(input).flatMap((column) =>
        readable(other)
          .filter(({ type }) => T.typeEquals(type, column.type) && isIdentity(type))
          .map((twin) => [column, twin] as const),
      );
      const chosen = random.shuffled(pairs).slice(0, random.chance(0.75) ? 1 : 2);
      if (chosen.length === 0 || new Set(chosen.flat().map(({ id }) => id)).size < 2 * chosen.length)
        throw new Unfit('no keys');
      const groups = chosen.map(([column]) => columnRef(column));
      const calls = Array.from({ length: random.integer(0, 3) }, () => aggregateOf(making, input, outside, groups));
      const probe = aggregateNode(making, input, outside, groups, calls);
      const twins = chosen.map(([, twin]) => columnRef(twin));
      const others = readable(other).filter(({ id }) => !chosen.some(([, twin]) => twin.id === id));
      const extra = others.slice(0, 2).map((column) => aggregateCall('max', [columnRef(column)]));
      const isDifferent = random.chance(0.9);
      const build = isDifferent ? aggregateNode(making, other, outside, twins, random.chance(0.5) ? extra : []) : other;
      const join = random.pick(['inner', 'buildLeft'] as const);
      const plan: HashJoin = {
        kind: 'hashJoin',
        columns: hashJoinColumns(making, join, probe, build, undefined),
        join,
        probe: probe.plan,
        build: build.plan,
        keys: chosen.map((_, i) => {
          const [a, b] = [probe.plan.columns[i], isDifferent ? build.plan.columns[i] : chosen[i]?.[1]];
          if (a === undefined || b === undefined) throw new Unfit('a key has two sides');
          return { probe: columnRef(a), build: columnRef(b), nullsEqual: random.chance(0.2) };
        }),
        nullAware: false,
        groupJoin: true,
        ordered: random.chance(0.3),
      };
      checkPairs(making, probe, build);
      return over(plan, making.evaluate(plan, [probe, build], outside), [probe, build]);
    },
    ({ rows }) => rows.length > 0,
  );
}

function hashJoinColumns(
  making: Making,
  join: HashJoin['join'],
  probe: Node,
  build: Node,
  mark: Column | undefined,
): readonly Column[] {
  const { columns: left } = probe.plan;
  const { columns: right } = build.plan;
  switch (join) {
    case 'buildSemi':
    case 'buildAnti':
      return right;
    case 'buildLeft':
      return making.random.shuffled([...left.map(asNullable), ...right]);
    case 'semi':
    case 'anti':
      return left;
    default:
      return making.random.shuffled(joinColumns(join, left, right, mark));
  }
}

/** A type that both sides have a column of, if there is one. */
function keyType(making: Making, left: Node, right: Node): T.Type {
  const shared = readable(left).filter(({ type }) => readable(right).some((other) => T.typeEquals(other.type, type)));
  return shared.length > 0 && making.random.chance(0.9) ? making.random.pick(shared).type : making.random.pick(TYPES);
}

function keyOf(making: Making, side: Node, type: T.Type, outside: Outside): Expression {
  const { random } = making;
  const fitting = readable(side).filter((column) => T.typeEquals(column.type, type));
  if (fitting.length > 0 && random.chance(0.8)) return columnRef(random.pick(fitting));
  return making.expressions(readable(side), outside).of(type, 1);
}

export function makeLoopJoin(
  making: Making,
  join: NestedLoopJoin['join'],
  outer: Node,
  inner: Node,
  outside: Outside,
): Node {
  checkPairs(making, outer, inner);
  const { random } = making;
  const both = [...readable(outer), ...readable(inner)];
  return making.attempt(
    6,
    () => {
      const type = keyType(making, outer, inner);
      const equality = (): Expression =>
        call(random.pick(['eq', 'eq', 'lt', 'is_not_distinct']), [
          keyOf(making, outer, type, outside),
          keyOf(making, inner, type, outside),
        ]);
      const free = making.expressions(both, outside).condition(2);
      const predicate = random.weighted<Expression>([
        [4, equality()],
        [2, and([equality(), free])],
        [3, free],
        [1, constant(true, T.BOOL)],
      ]);
      const nullAware = (join === 'anti' || join === 'mark') && random.chance(0.4);
      const mark = join === 'mark' ? making.newColumn('mark', T.BOOL, nullAware) : undefined;
      const plan: NestedLoopJoin = {
        kind: 'nestedLoopJoin',
        columns: joinColumns(join, outer.plan.columns, inner.plan.columns, mark),
        join,
        outer: outer.plan,
        inner: inner.plan,
        predicate,
        nullAware,
        mark,
      };
      return over(plan, making.evaluate(plan, [outer, inner], outside), [outer, inner]);
    },
    ({ rows }) => rows.length > 0,
  );
}

export function makeRangeJoin(
  making: Making,
  join: RangeJoin['join'],
  outer: Node,
  inner: Node,
  nearest: boolean,
  outside: Outside,
): Node {
  checkPairs(making, outer, inner);
  const { random } = making;
  return making.attempt(
    6,
    () => {
      const keys = Array.from(
        {
          length: random.weighted([
            [5, 0],
            [4, 1],
            [1, 2],
          ]),
        },
        () => {
          const type = keyType(making, outer, inner);
          return { outer: keyOf(making, outer, type, outside), inner: keyOf(making, inner, type, outside) };
        },
      );
      const type = orderType(making, outer, inner);
      const order = keyOf(making, inner, type, outside);
      const bound = () => ({ value: keyOf(making, outer, type, outside), strict: random.chance(0.5) });
      const [below, above] = random.pick([
        [true, false],
        [false, true],
        [!nearest, true],
      ] as const);
      const lower = below ? bound() : undefined;
      const upper = above ? bound() : undefined;
      const both = [...readable(outer), ...readable(inner)];
      const residual = random.chance(0.3) ? making.expressions(both, outside).condition(2) : undefined;
      const mark = join === 'mark' ? making.newColumn('mark', T.BOOL, false) : undefined;
      making.tryOut([...keys.map((key) => key.inner), order], inner, outside);
      making.tryOut(
        [...keys.map((key) => key.outer), ...[lower, upper].flatMap((b) => (b === undefined ? [] : [b.value]))],
        outer,
        outside,
      );
      const plan: RangeJoin = {
        kind: 'rangeJoin',
        columns: joinColumns(join, outer.plan.columns, inner.plan.columns, mark),
        join,
        outer: outer.plan,
        inner: inner.plan,
        keys,
        order,
        lower,
        upper,
        nearest,
        residual,
        mark,
      };
      if (nearest) requireDifferent(making, inner, [...keys.map((key) => key.inner), order], outside);
      return over(plan, making.evaluate(plan, [outer, inner], outside), [outer, inner]);
    },
    ({ rows }) => rows.length > 0,
  );
}

/** Which of several rows in the same place is the nearest is not said. */
function requireDifferent(making: Making, inner: Node, places: readonly Expression[], outside: Outside): void {
  const columns = places.map(({ type, nullable }) => making.newColumn('place', type, nullable));
  const rows = making.evaluate({ kind: 'project', columns, input: inner.plan, expressions: places }, [inner], outside);
  const groups = places.map((_, i) => columnRef(columns[i] ?? making.newColumn('', T.BOOL, true)));
  const known = new Set<string>();
  for (const row of rows) {
    const key = row.map((value, i) => valueKey(value, groups[i]?.type ?? T.BOOL)).join('|');
    if (known.has(key)) throw new Unfit('two rows in one place');
    known.add(key);
  }
}

/** Types whose values have an order that does not depend on the expression. */
function orderType(making: Making, outer: Node, inner: Node): T.Type {
  for (let i = 0; i < 10; i++) {
    const type = keyType(making, outer, inner);
    if (!['any', 'list', 'bool'].includes(type.kind)) return type;
  }
  throw new Unfit('nothing that has an order');
}

/** Outer rows for which the inner side runs, at most. */
const MOST_RUNS = 8;
/** Within another Apply, whose runs multiply. */
const MOST_INNER_RUNS = 3;

/** `makeInner` gets what is outside of the inner side, with one of the outer rows. */
export function makeApply(
  making: Making,
  join: PhysicalApply['join'],
  outer: Node,
  makeInner: (outside: Outside) => Node,
  outside: Outside = NOTHING_OUTSIDE,
): Node {
  const most = outside.columns.length === 0 ? MOST_RUNS : MOST_INNER_RUNS;
  if (outer.rows.length > most) throw new Unfit('too many outer rows');
  const { random } = making;
  const sample =
    outer.rows.length > 0 ? random.pick(outer.rows) : outer.plan.columns.map(({ type }) => someValue(random, type));
  const scope: Outside = {
    columns: [...readable(outer), ...outside.columns],
    row: bind(outer.plan.columns, sample, outside.row),
  };
  return making.attempt(
    3,
    () => {
      const inner = makeInner(scope);
      if (inner.free) throw new Unfit('any of the inner rows');
      const mark = join === 'mark' ? making.newColumn('mark', T.BOOL, false) : undefined;
      const plan: PhysicalPlan = {
        kind: 'apply',
        columns: joinColumns(join, outer.plan.columns, inner.plan.columns, mark),
        join,
        outer: outer.plan,
        inner: inner.plan,
        mark,
      };
      return over(plan, making.evaluate(plan, [outer], outside), [outer, inner]);
    },
    ({ rows }) => rows.length > 0,
  );
}
