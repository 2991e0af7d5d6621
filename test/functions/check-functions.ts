// `npm run check:functions [-- SEED EACH NAMES]`: generated calls of all functions, compared with PostgreSQL and DuckDB.
import { differential } from './differential.ts';

const [seed = '1', each = '16', names] = process.argv.slice(2);
const { outcomes, alone, excused } = await differential(
  Number(seed),
  Number(each),
  names === undefined ? undefined : new RegExp(names),
);
const wrong = outcomes.filter(({ agrees }) => !agrees);
for (const { sql, ours, theirs, dialect } of wrong)
  console.log(`${sql}\n  ours   ${ours}\n  ${dialect.padEnd(8)} ${theirs}`);
console.log(
  `${outcomes.length} calls, ${wrong.length} differ, ${excused} excused; functions ${new Set(outcomes.map(({ name }) => name)).size}`,
);
console.log(`without a counterpart: ${[...alone].join(' ')}`);
process.exit(wrong.length > 0 ? 1 : 0);
