import { columnRef } from '../../compiler/ir/build.ts';
import { aggregateCall } from '../../compiler/ir/call.ts';
import type { ColumnId } from '../../compiler/ir/expression.ts';
import { children } from '../../compiler/physical/columns.ts';
import type { HashJoin, NestedLoopJoin, PhysicalApply, PhysicalPlan, RangeJoin } from '../../compiler/physical/plan.ts';
import { checkPlan } from './check-plan.ts';
import type { Statement } from './harness.ts';
import { aggregateNode, makeAggregate } from './make-aggregates.ts';
import { makeLet, makeRecursive } from './make-bindings.ts';
import { makeApply, makeGroupJoin, makeHashJoin, makeLoopJoin, makeRangeJoin } from './make-joins.ts';
import { makeKeyLookup, makeScan, makeValues } from './make-leaves.ts';
import {
  makeFetch,
  makeFilter,
  makeLimit,
  makeProject,
  makeRepeat,
  makeSort,
  makeUnion,
  makeUnnest,
} from './make-rows.ts';
import { makeWindow } from './make-windows.ts';
import { makeWrite, type WriteKind } from './make-writes.ts';
import { Making, NOTHING_OUTSIDE, type Outside, type Pool, Unfit } from './making.ts';
import { type Node, readable } from './node.ts';
import { Random } from './random.ts';
import type { ReferenceTables } from './tables.ts';

const HASH_JOINS: readonly HashJoin['join'][] = [
  'inner',
  'left',
  'full',
  'semi',
  'anti',
  'mark',
  'single',
  'buildSemi',
  'buildAnti',
  'buildLeft',
];
const LOOP_JOINS: readonly NestedLoopJoin['join'][] = ['inner', 'left', 'full', 'semi', 'anti', 'mark', 'single'];
const RANGE_JOINS: readonly RangeJoin['join'][] = ['inner', 'left', 'semi', 'anti', 'mark', 'single'];
const APPLY_JOINS: readonly PhysicalApply['join'][] = ['inner', 'left', 'semi', 'anti', 'mark', 'single'];
const WRITES: readonly WriteKind[] = ['insert', 'update', 'delete', 'merge'];

/** The operators as the tests count them. */
export const OPERATORS: readonly string[] = [
  'tableScan',
  'keyLookup',
  'values',
  'filter',
  'project',
  ...HASH_JOINS.map((join) => `hashJoin ${join}`),
  'group join',
  ...LOOP_JOINS.map((join) => `nestedLoopJoin ${join}`),
  ...RANGE_JOINS.map((join) => `rangeJoin ${join}`),
  'rangeJoin nearest',
  ...APPLY_JOINS.map((join) => `apply ${join}`),
  'let',
  'reference',
  'recursive',
  'recursive all',
  'hashAggregate',
  'hashAggregate without groups',
  'window',
  'sort',
  'sort with limit',
  'limit',
  'repeat',
  'unionAll',
  'unnest',
  'unnest outer',
  'fetch',
  ...WRITES,
];

/** The name of a node's operator among OPERATORS. */
export function operatorOf(plan: PhysicalPlan): string {
  switch (plan.kind) {
    case 'hashJoin':
      return plan.groupJoin === true ? 'group join' : `${plan.kind} ${plan.join}`;
    case 'nestedLoopJoin':
    case 'apply':
      return `${plan.kind} ${plan.join}`;
    case 'rangeJoin':
      return plan.nearest ? 'rangeJoin nearest' : `rangeJoin ${plan.join}`;
    case 'recursive':
      return plan.all ? 'recursive all' : plan.kind;
    case 'hashAggregate':
      return plan.groups.length === 0 ? 'hashAggregate without groups' : plan.kind;
    case 'sort':
      return plan.limit === undefined && plan.offset === undefined ? plan.kind : 'sort with limit';
    case 'unnest':
      return plan.outer ? 'unnest outer' : plan.kind;
    default:
      return plan.kind;
  }
}

/** Operators over inputs that are there already. */
type Step = (making: Making, input: Node, more: (depth: number) => Node, outside: Outside) => Node;

const STEPS: ReadonlyMap<string, Step> = new Map<string, Step>([
  ['filter', (making, input, _, outside) => makeFilter(making, input, outside)],
  ['project', (making, input, _, outside) => makeProject(making, input, outside)],
  ...HASH_JOINS.map((join): [string, Step] => [
    `hashJoin ${join}`,
    (making, input, more, outside) => {
      const other = join === 'single' && making.random.chance(0.7) ? distinctRows(making, more(1), outside) : more(2);
      // Those that put out build rows get their input there.
      const swap = join === 'single' ? false : join.startsWith('build') || making.random.chance(0.3);
      return swap
        ? makeHashJoin(making, join, other, input, outside)
        : makeHashJoin(making, join, input, other, outside);
    },
  ]),
  ['group join', (making, input, more, outside) => makeGroupJoin(making, input, more(2), outside)],
  ...LOOP_JOINS.map((join): [string, Step] => [
    `nestedLoopJoin ${join}`,
    (making, input, more, outside) => {
      const other = join === 'single' && making.random.chance(0.7) ? distinctRows(making, more(1), outside) : more(2);
      return makeLoopJoin(making, join, input, other, outside);
    },
  ]),
  ...RANGE_JOINS.map((join): [string, Step] => [
    `rangeJoin ${join}`,
    (making, input, more, outside) => {
      const other = join === 'single' && making.random.chance(0.7) ? distinctRows(making, more(1), outside) : more(2);
      return makeRangeJoin(making, join, input, other, false, outside);
    },
  ]),
  [
    'rangeJoin nearest',
    (making, input, more, outside) => {
      const join = making.random.pick(['inner', 'left', 'left', 'semi', 'anti'] as const);
      return makeRangeJoin(making, join, input, distinctRows(making, more(2), outside), true, outside);
    },
  ],
  [
    'let',
    (making, input, _, outside) =>
      makeLet(
        making,
        input,
        (reference) => {
          const name = making.random.pick(LET_BODIES);
          return (STEPS.get(name) ?? step_(name))(making, reference(), reference, outside);
        },
        outside,
      ),
  ],
  ['reference', (making, input, more, outside) => (STEPS.get('let') ?? step_('let'))(making, input, more, outside)],
  ['recursive', (making, input, _, outside) => makeRecursive(making, input, false, outside)],
  ['recursive all', (making, input, _, outside) => makeRecursive(making, input, true, outside)],
  ...APPLY_JOINS.map((join): [string, Step] => [
    `apply ${join}`,
    (making, input, _, outside) => {
      const inner = (scope: Outside): Node => {
        // Only what runs once for each row may write.
        if ((join === 'inner' || join === 'left') && making.random.chance(0.15)) {
          return makeWrite(making, 'insert', makeValues(making, scope), scope);
        }
        if (join !== 'single') return grow(making, making.random.integer(1, 3), scope);
        const node = grow(making, making.random.integer(1, 2), scope);
        return makeAggregate(making, node, scope, 0);
      };
      return makeApply(making, join, firstRows(making, input, outside), inner, outside);
    },
  ]),
  ['hashAggregate', (making, input, _, outside) => makeAggregate(making, input, outside, making.random.integer(1, 4))],
  ['hashAggregate without groups', (making, input, _, outside) => makeAggregate(making, input, outside, 0)],
  ['sort', (making, input, _, outside) => makeSort(making, input, outside, false)],
  ['sort with limit', (making, input, _, outside) => makeSort(making, input, outside, true)],
  ['limit', (making, input, _, outside) => makeLimit(making, input, outside)],
  ['repeat', (making, input, _, outside) => makeRepeat(making, input, outside)],
  [
    'unionAll',
    (making, input, more, outside) => {
      const others = Array.from({ length: making.random.integer(1, 2) }, () => more(2));
      return makeUnion(making, [input, ...others], outside);
    },
  ],
  ['unnest', (making, input, _, outside) => makeUnnest(making, input, outside, false)],
  [
    'fetch',
    (making, input, _, outside) => {
      const scan = makeScan(making, outside, { rowId: true });
      if (scan.plan.kind !== 'tableScan') throw new Unfit('no scan');
      const join = making.random.chance(0.5) ? 'left' : 'inner';
      return makeFetch(making, makeHashJoin(making, join, input, scan, outside), scan.plan, outside);
    },
  ],
  ['unnest outer', (making, input, _, outside) => makeUnnest(making, input, outside, true)],
  ['window', (making, input, _, outside) => makeWindow(making, input, outside)],
]);

const LET_BODIES = ['hashJoin inner', 'hashJoin left', 'hashJoin semi', 'unionAll', 'nestedLoopJoin anti', 'filter'];

function step_(name: string): never {
  throw new Error(`no operator ${name}`);
}

/** Few enough rows for the outer side of an Apply, the same ones whatever the order. */
function firstRows(making: Making, input: Node, outside: Outside): Node {
  if (input.rows.length <= 8) return input;
  const groups = makeAggregate(making, input, outside, 1);
  if (groups.rows.length <= 8) return groups;
  return making.attempt(
    3,
    () => makeSort(making, input, outside, true),
    ({ rows, free }) => !free && rows.length <= 8,
  );
}

/** One row for each value of some columns: what `single` joins look up. */
function distinctRows(making: Making, input: Node, outside: Outside): Node {
  const columns = making.random.shuffled(readable(input)).slice(0, 2);
  if (columns.length === 0) return input;
  return aggregateNode(
    making,
    input,
    outside,
    columns.map((column) => columnRef(column)),
    [aggregateCall('count', [])],
  );
}

const LEAVES: ReadonlyMap<string, (making: Making, outside: Outside) => Node> = new Map([
  ['tableScan', (making, outside) => makeScan(making, outside)],
  ['keyLookup', makeKeyLookup],
  ['values', (making, outside) => makeValues(making, outside)],
]);

const STEP_NAMES = [...STEPS.keys()];

/** What may stand over a node that writes: all of its rows are asked for, once. */
const OVER_WRITES = [
  'filter',
  'project',
  'hashAggregate',
  'hashAggregate without groups',
  'sort',
  'unionAll',
  'unnest',
];

/** A plan of at most `depth` operators above each other, whose rows are known. */
function grow(making: Making, depth: number, outside: Outside): Node {
  const { random } = making;
  if (depth <= 1 || random.chance(0.12)) {
    const leaf = random.weighted([
      [15, 'tableScan'],
      [4, 'values'],
      [1, 'keyLookup'],
    ] as const);
    const make = LEAVES.get(leaf);
    if (make === undefined) throw new Error(`no leaf ${leaf}`);
    return make(making, outside);
  }
  const node = making.attempt(
    5,
    () => {
      const name = random.weighted([
        [2, 'filter'],
        [2, 'project'],
        [4, random.pick(STEP_NAMES)],
      ]);
      return step(making, name, grow(making, depth - 1, outside), depth, outside);
    },
    ({ free }) => !free,
  );
  if (node.free) throw new Unfit('any of the rows');
  return node;
}

function step(making: Making, name: string, input: Node, depth: number, outside: Outside): Node {
  const make = STEPS.get(name);
  if (make === undefined) throw new Error(`no operator ${name}`);
  return make(making, input, (most) => grow(making, Math.min(depth - 1, most), outside), outside);
}

/** A generated statement and what is known about its result. */
export interface Generated extends Statement {
  readonly seed: number;
  /** The root is a limit over rows without an order: any of them will do, but so many. */
  readonly free: boolean;
  readonly approximate: ReadonlySet<ColumnId>;
}

/** The plan of a seed: always the same one. `operator` is in it for sure. */
export function generate(seed: number, operator: string, pool: Pool, database: ReferenceTables): Generated {
  const random = new Random(seed);
  for (let attempt = 0; ; attempt++) {
    const making = new Making(random, pool, database);
    try {
      const root = makeRoot(making, operator);
      if (attempt < 40 && root.rows.length === 0 && random.chance(0.97)) continue;
      const { tables, parameters } = making;
      checkPlan(root.plan);
      return { plan: root.plan, tables: [...tables], parameters, seed, free: root.free, approximate: root.approximate };
    } catch (error) {
      if (!(error instanceof Unfit) || attempt > 200) throw error;
    }
  }
}

function makeRoot(making: Making, operator: string): Node {
  const { random } = making;
  const write = WRITES.find((kind) => kind === operator);
  if (write !== undefined) {
    // Merge goes row by row, so that its input needs an order.
    const input =
      write === 'merge' ? makeValues(making, NOTHING_OUTSIDE) : grow(making, random.integer(1, 3), NOTHING_OUTSIDE);
    const node = makeWrite(making, write, input, NOTHING_OUTSIDE);
    return random.chance(0.6) ? node : step(making, random.pick(OVER_WRITES), node, 3, NOTHING_OUTSIDE);
  }
  const makeLeaf = LEAVES.get(operator);
  if (makeLeaf !== undefined) {
    const own = makeLeaf(making, NOTHING_OUTSIDE);
    return random.chance(0.5) ? own : step(making, random.pick(STEP_NAMES), own, 3, NOTHING_OUTSIDE);
  }
  const depth = random.integer(1, 4);
  let node = step(making, operator, grow(making, depth, NOTHING_OUTSIDE), depth, NOTHING_OUTSIDE);
  const above = random.weighted([
    [4, 0],
    [4, 1],
    [2, 2],
  ]);
  for (let i = 0; i < above; i++) {
    if (node.free) return step(making, 'hashAggregate without groups', node, 1, NOTHING_OUTSIDE);
    node = step(making, random.pick(STEP_NAMES), node, 3, NOTHING_OUTSIDE);
  }
  return node;
}

/** Every node of the plan, also those below an Apply. */
export function nodesOf(plan: PhysicalPlan): readonly PhysicalPlan[] {
  return [plan, ...children(plan).flatMap(nodesOf)];
}
