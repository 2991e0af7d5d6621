import type { Expression, WindowCall } from '../../compiler/ir/expression.ts';
import { indexed, loadField } from '../kernels/memory.ts';
import { type Expr, i32, load, op } from '../wasm/ir.ts';
import type { WindowEmitter } from './window.ts';

/** The rows that count, numbered: how many lie before a position, and where one of them lies. */
export interface RowPicker {
  readonly before: (position: Expr) => Expr;
  readonly at: (number: Expr) => Expr;
}

export interface PositionLists extends RowPicker {
  /** Positions up to this one can be asked for from here on. */
  readonly advance: (to: Expr) => void;
}

/** Of the rows where the column or constant is not NULL: two arrays, built as far as somebody asks. */
export function positionLists(w: WindowEmitter, value: Expression | undefined): PositionLists {
  const { e } = w;
  const { k } = e;
  const counts = w.batchWord(({ rows, allocate }) => allocate((rows + 1) * 4));
  const positions = w.batchWord(({ rows, allocate }) => allocate(rows * 4));
  const field = value?.kind === 'column' ? w.field(value.id) : undefined;
  const never = value?.kind === 'constant' && value.value === null;
  const built = w.variable();
  const before = (position: Expr): Expr => k.keep(load('i32.load', indexed(counts, position, 4)));
  return {
    before,
    at: (number) => k.keep(load('i32.load', indexed(positions, number, 4))),
    advance: (to) => {
      const at = built.get();
      k.while(
        () => op('i32.lt_u', at, to),
        () => {
          const count = k.local('i32', before(at));
          const null_ = field && loadField(k, w.rowAt(at), field).null_;
          k.if(null_ === undefined ? i32(never ? 0 : 1) : op('i32.eqz', null_), () => {
            k.store('i32.store', indexed(positions, count, 4), 0, at);
            k.set(count, op('i32.add', count, i32(1)));
          });
          k.set(at, op('i32.add', at, i32(1)));
          k.store('i32.store', indexed(counts, at, 4), 0, count);
          built.set(at);
          e.checkBudget();
        },
      );
    },
  };
}

/** Whether the function may look at rows behind the current one, apart from its frame. */
export function looksAhead({ fn, args, ignoreNulls }: WindowCall): boolean {
  if (fn !== 'lag' || ignoreNulls) return true;
  const [, by] = args;
  return by !== undefined && !(by.kind === 'constant' && typeof by.value === 'bigint' && by.value >= 0n);
}
