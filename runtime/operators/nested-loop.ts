import type { Column, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { BOOL } from '../../compiler/types/type.ts';
import { CONTEXT } from '../kernels/context.ts';
import { type RowScope, rowScope } from '../kernels/expression.ts';
import { type Field, indexed, loadField, type RowLayout, rowLayout } from '../kernels/memory.ts';
import { nullVal, or, part, type Val } from '../kernels/value.ts';
import { type Expr, i32, type Local, load, op } from '../wasm/ir.ts';
import { whenTrue } from './condition.ts';
import type { Operator, PipelineEmitter, Sink, Source } from './emitter.ts';
import { MORE_THAN_ONE_ROW } from './join-probe.ts';
import { persistent, type RowBlocks, requireRow, reserveRowBlocks, storeRow, takeRow } from './rows.ts';

/** Inner rows begin with a word of flags (1: matched). */
const FLAGS = 0;
const HEADER = 8;

export interface InnerState {
  layout: RowLayout | undefined;
  readonly fields: Map<ColumnId, number>;
  blocks: RowBlocks | undefined;
  /** All rows in one piece: set when the inner side is complete. */
  rows: { readonly address: number; readonly count: number } | undefined;
}

export function innerState(): InnerState {
  return { layout: undefined, fields: new Map(), blocks: undefined, rows: undefined };
}

export function innerRows(columns: readonly ColumnId[], state: InnerState): Sink {
  return {
    emit: (e, scope) => {
      const blocks = e.once(state, () => reserveRowBlocks(e));
      state.blocks = blocks;
      requireRow(e, blocks);
      const values = columns.map((id) => scope.column(id));
      const layout = e.once(state.fields, () => rowLayout(values, HEADER));
      state.layout = layout;
      columns.forEach((id, i) => state.fields.set(id, i));
      const kept = values.map((v) => persistent(e, v));
      const row = takeRow(e, blocks, layout.size);
      e.k.store('i32.store', row, FLAGS, i32(0));
      storeRow(e, row, layout.fields, kept);
    },
  };
}

export interface NestedLoopSpec {
  readonly kind: 'inner' | 'left' | 'full' | 'semi' | 'anti' | 'mark' | 'single';
  readonly predicate: Expression;
  readonly columns: readonly ColumnId[];
  readonly nullAware: boolean;
  readonly mark?: Column | undefined;
  readonly node?: number | undefined;
}

/** The inner rows that a loop goes over for the current outer row. */
export interface InnerRun {
  readonly from: Expr;
  readonly to: Expr;
  readonly address: (index: Local) => Expr;
  readonly field: (id: ColumnId) => Field;
}

export function nestedLoop(spec: NestedLoopSpec, state: InnerState): Operator {
  return loopOver(spec, (e) => {
    const { rows, layout } = state;
    if (rows === undefined || layout === undefined) throw internalError('a loop over rows that are not there');
    const base = e.constantWord(() => state.rows?.address ?? 0);
    return {
      from: i32(0),
      to: e.constantWord(() => state.rows?.count ?? 0),
      address: (index) => indexed(base, index, layout.size),
      field: (id) => fieldOf(layout, state.fields, id),
    };
  });
}

export function fieldOf(layout: RowLayout, fields: ReadonlyMap<ColumnId, number>, id: ColumnId): Field {
  const field = layout.fields[fields.get(id) ?? -1];
  if (field === undefined) throw internalError(`the inner side does not keep column #${id}`);
  return field;
}

/** A loop for each outer row over the inner rows that `run` generates code to find; full joins mark those that match. */
export function loopOver(spec: NestedLoopSpec, run: (e: PipelineEmitter, scope: RowScope) => InnerRun): Operator {
  return {
    emit: (e, scope, next) => {
      const { k } = e;
      const { from, to: count, address: addressOf, field } = run(e, scope);
      const index = k.local('i32');
      const matched = k.local('i32');
      const unknown = k.local('i32');
      const counted = (inner: RowScope): void => {
        next(inner);
        if (spec.node !== undefined) e.count(spec.node);
      };
      const innerScope = (address: Expr, padded: Expr | undefined, within: RowScope): RowScope => {
        const readers = new Map<ColumnId, () => Val>();
        for (const id of spec.columns) {
          const own = field(id);
          readers.set(id, () => {
            const v = loadField(k, address, own);
            return padded === undefined ? v : { ...v, null_: k.keep(or(v.null_, padded) ?? i32(0)) };
          });
        }
        return within.define(readers);
      };
      const begin = (): void => {
        k.set(index, from);
        k.set(matched, i32(0));
        k.set(unknown, i32(0));
      };
      const address = (): Local => k.local('i32', addressOf(index));
      const advance = (): void => k.set(index, op('i32.add', index, i32(1)));

      switch (spec.kind) {
        case 'inner':
          e.expand([index], begin, () => {
            k.while(
              () => op('i32.lt_u', index, count),
              () => {
                e.checkBudget();
                const inner = innerScope(address(), undefined, scope);
                whenTrue(k, e.compiler.condition(spec.predicate, inner), () => counted(inner));
                advance();
              },
            );
          });
          return;
        case 'left':
        case 'full':
        case 'single':
          e.expand([index, matched], begin, () => {
            k.block((exit) => {
              k.loop((again) => {
                e.checkBudget();
                const row = k.local('i32', i32(0));
                k.if(
                  op('i32.lt_u', index, count),
                  () => {
                    k.set(row, addressOf(index));
                    const inner = innerScope(row, undefined, scope.branch());
                    k.if(op('i32.eqz', e.compiler.condition(spec.predicate, inner)), () => {
                      advance();
                      k.branch(again);
                    });
                    if (spec.kind === 'single') e.compiler.kernel.failIf(matched, MORE_THAN_ONE_ROW);
                    if (spec.kind === 'full') k.store('i32.store', row, FLAGS, i32(1));
                  },
                  // Past the last row: once more with NULLs if nothing matched.
                  () => k.branch(exit, matched),
                );
                counted(innerScope(row, op('i32.eqz', row), scope));
                k.branch(exit, op('i32.eqz', row));
                k.set(matched, i32(1));
                advance();
                k.branch(again);
              });
            });
          });
          return;
        case 'semi':
        case 'anti':
        case 'mark': {
          e.expand([index, matched, unknown], begin, () => {
            k.while(
              () => op('i32.lt_u', index, count),
              (exit) => {
                e.checkBudget();
                const inner = innerScope(address(), undefined, scope.branch());
                const v = e.compiler.value(spec.predicate, inner);
                const holds = v.null_ === undefined ? part(v) : op('i32.and', part(v), op('i32.eqz', v.null_));
                k.if(holds, () => {
                  k.set(matched, i32(1));
                  k.branch(exit);
                });
                if (v.null_ !== undefined) k.set(unknown, op('i32.or', unknown, v.null_));
                advance();
              },
            );
            if (spec.kind === 'semi') return k.if(matched, () => counted(scope));
            if (spec.kind === 'anti') {
              const fails = spec.nullAware ? op('i32.or', matched, unknown) : matched;
              return k.if(op('i32.eqz', fails), () => counted(scope));
            }
            if (spec.mark === undefined) throw internalError('a mark join without its column');
            const null_ = spec.nullAware ? k.keep(op('i32.and', op('i32.eqz', matched), unknown)) : undefined;
            counted(
              scope.define(
                new Map([[spec.mark.id, (): Val => ({ type: BOOL, lane: 'i32', parts: [matched], null_ })]]),
              ),
            );
          });
          return;
        }
      }
    },
  };
}

/** For full joins: inner rows that nothing matched, outer columns NULL. */
export function unmatchedInner(
  state: InnerState,
  columns: readonly ColumnId[],
  padded: readonly Column[],
): { source: Source; operator: Operator } {
  let address: Local | undefined;
  return {
    source: {
      emit: (e, row) => {
        const { layout } = state;
        if (layout === undefined) throw internalError('a loop over rows that are not there');
        const { k } = e;
        const base = k.local('i32');
        k.prologue(() => k.set(base, load('i32.load', e.ctx, CONTEXT.morsel)));
        const at = k.local('i32', indexed(base, row, layout.size));
        address = at;
        const readers = new Map<ColumnId, () => Val>();
        for (const id of columns) {
          const field = layout.fields[state.fields.get(id) ?? -1];
          if (field !== undefined) readers.set(id, () => loadField(k, at, field));
        }
        for (const column of padded) readers.set(column.id, () => nullVal(column.type));
        return rowScope(readers);
      },
    },
    operator: {
      emit: (e, scope, next) => {
        if (address === undefined) throw internalError('no source');
        e.k.if(op('i32.eqz', load('i32.load', address, FLAGS)), () => next(scope));
      },
    },
  };
}
