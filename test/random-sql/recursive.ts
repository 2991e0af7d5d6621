import { condition } from './conditions.ts';
import { aliased } from './from.ts';
import { type Expr, leavesOf, type Making, type Relation } from './making.ts';
import { value } from './values.ts';

/**
 * A recursive table that walks along equal integers, a few steps far: `n` counts them. On more than a handful of rows it
 * follows keys, so that it does not grow.
 */
export function recursiveTable(making: Making, name: string): Relation | undefined {
  const { random } = making;
  const start = aliased(making, random.pick(making.relations), undefined);
  const keyed = making.relations.filter(
    ({ key, table }) => making.size === 'tiny' || (key[0] === 'id' && table !== undefined),
  );
  if (keyed.length === 0) return undefined;
  const next = aliased(making, random.pick(keyed), undefined);
  const ints = leavesOf(next.scope, 'int', random);
  const found = making.size === 'tiny' ? ints : ints.filter(({ sql }) => sql.endsWith('.id'));
  if (found.length === 0 || ints.length === 0) return undefined;
  const own: Expr[] = [
    { sql: `${name}.n`, kind: 'int', digits: 1, scale: 0 },
    { sql: `${name}.x`, kind: 'int', digits: 4, scale: 0 },
    { sql: `${name}.t`, kind: 'text', digits: 20, scale: 0 },
  ];
  const first = `select 1, cast(${value(making, start.scope, 'int', 0).sql} as integer), cast(${value(making, start.scope, 'text', 0).sql} as text)`;
  const scope = { leaves: [...own, ...next.scope.leaves], outer: undefined, rows: start.scope.rows * next.scope.rows };
  const text = random.pick([`${name}.t`, value(making, scope, 'text', 0).sql]);
  const where = random.chance(0.4) ? ` and ${condition(making, scope, 0)}` : '';
  const step = `select ${name}.n + 1, cast(${random.pick(ints).sql} as integer), cast(${text} as text)`;
  const kind = random.chance(0.5) ? 'union' : 'union all';
  const limit = making.size === 'tiny' ? 3 : 5;
  const left = random.chance(0.5) ? `${name} join ${next.text}` : `${next.text} join ${name}`;
  return {
    sql: `(${first} from ${start.text} ${kind} ${step} from ${left} on ${random.pick(found).sql} = ${name}.x where ${name}.n < ${limit}${where})`,
    columns: [
      { name: 'n', kind: 'int', digits: 1, scale: 0 },
      { name: 'x', kind: 'int', digits: 4, scale: 0 },
      { name: 't', kind: 'text', digits: 20, scale: 0 },
    ],
    rows: start.scope.rows * (making.size === 'tiny' ? 8 : 5),
    key: [],
    table: undefined,
  };
}
