// How long TPC-H queries take from their text to the first morsel, with no cache to help: other literals, spacing and
// aliases each time, and modules that V8 has never seen. The time of all later pipelines' code is told too.
//
//   npm run bench:compile [-- --queries 8 --runs 60 --sf 0.01 --json]
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Catalog } from '../compiler/catalog/catalog.ts';
import { bindSql } from '../compiler/frontends/sql/bind.ts';
import { optimize } from '../compiler/optimizer/index.ts';
import { lower } from '../compiler/physical/lower.ts';
import { createCatalog } from '../engine/catalog.ts';
import { parseSql } from '../grammars/sql/parser.ts';
import type { Statement } from '../grammars/sql/tree.ts';
import { createExecutor, runPlan } from '../runtime/scheduler/executor.ts';
import { hostEvaluate } from '../runtime/scheduler/host-calls.ts';
import { type CompiledKernel, instantiateKernel } from '../runtime/scheduler/modules.ts';
import type { Executor } from '../runtime/scheduler/query.ts';
import { emitModule } from '../runtime/wasm/emit.ts';
import { loadCsv } from '../storage/files/csv/load-csv.ts';
import { createFileHost } from '../storage/files/host.node.ts';
import { isMemoryTable, type MemoryTable } from '../storage/tables/memory-table.ts';
import { createTransactionManager } from '../storage/transactions/manager.ts';
import { dataOf, findKit, queryName, TPCH } from './tpch/kit.mjs';
import { variant } from './tpch/variants.mjs';

/** Milliseconds, the median: Q8 from its text to its first morsel. */
const BAR_MS = 15;
const WARM_UP = 10;
const MEMORY_BYTES = 2 ** 31;
const PAGE_BYTES = 65_536;

const { values: flags } = parseArgs({
  options: {
    queries: { type: 'string', default: '8' },
    runs: { type: 'string', default: '60' },
    sf: { type: 'string', default: '0.01' },
    json: { type: 'boolean', default: false },
  },
});

const kit = findKit();
if (kit === undefined) {
  console.log('skipped: there is no kit for TPC-H (ORBIT_KITS names its folder)');
  process.exit(0);
}
const phases = ['parse', 'bind', 'optimize', 'lower', 'codegen', 'emit', 'module', 'first morsel', 'all code', 'run'];

/** An executor that compiles every module as if for the first time: each has bytes of its own. */
function withoutCaches(): Executor {
  const executor = createExecutor({ memoryBytes: MEMORY_BYTES });
  const { memory } = executor;
  const hostCalls = hostEvaluate(() => memory);
  let count = 0;
  const compile = (functions: Parameters<typeof emitModule>[0]): CompiledKernel => {
    const start = performance.now();
    const code = emitModule(functions, { shared: memory.shared, maximumPages: MEMORY_BYTES / PAGE_BYTES });
    const emitted = performance.now();
    // A custom section with a number: V8 too remembers modules by their bytes.
    const name = [...`${++count}/${process.pid}`].map((c) => c.charCodeAt(0));
    const bytes = new Uint8Array([...code, 0, name.length + 1, name.length, ...name]);
    const begun = performance.now();
    const module = new WebAssembly.Module(bytes);
    const instance = instantiateKernel(memory, module, hostCalls.evaluate);
    const moduleMs = performance.now() - begun;
    return { module, instance, bytes: code.length, cached: false, emitMs: emitted - start, moduleMs };
  };
  return { ...executor, hostCalls, modules: { compile } };
}

function only(text: string): Statement {
  const { statements, errors } = parseSql(text);
  const [statement] = statements;
  if (statement === undefined || errors.length > 0) throw new Error(`not a statement: ${text}`);
  return statement;
}

async function load(folder: string): Promise<Catalog> {
  const { make } = createCatalog(createTransactionManager());
  const tables = new Map<string, MemoryTable>();
  const catalog: Catalog = {
    table: (name) => tables.get(name),
    file: () => undefined,
    tableNames: () => [...tables.keys()],
  };
  for (const statement of parseSql(readFileSync(join(kit ?? '', 'schema.sql'), 'utf8')).statements) {
    const bound = bindSql(statement, { catalog });
    if (bound.kind !== 'createTable') throw new Error(`a schema with ${bound.kind}`);
    const { table, columns, keys } = bound;
    tables.set(table.name, make({ name: table.name, columns, keys: keys.map((key) => key.columns) }));
  }
  for (const name of TPCH.tables) {
    const table = tables.get(name);
    if (table === undefined) throw new Error(`no table ${name}`);
    await loadCsv(createFileHost(), join(folder, `${name}.csv`), { header: true }, table);
  }
  return catalog;
}

/** The query with other literals, other aliases and other spaces. */
function textOf(number: number, k: number): string {
  const text = readFileSync(join(kit ?? '', 'queries', `${queryName(number)}.sql`), 'utf8')
    .replace(/^--.*$/gm, '')
    .replace(/;\s*$/, '')
    .replaceAll(':fraction', (0.0001 / Number(flags.sf)).toFixed(10));
  const named = variant(number, text, k).replace(/\b(all_nations|volume|mkt_share|revenue)\b/g, `$1_${k}`);
  return `/* ${k} */ ${named.replaceAll(' and ', k % 2 === 0 ? '  and\n' : ' AND ')}`;
}

const executor = withoutCaches();
const catalog = await load(dataOf(kit, flags.sf));

async function once(text: string): Promise<readonly number[]> {
  const start = performance.now();
  const statement = only(text);
  const parsed = performance.now();
  const bound = bindSql(statement, { catalog });
  if (bound.kind !== 'query') throw new Error('not a query');
  const isBound = performance.now();
  const { plan } = optimize(bound.plan);
  const optimized = performance.now();
  const physical = lower(plan);
  const lowered = performance.now();
  const none = (): never => {
    throw new Error('nothing is written');
  };
  const report = await runPlan(executor, physical, {
    parameters: [],
    tables: {
      source: (handle) => {
        if (isMemoryTable(handle)) return handle;
        throw new Error('not a table');
      },
      writer: { scan: none, find: none, newest: none, insert: none, update: none, delete: none },
    },
    analyze: false,
    isCancelled: () => false,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    deliver: () => {},
  });
  const done = performance.now();
  const sum = (of: (kernel: (typeof report.kernels)[number]) => number): number =>
    report.kernels.reduce((total, kernel) => total + of(kernel), 0);
  const code = [sum((k) => k.generateMs), sum((k) => k.emitMs), sum((k) => k.moduleMs)];
  const front = lowered - start;
  return [
    parsed - start,
    isBound - parsed,
    optimized - isBound,
    lowered - optimized,
    ...code,
    front + Math.min(...report.kernels.map((k) => k.begunMs)),
    front + code.reduce((a, b) => a + b, 0),
    done - lowered,
  ];
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
const results: { readonly query: string; readonly first: number; readonly ms: Record<string, number> }[] = [];
for (const query of flags.queries.split(',').map(Number)) {
  const times: (readonly number[])[] = [];
  let first = 0;
  for (let k = -WARM_UP; k < Number(flags.runs); k++) {
    const time = await once(textOf(query, k + 2 * WARM_UP));
    if (k === -WARM_UP) first = time[8] ?? 0;
    if (k >= 0) times.push(time);
  }
  const ms = Object.fromEntries(phases.map((phase, i) => [phase, median(times.map((time) => time[i] ?? 0))]));
  results.push({ query: queryName(query), first, ms });
}
const eight = results.find(({ query }) => query === 'q08')?.ms['first morsel'];
const met = eight === undefined || eight <= BAR_MS;
if (flags.json) {
  console.log(JSON.stringify({ sf: flags.sf, load: loadavg()[0], bar: BAR_MS, met, results }, null, 2));
} else {
  console.log(`milliseconds, medians of ${flags.runs} runs; "first" is all code of the process's first run\n`);
  console.log(['query', ...phases, 'first'].map((name) => name.padStart(name.length < 8 ? 8 : 13)).join(''));
  for (const { query, first, ms } of results) {
    const cells = [query, ...phases.map((phase) => ms[phase]?.toFixed(2) ?? ''), first.toFixed(1)];
    console.log(cells.map((cell, i) => cell.padStart((phases[i - 1]?.length ?? 5) < 8 ? 8 : 13)).join(''));
  }
  console.log(
    `\nload ${loadavg()[0]?.toFixed(1)}; bar for Q8 to its first morsel, ${BAR_MS} ms: ${met ? 'met' : 'MISSED'}`,
  );
}
process.exitCode = met ? 0 : 1;
