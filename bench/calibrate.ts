// `npm run bench:calibrate`: what operators cost on this machine, beside the constants of optimizer/cost.ts. The unit is
// a row that a hash join puts out of its pipeline into the next operator; only the relations matter.
import { COSTS } from '../compiler/optimizer/cost.ts';
import { KEY_FILTERS } from '../compiler/physical/lower.ts';
import { INT32, INT64 } from '../compiler/types/type.ts';
import { building, createMicro, machine, scattered } from './micro.ts';

const ROWS = 1_000_000;
const SIZES = [1024, 16_384, 131_072, 1_048_576, 4_194_304];
const micro = createMicro();
micro.table('t', ROWS, [
  { name: 'i', type: INT32, value: (i) => scattered(i, 1_000_000) },
  ...SIZES.map((size) => ({ name: `r${size}`, type: INT64, value: (i: number) => BigInt(scattered(i, size)) * 1009n })),
]);
for (const size of SIZES) {
  // Keys too far apart for an array by key, in no order.
  micro.table(`b${size}`, size, [
    { name: 'key', type: INT64, value: (i) => BigInt((i * 7919) % size) * 1009n },
    { name: 'v', type: INT32, value: (i) => i },
  ]);
}
micro.table('few', 8, [{ name: 'x', type: INT64, value: (i) => BigInt(i) * 1009n }]);
micro.table('pairs', 4096, [{ name: 'x', type: INT32, value: (i) => scattered(i, 100_000) }]);

/** Nanoseconds. Filters by a join's keys would leave nothing to measure. */
const time = async (sql: string, built?: string, runs?: number): Promise<number> => {
  const plan = micro.plan(sql, [KEY_FILTERS]);
  return (await micro.time(built === undefined ? plan : building(plan, built), runs)) * 1e6;
};
const timeBuild = async (size: number, runs?: number): Promise<number> => {
  const all = await time(`select sum(v) from few join b${size} on few.x = key`, `b${size}`, runs);
  return all - (await time('select count(*) from few', undefined, runs));
};

console.log(`${machine()}\n`);
const scanOne = (await time('select sum(i) from t')) / ROWS;
console.log(`a row scanned and summed          ${scanOne.toFixed(2)} ns`);

const probes: number[] = [];
for (const size of SIZES) {
  const scan = (await time(`select sum(r${size}) from t`)) / ROWS;
  const joined = (await time(`select sum(v) from t join b${size} on r${size} = key`, `b${size}`)) / ROWS;
  const built = await timeBuild(size, 5);
  const build = built / size;
  probes.push(Math.max(joined - scan - built / ROWS, 0.1));
  console.log(
    `${String(size).padStart(9)} rows built: build ${build.toFixed(1).padStart(6)} ns a row, probe ${(probes.at(-1) ?? 0).toFixed(1).padStart(6)} ns a row`,
  );
}
const unit = probes[1] ?? 1;
const nested = (await time('select count(*) from pairs a, pairs b where a.x > b.x')) / 4096 ** 2;
const perDoubling = ((probes[3] ?? 0) / unit - 1) / Math.log2((SIZES[3] ?? 1) / (SIZES[1] ?? 1));

const row = (name: string, measured: number, constant: number): void =>
  console.log(`${name.padEnd(34)} ${measured.toFixed(2).padStart(8)} ${constant.toFixed(2).padStart(8)}`);
console.log('\nin units of a cached probe          here  cost.ts');
const buildCached = (await timeBuild(16_384, 15)) / 16_384;
row('build, beside its lookup', buildCached / unit - 1, COSTS.build);
row('probe', 1, COSTS.probe);
row('miss per doubling', perDoubling, COSTS.missPerDoubling);
row('most misses', (probes[4] ?? 0) / unit - 1, COSTS.mostMisses);
row('pair of a nested loop', nested / unit, COSTS.comparedPair);

console.log('\naggregates, ns a row by number of groups');
for (const size of SIZES) {
  const ns = (await time(`select r${size}, sum(i) from t group by r${size}`)) / ROWS;
  console.log(`${String(size).padStart(9)} ${ns.toFixed(1).padStart(8)}`);
}
console.log(`\nsort, ns a row: ${((await time('select i from t order by i')) / ROWS).toFixed(1)}`);
process.exit(0);
