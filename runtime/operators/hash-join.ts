import type { Column, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { BOOL } from '../../compiler/types/type.ts';
import { CONTEXT, type ContextLayout } from '../kernels/context.ts';
import { type RowScope, rowScope } from '../kernels/expression.ts';
import { type Field, indexed, loadField, type RowLayout, rowLayout } from '../kernels/memory.ts';
import { asI64, nullVal, or, part, type Val } from '../kernels/value.ts';
import {
  defineFunction,
  type Expr,
  type FunctionBuilder,
  type FunctionDefinition,
  i32,
  i64,
  type Local,
  load,
  op,
} from '../wasm/ir.ts';
import { bloomFunction } from './bloom-filter.ts';
import { BUILD_ROW, eachBuildRow, MATCHED, NULL_KEY } from './build-rows.ts';
import { whenTrue } from './condition.ts';
import type { Operator, PipelineEmitter, Sink, Source } from './emitter.ts';
import { keyFilterFunctions } from './key-filter.ts';
import { findInOrder, type KeyOrder, linkOrdered, NO_ORDER } from './key-order.ts';
import { equalKeys, hashKeys } from './keys.ts';
import { held, persistent, type RowBlocks, requireRow, reserveRowBlocks, storeRow, takeRow } from './rows.ts';

export interface JoinKey {
  readonly expression: Expression;
  readonly nullsEqual: boolean;
}

/** What the build's pipeline and the probe's share. */
export interface JoinState {
  layout: RowLayout | undefined;
  keyFields: readonly number[];
  /** Field of each build column. */
  readonly fields: Map<ColumnId, number>;
  blocks: RowBlocks | undefined;
  /** Context offsets: i64 least and greatest key, u32 whether a NULL key came by. */
  bounds: { readonly low: number; readonly high: number; readonly sawNull: number } | undefined;
  /** Some key's NULLs are equal: they cannot index an array. */
  nullsEqual: boolean;
  /** Rows go before the query ends, as those of a partition do. */
  passing: boolean;
  /** Set when the directory is made. */
  directory: JoinDirectory | undefined;
}

interface DenseEntries {
  readonly low: bigint;
  readonly size: number;
}

export interface JoinDirectory {
  readonly address: number;
  /** Dense: least key and number of entries. */
  readonly dense?: DenseEntries | undefined;
  /** Found by walking along the keys. */
  readonly ordered?: KeyOrder | undefined;
  /** Hashed: entries - 1, and 32 - log2(entries). */
  readonly mask: number;
  readonly shift: number;
  /** No two rows have the same key. */
  readonly unique: boolean;
  readonly rows: number;
  readonly sawNull: boolean;
}

export function joinState(): JoinState {
  return {
    layout: undefined,
    keyFields: [],
    fields: new Map(),
    blocks: undefined,
    bounds: undefined,
    nullsEqual: false,
    passing: false,
    directory: undefined,
  };
}

/** Whether the key can index an array. */
function isInteger(v: Val): boolean {
  return v.lane === 'i32' || v.lane === 'i64';
}

/** Whether an only key, whose NULLs are equal to nothing, is an integer of at most 64 bits. */
export function hasIntegerKey({ layout, keyFields, nullsEqual }: JoinState): boolean {
  const [key] = keyFields;
  const field = key === undefined ? undefined : layout?.fields[key];
  return keyFields.length === 1 && (field?.lane === 'i32' || field?.lane === 'i64') && !nullsEqual;
}

/** Of what keys, by their positions, the rows' filter of a number is made. */
export interface BuiltFilter {
  readonly filter: number;
  readonly kind: 'bitmap' | 'bloom' | 'either';
  readonly keys: readonly number[];
}

/** `spare`: bytes at the end of each row, for what comes later. */
export function joinBuild(
  keys: readonly JoinKey[],
  columns: readonly ColumnId[],
  keepNullKeys: boolean,
  state: JoinState,
  filters: readonly BuiltFilter[] = [],
  spare = 0,
  ordered = false,
): Sink {
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

export function fieldAt(layout: RowLayout, index: number): Field {
  return nthField(layout.fields, index);
}

function nthField(fields: readonly Field[], index: number): Field {
  const field = fields[index];
  if (field === undefined) throw internalError(`a row without field ${index}`);
  return field;
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

function builtDirectory({ directory }: JoinState): JoinDirectory {
  if (directory === undefined) throw internalError('a join is probed before it is built');
  return directory;
}

/** What the code of a probe depends on: that of another build side with the same can probe this one. */
export function probeCode(state: JoinState): readonly unknown[] {
  const { unique, dense, ordered, rows, sawNull } = builtDirectory(state);
  const found = [dense === undefined, ordered === undefined];
  return [state, state.layout, state.passing, unique, ...found, rows > 0, sawNull];
}

/** The first build row with the probe's keys, or 0. */
export function lookUp(e: PipelineEmitter, keys: readonly JoinKey[], values: readonly Val[], state: JoinState): Local {
  const { k } = e;
  const { layout } = state;
  const directory = builtDirectory(state);
  if (layout === undefined) throw internalError('a join is probed before it is built');
  const now = (): JoinDirectory => builtDirectory(state);
  const base = e.constantWord(() => now().address);
  const found = k.local('i32', i32(0));
  let null_: Expr | undefined;
  keys.forEach((key, i) => {
    if (!key.nullsEqual) null_ = or(null_, values[i]?.null_);
  });
  const search = (): void => {
    const [only] = values;
    if (directory.ordered !== undefined && only !== undefined) {
      const order = (): KeyOrder => now().ordered ?? NO_ORDER;
      return findInOrder(e, order, fieldAt(layout, state.keyFields[0] ?? -1), only, found);
    }
    if (directory.dense !== undefined && only !== undefined) {
      const entries = (): DenseEntries => now().dense ?? { low: 0n, size: 0 };
      whereDense(e, only, entries, (index) => k.set(found, load('i32.load', indexed(base, index, 4))));
      return;
    }
    const mask = e.constantWord(() => now().mask);
    const shift = e.constantWord(() => now().shift);
    const hash = hashKeys(e, values);
    const at = k.local('i32', op('i32.shr_u', hash, shift));
    const keyFields = state.keyFields.map((f) => fieldAt(layout, f));
    k.block((done) => {
      k.loop((again) => {
        const entry = k.local('i64', load('i64.load', indexed(base, at, 8)));
        k.branch(done, op('i64.eqz', entry));
        k.if(op('i32.eq', op('i32.wrap_i64', op('i64.shr_u', entry, i64(32))), hash), () => {
          const row = k.local('i32', op('i32.wrap_i64', entry));
          const equal = equalKeys(
            e,
            row,
            keyFields,
            values,
            keys.map((key) => key.nullsEqual),
          );
          k.if(equal, () => {
            k.set(found, row);
            k.branch(done);
          });
        });
        k.set(at, op('i32.and', op('i32.add', at, i32(1)), mask));
        k.branch(again);
      });
    });
  };
  if (null_ === undefined) search();
  else k.if(op('i32.eqz', null_), search);
  return found;
}

/** Generates what happens where the key has an entry in a dense directory; `then` gets the entry's number. */
export function whereDense(
  e: PipelineEmitter,
  key: Val,
  entries: () => DenseEntries,
  then: (index: Expr) => void,
): void {
  const { k } = e;
  const wide = key.lane === 'i128';
  const index = k.local(
    'i64',
    op(
      'i64.sub',
      wide ? part(key) : asI64(key),
      e.constantLong(() => entries().low),
    ),
  );
  const size = e.constantLong(() => BigInt(entries().size));
  const within = op('i64.lt_u', index, size);
  // A decimal that needs more than 64 bits is none of the keys.
  const inReach = wide
    ? op('i32.and', within, op('i64.eq', part(key, 1), op('i64.shr_s', part(key), i64(63))))
    : within;
  k.if(inReach, () => then(op('i32.wrap_i64', index)));
}

export type ProbeKind =
  | 'inner'
  | 'left'
  | 'full'
  | 'semi'
  | 'anti'
  | 'mark'
  | 'single'
  | 'buildSemi'
  | 'buildAnti'
  | 'buildLeft';

export interface ProbeSpec {
  readonly kind: ProbeKind;
  readonly keys: readonly JoinKey[];
  readonly columns: readonly ColumnId[];
  readonly residual?: Expression | undefined;
  readonly nullAware: boolean;
  readonly mark?: Column | undefined;
  readonly node?: number | undefined;
}

/** Streams rows through the join. */
export function joinProbe(spec: ProbeSpec, state: JoinState): Operator {
  return {
    emit: (e, scope, next) => {
      const { k } = e;
      const directory = builtDirectory(state);
      const counted = (inner: RowScope): void => {
        next(inner);
        if (spec.node !== undefined) e.count(spec.node);
      };
      const keys = spec.keys.map((key) => e.compiler.value(key.expression, scope));
      const first = lookUp(e, spec.keys, keys, state);
      const single = directory.unique;
      const matches = (inner: RowScope): Expr =>
        spec.residual === undefined ? i32(1) : e.compiler.condition(spec.residual, inner);

      switch (spec.kind) {
        case 'inner':
          if (single) {
            k.if(first, () => {
              const inner = buildScope(k, scope, state, spec.columns, first, false);
              whenTrue(k, matches(inner), () => counted(inner));
            });
            return;
          }
          return chain(e, state, first, (row) => {
            const inner = buildScope(k, scope, state, spec.columns, row, false);
            whenTrue(k, matches(inner), () => counted(inner));
          });
        case 'left':
        case 'single':
          return outer(e, spec, state, scope, first, single, matches, counted, false);
        case 'full':
        case 'buildLeft':
          if (spec.kind === 'full') return outer(e, spec, state, scope, first, single, matches, counted, true);
          return chain(e, state, first, (row) => {
            const inner = buildScope(k, scope, state, spec.columns, row, false);
            whenTrue(k, matches(inner), () => {
              mark(k, row);
              counted(inner);
            });
          });
        case 'semi':
        case 'anti':
        case 'mark': {
          return exists(e, spec, state, scope, first, matches, (found) =>
            emitExistence(e, spec, state, scope, keys, found, counted),
          );
        }
        case 'buildSemi':
        case 'buildAnti':
          return markMatches(e, spec, state, scope, first, matches);
      }
    },
  };
}

/** Marks the matching build rows. */
function markMatches(
  e: PipelineEmitter,
  spec: ProbeSpec,
  state: JoinState,
  scope: RowScope,
  first: Local,
  matches: (inner: RowScope) => Expr,
): void {
  const { k } = e;
  const marked = (row: Expr): Expr => op('i32.and', load('i32.load', row, BUILD_ROW.flags), i32(MATCHED));
  // Equal keys share a chain: where nothing else decides, a marked first row says that all are marked.
  const start = k.local('i32', first);
  if (spec.residual === undefined) k.if(first, () => k.if(marked(first), () => k.set(start, i32(0))));
  chain(e, state, start, (row) => {
    k.if(op('i32.eqz', marked(row)), () => {
      const inner = buildScope(k, scope.branch(), state, spec.columns, row, false);
      k.if(matches(inner), () => mark(k, row));
    });
  });
}

export function mark(k: FunctionBuilder, row: Expr): void {
  k.store('i32.store', row, BUILD_ROW.flags, op('i32.or', load('i32.load', row, BUILD_ROW.flags), i32(MATCHED)));
}

/** The build side's columns of a row; `padded`: the row's address may be 0, and all is NULL then. */
function buildScope(
  k: FunctionBuilder,
  scope: RowScope,
  state: JoinState,
  columns: readonly ColumnId[],
  row: Expr,
  padded: boolean,
): RowScope {
  const { layout } = state;
  if (layout === undefined) throw internalError('a join without rows');
  const readers = new Map<ColumnId, () => Val>();
  for (const id of columns) {
    const index = state.fields.get(id);
    if (index === undefined) throw internalError(`the join does not keep column #${id}`);
    const field = fieldAt(layout, index);
    readers.set(id, () => {
      const v = held(loadField(k, row, field), state.passing);
      return padded ? { ...v, null_: k.keep(or(v.null_, op('i32.eqz', row)) ?? i32(0)) } : v;
    });
  }
  return scope.define(readers);
}

/** Runs over the rows of a key. */
function chain(e: PipelineEmitter, state: JoinState, first: Expr, build: (row: Local) => void): void {
  const { k } = e;
  const row = k.local('i32');
  e.expand(
    [row],
    () => k.set(row, first),
    () => {
      k.while(
        () => row,
        () => {
          if (state.directory?.unique !== true) e.checkBudget();
          build(row);
          k.set(row, load('i32.load', row, BUILD_ROW.next));
        },
      );
    },
  );
}

/** Left and full joins, and `single`: every probe row at least once. */
function outer(
  e: PipelineEmitter,
  spec: ProbeSpec,
  state: JoinState,
  scope: RowScope,
  first: Local,
  unique: boolean,
  matches: (inner: RowScope) => Expr,
  next: (inner: RowScope) => void,
  marking: boolean,
): void {
  const { k } = e;
  if (unique) {
    const row = k.local('i32', first);
    if (spec.residual !== undefined) {
      k.if(row, () => {
        const inner = buildScope(k, scope.branch(), state, spec.columns, row, false);
        k.if(op('i32.eqz', matches(inner)), () => k.set(row, i32(0)));
      });
    }
    if (marking) k.if(row, () => mark(k, row));
    return next(buildScope(k, scope, state, spec.columns, row, true));
  }
  const row = k.local('i32');
  const matched = k.local('i32');
  e.expand(
    [row, matched],
    () => {
      k.set(row, first);
      k.set(matched, i32(0));
    },
    () => {
      k.block((exit) => {
        k.loop((again) => {
          e.checkBudget();
          if (spec.residual !== undefined) {
            k.if(row, () => {
              const inner = buildScope(k, scope.branch(), state, spec.columns, row, false);
              k.if(op('i32.eqz', matches(inner)), () => {
                k.set(row, load('i32.load', row, BUILD_ROW.next));
                k.branch(again);
              });
            });
          }
          // Past the last row: once more with NULLs if nothing matched.
          k.branch(exit, op('i32.and', op('i32.eqz', row), matched));
          if (spec.kind === 'single') {
            e.compiler.kernel.failIf(op('i32.and', matched, op('i32.ne', row, i32(0))), MORE_THAN_ONE_ROW);
          }
          if (marking) k.if(row, () => mark(k, row));
          next(buildScope(k, scope, state, spec.columns, row, true));
          k.branch(exit, op('i32.eqz', row));
          k.set(matched, i32(1));
          k.set(row, load('i32.load', row, BUILD_ROW.next));
          k.branch(again);
        });
      });
    },
  );
}

export const MORE_THAN_ONE_ROW = {
  code: 'cardinality_violation',
  message: 'more than one row returned by a subquery used as an expression',
} as const;

/** Looks whether some build row matches; what becomes of the probe row is inside, so that its place is kept. */
function exists(
  e: PipelineEmitter,
  spec: ProbeSpec,
  state: JoinState,
  scope: RowScope,
  first: Local,
  matches: (inner: RowScope) => Expr,
  inside: (found: Expr) => void,
): void {
  const { k } = e;
  if (spec.residual === undefined) return inside(k.keep(op('i32.ne', first, i32(0))));
  const found = k.local('i32');
  const row = k.local('i32');
  e.expand(
    [row, found],
    () => {
      k.set(row, first);
      k.set(found, i32(0));
    },
    () => {
      k.while(
        () => op('i32.and', op('i32.ne', row, i32(0)), op('i32.eqz', found)),
        () => {
          e.checkBudget();
          const inner = buildScope(k, scope.branch(), state, spec.columns, row, false);
          k.if(
            matches(inner),
            () => k.set(found, i32(1)),
            () => k.set(row, load('i32.load', row, BUILD_ROW.next)),
          );
        },
      );
      inside(found);
    },
  );
}

function emitExistence(
  e: PipelineEmitter,
  spec: ProbeSpec,
  state: JoinState,
  scope: RowScope,
  keys: readonly Val[],
  found: Expr,
  next: (inner: RowScope) => void,
): void {
  const { k } = e;
  const { directory } = state;
  if (spec.kind === 'semi') return k.if(found, () => next(scope));
  // x IN (…) without a match is unknown if x or an element is NULL, but false over no rows.
  let unknown: Expr | undefined;
  if (spec.nullAware && directory !== undefined && (directory.rows > 0 || directory.sawNull)) {
    if (directory.sawNull) unknown = i32(1);
    else
      keys.forEach((v, i) => {
        if (spec.keys[i]?.nullsEqual !== true) unknown = or(unknown, v.null_);
      });
  }
  if (spec.kind === 'anti') {
    const passes = op('i32.eqz', unknown === undefined ? found : op('i32.or', found, unknown));
    return k.if(passes, () => next(scope));
  }
  const { mark: column } = spec;
  if (column === undefined) throw internalError('a mark join without its column');
  const null_ = unknown === undefined ? undefined : k.keep(op('i32.and', op('i32.eqz', found), unknown));
  next(scope.define(new Map([[column.id, (): Val => ({ type: BOOL, lane: 'i32', parts: [found], null_ })]])));
}

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
