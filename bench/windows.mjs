// `npm run bench:windows`: window functions over lineitem beside DuckDB; tpch/turns.mjs has the rules. Build first.
//
//   node bench/windows.mjs                  all queries, scale factor 1, one thread
//   --queries w1,w3   --sf 0.1   --threads 2
import { parseArgs } from 'node:util';
import { dataOf, requireKit, TPCH } from './tpch/kit.mjs';
import { takeTurns } from './tpch/turns.mjs';

const { values: options } = parseArgs({
  options: {
    queries: { type: 'string' },
    sf: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
  },
});

/** Each is added up to one row, so that the result's way out counts for nothing. */
const QUERIES = {
  // row_number per partition
  w1: `select sum(n), max(n) from (
    select row_number() over (partition by l_suppkey order by l_shipdate) as n from lineitem)`,
  // running sum
  w2: `select sum(s), max(s) from (
    select sum(l_quantity) over (partition by l_partkey order by l_shipdate, l_orderkey
      rows unbounded preceding) as s from lineitem)`,
  // moving average over 100 rows
  w3: `select sum(a), max(a) from (
    select avg(l_extendedprice) over (order by l_orderkey, l_linenumber
      rows between 99 preceding and current row) as a from lineitem)`,
  // the three best of each group
  w4: `select count(*), sum(l_extendedprice) from (
    select l_extendedprice from lineitem
    qualify rank() over (partition by l_suppkey order by l_extendedprice desc) <= 3)`,
  // the three best of each small group: most rows stay
  w7: `select count(*), sum(l_extendedprice) from (
    select l_extendedprice from lineitem
    qualify row_number() over (partition by l_orderkey order by l_extendedprice desc, l_linenumber) <= 3)`,
  // the best of each of many groups
  w8: `select count(*), sum(l_extendedprice) from (
    select l_extendedprice from lineitem
    qualify row_number() over (partition by l_partkey order by l_extendedprice desc, l_orderkey, l_linenumber) = 1)`,
  // moving maximum over 100 rows
  w5: `select sum(a), max(a) from (
    select max(l_extendedprice) over (order by l_orderkey, l_linenumber
      rows between 99 preceding and current row) as a from lineitem)`,
  // share of a whole
  w6: `select max(s) from (
    select l_quantity * 100 / sum(l_quantity) over (partition by l_orderkey) as s from lineitem)`,
};

const kit = requireKit();
const names = options.queries === undefined ? Object.keys(QUERIES) : options.queries.split(',');
const { results } = await takeTurns({
  title: `windows over lineitem, scale factor ${options.sf}`,
  kit,
  data: dataOf(kit, options.sf),
  threads: Number(options.threads),
  suite: TPCH,
  queries: names.map((name) => ({ name, text: () => QUERIES[name] })),
});
if (results.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
