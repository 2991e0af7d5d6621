import { aggregate } from './aggregates.ts';
import { condition } from './conditions.ts';
import { type From, fromClause } from './from.ts';
import { literal, typeOf } from './literals.ts';
import { EXACT_KINDS, type Expr, expr, type Kind, type Making, pickKind, type Relation, type Scope } from './making.ts';
import { value } from './values.ts';
import { windowSelect } from './windows.ts';

/** A query without its ORDER BY, with the columns that it gives. */
export interface Made {
  readonly sql: string;
  readonly columns: readonly Expr[];
  readonly rows: number;
  /** Something that ORDER BY and LIMIT need parentheses or a derived table around. */
  readonly compound: boolean;
}

export type Clause = (making: Making, kinds: readonly Kind[], outer: Scope | undefined, depth: number) => Made;

export function someKinds(making: Making, most: number): readonly Kind[] {
  const { random } = making;
  return Array.from({ length: random.integer(1, most) }, () => (random.chance(0.08) ? 'approx' : pickKind(random)));
}

function where(making: Making, { scope }: From, depth: number): string {
  const { random } = making;
  if (random.chance(0.4)) return '';
  const test = condition(making, scope, depth);
  return random.chance(0.3) ? ` where ((${test}) or (${condition(making, scope, depth)}))` : ` where ${test}`;
}

/** SELECT … FROM … WHERE. */
export const plainSelect: Clause = (making, kinds, outer, depth) => {
  const { random } = making;
  const from = fromClause(making, outer, depth);
  const columns = kinds.map((kind) => value(making, from.scope, kind, random.chance(0.45) ? 0 : depth));
  const distinct = random.chance(0.15) && kinds.every((kind) => kind !== 'approx') ? 'distinct ' : '';
  const items = columns.map(({ sql }) => sql).join(', ');
  const sql = `select ${distinct}${items} from ${from.text}${where(making, from, depth)}`;
  return { sql, columns, rows: from.scope.rows / (outer?.rows ?? 1), compound: false };
};

/** Groups in place of columns: what may be read above an aggregation. */
function groupScope(making: Making, from: From, keys: readonly Expr[], depth: number): Scope {
  const { random } = making;
  const own: Scope = { ...from.scope, outer: undefined };
  const aggregates = Array.from({ length: random.integer(1, 4) }, () =>
    aggregate(making, own, random.chance(0.15) ? 'approx' : pickKind(random), depth),
  ).filter((each) => each !== undefined);
  const marked = aggregates.map((each): Expr => {
    const named = own.leaves.filter(({ sql }) => new RegExp(`(?<![.\\w])${sql.replace('.', '\\.')}\\b`).test(each.sql));
    return named.length > 0 && !named.some(({ local }) => local) ? each : { ...each, local: true };
  });
  return { leaves: [...keys, ...marked], outer: from.scope.outer, rows: from.scope.rows };
}

function item(making: Making, scope: Scope, kind: Kind, depth: number): Expr {
  const own = scope.leaves.filter((leaf) => leaf.kind === kind);
  if (own.length > 0 && making.random.chance(0.7)) return making.random.pick(own);
  return value(making, scope, kind, depth);
}

/** SELECT … GROUP BY … HAVING. */
export const groupedSelect: Clause = (making, kinds, outer, depth) => {
  const { random } = making;
  const from = fromClause(making, outer, depth);
  const own: Scope = { ...from.scope, outer: undefined };
  const keys = Array.from({ length: random.integer(1, 3) }, () => {
    const kind = pickKind(random);
    const leaves = own.leaves.filter((leaf) => leaf.kind === kind);
    // A constant in GROUP BY would be the number of a column, or nothing at all.
    if (leaves.length === 0) return random.pick(own.leaves.filter((leaf) => leaf.kind !== 'approx'));
    return random.chance(0.8) ? random.pick(leaves) : keyExpression(making, random.pick(leaves));
  });
  const sets = random.chance(0.2) ? groupingSets(making, keys) : undefined;
  const marks = sets === undefined ? [] : [groupingMark(making, keys)];
  const scope = groupScope(making, from, [...keys, ...marks], depth - 1);
  const columns = kinds.map((kind) => item(making, scope, kind, random.chance(0.6) ? 0 : depth - 1));
  const having = random.chance(0.3) ? ` having ${condition(making, scope, random.chance(0.7) ? 0 : depth - 1)}` : '';
  const groups = sets ?? keys.map(({ sql }) => sql).join(', ');
  const items = columns.map(({ sql }) => sql).join(', ');
  const sql = `select ${items} from ${from.text}${where(making, from, depth)} group by ${groups}${having}`;
  return { sql, columns, rows: from.scope.rows / (outer?.rows ?? 1) / 2, compound: false };
};

/** Several groupings at once. */
function groupingSets({ random }: Making, keys: readonly Expr[]): string {
  const names = [...new Set(keys.map(({ sql }) => sql))];
  const list = names.join(', ');
  const set = (): string => `(${random.some(names).join(', ')})`;
  return random.weighted<() => string>([
    [2, () => `rollup(${list})`],
    [2, () => `cube(${list})`],
    [2, () => `grouping sets ((${list}), ${set()}${random.chance(0.5) ? `, ${set()}` : ''})`],
    [0.5, () => `${names[0]}, rollup(${list})`],
  ])();
}

function groupingMark({ random }: Making, keys: readonly Expr[]): Expr {
  return { ...expr(`cast(grouping(${random.pick(keys).sql}) as integer)`, 'int', 1), local: true };
}

/** A computed group: one that no reader can mistake for a constant. */
function keyExpression({ random }: Making, leaf: Expr): Expr {
  switch (leaf.kind) {
    case 'int':
      return {
        ...leaf,
        small: false,
        digits: leaf.digits + 1,
        sql: `(cast(${leaf.sql} as integer) + ${random.integer(1, 3)})`,
      };
    case 'text':
      return { ...leaf, sql: `upper(${leaf.sql})` };
    case 'date':
      return { ...leaf, kind: 'int', digits: 4, sql: `cast(extract(year from ${leaf.sql}) as integer)` };
    default:
      return leaf;
  }
}

/** Aggregates over all rows: always one row. */
export const aggregatedSelect: Clause = (making, kinds, outer, depth) => {
  const from = fromClause(making, outer, depth);
  const scope = groupScope(making, from, [], depth - 1);
  const own: Scope = { ...from.scope, outer: undefined };
  const columns = kinds.map((kind) => aggregate(making, own, kind, depth - 1) ?? item(making, scope, kind, 0));
  // Without an aggregate it would be a query of another kind.
  const items = [...columns.map(({ sql }) => sql), 'count(*)'].join(', ');
  const count: Expr = { sql: 'count(*)', kind: 'bigint', digits: 7, scale: 0 };
  return {
    sql: `select ${items} from ${from.text}${where(making, from, depth)}`,
    columns: [...columns, count],
    rows: 1,
    compound: false,
  };
};

export const valuesQuery: Clause = (making, kinds) => {
  const { random } = making;
  const rows = Array.from({ length: random.integer(1, 5) }, (_, i) =>
    kinds.map((kind) => {
      const made = literal(random, kind);
      const text = random.chance(0.2) ? 'null' : made.sql;
      // The first row says what the columns are.
      return i === 0 ? `cast(${text} as ${typeOf(kind, 3)})` : text;
    }),
  );
  const columns = kinds.map(
    (kind): Expr => ({ sql: '', kind, digits: kind === 'decimal' ? 4 : 3, scale: kind === 'decimal' ? 3 : 2 }),
  );
  return {
    sql: `values ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`,
    columns,
    rows: rows.length,
    compound: true,
  };
};

const SET_OPERATIONS = ['union all', 'union all', 'union', 'intersect', 'except', 'intersect all', 'except all'];

export const setOperation: Clause = (making, kinds, outer, depth) => {
  const { random } = making;
  // Rounding could tell rows apart that are one.
  const exact = kinds.map((kind) => (kind === 'approx' ? 'int' : kind));
  const parts = Array.from({ length: random.integer(2, 3) }, () => select(making, exact, outer, depth - 1));
  let sql = '';
  for (const [i, part] of parts.entries()) {
    sql = i === 0 ? part.sql : `${i > 1 ? `(${sql})` : sql} ${random.pick(SET_OPERATIONS)} ${part.sql}`;
  }
  const columns = exact.map((kind, i): Expr => {
    const digits = Math.max(...parts.map(({ columns: [...all] }) => all[i]?.digits ?? 0));
    const scale = Math.max(...parts.map(({ columns: [...all] }) => all[i]?.scale ?? 0));
    return { sql: '', kind, digits, scale };
  });
  return { sql, columns, rows: parts.reduce((sum, { rows }) => sum + rows, 0), compound: true };
};

function select(making: Making, kinds: readonly Kind[], outer: Scope | undefined, depth: number): Made {
  const make = making.random.weighted<Clause>([
    [6, plainSelect],
    [3, groupedSelect],
  ]);
  return make(making, kinds, outer, depth);
}

export function anyQuery(making: Making, kinds: readonly Kind[], outer: Scope | undefined, depth: number): Made {
  const make = making.random.weighted<Clause>([
    [7, plainSelect],
    [5, groupedSelect],
    [1.5, aggregatedSelect],
    [2.5, windowSelect],
    [depth > 0 ? 1.5 : 0, setOperation],
    [0.3, valuesQuery],
  ]);
  return make(making, kinds, outer, depth);
}

/** A query in parentheses to be read from like a table; it must not be a constant's worth of columns. */
export function derivedQuery(making: Making, depth: number, outer?: Scope): Relation {
  const { random } = making;
  const kinds = ['int' as const, ...someKinds(making, 3)];
  const made = anyQuery(making, kinds, outer, depth);
  const limit =
    random.chance(0.15) && made.columns.every(({ kind }) => EXACT_KINDS.includes(kind))
      ? ` order by ${made.columns.map((_, i) => `${i + 1}`).join(', ')} limit ${random.integer(1, 8)}`
      : '';
  return {
    sql: `(${made.sql}${limit})`,
    columns: made.columns.map(({ kind, digits, scale, small }, i) => ({
      name: `c${i + 1}`,
      kind,
      digits,
      scale,
      small,
    })),
    rows: Math.max(1, made.rows),
    key: [],
    table: undefined,
  };
}
