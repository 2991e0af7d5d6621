// Tables in memory and statements over them for microbenchmarks of kernels: the time of the plan alone, without parsing,
// binding and optimizing, its rows delivered but not made into JavaScript values. CPU time of one thread.
import { cpus, loadavg } from 'node:os';
import { bindSql } from '../compiler/frontends/sql/bind.ts';
import { optimize } from '../compiler/optimizer/index.ts';
import { children, mapChildren } from '../compiler/physical/columns.ts';
import { lower } from '../compiler/physical/lower.ts';
import type { PhysicalPlan } from '../compiler/physical/plan.ts';
import type { Type } from '../compiler/types/type.ts';
import type { Value } from '../compiler/types/value.ts';
import { parseSql } from '../grammars/sql/parser.ts';
import { createExecutor, runPlan } from '../runtime/scheduler/executor.ts';
import { createMemoryTable, isMemoryTable, type MemoryTable } from '../storage/tables/memory-table.ts';

export interface MicroColumn {
  readonly name: string;
  readonly type: Type;
  readonly nullable?: boolean;
  readonly value: (row: number) => Value;
}

export interface Micro {
  readonly table: (name: string, rows: number, columns: readonly MicroColumn[]) => MemoryTable;
  /** A plan to run again and again. `off` are passes left out. */
  readonly plan: (sql: string, off?: readonly string[]) => PhysicalPlan;
  /** The least CPU time of so many runs, in ms. */
  readonly time: (plan: PhysicalPlan, runs?: number) => Promise<number>;
}

export function createMicro(): Micro {
  const executor = createExecutor({ memoryBytes: 2 ** 31 });
  const tables = new Map<string, MemoryTable>();
  const none = (): never => {
    throw new Error('nothing is written');
  };
  const run = (plan: PhysicalPlan): Promise<unknown> =>
    runPlan(executor, plan, {
      parameters: [],
      tables: {
        source: (handle) => {
          if (!isMemoryTable(handle)) throw new Error('no such table');
          return handle;
        },
        writer: { scan: none, find: none, newest: none, insert: none, update: none, delete: none },
      },
      analyze: false,
      isCancelled: () => false,
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      deliver: () => {},
    });
  return {
    table: (name, rows, columns) => {
      const definitions = columns.map(({ name: column, type, nullable = false }) => ({ name: column, type, nullable }));
      const table = createMemoryTable({ name, columns: definitions });
      const loader = table.bulkLoader();
      for (let from = 0; from < rows; ) {
        const count = loader.room(rows - from);
        columns.forEach(({ value }, ordinal) => {
          for (let i = from; i < from + count; i++) loader.builders[ordinal]?.appendValue(value(i));
        });
        loader.flush();
        from += count;
      }
      loader.finish();
      tables.set(name, table);
      return table;
    },
    plan: (sql, off = []) => {
      const { statements, errors } = parseSql(sql);
      const [statement] = statements;
      if (statement === undefined || errors.length > 0) throw new Error(`${sql}: ${errors[0]?.message}`);
      const bound = bindSql(statement, {
        catalog: { table: (name) => tables.get(name), file: () => undefined, tableNames: () => [...tables.keys()] },
      });
      if (bound.kind !== 'query') throw new Error(`${sql} is no query`);
      return lower(optimize(bound.plan, { off }).plan, { off });
    },
    time: async (plan, runs = 7) => {
      let best = Number.POSITIVE_INFINITY;
      for (let i = -2; i < runs; i++) {
        const start = process.cpuUsage();
        await run(plan);
        const { user, system } = process.cpuUsage(start);
        if (i >= 0) best = Math.min(best, (user + system) / 1000);
      }
      return best;
    },
  };
}

/** What was measured on, as a line. */
export function machine(): string {
  return `${cpus()[0]?.model} × ${cpus().length}; Node ${process.version}; load ${loadavg()[0]?.toFixed(1)}`;
}

/** The plan with the given table built wherever it is one side of an inner hash join. */
export function building(plan: PhysicalPlan, table: string): PhysicalPlan {
  const mapped = mapChildren(plan, (child) => building(child, table));
  if (mapped.kind !== 'hashJoin' || mapped.join !== 'inner' || reads(mapped.build, table)) return mapped;
  const keys = mapped.keys.map(({ probe, build, nullsEqual }) => ({ probe: build, build: probe, nullsEqual }));
  return { ...mapped, probe: mapped.build, build: mapped.probe, keys };
}

function reads(plan: PhysicalPlan, table: string): boolean {
  return (
    (plan.kind === 'tableScan' && plan.table.name === table) || children(plan).some((child) => reads(child, table))
  );
}

/** Numbers below n without an order, the same in every run. */
export function scattered(row: number, n: number): number {
  return (Math.imul(row ^ (row >>> 15), 0x9e3779b1) >>> 0) % n;
}
