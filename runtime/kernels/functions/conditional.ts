import type { Expression } from '../../../compiler/ir/expression.ts';
import { op, select } from '../../wasm/ir.ts';
import { assignable, declaredLane, type Lane, laneOf, or, part, rangeOf, type Val } from '../value.ts';
import { unite } from './bounds.ts';
import { compareVals } from './comparison.ts';
import { scratch } from './decimals.ts';
import type { FunctionCall, FunctionKernel } from './kernel.ts';

const INTEGER_LANES: ReadonlySet<Lane> = new Set<Lane>(['i32', 'i64', 'i128']);

/** The bounds of a value that is one of these. */
function commonRange(values: readonly Val[]): Val['range'] {
  const [first, ...others] = values;
  if (first === undefined || !values.every((v) => INTEGER_LANES.has(v.lane))) return undefined;
  return others.map(rangeOf).reduce(unite, rangeOf(first));
}

/** Arguments behind one that is not NULL are not evaluated. */
const coalesce: FunctionKernel = ({ compiler, scope, args, type, nullable }) => {
  const { k } = compiler.kernel;
  const result = assignable(k, type, laneOf(type), nullable);
  const seen: Val[] = [];
  const from = (rest: readonly Expression[], inner: typeof scope): void => {
    const [first, ...others] = rest;
    if (first === undefined) return;
    const v = compiler.value(first, inner);
    seen.push(v);
    const { null_ } = v;
    if (null_ === undefined || others.length === 0) return result.assign(v);
    k.if(
      null_,
      () => from(others, inner.branch()),
      () => result.assign(v),
    );
  };
  from(args, scope);
  return { ...result.val, range: commonRange(seen) };
};

const nullif: FunctionKernel = ({ compiler, scope, args: [left, right], type }) => {
  if (left === undefined || right === undefined) return undefined;
  const { kernel } = compiler;
  const { k } = kernel;
  const a = compiler.value(left, scope);
  const b = compiler.value(right, scope);
  const equal = compareVals(k, () => scratch(kernel, 32), 'eq', a, b);
  if (equal === undefined) return undefined;
  const anyNull = or(a.null_, b.null_);
  const becomesNull = anyNull === undefined ? equal : op('i32.and', equal, op('i32.eqz', anyNull));
  return { ...a, type, null_: k.keep(or(a.null_, becomesNull) ?? becomesNull) };
};

function extreme(comparison: 'gt' | 'lt'): FunctionKernel {
  return ({ compiler, scope, args, type }: FunctionCall) => {
    const { kernel } = compiler;
    const { k } = kernel;
    const values = args.map((arg) => declaredLane(k, compiler.value(arg, scope)));
    const [first, ...others] = values;
    if (first === undefined) return undefined;
    let best: Val = first;
    for (const v of others) {
      const before = best;
      const better = compareVals(k, () => scratch(kernel, 32), comparison, v, before);
      if (better === undefined) return undefined;
      const wins = before.null_ === undefined ? better : op('i32.or', before.null_, better);
      const takes = k.keep(v.null_ === undefined ? wins : op('i32.and', wins, op('i32.eqz', v.null_)));
      best = {
        type,
        lane: before.lane,
        parts: before.parts.map((p, i) => k.keep(select(takes, part(v, i), p))),
        null_:
          before.null_ === undefined || v.null_ === undefined
            ? undefined
            : k.keep(op('i32.and', before.null_, v.null_)),
      };
    }
    return { ...best, type, range: commonRange(values) };
  };
}

export const CONDITIONAL_KERNELS: readonly (readonly [string, FunctionKernel])[] = [
  ['coalesce', coalesce],
  ['nullif', nullif],
  ['greatest', extreme('gt')],
  ['least', extreme('lt')],
];
