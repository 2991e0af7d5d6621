import type * as sql from '../../../grammars/sql/tree.ts';
import { resolveOperator } from '../../functions/resolve.ts';
import { caseOf, columnRef, constant } from '../../ir/build.ts';
import { callOf } from '../../ir/call.ts';
import { expressionEquals } from '../../ir/equal.ts';
import type { Column, Expression } from '../../ir/expression.ts';
import { OrbitError } from '../../types/error.ts';
import { INT32 } from '../../types/type.ts';
import { typed } from './coerce.ts';
import type { Context } from './context.ts';
import { unsupported, unsupportedAll } from './errors.ts';

/** GROUPING SETS, ROLLUP and CUBE as a list of sets, and GROUPING(), which asks by which of them a row was made. */

/** As in PostgreSQL: sets are written in few letters and each is a grouping of its own. */
const MOST_SETS = 4096;
const MOST_CUBE_ELEMENTS = 12;

type ExpressionSet = readonly sql.Expression[];

/** The sets of expressions to group by: the elements of GROUP BY are combined, each with each. */
export function groupingSets(groupBy: sql.GroupBy): readonly ExpressionSet[] {
  return groupBy.elements.reduce<readonly ExpressionSet[]>(
    (sets, element) => {
      const more = setsOf(element);
      limit(sets.length * more.length, element.range);
      return sets.flatMap((set) => more.map((other) => [...set, ...other]));
    },
    [[]],
  );
}

function setsOf(element: sql.GroupingElement): readonly ExpressionSet[] {
  switch (element.kind) {
    case 'groupingSet':
      return [element.expressions];
    case 'rollup': {
      limit(element.sets.length + 1, element.range);
      return Array.from({ length: element.sets.length + 1 }, (_, i) =>
        element.sets.slice(0, element.sets.length - i).flatMap((set) => set.expressions),
      );
    }
    case 'cube': {
      const { length } = element.sets;
      if (length > MOST_CUBE_ELEMENTS) {
        throw new OrbitError('too_many_columns', `CUBE is limited to ${MOST_CUBE_ELEMENTS} elements`, {
          range: element.range,
        });
      }
      return Array.from({ length: 2 ** length }, (_, absent) =>
        element.sets.flatMap((set, i) => ((absent >> (length - 1 - i)) & 1 ? [] : set.expressions)),
      );
    }
    case 'groupingSets': {
      const all: ExpressionSet[] = [];
      for (const inner of element.elements) {
        all.push(...setsOf(inner));
        limit(all.length, element.range);
      }
      return all;
    }
  }
}

function limit(count: number, range: sql.SourceRange): void {
  if (count <= MOST_SETS) return;
  throw new OrbitError('statement_too_complex', `too many grouping sets present (maximum ${MOST_SETS})`, { range });
}

/** Each set of positions once, whatever their order. */
export function distinctSets(sets: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const seen = new Set<string>();
  return sets.filter((set) => {
    const key = [...new Set(set)].sort((a, b) => a - b).join();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What GROUPING() needs of the query's GROUP BY. */
export interface GroupingScope {
  readonly expressions: readonly Expression[];
  /** Undefined where all rows are grouped by all expressions. */
  readonly sets: readonly (readonly number[])[] | undefined;
  /** The column with the number of a row's set; asking for it makes it. */
  readonly set: () => Column;
}

const MOST_ARGUMENTS = 31;

/** A bit for each argument, the last one being the lowest: 1 where the row's grouping leaves it out. */
export function bindGrouping(tree: sql.FunctionCall, context: Context): Expression {
  const { range } = tree;
  const { grouping, clause } = context.scope;
  if (tree.distinct || tree.star || tree.filter !== undefined || tree.orderBy.length > 0 || tree.over !== undefined) {
    throw unsupported('GROUPING with more than arguments', range);
  }
  if (context.scope.aggregates === undefined) {
    throw new OrbitError('grouping_error', `grouping operations are not allowed in ${clause}`, { range });
  }
  if (tree.arguments.length > MOST_ARGUMENTS) {
    throw new OrbitError('program_limit_exceeded', `GROUPING must have fewer than ${MOST_ARGUMENTS + 1} arguments`, {
      range,
    });
  }
  const { groups: _, aggregates: __, ...scope } = context.scope;
  const inside: Context = { ...context, truth: false, scope: { ...scope, aggregates: undefined, windows: undefined } };
  const positions = tree.arguments.map((argument) => {
    if (argument.name !== undefined) throw unsupportedAll('named arguments', argument.range);
    const bound = typed(context.statement.bind.expression(argument.value, inside), context.statement);
    const position = grouping?.expressions.findIndex((expression) => expressionEquals(expression, bound)) ?? -1;
    if (position >= 0) return position;
    throw new OrbitError(
      'grouping_error',
      'arguments to GROUPING must be grouping expressions of the associated query level',
      { range: argument.range },
    );
  });
  const maskOf = (set: readonly number[]): bigint =>
    positions.reduce((mask, position) => mask * 2n + (set.includes(position) ? 0n : 1n), 0n);
  const masks = grouping?.sets?.map(maskOf) ?? [0n];
  const [first = 0n] = masks;
  const number = (mask: bigint): Expression => constant(Number(mask), INT32, range);
  if (grouping === undefined || masks.every((mask) => mask === first)) return number(first);
  const set = columnRef(grouping.set(), range);
  const otherwise = masks.at(-1) ?? 0n;
  const branches = [...new Set(masks)]
    .filter((mask) => mask !== otherwise)
    .map((mask) => ({ when: oneOf(set, masks, mask), then: number(mask) }));
  return caseOf(branches, number(otherwise), range);
}

/** Whether the number of the set is that of one with this mask. */
function oneOf(set: Expression, masks: readonly bigint[], wanted: bigint): Expression {
  const values = masks.flatMap((mask, i) => (mask === wanted ? [i] : []));
  const [only = 0] = values;
  if (values.length > 1) return { kind: 'in', arg: set, values, type: { kind: 'bool' }, nullable: false };
  const value = constant(only, INT32);
  return callOf(resolveOperator('eq', [set.type, value.type]), [set, value]);
}
