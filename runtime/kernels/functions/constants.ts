import { BINARY } from '../../../compiler/types/type.ts';
import { type Expr, load } from '../../wasm/ir.ts';
import type { KernelScope } from '../context.ts';
import { INLINE_BYTES } from '../library/strings.ts';

/** The address of bytes that are the same for all rows: they are put into engine memory with the context's constants. */
export function constantBytes({ k, ctx, layout }: KernelScope, bytes: Uint8Array): Expr {
  // As a binary value that is too long for its view, so that the view holds the address.
  const value = new Uint8Array(Math.max(bytes.length, INLINE_BYTES + 1));
  value.set(bytes);
  const offset = layout.reserve(16);
  layout.constants.push({ offset, type: BINARY, value });
  const address = k.local('i32');
  k.prologue(() => k.set(address, load('i32.load', ctx, offset + 8)));
  return address;
}
