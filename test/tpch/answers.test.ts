// All queries of TPC-H, against DuckDB over the same data.
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { difference, outermost } from '../../bench/tpch/compare.mjs';
import { type Answer, duckAnswer, loadOrbit, openDuckMemory } from '../../bench/tpch/engines.mjs';
import { ALL, dataOf, findKit, queryName, queryText } from '../../bench/tpch/kit.mjs';
import { variant } from '../../bench/tpch/variants.mjs';
import { type Database, type OpenOptions, open } from '../../engine/index.ts';
import { requirePeer } from '../support/peers.ts';

/** Data is generated the first time. */
const LOADING = { timeout: 600_000 };

interface Mode {
  readonly name: string;
  readonly sf: string;
  readonly seed: number;
  readonly queries: readonly number[];
  /** Literals: those of the validation run, or another choice. */
  readonly variant?: number;
  readonly options: OpenOptions;
}

const MODES: readonly Mode[] = [
  { name: 'on one thread', sf: '0.01', seed: 7, queries: ALL, options: { threads: 1 } },
  // Enough rows that pipelines go to the workers.
  { name: 'on two worker threads', sf: '0.1', seed: 7, queries: ALL, options: { threads: 2 } },
  { name: 'in unshared memory', sf: '0.01', seed: 7, queries: ALL, options: { threads: 1, sharedMemory: false } },
  { name: 'with other data', sf: '0.01', seed: 11, queries: ALL, options: { threads: 1 } },
  { name: 'with other literals', sf: '0.01', seed: 7, queries: ALL, variant: 3, options: { threads: 1 } },
];

describe.skipIf(!requirePeer('kits')).each(MODES)('TPC-H $name', ({ sf, seed, queries, variant: k, options }) => {
  const kit = findKit() ?? '';
  let orbit: Database;
  let duck: DuckDBConnection;

  beforeAll(async () => {
    const data = dataOf(kit, sf, seed);
    duck = await openDuckMemory(kit, data);
    orbit = await open(':memory:', options);
    await loadOrbit(orbit, kit, data);
  }, LOADING.timeout);

  afterAll(async () => {
    duck?.closeSync();
    await orbit?.close();
  });

  for (const number of queries) {
    test(queryName(number), LOADING, async () => {
      const text = queryText(kit, number, sf);
      const sql = k === undefined ? text : variant(number, text, k);
      const full = await duckAnswer(duck, outermost(sql).unlimited);
      const { texts } = await orbit.query(sql);
      expect(difference(sql, full, texts)).toBeUndefined();
    });
  }
});

describe('the comparison of answers', () => {
  const sql = 'select name, total, share from t order by total desc limit 2';
  const full: Answer = {
    names: ['name', 'total', 'share'],
    kinds: ['text', 'decimal', 'double'],
    rows: [
      ['a', '3.00', '0.5'],
      ['b', '2.00', null],
      ['c', '2.00', '0.25'],
    ],
  };
  const first = ['a', '3.00', '0.5'];

  test('lets rows that tie trade places, also across the edge of LIMIT', () => {
    expect(difference(sql, full, [first, ['b', '2.00', null]])).toBeUndefined();
    expect(difference(sql, full, [first, ['c', '2.00', '0.25']])).toBeUndefined();
  });

  test('allows what rounding and the printing of numbers make', () => {
    expect(
      difference(sql, full, [
        ['a', '3.0001', '0.50000000001'],
        ['b', '2', null],
      ]),
    ).toBeUndefined();
  });

  test.each([
    ['a row less', [first]],
    ['a row twice', [first, first]],
    ['another order', [['c', '2.00', '0.25'], first]],
    [
      'another text',
      [
        ['A', '3.00', '0.5'],
        ['b', '2.00', null],
      ],
    ],
    [
      'another decimal',
      [
        ['a', '3.02', '0.5'],
        ['b', '2.00', null],
      ],
    ],
    [
      'another double',
      [
        ['a', '3.00', '0.500001'],
        ['b', '2.00', null],
      ],
    ],
    [
      'null for a value',
      [
        ['a', '3.00', null],
        ['b', '2.00', null],
      ],
    ],
    ['a value for null', [first, ['b', '2.00', '0']]],
    [
      'a column less',
      [
        ['a', '3.00'],
        ['b', '2.00'],
      ],
    ],
  ])('sees %s', (_, rows) => {
    expect(difference(sql, full, rows)).toBeDefined();
  });
});
