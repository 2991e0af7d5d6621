import { aggregate } from './aggregates.ts';
import { condition, partner } from './conditions.ts';
import { type From, fromClause } from './from.ts';
import { type Expr, expr, type Kind, kindIn, leavesOf, type Making, outerLeaves, type Scope } from './making.ts';
import { value } from './values.ts';

/** WHERE with a condition that often links the inner rows to the outer ones. */
function where(making: Making, { scope }: From, depth: number): string {
  const { random } = making;
  if (random.chance(0.15)) return '';
  const more = random.chance(0.4) ? condition(making, scope, depth) : undefined;
  const kind = random.pick<Kind>(['int', 'int', 'int', 'text', 'date', 'bigint']);
  const own = leavesOf({ ...scope, outer: undefined }, kind, random);
  const outer = outerLeaves(scope.outer, kind, random);
  if (own.length === 0 || outer.length === 0 || random.chance(0.25)) {
    return ` where ${more ?? condition(making, scope, depth)}`;
  }
  const operator = random.pick(['=', '=', '=', '=', '=', '<', '<>', '>=']);
  const link = `${random.pick(own).sql} ${operator} ${random.pick(outer).sql}`;
  return ` where ${link}${more === undefined ? '' : ` and ${random.chance(0.8) ? more : `(${more})`}`}`;
}

/** A query of one row and one column in parentheses. */
export function scalarQuery(making: Making, scope: Scope, kind: Kind, depth: number): Expr | undefined {
  const { random } = making;
  const inner = fromClause(making, scope, depth, 2);
  const own: Scope = { ...inner.scope, outer: undefined };
  if (kind !== 'bool' && kind !== 'approx' && random.chance(0.25)) return first(making, inner, kind, depth);
  const made = aggregate(making, own, kind, depth);
  if (made === undefined) return undefined;
  const having = random.chance(0.1) ? ` having count(*) ${random.pick(['>', '<', '='])} ${random.integer(0, 3)}` : '';
  return { ...made, sql: `(select ${made.sql} from ${inner.text}${where(making, inner, depth)}${having})` };
}

/** The value of the first row, in an order that leaves no choice of values. */
function first(making: Making, inner: From, kind: Kind, depth: number): Expr | undefined {
  const { random } = making;
  const column = value(making, { ...inner.scope, outer: undefined }, kind, depth);
  const order = `${random.pick(['', ' desc'])}${random.pick(['', ' nulls first', ' nulls last'])}`;
  const offset = random.chance(0.2) ? ` offset ${random.integer(0, 2)}` : '';
  return {
    ...column,
    small: false,
    sql: `(select ${column.sql} from ${inner.text}${where(making, inner, depth)} order by 1${order} limit 1${offset})`,
  };
}

export function existsQuery(making: Making, scope: Scope, depth: number): string {
  const { random } = making;
  const inner = fromClause(making, scope, depth, 2);
  const item = random.pick(['1', '*', 'null']);
  return `${random.pick(['', '', 'not '])}exists (select ${item} from ${inner.text}${where(making, inner, depth)})`;
}

/** A query of one column of a kind, in parentheses. */
function columnQuery(making: Making, scope: Scope, kind: Kind, depth: number): string {
  const { random } = making;
  const inner = fromClause(making, scope, depth, 2);
  const own: Scope = { ...inner.scope, outer: undefined };
  const tail = where(making, inner, depth);
  const column = value(making, random.chance(0.8) ? own : inner.scope, kind, random.chance(0.7) ? 0 : depth).sql;
  return random.weighted<() => string>([
    [4, () => `(select ${column} from ${inner.text}${tail})`],
    [1, () => `(select distinct ${column} from ${inner.text}${tail})`],
    [
      1,
      () => {
        const leaves = leavesOf(own, kind, random);
        if (leaves.length === 0) return `(select ${column} from ${inner.text}${tail})`;
        const group = random.pick(leaves).sql;
        const having = random.chance(0.5) ? ` having count(*) > ${random.integer(0, 2)}` : '';
        return `(select ${group} from ${inner.text}${tail} group by ${group}${having})`;
      },
    ],
    [
      0.6,
      () => {
        const made = aggregate(making, own, kind, depth);
        return `(select ${made?.sql ?? column} from ${inner.text}${tail})`;
      },
    ],
    [0.5, () => `(select ${column} from ${inner.text}${tail} order by 1 limit ${random.integer(0, 3)})`],
  ])();
}

export function membershipQuery(making: Making, scope: Scope, depth: number): string {
  const { random } = making;
  const kind = kindIn(scope, random);
  const left = value(making, scope, kind, random.chance(0.7) ? 0 : depth).sql;
  const inner = (): string => columnQuery(making, scope, partner(random, kind), depth);
  return random.weighted<() => string>([
    [4, () => `${left} in ${inner()}`],
    [3, () => `${left} not in ${inner()}`],
    [1.2, () => `${left} ${random.pick(['=', '<>', '<', '>='])} any ${inner()}`],
    [1.2, () => `${left} ${random.pick(['<>', '=', '<=', '>'])} all ${inner()}`],
  ])();
}

export function comparedQuery(making: Making, scope: Scope, depth: number): string {
  const { random } = making;
  const kind = random.chance(0.5) ? random.pick<Kind>(['int', 'bigint', 'decimal']) : kindIn(scope, random);
  const left = value(making, scope, kind, 0);
  const right = scalarQuery(making, scope, partner(random, kind), depth) ?? expr(left.sql, kind);
  return `${left.sql} ${random.pick(['=', '<>', '<', '<=', '>', '>='])} ${right.sql}`;
}
