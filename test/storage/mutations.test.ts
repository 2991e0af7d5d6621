import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { damaged, intactFiles, readDamaged } from './mutations.ts';

// 2,000 damaged files of each format; `npm run check:files` reads 50,000.

const FORMATS: readonly (readonly [string, readonly string[]])[] = [
  ['Parquet', ['snappy.parquet', 'zstd.parquet', 'plain.parquet', 'gzip.parquet']],
  ['CSV', ['values.csv', 'packed.csv.gz']],
  ['JSON', ['lines.json', 'array.json', 'packed.json.zst']],
];
const MUTATIONS = 2000;

const folder = mkdtempSync(join(tmpdir(), 'orbit-mutations-'));

beforeAll(async () => {
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  for (const statement of intactFiles(folder).values()) await duckdb.run(statement);
  duckdb.closeSync();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each(FORMATS)('damaged %s', { timeout: 240_000 }, async (_, names) => {
  const counts = new Map<string, number>();
  const share = Math.ceil(MUTATIONS / names.length);
  for (const name of names) {
    const bytes = new Uint8Array(readFileSync(join(folder, name)));
    expect(await readDamaged(name, bytes)).toBe('rows');
    for (let seed = 0; seed < share; seed++) {
      const outcome = await readDamaged(name, damaged(bytes, seed)).catch((cause: unknown) => {
        throw new Error(`${name}, seed ${seed}`, { cause });
      });
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
  }
  expect(counts.has('ragged')).toBe(false);
  // Much of the damage shows: otherwise the test would damage nothing.
  expect(counts.get('bad_file_format') ?? 0).toBeGreaterThan(MUTATIONS / 20);
});
