import { ANY_TAG } from '../../columns/any-tag.ts';
import { call, defineFunction, type Expr, i32, i64, load, op, select } from '../../wasm/ir.ts';
import { bytesEqual } from './strings.ts';

/** Reading the encoded lists and objects of columns/nested.ts. */

/** The elements of a list at the address: behind the count and the validity bits. */
export function listElements(list: Expr, count: Expr): Expr {
  const validity = op('i32.shr_u', op('i32.add', count, i32(7)), i32(3));
  return op('i32.add', op('i32.add', list, i32(4)), validity);
}

/** 1 if element `index` of the list is not NULL. */
export function isPresent(list: Expr, index: Expr): Expr {
  const byte = load('i32.load8_u', op('i32.add', list, op('i32.shr_u', index, i32(3))), 4);
  return op('i32.and', op('i32.shr_u', byte, op('i32.and', index, i32(7))), i32(1));
}

/** Where element `index` of varying size begins, for u32 ends at `ends` and bytes at `origin`; `index` counts to the count. */
export function varyingStart(ends: Expr, origin: Expr, index: Expr): Expr {
  const before = load('i32.load', op('i32.add', ends, op('i32.shl', op('i32.sub', index, i32(1)), i32(2))));
  // Reading before the first end meets the list's own bytes, whose value is not used.
  return op('i32.add', origin, select(index, before, i32(0)));
}

/** The payload of the encoded `any` from `from` to `to`; its tag is the first byte. */
export const taggedPayload = defineFunction('tagged_payload', ['i32', 'i32'], 'i64', (k, from, to) => {
  const tag = k.local('i32', load('i32.load8_u', from));
  k.if(op('i32.ge_u', tag, i32(ANY_TAG.utf8)), () => {
    const size = op('i64.extend_i32_u', op('i32.sub', op('i32.sub', to, from), i32(1)));
    const address = op('i64.extend_i32_u', op('i32.add', from, i32(1)));
    k.return(op('i64.or', op('i64.shl', size, i64(32)), address));
  });
  const payload = load('i64.load', from, 1);
  const isBool = op('i64.extend_i32_u', op('i32.eq', tag, i32(ANY_TAG.bool)));
  k.return(select(op('i32.le_u', tag, i32(ANY_TAG.bool)), op('i64.and', payload, isBool), payload));
});

/** Writes the tag and payload of the encoded `any` from `from` to `to`: i32 at `out`, i64 behind. */
export const readTagged = defineFunction('read_tagged', ['i32', 'i32', 'i32'], undefined, (k, from, to, out) => {
  k.store('i32.store', out, 0, load('i32.load8_u', from));
  k.store('i64.store', out, 8, call(taggedPayload, from, to));
});

/** The field of that name in the object at the address: 1 and its value at `out`, or 0. */
export const objectField = defineFunction(
  'object_field',
  ['i32', 'i32', 'i32', 'i32'],
  'i32',
  (k, object, name, length, out) => {
    const ends = k.local('i32', op('i32.add', object, i32(4)));
    const origin = k.local('i32', op('i32.add', ends, op('i32.shl', load('i32.load', object), i32(3))));
    const lastEnd = k.local('i32', origin);
    const from = k.local('i32', origin);
    const middle = k.local('i32');
    const to = k.local('i32');
    k.while(
      () => op('i32.lt_u', ends, lastEnd),
      () => {
        k.set(middle, op('i32.add', origin, load('i32.load', ends)));
        k.set(to, op('i32.add', origin, load('i32.load', ends, 4)));
        k.if(op('i32.eq', op('i32.sub', middle, from), length), () => {
          k.if(call(bytesEqual, from, name, length), () => {
            k.call(readTagged, middle, to, out);
            k.return(i32(1));
          });
        });
        k.set(from, to);
        k.set(ends, op('i32.add', ends, i32(8)));
      },
    );
    k.return(i32(0));
  },
);

/** Element `index` of the list of dynamic values at the address: 1 and its value at `out`, or 0. */
export const listElement = defineFunction('list_element', ['i32', 'i64', 'i32'], 'i32', (k, list, index, out) => {
  const count = k.local('i32', load('i32.load', list));
  k.if(op('i64.ge_u', index, op('i64.extend_i32_u', count)), () => k.return(i32(0)));
  const at = k.local('i32', op('i32.wrap_i64', index));
  k.if(op('i32.eqz', isPresent(list, at)), () => k.return(i32(0)));
  const ends = k.local('i32', listElements(list, count));
  const origin = k.local('i32', op('i32.add', ends, op('i32.shl', count, i32(2))));
  const from = k.local('i32', varyingStart(ends, origin, at));
  k.call(readTagged, from, varyingStart(ends, origin, op('i32.add', at, i32(1))), out);
  k.return(i32(1));
});
