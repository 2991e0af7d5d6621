import { filter, isTrueConstant, unnest } from '../../ir/build.ts';
import { asNullable } from '../../ir/derive.ts';
import type { Plan, Project, Values } from '../../ir/plan.ts';
import { references } from '../calls.ts';
import type { DependentJoin } from './dependent-join.ts';

/**
 * The right side computes on a single row (`lateral unnest(x)`, `(select a + b)`): the left side's rows take that
 * row's place, and no join is left.
 */
export function overLeftRows(spec: DependentJoin): Plan | undefined {
  if (!isTrueConstant(spec.condition)) return undefined;
  const chain = rowChain(spec.right);
  if (chain === undefined) return undefined;
  switch (spec.join) {
    case 'inner':
      return chain.build(spec.left, false);
    case 'left':
    case 'single':
      // Exactly one row; or at least one, where an unnest keeps the row that it has no element for.
      if (chain.filters || chain.unnests > (spec.join === 'left' ? 1 : 0)) return undefined;
      return chain.computesAboveUnnest ? undefined : chain.build(spec.left, true);
    case 'semi':
      return chain.unnests > 0 ? undefined : chain.build(spec.left, false);
    case 'anti':
    case 'mark':
      return undefined;
  }
}

interface RowChain {
  readonly filters: boolean;
  readonly unnests: number;
  /** Padding is NULL in every column: what is computed above an outer unnest need not be. */
  readonly computesAboveUnnest: boolean;
  readonly build: (left: Plan, outer: boolean) => Plan;
}

function rowChain(plan: Plan): RowChain | undefined {
  switch (plan.kind) {
    case 'values': {
      const [row] = plan.rows;
      if (row === undefined || plan.rows.length > 1) return undefined;
      return { filters: false, unnests: 0, computesAboveUnnest: false, build: (left) => extend(left, plan, row) };
    }
    case 'project': {
      const below = rowChain(plan.input);
      if (below === undefined) return undefined;
      const computes = plan.expressions.some((expression) => expression.kind !== 'column');
      return {
        ...below,
        computesAboveUnnest: below.computesAboveUnnest || (below.unnests > 0 && computes),
        build: (left, outer) => project(below.build(left, outer), left, plan, outer && below.unnests > 0),
      };
    }
    case 'filter': {
      const below = rowChain(plan.input);
      return (
        below && {
          ...below,
          filters: true,
          build: (left, outer) => filter(below.build(left, outer), plan.predicate),
        }
      );
    }
    case 'unnest': {
      const below = rowChain(plan.input);
      return (
        below && {
          ...below,
          unnests: below.unnests + 1,
          build: (left, outer) => {
            const { element, ordinality } = plan;
            const keep = outer || plan.outer;
            const padded = ordinality && (keep ? { ...ordinality, nullable: true } : ordinality);
            return unnest(below.build(left, outer), plan.expression, element, { ordinality: padded, outer: keep });
          },
        }
      );
    }
    default:
      return undefined;
  }
}

function extend(left: Plan, { columns }: Values, row: Values['rows'][number]): Plan {
  if (columns.length === 0) return left;
  return {
    kind: 'project',
    columns: [...left.columns, ...columns],
    input: left,
    expressions: [...references(left.columns), ...row],
  };
}

/** The projection with the left side's columns beside its own; `padded` ones may be NULL now. */
function project(input: Plan, left: Plan, { columns, expressions }: Project, padded: boolean): Plan {
  const own = padded ? columns.map(asNullable) : columns;
  const from = padded ? expressions.map((expression) => ({ ...expression, nullable: true })) : expressions;
  return {
    kind: 'project',
    columns: [...left.columns, ...own],
    input,
    expressions: [...references(left.columns), ...from],
  };
}
