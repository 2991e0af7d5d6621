// `npm run demo`: writes the CSV files of a small shop, asks questions about them, and shows how one was answered.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeShop } from './shop-data.mjs';

const dist = new URL('../dist/', import.meta.url);
const orbit = fileURLToPath(new URL('cli/main.js', dist));
if (!existsSync(orbit)) {
  console.error('dist/ is not built: run npm ci, or npm run build');
  process.exit(1);
}

const revenue = `select c.name, c.city, count(distinct o.id) as orders,
       sum(i.quantity * p.price::decimal(8, 2)) as spent
  from 'customers.csv' c
  join 'orders.csv' o on o.customer_id = c.id
  join 'order_items.csv' i on i.order_id = o.id
  join 'products.csv' p on p.id = i.product_id
 where o.status <> 'returned'
 group by c.id, c.name, c.city
 order by spent desc
 limit 5`;

const questions = [
  {
    title: 'Which large orders of the last days are under way? (filter, sort)',
    sql: `select o.id, o.ordered_on, sum(i.quantity) as pieces
  from 'orders.csv' o join 'order_items.csv' i on i.order_id = o.id
 where o.status = 'shipped' and o.ordered_on >= date '2024-12-24'
 group by o.id, o.ordered_on
having sum(i.quantity) >= 14
 order by pieces desc, o.id`,
  },
  { title: 'Who are the best customers? (four files joined, top 5)', sql: revenue },
  {
    title: 'How did the quarters go? (parts of dates, conditional sums)',
    sql: `select extract(year from o.ordered_on) as year, extract(quarter from o.ordered_on) as quarter,
       sum(i.quantity * p.price::decimal(8, 2)) as revenue,
       sum(case when p.category = 'tea' then i.quantity else 0 end) as tea,
       sum(case when p.category = 'coffee' then i.quantity else 0 end) as coffee
  from 'orders.csv' o
  join 'order_items.csv' i on i.order_id = o.id
  join 'products.csv' p on p.id = i.product_id
 group by 1, 2
 order by 1, 2`,
  },
  {
    title: 'Which products come back often? (shares of groups)',
    sql: `select p.name, p.category, count(*) as sold,
       (100.0 * sum(case when o.status = 'returned' then 1 else 0 end) / count(*))::decimal(4, 1) as percent_returned
  from 'products.csv' p
  join 'order_items.csv' i on i.product_id = p.id
  join 'orders.csv' o on o.id = i.order_id
 group by p.name, p.category
having sum(case when o.status = 'returned' then 1 else 0 end) > 0.175 * count(*)
 order by percent_returned desc`,
  },
  {
    title: 'Where do the customers live who have never ordered? (a subquery, unknown cities)',
    sql: `select coalesce(city, '(unknown)') as city, count(*) as customers, min(since) as first
  from 'customers.csv' c
 where not exists (select 1 from 'orders.csv' o where o.customer_id = c.id)
 group by city
 order by customers desc, city`,
  },
];

const folder = mkdtempSync(join(tmpdir(), 'orbit-demo-'));

/** Runs the command in the folder of the files, and lets it print. */
function run(args, text) {
  const { status } = spawnSync(process.execPath, [orbit, ...args, '-'], {
    cwd: folder,
    input: text,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`orbit ${args.join(' ')}: exit status ${status}`);
}

/** The same engine as a library: rows come as objects, values go in as parameters. */
async function library() {
  const { open } = await import(new URL('engine/index.js', dist));
  const db = await open(':memory:');
  const { rows } = await db.query(
    `select name, price from '${join(folder, 'products.csv')}' where category = $1 order by price limit 3`,
    ['kitchen'],
  );
  for (const { name, price } of rows) console.log(`${name} costs ${price}`);
  await db.close();
}

try {
  const started = performance.now();
  const counts = writeShop(folder);
  console.log('A small shop in CSV files:');
  for (const [name, count] of Object.entries(counts)) console.log(`  ${name}.csv, ${count} rows`);
  for (const { title, sql } of questions) {
    console.log(`\n-- ${title}\n${sql};\n`);
    run(['query'], sql);
  }
  console.log('\n-- How were the best customers found? (orbit explain --analyze)\n');
  run(['explain', '--analyze'], revenue);
  console.log('\n-- The cheapest things for the kitchen, asked from JavaScript\n');
  await library();
  console.log(`\nThat took ${((performance.now() - started) / 1000).toFixed(1)} s.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
