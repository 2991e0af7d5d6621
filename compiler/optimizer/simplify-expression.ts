import { and, castNullable, constant, FALSE, inList, isFalseConstant, nullOf, or, TRUE } from '../ir/build.ts';
import { expressionEquals, identicalValues } from '../ir/equal.ts';
import type { Call, Case, Cast, Expression, InList, Logic } from '../ir/expression.ts';
import { mapExpressionChildren } from '../ir/traverse.ts';
import { sameValue } from '../types/compare.ts';
import { BOOL } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import {
  argumentOf,
  asComparison,
  type Comparison,
  compare,
  equal,
  FLIPPED,
  isConstant,
  isNotNull,
  isNull,
  NEGATED,
  not,
} from './calls.ts';
import { unwrapComparison, unwrapValues } from './cast-comparison.ts';
import { foldCall, foldCast, withNullability } from './fold.ts';
import { isVolatile } from './volatility.ts';

const simplified = new WeakSet<Expression>();

/**
 * An expression with the same value for every row, NULL included, and at most the same errors. The plans of
 * subqueries stay as they are.
 */
export function simplifyExpression(expression: Expression): Expression {
  if (simplified.has(expression)) return expression;
  const result = simplifyNode(mapExpressionChildren(expression, simplifyExpression));
  simplified.add(result);
  return result;
}

function simplifyNode(expression: Expression): Expression {
  switch (expression.kind) {
    case 'call':
      return simplifyCall(expression);
    case 'and':
    case 'or':
      return simplifyLogic(expression);
    case 'case':
      return simplifyCase(expression);
    case 'cast':
      return simplifyCast(expression);
    case 'in':
      return simplifyIn(expression);
    default:
      return expression;
  }
}

function simplifyCall(original: Call): Expression {
  const call = withNullability(original);
  const folded = foldCall(call);
  if (folded !== undefined) return folded;
  const comparison = asComparison(call);
  if (comparison !== undefined) return simplifyComparison(call, comparison);
  const [first, second] = call.args;
  if (first === undefined) return call;
  switch (call.fn) {
    case 'not':
      return negate(first) ?? call;
    case 'is_null':
      return first.nullable ? call : FALSE;
    case 'is_not_null':
      return first.nullable ? call : TRUE;
    case 'is_true':
      return first.nullable ? call : first;
    case 'is_not_true':
    case 'is_false': {
      if (first.nullable) return call;
      return negate(first) ?? not(first);
    }
    case 'is_not_false':
      return first.nullable ? call : first;
    case 'is_distinct':
    case 'is_not_distinct':
      return second === undefined ? call : simplifyDistinction(call, first, second);
    case 'coalesce':
      return simplifyCoalesce(call);
    default:
      return call;
  }
}

function simplifyComparison(call: Call, { fn, left, right }: Comparison): Expression {
  if (left.kind === 'constant' && right.kind !== 'constant') {
    const flipped = compare(FLIPPED[fn], right, left);
    return simplifyComparison(flipped, { fn: FLIPPED[fn], left: right, right: left });
  }
  if (right.kind === 'constant') {
    if (left.kind === 'cast' && left.onError === 'error') {
      const unwrapped = unwrapComparison(fn, left, right);
      if (unwrapped !== undefined) return simplifyNode(unwrapped);
    }
    if (left.type.kind === 'bool' && (fn === 'eq' || fn === 'ne') && typeof right.value === 'boolean') {
      return (fn === 'eq') === right.value ? left : (negate(left) ?? not(left));
    }
  }
  if (!left.nullable && expressionEquals(left, right) && !isVolatile(left)) {
    return fn === 'eq' || fn === 'le' || fn === 'ge' ? TRUE : FALSE;
  }
  return call;
}

function simplifyDistinction(call: Call, left: Expression, right: Expression): Expression {
  const distinct = call.fn === 'is_distinct';
  if (isConstant(right, null)) return simplifyNode(distinct ? isNotNull(left) : isNull(left));
  if (isConstant(left, null)) return simplifyNode(distinct ? isNotNull(right) : isNull(right));
  if (left.nullable || right.nullable) return call;
  return simplifyNode(compare(distinct ? 'ne' : 'eq', left, right));
}

function simplifyCoalesce(call: Call): Expression {
  const args: Expression[] = [];
  for (const arg of call.args) {
    if (isConstant(arg, null)) continue;
    args.push(arg);
    if (!arg.nullable) break;
  }
  const [first] = args;
  if (first === undefined) return nullOf(call.type, call.range);
  if (args.length === 1) return first;
  return args.length === call.args.length ? call : withNullability({ ...call, args });
}

/** The negation where it is simpler than a call of `not`. */
function negate(arg: Expression): Expression | undefined {
  const comparison = asComparison(arg);
  if (comparison !== undefined) {
    return { ...compare(NEGATED[comparison.fn], comparison.left, comparison.right), range: arg.range };
  }
  if (arg.kind === 'constant') return typeof arg.value === 'boolean' ? constant(!arg.value, BOOL) : nullOf(BOOL);
  if (arg.kind === 'and' || arg.kind === 'or') {
    const terms = arg.args.map((term) => negate(term) ?? not(term));
    return simplifyNode(arg.kind === 'and' ? or(terms, arg.range) : and(terms, arg.range));
  }
  if (arg.kind !== 'call') return undefined;
  const [inner] = arg.args;
  if (inner === undefined) return undefined;
  if (arg.fn === 'not') return inner;
  const opposite = OPPOSITES[arg.fn];
  return opposite === undefined ? undefined : { ...arg, fn: opposite };
}

/** Tests that are never NULL, with their negations. */
const OPPOSITES: Readonly<Record<string, string>> = {
  is_null: 'is_not_null',
  is_not_null: 'is_null',
  is_true: 'is_not_true',
  is_not_true: 'is_true',
  is_false: 'is_not_false',
  is_not_false: 'is_false',
  is_distinct: 'is_not_distinct',
  is_not_distinct: 'is_distinct',
};

function simplifyLogic(original: Logic): Expression {
  const { kind } = original;
  const absorbing = kind === 'or';
  const flat = kind === 'and' ? and(original.args, original.range) : or(original.args, original.range);
  if (flat.kind !== kind) return flat;
  const terms: Expression[] = [];
  for (const term of flat.args) {
    if (isConstant(term, absorbing)) return term;
    const repeated = !isVolatile(term) && terms.some((other) => expressionEquals(other, term));
    if (!repeated) terms.push(term);
  }
  const rest = kind === 'or' ? mergeEqualities(terms) : terms;
  if (kind === 'or') {
    const factored = factorOut(rest);
    if (factored !== undefined) return factored;
  }
  if (rest.length === original.args.length && rest.every((term, i) => term === original.args[i])) {
    const nullable = rest.some((term) => term.nullable);
    return nullable === original.nullable ? original : { ...original, nullable };
  }
  return kind === 'and' ? and(rest, original.range) : or(rest, original.range);
}

/** `(a and b) or (a and c)` is `a and (b or c)`, in three-valued logic too. */
function factorOut(terms: readonly Expression[]): Expression | undefined {
  const branches = terms.map((term) => (term.kind === 'and' ? term.args : [term]));
  const [first, ...others] = branches;
  if (first === undefined || others.length === 0) return undefined;
  const common = first.filter(
    (term) => !isVolatile(term) && others.every((branch) => branch.some((other) => expressionEquals(other, term))),
  );
  if (common.length === 0) return undefined;
  const rests = branches.map((branch) =>
    and(branch.filter((term) => !common.some((factor) => expressionEquals(factor, term)))),
  );
  // A branch without a rest of its own makes the others' rests irrelevant.
  if (rests.some((rest) => isConstant(rest, true))) return simplifyNode(and(common));
  return simplifyNode(and([...common, simplifyNode(or(rests))]));
}

/** `x = 1 or x in (2, 3)` is `x in (1, 2, 3)`. */
function mergeEqualities(terms: readonly Expression[]): readonly Expression[] {
  const rest: Expression[] = [];
  const lists: { readonly at: number; readonly arg: Expression; readonly values: Value[] }[] = [];
  for (const term of terms) {
    const membership = asMembership(term);
    if (membership === undefined || isVolatile(membership.arg)) {
      rest.push(term);
      continue;
    }
    const known = lists.find((list) => expressionEquals(list.arg, membership.arg));
    if (known !== undefined) known.values.push(...membership.values);
    else {
      lists.push({ at: rest.length, arg: membership.arg, values: [...membership.values] });
      rest.push(term);
    }
  }
  if (rest.length === terms.length) return terms;
  for (const { at, arg, values } of lists) {
    const before = rest[at];
    if (before !== undefined && values.length > (asMembership(before)?.values.length ?? 0)) {
      rest[at] = simplifyNode(inList(arg, values, before.range));
    }
  }
  return rest;
}

function asMembership(term: Expression): { readonly arg: Expression; readonly values: readonly Value[] } | undefined {
  if (term.kind === 'in') return term;
  const comparison = asComparison(term);
  if (comparison?.fn !== 'eq' || comparison.right.kind !== 'constant') return undefined;
  return { arg: comparison.left, values: [comparison.right.value] };
}

function simplifyIn(original: InList): Expression {
  const { arg } = original;
  if (isConstant(arg, null)) return nullOf(BOOL, original.range);
  const hasNull = original.values.includes(null);
  if (arg.kind === 'constant') {
    if (original.values.some((value) => value !== null && sameValue(value, arg.value, arg.type))) return TRUE;
    return hasNull ? nullOf(BOOL, original.range) : FALSE;
  }
  const values = withoutRepetitions(original.values);
  if (arg.kind === 'cast' && arg.onError === 'error') {
    const narrow = unwrapValues(arg, values);
    if (narrow !== undefined && narrow.length > 0) return simplifyNode(inList(arg.arg, narrow, original.range));
    if (narrow !== undefined && !arg.nullable) return FALSE;
  }
  const [only] = values;
  if (values.length === 1 && only !== undefined) {
    return only === null ? nullOf(BOOL, original.range) : simplifyNode(equal(arg, constant(only, arg.type)));
  }
  const nullable = arg.nullable || hasNull;
  if (values.length === original.values.length && nullable === original.nullable) return original;
  return inList(arg, values, original.range);
}

function withoutRepetitions(values: readonly Value[]): readonly Value[] {
  const plain = values.every((value) => value === null || typeof value !== 'object');
  if (plain) {
    const set = new Set(values);
    return set.size === values.length ? values : [...set];
  }
  return values.filter((value, i) => values.findIndex((other) => identicalValues(other, value)) === i);
}

function simplifyCase(original: Case): Expression {
  const branches: { readonly when: Expression; readonly then: Expression }[] = [];
  let { otherwise } = original;
  for (const branch of original.branches) {
    if (isFalseConstant(branch.when) || isConstant(branch.when, null)) continue;
    if (isConstant(branch.when, true)) {
      otherwise = branch.then;
      break;
    }
    branches.push(branch);
  }
  if (branches.length === 0) return otherwise;
  const nullable = otherwise.nullable || branches.some((branch) => branch.then.nullable);
  const unchanged = branches.length === original.branches.length && otherwise === original.otherwise;
  if (unchanged && nullable === original.nullable) return original;
  return { ...original, branches, otherwise, nullable };
}

function simplifyCast(original: Cast): Expression {
  const folded = foldCast(original);
  if (folded !== undefined) return folded;
  const nullable = castNullable(original.arg, original.onError);
  return nullable === original.nullable ? original : { ...original, nullable };
}

/** The condition as one where only truth matters: unknown counts as false. */
export function simplifyCondition(condition: Expression): Expression {
  return simplifyTruth(simplifyExpression(condition));
}

function simplifyTruth(condition: Expression): Expression {
  switch (condition.kind) {
    case 'constant':
      return condition.value === true ? condition : FALSE;
    case 'and':
    case 'or': {
      const mapped = mapExpressionChildren(condition, simplifyTruth);
      return mapped === condition ? condition : simplifyNode(mapped);
    }
    case 'in': {
      const values = condition.values.filter((value) => value !== null);
      if (values.length === condition.values.length) return condition;
      return values.length === 0 ? FALSE : simplifyNode(inList(condition.arg, values, condition.range));
    }
    case 'call': {
      const tested = argumentOf(condition, 'is_true');
      if (tested !== undefined) return simplifyTruth(tested);
      const comparison = asComparison(condition);
      if (comparison === undefined || isVolatile(condition)) return condition;
      if (!expressionEquals(comparison.left, comparison.right)) return condition;
      const reflexive = comparison.fn === 'eq' || comparison.fn === 'le' || comparison.fn === 'ge';
      return reflexive ? simplifyNode(isNotNull(comparison.left)) : FALSE;
    }
    default:
      return condition;
  }
}
