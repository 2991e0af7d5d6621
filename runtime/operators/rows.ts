import { internalError } from '../../compiler/types/error.ts';
import { ANY_TAG } from '../columns/any-tag.ts';
import { CONTEXT, STATUS } from '../kernels/context.ts';
import { INLINE_BYTES, viewLength } from '../kernels/library/strings.ts';
import { type Field, storeField } from '../kernels/memory.ts';
import { part, type Val } from '../kernels/value.ts';
import { arenaAlloc } from '../memory/arenas.ts';
import { libraryImport } from '../memory/library.ts';
import { call, type Expr, i32, i64, type Local, load, op } from '../wasm/ir.ts';
import type { PipelineEmitter } from './emitter.ts';

/**
 * Rows of fixed size in blocks: the kernel bumps a pointer and stops with FULL at a block's end, when the driver puts
 * a new block into the context. `next` and `end` are context offsets of the two u32 addresses.
 */
export interface RowBlocks {
  readonly next: number;
  readonly end: number;
}

export function reserveRowBlocks(e: Pick<PipelineEmitter, 'layout'>): RowBlocks {
  return { next: e.layout.reserve(4), end: e.layout.reserve(4) };
}

/** Stops with FULL when the current block has no room for one more row. */
export function requireRow(e: PipelineEmitter, blocks: RowBlocks): void {
  const { k, ctx } = e;
  k.if(op('i32.eq', load('i32.load', ctx, blocks.next), load('i32.load', ctx, blocks.end)), () =>
    e.suspend(STATUS.FULL),
  );
}

/** The address of a new row; there must be room. */
export function takeRow(e: PipelineEmitter, blocks: RowBlocks, size: number): Local {
  const { k, ctx } = e;
  const row = k.local('i32', load('i32.load', ctx, blocks.next));
  k.store('i32.store', ctx, blocks.next, op('i32.add', row, i32(size)));
  return row;
}

/**
 * `v` such that a row may keep it: a long text whose page may go away is copied into the worker's arena first. Must
 * not be followed by a suspension: the copy would be made again.
 */
export function persistent(e: PipelineEmitter, v: Val): Val {
  const { k } = e;
  if (v.stable === true) return v;
  if (v.lane === 'view') {
    const high = k.local('i64', part(v, 1));
    const long = op('i32.gt_u', viewLength(part(v)), i32(INLINE_BYTES));
    k.if(v.null_ === undefined ? long : op('i32.and', long, op('i32.eqz', v.null_)), () => {
      k.set(high, op('i64.extend_i32_u', copyBytes(e, op('i32.wrap_i64', part(v, 1)), viewLength(part(v)))));
    });
    return { ...v, parts: [part(v), high], stable: true };
  }
  if (v.lane === 'any') {
    const payload = k.local('i64', part(v, 1));
    const heap = op('i32.ge_u', part(v), i32(ANY_TAG.utf8));
    k.if(v.null_ === undefined ? heap : op('i32.and', heap, op('i32.eqz', v.null_)), () => {
      const length = k.local('i32', op('i32.wrap_i64', op('i64.shr_u', payload, i64(32))));
      const copy = copyBytes(e, op('i32.wrap_i64', payload), length);
      k.set(
        payload,
        op('i64.or', op('i64.extend_i32_u', copy), op('i64.shl', op('i64.extend_i32_u', length), i64(32))),
      );
    });
    return { ...v, parts: [part(v), payload], stable: true };
  }
  return v;
}

/** A value of a row; `passing`: the row goes before the query ends, and so do the texts that it points to. */
export function held(v: Val, passing: boolean): Val {
  return passing ? { ...v, stable: false } : v;
}

const ARENA_ALLOC = libraryImport(arenaAlloc);

function copyBytes(e: PipelineEmitter, text: Expr, length: Expr): Expr {
  const { k, ctx } = e;
  const copy = k.local('i32', call(ARENA_ALLOC, load('i32.load', ctx, CONTEXT.arena), length));
  k.if(op('i32.eqz', copy), () => e.fail(STATUS.MEMORY));
  k.copy(copy, text, length);
  return copy;
}

export function storeRow(e: PipelineEmitter, row: Expr, fields: readonly Field[], values: readonly Val[]): void {
  values.forEach((v, i) => {
    const field = fields[i];
    if (field === undefined) throw internalError('a row has fewer fields than values');
    storeField(e.k, row, field, v);
  });
}
