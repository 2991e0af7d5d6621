import { condition } from './conditions.ts';
import { fromClause } from './from.ts';
import { type Expr, expr, type Kind, kindIn, leavesOf, type Making, pickKind, type Scope } from './making.ts';
import { type Clause, plainSelect } from './queries.ts';
import { arithmetic, value } from './values.ts';

const MOST_WINDOW_ROWS = 3_000;

/** SELECT with window functions over the rows of FROM and WHERE. */
export const windowSelect: Clause = (making, kinds, outer, depth) => {
  const { random } = making;
  const from = fromClause(making, outer, depth, 2);
  // The reference looks at all of a partition for each of its rows.
  if (from.scope.rows > MOST_WINDOW_ROWS) return plainSelect(making, kinds, outer, depth);
  const leaves = from.scope.leaves.filter(({ kind }) => kind !== 'approx');
  // All that is to be seen of a row.
  const shown = random.shuffled(leaves).slice(0, 5);
  const own: Scope = { leaves: shown, outer: undefined, rows: from.scope.rows };
  const plain = kinds.filter((kind) => kind !== 'approx').map((kind) => value(making, own, kind, 0));
  const calls = Array.from({ length: random.integer(1, 3) }, (_, i) => windowCall(making, own, i === 0));
  const columns = random.shuffled([...plain, ...calls]);
  const where = random.chance(0.4) ? ` where ${condition(making, from.scope, depth - 1)}` : '';
  const sql = `select ${columns.map((column) => column.sql).join(', ')} from ${from.text}${where}`;
  return { sql, columns, rows: from.scope.rows / (outer?.rows ?? 1), compound: false };
};

function order({ random }: Making, sql: string): string {
  return `${sql}${random.pick(['', '', ' desc', ' asc'])}${random.pick(['', '', ' nulls first', ' nulls last'])}`;
}

function partition(making: Making, scope: Scope): string {
  const { random } = making;
  const leaves = Array.from({ length: random.integer(0, 2) }, () =>
    leavesOf(scope, kindIn(scope, random), random),
  ).flatMap((list) => (list.length === 0 ? [] : [random.pick(list).sql]));
  return leaves.length === 0 ? '' : `partition by ${leaves.join(', ')} `;
}

/**
 * Rows that tie in the order may come in any. So either the function sees peers as one, or the order has all that the
 * query shows of a row: what ties is then the same.
 */
function windowCall(making: Making, scope: Scope, first: boolean): Expr {
  const { random } = making;
  const keys = Array.from({ length: random.integer(1, 2) }, () => value(making, scope, kindIn(scope, random), 0));
  const by = partition(making, scope);
  // Of rows that are the same, two functions could tell different ones apart.
  if (!first || random.chance(0.4)) return peerCall(making, scope, by, keys);
  const argument = value(
    making,
    scope,
    random.weighted<Kind>([
      [5, kindIn(scope, random)],
      [2, 'int'],
      [1, 'decimal'],
    ]),
    0,
  );
  const all = [...keys, ...random.shuffled(scope.leaves)].map(({ sql }) => order(making, sql));
  const window = `over (${by}order by ${all.join(', ')}${random.chance(0.5) ? ` ${rowsFrame(making)}` : ''})`;
  const same = (sql: string): Expr => ({ ...argument, sql: `${sql} ${window}`, plain: false });
  return random.weighted<() => Expr>([
    [2, () => expr(`row_number() ${window}`, 'bigint', 6)],
    [1, () => expr(`ntile(${random.integer(1, 4)}) ${window}`, 'int', 3)],
    [2, () => same(`${random.pick(['lag', 'lead'])}(${argument.sql}${random.pick(['', ', 1', ', 2', ', 0'])})`)],
    [0.7, () => same(`${random.pick(['lag', 'lead'])}(${argument.sql}, 1, ${argument.sql})`)],
    [1.5, () => same(`${random.pick(['first_value', 'last_value'])}(${argument.sql})`)],
    [0.7, () => same(`nth_value(${argument.sql}, ${random.integer(1, 3)})`)],
    [3, () => aggregateOver(making, scope, argument, window)],
  ])();
}

function peerCall(making: Making, scope: Scope, by: string, keys: readonly Expr[]): Expr {
  const { random } = making;
  const sorted = keys.map(({ sql }) => order(making, sql)).join(', ');
  const argument = value(making, scope, pickKind(random), 0);
  const window = random.weighted<() => string>([
    [3, () => `over (${by}order by ${sorted})`],
    [2, () => `over (${by})`.replace(' )', ')')],
    [1, () => `over (${by}order by ${sorted} groups between ${bounds(making)}${exclusion(making)})`],
    [
      1,
      () => {
        const ints = leavesOf(scope, 'int', random);
        if (ints.length === 0) return `over (${by}order by ${sorted})`;
        const key = arithmetic(random.pick(ints));
        return `over (${by}order by ${order(making, key)} range between ${bounds(making)}${exclusion(making)})`;
      },
    ],
  ])();
  if (!window.includes('order by') || !/ (groups|range) /.test(window)) {
    const ranking = random.weighted<() => Expr | undefined>([
      [2, () => expr(`${random.pick(['rank', 'dense_rank'])}() ${window}`, 'bigint', 6)],
      [0.7, () => expr(`${random.pick(['percent_rank', 'cume_dist'])}() ${window}`, 'approx', 1)],
      [4, () => undefined],
    ])();
    if (ranking !== undefined) return ranking;
  }
  return aggregateOver(making, scope, argument, window);
}

function aggregateOver(making: Making, scope: Scope, argument: Expr, window: string): Expr {
  const { random } = making;
  const filter = random.chance(0.12) ? ` filter (where ${condition(making, scope, 0)})` : '';
  const over = `${filter} ${window}`;
  const extreme = (): Expr => {
    if (argument.kind === 'bool') return expr(`bool_or(${argument.sql})${over}`, 'bool');
    return { ...argument, sql: `${random.pick(['min', 'max'])}(${argument.sql})${over}`, plain: false };
  };
  const summed = (): Expr => {
    const kind: Kind | undefined =
      argument.kind === 'int'
        ? 'bigint'
        : argument.kind === 'decimal' || argument.kind === 'double'
          ? argument.kind
          : undefined;
    if (kind === undefined || argument.digits > 13) return extreme();
    return expr(`sum(${arithmetic(argument)})${over}`, kind, argument.digits + 6, argument.scale);
  };
  return random.weighted<() => Expr>([
    [2, () => expr(`count(*)${over}`, 'bigint', 6)],
    [1.5, () => expr(`count(${argument.sql})${over}`, 'bigint', 6)],
    [3, summed],
    [2, extreme],
    [
      0.8,
      () =>
        argument.kind === 'int' || argument.kind === 'decimal'
          ? expr(`avg(${argument.sql})${over}`, 'approx', 20)
          : extreme(),
    ],
  ])();
}

function bounds({ random }: Making): string {
  return random.pick([
    'unbounded preceding and current row',
    'current row and unbounded following',
    'unbounded preceding and unbounded following',
    '1 preceding and 1 following',
    '2 preceding and current row',
    '1 following and 3 following',
    '3 preceding and 1 preceding',
    'current row and current row',
  ]);
}

function exclusion({ random }: Making): string {
  return random.chance(0.2) ? ` exclude ${random.pick(['group', 'no others'])}` : '';
}

function rowsFrame(making: Making): string {
  const { random } = making;
  const exclude = random.chance(0.2) ? ` exclude ${random.pick(['current row', 'no others'])}` : '';
  return `rows between ${bounds(making)}${exclude}`;
}
