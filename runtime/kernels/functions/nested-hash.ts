import { type Type, typeName } from '../../../compiler/types/type.ts';
import { ANY_TAG } from '../../columns/any-tag.ts';
import {
  call,
  defineFunction,
  defineRecursive,
  type Expr,
  type FunctionBuilder,
  type FunctionDefinition,
  i32,
  i64,
  load,
  op,
} from '../../wasm/ir.ts';
import { anyNumber, isAnyNumber } from '../library/any.ts';
import { canonicalFloat, hashMore, hashWord } from '../library/hash.ts';
import { LIBRARY } from '../library/index.ts';
import { isPresent, taggedPayload } from '../library/nested.ts';
import { indexed } from '../memory.ts';
import { asI64, part } from '../value.ts';
import { asF64 } from './floats.ts';
import { intervalLength } from './intervals.ts';
import { listPlaces, type Place, placeLength, scalarAt } from './nested-order.ts';

/** Words to hash of lists and dynamic values: what `nested-order.ts` holds equal has equal words. */

function bytesWord(k: FunctionBuilder, address: Expr, length: Expr): Expr {
  const low = k.keep(call(LIBRARY.viewLow, address, length));
  return call(LIBRARY.viewHash, low, call(LIBRARY.viewHigh, address, length));
}

/** Goes on with a hash whose high bits, the good ones, must reach the low ones too. */
const mix = (hash: Expr, word: Expr): Expr => op('i64.xor', hashMore(hash, word), op('i64.shr_u', hash, i64(32)));

const NULL_ELEMENT = i64(0x27d4eb2f165667c5n);

function defineListHash(
  name: string,
  element: Type,
  word: (k: FunctionBuilder, place: Place) => Expr,
): FunctionDefinition {
  return defineFunction(name, ['i32'], 'i64', (k, list) => {
    const count = k.local('i32', load('i32.load', list));
    const places = listPlaces(k, element, list, count);
    const hash = k.local('i64', hashWord(op('i64.extend_i32_u', count)));
    const index = k.local('i32');
    k.while(
      () => op('i32.lt_u', index, count),
      () => {
        const own = k.local('i64', NULL_ELEMENT);
        k.if(isPresent(list, index), () => k.set(own, word(k, places.at(index))));
        k.set(hash, mix(hash, own));
        k.set(index, op('i32.add', index, i32(1)));
      },
    );
    k.return(hash);
  });
}

const listHashes = new Map<string, FunctionDefinition>();

/** The function that gives the word of the list at an address. */
export function listHash(element: Type): FunctionDefinition {
  const name = `hash_list_${typeName(element)}`;
  const known = listHashes.get(name);
  if (known !== undefined) return known;
  const made = defineListHash(name, element, (k, place) => elementWord(k, element, place));
  listHashes.set(name, made);
  return made;
}

function elementWord(k: FunctionBuilder, type: Type, place: Place): Expr {
  switch (type.kind) {
    case 'utf8':
    case 'binary':
      return bytesWord(k, place.from, placeLength(k, place));
    case 'list':
      return call(listHash(type.element), place.from);
    case 'any':
      return call(anyHash, load('i32.load8_u', place.from), call(taggedPayload, place.from, place.to ?? place.from));
    default: {
      const v = scalarAt(k, type, place.from);
      switch (v.lane) {
        case 'f32':
        case 'f64':
          return canonicalFloat(k.keep(asF64(v)));
        case 'interval': {
          const [low, high] = intervalLength(k, v);
          return mix(low, high);
        }
        case 'i128':
          return mix(part(v), part(v, 1));
        default:
          return asI64(v);
      }
    }
  }
}

/** The word of a dynamic value. Numbers count by value, an object's fields in any order. */
export const anyHash: FunctionDefinition = defineRecursive(
  'hash_any',
  ['i32', 'i64'],
  'i64',
  (k, self, tag, payload) => {
    const ofTagged = (from: Expr, to: Expr): Expr =>
      call(self, load('i32.load8_u', from), call(taggedPayload, from, to));
    k.if(op('i32.le_u', tag, i32(ANY_TAG.bool)), () =>
      // The payload of JSON's null says nothing.
      k.return(op('i64.and', payload, op('i64.extend_i32_u', tag))),
    );
    k.if(isAnyNumber(tag), () => {
      const number = k.local('f64', anyNumber(tag, payload));
      k.return(canonicalFloat(number));
    });
    const address = k.local('i32', op('i32.wrap_i64', payload));
    const length = k.local('i32', op('i32.wrap_i64', op('i64.shr_u', payload, i64(32))));
    k.if(op('i32.eq', tag, i32(ANY_TAG.utf8)), () => k.return(bytesWord(k, address, length)));
    const lists = defineListHash('hash_list_of_any', { kind: 'any' }, (inner, { from, to }) =>
      inner.keep(ofTagged(from, to ?? from)),
    );
    k.if(op('i32.eq', tag, i32(ANY_TAG.list)), () => k.return(call(lists, address)));
    const count = k.local('i32', load('i32.load', address));
    const entry = k.local('i32', op('i32.add', address, i32(4)));
    const origin = k.local('i32', indexed(entry, count, 8));
    const end = k.local('i32', origin);
    const from = k.local('i32', origin);
    const sum = k.local('i64', op('i64.extend_i32_u', count));
    k.while(
      () => op('i32.lt_u', entry, end),
      () => {
        const middle = k.local('i32', op('i32.add', origin, load('i32.load', entry)));
        const to = k.local('i32', op('i32.add', origin, load('i32.load', entry, 4)));
        const name = k.local('i64', bytesWord(k, from, k.local('i32', op('i32.sub', middle, from))));
        const field = k.local('i64', mix(name, ofTagged(middle, to)));
        k.set(sum, op('i64.add', sum, op('i64.xor', field, op('i64.shr_u', field, i64(29)))));
        k.set(from, to);
        k.set(entry, op('i32.add', entry, i32(8)));
      },
    );
    k.return(hashWord(sum));
  },
);
