import { expect, test } from 'vitest';
import { parseSql } from '../../grammars/sql/parser.ts';
import { printSql } from '../../grammars/sql/printer/printer.ts';
import { textWithoutRanges } from './cases.ts';
import { rangeProblems } from './ranges.ts';

/** Texts put together at random, without regard to precedence: what parses has to survive printing. */
function generator(seed: number) {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;

  const leaves = [
    'a',
    't.b',
    '1',
    '2.5',
    "'x'",
    'null',
    'true',
    '$1',
    '?',
    ':p',
    '"Q"',
    'current_date',
    "date '2020-01-01'",
    'f()',
  ];
  const infixes = [
    '+',
    '-',
    '*',
    '/',
    '%',
    '^',
    '**',
    '//',
    '=',
    '<',
    '<>',
    '||',
    '->',
    '->>',
    '@>',
    '&',
    'and',
    'or',
    'overlaps',
  ];
  const moreInfixes = [
    'is distinct from',
    'like',
    'not ilike',
    'similar to',
    'at time zone',
    'in',
    'operator(s.+)',
    '~~',
  ];
  const suffixes = [
    'is null',
    'is not true',
    'isnull',
    '::int',
    '::text[]',
    'collate "C"',
    '[1]',
    '[1:2]',
    '[:]',
    '.f',
    '.m(1)',
    'at local',
  ];
  const prefixes = ['-', '+', 'not', '~', '@'];

  const expression = (depth: number): string => {
    if (depth <= 0) return pick(leaves);
    const inner = () => expression(depth - 1 - random(2));
    switch (random(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return `${inner()} ${pick(infixes)} ${inner()}`;
      case 4:
        return `${inner()} ${pick(moreInfixes)} ${inner()}`;
      case 5:
        return `${pick(prefixes)} ${inner()}`;
      case 6:
      case 7:
        return `${inner()} ${pick(suffixes)}`;
      case 8:
      case 9:
        return `(${inner()})`;
      case 10:
        return `${inner()} ${pick(['', 'not '])}between ${inner()} and ${inner()}`;
      case 11:
        return `${inner()} ${pick(['', 'not '])}in (${inner()}, ${inner()})`;
      case 12:
        return pick([
          `case when ${inner()} then ${inner()} else ${inner()} end`,
          `case ${inner()} when ${inner()} then ${inner()} end`,
          `cast(${inner()} as numeric(3))`,
          `[${inner()}, ${inner()}]`,
          `{k: ${inner()}}`,
          `map {${inner()}: ${inner()}}`,
          `row(${inner()})`,
          `(${inner()}, ${inner()})`,
        ]);
      case 13:
        return pick([
          `f(${inner()}, n => ${inner()})`,
          `sum(distinct ${inner()} order by ${inner()} desc) filter (where ${inner()})`,
          `f(x -> x + ${inner()})`,
          `rank() over (partition by ${inner()} order by ${inner()} rows ${inner()} preceding)`,
          `extract(year from ${inner()})`,
          `trim(both ${inner()} from ${inner()})`,
          `substring(${inner()} from ${inner()} for ${inner()})`,
          `interval (${inner()}) day`,
        ]);
      case 14:
        return pick([`(${query(depth - 2)})`, `exists (${query(depth - 2)})`, `array(${query(depth - 2)})`]);
      default:
        return `${inner()} ${pick(['=', '<'])} ${pick(['any', 'all'])} (${pick([query(depth - 2), inner()])})`;
    }
  };

  const table = (depth: number): string => {
    if (depth <= 0) return pick(['t', 's.t as u', "'f.csv'", 'g(1) with ordinality as o (a, b)', 'only t']);
    switch (random(6)) {
      case 0:
        return `(${query(depth - 1)}) as ${pick(['q', 'q (a, b)'])}`;
      case 1:
        return `${table(depth - 1)} ${pick(['', 'left ', 'full outer ', 'asof ', 'semi '])}join ${table(depth - 1)} on ${expression(1)}`;
      case 2:
        return `${table(depth - 1)} ${pick(['cross', 'natural left', 'positional'])} join ${table(depth - 1)}`;
      case 3:
        return `(${table(depth - 1)} join ${table(depth - 1)} using (a, b))`;
      case 4:
        return `lateral (${query(depth - 1)}) l`;
      default:
        return table(0);
    }
  };

  const clauses = (depth: number): string =>
    [
      random(3) === 0 ? ` where ${expression(depth)}` : '',
      random(4) === 0 ? ` group by ${pick(['all', 'a, (b, c)', 'rollup (a, b), ()', expression(1)])}` : '',
      random(6) === 0 ? ` having ${expression(1)}` : '',
      random(8) === 0 ? ' window w as (order by a)' : '',
      random(8) === 0 ? ` qualify ${expression(1)}` : '',
    ].join('');

  const query = (depth: number): string => {
    const select = `select ${pick(['', 'distinct ', 'distinct on (a) '])}${expression(depth)} as x, ${pick(['*', 't.*', '* exclude (a)', expression(1)])}`;
    const from = random(3) === 0 ? '' : ` from ${table(Math.min(depth, 3))}`;
    const body = `${select}${from}${clauses(Math.min(depth, 2))}`;
    const end = pick([
      '',
      '',
      ' order by 1 desc nulls last',
      ' limit 1 offset 2',
      ' fetch first 2 rows with ties',
      ' for update',
    ]);
    if (depth <= 0) return body + end;
    switch (random(6)) {
      case 0:
        return `${body} ${pick(['union', 'union all', 'except', 'intersect', 'union by name'])} ${query(depth - 1)}`;
      case 1:
        return `(${query(depth - 1)}) ${pick(['union', 'intersect all'])} (${query(depth - 1)})${end}`;
      case 2:
        return `with c (x) as (${query(depth - 1)}) ${body}${end}`;
      default:
        return body + end;
    }
  };

  return query;
}

test('what parses is the same after printing', () => {
  const runs = Number(process.env.RUNS ?? 800);
  const seed = Number(process.env.SEED ?? 1);
  const problems: string[] = [];
  let accepted = 0;
  for (let run = 0; run < runs; run++) {
    const sql = generator(seed * 1_000_003 + run)(1 + (run % 5));
    const { statements, errors } = parseSql(sql);
    problems.push(...rangeProblems(sql, statements).map((problem) => `${sql}: ${problem}`));
    const printed = statements.map(printSql).join('; ');
    if (errors.length > 0) continue;
    accepted++;
    const again = parseSql(printed);
    if (again.errors.length > 0 || textWithoutRanges(again.statements) !== textWithoutRanges(statements)) {
      problems.push(`${sql}\n  was printed as ${printed}`);
    }
  }
  expect(problems.slice(0, 5)).toEqual([]);
  expect(accepted / runs).toBeGreaterThan(0.3);
});
