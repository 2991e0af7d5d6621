import { columnRef, constant } from '../../compiler/ir/build.ts';
import { aggregateCall, call } from '../../compiler/ir/call.ts';
import {
  type Column,
  type ColumnId,
  type Expression,
  type FrameBound,
  ROW_NUMBER,
  WHOLE_PARTITION,
  type WindowCall,
  type WindowFrame,
} from '../../compiler/ir/expression.ts';
import type { HashJoin, PhysicalPlan, TableScan } from '../../compiler/physical/plan.ts';
import * as T from '../../compiler/types/type.ts';
import { COMMAND, column, type TestTable, testTable } from './tables.ts';

/** Several chunks of rows, and enough of them to keep every operator busy for a while. */
export const LARGE_ROWS = 150_000;

interface Scan {
  readonly table: TestTable;
  readonly plan: TableScan;
}

const table = testTable(
  'large',
  [column('id', T.INT32, false), column('k', T.INT64, true), column('t', T.UTF8, false), column('f', T.FLOAT64, true)],
  Array.from({ length: LARGE_ROWS }, (_, i) => [
    i,
    i % 11 === 0 ? null : BigInt((i * 7919) % 1000),
    i % 3 === 0 ? `t${i % 50}` : `a longer text with the number ${(i * 31) % LARGE_ROWS}`,
    i % 13 === 0 ? null : ((i * 104_729) % 100_003) / 8,
  ]),
);

export const largeScan: Scan = { table, plan: scanFrom(0) };

/** Another scan of the table, whose columns have other ids. */
export function scanFrom(first: ColumnId): TableScan {
  const columns = table.handle.columns.map(
    ({ name, type, nullable }, i): Column => ({ id: first + i, name, type, nullable }),
  );
  return { kind: 'tableScan', table: table.handle, columns, ordinals: [0, 1, 2, 3], predicates: [], command: COMMAND };
}

export function refTo({ columns }: PhysicalPlan, name: string): Expression {
  const found = columns.find((own) => own.name === name);
  if (found === undefined) throw new Error(`no column ${name}`);
  return columnRef(found);
}

export function join(kind: HashJoin['join'], probe: PhysicalPlan, build: PhysicalPlan, key: string): PhysicalPlan {
  return {
    kind: 'hashJoin',
    join: kind,
    columns: kind === 'semi' ? probe.columns : [...probe.columns, ...build.columns],
    probe,
    build,
    keys: [{ probe: refTo(probe, key), build: refTo(build, key), nullsEqual: false }],
    nullAware: false,
  };
}

export function grouped(input: PhysicalPlan, keys: readonly string[], first: ColumnId): PhysicalPlan {
  const calls = [aggregateCall('count', []), aggregateCall('max', [refTo(input, 't')])];
  const groups = keys.map((key) => refTo(input, key));
  const columns = [...groups, ...calls].map(
    ({ type, nullable }, i): Column => ({ id: first + i, name: keys[i] ?? `a${i}`, type, nullable }),
  );
  return { kind: 'hashAggregate', columns, input, groups, aggregates: calls };
}

/** Groups of `probe` by the key, kept in the rows of `build`, which differ in it. */
export function groupJoin(
  kind: 'inner' | 'buildLeft',
  probe: PhysicalPlan,
  build: PhysicalPlan,
  key: string,
  first: ColumnId,
): PhysicalPlan {
  const plan = join(kind, grouped(probe, [key], first), build, key);
  return plan.kind === 'hashJoin' ? { ...plan, groupJoin: true } : plan;
}

export function sorted(input: PhysicalPlan, keys: readonly string[], limit?: number): PhysicalPlan {
  return {
    kind: 'sort',
    columns: input.columns,
    input,
    keys: keys.map((key) => ({ expression: refTo(input, key), descending: key === 't', nullsFirst: true })),
    ...(limit === undefined ? {} : { limit: constant(BigInt(limit), T.INT64) }),
  };
}

/** Functions of each kind over partitions by the columns, in the order of `id`: what they keep for a row differs. */
export function windowed(input: PhysicalPlan, partition: readonly string[], first: ColumnId): PhysicalPlan {
  const preceding = (offset: bigint): FrameBound => ({ kind: 'preceding', offset: constant(offset, T.INT64) });
  const frame = (start: FrameBound, end: FrameBound): WindowFrame => ({ unit: 'rows', start, end, exclude: 'nothing' });
  const current: FrameBound = { kind: 'current' };
  const aggregate = (fn: string, name: string, over: WindowFrame): WindowCall => {
    const { args, type, nullable } = aggregateCall(fn, [refTo(input, name)]);
    return { fn, args, ignoreNulls: false, frame: over, type, nullable };
  };
  const text = refTo(input, 't');
  const calls: readonly WindowCall[] = [
    ROW_NUMBER,
    { fn: 'lag', args: [text], ignoreNulls: false, frame: WHOLE_PARTITION, type: T.UTF8, nullable: true },
    { fn: 'lead', args: [text], ignoreNulls: true, frame: WHOLE_PARTITION, type: T.UTF8, nullable: true },
    aggregate('count', 't', WHOLE_PARTITION),
    aggregate('sum', 'id', frame({ kind: 'unbounded' }, current)),
    aggregate('max', 't', frame(preceding(5n), current)),
  ];
  const results = calls.map(({ fn, type, nullable }, i): Column => ({ id: first + i, name: fn, type, nullable }));
  return {
    kind: 'window',
    columns: [...input.columns, ...results],
    input,
    partitionBy: partition.map((name) => refTo(input, name)),
    orderBy: [{ expression: refTo(input, 'id'), descending: false, nullsFirst: false }],
    calls,
    results,
  };
}

/** Plans that would take long, or for ever. */
export function slowPlans(): Readonly<Record<string, PhysicalPlan>> {
  const [a, b] = [scanFrom(0), scanFrom(10)];
  const never = call('lt', [refTo(a, 'id'), constant(-1, T.INT32)]);
  const counted = (input: PhysicalPlan): PhysicalPlan => {
    const count = aggregateCall('count', []);
    return {
      kind: 'hashAggregate',
      columns: [{ id: 100, name: 'count', type: count.type, nullable: false }],
      input,
      groups: [],
      aggregates: [count],
    };
  };
  const loop = (predicate: Expression): PhysicalPlan => ({
    kind: 'nestedLoopJoin',
    join: 'inner',
    columns: [...a.columns, ...b.columns],
    outer: a,
    inner: b,
    predicate,
    nullAware: false,
  });
  return {
    'loop join without rows': counted(loop(never)),
    'loop join of all pairs': counted(loop(constant(true, T.BOOL))),
    'hash join that multiplies': counted(join('inner', a, b, 'k')),
    'semi join with a residual that never holds': counted({
      ...(join('semi', a, b, 'k') as HashJoin),
      residual: never,
    }),
    'groups of texts': counted(grouped(a, ['t'], 50)),
    'sort by texts': counted(sorted(a, ['t', 'f'])),
    'sort of a join': counted(sorted(join('inner', a, b, 'k'), ['f'], 10)),
    'host calls': counted({
      kind: 'filter',
      columns: a.columns,
      input: a,
      predicate: call('lt', [call('md5', [refTo(a, 't')]), constant('0', T.UTF8)]),
    }),
    apply: counted({
      kind: 'apply',
      join: 'inner',
      columns: [...a.columns, ...b.columns],
      outer: a,
      inner: { kind: 'filter', columns: b.columns, input: b, predicate: call('eq', [refTo(a, 'id'), refTo(b, 'id')]) },
    }),
  };
}
