import type { Column } from '../../compiler/ir/expression.ts';
import type { HashJoin, NestedLoopJoin, PhysicalApply, RangeBound, RangeJoin } from '../../compiler/physical/plan.ts';
import { compareValues, sameValue } from '../../compiler/types/compare.ts';
import { internalError, OrbitError, unreachable } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import { bind, pick, type ReferenceContext, type Relation, type Row } from './context.ts';
import { evaluate } from './evaluate.ts';
import type { Run } from './interpret.ts';

type Values = readonly Value[];
type Kind = NestedLoopJoin['join'];

/** Three-valued: null is unknown. */
type Verdict = boolean | null;

/** What a join puts out for one row of the side it keeps, before columns are picked: a row of each side, or none. */
interface Pair {
  readonly left: Values | undefined;
  readonly right: Values | undefined;
  readonly mark?: Verdict;
}

export function interpretHashJoin(plan: HashJoin, context: ReferenceContext, run: Run): readonly Values[] {
  const probe = run(plan.probe, context);
  const build = run(plan.build, context);
  const verdict = (probeRow: Values, buildRow: Values) =>
    hashJoinVerdict(plan, probe, probeRow, build, buildRow, context);
  const swapped = (buildRow: Values, probeRow: Values) => verdict(probeRow, buildRow);
  switch (plan.join) {
    case 'buildSemi':
      return output(plan, build, probe, join('semi', build.rows, probe.rows, swapped, plan.nullAware), context);
    case 'buildAnti':
      return output(plan, build, probe, join('anti', build.rows, probe.rows, swapped, plan.nullAware), context);
    case 'buildLeft':
      return output(plan, build, probe, join('left', build.rows, probe.rows, swapped, plan.nullAware), context);
    default:
      return output(plan, probe, build, join(plan.join, probe.rows, build.rows, verdict, plan.nullAware), context);
  }
}

/** The conjunction of the keys' comparisons and the residual condition. */
function hashJoinVerdict(
  plan: HashJoin,
  probe: Relation,
  probeRow: Values,
  build: Relation,
  buildRow: Values,
  context: ReferenceContext,
): Verdict {
  const probeScope = bind(probe.columns, probeRow, context.outer);
  const buildScope = bind(build.columns, buildRow, context.outer);
  let result: Verdict = true;
  for (const key of plan.keys) {
    const a = evaluate(key.probe, probeScope, context);
    const b = evaluate(key.build, buildScope, context);
    const unknown = (a === null || b === null) && !key.nullsEqual;
    if (unknown) result = null;
    else if (!sameValue(a, b, key.probe.type)) return false;
  }
  if (plan.residual === undefined) return result;
  const residual = asVerdict(evaluate(plan.residual, bind(build.columns, buildRow, probeScope), context));
  return residual === false ? false : residual === null ? null : result;
}

function asVerdict(value: Value): Verdict {
  if (value === null || typeof value === 'boolean') return value;
  throw internalError('a join condition that is not bool');
}

export function interpretNestedLoopJoin(plan: NestedLoopJoin, context: ReferenceContext, run: Run): readonly Values[] {
  const outer = run(plan.outer, context);
  const inner = run(plan.inner, context);
  const verdict = (outerRow: Values, innerRow: Values): Verdict => {
    const scope = bind(inner.columns, innerRow, bind(outer.columns, outerRow, context.outer));
    return asVerdict(evaluate(plan.predicate, scope, context));
  };
  return output(plan, outer, inner, join(plan.join, outer.rows, inner.rows, verdict, plan.nullAware), context);
}

export function interpretRangeJoin(plan: RangeJoin, context: ReferenceContext, run: Run): readonly Values[] {
  const outer = run(plan.outer, context);
  const inner = run(plan.inner, context);
  const innerOf = (row: Values) => bind(inner.columns, row, context.outer);
  const inRange = (outerRow: Row, innerRow: Row): boolean => {
    const equal = plan.keys.every((key) => {
      const [a, b] = [evaluate(key.outer, outerRow, context), evaluate(key.inner, innerRow, context)];
      return a !== null && b !== null && sameValue(a, b, key.outer.type);
    });
    const place = evaluate(plan.order, innerRow, context);
    const within = (bound: RangeBound | undefined, sign: number): boolean => {
      if (bound === undefined) return true;
      const value = evaluate(bound.value, outerRow, context);
      if (value === null || place === null) return false;
      const order = sign * compareValues(place, value, plan.order.type);
      return bound.strict ? order > 0 : order >= 0;
    };
    return equal && within(plan.lower, 1) && within(plan.upper, -1);
  };
  const matches = (outerRow: Values): readonly Values[] => {
    const scope = bind(outer.columns, outerRow, context.outer);
    const run_ = inner.rows.filter((row) => inRange(scope, innerOf(row)));
    if (!plan.nearest) return run_;
    const last = plan.upper !== undefined;
    let best: { readonly row: Values; readonly place: Value } | undefined;
    for (const row of run_) {
      const place = evaluate(plan.order, innerOf(row), context);
      const order = best === undefined ? 0 : compareValues(place, best.place, plan.order.type);
      if (best === undefined || (last ? order >= 0 : order < 0)) best = { row, place };
    }
    return best === undefined ? [] : [best.row];
  };
  const pairs = outer.rows.flatMap((outerRow) => {
    const found = new Set(matches(outerRow));
    const verdict = (_: Values, innerRow: Values): Verdict => {
      if (!found.has(innerRow)) return false;
      if (plan.residual === undefined) return true;
      const scope = bind(inner.columns, innerRow, bind(outer.columns, outerRow, context.outer));
      return asVerdict(evaluate(plan.residual, scope, context));
    };
    return join(plan.join, [outerRow], inner.rows, verdict, false);
  });
  return output(plan, outer, inner, pairs, context);
}

/** The inner side runs once for each outer row, whose columns it sees; all its rows match. */
export function interpretApply(plan: PhysicalApply, context: ReferenceContext, run: Run): readonly Values[] {
  const outer = run(plan.outer, context);
  return outer.rows.flatMap((outerRow) => {
    const inner = run(plan.inner, { ...context, outer: bind(outer.columns, outerRow, context.outer) });
    return output(
      plan,
      outer,
      inner,
      join(plan.join, [outerRow], inner.rows, () => true, false),
      context,
    );
  });
}

function join(
  kind: Kind,
  left: readonly Values[],
  right: readonly Values[],
  verdict: (left: Values, right: Values) => Verdict,
  nullAware: boolean,
): readonly Pair[] {
  const matchedRight = new Set<Values>();
  const pairs = left.flatMap((leftRow): readonly Pair[] => {
    const verdicts = right.map((rightRow) => verdict(leftRow, rightRow));
    const matches = right.filter((_, index) => verdicts[index] === true);
    for (const match of matches) matchedRight.add(match);
    const unknown = nullAware && verdicts.includes(null);
    return pairsOf(kind, leftRow, matches, unknown);
  });
  if (kind !== 'full') return pairs;
  const unmatched = right.filter((rightRow) => !matchedRight.has(rightRow));
  return [...pairs, ...unmatched.map((rightRow) => ({ left: undefined, right: rightRow }))];
}

function pairsOf(kind: Kind, left: Values, matches: readonly Values[], unknown: boolean): readonly Pair[] {
  const found = matches.length > 0;
  const alone = [{ left, right: undefined }];
  const all = matches.map((right) => ({ left, right }));
  switch (kind) {
    case 'inner':
      return all;
    case 'left':
    case 'full':
      return found ? all : alone;
    case 'single':
      if (matches.length > 1) {
        throw new OrbitError('cardinality_violation', 'more than one row returned by a subquery used as an expression');
      }
      return found ? all : alone;
    case 'semi':
      return found ? alone : [];
    case 'anti':
      return found || unknown ? [] : alone;
    case 'mark':
      return [{ left, right: undefined, mark: found ? true : unknown ? null : false }];
    default:
      return unreachable(kind);
  }
}

/** The plan's columns of each pair; a side that is missing is all NULL. */
function output(
  plan: { readonly columns: readonly Column[]; readonly mark?: Column | undefined },
  left: Relation,
  right: Relation,
  pairs: readonly Pair[],
  context: ReferenceContext,
): readonly Values[] {
  return pairs.map((pair) => {
    let row: Row = bind(left.columns, pair.left ?? [], context.outer);
    row = bind(right.columns, pair.right ?? [], row);
    if (plan.mark !== undefined) row = bind([plan.mark], [pair.mark ?? null], row);
    return pick(plan.columns, row);
  });
}
