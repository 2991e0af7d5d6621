// `npm run bench:kernels`: nanoseconds of CPU time that kernels take for a row, by what they do. The least of seven runs;
// what scanning the table alone takes is in them.
//
//   npm run bench:kernels -- --rows 2000000 --only join --json FILE
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { KEY_FILTERS } from '../compiler/physical/lower.ts';
import { DATE, decimal, FLOAT64, INT32, INT64, UTF8 } from '../compiler/types/type.ts';
import { building, createMicro, machine, scattered } from './micro.ts';

const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, only: { type: 'string' }, json: { type: 'string' } },
});
const ROWS = Number(options.rows);
const WORDS = Array.from({ length: 100 }, (_, i) => `word${i}`);
const micro = createMicro();
micro.table('t', ROWS, [
  { name: 'id', type: INT32, value: (i) => i },
  { name: 'small', type: INT32, value: (i) => scattered(i, 100) },
  { name: 'i', type: INT32, value: (i) => scattered(i, 1_000_000) },
  { name: 'j', type: INT32, value: (i) => scattered(i + 7, 1_000_000) },
  { name: 'l', type: INT64, value: (i) => BigInt(scattered(i, 1_000_000)) * 10_000_019n },
  { name: 'd', type: decimal(15, 2), value: (i) => BigInt(scattered(i, 10_000_000)) },
  { name: 'f', type: FLOAT64, value: (i) => scattered(i, 1_000_000) / 7 },
  { name: 'day', type: DATE, value: (i) => 8000 + scattered(i, 2500) },
  { name: 'word', type: UTF8, value: (i) => WORDS[scattered(i, 100)] ?? '' },
  { name: 'note', type: UTF8, value: (i) => `note ${scattered(i, 1_000_000)} of ${i} that is long` },
  { name: 'gap', type: INT32, nullable: true, value: (i) => (scattered(i, 10) < 3 ? null : scattered(i, 1000)) },
  { name: 'g1k', type: INT32, value: (i) => scattered(i, 1000) * 1009 },
  { name: 'g64k', type: INT32, value: (i) => scattered(i, 65_536) * 1009 },
  { name: 'g1m', type: INT64, value: (i) => BigInt(scattered(i, 1_000_000)) * 1009n },
]);
const BUILDS = { k4: 4096, k64: 65_536, m1: 1_048_576 };
for (const [name, rows] of Object.entries(BUILDS)) {
  micro.table(name, rows, [
    { name: 'key', type: INT64, value: (i) => BigInt(i) * 1009n },
    { name: 'v', type: INT32, value: (i) => i },
  ]);
}
micro.table('few', 16, [{ name: 'x', type: INT64, value: (i) => BigInt(i) * 1009n }]);

const count = (where: string): string => `select count(*) from t where ${where}`;
const sum = (what: string): string => `select sum(${what}) from t`;
/** Name, statement, and the rows that the time is divided by. */
const CASES: readonly (readonly [name: string, sql: string, rows?: number])[] = [
  ['scan: range of int32, 1 %', count('i < 10000')],
  ['scan: range of int32, 50 %', count('i < 500000')],
  ['scan: two ranges', count('i < 500000 and small < 50')],
  ['scan: range of decimal', count('d < 50000.00')],
  ['scan: range of date', count("day < date '1995-01-01'")],
  ['scan: range of float', count('f < 70000')],
  ['scan: equal to a text of a dictionary', count("word = 'word7'")],
  ['scan: in five integers', count('small in (1, 3, 5, 7, 11)')],
  ['scan: in five texts', count("word in ('word1', 'word2', 'word3', 'word4', 'word5')")],
  ['scan: column with column', count('i < j')],
  ['scan: or', count('i < 1000 or j < 1000')],
  ['scan: arithmetic', count('i + j < 1000000')],
  ['scan: is null', count('gap is null')],
  ['scan: begins with', count("note like 'note 7%'")],
  ['scan: contains', count("note like '%777%'")],
  ['scan: contains two', count("note like '%7%9%'")],
  ['compute: sum of int32', sum('i')],
  ['compute: sum of int64', sum('l')],
  ['compute: add int32', sum('i + j')],
  ['compute: multiply decimals', sum('d * (1 - d)')],
  ['compute: divide floats', sum('f / (f + 1)')],
  ['compute: year of date', sum('extract(year from day)')],
  ['compute: case', sum('case when small < 50 then i else j end')],
  ['compute: length of text', sum('length(note)')],
  ['compute: upper of text', sum('length(upper(note))')],
  ['compute: substring', sum('length(substring(note, 3, 5))')],
  ['compute: concatenation', sum("length(note || 'x')")],
  ['aggregate: 100 groups', 'select small, sum(i) from t group by small'],
  ['aggregate: 100 texts', 'select word, sum(i) from t group by word'],
  ['aggregate: 1,000 groups', 'select g1k, sum(i) from t group by g1k'],
  ['aggregate: 65,536 groups', 'select g64k, sum(i) from t group by g64k'],
  ['aggregate: 630,000 groups', 'select g1m, sum(i) from t group by g1m'],
  ['aggregate: long texts', 'select note, count(*) from t group by note'],
  ['aggregate: distinct', 'select count(distinct i) from t'],
  ['join: probe 4,096', 'select sum(v) from t join k4 on t.g1m = k4.key'],
  ['join: probe 65,536', 'select sum(v) from t join k64 on t.g1m = k64.key'],
  ['join: probe 1,048,576', 'select sum(v) from t join m1 on t.g1m = m1.key'],
  ['join: build 65,536', 'select sum(v) from few join k64 on few.x = k64.key', BUILDS.k64],
  ['join: nested loop, a pair', 'select count(*) from few a, t where a.x > t.i', 16 * ROWS],
  ['sort: first ten', 'select id from t order by i limit 10'],
  ['sort: int32', 'select id from t order by i'],
  ['sort: texts', 'select id from t order by note'],
  ['sort: two keys', 'select id from t order by word, i desc'],
];

console.log(`${ROWS} rows; ${machine()}\n`);
const results = [];
for (const [name, sql, rows = ROWS] of CASES) {
  if (options.only !== undefined && !name.includes(options.only)) continue;
  const plan = micro.plan(sql, [KEY_FILTERS]);
  const built = Object.keys(BUILDS).find((table) => sql.includes(`join ${table} `));
  const ms = await micro.time(built === undefined ? plan : building(plan, built));
  const nanoseconds = (ms * 1e6) / rows;
  results.push({ name, sql, ms, nanoseconds });
  console.log(`${name.padEnd(40)} ${nanoseconds.toFixed(2).padStart(8)} ns`);
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ rows: ROWS, results }, null, 1)}\n`);
process.exit(0);
