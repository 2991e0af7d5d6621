// Point queries in one session, in process and on one thread: a prepared SELECT by primary key on a table of a million
// rows, random keys; beside it prepared changes of single rows, and SELECT 1. Queries per second, the best and the
// median of several rounds.
//
//   npm run bench:point [-- --rows 1000000 --rounds 7 --json]
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { open } from '../engine/index.ts';

/** Queries per second, the median round: SELECT by key. */
const BAR = 25_000;
const ROUND = 20_000;

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
  },
});
const rows = Number(flags.rows);
const database = await open(':memory:', { threads: 1 });
await database.query('create table digits as select * from (values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) as v (i)');
await database.query(
  'create table item (id integer primary key, name text not null, price decimal(12, 2), stock integer)',
);
const places = Array.from({ length: Math.ceil(Math.log10(rows)) }, (_, place) => place);
const id = places.map((place) => `d${place}.i * ${10 ** place}`).join(' + ');
await database.query(
  `insert into item select id, 'item ' || id, id % 1000 / 7.0, id % 100 from
   (select ${id} as id from ${places.map((place) => `digits d${place}`).join(', ')}) as v where id < ${rows}`,
);
const [count] = (await database.query('select count(*) from item')).values[0] ?? [];
if (count !== BigInt(rows)) throw new Error(`the table has ${String(count)} rows`);

/** Xorshift, so that keys cost nothing and are the same in every run. */
let state = 88_172_645;
function random(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

let next = rows;
const select = await database.prepare('select id, name, price, stock from item where id = $1');
const list = await database.prepare('select id, name from item where id in ($1, $2, $3)');
const one = await database.prepare('select 1');
const insert = await database.prepare('insert into item values ($1, $2, $3, $4)');
const update = await database.prepare('update item set stock = stock + 1 where id = $1');
const cases: readonly { readonly name: string; readonly run: () => Promise<number> }[] = [
  { name: 'select by key', run: async () => (await select.query([random(rows)])).values.length },
  {
    name: 'the same, by query(text)',
    run: async () =>
      (await database.query('select id, name, price, stock from item where id = $1', [random(rows)])).values.length,
  },
  {
    name: 'select by three keys',
    run: async () => {
      const first = random(rows - 2);
      return (await list.query([first, first + 1, first + 2])).values.length - 2;
    },
  },
  { name: 'select 1', run: async () => (await one.query()).values.length },
  { name: 'insert a row', run: async () => (await insert.query([next, `item ${next++}`, 5, 1])).rowCount },
  { name: 'update by key', run: async () => (await update.query([random(rows)])).rowCount },
];

const results: {
  readonly name: string;
  readonly best: number;
  readonly median: number;
  readonly cpu: number;
  readonly firstMs: number;
}[] = [];
for (const { name, run } of cases) {
  const started = performance.now();
  await run();
  const firstMs = performance.now() - started;
  const rates: number[] = [];
  const cpuRates: number[] = [];
  for (let round = -1; round < Number(flags.rounds); round++) {
    const begun = performance.now();
    const before = process.cpuUsage();
    let calls = 0;
    // A slow path must not take for ever.
    while (calls < ROUND && performance.now() - begun < 2000) {
      for (let i = 0; i < 20; i++) if ((await run()) !== 1) throw new Error(`${name} gives the wrong number of rows`);
      calls += 20;
    }
    if (round < 0) continue;
    rates.push((calls / (performance.now() - begun)) * 1000);
    const { user, system } = process.cpuUsage(before);
    cpuRates.push((calls / (user + system)) * 1e6);
  }
  rates.sort((a, b) => a - b);
  cpuRates.sort((a, b) => a - b);
  const middle = rates.length >> 1;
  const [best = 0, median = 0, cpu = 0] = [rates.at(-1), rates[middle], cpuRates[middle]];
  results.push({ name, best, median, cpu, firstMs });
}
await database.close();
const met = (results[0]?.median ?? 0) >= BAR;
if (flags.json) console.log(JSON.stringify({ rows, load: loadavg()[0], bar: BAR, met, results }, null, 2));
else {
  console.log(
    `${rows} rows; per second\n${'case'.padEnd(28)}${'median'.padStart(10)}${'best'.padStart(10)}${'CPU'.padStart(10)}${'first'.padStart(12)}`,
  );
  for (const { name, best, median, cpu, firstMs } of results) {
    const cells = [median, best, cpu].map((rate) => Math.round(rate).toString().padStart(10)).join('');
    console.log(`${name.padEnd(28)}${cells}${`${firstMs.toFixed(1)} ms`.padStart(12)}`);
  }
  console.log(`load ${loadavg()[0]?.toFixed(1)}; bar for a query by key, ${BAR}: ${met ? 'met' : 'MISSED'}`);
}
process.exitCode = met ? 0 : 1;
