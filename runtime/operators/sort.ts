import type { ColumnId, SortKey } from '../../compiler/ir/expression.ts';
import type { FirstRows } from '../../compiler/physical/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import { CONTEXT } from '../kernels/context.ts';
import { rowScope } from '../kernels/expression.ts';
import { type Field, indexed, loadField, type RowLayout, rowLayout } from '../kernels/memory.ts';
import type { Val } from '../kernels/value.ts';
import { call, defineFunction, type Expr, type FunctionDefinition, i32, type Local, load, op } from '../wasm/ir.ts';
import type { Sink, Source } from './emitter.ts';
import { type FirstRowsSlots, keepFirstRows, reserveFirstRows } from './first-rows.ts';
import { held, persistent, type RowBlocks, requireRow, reserveRowBlocks, storeRow, takeRow } from './rows.ts';
import { keyFunctions, RADIX_FUNCTIONS, tieFunction } from './sort-keys.ts';
import { compareKeys, type Key } from './sort-order.ts';

/**
 * Sorting: rows with their keys in row blocks, an array of row addresses sorted by merging. The module has
 * `before(ctx, a, b)` for its keys, `insertion(ctx, array, from, to)` for short runs and `merge(ctx, …)` which does a
 * bounded part of a merge, so that a sort of any size can be interrupted.
 */
export interface SortState {
  layout: RowLayout | undefined;
  /** Field of each column. */
  readonly fields: Map<ColumnId, number>;
  blocks: RowBlocks | undefined;
  keys: readonly (SortKey & { readonly field: number })[];
  /** Context offset of the u32 address of the last row that counts, 0 for none: rows behind it are not kept (top-n). */
  bar: number | undefined;
  /** So many of the keys make a partition; the kernel can tell where one begins then. */
  readonly partitionKeys: number | undefined;
  /** Of each partition only these rows must be kept. */
  readonly first: FirstRows | undefined;
  /** Where the kernel finds the table of these; undefined: it keeps all rows. */
  firstSlots: FirstRowsSlots | undefined;
}

export function sortState(partitionKeys?: number, first?: FirstRows): SortState {
  return {
    layout: undefined,
    fields: new Map(),
    blocks: undefined,
    keys: [],
    bar: undefined,
    partitionKeys,
    first,
    firstSlots: undefined,
  };
}

export const RUN_LENGTH = 32;

/** `top`: only the first rows in order will be read, so rows behind a known bar are dropped at once. */
export function sortRows(keys: readonly SortKey[], columns: readonly ColumnId[], top: boolean, state: SortState): Sink {
  let layoutFields: readonly Field[] = [];
  return {
    emit: (e, scope) => {
      const { k, ctx } = e;
      const { blocks, bar } = e.once(state, () => ({ blocks: reserveRowBlocks(e), bar: e.layout.reserve(4) }));
      state.blocks = blocks;
      const values: Val[] = [];
      // Each stream of the input gets its own code, of one layout.
      state.fields.clear();
      const fieldOf = (id: ColumnId | undefined, v: Val): number => {
        const known = id === undefined ? undefined : state.fields.get(id);
        if (known !== undefined) return known;
        values.push(v);
        if (id !== undefined) state.fields.set(id, values.length - 1);
        return values.length - 1;
      };
      state.keys = keys.map((key) => {
        const v = e.compiler.value(key.expression, scope);
        return { ...key, field: fieldOf(key.expression.kind === 'column' ? key.expression.id : undefined, v) };
      });
      const keyCount = values.length;
      for (const id of columns) fieldOf(id, scope.column(id));
      const layout = e.once(state.fields, () => rowLayout(values));
      state.layout = layout;
      layoutFields = layout.fields;
      const write = (): Local => {
        requireRow(e, blocks);
        const kept = values.map((v) => persistent(e, v));
        const row = takeRow(e, blocks, layout.size);
        storeRow(e, row, layout.fields, kept);
        return row;
      };
      const { first, partitionKeys = 0 } = state;
      const partition = state.keys.slice(0, partitionKeys);
      if (first !== undefined && partition.every(({ field }) => isTold(layout.fields[field]))) {
        const slots = e.once(layout, () => reserveFirstRows(e));
        state.firstSlots = slots;
        keepFirstRows(e, first, slots, { values, layout, partition, order: state.keys.slice(partitionKeys) }, write);
        return;
      }
      if (!top) {
        write();
        return;
      }
      state.bar = bar;
      const barRow = k.local('i32', load('i32.load', ctx, bar));
      const wanted = k.local('i32', i32(1));
      k.if(barRow, () => {
        const barValues = layout.fields.slice(0, keyCount).map((field) => loadField(k, barRow, field));
        compareKeys(
          e,
          state.keys,
          (key) => values[key.field],
          (key) => barValues[key.field],
          (before) => k.set(wanted, before),
        );
      });
      k.if(wanted, write);
    },
    functions: (layout) => sortFunctions(layout, state, () => layoutFields),
  };
}

/** Whether keys that are equal in a hash table are equal in order, too. */
function isTold(field: Field | undefined): boolean {
  if (field === undefined || field.lane === 'any') return false;
  return field.lane !== 'view' || field.type.kind === 'utf8' || field.type.kind === 'binary';
}

function sortFunctions(
  layout: Parameters<NonNullable<Sink['functions']>>[0],
  state: SortState,
  fields: () => readonly Field[],
): readonly FunctionDefinition[] {
  const comparing = (name: string, keys: readonly Key[]): FunctionDefinition =>
    defineFunction(name, ['i32', 'i32', 'i32'], 'i32', (k, ctx, a, b) => {
      if (ctx === undefined || a === undefined || b === undefined) return;
      const result = k.local('i32');
      const reader =
        (row: typeof a) =>
        (key: Key): Val => {
          const field = fields()[key.field];
          if (field === undefined) throw internalError('a sort key without a field');
          return loadField(k, row, field);
        };
      compareKeys({ k, ctx, layout }, keys, reader(a), reader(b), (value) => k.set(result, value));
      k.return(result);
    });
  const before = comparing('before', state.keys);
  // Stable: an element moves left only past elements that it sorts strictly before.
  const insertion = defineFunction('insertion', ['i32', 'i32', 'i32', 'i32'], undefined, (k, ctx, array, from, to) => {
    if (ctx === undefined || array === undefined || from === undefined || to === undefined) return;
    const i = k.local('i32', op('i32.add', from, i32(1)));
    k.while(
      () => op('i32.lt_u', i, to),
      () => {
        const row = k.local('i32', load('i32.load', indexed(array, i, 4)));
        const j = k.local('i32', i);
        k.while(
          () => op('i32.gt_u', j, from),
          (exit) => {
            const left = k.local('i32', load('i32.load', indexed(array, op('i32.sub', j, i32(1)), 4)));
            k.branch(exit, op('i32.eqz', call(before, ctx, row, left)));
            k.store('i32.store', indexed(array, j, 4), 0, left);
            k.set(j, op('i32.sub', j, i32(1)));
          },
        );
        k.store('i32.store', indexed(array, j, 4), 0, row);
        k.set(i, op('i32.add', i, i32(1)));
      },
    );
  });
  /**
   * `merge(ctx, progress, steps) -> 1 when done`: progress is six u32: source a, end of a, source b, end of b, target,
   * unused; addresses of array elements.
   */
  const merge = defineFunction('merge', ['i32', 'i32', 'i32'], 'i32', (k, ctx, progress, steps) => {
    if (ctx === undefined || progress === undefined || steps === undefined) return;
    const field = (i: number) => k.local('i32', load('i32.load', progress, i * 4));
    const a = field(0);
    const aEnd = field(1);
    const b = field(2);
    const bEnd = field(3);
    const target = field(4);
    const next = (local: typeof a): void => k.set(local, op('i32.add', local, i32(4)));
    const save = (): void => {
      k.store('i32.store', progress, 0, a);
      k.store('i32.store', progress, 8, b);
      k.store('i32.store', progress, 16, target);
    };
    k.while(
      () => op('i32.and', op('i32.lt_u', a, aEnd), op('i32.lt_u', b, bEnd)),
      () => {
        k.if(op('i32.eqz', steps), () => {
          save();
          k.return(i32(0));
        });
        k.set(steps, op('i32.sub', steps, i32(1)));
        const x = k.local('i32', load('i32.load', a));
        const y = k.local('i32', load('i32.load', b));
        k.if(
          call(before, ctx, y, x),
          () => {
            k.store('i32.store', target, 0, y);
            next(b);
          },
          () => {
            k.store('i32.store', target, 0, x);
            next(a);
          },
        );
        next(target);
      },
    );
    // One side is used up: the rest is copied as it stands.
    const aRest = k.local('i32', op('i32.sub', aEnd, a));
    k.copy(target, a, aRest);
    k.copy(op('i32.add', target, aRest), b, op('i32.sub', bEnd, b));
    k.return(i32(1));
  });
  const numbers = [...keyFunctions(state.keys, fields()), ...RADIX_FUNCTIONS, tieFunction(insertion, RUN_LENGTH)];
  const partitions =
    state.partitionKeys === undefined
      ? []
      : partitionFunctions(comparing('before_partition', state.keys.slice(0, state.partitionKeys)));
  return [before, insertion, merge, ...numbers, ...runFunctions(before, state), ...partitions];
}

/**
 * `last_start(ctx, array, from, to) -> position`: the last of the sorted rows from `from + 1` to before `to` that is not in
 * the partition of the row before it; `from` if there is none.
 */
function partitionFunctions(before: FunctionDefinition): readonly FunctionDefinition[] {
  const lastStart = defineFunction('last_start', ['i32', 'i32', 'i32', 'i32'], 'i32', (k, ctx, array, from, to) => {
    if (ctx === undefined || array === undefined || from === undefined || to === undefined) return;
    const at = k.local('i32', op('i32.sub', to, i32(1)));
    k.while(
      () => op('i32.gt_u', at, from),
      () => {
        const row = load('i32.load', indexed(array, at, 4));
        const previous = load('i32.load', indexed(array, op('i32.sub', at, i32(1)), 4));
        k.if(call(before, ctx, previous, row), () => k.return(at));
        k.set(at, op('i32.sub', at, i32(1)));
      },
    );
    k.return(from);
  });
  return [before, lastStart];
}

/** What merging runs knows of them: u32 each. Arrays have an entry for each run. */
export const RUNS = {
  /** The run whose page is used up: it must get its next one, or end, before the merge goes on. */
  waiting: 0,
  /** `tree[0]`: the run with the first row; others: runs that lost. */
  tree: 4,
  none: 0xffff_ffff,
} as const;

/** Bytes of the state of so many runs. */
export function runsBytes(count: number): number {
  return RUNS.tree + count * 12;
}

/** Where the state has the address of a run's first row (0: the run is over), and of the end of its page's rows. */
export function runPlace(run: number, count: number): { readonly head: number; readonly end: number } {
  return { head: RUNS.tree + (count + run) * 4, end: RUNS.tree + (2 * count + run) * 4 };
}

/**
 * Merging sorted runs by a tree of losers (Knuth, TAOCP 3, section 5.4.1); of equal rows those of earlier runs come first:
 *
 * - `climb(ctx, state, count, run)`: lets a run with a new first row take its place in the tree. At first all entries are
 *   `none`, and each run climbs once.
 * - `merge_runs(ctx, state, count, out, most) -> rows`: writes addresses of rows in order, until a run's page is used up,
 *   there are `most`, or all runs are over. Runs have climbed since they got their rows.
 */
function runFunctions(before: FunctionDefinition, state: SortState): readonly FunctionDefinition[] {
  const { layout } = state;
  if (layout === undefined) throw internalError('rows are merged before they are laid out');
  const entry = (states: Expr, run: Expr): Expr => indexed(states, run, 4);
  const climb = defineFunction('climb', ['i32', 'i32', 'i32', 'i32'], undefined, (k, ctx, states, count, run) => {
    if (ctx === undefined || states === undefined || count === undefined || run === undefined) return;
    const heads = k.local('i32', op('i32.add', states, op('i32.shl', count, i32(2))));
    const node = k.local('i32', op('i32.shr_u', op('i32.add', run, count), i32(1)));
    k.while(
      () => node,
      () => {
        const other = k.local('i32', load('i32.load', entry(states, node), RUNS.tree));
        k.if(op('i32.eq', other, i32(-1)), () => {
          k.store('i32.store', entry(states, node), RUNS.tree, run);
          k.return();
        });
        const own = k.local('i32', load('i32.load', entry(heads, run), RUNS.tree));
        const its = k.local('i32', load('i32.load', entry(heads, other), RUNS.tree));
        const loses = k.local('i32', i32(0));
        // Of equal rows that of the earlier run is first, so one comparison decides.
        k.if(
          op('i32.eqz', own),
          () => k.set(loses, i32(1)),
          () =>
            k.if(its, () =>
              k.if(
                op('i32.lt_u', run, other),
                () => k.set(loses, call(before, ctx, its, own)),
                () => k.set(loses, op('i32.eqz', call(before, ctx, own, its))),
              ),
            ),
        );
        k.if(loses, () => {
          k.store('i32.store', entry(states, node), RUNS.tree, run);
          k.set(run, other);
        });
        k.set(node, op('i32.shr_u', node, i32(1)));
      },
    );
    k.store('i32.store', states, RUNS.tree, run);
  });
  const merge = defineFunction(
    'merge_runs',
    ['i32', 'i32', 'i32', 'i32', 'i32'],
    'i32',
    (k, ctx, states, count, out, most) => {
      if (ctx === undefined || states === undefined || count === undefined || out === undefined || most === undefined)
        return;
      const heads = k.local('i32', op('i32.add', states, op('i32.shl', count, i32(2))));
      const ends = k.local('i32', op('i32.add', heads, op('i32.shl', count, i32(2))));
      const written = k.local('i32');
      k.while(
        () => op('i32.lt_u', written, most),
        () => {
          const run = k.local('i32', load('i32.load', states, RUNS.tree));
          const head = k.local('i32', load('i32.load', entry(heads, run), RUNS.tree));
          k.if(op('i32.eqz', head), () => k.return(written));
          k.store('i32.store', indexed(out, written, 4), 0, head);
          k.set(written, op('i32.add', written, i32(1)));
          k.set(head, op('i32.add', head, i32(layout.size)));
          k.store('i32.store', entry(heads, run), RUNS.tree, head);
          k.if(op('i32.eq', head, load('i32.load', entry(ends, run), RUNS.tree)), () => {
            k.store('i32.store', states, RUNS.waiting, run);
            k.return(written);
          });
          k.call(climb, ctx, states, count, run);
        },
      );
      k.return(written);
    },
  );
  return [climb, merge];
}

/** Rows by an array of addresses. `passing`: they go before the query ends. */
export function sortedSource(state: SortState, columns: readonly ColumnId[], passing = false): Source {
  return {
    emit: (e, row) => {
      const { layout } = state;
      if (layout === undefined) throw internalError('sorted rows are read before they are there');
      const { k } = e;
      const base = k.local('i32');
      k.prologue(() => k.set(base, load('i32.load', e.ctx, CONTEXT.morsel)));
      const address = k.local('i32', load('i32.load', indexed(base, row, 4)));
      return rowScope(
        new Map(
          columns.map((id): [ColumnId, () => Val] => {
            const field = layout.fields[state.fields.get(id) ?? -1];
            if (field === undefined) throw internalError(`the sort does not keep column #${id}`);
            return [id, () => held(loadField(k, address, field), passing)];
          }),
        ),
      );
    },
  };
}
