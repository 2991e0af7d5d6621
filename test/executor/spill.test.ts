import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { describe, expect, it } from 'vitest';
import { columnRef, constant } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import * as T from '../../compiler/types/type.ts';
import { createExecutor, type RunOptions } from '../../runtime/scheduler/executor.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import { createSpillHost } from '../../runtime/scheduler/spill/host.node.ts';
import type { SpillHost } from '../../runtime/scheduler/spill/host.ts';
import { showRow } from './compare.ts';
import { type Outcome, runExecutor } from './harness.ts';
import { grouped, groupJoin, join, largeScan, refTo, scanFrom, sorted, windowed } from './large-plans.ts';
import { SPILLING } from './tuning.ts';

const host = createSpillHost();
if (host === undefined) throw new Error('there is no disk');

/** Counts files that are open; the disk is full after so many bytes. */
function watched(inner: SpillHost, full = Number.POSITIVE_INFINITY): SpillHost & { readonly open: () => number } {
  let open = 0;
  let written = 0;
  return {
    open: () => open,
    create: async () => {
      const file = await inner.create();
      open++;
      return {
        ...file,
        write: async (position, bytes) => {
          written += bytes.length;
          if (written > full) throw new OrbitError('disk_full', 'no space left for temporary files');
          await file.write(position, bytes);
        },
        close: async () => {
          open--;
          await file.close();
        },
      };
    },
  };
}

/** Operators that keep many rows, and plans of them. */
const PLANS: Readonly<Record<string, () => PhysicalPlan>> = {
  groups: () => grouped(scanFrom(0), ['t', 'k'], 20),
  'groups of groups': () => {
    const inner = grouped(scanFrom(0), ['t', 'id'], 20);
    return { ...grouped({ ...inner, columns: renamed(inner) }, ['t', 'id'], 40) };
  },
  'group join': () => groupJoin('inner', scanFrom(0), scanFrom(10), 'id', 20),
  'inner join': () => join('inner', scanFrom(0), scanFrom(10), 'id'),
  'semi join': () => join('semi', scanFrom(0), scanFrom(10), 't'),
  'full join': () => join('full', scanFrom(0), kept(scanFrom(10), 'id', 100_000), 'id'),
  'join of a join': () => join('inner', join('inner', scanFrom(0), scanFrom(10), 'id'), scanFrom(20), 'id'),
  // All build rows have one key: they are joined block by block.
  'join by one key': () => join('inner', kept(scanFrom(0), 'id', 3), same(scanFrom(10)), 'id'),
  sort: () => sorted(scanFrom(0), ['t', 'id']),
  'sort of groups': () => {
    const inner = grouped(scanFrom(0), ['t', 'id'], 20);
    return sorted({ ...inner, columns: renamed(inner) }, ['t', 'id']);
  },
  'windows over small partitions': () => windowed(scanFrom(0), ['t'], 20),
  'windows over larger partitions': () => windowed(scanFrom(0), ['k'], 20),
  'windows of windows': () => windowed(windowed(scanFrom(0), ['k'], 20), ['t'], 40),
  'top-n of rows that come in the wrong order': () => sorted(scanFrom(0), ['f', 'id'], 5_000),
};

/** The rows whose column is below a bound. */
function kept(input: PhysicalPlan, name: string, below: number): PhysicalPlan {
  const predicate = call('lt', [refTo(input, name), constant(below, T.INT32)]);
  return { kind: 'filter', columns: input.columns, input, predicate };
}

/** The rows with 1 for an id. */
function same(input: PhysicalPlan): PhysicalPlan {
  const expressions = input.columns.map((column) => (column.name === 'id' ? constant(1, T.INT32) : columnRef(column)));
  const columns = input.columns.map((column) => ({ ...column, id: column.id + 50 }));
  return { kind: 'project', columns, input, expressions };
}

/** The columns with the names that plans of plans refer to. */
function renamed({ columns }: PhysicalPlan): PhysicalPlan['columns'] {
  return columns.map((column, i) => ({ ...column, name: ['t', 'id'][i] ?? column.name }));
}

const LIMIT = 4 << 20;

function run(executor: Executor, plan: PhysicalPlan, options: Partial<RunOptions> = {}): Promise<Outcome> {
  return runExecutor(executor, { plan, tables: [largeScan.table], parameters: [] }, options);
}

/** Number and checksum of the rows, in whatever order they are if it is not one. */
function summary(outcome: Outcome, { kind }: PhysicalPlan): string {
  if ('error' in outcome) throw new Error(outcome.message);
  let sum = 0;
  for (const row of outcome.rows) {
    let hash = 7;
    for (const char of showRow(row)) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619);
    sum = (sum * (kind === 'sort' ? 31 : 1) + (hash >>> 0)) % 2 ** 48;
  }
  return `${outcome.rows.length} rows, ${sum}`;
}

const expectations = new Map<string, string>();

/** What the plan comes to where there is memory enough. */
async function expected(name: string, plan: PhysicalPlan): Promise<string> {
  const known = expectations.get(name) ?? summary(await run(createExecutor({ memoryBytes: 512 << 20 }), plan), plan);
  expectations.set(name, known);
  return known;
}

function spilledBytes(outcome: Outcome): number {
  if ('error' in outcome) throw new Error(outcome.message);
  return [...(outcome.report?.counters.values() ?? [])].reduce((sum, counter) => sum + counter.spilledBytes, 0);
}

function inUse({ memory, pool }: Executor): Record<string, number> {
  pool.evict(Number.POSITIVE_INFINITY);
  const { usedBytes, blocks } = memory.usage();
  const { bytes, pinnedBytes } = pool.statistics();
  return { queries: memory.queriesBudget.used, usedBytes, blocks, bytes, pinnedBytes };
}

/** With little memory the texts of a scan do not stay in the buffer pool. */
const SIZES = { 'a large pool': 512 << 20, 'a small pool': 24 << 20 };

describe.each(Object.entries(SIZES))('with %s', (_, memoryBytes) => {
  describe.each([true, false])('memory shared: %s', (shared) => {
    const files = watched(host);
    const executor = createExecutor({ shared, memoryBytes, spill: files });
    const idle = inUse(executor);

    it.each(Object.entries(PLANS))('%s go to disk and come back the same', async (name, plan) => {
      const outcome = await run(executor, plan(), { memoryLimit: LIMIT });
      expect(spilledBytes(outcome)).toBeGreaterThan(LIMIT);
      expect(summary(outcome, plan())).toBe(await expected(name, plan()));
      expect(files.open()).toBe(0);
      expect(inUse(executor)).toEqual(idle);
    });

    it.each(Object.entries(PLANS))('%s that are cancelled leave nothing', async (_name, plan) => {
      let asked = 0;
      const count = (): boolean => ++asked < 0;
      await run(executor, plan(), { memoryLimit: LIMIT, isCancelled: count });
      for (const share of [0.3, 0.6, 0.9]) {
        let left = Math.floor(asked * share);
        const outcome = await run(executor, plan(), { memoryLimit: LIMIT, isCancelled: () => left-- <= 0 });
        expect('error' in outcome ? outcome.error : 'rows').toBe('query_canceled');
        expect(files.open()).toBe(0);
        expect(inUse(executor)).toEqual(idle);
      }
    });
  });
});

describe.each(Object.entries(PLANS))('%s', (_, plan) => {
  it('fail when the disk is full', async () => {
    for (const full of [0, 3 << 20]) {
      const files = watched(host, full);
      const executor = createExecutor({ shared: true, memoryBytes: 64 << 20, spill: files });
      const idle = inUse(executor);
      const outcome = await run(executor, plan(), { memoryLimit: LIMIT });
      expect('error' in outcome ? outcome.error : 'rows').toBe('disk_full');
      expect(files.open()).toBe(0);
      expect(inUse(executor)).toEqual(idle);
    }
  });

  it('fail without a disk', async () => {
    const executor = createExecutor({ shared: true, memoryBytes: 64 << 20 });
    const outcome = await run(executor, plan(), { memoryLimit: LIMIT });
    expect('error' in outcome ? outcome.error : 'rows').toBe('out_of_memory');
  });
});

describe.each([true, false])('one partition of a window, memory shared: %s', (shared) => {
  it('must fit in memory', async () => {
    const files = watched(host);
    const executor = createExecutor({ shared, memoryBytes: 64 << 20, spill: files });
    const idle = inUse(executor);
    const outcome = await run(executor, windowed(scanFrom(0), [], 20), { memoryLimit: LIMIT });
    expect(outcome).toMatchObject({
      error: 'out_of_memory',
      message: expect.stringMatching(/one partition of a window/),
    });
    expect(files.open()).toBe(0);
    expect(inUse(executor)).toEqual(idle);
  });
});

it('a step that is prepared stays in memory where a region around it keeps its builds', async () => {
  const column = (id: number) => ({ id, name: 'n', type: T.INT64, nullable: false });
  const values = (id: number, list: readonly bigint[]): PhysicalPlan => ({
    kind: 'values',
    columns: [column(id)],
    rows: list.map((value) => [constant(value, T.INT64)]),
  });
  const build = values(7, [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
  const step: PhysicalPlan = {
    kind: 'hashJoin',
    join: 'inner',
    columns: [column(6), column(7)],
    probe: { kind: 'reference', columns: [column(6)], binding: 9 },
    build,
    keys: [{ probe: columnRef(column(6)), build: columnRef(column(7)), nullsEqual: false }],
    nullAware: false,
  };
  const next = call('add', [columnRef(column(6)), constant(1n, T.INT64)]);
  const plan: PhysicalPlan = {
    kind: 'apply',
    join: 'inner',
    columns: [column(1), column(3)],
    outer: values(1, [0n]),
    inner: {
      kind: 'recursive',
      columns: [column(3)],
      binding: 9,
      base: values(4, [1n]),
      step: { kind: 'project', columns: [column(5)], input: step, expressions: [next] },
      all: true,
    },
  };
  const executor = createExecutor({ memoryBytes: 1 << 26, spill: host });
  const outcome = await runExecutor(executor, { plan, tables: [], parameters: [] }, { tuning: SPILLING });
  expect('rows' in outcome ? outcome.rows.map(([, n]) => n) : outcome).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]);
});

describe('temporary files', () => {
  it('have no names, and those of processes that are gone are removed', async () => {
    const folder = mkdtempSync(joinPath(tmpdir(), 'orbit-test-spill-'));
    try {
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      writeFileSync(joinPath(folder, `orbit-spill-${pid}-1`), 'left');
      writeFileSync(joinPath(folder, `orbit-spill-${process.pid}-9999`), 'in use');
      writeFileSync(joinPath(folder, 'other'), 'not ours');
      const file = await createSpillHost(folder)?.create();
      const names = readdirSync(folder).sort();
      await file?.write(3, new Uint8Array([1, 2, 3]));
      const back = new Uint8Array(2);
      await file?.read(4, back);
      await file?.close();
      expect([...back]).toEqual([2, 3]);
      expect(names).toEqual([`orbit-spill-${process.pid}-9999`, 'other']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('cannot be made in a folder that is not there', async () => {
    const missing = createSpillHost(joinPath(tmpdir(), 'orbit-no-such-folder'));
    await expect(missing?.create()).rejects.toMatchObject({ code: 'io_error' });
  });
});
