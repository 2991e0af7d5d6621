import { conjuncts } from '../ir/build.ts';
import type { ColumnId, Expression, WindowCall } from '../ir/expression.ts';
import { asComparison, FLIPPED } from '../optimizer/calls.ts';
import type { FirstRows, PhysicalWindow } from './plan.ts';

/** More rows of a partition are rather sorted than kept in order one by one. */
const MOST_ROWS = 1024;

/** A window of whose rows only those are wanted for which `predicate` holds; so many partitions are expected. */
export function withFirstRows(window: PhysicalWindow, predicate: Expression, partitions: number): PhysicalWindow {
  let best: FirstRows | undefined;
  for (const term of conjuncts(predicate)) {
    const bound = upperBound(term);
    const by = bound && rankOf(window, bound.column);
    if (bound === undefined || by === undefined || bound.most < 1n || bound.most > BigInt(MOST_ROWS)) continue;
    const count = Number(bound.most);
    if (best !== undefined && best.count <= count) continue;
    if (window.calls.every((call) => looksBack(call, by))) best = { by, count, partitions };
  }
  if (best === undefined) return window;
  const most = Math.max(1, Math.round(partitions)) * best.count;
  return { ...window, first: best, estimate: Math.min(window.estimate ?? most, most) };
}

function rankOf({ calls, results }: PhysicalWindow, column: ColumnId): FirstRows['by'] | undefined {
  const fn = calls[results.findIndex(({ id }) => id === column)]?.fn;
  return fn === 'row_number' || fn === 'rank' || fn === 'dense_rank' ? fn : undefined;
}

/** The greatest value that a column may have where the condition holds. */
function upperBound(term: Expression): { readonly column: ColumnId; readonly most: bigint } | undefined {
  if (term.kind === 'in' && term.arg.kind === 'column') {
    let most = 0n;
    for (const value of term.values) {
      if (typeof value !== 'bigint') return undefined;
      if (value > most) most = value;
    }
    return { column: term.arg.id, most };
  }
  const comparison = asComparison(term);
  if (comparison === undefined) return undefined;
  const { left, right } = comparison;
  const [column, limit, fn] =
    left.kind === 'column' ? [left, right, comparison.fn] : [right, left, FLIPPED[comparison.fn]];
  if (column.kind !== 'column' || limit.kind !== 'constant') return undefined;
  if (limit.type.kind !== 'int64' || typeof limit.value !== 'bigint') return undefined;
  if (fn === 'lt') return { column: column.id, most: limit.value - 1n };
  return fn === 'le' || fn === 'eq' ? { column: column.id, most: limit.value } : undefined;
}

/**
 * Whether the call depends on no row behind the ones that are wanted. Peers of a row are wanted if it is, unless they are
 * told apart by their numbers.
 */
function looksBack({ fn, frame }: WindowCall, by: FirstRows['by']): boolean {
  if (fn === 'row_number' || fn === 'rank' || fn === 'dense_rank') return true;
  const isBack = frame.end.kind === 'current' || frame.end.kind === 'preceding';
  return isBack && frame.exclude === 'nothing' && (frame.unit === 'rows' || by !== 'row_number');
}
