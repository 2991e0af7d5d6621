import { condition } from './conditions.ts';
import { aliased } from './from.ts';
import { type Expr, leavesOf, type Making, type Scope } from './making.ts';
import { value } from './values.ts';

/**
 * A query whose values may fail: too large, divided by zero, no number. They stand only in the select list over the rows
 * of one WHERE, so that no engine may choose whether to compute them.
 */
export function riskyQuery(making: Making): string {
  const { random } = making;
  const from = aliased(making, random.pick(making.relations), undefined);
  const { scope } = from;
  const items = Array.from({ length: random.integer(1, 2) }, () => risky(making, scope));
  const where = random.chance(0.7) ? ` where ${condition(making, scope, 0)}` : '';
  if (random.chance(0.2)) return `select ${items.map((item) => `max(${item})`).join(', ')} from ${from.text}${where}`;
  return `select ${items.join(', ')} from ${from.text}${where}`;
}

function risky(making: Making, scope: Scope): string {
  const { random } = making;
  const part = (kind: Expr['kind']): string => value(making, scope, kind, 1).sql;
  /** A column: constants that fail do so before there are rows, where engines fold them. */
  const leaf = (kind: Expr['kind']): string => {
    const leaves = leavesOf(scope, kind, random);
    return leaves.length > 0 ? random.pick(leaves).sql : leaf('int');
  };
  return random.weighted<() => string>([
    [3, () => `${part('int')} / ${leaf('int')}`],
    [2, () => `${part('int')} % ${leaf('int')}`],
    [2, () => `${part('decimal')} / ${leaf('decimal')}`],
    [1, () => `${part('double')} / ${leaf('double')}`],
    [2, () => `cast(${leaf('int')} as integer) * ${random.pick(['2000000000', '700000', '1'])}`],
    [2, () => `${leaf('bigint')} * ${leaf('bigint')}`],
    [2, () => `${leaf('bigint')} + ${random.pick(['1', '9223372036854775000', '(-2)'])}`],
    [1, () => `- ${leaf('bigint')}`],
    [1, () => `abs(${leaf('bigint')})`],
    [2, () => `cast(${leaf('bigint')} as integer)`],
    [2, () => `cast(${leaf('int')} * 1000 as smallint)`],
    [2, () => `cast(${leaf('decimal')} as numeric(4,2))`],
    [1, () => `cast(${leaf('decimal')} as integer)`],
    [2, () => `cast(${leaf('text')} as integer)`],
    [1, () => `cast(${leaf('text')} as numeric(8,2))`],
    [1, () => `cast(${leaf('text')} as date)`],
    [1, () => `substring(${leaf('text')} from 1 for ${leaf('int')})`],
    [1, () => `sqrt(cast(${leaf('int')} as double precision))`],
    [1, () => `ln(cast(${leaf('int')} as double precision))`],
    [1, () => `(select ${leaf('int')} from g as many where many.x = ${leaf('int')})`],
    [1, () => `make_date(2020, ${leaf('int')}, 1)`],
  ])();
}
