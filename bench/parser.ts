// What the SQL parser costs: making it, and parsing a small and a large statement. CPU time, the best of several runs,
// which a busy machine can only make longer.
//
//   npm run bench:parser
import { expectedAt } from '../grammars/sql/expected.ts';
import { parseSql } from '../grammars/sql/parser.ts';
import { SqlParser } from '../grammars/sql/rules/parser.ts';

function best(runs: number, work: () => void): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    shortest = Math.min(shortest, (user + system) / 1000);
  }
  return shortest;
}

const small =
  'select a, b + 1 as c, count(*) from t join u on t.id = u.id where x = 1 and y > 2.5 and z in (1, 2, 3) group by a, b limit 10';
const item = "case when a.x > 10 then coalesce(a.y, 0) * 2 else sum(b.z) end as value, lower(a.name) || '-' || b.code";
const large = `select ${Array<string>(90).fill(item).join(', ')} from a join b on a.id = b.id where a.x between 1 and 9`;

const line = (name: string, ms: number): void => console.log(`${name.padEnd(34)} ${ms.toFixed(3).padStart(9)} ms`);
line(
  'make a parser',
  best(5, () => new SqlParser()),
);
const hundred = best(30, () => {
  for (let i = 0; i < 100; i++) parseSql(small);
});
line(`parse ${small.length} bytes`, hundred / 100);
line(
  `parse ${large.length} bytes`,
  best(20, () => parseSql(large)),
);
line(
  `what can follow at ${large.length} bytes`,
  best(20, () => expectedAt(large, large.length)),
);
