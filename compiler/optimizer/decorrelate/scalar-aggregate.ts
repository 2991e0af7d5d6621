import { and, caseOf, columnRef, conjuncts, filter, isTrueConstant, join, nullOf } from '../../ir/build.ts';
import { type ColumnIds, expressionColumns } from '../../ir/columns.ts';
import { asNullable } from '../../ir/derive.ts';
import type { Column, ColumnId, Expression } from '../../ir/expression.ts';
import type { Aggregate, Plan } from '../../ir/plan.ts';
import { ids as idsOf, isConstant, isNeverTrue, isTrue, not, references } from '../calls.ts';
import { emptyValue } from '../empty-aggregate.ts';
import { withNullability } from '../fold.ts';
import { replaceColumns } from '../nullability.ts';
import { simplifyCondition, simplifyExpression } from '../simplify-expression.ts';
import { hasVolatileExpressions } from '../volatility.ts';
import { usesAny } from './correlation.ts';
import type { DependentJoin } from './dependent-join.ts';
import { groupByCorrelation, type Pulled } from './pull-up.ts';

/**
 * The right side aggregates into a single row, whatever the outer row. The aggregate is computed for all values of
 * the correlated columns at once, and joined. An outer row without a partner there is one for which the aggregate's
 * input is empty: it gets the aggregate's value of that (Ganski and Wong's count bug, SIGMOD 1987).
 */
export function overScalarAggregate(spec: DependentJoin, ids: ColumnIds): Plan | undefined {
  const outer = idsOf(spec.left.columns);
  const chain = peel(spec.right);
  if (chain === undefined) return undefined;
  const { aggregate } = chain;
  const pulled = groupByCorrelation(aggregate, { outer, ids, multiplicity: true });
  if (pulled?.plan.kind !== 'aggregate') return undefined;
  const empty = new Map<ColumnId, Expression>();
  aggregate.columns.forEach((column, i) => {
    const call = aggregate.aggregates[i];
    if (call !== undefined) empty.set(column.id, emptyValue(call));
  });
  const terms = [...conjuncts(chain.condition), ...conjuncts(replaceColumns(spec.condition, outputsOf(chain)))];
  return (
    besideOuterRows(spec, chain, terms, pulled, empty, outer) ??
    aboveOuterRows(spec, chain, and(terms), pulled, pulled.plan, empty, ids)
  );
}

/** A scalar aggregate under projections and filters: its outputs and condition over the aggregate's columns. */
interface Chain {
  readonly aggregate: Aggregate;
  readonly columns: readonly Column[];
  readonly outputs: readonly Expression[];
  readonly condition: Expression;
}

function peel(plan: Plan): Chain | undefined {
  switch (plan.kind) {
    case 'aggregate':
      if (plan.groups.length > 0 || plan.groupingSets !== undefined) return undefined;
      return { aggregate: plan, columns: plan.columns, outputs: references(plan.columns), condition: and([]) };
    case 'project': {
      const chain = hasVolatileExpressions(plan) ? undefined : peel(plan.input);
      if (chain === undefined) return undefined;
      const by = outputsOf(chain);
      return {
        ...chain,
        columns: plan.columns,
        outputs: plan.expressions.map((expression) => replaceColumns(expression, by)),
      };
    }
    case 'filter': {
      const chain = hasVolatileExpressions(plan) ? undefined : peel(plan.input);
      if (chain === undefined) return undefined;
      return { ...chain, condition: and([chain.condition, replaceColumns(plan.predicate, outputsOf(chain))]) };
    }
    case 'sort':
    case 'distinct':
      return plan.kind === 'distinct' && plan.on !== undefined ? undefined : peel(plan.input);
    default:
      return undefined;
  }
}

function outputsOf({ columns, outputs }: Chain): ReadonlyMap<ColumnId, Expression> {
  return new Map(
    columns.flatMap((column, i) => {
      const output = outputs[i];
      return output === undefined ? [] : [[column.id, output] as const];
    }),
  );
}

/**
 * Everything is computed at the right of the join, where there are fewer rows, if an outer row without a partner
 * gets NULLs (or no row) either way.
 */
function besideOuterRows(
  spec: DependentJoin,
  chain: Chain,
  terms: readonly Expression[],
  pulled: Pulled,
  empty: ReadonlyMap<ColumnId, Expression>,
  outer: ReadonlySet<ColumnId>,
): Plan | undefined {
  if ([...terms, ...chain.outputs].some((expression) => usesAny(expression, outer))) return undefined;
  const rowless = terms.some((term) => isNeverTrue(simplifyCondition(replaceColumns(term, empty))));
  const nullOnEmpty = chain.outputs.every((output) =>
    isConstant(simplifyExpression(replaceColumns(output, empty)), null),
  );
  const build = (kind: 'inner' | 'left' | 'semi'): Plan => {
    const right = withOutputs(filter(pulled.plan, and(terms)), pulled, chain);
    return join(kind, spec.left, right, and(pulled.conditions));
  };
  switch (spec.join) {
    case 'left':
    case 'single':
      return rowless || (terms.length === 0 && nullOnEmpty) ? build('left') : undefined;
    case 'inner':
      if (rowless) return build('inner');
      return terms.length === 0 && nullOnEmpty ? build('left') : undefined;
    case 'semi':
      return rowless ? build('semi') : undefined;
    case 'anti':
    case 'mark':
      return undefined;
  }
}

/** The outputs of the chain, and the columns that the correlated conditions use. */
function withOutputs(input: Plan, pulled: Pulled, { columns, outputs }: Chain): Plan {
  const own = new Set(columns.map((column) => column.id));
  const used = new Set(pulled.conditions.flatMap((condition) => [...expressionColumns(condition)]));
  const keys = input.columns.filter((column) => used.has(column.id) && !own.has(column.id));
  return {
    kind: 'project',
    columns: [...keys, ...columns],
    input,
    expressions: [...references(keys), ...outputs],
  };
}

/** The aggregates are joined, with their empty values where there is no partner; outputs and condition follow. */
function aboveOuterRows(
  spec: DependentJoin,
  chain: Chain,
  condition: Expression,
  pulled: Pulled,
  grouped: Aggregate,
  empty: ReadonlyMap<ColumnId, Expression>,
  ids: ColumnIds,
): Plan {
  const values = new Map<ColumnId, Expression>();
  const joinedAs = new Map<ColumnId, Column>();
  for (const column of chain.aggregate.columns) {
    const fresh: Column = { ...column, id: ids.next() };
    joinedAs.set(column.id, fresh);
    const padded = columnRef({ ...fresh, nullable: true });
    const value = empty.get(column.id);
    values.set(column.id, value === undefined || isConstant(value, null) ? padded : coalesce(padded, value));
  }
  const right: Aggregate = {
    ...grouped,
    columns: grouped.columns.map((column) => joinedAs.get(column.id) ?? column),
  };
  const joined = join('left', spec.left, right, and(pulled.conditions));
  const test = replaceColumns(condition, values);
  const outputs = chain.outputs.map((output) => simplifyExpression(replaceColumns(output, values)));
  const { left, mark } = spec;
  switch (spec.join) {
    case 'semi':
      return filter(joined, test);
    case 'anti':
      return filter(joined, not(isTrue(test)));
    case 'mark': {
      const expression = spec.nullAware ? test : isTrue(test);
      const columns = mark === undefined ? left.columns : [...left.columns, mark];
      return { kind: 'project', columns, input: joined, expressions: [...references(left.columns), expression] };
    }
    case 'inner':
      return project(filter(joined, test), left, chain.columns, outputs);
    case 'left':
    case 'single': {
      const conditional = isTrueConstant(test)
        ? outputs
        : outputs.map((output) => caseOf([{ when: test, then: output }], nullOf(output.type)));
      return project(joined, left, chain.columns.map(asNullable), conditional);
    }
  }
}

function project(input: Plan, left: Plan, columns: readonly Column[], expressions: readonly Expression[]): Plan {
  return {
    kind: 'project',
    columns: [...left.columns, ...columns],
    input,
    expressions: [...references(left.columns), ...expressions],
  };
}

function coalesce(value: Expression, otherwise: Expression): Expression {
  return withNullability({ kind: 'call', fn: 'coalesce', args: [value, otherwise], type: value.type, nullable: true });
}
