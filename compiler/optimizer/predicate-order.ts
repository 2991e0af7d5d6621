import type { Expression } from '../ir/expression.ts';
import { expressionChildren } from '../ir/traverse.ts';
import type { Type } from '../types/type.ts';
import { canFail } from './failure.ts';
import { type Lookup, selectivity } from './selectivity.ts';

/**
 * Conditions in the order in which they are best checked: those that take most rows away for what they cost come
 * first (Hellerstein and Stonebraker, SIGMOD 1993). Those that can fail come last and keep their order, as
 * `x <> 0 and 1 / x > 2` is what people write.
 */
export function byPromise(terms: readonly Expression[], lookup: Lookup): readonly Expression[] {
  if (terms.length < 2) return terms;
  const safe = terms
    .filter((term) => !canFail(term))
    .map((term) => ({ term, rank: evaluationCost(term) / Math.max(1e-6, 1 - selectivity(term, lookup)) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ term }) => term);
  return [...safe, ...terms.filter(canFail)];
}

const PATTERN_COST = 20;
const TEXT_COST = 4;

function evaluationCost(expression: Expression): number {
  const operands = expressionChildren(expression).reduce((sum, child) => sum + evaluationCost(child), 0);
  switch (expression.kind) {
    case 'column':
    case 'constant':
    case 'parameter':
      return 0.1;
    case 'in':
      return operands + costOf(expression.arg.type) * (1 + Math.log2(expression.values.length));
    case 'call':
      if (expression.fn === 'like' || expression.fn === 'ilike') return operands + PATTERN_COST;
      return operands + costOf(expression.args[0]?.type ?? expression.type);
    default:
      return operands + 1;
  }
}

function costOf(type: Type): number {
  return type.kind === 'utf8' || type.kind === 'binary' || type.kind === 'any' || type.kind === 'list' ? TEXT_COST : 1;
}
