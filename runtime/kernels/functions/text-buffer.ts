import { arenaAlloc, inlineArenaAlloc } from '../../memory/arenas.ts';
import { libraryImport } from '../../memory/library.ts';
import { call, type Expr, i32, op } from '../../wasm/ir.ts';
import { contextField, type KernelScope, STATUS } from '../context.ts';
import { LIBRARY } from '../library/index.ts';
import { INLINE_BYTES, viewLength } from '../library/strings.ts';
import { part, type Val } from '../value.ts';
import { scratch } from './decimals.ts';

/** A text in memory: its bytes, which can be read (not written) for 16 more bytes. */
export interface Text {
  readonly address: Expr;
  readonly length: Expr;
}

/** Room for an inline text, and for what is read behind it. */
const INLINE_SCRATCH = 32;

/** The bytes of a view. Those of a short one are put into the context, where they stay until the same code runs again. */
export function textOf(kernel: KernelScope, v: Val): Text {
  const { k } = kernel;
  const address = k.keep(call(LIBRARY.viewText, part(v), part(v, 1), scratch(kernel, INLINE_SCRATCH)));
  return { address, length: k.keep(viewLength(part(v))) };
}

/** The view of bytes that exist, or of bytes in the context if they are few. */
export function viewOf({ k }: KernelScope, { address, length }: Text): readonly [Expr, Expr] {
  return [k.keep(call(LIBRARY.viewLow, address, length)), k.keep(call(LIBRARY.viewHigh, address, length))];
}

/** Bytes of the worker's arena; the kernel gives up if there is no memory. */
export function allocate({ k, ctx, leave }: KernelScope, bytes: Expr): Expr {
  const rounded = k.keep(op('i32.and', op('i32.add', bytes, i32(7)), i32(-8)));
  const address = inlineArenaAlloc(k, libraryImport(arenaAlloc), contextField(ctx, 'arena'), rounded);
  k.if(op('i32.eqz', address), () => leave(STATUS.MEMORY));
  return address;
}

/**
 * Where a new text of `length` bytes is written, and up to 7 bytes behind it: in the context if its view will hold it,
 * in the arena otherwise. `length` must not be that of a NULL row.
 */
export function textBuffer(kernel: KernelScope, length: Expr): Expr {
  const { k } = kernel;
  const size = k.keep(length);
  const address = k.local('i32', scratch(kernel, INLINE_SCRATCH));
  k.if(op('i32.gt_u', size, i32(INLINE_BYTES)), () => k.set(address, allocate(kernel, op('i32.add', size, i32(7)))));
  return address;
}
