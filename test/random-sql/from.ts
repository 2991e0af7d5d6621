import { equality, joinCondition } from './joins.ts';
import { type Expr, type Making, MOST_ROWS, type Relation, type Scope } from './making.ts';
import { derivedQuery } from './queries.ts';

export interface From {
  readonly text: string;
  readonly scope: Scope;
}

/** A FROM clause of one to four relations. */
export function fromClause(making: Making, outer: Scope | undefined, depth: number, most = 4): From {
  const { random } = making;
  const factor = outer?.rows ?? 1;
  const first = relation(making, outer, depth);
  let { text } = first;
  let scope = first.scope;
  const wanted = random.weighted([
    [4, 1],
    [4, 2],
    [2, 3],
    [0.7, 4],
  ]);
  let relations = 1;
  while (relations < Math.min(wanted, most)) {
    relations++;
    const next = relation(making, outer, depth);
    const place = { first: relations === 2, last: relations === Math.min(wanted, most) };
    const joined = join(making, { text, scope }, next, factor, depth, place);
    if (joined === undefined) continue;
    ({ text, scope } = joined);
  }
  return { text, scope };
}

function join(
  making: Making,
  before: From,
  right: From,
  factor: number,
  depth: number,
  { first, last }: { readonly first: boolean; readonly last: boolean },
): From | undefined {
  const { random } = making;
  // A column that USING merged could be one of the next relation too.
  const leaves = before.scope.leaves.filter(({ sql }) => sql.includes('.'));
  const left: From = { ...before, scope: { ...before.scope, leaves } };
  const [l, r] = [left.scope.rows / factor, right.scope.rows / factor];
  const both = [...leaves, ...right.scope.leaves];
  const made = (text: string, rows: number, leaves: readonly Expr[] = both): From => ({
    text,
    scope: { leaves, outer: left.scope.outer, rows: Math.max(1, rows) * factor },
  });
  const on = (kind: string, least: number): From | undefined => {
    const condition = joinCondition(
      making,
      left.scope,
      right.scope,
      kind.includes('left') || kind.includes('right') ? 0 : depth - 1,
    );
    if (condition === undefined) return undefined;
    return made(`${left.text} ${kind} ${right.text} on ${condition.text}`, Math.max(condition.rows, least));
  };
  return random.weighted<() => From | undefined>([
    [4, () => on(random.pick(['join', 'inner join']), 0)],
    [3.5, () => on(random.pick(['left join', 'left outer join']), l)],
    [1, () => on('right join', r)],
    [
      1,
      () => {
        const condition = equality(making, left.scope, right.scope);
        if (condition === undefined) return undefined;
        return made(`${left.text} full join ${right.text} on ${condition.text}`, Math.max(condition.rows, l + r));
      },
    ],
    [
      0.5,
      () => {
        if (l * r * factor > MOST_ROWS / 4) return undefined;
        // A later ON could not see what stands before a comma.
        return made(`${left.text}${last && random.chance(0.5) ? ',' : ' cross join'} ${right.text}`, l * r);
      },
    ],
    [
      making.size !== 'large' && depth > 0 && l * factor < MOST_ROWS / 40 ? 0.8 : 0,
      () => lateral(making, left, depth, made, l),
    ],
    [0.25, () => asof(making, left, made, l)],
    [first ? 0.5 : 0, () => using(making, left, right, made, l, r, factor)],
  ])();
}

/** With the nearest row of a table that has one row for each pair of key and order. */
function asof(
  making: Making,
  left: From,
  made: (text: string, rows: number, leaves: readonly Expr[]) => From,
  rows: number,
): From | undefined {
  const { random } = making;
  const kind = random.pick(['date', 'int'] as const);
  const tables = making.relations.filter(({ columns, sql, table }) => {
    const own = columns.filter((column) => column.kind === kind);
    return sql === table && own.length > 0 && columns.some(({ name }) => name === 'x');
  });
  const keys = left.scope.leaves.filter((leaf) => leaf.kind === 'int');
  const orders = left.scope.leaves.filter((leaf) => leaf.kind === kind);
  if (tables.length === 0 || keys.length === 0 || orders.length === 0) return undefined;
  const table = random.pick(tables);
  const by = random.pick(table.columns.filter((column) => column.kind === kind));
  if (by.name === 'x') return undefined;
  const right = aliased(
    making,
    {
      sql: `(select q.x, q.${by.name}, count(*) from ${table.sql} as q group by q.x, q.${by.name})`,
      columns: [
        { name: 'c1', kind: 'int', digits: 4, scale: 0 },
        { name: 'c2', kind, digits: 4, scale: 0, small: by.small },
        { name: 'c3', kind: 'bigint', digits: 7, scale: 0 },
      ],
      rows: table.rows,
      key: [],
      table: undefined,
    },
    undefined,
  );
  const [key, order] = right.scope.leaves;
  if (key === undefined || order === undefined) return undefined;
  const equal = `${random.pick(keys).sql} = ${key.sql} and `;
  const nearest = `${random.pick(orders).sql} ${random.pick(['>=', '>', '<=', '<'])} ${order.sql}`;
  const leaves = [...left.scope.leaves, ...right.scope.leaves];
  return made(`${left.text} asof ${random.pick(['', 'left '])}join ${right.text} on ${equal}${nearest}`, rows, leaves);
}

/** A derived table that sees what stands before it. */
function lateral(
  making: Making,
  left: From,
  depth: number,
  made: (text: string, rows: number, leaves: readonly Expr[]) => From,
  rows: number,
): From {
  const query = derivedQuery(making, depth - 1, left.scope);
  const right = aliased(making, query, undefined);
  const [before, after] = making.random.pick([
    ['cross join', ''],
    ['left join', ' on true'],
    ['join', ' on true'],
  ] as const);
  const leaves = [...left.scope.leaves, ...right.scope.leaves];
  return made(`${left.text} ${before} lateral ${right.text}${after}`, rows * query.rows, leaves);
}

/** JOIN … USING, whose merged column goes by its bare name. */
function using(
  { random }: Making,
  left: From,
  right: From,
  made: (text: string, rows: number, leaves: readonly Expr[]) => From,
  l: number,
  r: number,
  factor: number,
): From | undefined {
  const nameOf = ({ sql }: Expr): string => sql.slice(sql.indexOf('.') + 1);
  const shared = left.scope.leaves.flatMap((leaf) => {
    const other = right.scope.leaves.find((each) => nameOf(each) === nameOf(leaf) && each.kind === leaf.kind);
    return other !== undefined && leaf.sql.includes('.') && leaf.kind === 'int' ? [leaf] : [];
  });
  if (shared.length === 0 || (l * r * factor) / 4 > MOST_ROWS) return undefined;
  const column = random.pick(shared);
  const name = nameOf(column);
  const kind = random.pick(['join', 'left join', 'full join', 'right join']);
  return made(`${left.text} ${kind} ${right.text} using (${name})`, (l * r) / 4 + l + r, [
    { ...column, sql: name, local: true },
    ...left.scope.leaves,
    ...right.scope.leaves,
  ]);
}

/** One relation with an alias. */
function relation(making: Making, outer: Scope | undefined, depth: number): From {
  const { random } = making;
  const factor = outer?.rows ?? 1;
  const fitting = making.relations.filter(({ rows }) => rows * factor <= MOST_ROWS);
  const smallest = [...making.relations].sort((a, b) => a.rows - b.rows)[0];
  const picked = fitting.length > 0 ? random.pick(fitting) : smallest;
  if (picked === undefined) throw new Error('nothing to read');
  const chosen = depth > 0 && random.chance(0.22) ? derivedQuery(making, depth - 1) : picked;
  return aliased(making, chosen.rows * factor <= MOST_ROWS ? chosen : picked, outer);
}

export function aliased(making: Making, relation: Relation, outer: Scope | undefined): From {
  const alias = making.alias(relation.table ?? 'q');
  const names = relation.columns.map(({ name }) => name);
  const list = relation.table === undefined ? `(${names.join(', ')})` : '';
  return {
    text: `${relation.sql} as ${alias}${list}`,
    scope: {
      leaves: relation.columns.map(({ name, ...column }) => ({ ...column, sql: `${alias}.${name}` })),
      outer,
      rows: Math.max(1, relation.rows) * (outer?.rows ?? 1),
    },
  };
}
