import type { Column, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { ColumnReader } from '../kernels/expression.ts';
import { declaredLane } from '../kernels/value.ts';
import { project } from '../operators/basic.ts';
import type { Operator } from '../operators/emitter.ts';
import { i32 } from '../wasm/ir.ts';

/** Columns put into other shapes or under other ids, for what several streams feed. */

/** The columns of an input under other ids, in the shapes of their types. */
export function renamed(columns: readonly Column[], input: PhysicalPlan): readonly Operator[] {
  const expressions = columns.map((_, i): Expression => {
    const from = input.columns[i];
    if (from === undefined) throw internalError('rows of different widths');
    return { kind: 'column', id: from.id, type: from.type, nullable: from.nullable };
  });
  return [project(columns, expressions), declared(columns)];
}

/** Columns in the shapes that their types alone determine: where several streams feed one sink. */
export function declared(columns: readonly Column[]): Operator {
  return {
    emit: (e, scope, next) => {
      e.forgetRows();
      const shaped = new Map(
        columns.map((column): [ColumnId, ColumnReader] => [
          column.id,
          (below) => {
            const v = declaredLane(e.k, below.column(column.id));
            // In a local even where it is known, or what is computed from it would have no NULL in some of the streams.
            const null_ = column.nullable ? e.k.local('i32', v.null_ ?? i32(0)) : undefined;
            return { type: column.type, lane: v.lane, parts: v.parts, null_, stable: v.stable };
          },
        ]),
      );
      next(scope.reshape(shaped));
    },
  };
}
