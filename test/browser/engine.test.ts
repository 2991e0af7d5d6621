// The browser bundle, in a real browser under a policy that allows no code from text.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPeer, requirePeer } from '../support/peers.ts';
import { type PageServer, servePage } from './server.ts';

const bundle = fileURLToPath(new URL('../../dist/browser/', import.meta.url));

beforeAll(() => {
  if (!existsSync(bundle)) throw new Error('dist/browser is missing: npm run build:js');
});

test('the bundle is whole: it imports no package and nothing of Node.js', async () => {
  const { metafile } = await build({
    entryPoints: [`${bundle}index.js`, `${bundle}worker.browser.js`],
    outdir: bundle,
    bundle: true,
    splitting: true,
    format: 'esm',
    packages: 'external',
    write: false,
    metafile: true,
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  expect(imports.filter(({ external }) => external === true)).toEqual([]);
});

const CITIES = `id,name,country,founded,population
1,Köln,DE,0050-01-01,1084831
2,Lyon,FR,,522250
3,"Paris, the capital",FR,,2102650
4,Bonn,DE,,336465
5,東京,JP,1457-04-08,14094034
`;
const COUNTRIES = `code,country
DE,Germany
FR,France
IT,Italy
`;
/** Enough rows that pipelines go to worker threads. */
const ROWS = 400_000;

const QUERIES: readonly { readonly name: string; readonly sql: string; readonly rows: readonly unknown[] }[] = [
  {
    name: 'join, aggregate, sort',
    sql: `SELECT c.country, count(*) AS cities, sum(population) AS people, max(upper(name)) AS last
      FROM 'cities.csv' t JOIN 'countries.csv' c ON t.country = c.code
      GROUP BY c.country ORDER BY people DESC`,
    rows: [
      ['France', '2', '2624900', 'PARIS, THE CAPITAL'],
      ['Germany', '2', '1421296', 'KÖLN'],
    ],
  },
  {
    name: 'outer join, nulls',
    sql: `SELECT c.code, t.name, t.founded FROM 'countries.csv' c LEFT JOIN 'cities.csv' t
      ON t.country = c.code AND t.founded IS NOT NULL ORDER BY c.code`,
    rows: [
      ['DE', 'Köln', '0050-01-01'],
      ['FR', null, null],
      ['IT', null, null],
    ],
  },
  {
    name: 'texts',
    sql: `SELECT length(name) AS n, name || '!' AS loud FROM 'cities.csv' WHERE name LIKE '%o%n%' OR id = 5 ORDER BY id`,
    rows: [
      ['4', 'Lyon!'],
      ['4', 'Bonn!'],
      ['2', '東京!'],
    ],
  },
  {
    name: 'a table that is written and read',
    sql: `SELECT kind, count(*) AS n, sum(price) AS total FROM numbers GROUP BY kind ORDER BY kind LIMIT 3`,
    rows: [
      ['0', String(ROWS / 10), '79998000.00'],
      ['1', String(ROWS / 10), '79998400.00'],
      ['2', String(ROWS / 10), '79998800.00'],
    ],
  },
  {
    name: 'a join of many rows',
    sql: `SELECT count(*) AS n FROM numbers a JOIN numbers b ON a.id = b.id + 1 WHERE a.kind = 3`,
    rows: [[String(ROWS / 10)]],
  },
];

describe.skipIf(!requirePeer('chromium'))('the engine in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: findPeer('chromium') ?? '',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });

  afterAll(() => browser?.close());

  const modes = [
    { name: 'with shared memory, on one thread', isolated: true, threads: 1 },
    { name: 'with shared memory, on two worker threads', isolated: true, threads: 2 },
    { name: 'without shared memory', isolated: false, threads: 2 },
  ];

  describe.each(modes)('$name', ({ isolated, threads }) => {
    const complaints: string[] = [];
    let server: PageServer;
    let page: Page;
    const ask = <T>(action: string, argument?: unknown): Promise<T> => askOn(page, action, argument);

    beforeAll(async () => {
      server = await servePage(isolated);
      page = await openPage(browser, server.url, complaints);
      expect(await ask('open', { threads })).toEqual({ isolated });
      await ask('file', { path: 'cities.csv', text: CITIES });
      await ask('blob', { path: 'countries.csv', text: COUNTRIES });
      await ask('query', { sql: 'CREATE TABLE numbers (id integer PRIMARY KEY, kind integer, price decimal(10,2))' });
      const lines = Array.from({ length: ROWS }, (_, id) => `${id},${id % 10},${(id / 100).toFixed(2)}`);
      await ask('file', { path: 'numbers.csv', text: lines.join('\n') });
      await ask('query', { sql: `COPY numbers FROM 'numbers.csv' (FORMAT csv, HEADER false)` });
    });

    afterAll(async () => {
      await page?.close();
      await server?.close();
    });

    test.each(QUERIES)('$name', async ({ sql, rows }) => {
      expect(await ask('query', { sql })).toEqual(rows);
    });

    test('as many threads as there should be', async () => {
      const text = await ask<string>('explain', { sql: 'SELECT kind, count(*) FROM numbers GROUP BY kind' });
      expect(text.includes('on 2 threads')).toBe(isolated && threads === 2);
    });

    test('an error says what is wrong', async () => {
      await expect(ask('query', { sql: `SELECT nme FROM 'cities.csv'` })).rejects.toThrow(/undefined_column.*nme/);
      await expect(ask('query', { sql: `SELECT 1 FROM 'none.csv'` })).rejects.toThrow(/undefined_file/);
    });

    test('a message that comes while a query runs cancels it', async () => {
      await ask('start', { sql: 'SELECT count(*) FROM numbers a, numbers b WHERE a.price < b.price' });
      expect(await ask('abort')).toBe('query_canceled');
    });

    test('no errors in the console, and nothing that the policy forbids', async () => {
      await ask('close');
      expect(complaints).toEqual([]);
      expect(server.violations).toEqual([]);
    });
  });

  test('the policy is in force', async () => {
    const server = await servePage(true);
    try {
      const page = await openPage(browser, server.url, []);
      await expect(askOn(page, 'forbidden')).rejects.toThrow(/EvalError/);
      await expect.poll(() => server.violations.length).toBeGreaterThan(0);
      await page.close();
    } finally {
      await server.close();
    }
  });
});

async function openPage(browser: Browser, url: string, complaints: string[]): Promise<Page> {
  const page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  await page.waitForFunction('globalThis.ask !== undefined');
  return page;
}

function askOn<T>(page: Page, action: string, argument?: unknown): Promise<T> {
  return page.evaluate(
    ([name, value]) => {
      const { ask } = globalThis as unknown as { ask: (action: string, argument: unknown) => Promise<T> };
      return ask(name as string, value);
    },
    [action, argument] as const,
  );
}
