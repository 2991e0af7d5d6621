// What Bloom filters of join keys save, and cost where they drop nothing: plans with and without them, taken in turn in
// one process. CPU time, on one thread.
//
//   node bench/run.mjs bench/bloom-filters.ts
import { placeKeyFilters } from '../compiler/physical/key-filters.ts';
import { KEY_FILTERS } from '../compiler/physical/lower.ts';
import { printPhysical } from '../compiler/physical/print.ts';
import { FLOAT64, INT64, UTF8 } from '../compiler/types/type.ts';
import { createMicro, type MicroColumn, machine, scattered } from './micro.ts';

const ROWS = 1 << 19;
const KEYS = 1 << 16;
const ROUNDS = 5;
const micro = createMicro();
const key = (row: number): number => scattered(row, KEYS);
const columns = (key: (row: number) => number): readonly MicroColumn[] => [
  { name: 'wide', type: INT64, value: (row) => BigInt(key(row)) * 4_000_000_007_000n },
  { name: 'name', type: UTF8, value: (row) => `the name of key ${key(row)}` },
  { name: 'ratio', type: FLOAT64, value: (row) => key(row) / 8 },
  { name: 'a', type: INT64, value: (row) => BigInt(key(row) >> 8) },
  { name: 'b', type: INT64, value: (row) => BigInt(key(row) & 255) },
];
micro.table('facts', ROWS, [
  ...columns(key),
  { name: 'v', type: INT64, value: (row) => BigInt(row % 1000) },
  { name: 'g', type: INT64, value: (row) => BigInt(scattered(row * 7, KEYS)) },
]);
micro.table('few', KEYS / 16, [...columns((row) => row * 16), { name: 'k', type: INT64, value: (row) => BigInt(row) }]);
micro.table(
  'whole',
  KEYS,
  columns((row) => row),
);
micro.table('big', KEYS, [{ name: 'g', type: INT64, value: (row) => BigInt(row) * 1_000_003n }]);

const on = (keys: readonly string[]): string => keys.map((name) => `f.${name} = s.${name}`).join(' and ');
const grouped = (keys: readonly string[], table: string): string =>
  `select sum(f.total) from (select ${keys.join(', ')}, sum(v) as total from facts group by ${keys.join(', ')}) f join ${table} s on ${on(keys)}`;
const joined = (keys: readonly string[], table: string): string =>
  `select count(*) from facts f left join big on f.g * 1000003 = big.g join ${table} s on ${on(keys)}`;

console.log(`${ROWS} rows; ${machine()}\n`);
for (const [shape, make] of [
  ['grouping', grouped],
  ['left join', joined],
] as const) {
  for (const keys of [['wide'], ['name'], ['ratio'], ['a', 'b']]) {
    for (const [table, all] of [
      ['few', false],
      ['whole', true],
    ] as const) {
      const sql = make(keys, table);
      const without = micro.plan(sql, [KEY_FILTERS]);
      const filtered = all ? placeKeyFilters(without, { all }) : micro.plan(sql);
      const times = { without: Number.POSITIVE_INFINITY, filtered: Number.POSITIVE_INFINITY };
      for (let round = 0; round < ROUNDS; round++) {
        times.without = Math.min(times.without, await micro.time(without, 1));
        times.filtered = Math.min(times.filtered, await micro.time(filtered, 1));
      }
      const placed = printPhysical(filtered).includes('filtered by') ? '' : ' (none placed)';
      const name = `${shape} by ${keys.join(', ')}, ${all ? 'all' : 'one of 16'} match`;
      console.log(
        `${name.padEnd(44)} ${times.without.toFixed(1).padStart(7)} ms  ${times.filtered.toFixed(1).padStart(7)} ms filtered  ${(times.filtered / times.without).toFixed(2)}${placed}`,
      );
    }
  }
}
process.exit(0);
