import { Random } from '../executor/random.ts';
import type { DataSet } from './data.ts';
import type { Expr, Making, Relation } from './making.ts';
import { anyQuery, derivedQuery, someKinds } from './queries.ts';
import { recursiveTable } from './recursive.ts';
import { riskyQuery } from './risky.ts';

/** The relations that a data set's tables are. */
export function relationsOf({ tables }: DataSet): readonly Relation[] {
  return tables.map(({ table, rows }) => ({
    sql: table.name,
    table: table.name,
    rows: rows.length,
    key: table.key,
    columns: table.columns.map(({ name, kind, digits, scale, type }) => ({
      name,
      kind,
      digits,
      scale,
      small: type === 'smallint',
      plain: true,
    })),
  }));
}

export function making(seed: number, data: DataSet): Making {
  let aliases = 0;
  return {
    random: new Random(seed),
    size: data.size,
    relations: relationsOf(data),
    alias: (prefix) => `${prefix}${++aliases}`,
  };
}

/** A random query over the tables of a data set: the same for a seed. */
export function randomQuery(seed: number, data: DataSet): string {
  const base = making(seed, data);
  const { random } = base;
  if (random.chance(0.06)) return riskyQuery(base);
  const depth = random.weighted([
    [1, 1],
    [3, 2],
    [2, 3],
  ]);
  const tables = random.chance(0.15)
    ? [derivedQuery(base, depth - 1), derivedQuery(base, depth - 2)].slice(0, random.integer(1, 2))
    : [];
  const recursive = random.chance(0.06) ? recursiveTable(base, `w${tables.length}`) : undefined;
  if (recursive !== undefined) tables.push(recursive);
  const common = tables.map((table, i) => ({ ...table, table: `w${i}` }));
  const relations = common.map((table) => ({ ...table, sql: table.table }));
  const within: Making = { ...base, relations: [...base.relations, ...relations, ...relations] };
  const made = anyQuery(within, someKinds(base, 5), undefined, depth);
  const names = ({ columns }: Relation): string => columns.map(({ name }) => name).join(', ');
  const prefix =
    common.length === 0
      ? ''
      : `with ${recursive === undefined ? '' : 'recursive '}${common.map((table) => `${table.table}(${names(table)}) as ${table.sql}`).join(', ')} `;
  return `${prefix}${made.sql}${orderAndLimit(random, made.columns)}`;
}

/** An order of all columns leaves LIMIT no choice between rows. */
function orderAndLimit(random: Random, columns: readonly Expr[]): string {
  if (random.chance(0.45)) return '';
  const ordinals = columns.flatMap(({ kind }, i) => (kind === 'approx' ? [] : [i + 1]));
  const complete = ordinals.length === columns.length && random.chance(0.7);
  const chosen = complete ? random.shuffled(ordinals) : random.some(ordinals, 1);
  if (chosen.length === 0) return '';
  const keys = chosen.map(
    (ordinal) =>
      `${ordinal}${random.pick(['', '', ' asc', ' desc'])}${random.pick(['', '', ' nulls first', ' nulls last'])}`,
  );
  const limit = complete && random.chance(0.5) ? ` limit ${random.integer(0, 12)}` : '';
  const offset = limit !== '' && random.chance(0.3) ? ` offset ${random.integer(0, 5)}` : '';
  return ` order by ${keys.join(', ')}${limit}${offset}`;
}
