import type { Column, ColumnId } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { CONTEXT } from '../kernels/context.ts';
import { rowScope } from '../kernels/expression.ts';
import { indexed, loadField } from '../kernels/memory.ts';
import { nullVal, type Val } from '../kernels/value.ts';
import { i32, type Local, load, op } from '../wasm/ir.ts';
import { BUILD_ROW, MATCHED } from './build-rows.ts';
import type { Operator, Source } from './emitter.ts';
import { fieldAt, type JoinState } from './join-state.ts';
import { held } from './rows.ts';

/** Build rows after the probe is done: those matched (`buildSemi`) or those not (the others), probe columns NULL. */
export function unmatchedSource(
  state: JoinState,
  columns: readonly ColumnId[],
  wanted: 'matched' | 'unmatched',
  padded: readonly Column[],
): { source: Source; operator: Operator } {
  let address: Local | undefined;
  return {
    source: {
      emit: (e, row) => {
        const { layout } = state;
        if (layout === undefined) throw internalError('a join without rows');
        const { k } = e;
        const base = k.local('i32');
        k.prologue(() => k.set(base, load('i32.load', e.ctx, CONTEXT.morsel)));
        address = k.local('i32', indexed(base, row, layout.size));
        const readers = new Map<ColumnId, () => Val>();
        const at = address;
        for (const id of columns) {
          const field = fieldAt(layout, state.fields.get(id) ?? -1);
          readers.set(id, () => held(loadField(k, at, field), state.passing));
        }
        for (const column of padded) readers.set(column.id, () => nullVal(column.type));
        return rowScope(readers);
      },
    },
    operator: {
      emit: (e, scope, next) => {
        if (address === undefined) throw internalError('no source');
        const matched = op('i32.and', load('i32.load', address, BUILD_ROW.flags), i32(MATCHED));
        e.k.if(wanted === 'matched' ? matched : op('i32.eqz', matched), () => next(scope));
      },
    },
  };
}
