// `npm run bench:apply`: subqueries that stay an Apply, over outer rows that all differ; time for each outer row.
//
//   node bench/run.mjs bench/apply.ts [OUTER_ROWS]
import { open } from '../engine/index.ts';

const outerRows = Number(process.argv[2] ?? 10_000);
const INNER_ROWS = 100;

/** A LIMIT by a parameter is not decorrelated. */
const QUERIES = {
  'filter, limit': 'select count(*), sum(x) from o, lateral (select v as x from i where i.k > o.k limit $1) s',
  'top-n': 'select count(*), sum(x) from o, lateral (select v as x from i where i.k > o.k order by v limit $1) s',
  aggregate: 'select count(*), sum(x) from o, lateral (select sum(v) as x from i where i.k > o.k limit $1) s',
  join: 'select count(*), sum(x) from o, lateral (select i.v as x from i join j on i.k = j.k + o.k % 7 where j.v > o.k limit $1) s',
  'grouped join':
    'select count(*), sum(x) from o, lateral (select count(*) as x from i join j on i.k = j.k where j.v > o.k group by i.v order by 1 limit $1) s',
};

const db = await open(':memory:', { threads: 1 });
await db.query('create table o (k bigint not null)');
await db.query(`insert into o select x * 13 from generate_series(1, ${outerRows}) as g(x)`);
for (const name of ['i', 'j']) {
  await db.query(`create table ${name} (k bigint not null, v bigint not null)`);
  await db.query(
    `insert into ${name} select x * ${Math.ceil(outerRows / 7)}, x * 37 % 101 from generate_series(1, ${INNER_ROWS}) as g(x)`,
  );
}
for (const [name, sql] of Object.entries(QUERIES)) {
  const times: number[] = [];
  let cpu = 0;
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage();
    const started = performance.now();
    await db.query(sql, [3n]);
    times.push(performance.now() - started);
    const { user, system } = process.cpuUsage(before);
    cpu = (user + system) / 1000;
  }
  const best = Math.min(...times);
  console.log(
    `${name.padEnd(14)} ${((best * 1000) / outerRows).toFixed(1).padStart(8)} µs an outer row, CPU of the last run ${((cpu * 1000) / outerRows).toFixed(1)} µs`,
  );
}
await db.close();
