import type { Column, ColumnId, WindowCall } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { CONTEXT } from '../kernels/context.ts';
import { rowScope } from '../kernels/expression.ts';
import { type Field, indexed, loadField } from '../kernels/memory.ts';
import { laneOf, type Val } from '../kernels/value.ts';
import { type Expr, i32, type Local, load, op } from '../wasm/ir.ts';
import type { PipelineEmitter, Source } from './emitter.ts';
import { equalKeys } from './keys.ts';
import { held } from './rows.ts';
import type { SortState } from './sort.ts';
import type { Key } from './sort-order.ts';
import { emitCall } from './window-calls.ts';
import { createFrames } from './window-frames.ts';
import { looksAhead } from './window-picks.ts';

/**
 * Windows: rows sorted by partition and order, of which a source reads one after the other with the calls' results.
 *
 * What a call needs of other rows (the partition's end, the frame's ends, running states) is kept by
 * positions up to which it has been computed. A row asks for a position, and the work goes on to there from where it is:
 * so it is done once for all rows, in bounded calls, and a row that is processed again changes nothing. Everything is
 * computed before the row reaches the first operator.
 */

/** A call whose arguments are columns of the rows or constants; its filter has become part of its arguments. */
export interface PreparedCall {
  readonly call: WindowCall;
  readonly result: Column;
  readonly start: PreparedBound;
  readonly end: PreparedBound;
  /** Column of the order's key in the form that a range compares. */
  readonly key?: ColumnId | undefined;
}

export type PreparedBound =
  | { readonly kind: 'unbounded' }
  | { readonly kind: 'current' }
  /** `offset` is at most the number of rows. */
  | { readonly kind: 'preceding' | 'following'; readonly offset: number }
  | { readonly kind: 'reach'; readonly column: ColumnId };

export interface WindowSpec {
  /** Columns of the input that are put out. */
  readonly columns: readonly ColumnId[];
  /** So many of the sort's keys are the partition, the others the order. */
  readonly partitionKeys: number;
  readonly calls: readonly PreparedCall[];
  /** So many rows there are at most. */
  readonly rows: number;
  readonly batch: BatchRecord;
  /** Memory for as long as the kernel runs, of which the first eight bytes are zero. */
  readonly allocate: (bytes: number) => number;
  /** What the rows point to goes with their batch. */
  readonly passing: boolean;
}

/**
 * Rows come in batches of whole partitions. The record has what differs between them, u32 each: it is all zero when a batch
 * begins, but for what the host puts there. Where only rows shortly before the current one are read (`rowsBack`) batches are
 * any rows with those before them: positions then count on from batch to batch, as does all that the record has.
 */
export interface BatchRecord {
  readonly address: number;
  /** The offset of one more, which is 0 or what `make` gives for the batch. */
  readonly reserve: (make?: (batch: BatchMemory) => number) => number;
}

/** Offsets in the record: where the sorted array of u32 row addresses has, or would have, position 0; the end of positions. */
export const BATCH = { array: 0, rows: 4, first: 8 } as const;

/** Memory that goes with the batch. */
export interface BatchMemory {
  readonly rows: number;
  /** The first eight bytes are zero. */
  readonly allocate: (bytes: number) => number;
  /** The address of an array of u32 with these elements. */
  readonly list: (elements: readonly number[]) => number;
}

/** A u32 that outlives the kernel's calls; 0 when a batch begins. */
export interface Variable {
  readonly get: () => Local;
  readonly set: (value: Expr) => void;
}

/** What the code for one row can use. Positions count the batch's rows from 0, in the sorted order. */
export interface WindowEmitter {
  readonly e: PipelineEmitter;
  readonly spec: WindowSpec;
  readonly position: Expr;
  readonly row: Expr;
  readonly rowAt: (position: Expr) => Expr;
  readonly field: (column: ColumnId) => Field;
  readonly variable: () => Variable;
  /** What is made for each batch. */
  readonly batchWord: (make: (batch: BatchMemory) => number) => Expr;
  /** First position of the row's partition, and the first behind it. */
  readonly partition: { readonly start: Expr; readonly end: () => Expr };
  /** The same for the rows that the order does not tell from this one, and the number of such groups before them. */
  readonly peers: { readonly start: () => Expr; readonly end: () => Expr; readonly before: () => Expr };
  /** Whether two rows of one partition are peers. */
  readonly samePeers: (a: Expr, b: Expr) => Expr;
  /** The order's first key. */
  readonly order: () => Key | undefined;
  /** Runs `then` when `of` is not what it was when this was last asked. */
  readonly once: (of: Expr, then: () => void) => void;
}

/** The rows of `state`, sorted; a morsel's address is the position of its first row in the batch. */
export function windowSource(state: SortState, spec: WindowSpec): Source {
  return {
    emit: (e, row) => {
      const { k, ctx } = e;
      const { layout } = state;
      if (layout === undefined) throw internalError('sorted rows are read before they are there');
      const first = k.local('i32');
      k.prologue(() => k.set(first, load('i32.load', ctx, CONTEXT.morsel)));
      const record = e.constantWord(spec.batch.address);
      const recorded = (offset: number): Expr => {
        const local = k.local('i32');
        k.prologue(() => k.set(local, load('i32.load', record, offset)));
        return local;
      };
      const array = recorded(BATCH.array);
      const rows = recorded(BATCH.rows);
      const position = k.local('i32', op('i32.add', first, row));
      const rowAt = (at: Expr): Expr => k.local('i32', load('i32.load', indexed(array, at, 4)));
      const address = rowAt(position);
      const field = (column: ColumnId): Field => {
        const found = layout.fields[state.fields.get(column) ?? -1];
        if (found === undefined) throw internalError(`the window does not keep column #${column}`);
        return found;
      };
      const variable = (): Variable => {
        const slot = spec.batch.reserve();
        return {
          get: () => k.local('i32', load('i32.load', record, slot)),
          set: (value) => k.store('i32.store', record, slot, value),
        };
      };
      const keyFields = state.keys.map((key) => {
        const found = layout.fields[key.field];
        if (found === undefined) throw internalError('a window key without a field');
        return found;
      });
      const same =
        (fields: readonly Field[]) =>
        (a: Expr, b: Expr): Expr => {
          if (fields.length === 0) return i32(1);
          const values = fields.map((each) => loadField(k, b, each));
          const nullsEqual = fields.map(() => true);
          return equalKeys(e, a, fields, values, nullsEqual);
        };
      const samePartition = same(keyFields.slice(0, spec.partitionKeys));
      const samePeers = same(keyFields.slice(spec.partitionKeys));
      const sameAll = same(keyFields);
      const needs = needsOf(spec, keyFields.length - spec.partitionKeys);

      /** Where the run of rows that begins at `position` ends; the search goes on at the next call if it is long. */
      const runs = (limit: Expr, isSame: (a: Expr, b: Expr) => Expr, begin: () => void): Expr => {
        const end = variable();
        const search = variable();
        const result = end.get();
        k.if(op('i32.ge_u', position, result), () => {
          const at = search.get();
          k.if(op('i32.le_u', at, position), () => {
            begin();
            k.set(at, op('i32.add', position, i32(1)));
            search.set(at);
          });
          k.while(
            () => op('i32.lt_u', at, limit),
            (exit) => {
              k.branch(exit, op('i32.eqz', isSame(rowAt(at), rowAt(op('i32.sub', at, i32(1))))));
              k.set(at, op('i32.add', at, i32(1)));
              search.set(at);
              e.checkBudget();
            },
          );
          end.set(at);
          k.set(result, at);
        });
        return result;
      };
      const previous = (): Expr => rowAt(op('i32.sub', position, i32(1)));

      let start: Expr = i32(0);
      let end: Expr = rows;
      if (spec.partitionKeys > 0) {
        const first = variable();
        const begin = (): void => first.set(position);
        if (needs.partitionEnd) end = runs(rows, samePartition, begin);
        else
          k.if(op('i32.eqz', position), begin, () => {
            k.if(op('i32.eqz', samePartition(address, previous())), begin);
          });
        start = first.get();
      }

      let peerStart: Expr = start;
      let peerEnd: Expr = end;
      let before: Expr = i32(0);
      if (keyFields.length > spec.partitionKeys && (needs.peers || needs.peerEnd)) {
        const first = variable();
        const groups = variable();
        const begin = (): void => {
          const isFirst = op('i32.eq', position, start);
          const group = k.local('i32', i32(0));
          k.if(op('i32.eqz', isFirst), () => k.set(group, op('i32.add', groups.get(), i32(1))));
          groups.set(group);
          first.set(position);
        };
        if (needs.peerEnd) {
          peerEnd = needs.partitionEnd ? runs(end, samePeers, begin) : runs(rows, sameAll, begin);
        } else {
          const isNew = k.local('i32', op('i32.eq', position, start));
          k.if(op('i32.eqz', isNew), () => k.set(isNew, op('i32.eqz', samePeers(address, previous()))));
          // A row that comes again has begun its group already.
          k.if(op('i32.and', isNew, op('i32.ne', first.get(), position)), begin);
          k.if(op('i32.eqz', position), begin);
        }
        peerStart = first.get();
        before = groups.get();
      }

      const known = (value: Expr, isKnown: boolean, what: string) => (): Expr => {
        if (!isKnown) throw internalError(`a window was not prepared for ${what}`);
        return value;
      };
      const hasOrder = keyFields.length > spec.partitionKeys;
      const w: WindowEmitter = {
        e,
        spec,
        position,
        row: address,
        rowAt,
        field,
        variable,
        batchWord: (make) => recorded(spec.batch.reserve(make)),
        partition: { start, end: known(end, spec.partitionKeys === 0 || needs.partitionEnd, 'the end of partitions') },
        peers: {
          start: known(peerStart, !hasOrder || needs.peers || needs.peerEnd, 'peers'),
          end: known(peerEnd, hasOrder ? needs.peerEnd : spec.partitionKeys === 0 || needs.partitionEnd, 'peers'),
          before: known(before, true, 'peers'),
        },
        samePeers,
        order: () => state.keys[spec.partitionKeys],
        once: (of, then) => {
          const last = variable();
          // 0 is what a variable holds at first, so that positions are remembered as one more.
          const mark = k.local('i32', op('i32.add', of, i32(1)));
          k.if(op('i32.ne', last.get(), mark), () => {
            last.set(mark);
            then();
          });
        },
      };
      const frames = createFrames(w);
      const results = new Map<ColumnId, () => Val>();
      for (const call of spec.calls) {
        const value = held(emitCall(w, call, frames), spec.passing);
        results.set(call.result.id, () => value);
      }
      const passed = spec.columns.map((id): [ColumnId, () => Val] => [
        id,
        () => held(loadField(k, address, field(id)), spec.passing),
      ]);
      return rowScope(new Map([...passed, ...results]));
    },
  };
}

const MOST_ROWS_BACK = 1024;
/** Aggregates whose state has no part of a row. */
const NUMBERS_OF_ROWS: ReadonlySet<string> = new Set(['count', 'count_if', 'sum', 'avg', 'min', 'max']);

/**
 * How many rows before the current one are read, if those and it are all: batches may then be parts of partitions. Undefined
 * if it may be any of the partition.
 */
export function rowsBack(calls: readonly PreparedCall[]): number | undefined {
  let most = 1;
  for (const { call, start, end } of calls) {
    let back = 1;
    switch (call.fn) {
      case 'row_number':
      case 'rank':
      case 'dense_rank':
        break;
      case 'lag': {
        if (looksAhead(call)) return undefined;
        const by = call.args[1];
        if (by?.kind === 'constant') back = Number(by.value);
        break;
      }
      default: {
        const { unit, exclude } = call.frame;
        if (!NUMBERS_OF_ROWS.has(call.fn) || unit !== 'rows' || exclude !== 'nothing') return undefined;
        if (start.kind !== 'unbounded' || (end.kind !== 'current' && end.kind !== 'preceding')) return undefined;
        const lanes = call.args.map(({ type }) => laneOf(type));
        if (lanes.some((lane) => lane === 'view' || lane === 'any')) return undefined;
        if (end.kind === 'preceding') back = end.offset;
      }
    }
    if (back > MOST_ROWS_BACK) return undefined;
    most = Math.max(most, back);
  }
  return most;
}

interface Needs {
  readonly partitionEnd: boolean;
  readonly peers: boolean;
  readonly peerEnd: boolean;
}

function needsOf(spec: WindowSpec, orderKeys: number): Needs {
  let partitionEnd = false;
  let peers = false;
  let peerEnd = false;
  for (const { call, start, end } of spec.calls) {
    switch (call.fn) {
      case 'row_number':
        continue;
      case 'rank':
      case 'dense_rank':
        peers = true;
        continue;
      case 'percent_rank':
        peers = true;
        partitionEnd = true;
        continue;
      case 'cume_dist':
        peerEnd = true;
        partitionEnd = true;
        continue;
      case 'ntile':
      case 'lag':
      case 'lead':
        if (looksAhead(call)) partitionEnd = true;
        continue;
      default:
    }
    const { unit, exclude } = call.frame;
    if (exclude === 'group' || exclude === 'ties') peerEnd = true;
    for (const bound of [start, end]) {
      if (bound.kind === 'current') {
        if (unit !== 'rows') peerEnd = true;
      } else if (bound.kind !== 'unbounded' && (unit !== 'rows' || bound.kind === 'following')) partitionEnd = true;
      if (unit === 'groups') peers = true;
    }
    if (end.kind === 'unbounded') partitionEnd = true;
  }
  // Without an order the partition's rows are all peers.
  if (orderKeys === 0 && peerEnd) partitionEnd = true;
  return { partitionEnd, peers, peerEnd };
}
