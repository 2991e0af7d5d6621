import type { Value } from '../../../compiler/types/value.ts';
import { call, type Expr, i32, i64, load, op } from '../../wasm/ir.ts';
import type { KernelScope } from '../context.ts';
import { bytesEqual, INLINE_BYTES, viewLength } from '../library/strings.ts';
import { part, type Val } from '../value.ts';
import { constantBytes } from './constants.ts';

/** From this many on, a hash table is looked up. */
export const MANY_TEXTS = 16;

/** No text is that long: the first word of an empty entry. */
const EMPTY = -1n;
const ENTRY_BYTES = 16;
const MULTIPLIER = 0x9e3779b97f4a7c15n;

/**
 * Whether a text is one of the constants, by open addressing. An entry is a view in which the text's offset stands for
 * its address. The hash takes the view's first word, and the second of a short text or the last 8 bytes of a long one.
 */
export function textMember(kernel: KernelScope, v: Val, values: readonly Value[]): Expr {
  const { k } = kernel;
  const { bytes, bits } = buildTable(values);
  const table = constantBytes(kernel, bytes);
  const [low, high] = [part(v), part(v, 1)];
  const length = k.keep(viewLength(low));
  const isLong = k.keep(op('i32.gt_u', length, i32(INLINE_BYTES)));
  const last = k.local('i64', high);
  const address = k.keep(op('i32.wrap_i64', high));
  k.if(isLong, () => k.set(last, load('i64.load', op('i32.sub', op('i32.add', address, length), i32(8)))));
  const hash = op('i64.mul', op('i64.xor', low, op('i64.rotl', last, i64(29))), i64(MULTIPLIER));
  const slot = k.local('i32', op('i32.wrap_i64', op('i64.shr_u', hash, i64(64 - bits))));
  const found = k.local('i32', i32(0));
  k.block((done) => {
    k.loop((again) => {
      const entry = k.keep(op('i32.add', table, op('i32.shl', slot, i32(4))));
      const entryLow = k.keep(load('i64.load', entry));
      k.branch(done, op('i64.eq', entryLow, i64(EMPTY)));
      k.if(op('i64.eq', entryLow, low), () => {
        k.if(
          isLong,
          () => {
            const text = op('i32.add', table, load('i32.load', entry, 8));
            k.set(found, call(bytesEqual, address, text, length));
          },
          () => k.set(found, op('i64.eq', load('i64.load', entry, 8), high)),
        );
        k.branch(done, found);
      });
      k.set(slot, op('i32.and', op('i32.add', slot, i32(1)), i32((1 << bits) - 1)));
      k.branch(again);
    });
  });
  return found;
}

function buildTable(values: readonly Value[]): { readonly bytes: Uint8Array; readonly bits: number } {
  const texts = values.map((value) =>
    typeof value === 'string'
      ? new TextEncoder().encode(value)
      : value instanceof Uint8Array
        ? value
        : new Uint8Array(0),
  );
  const bits = Math.ceil(Math.log2(texts.length * 2));
  const slots = 2 ** bits;
  const heap = slots * ENTRY_BYTES;
  const bytes = new Uint8Array(heap + texts.reduce((sum, text) => sum + text.length, 0));
  const view = new DataView(bytes.buffer);
  for (let slot = 0; slot < slots; slot++) view.setBigInt64(slot * ENTRY_BYTES, EMPTY, true);
  let end = heap;
  for (const text of texts) {
    const padded = new DataView(new ArrayBuffer(ENTRY_BYTES));
    padded.setUint32(0, text.length, true);
    const isLong = text.length > INLINE_BYTES;
    for (const [i, byte] of text.subarray(0, isLong ? 4 : INLINE_BYTES).entries()) padded.setUint8(4 + i, byte);
    const low = padded.getBigUint64(0, true);
    const last = isLong
      ? new DataView(text.buffer, text.byteOffset + text.length - 8, 8).getBigUint64(0, true)
      : padded.getBigUint64(8, true);
    const rotated = BigInt.asUintN(64, (last << 29n) | (last >> 35n));
    const hash = BigInt.asUintN(64, (low ^ rotated) * MULTIPLIER);
    let slot = Number(hash >> BigInt(64 - bits));
    while (view.getBigInt64(slot * ENTRY_BYTES, true) !== EMPTY) slot = (slot + 1) & (slots - 1);
    view.setBigUint64(slot * ENTRY_BYTES, low, true);
    if (isLong) {
      view.setUint32(slot * ENTRY_BYTES + 8, end, true);
      bytes.set(text, end);
      end += text.length;
    } else {
      view.setBigUint64(slot * ENTRY_BYTES + 8, last, true);
    }
  }
  return { bytes, bits };
}
