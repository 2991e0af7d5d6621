import type { Column, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { CONTEXT, STATUS } from '../kernels/context.ts';
import { type ColumnReader, rowScope } from '../kernels/expression.ts';
import { indexed, loadField, type RowLayout } from '../kernels/memory.ts';
import type { Val } from '../kernels/value.ts';
import { type Expr, i64, load, op } from '../wasm/ir.ts';
import { whenTrue } from './condition.ts';
import type { Operator, Source } from './emitter.ts';
import { held } from './rows.ts';

/**
 * Rows of fixed size that lie one behind the other at the address that the context calls `morsel`. `passing`: they go
 * before the query ends.
 */
export function rowsSource(
  layout: RowLayout,
  columns: readonly { readonly id: ColumnId; readonly field: number }[],
  passing = false,
): Source {
  return {
    emit: (e, row) => {
      const { k } = e;
      const base = k.local('i32');
      k.prologue(() => k.set(base, load('i32.load', e.ctx, CONTEXT.morsel)));
      const address = k.local('i32', indexed(base, row, layout.size));
      return rowScope(rowReaders(e.k, address, layout, columns, passing));
    },
  };
}

/** Readers of a row's fields. */
export function rowReaders(
  k: Parameters<typeof loadField>[0],
  address: Expr,
  layout: RowLayout,
  columns: readonly { readonly id: ColumnId; readonly field: number }[],
  passing = false,
): ReadonlyMap<ColumnId, () => Val> {
  return new Map(
    columns.map(({ id, field }): [ColumnId, () => Val] => {
      const found = layout.fields[field];
      if (found === undefined) throw new Error(`no field ${field}`);
      return [id, () => held(loadField(k, address, found), passing)];
    }),
  );
}

/** One row without columns: what a SELECT without FROM reads, and what each VALUES row starts from. */
export const singleRow: Source = { emit: () => rowScope(new Map()) };

export function filter(predicates: readonly Expression[], node?: number): Operator {
  return {
    emit: (e, scope, next) => {
      const step = (index: number): void => {
        const predicate = predicates[index];
        if (predicate === undefined) {
          next(scope);
          if (node !== undefined) e.count(node);
          return;
        }
        // What follows is generated inside the condition, so it may use all that the condition computed.
        whenTrue(e.k, e.compiler.condition(predicate, scope), () => step(index + 1));
      };
      step(0);
    },
  };
}

export function project(columns: readonly Column[], expressions: readonly Expression[]): Operator {
  return {
    emit: (e, scope, next) => {
      const defined = new Map<ColumnId, ColumnReader>();
      columns.forEach((column, i) => {
        const expression = expressions[i];
        if (expression === undefined || (expression.kind === 'column' && expression.id === column.id)) return;
        defined.set(column.id, (below) => e.compiler.value(expression, below));
      });
      next(defined.size === 0 ? scope : scope.define(defined));
    },
  };
}

/** Counts rows by an EXPLAIN ANALYZE counter. */
export function counter(node: number): Operator {
  return {
    emit: (e, scope, next) => {
      next(scope);
      e.count(node);
    },
  };
}

/**
 * Passes `limit` rows after `offset` rows. The counts live in the context: `slots` tells the scheduler where to put
 * them (u64 to skip, u64 to pass).
 */
export function limit(slots: (skip: number, pass: number) => void): Operator {
  return {
    emit: (e, scope, next) => {
      const { k, ctx } = e;
      const { skipSlot, passSlot } = e.once(slots, () => {
        const made = { skipSlot: e.layout.reserve(8), passSlot: e.layout.reserve(8) };
        slots(made.skipSlot, made.passSlot);
        return made;
      });
      k.if(op('i64.eqz', load('i64.load', ctx, passSlot)), () => e.suspend(STATUS.ENOUGH));
      const skip = k.local('i64', load('i64.load', ctx, skipSlot));
      k.if(
        op('i64.eqz', skip),
        () => {
          next(scope);
          // Counted after the sink took the row: a row that was suspended comes again.
          k.store('i64.store', ctx, passSlot, op('i64.sub', load('i64.load', ctx, passSlot), i64(1)));
        },
        () => k.store('i64.store', ctx, skipSlot, op('i64.sub', skip, i64(1))),
      );
    },
  };
}
