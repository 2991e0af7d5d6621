import { condition } from './conditions.ts';
import { type Expr, expr, type Kind, type Making, type Scope } from './making.ts';
import { arithmetic, value } from './values.ts';

/** A call of an aggregate with a result of a kind over a scope's own columns. */
export function aggregate(making: Making, scope: Scope, kind: Kind, depth: number): Expr | undefined {
  const { random } = making;
  const argument = (of: Kind): Expr => value(making, scope, of, random.chance(0.7) ? 0 : depth);
  const filter = random.chance(0.15) ? ` filter (where ${condition(making, scope, 0)})` : '';
  const distinct = random.chance(0.15) ? 'distinct ' : '';
  const extreme = (): Expr => {
    const of = argument(kind);
    if (random.chance(0.08) && kind !== 'text') {
      const order = `${of.sql}${random.pick(['', ' desc'])}`;
      return {
        ...of,
        sql: `percentile_disc(${random.pick(['0.3', '0.5', '1'])}) within group (order by ${order})${filter}`,
      };
    }
    return { ...of, small: of.small, sql: `${random.pick(['min', 'max'])}(${distinct}${of.sql})${filter}` };
  };
  /** Sums have room for what a million rows add up to. */
  const sum = (of: Expr, as: Kind): Expr | undefined =>
    of.digits > 13 ? undefined : expr(`sum(${distinct}${of.sql})${filter}`, as, of.digits + 6, of.scale);
  switch (kind) {
    case 'int':
      return random.chance(0.5)
        ? extreme()
        : expr(
            `cast(count(${distinct}${argument(random.pick<Kind>(['int', 'text', 'bool', 'date'])).sql})${filter} as integer)`,
            'int',
            7,
          );
    case 'bigint':
      return random.weighted<() => Expr | undefined>([
        [3, () => expr(`count(*)${filter}`, 'bigint', 7)],
        [
          2,
          () =>
            expr(
              `count(${distinct}${argument(random.pick<Kind>(['int', 'text', 'decimal', 'timestamp'])).sql})${filter}`,
              'bigint',
              7,
            ),
        ],
        [
          4,
          () => {
            const of = argument('int');
            return sum({ ...of, sql: arithmetic(of) }, 'bigint');
          },
        ],
        [1, extreme],
      ])();
    case 'decimal':
      return random.chance(0.6) ? sum(argument('decimal'), 'decimal') : extreme();
    case 'double':
      return random.chance(0.5) ? sum(argument('double'), 'double') : extreme();
    case 'approx': {
      if (random.chance(0.25)) {
        const fraction = random.pick(['0', '0.25', '0.5', '0.9', '1']);
        return expr(
          `percentile_cont(${fraction}) within group (order by ${argument('double').sql})${filter}`,
          'approx',
          9,
        );
      }
      if (random.chance(0.15)) {
        const pair = `${argument('double').sql}, ${argument('double').sql}`;
        return expr(`${random.pick(['covar_pop', 'covar_samp', 'regr_count'])}(${pair})${filter}`, 'approx', 12);
      }
      const of = argument(random.pick<Kind>(['int', 'decimal', 'double', 'bigint']));
      const fn = random.weighted([
        [6, 'avg'],
        [1, 'stddev_samp'],
        [1, 'var_pop'],
        [0.5, 'variance'],
        [0.5, 'stddev_pop'],
      ]);
      if (fn !== 'avg' && of.digits > 6) return undefined;
      return expr(`${fn}(${fn === 'avg' ? distinct : ''}${of.sql})${filter}`, 'approx', 20);
    }
    case 'bool':
      return expr(`${random.pick(['bool_and', 'bool_or'])}(${argument('bool').sql})${filter}`, 'bool');
    case 'text': {
      if (random.chance(0.5)) return extreme();
      const of = argument('text');
      return expr(`string_agg(${distinct}${of.sql}, ',' order by ${of.sql})${filter}`, 'text', 80);
    }
    case 'date':
    case 'timestamp':
      return extreme();
  }
}
