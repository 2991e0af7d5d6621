import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, OrbitError, open } from '../../engine/index.ts';

let db: Database;
beforeAll(async () => {
  db = await open(':memory:', { threads: 1 });
  await db.query('create table d as select * from (values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) as v (i)');
  await db.query('create table n as select a.i + 10 * b.i + 100 * c.i + 1000 * d.i as i from d a, d b, d c, d');
});
afterAll(() => db.close());

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OrbitError) return error.code;
    throw error;
  }
  return 'no error';
}

const ENDLESS = 'select count(*) from n a, n b, n c where a.i + b.i * c.i % 7 = 3';

describe('stream', () => {
  test('gives the columns first and then batches', async () => {
    const stream = await db.stream('select i, i * 2 as twice from n');
    expect(stream.columns.map(({ name }) => name)).toEqual(['i', 'twice']);
    let rows = 0;
    let batches = 0;
    for await (const { values } of stream) {
      rows += values.length;
      batches += 1;
    }
    expect(rows).toBe(10_000);
    expect(batches).toBeGreaterThan(1);
  });

  test('may be left early, and the database goes on', async () => {
    const stream = await db.stream('select a.i from n a, n b');
    for await (const { values } of stream) {
      expect(values.length).toBeGreaterThan(0);
      break;
    }
    expect((await db.query('select count(*) from n')).values).toEqual([[10_000n]]);
  });

  test('waits for its reader', async () => {
    const stream = await db.stream('select a.i from n a, n b');
    // A hundred million rows that nobody reads: memory comes to rest, on a slow machine a little later.
    let still = 0;
    for (let last = db.memory(), i = 0; i < 100 && still < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const now = db.memory();
      still = isDeepStrictEqual(now, last) ? still + 1 : 0;
      last = now;
    }
    expect(still).toBe(5);
    for await (const _ of stream) break;
  });

  test('fails where the query fails', async () => {
    const stream = await db.stream('select 1 / (i - 9999) from n');
    const drain = async (): Promise<void> => {
      for await (const _ of stream);
    };
    expect(await codeOf(drain())).toBe('division_by_zero');
    expect(await codeOf(db.stream('select nothing from n'))).toBe('undefined_column');
  });
});

describe('run', () => {
  test('gives the result of each statement of a script', async () => {
    const results: unknown[] = [];
    for await (const { command, values } of db.run(
      'create table r (a int); insert into r values (1); select a from r; drop table r',
    )) {
      results.push([command, values]);
    }
    expect(results).toEqual([
      ['CREATE TABLE', []],
      ['INSERT', []],
      ['SELECT', [[1]]],
      ['DROP TABLE', []],
    ]);
  });

  test('stops at the first statement that fails', async () => {
    const seen: string[] = [];
    const script = async (): Promise<void> => {
      for await (const { command } of db.run('create table s (a int); select 1 / 0; drop table s')) seen.push(command);
    };
    expect(await codeOf(script())).toBe('division_by_zero');
    expect(seen).toEqual(['CREATE TABLE']);
    await db.query('drop table s');
  });
});

describe('an abort signal', () => {
  test('cancels a query', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    expect(await codeOf(db.query(ENDLESS, [], { signal: controller.signal }))).toBe('query_canceled');
    expect((await db.query('select 1')).values).toEqual([[1]]);
  });

  test('that is aborted already lets nothing run', async () => {
    expect(await codeOf(db.query('select count(*) from n', [], { signal: AbortSignal.abort() }))).toBe(
      'query_canceled',
    );
  });

  test('cancels a stream and a script', async () => {
    const controller = new AbortController();
    const stream = await db.stream('select a.i from n a, n b', [], { signal: controller.signal });
    const drain = async (): Promise<void> => {
      for await (const _ of stream) controller.abort();
    };
    expect(await codeOf(drain())).toBe('query_canceled');

    const other = new AbortController();
    const script = async (): Promise<void> => {
      for await (const _ of db.run(`select 1; ${ENDLESS}`, { signal: other.signal })) other.abort();
    };
    expect(await codeOf(script())).toBe('query_canceled');
  });
});
