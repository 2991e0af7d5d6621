import type { Exists, Expression, Query, Select } from '../../grammars/sql/tree.ts';
import { aggregate } from './aggregates.ts';
import { condition } from './conditions.ts';
import { fromClause } from './from.ts';
import { type Making, MOST_ROWS } from './making.ts';
import { groupedSelect, someKinds } from './queries.ts';
import { existsQuery, membershipQuery } from './subqueries.ts';
import { isNode, parseQuery, printQuery } from './tree.ts';
import { value } from './values.ts';

/**
 * A relation between the answers to several queries that holds whatever the rows are. The base is one query, so that a
 * violation can be made smaller like any other; from it come the two sides, whose rows together must be the same.
 * Partitions by a condition that is true, false or NULL: Rigger & Su, "Finding Bugs in Database Systems via Query
 * Partitioning" (OOPSLA 2020); counts by a projected condition: "… via Non-optimizing Reference Engine Construction"
 * (ESEC/FSE 2020).
 */
export interface Relation {
  readonly name: string;
  readonly base: (making: Making, depth: number) => string;
  /** Undefined where the query is not of the relation's form, as when it has been made smaller. */
  readonly sides: (query: Query) => Sides | undefined;
}

export interface Sides {
  readonly left: readonly string[];
  readonly right: readonly string[];
}

const range = { start: 0, end: 0 };

/** The condition, its negation, and that it is unknown. */
function thirds(test: Expression): readonly Expression[] {
  return [test, { kind: 'not', range, operand: test }, { kind: 'isNull', range, not: false, operand: test }];
}

function selectOf(query: Query): Select | undefined {
  const plain = query.orderBy.length === 0 && query.limit === undefined && query.offset === undefined;
  return plain && query.body.kind === 'select' ? query.body : undefined;
}

function text(query: Query, body: Select): string {
  return printQuery({ ...query, body });
}

function exactKinds(making: Making): ReturnType<typeof someKinds> {
  return someKinds(making, 4).map((kind) => (kind === 'approx' ? 'text' : kind));
}

function whereBase(
  making: Making,
  depth: number,
  items: (making: Making, from: ReturnType<typeof fromClause>) => string,
): string {
  const from = fromClause(making, undefined, depth);
  return `select ${items(making, from)} from ${from.text} where ${condition(making, from.scope, depth)}`;
}

function someItems(making: Making, { scope }: ReturnType<typeof fromClause>): string {
  return exactKinds(making)
    .map((kind) => value(making, scope, kind, making.random.chance(0.7) ? 0 : 1).sql)
    .join(', ');
}

const where: Relation = {
  name: 'where',
  base: (making, depth) => whereBase(making, depth, someItems),
  sides: (query) => {
    const select = selectOf(query);
    if (select?.where === undefined || select.distinct !== undefined || hasAggregates(select)) return undefined;
    return {
      left: [text(query, { ...select, where: undefined })],
      right: thirds(select.where).map((test) => text(query, { ...select, where: test })),
    };
  },
};

/** The same in one query. */
const union: Relation = {
  name: 'where, in one query',
  base: where.base,
  sides: (query) => {
    const sides = where.sides(query);
    return sides && { left: sides.left, right: [sides.right.join(' union all ')] };
  },
};

const distinct: Relation = {
  name: 'distinct',
  base: (making, depth) => whereBase(making, depth, (...from) => `distinct ${someItems(...from)}`),
  sides: (query) => {
    const select = selectOf(query);
    if (select?.where === undefined || select.distinct === undefined || hasAggregates(select)) return undefined;
    return {
      left: [text(query, { ...select, where: undefined })],
      right: [
        thirds(select.where)
          .map((test) => text(query, { ...select, where: test }))
          .join(' union '),
      ],
    };
  },
};

/** By which aggregate the three parts' values become that of the whole. */
const COMBINED: Readonly<Record<string, string>> = {
  count: 'sum',
  sum: 'sum',
  min: 'min',
  max: 'max',
  bool_and: 'bool_and',
  bool_or: 'bool_or',
};

const aggregates: Relation = {
  name: 'aggregates',
  base: (making, depth) =>
    whereBase(making, depth, (_, { scope }) => {
      const items = exactKinds(making).flatMap((kind) => {
        const made = aggregate(making, scope, kind, 1);
        const fn = made === undefined ? undefined : /^(\w+)\((?!distinct)/.exec(made.sql)?.[1];
        return made !== undefined && fn !== undefined && Object.hasOwn(COMBINED, fn) ? [made.sql] : [];
      });
      return [...items, 'count(*)'].join(', ');
    }),
  sides: (query) => {
    const select = selectOf(query);
    if (select?.where === undefined || select.groupBy !== undefined || select.distinct !== undefined) return undefined;
    const outer = select.items.map(({ expression }, i) => {
      if (expression.kind !== 'call' || expression.distinct) return undefined;
      const fn = COMBINED[expression.name.parts.at(-1)?.text ?? ''];
      return fn === undefined ? undefined : `${fn}(c${i})`;
    });
    if (outer.includes(undefined) || outer.length === 0) return undefined;
    const parts = thirds(select.where).map((test) => text(query, { ...select, where: test }));
    const names = outer.map((_, i) => `c${i}`).join(', ');
    return {
      left: [text(query, { ...select, where: undefined })],
      right: [`select ${outer.join(', ')} from (${parts.join(' union all ')}) as parts(${names})`],
    };
  },
};

const having: Relation = {
  name: 'having',
  base: (making, depth) => {
    for (;;) {
      const { sql } = groupedSelect(making, exactKinds(making), undefined, depth);
      if (having.sides(parseQuery(sql)) !== undefined) return sql;
    }
  },
  sides: (query) => {
    const select = selectOf(query);
    if (select?.having === undefined || select.groupBy === undefined) return undefined;
    return {
      left: [text(query, { ...select, having: undefined })],
      right: thirds(select.having).map((test) => text(query, { ...select, having: test })),
    };
  },
};

function joinBase(kind: string): Relation['base'] {
  return (making, depth) => {
    for (;;) {
      const [left, right] = [fromClause(making, undefined, depth - 1, 1), fromClause(making, undefined, depth - 1, 1)];
      const rows = left.scope.rows * right.scope.rows;
      if (rows > MOST_ROWS / 8) continue;
      const scope = { leaves: [...left.scope.leaves, ...right.scope.leaves], outer: undefined, rows };
      const equal = making.random.chance(0.6) ? equality(making, left, right) : undefined;
      const more = condition(making, scope, depth - 1);
      const on = equal === undefined ? more : making.random.chance(0.5) ? equal : `${equal} and ${more}`;
      return `select ${someItems(making, left)} from ${left.text} ${kind} ${right.text} on ${on}`;
    }
  };
}

function equality(
  making: Making,
  left: ReturnType<typeof fromClause>,
  right: ReturnType<typeof fromClause>,
): string | undefined {
  const ints = (from: ReturnType<typeof fromClause>) => from.scope.leaves.filter(({ kind }) => kind === 'int');
  const [ours, theirs] = [ints(left), ints(right)];
  if (ours.length === 0 || theirs.length === 0) return undefined;
  return `${making.random.pick(ours).sql} = ${making.random.pick(theirs).sql}`;
}

const on: Relation = {
  name: 'on',
  base: joinBase('join'),
  sides: (query) => {
    const select = selectOf(query);
    const [join] = select?.from ?? [];
    if (select === undefined || select.where !== undefined || join?.kind !== 'join' || select.from.length > 1)
      return undefined;
    if (join.condition?.kind !== 'on' || join.type !== 'inner' || hasAggregates(select) || select.distinct)
      return undefined;
    const { condition: given } = join;
    return {
      left: [text(query, { ...select, from: [{ ...join, type: 'cross', condition: undefined }] })],
      right: thirds(given.expression).map((expression) =>
        text(query, { ...select, from: [{ ...join, condition: { ...given, expression } }] }),
      ),
    };
  },
};

/** An outer join has the rows of the inner one and those without a partner. */
const outerJoin: Relation = {
  name: 'left join',
  base: joinBase('left join'),
  sides: (query) => {
    const select = selectOf(query);
    const [join] = select?.from ?? [];
    if (select === undefined || select.where !== undefined || join?.kind !== 'join' || select.from.length > 1)
      return undefined;
    if (join.condition?.kind !== 'on' || join.type !== 'left' || hasAggregates(select) || select.distinct)
      return undefined;
    const one: Expression = { kind: 'number', range, text: '1', form: 'integer' };
    const item = { kind: 'selectItem' as const, range, expression: one, alias: undefined };
    const partners: Query = {
      ...query,
      with: undefined,
      body: { ...select, items: [item], from: [join.right], where: join.condition.expression },
    };
    const lonely: Expression = { kind: 'not', range, operand: { kind: 'exists', range, query: partners } };
    return {
      left: [text(query, select)],
      right: [
        text(query, { ...select, from: [{ ...join, type: 'inner' }] }),
        text(query, { ...select, from: [join.left], where: lonely }),
      ],
    };
  },
};

/** What the optimizer makes of a condition in WHERE, against the condition as a value of each row. */
const counted: Relation = {
  name: 'count',
  base: (making, depth) => whereBase(making, depth, () => 'count(*)'),
  sides: (query) => {
    const select = selectOf(query);
    const [item] = select?.items ?? [];
    if (select?.where === undefined || select.items.length > 1 || select.groupBy !== undefined) return undefined;
    if (item?.expression.kind !== 'call' || !item.expression.star) return undefined;
    const items = [{ ...item, expression: select.where }];
    const projected = text(query, { ...select, items, where: undefined });
    return {
      left: [text(query, select)],
      right: [`select coalesce(sum(case when v then 1 else 0 end), 0) from (${projected}) as q(v)`],
    };
  },
};

/** EXISTS, and that there is more than no row. */
const existing: Relation = {
  name: 'exists',
  base: (making, depth) =>
    whereBase(
      making,
      depth,
      (_, from) =>
        `${someItems(making, from)}, ${existsQuery(making, from.scope, depth - 1).replace('select *', 'select 1')}`,
    ),
  sides: (query) => {
    const counting = (node: Exists): Expression => {
      const inner = printQuery(node.query);
      const counter = parseQuery(`select (select count(*) from (${inner}) as q) > 0`);
      const [item] = counter.body.kind === 'select' ? counter.body.items : [];
      return item?.expression ?? node;
    };
    const changed = replaced(query, counting);
    return changed === query ? undefined : { left: [printQuery(query)], right: [printQuery(changed)] };
  },
};

function replaced(query: Query, replace: (node: Exists) => Expression): Query {
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inside);
    if (!isNode(value)) return value;
    return value.kind === 'exists' && isExists(value) && !selectsStar(value)
      ? replace(value)
      : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inside(each)]));
  };
  const changed = inside(query);
  return isNode(changed) && isQueryNode(changed) && JSON.stringify(changed) !== JSON.stringify(query) ? changed : query;
}

function isQueryNode(node: object): node is Query {
  return 'kind' in node && node.kind === 'query';
}

function isExists(node: object): node is Exists {
  return 'kind' in node && node.kind === 'exists';
}

/** A star over relations with equal names gives a derived table whose columns cannot be told apart. */
function selectsStar(node: Exists): boolean {
  const { body } = node.query;
  return body.kind !== 'select' || body.items.some(({ expression }) => expression.kind === 'star');
}

/** IN and EXISTS of an equal row are the same in WHERE. */
const member: Relation = {
  name: 'in',
  base: (making, depth) => {
    for (;;) {
      const from = fromClause(making, undefined, depth);
      const made = `select ${someItems(making, from)} from ${from.text} where ${membershipQuery(making, from.scope, depth - 1)}`;
      if (member.sides(parseQuery(made)) !== undefined) return made;
    }
  },
  sides: (query) => {
    const select = selectOf(query);
    if (select?.where?.kind !== 'inQuery' || select.where.operand.kind !== 'column') return undefined;
    const { operand, query: inner, not } = select.where;
    if (not) return undefined;
    const test = parseQuery(
      `select exists (select 1 from (${printQuery(inner)}) as q(v) where v = ${operandText(operand)})`,
    );
    const [item] = test.body.kind === 'select' ? test.body.items : [];
    return item && { left: [text(query, select)], right: [text(query, { ...select, where: item.expression })] };
  },
};

function operandText(expression: Expression): string {
  const query = parseQuery('select 1');
  const [item] = query.body.kind === 'select' ? query.body.items : [];
  if (query.body.kind !== 'select' || item === undefined) throw new Error('not a select');
  return printQuery({ ...query, body: { ...query.body, items: [{ ...item, expression }] } }).replace(/^SELECT /i, '');
}

const AGGREGATES = /^(count|sum|min|max|avg|bool_and|bool_or|string_agg|stddev_samp|stddev_pop|var_pop|variance)$/;

/** Whether the select is an aggregation without a GROUP BY. */
function hasAggregates(select: Select): boolean {
  const inside = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(inside);
    if (!isNode(value) || value.kind === 'query') return false;
    if (value.kind === 'call' && isNode(value.name) && Array.isArray(value.name.parts)) {
      const last: unknown = value.name.parts.at(-1);
      if (isNode(last) && AGGREGATES.test(String(last.text))) return true;
    }
    return Object.values(value).some(inside);
  };
  return select.groupBy !== undefined || select.having !== undefined || inside(select.items);
}

export const RELATIONS: readonly Relation[] = [
  where,
  union,
  distinct,
  aggregates,
  having,
  on,
  outerJoin,
  counted,
  existing,
  member,
];
