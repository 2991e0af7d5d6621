// The ClickBench-like list, against DuckDB over the same data. Larger tables: `npm run bench:clickbench:verify`.
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { difference, outermost } from '../../bench/tpch/compare.mjs';
import { duckAnswer, loadOrbit, openDuckMemory } from '../../bench/tpch/engines.mjs';
import { dataOf, findKit, HITS, hitsQueries } from '../../bench/tpch/kit.mjs';
import { type Database, type OpenOptions, open } from '../../engine/index.ts';
import { requirePeer } from '../support/peers.ts';

/** Data is generated the first time. */
const LOADING = { timeout: 600_000 };

interface Mode {
  readonly name: string;
  readonly seed: number;
  readonly options: OpenOptions;
}

const MODES: readonly Mode[] = [
  { name: 'on one thread', seed: 7, options: { threads: 1 } },
  { name: 'with other data in unshared memory', seed: 11, options: { threads: 1, sharedMemory: false } },
];

const hasKit = requirePeer('kits');
const kit = hasKit ? (findKit() ?? '') : '';

describe.skipIf(!hasKit).each(MODES)('the ClickBench-like list $name', ({ seed, options }) => {
  let orbit: Database;
  let duck: DuckDBConnection;

  beforeAll(async () => {
    const data = dataOf(kit, '10000', seed, HITS);
    duck = await openDuckMemory(kit, data, HITS);
    orbit = await open(':memory:', options);
    await loadOrbit(orbit, kit, data, HITS);
  }, LOADING.timeout);

  afterAll(async () => {
    duck?.closeSync();
    await orbit?.close();
  });

  for (const { name, sql } of hasKit ? hitsQueries(kit) : []) {
    test(name, LOADING, async () => {
      const full = await duckAnswer(duck, outermost(sql).unlimited);
      const { texts } = await orbit.query(sql);
      expect(difference(sql, full, texts)).toBeUndefined();
    });
  }
});
