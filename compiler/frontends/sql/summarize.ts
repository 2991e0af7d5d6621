import { parseSql } from '../../../grammars/sql/parser.ts';
import { qualifiedName } from '../../../grammars/sql/printer/print.ts';
import { printSql } from '../../../grammars/sql/printer/printer.ts';
import type * as sql from '../../../grammars/sql/tree.ts';
import { internalError } from '../../types/error.ts';
import { isNumeric, type Type, typeName } from '../../types/type.ts';
import type { BoundQuery } from './bound.ts';

/**
 * SUMMARIZE as the query that it stands for: a row for each column, over rows that are computed once. The number of distinct
 * values is exact, and quantiles are values that are there.
 */
export function bindSummarize(tree: sql.Summarize, bindQuery: (tree: sql.Query) => BoundQuery): BoundQuery {
  const { subject } = tree;
  const text = subject.kind === 'query' ? printSql(subject) : `select * from ${qualifiedName(subject)}`;
  const { columns } = bindQuery(subject.kind === 'query' ? subject : parsed(text));
  const names = columns.map((_, i) => `c${i}`);
  const rows = columns.map(({ name, type }, i) => summaryOf(i, name, type));
  return bindQuery(
    parsed(`with summarized (${names.join(', ')}) as materialized (${text})
      select column_name, column_type, min, max, approx_unique, avg, std, q25, q50, q75, count, null_percentage
      from (${rows.join(' union all ')}) as summaries order by position`),
  );
}

function parsed(text: string): sql.Query {
  const [statement] = parseSql(text).statements;
  if (statement?.kind === 'query') return statement;
  throw internalError('SUMMARIZE became no query');
}

function summaryOf(position: number, name: string, type: Type): string {
  const c = `c${position}`;
  const ordered = type.kind !== 'any' && type.kind !== 'list' && type.kind !== 'binary';
  const ranked = isNumeric(type) || type.kind === 'date' || type.kind === 'timestamp' || type.kind === 'time';
  const text = (there: boolean, expression: string): string =>
    there ? `cast(${expression} as text)` : 'cast(null as text)';
  const quantile = (fraction: number): string =>
    text(ranked, `percentile_disc(${fraction}) within group (order by ${c})`);
  const number = (fn: string): string =>
    isNumeric(type) ? `${fn}(cast(${c} as double precision))` : 'cast(null as double precision)';
  const cells = [
    `${position} as position`,
    `${literal(name)} as column_name`,
    `${literal(typeName(type))} as column_type`,
    `${text(ordered, `min(${c})`)} as min`,
    `${text(ordered, `max(${c})`)} as max`,
    `count(distinct ${c}) as approx_unique`,
    `${number('avg')} as avg`,
    `${number('stddev_samp')} as std`,
    `${quantile(0.25)} as q25`,
    `${quantile(0.5)} as q50`,
    `${quantile(0.75)} as q75`,
    `count(*) as count`,
    `cast(100.0 * (count(*) - count(${c})) / nullif(count(*), 0) as decimal(9, 2)) as null_percentage`,
  ];
  return `select ${cells.join(', ')} from summarized`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
