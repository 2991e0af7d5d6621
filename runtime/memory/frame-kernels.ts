import { defineFunction, type Expr, type FunctionBuilder, i32, i64, type Local, load, op, select } from '../wasm/ir.ts';

/**
 * What the buffer pool does to bytes that it has copied into engine memory. All work in place: the source lies at the end
 * of the destination, and element i of the source is never before the end of element i of the destination, so that
 * going upwards reads everything before it is overwritten.
 */

const LOADS: Readonly<Record<1 | 2 | 4 | 8, string>> = {
  1: 'i64.load8_u',
  2: 'i64.load16_u',
  4: 'i64.load32_u',
  8: 'i64.load',
};
const STORES: Readonly<Record<2 | 4 | 8, string>> = { 2: 'i64.store16', 4: 'i64.store32', 8: 'i64.store' };

/** `count` times: `each` with the addresses and a constant to add to them; four at a time. */
function upwards(
  k: FunctionBuilder,
  count: Local,
  pointers: readonly (readonly [Local, number])[],
  each: (index: number) => void,
): void {
  for (const round of [4, 1]) {
    k.while(
      () => op('i32.ge_u', count, i32(round)),
      () => {
        for (let i = 0; i < round; i++) each(i);
        for (const [pointer, width] of pointers) k.set(pointer, op('i32.add', pointer, i32(round * width)));
        k.set(count, op('i32.sub', count, i32(round)));
      },
    );
  }
}

/** The source of `count` elements of `from` bytes at the end of as many elements of `to` bytes. */
function sourceOf(k: FunctionBuilder, values: Expr, count: Expr, from: number, to: number): Local {
  return k.local('i32', op('i32.add', values, op('i32.mul', count, i32(to - from))));
}

/** `frame_widen(values, count, from, to)`: unsigned integers of `from` bytes become integers of `to` bytes. */
export const frameWiden = defineFunction(
  'frame_widen',
  ['i32', 'i32', 'i32', 'i32'],
  undefined,
  (k, values, count, from, to) => {
    for (const [narrow, wide] of [
      [1, 2],
      [1, 4],
      [1, 8],
      [2, 4],
      [2, 8],
      [4, 8],
    ] as const) {
      k.if(op('i32.and', op('i32.eq', from, i32(narrow)), op('i32.eq', to, i32(wide))), () => {
        const source = sourceOf(k, values, count, narrow, wide);
        const pointers = [
          [values, wide],
          [source, narrow],
        ] as const;
        upwards(k, count, pointers, (i) =>
          k.store(STORES[wide], values, i * wide, load(LOADS[narrow], source, i * narrow)),
        );
        k.return();
      });
    }
    k.trap();
  },
);

/** `frame_widen_128(values, count, from, base)`: unsigned offsets of `from` bytes from a base become 128-bit integers. */
export const frameWiden128 = defineFunction(
  'frame_widen_128',
  ['i32', 'i32', 'i32', 'i64'],
  undefined,
  (k, values, count, from, base) => {
    const value = k.local('i64');
    for (const narrow of [1, 2, 4, 8] as const) {
      k.if(op('i32.eq', from, i32(narrow)), () => {
        const source = sourceOf(k, values, count, narrow, 16);
        const pointers = [
          [values, 16],
          [source, narrow],
        ] as const;
        upwards(k, count, pointers, (i) => {
          k.set(value, op('i64.add', base, load(LOADS[narrow], source, i * narrow)));
          k.store('i64.store', values, i * 16, value);
          k.store('i64.store', values, i * 16 + 8, op('i64.shr_s', value, i64(63)));
        });
        k.return();
      });
    }
    k.trap();
  },
);

/**
 * `frame_views(views, count, heap)`: the u32 offsets into the heap, `count` + 1 of them at the end of the views, become
 * string views:
 *
 * | bytes  | text of up to 12 bytes | longer text              |
 * | ------ | ---------------------- | ------------------------ |
 * | 0 … 3  | length                 | length                   |
 * | 4 … 7  | text, followed by      | the first four bytes     |
 * | 8 … 11 | zeros                  | address of the whole     |
 * | 12 … 15|                        | zero                     |
 */
export const frameViews = defineFunction('frame_views', ['i32', 'i32', 'i32'], undefined, (k, views, count, heap) => {
  const offsets = k.local('i32', op('i32.sub', op('i32.add', views, op('i32.mul', count, i32(12))), i32(4)));
  const text = k.local('i32');
  const length = k.local('i32');
  const bits = k.local('i64');
  const low = k.local('i64');
  const high = k.local('i64');
  const end = k.local('i32', load('i32.load', offsets));
  k.while(
    () => count,
    () => {
      k.set(text, op('i32.add', heap, end));
      k.set(length, end);
      k.set(end, load('i32.load', offsets, 4));
      k.set(length, op('i32.sub', end, length));
      k.if(
        op('i32.le_u', length, i32(12)),
        () => {
          // Reads up to 12 bytes behind the text, which the padding allows, and blanks them out.
          const ones = (count: Expr): Expr => op('i64.sub', op('i64.shl', i64(1), count), i64(1));
          k.set(bits, op('i64.extend_i32_u', op('i32.shl', length, i32(3))));
          const long = op('i32.ge_u', length, i32(8));
          k.set(low, op('i64.and', load('i64.load', text), select(long, i64(-1), ones(bits))));
          k.set(
            high,
            op('i64.and', load('i64.load32_u', text, 8), select(long, ones(op('i64.sub', bits, i64(64))), i64(0))),
          );
        },
        () => {
          const address = op('i64.shl', op('i64.extend_i32_u', text), i64(32));
          k.set(low, op('i64.or', load('i64.load32_u', text), address));
          k.set(high, i64(0));
        },
      );
      k.store('i32.store', views, 0, length);
      k.store('i64.store', views, 4, low);
      k.store('i32.store', views, 12, op('i32.wrap_i64', high));
      k.set(offsets, op('i32.add', offsets, i32(4)));
      k.set(views, op('i32.add', views, i32(16)));
      k.set(count, op('i32.sub', count, i32(1)));
    },
  );
});
