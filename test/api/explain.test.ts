import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, OrbitError, open } from '../../engine/index.ts';

let db: Database;
beforeAll(async () => {
  db = await open(':memory:', { threads: 1 });
  await db.query('create table d as select * from (values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) as v (i)');
  await db.query('create table customer (id integer primary key, name text not null, city text)');
  await db.query("insert into customer select i, 'customer ' || i, 'city ' || i % 3 from d");
  await db.query(
    'create table orders (id integer primary key, customer integer not null, total decimal(10, 2), note text)',
  );
  await db.query(
    "insert into orders select a.i + 10 * b.i + 100 * c.i, a.i, (a.i * 100 + b.i) / 4.0, 'note ' || c.i from d a, d b, d c",
  );
  await db.query(
    "create table visits as select 'visitor ' || (a.i * 100 + b.i * 10 + c.i) as name, 1 as n from d a, d b, d c, d e, d f",
  );
});
afterAll(() => db.close());

/** Times, sizes of code and of memory differ from run to run. */
function masked(text: string): string {
  return text
    .replace(/\d+\.\d+ ms/g, 'N ms')
    .replace(/\d+ bytes of code( from the cache)?/g, 'N bytes of code')
    .replace(/memory \d+\.\d+ MiB/g, 'memory N MiB');
}

const CASES: readonly (readonly [string, string])[] = [
  ['a scan', 'explain select id from orders where total > 200'],
  [
    'a join with groups and order',
    'explain analyze select city, count(*) as n, sum(total) as sum from orders o join customer c on o.customer = c.id where o.id < 500 group by city order by sum desc limit 2',
  ],
  [
    'verbose and long',
    "explain (analyze, verbose) select id, customer, total, note, upper(note) as loud, total * 2 as twice, length(note) as long from orders where note like '%5%' and total between 10 and 1000 and customer in (1, 3, 5, 7, 9) and id <> 17",
  ],
  ['a lookup', 'explain analyze select name from customer where id in (1, 2, 77)'],
  ['an update by key', "explain analyze update customer set city = 'x' where id = 5"],
  ['an update of all', 'explain (analyze, summary off) update customer set city = city'],
  ['host functions', 'explain analyze select max(md5(note)) from orders'],
  [
    'an inner side that runs often',
    'explain (analyze, summary off) select c.id, (select o.total from orders o where o.customer = c.id order by o.total desc limit 1 offset 2) from customer c',
  ],
  ['without estimates and times', 'explain (analyze, costs off, timing off) select count(*) from orders'],
  [
    'a filter by texts that a join looks up',
    "explain (analyze, summary off) select v.name, v.n from (select name, sum(n) as n from visits group by name) v join (select replace(name, 'customer', 'visitor') as name from customer) c on c.name = v.name",
  ],
  ['a union', 'explain analyze select id from orders where id < 3 union all select id from customer order by 1'],
];

const FILE = new URL('explain.txt', import.meta.url);

describe('EXPLAIN as text', () => {
  test('shows plans, pipelines and totals', async () => {
    const parts: string[] = [];
    for (const [title, sql] of CASES) {
      const { texts } = await db.query(sql);
      const lines = texts.map(([line]) => line ?? '');
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(120);
      parts.push(`## ${title}\n${sql}\n=>\n${masked(lines.join('\n'))}\n`);
    }
    const actual = parts.join('\n');
    if (process.env.UPDATE === '1') writeFileSync(FILE, actual);
    expect(actual).toBe(readFileSync(FILE, 'utf8'));
  });

  test('takes parameters, or does without where nothing runs', async () => {
    const sql = 'select id from orders where total > $1';
    expect(await db.explain(sql)).toContain('$1');
    expect(await db.explain(sql, { analyze: true, parameters: [100] })).toContain('actual');
    await expect(db.explain(sql, { analyze: true })).rejects.toThrow(/no value for parameter/);
  });

  test('says when a plan was there already', async () => {
    const sql = 'select count(*) from orders where id > 5 and customer = 1';
    expect(await db.explain(sql, { analyze: true })).toMatch(/^planning \d/m);
    await db.query(sql);
    const again = await db.explain(sql, { analyze: true });
    expect(again).toContain('plan from the cache');
    expect(again).toContain('of code from the cache');
  });

  test('refuses options that would do nothing', async () => {
    for (const option of ['buffers', 'wal', 'settings']) {
      const error: unknown = await db.query(`explain (${option}) select 1`).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'feature_not_supported' });
      expect(error).toBeInstanceOf(OrbitError);
      expect((await db.query(`explain (${option} off) select 1`)).rowCount).toBeGreaterThan(0);
    }
  });
});

type Kind = 'string' | 'number' | 'boolean' | 'strings' | 'numbers' | 'list';

/** Keys of a node, and what they hold; those of PostgreSQL have its names. */
const NODE: Readonly<Record<string, Kind>> = {
  'Node Type': 'string',
  'Node Id': 'number',
  Operator: 'string',
  Description: 'string',
  'Parent Relationship': 'string',
  'Relation Name': 'string',
  'CTE Name': 'string',
  Alias: 'string',
  'Index Name': 'string',
  'Index Cond': 'string',
  'Hash Cond': 'string',
  'Join Filter': 'string',
  'Join Type': 'string',
  Filter: 'string',
  Operation: 'string',
  Strategy: 'string',
  'Group Key': 'strings',
  'Sort Key': 'strings',
  Output: 'strings',
  'Startup Cost': 'number',
  'Total Cost': 'number',
  'Plan Rows': 'number',
  'Plan Width': 'number',
  'Actual Startup Time': 'number',
  'Actual Total Time': 'number',
  'Actual Rows': 'number',
  'Actual Loops': 'number',
  'Total Rows': 'number',
  'Own Time': 'number',
  'Q-Error': 'number',
  'Spilled Bytes': 'number',
  'Chunks Read': 'number',
  'Chunks Pruned': 'number',
  'Runtime Filters': 'list',
  Plans: 'list',
};
const ALWAYS = ['Node Type', 'Total Cost', 'Plan Rows', 'Plan Width'];
const WHEN_RUN = ['Actual Rows', 'Actual Loops', 'Actual Total Time', 'Actual Startup Time'];
const TOP: Readonly<Record<string, Kind>> = {
  'Planning Time': 'number',
  'Parse Time': 'number',
  'Bind Time': 'number',
  'Optimize Time': 'number',
  'Lower Time': 'number',
  'Plan From Cache': 'boolean',
  Triggers: 'list',
  'Execution Time': 'number',
  'Codegen Time': 'number',
  'Compile Time': 'number',
  Threads: 'number',
  'Peak Memory Bytes': 'number',
  'Spilled Bytes': 'number',
  'Host Functions': 'strings',
  Pipelines: 'list',
};
const PIPELINE: Readonly<Record<string, Kind>> = {
  Label: 'string',
  Operators: 'numbers',
  'Code Bytes': 'number',
  'Codegen Time': 'number',
  'Compile Time': 'number',
  'Module From Cache': 'boolean',
  'Execution Time': 'number',
  Threads: 'number',
  'Host Functions': 'strings',
};

type Json = Readonly<Record<string, unknown>>;

function isKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'numbers':
      return Array.isArray(value) && value.every((item) => typeof item === 'number' && item > 0);
    case 'list':
      return Array.isArray(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && value >= 0;
    default:
      return typeof value === kind;
  }
}

function checkKeys(object: Json, keys: Readonly<Record<string, Kind>>): void {
  for (const [key, value] of Object.entries(object)) {
    const kind = keys[key];
    expect(kind !== undefined && isKind(value, kind), `${key}: ${JSON.stringify(value)}`).toBe(true);
  }
}

function checkNode(node: Json, analyzed: boolean, isRoot: boolean): number {
  checkKeys(node, NODE);
  for (const key of analyzed ? [...ALWAYS, ...WHEN_RUN] : ALWAYS) expect(node, key).toHaveProperty([key]);
  expect('Parent Relationship' in node).toBe(!isRoot);
  const plans = (node.Plans ?? []) as readonly Json[];
  const below = plans.map((plan) => {
    expect(Number(plan['Total Cost'])).toBeLessThanOrEqual(Number(node['Total Cost']));
    return checkNode(plan, analyzed, false);
  });
  return 1 + below.reduce((sum, count) => sum + count, 0);
}

describe('EXPLAIN as JSON', () => {
  test.each(CASES.filter(([title]) => !title.startsWith('without')))('%s', async (_, sql) => {
    const inner = sql.replace(/^explain (analyze |\([^)]*\) )?/, '');
    for (const analyze of [false, true]) {
      const options = `format json${analyze ? ', analyze, verbose' : ''}`;
      const { texts } = await db.query(`explain (${options}) ${inner}`);
      const parsed: readonly (Json & { readonly Plan: Json })[] = JSON.parse(texts[0]?.[0] ?? '');
      expect(parsed.length).toBe(1);
      const { Plan: plan, ...top } = parsed[0] ?? { Plan: {} };
      checkKeys(top, TOP);
      const nodes = checkNode(plan, analyze, true);
      expect('Execution Time' in top).toBe(analyze);
      for (const pipeline of (top.Pipelines ?? []) as readonly Json[]) {
        checkKeys(pipeline, PIPELINE);
        for (const id of pipeline.Operators as readonly number[]) expect(id).toBeLessThanOrEqual(nodes);
      }
    }
  });
});
