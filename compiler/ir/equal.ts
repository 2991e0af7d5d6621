import { unreachable } from '../types/error.ts';
import { typeEquals } from '../types/type.ts';
import { type AnyValue, isAnyValue, isInterval, type Value } from '../types/value.ts';
import { planEquals } from './equal-plan.ts';
import type { AggregateCall, Expression, FrameBound, SortKey, WindowCall, WindowFrame } from './expression.ts';

/**
 * Whether two expressions are the same text of the IR: same nodes over the same column ids. Source ranges are not
 * looked at. The plans of subqueries may differ in the ids that they define; lambdas are equal only if they are one
 * object.
 */
export function expressionEquals(a: Expression, b: Expression): boolean {
  if (a === b) return true;
  if (!typeEquals(a.type, b.type)) return false;
  switch (a.kind) {
    case 'column':
      return b.kind === 'column' && a.id === b.id;
    case 'constant':
      return b.kind === 'constant' && identicalValues(a.value, b.value);
    case 'parameter':
      return b.kind === 'parameter' && a.index === b.index;
    case 'call':
      return b.kind === 'call' && a.fn === b.fn && allEqual(a.args, b.args);
    case 'and':
    case 'or':
      return b.kind === a.kind && allEqual(a.args, b.args);
    case 'case':
      return (
        b.kind === 'case' &&
        a.branches.length === b.branches.length &&
        a.branches.every((branch, i) => {
          const other = b.branches[i];
          return (
            other !== undefined &&
            expressionEquals(branch.when, other.when) &&
            expressionEquals(branch.then, other.then)
          );
        }) &&
        expressionEquals(a.otherwise, b.otherwise)
      );
    case 'cast':
      return b.kind === 'cast' && a.onError === b.onError && expressionEquals(a.arg, b.arg);
    case 'in':
      return (
        b.kind === 'in' &&
        a.values.length === b.values.length &&
        expressionEquals(a.arg, b.arg) &&
        a.values.every((value, i) => identicalValues(value, b.values[i] ?? null))
      );
    case 'subquery':
      return b.kind === 'subquery' && a.form === b.form && sameFilter(a.arg, b.arg) && planEquals(a.plan, b.plan);
    case 'lambda':
      return false;
    default:
      return unreachable(a);
  }
}

export function aggregateEquals(a: AggregateCall, b: AggregateCall): boolean {
  return (
    a.fn === b.fn &&
    a.distinct === b.distinct &&
    typeEquals(a.type, b.type) &&
    allEqual(a.args, b.args) &&
    sameFilter(a.filter, b.filter) &&
    a.orderBy.length === b.orderBy.length &&
    a.orderBy.every((key, i) => sortKeyEquals(key, b.orderBy[i]))
  );
}

export function windowCallEquals(a: WindowCall, b: WindowCall): boolean {
  return (
    a.fn === b.fn &&
    a.ignoreNulls === b.ignoreNulls &&
    typeEquals(a.type, b.type) &&
    allEqual(a.args, b.args) &&
    sameFilter(a.filter, b.filter) &&
    frameEquals(a.frame, b.frame)
  );
}

function frameEquals(a: WindowFrame, b: WindowFrame): boolean {
  return (
    a.unit === b.unit &&
    a.exclude === b.exclude &&
    boundEquals(a.start, b.start) &&
    boundEquals(a.end, b.end) &&
    sameFilter(a.key, b.key)
  );
}

function boundEquals(a: FrameBound, b: FrameBound): boolean {
  if (a.kind !== b.kind) return false;
  const [x, y] = [offsetOf(a), offsetOf(b)];
  return sameFilter(x?.offset, y?.offset) && sameFilter(x?.reach, y?.reach);
}

function offsetOf(bound: FrameBound) {
  return bound.kind === 'preceding' || bound.kind === 'following' ? bound : undefined;
}

/** Whether they have the same expressions in the same order, or the same keys. */
export const sameExpressions = (a: readonly Expression[], b: readonly Expression[]): boolean => allEqual(a, b);

export function sameKeys(a: readonly SortKey[], b: readonly SortKey[]): boolean {
  return a.length === b.length && a.every((key, i) => sortKeyEquals(key, b[i]));
}

function sameFilter(a: Expression | undefined, b: Expression | undefined): boolean {
  return a === undefined || b === undefined ? a === b : expressionEquals(a, b);
}

export function sortKeyEquals(a: SortKey, b: SortKey | undefined): boolean {
  return (
    b !== undefined &&
    a.descending === b.descending &&
    a.nullsFirst === b.nullsFirst &&
    expressionEquals(a.expression, b.expression)
  );
}

function allEqual(a: readonly Expression[], b: readonly Expression[]): boolean {
  return (
    a.length === b.length &&
    a.every((expression, i) => {
      const other = b[i];
      return other !== undefined && expressionEquals(expression, other);
    })
  );
}

/** Identity, not SQL's equality: 0 and -0 differ, NaN is itself. */
export function identicalValues(a: Value, b: Value): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((x, i) => x === b[i]);
  }
  if (isInterval(a) || isInterval(b)) {
    return isInterval(a) && isInterval(b) && a.months === b.months && a.days === b.days && a.micros === b.micros;
  }
  if (isAnyValue(a) || isAnyValue(b)) return isAnyValue(a) && isAnyValue(b) && identicalAny(a, b);
  return a.length === b.length && a.every((element, i) => identicalValues(element, b[i] ?? null));
}

function identicalAny(a: AnyValue, b: AnyValue): boolean {
  switch (a.tag) {
    case 'null':
      return b.tag === 'null';
    case 'list':
      return (
        b.tag === 'list' &&
        a.value.length === b.value.length &&
        a.value.every((element, i) => {
          const other = b.value[i];
          return other !== undefined && identicalAny(element, other);
        })
      );
    case 'object': {
      if (b.tag !== 'object' || a.value.size !== b.value.size) return false;
      const others = [...b.value];
      return [...a.value].every(([key, field], i) => {
        const other = others[i];
        return other !== undefined && other[0] === key && identicalAny(field, other[1]);
      });
    }
    default:
      return b.tag === a.tag && Object.is(a.value, b.value);
  }
}
