import type { Column, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { BOOL } from '../../compiler/types/type.ts';
import type { RowScope } from '../kernels/expression.ts';
import { loadField } from '../kernels/memory.ts';
import { or, type Val } from '../kernels/value.ts';
import { type Expr, type FunctionBuilder, i32, type Local, load, op } from '../wasm/ir.ts';
import { BUILD_ROW, MATCHED } from './build-rows.ts';
import { whenTrue } from './condition.ts';
import type { Operator, PipelineEmitter } from './emitter.ts';
import { lookUp } from './join-lookup.ts';
import { builtDirectory, fieldAt, type JoinKey, type JoinState } from './join-state.ts';
import { held } from './rows.ts';

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
export function chain(e: PipelineEmitter, state: JoinState, first: Expr, build: (row: Local) => void): void {
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
