import type { Column, Expression } from '../../compiler/ir/expression.ts';
import type { Value } from '../../compiler/types/value.ts';
import { singleRow } from '../operators/basic.ts';
import type { Operator } from '../operators/emitter.ts';
import { evaluate } from '../reference/evaluate.ts';
import type { Stream } from './pipeline.ts';
import type { Outer, Query } from './query.ts';
import { openHostRows } from './sources.ts';
import { hostContext, outerRow } from './values-context.ts';

/** Rows that the host has, as a stream. */

export function hostStream(
  query: Query,
  columns: readonly Column[],
  rows: readonly (readonly Value[])[],
  label: string,
  operators: readonly Operator[],
): Stream {
  if (columns.length === 0) {
    const { length } = rows;
    let given = false;
    return {
      open: () => ({
        source: singleRow,
        parallel: false,
        code: [],
        mostRows: BigInt(length),
        next: () => {
          if (given) return undefined;
          given = true;
          return { address: 0, rows: length };
        },
      }),
      operators,
      label,
      limits: [],
      code: [columns],
    };
  }
  return { open: () => openHostRows(query, columns, rows), operators, label, limits: [], code: [columns] };
}

export function evaluateRows(
  query: Query,
  rows: readonly (readonly Expression[])[],
  outer: Outer,
): readonly (readonly Value[])[] {
  const bound = outerRow(outer);
  const context = hostContext(query, outer);
  return rows.map((row) => row.map((e) => evaluate(e, bound, context)));
}
