import { literal } from './literals.ts';
import {
  type Expr,
  isNumber,
  type Kind,
  kindIn,
  leavesOf,
  type Making,
  MOST_ROWS,
  pickKind,
  quote,
  type Scope,
} from './making.ts';
import { comparedQuery, existsQuery, membershipQuery } from './subqueries.ts';
import { value } from './values.ts';

const COMPARISONS = ['=', '=', '=', '<>', '<', '<=', '>', '>='];

/** A condition; about as often true as not. Its text is to be put in parentheses before anything but AND. */
export function condition(making: Making, scope: Scope, depth: number): string {
  const { random } = making;
  const again = (): string => condition(making, scope, depth - 1);
  const simple: readonly (readonly [number, () => string])[] = [
    [6, () => comparison(making, scope, depth)],
    [1.2, () => nullTest(making, scope)],
    [1, () => listTest(making, scope)],
    [0.8, () => between(making, scope)],
    [0.9, () => pattern(making, scope)],
    [0.8, () => distinctTest(making, scope)],
    [0.5, () => value(making, scope, 'bool', Math.min(depth, 0)).sql],
  ];
  if (depth <= 0) return random.weighted(simple)();
  const queries = scope.rows < MOST_ROWS / 20 ? 1 : 0;
  return random.weighted<() => string>([
    ...simple,
    [1.5, () => `((${again()}) or (${again()}))`],
    [1.5, () => `((${again()}) and (${again()}))`],
    [1, () => `not (${again()})`],
    [0.5, () => `(${again()}) is ${random.pick(['', 'not '])}${random.pick(['true', 'false', 'unknown'])}`],
    [1.5 * queries, () => existsQuery(making, scope, depth - 1)],
    [1.5 * queries, () => membershipQuery(making, scope, depth - 1)],
    [1.2 * queries, () => comparedQuery(making, scope, depth - 1)],
    [0.5, () => rowTest(making, scope)],
  ])();
}

/** Numbers of different types compare too. */
export function partner(
  random: { chance: (p: number) => boolean; pick: <T>(items: readonly T[]) => T },
  kind: Kind,
): Kind {
  if (kind === 'approx' || !isNumber({ kind }) || random.chance(0.75)) return kind;
  return random.pick<Kind>(['int', 'bigint', 'decimal']);
}

function comparison(making: Making, scope: Scope, depth: number): string {
  const { random } = making;
  if (random.chance(0.05) && depth > 0) {
    // What rounds is compared with what it certainly does not tie with.
    return `${value(making, scope, 'approx', depth - 1).sql} ${random.pick(['<', '>'])} ${random.integer(-3, 9)}.1234567`;
  }
  const kind = kindIn(scope, random);
  const leaves = leavesOf(scope, kind, random);
  const left = leaves.length > 0 && random.chance(0.5) ? random.pick(leaves) : value(making, scope, kind, depth - 1);
  const right = random.chance(0.5) ? literal(random, kind) : value(making, scope, partner(random, kind), depth - 1);
  return `${left.sql} ${random.pick(COMPARISONS)} ${right.sql}`;
}

function someLeaf(making: Making, scope: Scope): Expr {
  const { random } = making;
  const own = scope.leaves.filter(({ kind }) => kind !== 'approx');
  return own.length > 0 ? random.pick(own) : literal(random, pickKind(random));
}

function nullTest(making: Making, scope: Scope): string {
  return `${someLeaf(making, scope).sql} is ${making.random.pick(['', 'not '])}null`;
}

function not({ random }: Making): string {
  return random.chance(0.3) ? 'not ' : '';
}

function listTest(making: Making, scope: Scope): string {
  const { random } = making;
  const operand = someLeaf(making, scope);
  const items = Array.from({ length: random.integer(1, 4) }, () => {
    if (random.chance(0.08)) return 'null';
    return random.chance(0.85) ? literal(random, operand.kind).sql : value(making, scope, operand.kind, 0).sql;
  });
  // A list of nothing but NULL has no type.
  return `${operand.sql} ${not(making)}in (${literal(random, operand.kind).sql}, ${items.join(', ')})`;
}

function between(making: Making, scope: Scope): string {
  const { random } = making;
  const operand = someLeaf(making, scope);
  if (operand.kind === 'bool') return `${operand.sql} = ${literal(random, 'bool').sql}`;
  const bound = (): string => value(making, scope, partner(random, operand.kind), 0).sql;
  const symmetric = random.chance(0.15) ? 'symmetric ' : '';
  return `${operand.sql} ${not(making)}between ${symmetric}${literal(random, operand.kind).sql} and ${bound()}`;
}

const PATTERNS = [
  '%',
  'a%',
  '%b',
  '%a%',
  '_',
  'a_',
  '%_b%',
  '',
  'ab',
  '%\\%%',
  '__%',
  '%ä%',
  'A%',
  '%o%m%',
  'n1%',
  '%\\_%',
];

function pattern(making: Making, scope: Scope): string {
  const { random } = making;
  const operand = value(making, scope, 'text', 0).sql;
  const like = random.chance(0.2) ? 'ilike' : 'like';
  if (random.chance(0.1)) return `${operand} ${not(making)}${like} 'a!%%' escape '!'`;
  return `${operand} ${not(making)}${like} ${quote(random.pick(PATTERNS))} escape '\\'`;
}

function distinctTest(making: Making, scope: Scope): string {
  const { random } = making;
  const kind = kindIn(scope, random);
  const [left, right] = [value(making, scope, kind, 0), value(making, scope, kind, 0)];
  return `${left.sql} is ${random.pick(['', 'not '])}distinct from ${right.sql}`;
}

function rowTest(making: Making, scope: Scope): string {
  const { random } = making;
  const kinds = [kindIn(scope, random), kindIn(scope, random)];
  const row = (): string => `(${kinds.map((kind) => value(making, scope, kind, 0).sql).join(', ')})`;
  if (random.chance(0.1)) return `${row()} ${not(making)}in (${row()}, ${row()})`;
  return `${row()} ${random.pick(['=', '<>', '<', '<=', '>', '>='])} ${row()}`;
}
