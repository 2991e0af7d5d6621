import type { ColumnId } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { ContextLayout } from '../kernels/context.ts';
import { type Field, indexed, loadField, type RowLayout, rowLayout } from '../kernels/memory.ts';
import { asI64, or, type Val } from '../kernels/value.ts';
import { defineFunction, type Expr, type FunctionDefinition, i32, i64, load, op } from '../wasm/ir.ts';
import { bloomFunction } from './bloom-filter.ts';
import { BUILD_ROW, eachBuildRow, NULL_KEY } from './build-rows.ts';
import type { Sink } from './emitter.ts';
import { fieldAt, hasIntegerKey, type JoinKey, type JoinState, nthField } from './join-state.ts';
import { keyFilterFunctions } from './key-filter.ts';
import { linkOrdered } from './key-order.ts';
import { equalKeys, hashKeys } from './keys.ts';
import { persistent, requireRow, reserveRowBlocks, storeRow, takeRow } from './rows.ts';

/** Of what keys, by their positions, the rows' filter of a number is made. */
export interface BuiltFilter {
  readonly filter: number;
  readonly kind: 'bitmap' | 'bloom' | 'either';
  readonly keys: readonly number[];
}

export interface BuildSpec {
  readonly keys: readonly JoinKey[];
  /** Columns that the rows keep beside their keys. */
  readonly columns: readonly ColumnId[];
  /** Rows that match nothing, since a key is NULL, are kept too. */
  readonly keepNullKeys: boolean;
  readonly filters?: readonly BuiltFilter[] | undefined;
  /** Bytes at the end of each row, for what comes later. */
  readonly spare?: number | undefined;
  /** The rows are expected in the order of their key. */
  readonly ordered?: boolean | undefined;
}

export function joinBuild(spec: BuildSpec, state: JoinState): Sink {
  const { keys, columns, keepNullKeys, filters = [], spare = 0, ordered = false } = spec;
  let keyLayout: readonly Field[] = [];
  return {
    emit: (e, scope) => {
      const { k, ctx } = e;
      const { blocks, bounds } = e.once(state, () => ({
        blocks: reserveRowBlocks(e),
        bounds: { low: e.layout.reserve(8), high: e.layout.reserve(8), sawNull: e.layout.reserve(4) },
      }));
      state.blocks = blocks;
      state.bounds = bounds;
      state.nullsEqual = keys.some((key) => key.nullsEqual);
      requireRow(e, blocks);
      const keyValues = keys.map((key) => e.compiler.value(key.expression, scope));
      // A key that is a column of the row shares its field. Each stream of the build side gets its own code, of one layout.
      const values: Val[] = [];
      state.fields.clear();
      const fieldOf = (id: ColumnId | undefined, v: Val): number => {
        const known = id === undefined ? undefined : state.fields.get(id);
        if (known !== undefined) return known;
        values.push(v);
        if (id !== undefined) state.fields.set(id, values.length - 1);
        return values.length - 1;
      };
      state.keyFields = keys.map(({ expression }, i) => {
        const v = keyValues[i];
        if (v === undefined) throw internalError('a join key without a value');
        return fieldOf(expression.kind === 'column' ? expression.id : undefined, v);
      });
      for (const id of columns) fieldOf(id, scope.column(id));
      const layout = e.once(state.fields, () => {
        const own = rowLayout(values, BUILD_ROW.header);
        return { ...own, size: own.size + spare };
      });
      state.layout = layout;
      keyLayout = state.keyFields.map((f) => fieldAt(layout, f));

      let isNull: Expr | undefined;
      keys.forEach((key, i) => {
        if (!key.nullsEqual) isNull = or(isNull, keyValues[i]?.null_);
      });
      const write = (flags: Expr): void => {
        const kept = values.map((v) => persistent(e, v));
        const row = takeRow(e, blocks, layout.size);
        k.store('i32.store', row, BUILD_ROW.hash, hashKeys(e, keyValues));
        k.store('i32.store', row, BUILD_ROW.next, i32(0));
        k.store('i32.store', row, BUILD_ROW.flags, flags);
        storeRow(e, row, layout.fields, kept);
        const [only] = keyValues;
        if (keys.length === 1 && only !== undefined && isInteger(only)) {
          const value = k.keep(asI64(only));
          const present = only.null_ === undefined ? i32(1) : op('i32.eqz', only.null_);
          k.if(op('i32.and', present, op('i64.lt_s', value, load('i64.load', ctx, bounds.low))), () =>
            k.store('i64.store', ctx, bounds.low, value),
          );
          k.if(op('i32.and', present, op('i64.gt_s', value, load('i64.load', ctx, bounds.high))), () =>
            k.store('i64.store', ctx, bounds.high, value),
          );
        }
      };
      if (isNull === undefined) return write(i32(0));
      const null_ = k.keep(isNull);
      k.if(
        null_,
        () => {
          k.store('i32.store', ctx, bounds.sawNull, i32(1));
          if (keepNullKeys) write(i32(NULL_KEY));
        },
        () => write(i32(0)),
      );
    },
    functions: (context) => {
      const layout = state.layout;
      if (layout === undefined) throw internalError('join rows are linked before they are laid out');
      const made = filters.flatMap(({ filter, kind, keys: positions }) => {
        const fields = positions.map((position) => nthField(keyLayout, position));
        const [first] = fields;
        const bitmap = kind === 'bloom' || first === undefined ? [] : keyFilterFunctions(layout, first, filter);
        const bloom =
          kind === 'bitmap'
            ? []
            : [bloomFunction(filter, layout, fields.length === keys.length ? undefined : fields, context)];
        return [...bitmap, ...bloom];
      });
      const [only] = keyLayout;
      const merged = ordered && only !== undefined && hasIntegerKey(state) ? [linkOrdered(layout.size, only)] : [];
      return [linkHashed(layout, keyLayout, keys, context), ...linkDense(layout, keyLayout), ...merged, ...made];
    },
  };
}

/** Whether the key can index an array. */
function isInteger(v: Val): boolean {
  return v.lane === 'i32' || v.lane === 'i64';
}

const LINK_PARAMETERS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

/** `link_hashed(ctx, rows, count, directory, mask, shift) -> rows that joined a chain`. */
function linkHashed(
  layout: RowLayout,
  keyFields: readonly Field[],
  keys: readonly JoinKey[],
  context: ContextLayout,
): FunctionDefinition {
  return defineFunction('link_hashed', LINK_PARAMETERS, 'i32', (k, ctx, rows, count, directory, mask, shift) => {
    if (
      ctx === undefined ||
      rows === undefined ||
      count === undefined ||
      directory === undefined ||
      mask === undefined ||
      shift === undefined
    )
      return;
    const chained = k.local('i32');
    eachBuildRow(k, rows, count, layout.size, (row) => {
      const hash = k.local('i32', load('i32.load', row, BUILD_ROW.hash));
      const at = k.local('i32', op('i32.shr_u', hash, shift));
      k.block((done) => {
        k.loop((again) => {
          const slot = k.local('i32', indexed(directory, at, 8));
          const entry = k.local('i64', load('i64.load', slot));
          const word = op('i64.or', op('i64.shl', op('i64.extend_i32_u', hash), i64(32)), op('i64.extend_i32_u', row));
          k.if(op('i64.eqz', entry), () => {
            k.store('i32.store', row, BUILD_ROW.next, i32(0));
            k.store('i64.store', slot, 0, word);
            k.branch(done);
          });
          k.if(op('i32.eq', op('i32.wrap_i64', op('i64.shr_u', entry, i64(32))), hash), () => {
            const first = k.local('i32', op('i32.wrap_i64', entry));
            const values = keyFields.map((field) => loadField(k, row, field));
            const same = equalKeys(
              { k, ctx, layout: context },
              first,
              keyFields,
              values,
              keys.map((key) => key.nullsEqual),
            );
            k.if(same, () => {
              k.store('i32.store', row, BUILD_ROW.next, first);
              k.store('i64.store', slot, 0, word);
              k.set(chained, op('i32.add', chained, i32(1)));
              k.branch(done);
            });
          });
          k.set(at, op('i32.and', op('i32.add', at, i32(1)), mask));
          k.branch(again);
        });
      });
    });
    k.return(chained);
  });
}

/** `link_dense(rows, count, directory, low) -> rows that joined a chain`. */
function linkDense(layout: RowLayout, keyFields: readonly Field[]): readonly FunctionDefinition[] {
  const [field] = keyFields;
  if (keyFields.length !== 1 || field === undefined || (field.lane !== 'i32' && field.lane !== 'i64')) return [];
  return [
    defineFunction('link_dense', ['i32', 'i32', 'i32', 'i64'], 'i32', (k, rows, count, directory, low) => {
      if (rows === undefined || count === undefined || directory === undefined || low === undefined) return;
      const chained = k.local('i32');
      eachBuildRow(k, rows, count, layout.size, (row) => {
        const index = op('i32.wrap_i64', op('i64.sub', asI64(loadField(k, row, field)), low));
        const slot = k.local('i32', indexed(directory, index, 4));
        const first = k.local('i32', load('i32.load', slot));
        k.store('i32.store', row, BUILD_ROW.next, first);
        k.set(chained, op('i32.add', chained, op('i32.ne', first, i32(0))));
        k.store('i32.store', slot, 0, row);
      });
      k.return(chained);
    }),
  ];
}
