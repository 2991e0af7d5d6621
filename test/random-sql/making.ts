import type { Random } from '../executor/random.ts';
import type { ColumnKind, Size } from './schema.ts';

/** `approx` is what rounds: quotients and averages. It is never a key of anything, nor compared where it could tie. */
export type Kind = ColumnKind | 'approx';

/** A piece of SQL that stands anywhere a primary expression can. */
export interface Expr {
  readonly sql: string;
  readonly kind: Kind;
  /** Digits before the point at most, of numbers. */
  readonly digits: number;
  /** Digits after the point, of decimals; of doubles how many halvings make it whole. */
  readonly scale: number;
  /** Of a type narrower than arithmetic should be done in. */
  readonly small?: boolean | undefined;
  /** Its text form is the same everywhere: a column's or a cast's, not that of a computed decimal. */
  readonly plain?: boolean | undefined;
  /**
   * It may not be read from a subquery, where a column without its table's name would be another one, an aggregate of
   * no column would be the subquery's own, and GROUPING of an outer query is not supported.
   */
  readonly local?: boolean | undefined;
}

/** What may be read: columns, or groups and aggregates where a query groups. */
export interface Scope {
  readonly leaves: readonly Expr[];
  readonly outer: Scope | undefined;
  /** About how many rows evaluate an expression in this scope, those of outer queries multiplied. */
  readonly rows: number;
}

/** What a FROM clause may name. */
export interface Relation {
  /** Text before the alias: a table's name, or a query in parentheses. */
  readonly sql: string;
  readonly columns: readonly (Omit<Expr, 'sql'> & { readonly name: string })[];
  readonly rows: number;
  /** Sets of columns that are unique. */
  readonly key: readonly string[];
  /** Names that a set of values shares with columns of other relations: joins over them find partners. */
  readonly table: string | undefined;
}

export interface Making {
  readonly random: Random;
  readonly size: Size;
  /** Tables with their rows, and common table expressions in sight. */
  readonly relations: readonly Relation[];
  /** Aliases are unique in a query. */
  readonly alias: (prefix: string) => string;
}

/** Rows that a query may look at, about, so that the slowest engine stays fast. */
export const MOST_ROWS = 400_000;

export function expr(sql: string, kind: Kind, digits = 0, scale = 0): Expr {
  return { sql, kind, digits, scale };
}

const NUMERIC: ReadonlySet<Kind> = new Set(['int', 'bigint', 'decimal', 'double']);

export function isNumber({ kind }: Pick<Expr, 'kind'>): boolean {
  return NUMERIC.has(kind);
}

/** Every kind whose values can be compared, sorted and grouped. */
export const EXACT_KINDS: readonly Kind[] = ['int', 'bigint', 'decimal', 'double', 'text', 'bool', 'date', 'timestamp'];

export function pickKind(random: Random): Kind {
  return random.weighted<Kind>([
    [6, 'int'],
    [2, 'bigint'],
    [4, 'decimal'],
    [1.5, 'double'],
    [5, 'text'],
    [1.5, 'bool'],
    [2.5, 'date'],
    [1.5, 'timestamp'],
  ]);
}

/** A kind that the scope's own columns have, for what should depend on them. */
export function kindIn(scope: Scope, random: Random): Kind {
  const kinds = new Set(scope.leaves.map(({ kind }) => kind));
  for (let tries = 0; tries < 4; tries++) {
    const kind = pickKind(random);
    if (kinds.has(kind)) return kind;
  }
  return pickKind(random);
}

/** Columns of a kind, own ones rather than those of outer queries. */
export function leavesOf(scope: Scope, kind: Kind, random: Random): readonly Expr[] {
  const own = scope.leaves.filter((leaf) => leaf.kind === kind);
  if (scope.outer === undefined) return own;
  const outer = outerLeaves(scope.outer, kind, random);
  if (own.length === 0) return outer;
  return outer.length > 0 && random.chance(0.25) ? outer : own;
}

/** What a subquery may read of an outer query. */
export function outerLeaves(scope: Scope | undefined, kind: Kind, random: Random): readonly Expr[] {
  return scope === undefined ? [] : leavesOf(scope, kind, random).filter(({ local }) => local !== true);
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
