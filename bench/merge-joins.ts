// What a join saves that walks along keys in order instead of looking them up: plans with and without, taken in turn in
// one process, or those whose name has a word. Rows near their place are what a wrong expectation costs. CPU time, on one thread.
//
//   npm run bench:merge -- "half of"
import { mapChildren } from '../compiler/physical/columns.ts';
import { KEY_FILTERS, MERGE_JOINS } from '../compiler/physical/lower.ts';
import type { PhysicalPlan } from '../compiler/physical/plan.ts';
import { INT64 } from '../compiler/types/type.ts';
import { building, createMicro, machine, scattered } from './micro.ts';

const [only] = process.argv.slice(2);
const ORDERS = 1_500_000;
const LINES = 4;
const ROUNDS = 3;
const micro = createMicro();
/** TPC-H's order keys: eight of each 32 numbers. */
const orderKey = (order: number): number => (order >> 3) * 32 + (order & 7);
const wide = (key: number): bigint => BigInt(key) * 1_000_003n;
const columns = (order: (row: number) => number) => [
  { name: 'key', type: INT64, value: (row: number) => BigInt(orderKey(order(row))) },
  { name: 'wide', type: INT64, value: (row: number) => wide(orderKey(order(row))) },
];
micro.table('orders', ORDERS, [
  ...columns((row) => row),
  { name: 'o', type: INT64, value: (row) => BigInt(row % 1000) },
  { name: 'chance', type: INT64, value: (row) => BigInt(scattered(row, 1000)) },
]);
micro.table('lines', ORDERS * LINES, [
  ...columns((row) => Math.floor(row / LINES)),
  {
    name: 'near',
    type: INT64,
    value: (row) => wide(orderKey(Math.min(ORDERS - 1, Math.floor(row / LINES) + scattered(row, 1000)))),
  },
  { name: 'l', type: INT64, value: (row) => BigInt(row % 997) },
]);

const inOrder = (plan: PhysicalPlan): PhysicalPlan => {
  const mapped = mapChildren(plan, inOrder);
  return mapped.kind === 'hashJoin' ? { ...mapped, ordered: true } : mapped;
};

console.log(`${ORDERS * LINES} lines, ${ORDERS} orders; ${machine()}\n`);
for (const [name, key, where, built] of [
  ['near their place, all orders', 'near', '', 'orders'],
  ['dense keys, all orders', 'key', '', 'orders'],
  ['dense keys, half of the orders', 'key', ' where o.chance < 500', 'orders'],
  ['dense keys, one order of ten', 'key', ' where o.chance < 100', 'orders'],
  ['wide keys, all orders', 'wide', '', 'orders'],
  ['wide keys, half of the orders', 'wide', ' where o.chance < 500', 'orders'],
  ['wide keys, one order of ten', 'wide', ' where o.chance < 100', 'orders'],
  ['wide keys, one order of a hundred', 'wide', ' where o.chance < 10', 'orders'],
  ['dense keys, lines built', 'key', '', 'lines'],
  ['wide keys, lines built', 'wide', '', 'lines'],
] as const) {
  const sql = `select sum(l.l + o.o) from lines l join orders o on l.${key} = o.${key === 'key' ? 'key' : 'wide'}${where}`;
  if (only !== undefined && !name.includes(only)) continue;
  for (const off of [[KEY_FILTERS, MERGE_JOINS], [MERGE_JOINS]]) {
    const hashed = building(micro.plan(sql, off), built);
    const ordered = inOrder(hashed);
    const times = { hashed: Number.POSITIVE_INFINITY, ordered: Number.POSITIVE_INFINITY };
    for (let round = 0; round < ROUNDS; round++) {
      times.hashed = Math.min(times.hashed, await micro.time(hashed, 1));
      times.ordered = Math.min(times.ordered, await micro.time(ordered, 1));
    }
    const label = `${name}${off.length === 1 ? ', key filter' : ''}`;
    console.log(
      `${label.padEnd(48)} ${times.hashed.toFixed(1).padStart(7)} ms  ${times.ordered.toFixed(1).padStart(7)} ms in order  ${(times.ordered / times.hashed).toFixed(2)}`,
    );
  }
}
process.exit(0);
