import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { damaged, intactFiles, readDamaged } from './mutations.ts';

// Reads damaged files of every kind and says what came of it: npm run check:files [-- MUTATIONS [FIRST_SEED]]

const SLOW_MS = 2000;
const mutations = Number(process.argv[2] ?? 50_000);
const first = Number(process.argv[3] ?? 10_000);
const folder = mkdtempSync(join(tmpdir(), 'orbit-mutations-'));
let failures = 0;
try {
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  const files = intactFiles(folder);
  for (const statement of files.values()) await duckdb.run(statement);
  duckdb.closeSync();
  for (const name of files.keys()) {
    const bytes = new Uint8Array(readFileSync(join(folder, name)));
    const counts = new Map<string, number>();
    let slowest = 0;
    let most = 0;
    for (let seed = first; seed < first + mutations; seed++) {
      const started = performance.now();
      const outcome = await readDamaged(name, damaged(bytes, seed)).catch((error: unknown) => {
        failures++;
        console.log(
          `${name}, seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        return 'FAILED';
      });
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      const ms = performance.now() - started;
      if (ms > SLOW_MS) {
        failures++;
        console.log(`${name}, seed ${seed}: took ${ms.toFixed(0)} ms`);
      }
      slowest = Math.max(slowest, ms);
      most = Math.max(most, process.memoryUsage.rss());
    }
    const told = [...counts].map(([outcome, count]) => `${outcome} ${count}`).join(', ');
    console.log(`${name}: ${told}; slowest ${slowest.toFixed(0)} ms, memory ${(most / 2 ** 20).toFixed(0)} MiB`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(failures === 0 ? 'ok' : `${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
