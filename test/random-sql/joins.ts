import { condition } from './conditions.ts';
import { literal } from './literals.ts';
import { type Expr, type Kind, leavesOf, type Making, MOST_ROWS, type Scope } from './making.ts';
import { arithmetic } from './values.ts';

export interface JoinOn {
  readonly text: string;
  /** Rows that it lets through, about. */
  readonly rows: number;
}

/** Values that the columns of a kind have, about. */
function distinct(making: Making, kind: Kind): number {
  if (kind !== 'int' && kind !== 'bigint') return 8;
  return { tiny: 5, small: 12, large: 250 }[making.size];
}

/** What joins two relations: equal columns for the most part, and now and then something more; undefined if it would be too much. */
export function joinCondition(making: Making, left: Scope, right: Scope, depth: number): JoinOn | undefined {
  const { random } = making;
  const outer = left.outer?.rows ?? 1;
  const [l, r] = [left.rows / outer, right.rows / outer];
  for (let tries = 0; tries < 5; tries++) {
    const made = attempt(making, left, right, l * r, depth);
    if (
      made !== undefined &&
      Math.max(made.rows, l, r) * outer <= MOST_ROWS &&
      (made.cheap || l * r * outer <= MOST_ROWS)
    ) {
      return { text: made.text, rows: Math.ceil(Math.max(made.rows, 1)) };
    }
    if (random.chance(0.1)) break;
  }
  return undefined;
}

function attempt(
  making: Making,
  left: Scope,
  right: Scope,
  pairs: number,
  depth: number,
): (JoinOn & { readonly cheap: boolean }) | undefined {
  const { random } = making;
  const both: Scope = { leaves: [...left.leaves, ...right.leaves], outer: left.outer, rows: left.rows * 4 };
  const kind = random.weighted<Kind>([
    [7, 'int'],
    [1, 'bigint'],
    [1, 'text'],
    [0.7, 'date'],
    [0.4, 'decimal'],
    [0.2, 'timestamp'],
    [0.2, 'double'],
    [0.2, 'bool'],
  ]);
  const [ours, theirs] = [own(left, kind, random), own(right, kind, random)];
  if (ours === undefined || theirs === undefined) return undefined;
  const equal = `${ours.sql} = ${theirs.sql}`;
  const rows = pairs / distinct(making, kind);
  return random.weighted<() => (JoinOn & { readonly cheap: boolean }) | undefined>([
    [6, () => ({ text: equal, rows, cheap: true })],
    [
      2,
      () => {
        const [a, b] = [own(left, 'int', random), own(right, 'int', random)];
        if (a === undefined || b === undefined) return undefined;
        return { text: `${equal} and ${a.sql} = ${b.sql}`, rows: rows / distinct(making, 'int'), cheap: true };
      },
    ],
    [2, () => ({ text: `${equal} and ${condition(making, both, depth)}`, rows, cheap: true })],
    [
      0.7,
      () =>
        kind === 'int' ? { text: `${arithmetic(ours)} + 1 = ${arithmetic(theirs)}`, rows, cheap: true } : undefined,
    ],
    [0.5, () => ({ text: `${ours.sql} is not distinct from ${theirs.sql}`, rows, cheap: true })],
    [0.5, () => ({ text: `${equal} and ${theirs.sql} > ${literal(random, kind).sql}`, rows, cheap: true })],
    [0.6, () => ({ text: `(${equal} or (${condition(making, both, 0)}))`, rows: pairs, cheap: false })],
    [
      0.8,
      () => ({
        text: `${ours.sql} ${random.pick(['<', '>', '<>', '<=', '>='])} ${theirs.sql}`,
        rows: pairs,
        cheap: false,
      }),
    ],
    [0.4, () => ({ text: condition(making, both, depth), rows: pairs, cheap: false })],
  ])();
}

/** The only form that PostgreSQL has for full joins. */
export function equality(making: Making, left: Scope, right: Scope): JoinOn | undefined {
  const { random } = making;
  const kind = random.weighted<Kind>([
    [6, 'int'],
    [1, 'text'],
    [1, 'date'],
  ]);
  const [ours, theirs] = [own(left, kind, random), own(right, kind, random)];
  if (ours === undefined || theirs === undefined) return undefined;
  const outer = left.outer?.rows ?? 1;
  const rows = ((left.rows / outer) * (right.rows / outer)) / distinct(making, kind);
  return rows * outer > MOST_ROWS
    ? undefined
    : { text: `${ours.sql} = ${theirs.sql}`, rows: Math.ceil(Math.max(rows, 1)) };
}

function own(scope: Scope, kind: Kind, random: Making['random']): Expr | undefined {
  const leaves = leavesOf({ ...scope, outer: undefined }, kind, random);
  return leaves.length === 0 ? undefined : random.pick(leaves);
}
