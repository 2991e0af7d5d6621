import { and, ascending, caseOf, columnRef, constant, distinct, filter, join, sort, values } from '../../ir/build.ts';
import type { ColumnIds } from '../../ir/columns.ts';
import { type Column, type Expression, type SortKey, WHOLE_PARTITION } from '../../ir/expression.ts';
import type { Limit, Plan, Project, Unnest, Values } from '../../ir/plan.ts';
import { INT64 } from '../../types/type.ts';
import { compare, equal, references } from '../calls.ts';
import { hasVolatileExpressions } from '../volatility.ts';
import { type Domain, exactly, type Pushed, rebound } from './pushed.ts';

/**
 * Which rows of a plan come first for each row of the domain. Once computed for all of them, the rows of one are a
 * partition, and their order is no longer that of the plan: it is known as keys.
 */

/** A pushed plan and the order of each domain row's rows. It may have columns that only the order needs. */
export interface Ordered extends Pushed {
  readonly order: readonly SortKey[];
}

/** How everything that has no order is pushed. */
interface Pushing {
  readonly ids: ColumnIds;
  readonly push: (plan: Plan, domain: Domain, ids: ColumnIds) => Pushed | undefined;
}

export function pushOrdered(plan: Plan, domain: Domain, pushing: Pushing): Ordered | undefined {
  switch (plan.kind) {
    case 'sort': {
      const input = pushing.push(plan.input, domain, pushing.ids);
      if (input === undefined) return undefined;
      const order = plan.keys.map((key) => ({ ...key, expression: rebound(key.expression, domain, input) }));
      return { ...input, order };
    }
    case 'filter': {
      const input = pushOrdered(plan.input, domain, pushing);
      return input && { ...input, plan: filter(input.plan, rebound(plan.predicate, domain, input)) };
    }
    case 'project':
      return pushIntoProject(plan, domain, pushing);
    case 'unnest':
      return pushIntoUnnest(plan, domain, pushing);
    case 'limit':
      return pushIntoLimit(plan, domain, pushing);
    case 'distinct': {
      if (plan.on === undefined) break;
      const input = pushOrdered(plan.input, domain, pushing);
      if (input === undefined) return undefined;
      const on = plan.on.map((expression) => rebound(expression, domain, input));
      return { ...input, plan: distinct(sort(input.plan, input.order), [...on, ...references(input.columns)]) };
    }
    case 'values':
      return pushIntoValues(plan, domain, pushing);
    default:
      break;
  }
  const pushed = pushing.push(plan, domain, pushing.ids);
  return pushed && { ...pushed, order: [] };
}

/** What the order needs passes through the projection. */
function pushIntoProject(plan: Project, domain: Domain, pushing: Pushing): Ordered | undefined {
  if (hasVolatileExpressions(plan)) return undefined;
  const input = pushOrdered(plan.input, domain, pushing);
  if (input === undefined) return undefined;
  const columns = [...plan.columns, ...input.columns];
  const expressions = [
    ...plan.expressions.map((expression) => rebound(expression, domain, input)),
    ...references(input.columns),
  ];
  const order = input.order.map((key): SortKey => {
    const { expression } = key;
    const { type, nullable } = expression;
    const known = expression.kind === 'column' ? columns.find(({ id }) => id === expression.id) : undefined;
    if (known !== undefined) return key;
    const id = expression.kind === 'column' ? expression.id : pushing.ids.next();
    const column: Column = { id, name: 'key', type, nullable };
    columns.push(column);
    expressions.push(expression);
    return { ...key, expression: columnRef(column) };
  });
  return { plan: { ...plan, columns, input: input.plan, expressions }, columns: input.columns, order };
}

/** Elements are in the order of their lists. */
function pushIntoUnnest(plan: Unnest, domain: Domain, pushing: Pushing): Ordered | undefined {
  const input = pushOrdered(plan.input, domain, pushing);
  if (input === undefined) return undefined;
  const ordinality = plan.ordinality ?? {
    id: pushing.ids.next(),
    name: 'ordinality',
    type: INT64,
    nullable: plan.outer,
  };
  const expression = rebound(plan.expression, domain, input);
  const columns = [...input.plan.columns, plan.element, ordinality];
  return {
    plan: { ...plan, columns, input: input.plan, expression, ordinality },
    columns: input.columns,
    order: [...input.order, ascending(columnRef(ordinality))],
  };
}

/** Each row by itself over the domain; of several, one copy of the domain for each. */
function pushIntoValues({ columns: own, rows }: Values, domain: Domain, pushing: Pushing): Ordered | undefined {
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  const columns = [...own, ...domain.columns];
  const passed = references(domain.columns);
  if (rows.length === 1) {
    const plan: Plan = { kind: 'project', columns, input: domain.plan, expressions: [...last, ...passed] };
    return { plan, columns: domain.columns, order: [] };
  }
  const numbers = rows.map((_, i) => constant(BigInt(i), INT64));
  const numbered = values(
    pushing.ids,
    ['number'],
    numbers.map((number) => [number]),
  );
  const [number] = references(numbered.columns);
  const [numberColumn] = numbered.columns;
  if (number === undefined || numberColumn === undefined) return undefined;
  const cells = own.map((_, cell): Expression | undefined => {
    const otherwise = last[cell];
    if (otherwise === undefined) return undefined;
    const branches = rows.slice(0, -1).flatMap((row, i) => {
      const [when, then] = [numbers[i], row[cell]];
      return when === undefined || then === undefined ? [] : [{ when: equal(number, when), then }];
    });
    return caseOf(branches, otherwise);
  });
  const expressions = [...cells.filter((cell) => cell !== undefined), ...passed, number];
  return {
    plan: {
      kind: 'project',
      columns: [...columns, numberColumn],
      input: join('inner', domain.plan, numbered),
      expressions,
    },
    columns: domain.columns,
    order: [ascending(number)],
  };
}

const MOST = 2n ** 63n - 1n;

/** The rows whose numbers in their partition are within the limit. Parameters, which may be negative, are left alone. */
function pushIntoLimit(plan: Limit, domain: Domain, pushing: Pushing): Ordered | undefined {
  const below = plan.input;
  if (below.kind === 'project') {
    return pushOrdered(
      { ...below, input: { ...plan, columns: below.input.columns, input: below.input } },
      domain,
      pushing,
    );
  }
  const count = constantCount(plan.count);
  const offset = constantCount(plan.offset);
  if (count === undefined || offset === undefined) return undefined;
  const ordered = pushOrdered(below, domain, pushing);
  if (ordered === undefined) return undefined;
  const first = offset ?? 0n;
  const end = count === null || first + count > MOST ? null : first + count;
  if (first === 0n && end === null) return ordered;
  if (first === 0n && end === 1n) {
    const only = distinct(sort(ordered.plan, ordered.order), references(ordered.columns));
    return { ...exactly(plan, { plan: only, columns: ordered.columns }), order: [] };
  }
  const number: Column = { id: pushing.ids.next(), name: 'number', type: INT64, nullable: false };
  const numbered: Plan = {
    kind: 'window',
    columns: [...ordered.plan.columns, number],
    input: ordered.plan,
    partitionBy: references(ordered.columns),
    orderBy: ordered.order,
    calls: [{ fn: 'row_number', args: [], ignoreNulls: false, frame: WHOLE_PARTITION, type: INT64, nullable: false }],
    results: [number],
  };
  const rank = columnRef(number);
  const within = [
    ...(end === null ? [] : [compare('le', rank, constant(end, INT64))]),
    ...(first === 0n ? [] : [compare('gt', rank, constant(first, INT64))]),
  ];
  return { plan: filter(numbered, and(within)), columns: ordered.columns, order: [ascending(rank)] };
}

/** Null for no limit; undefined for what is not known, or an error. */
function constantCount(count: Expression | undefined): bigint | null | undefined {
  if (count === undefined) return null;
  if (count.kind !== 'constant') return undefined;
  const { value } = count;
  return value === null || (typeof value === 'bigint' && value >= 0n) ? value : undefined;
}
