import { internalError } from '../../../compiler/types/error.ts';
import { ANY, type Type, typeName } from '../../../compiler/types/type.ts';
import { ANY_TAG } from '../../columns/any-tag.ts';
import { elementBytes } from '../../columns/nested.ts';
import {
  call,
  defineFunction,
  defineRecursive,
  type Expr,
  type FunctionBuilder,
  type FunctionDefinition,
  f64,
  i32,
  i64,
  load,
  op,
  select,
} from '../../wasm/ir.ts';
import { isPresent, listElements, taggedPayload, varyingStart } from '../library/nested.ts';
import { bytesCompare, bytesEqual } from '../library/strings.ts';
import { indexed, loadParts } from '../memory.ts';
import { laneOf, type Val } from '../value.ts';
import { compareScalars } from './scalar-order.ts';

/**
 * The order of lists and of dynamic values, which is total, over their encoded form (columns/nested.ts). It is
 * `compareValues` of compiler/types/compare.ts.
 */

const payloadAddress = (payload: Expr): Expr => op('i32.wrap_i64', payload);
const payloadLength = (payload: Expr): Expr => op('i32.wrap_i64', op('i64.shr_u', payload, i64(32)));

/** Sign of `a - b` for unsigned numbers. */
const compareCounts = (a: Expr, b: Expr): Expr => op('i32.sub', op('i32.gt_u', a, b), op('i32.lt_u', a, b));

/** The bytes of an element; `to` is absent where the type says how many there are. */
export interface Place {
  readonly from: Expr;
  readonly to?: Expr | undefined;
}

/** Where the elements of the list at `list` begin, and where each one lies. */
export function listPlaces(
  k: FunctionBuilder,
  element: Type,
  list: Expr,
  count: Expr,
): { readonly at: (index: Expr) => Place } {
  const elements = k.local('i32', listElements(list, count));
  const size = elementBytes(element);
  if (size !== undefined) return { at: (index) => ({ from: k.local('i32', indexed(elements, index, size)) }) };
  const origin = k.local('i32', op('i32.add', elements, op('i32.shl', count, i32(2))));
  return {
    at: (index) => ({
      from: k.local('i32', varyingStart(elements, origin, index)),
      to: k.local('i32', varyingStart(elements, origin, k.keep(op('i32.add', index, i32(1))))),
    }),
  };
}

/** An element of fixed size as a value. */
export function scalarAt(k: FunctionBuilder, type: Type, from: Expr): Val {
  const lane = laneOf(type);
  const parts = elementBytes(type) === 1 ? [k.keep(load('i32.load8_u', from))] : loadParts(k, lane, from, 0);
  return { type, lane, parts };
}

export function placeLength(k: FunctionBuilder, { from, to }: Place): Expr {
  return k.keep(op('i32.sub', to ?? from, from));
}

type ElementOrder = (k: FunctionBuilder, a: Place, b: Place) => Expr;

/** `order(a, b)` of the lists at two addresses: by their elements, NULLs last, then by length. */
function defineListOrder(name: string, element: Type, order: ElementOrder): FunctionDefinition {
  return defineFunction(name, ['i32', 'i32'], 'i32', (k, a, b) => {
    const aCount = k.local('i32', load('i32.load', a));
    const bCount = k.local('i32', load('i32.load', b));
    const [aPlaces, bPlaces] = [listPlaces(k, element, a, aCount), listPlaces(k, element, b, bCount)];
    const index = k.local('i32');
    k.while(
      () => op('i32.and', op('i32.lt_u', index, aCount), op('i32.lt_u', index, bCount)),
      () => {
        const inA = k.local('i32', isPresent(a, index));
        k.if(op('i32.ne', inA, isPresent(b, index)), () => k.return(select(inA, i32(-1), i32(1))));
        k.if(inA, () => {
          const result = k.local('i32', order(k, aPlaces.at(index), bPlaces.at(index)));
          k.if(result, () => k.return(result));
        });
        k.set(index, op('i32.add', index, i32(1)));
      },
    );
    k.return(compareCounts(aCount, bCount));
  });
}

const listOrders = new Map<string, FunctionDefinition>();

/** The function that gives -1, 0 or 1 for the lists of the type at two addresses. */
export function listOrder(element: Type): FunctionDefinition {
  if (element.kind === 'any') return orders.lists;
  const name = `order_list_${typeName(element)}`;
  const known = listOrders.get(name);
  if (known !== undefined) return known;
  const made = defineListOrder(name, element, (k, a, b) => {
    switch (element.kind) {
      case 'utf8':
      case 'binary':
        return call(bytesCompare, a.from, placeLength(k, a), b.from, placeLength(k, b));
      case 'list':
        return call(listOrder(element.element), a.from, b.from);
      default: {
        const [x, y] = [scalarAt(k, element, a.from), scalarAt(k, element, b.from)];
        const [greater, less] = [compareScalars(k, 'gt', x, y), compareScalars(k, 'lt', x, y)];
        return greater === undefined || less === undefined ? i32(0) : op('i32.sub', greater, less);
      }
    }
  });
  listOrders.set(name, made);
  return made;
}

/** An integer and a float by their values, without rounding the integer; NaN comes last. */
const compareMixed = defineFunction('order_mixed', ['i64', 'f64'], 'i32', (k, integer, float) => {
  // 2^63 is exact as a float. NaN is not less than it.
  k.if(op('i32.eqz', op('f64.lt', float, f64(2 ** 63))), () => k.return(i32(-1)));
  k.if(op('f64.lt', float, f64(-(2 ** 63))), () => k.return(i32(1)));
  const whole = k.local('i64', op('i64.trunc_sat_f64_s', float));
  k.if(op('i64.ne', integer, whole), () => k.return(select(op('i64.lt_s', integer, whole), i32(-1), i32(1))));
  const fraction = k.local('f64', op('f64.sub', float, op('f64.trunc', float)));
  k.return(op('i32.sub', op('f64.lt', fraction, f64(0)), op('f64.gt', fraction, f64(0))));
});

/**
 * The entry of the object's field whose name is the next one behind the name given, 0 if there is none; a length of
 * -1 asks for the first. Fields stand in the order of insertion.
 */
const nextField = defineFunction('next_field', ['i32', 'i32', 'i32'], 'i32', (k, object, name, length) => {
  const entry = k.local('i32', op('i32.add', object, i32(4)));
  const origin = k.local('i32', indexed(entry, load('i32.load', object), 8));
  const end = k.local('i32', origin);
  const best = k.local('i32');
  const bestName = k.local('i32');
  const bestLength = k.local('i32');
  const from = k.local('i32', origin);
  const own = k.local('i32');
  k.while(
    () => op('i32.lt_u', entry, end),
    () => {
      k.set(own, op('i32.sub', op('i32.add', origin, load('i32.load', entry)), from));
      const behind = k.local('i32', i32(1));
      k.if(op('i32.ge_s', length, i32(0)), () =>
        k.set(behind, op('i32.gt_s', call(bytesCompare, from, own, name, length), i32(0))),
      );
      k.if(behind, () => {
        const first = k.local('i32', i32(1));
        k.if(best, () => k.set(first, op('i32.lt_s', call(bytesCompare, from, own, bestName, bestLength), i32(0))));
        k.if(first, () => {
          k.set(best, entry);
          k.set(bestName, from);
          k.set(bestLength, own);
        });
      });
      k.set(from, op('i32.add', origin, load('i32.load', entry, 4)));
      k.set(entry, op('i32.add', entry, i32(8)));
    },
  );
  k.return(best);
});

/** Name and value of the field with this entry. */
function fieldPlaces(
  k: FunctionBuilder,
  object: Expr,
  entry: Expr,
): { readonly name: Required<Place>; readonly value: Required<Place> } {
  const first = k.local('i32', op('i32.add', object, i32(4)));
  const origin = k.local('i32', indexed(first, load('i32.load', object), 8));
  const before = select(op('i32.eq', entry, first), i32(0), load('i32.load', op('i32.sub', entry, i32(4))));
  const middle = k.local('i32', op('i32.add', origin, load('i32.load', entry)));
  return {
    name: { from: k.local('i32', op('i32.add', origin, before)), to: middle },
    value: { from: middle, to: k.local('i32', op('i32.add', origin, load('i32.load', entry, 4))) },
  };
}

const orders = defineOrders();

/** -1, 0 or 1 for two dynamic values (tag and payload): by kind, numbers being of one, then by value. */
export const anyOrder: FunctionDefinition = orders.values;

function defineOrders(): { readonly values: FunctionDefinition; readonly lists: FunctionDefinition } {
  let lists: FunctionDefinition | undefined;
  const values = defineRecursive('order_any', ['i32', 'i64', 'i32', 'i64'], 'i32', (k, self, aTag, a, bTag, b) => {
    const tagged = (place: Place): readonly [Expr, Expr] => [
      load('i32.load8_u', place.from),
      call(taggedPayload, place.from, place.to ?? place.from),
    ];
    lists = defineListOrder('order_list_any', ANY, (inner, x, y) => inner.keep(call(self, ...tagged(x), ...tagged(y))));
    const ofLists = lists;
    const ofObjects = defineFunction('order_objects', ['i32', 'i32'], 'i32', (inner, x, y) => {
      const xEntry = inner.local('i32', call(nextField, x, i32(0), i32(-1)));
      const yEntry = inner.local('i32', call(nextField, y, i32(0), i32(-1)));
      inner.while(
        () => op('i32.and', op('i32.ne', xEntry, i32(0)), op('i32.ne', yEntry, i32(0))),
        () => {
          const [xField, yField] = [fieldPlaces(inner, x, xEntry), fieldPlaces(inner, y, yEntry)];
          const [xLength, yLength] = [placeLength(inner, xField.name), placeLength(inner, yField.name)];
          const result = inner.local('i32', call(bytesCompare, xField.name.from, xLength, yField.name.from, yLength));
          inner.if(result, () => inner.return(result));
          inner.set(result, call(self, ...tagged(xField.value), ...tagged(yField.value)));
          inner.if(result, () => inner.return(result));
          inner.set(xEntry, call(nextField, x, xField.name.from, xLength));
          inner.set(yEntry, call(nextField, y, yField.name.from, yLength));
        },
      );
      inner.return(compareCounts(xEntry, yEntry));
    });

    // Both kinds of numbers have the rank of the first.
    const rank = (tag: Expr): Expr => op('i32.sub', tag, op('i32.ge_u', tag, i32(ANY_TAG.float64)));
    const aRank = k.local('i32', rank(aTag));
    const bRank = k.local('i32', rank(bTag));
    k.if(op('i32.ne', aRank, bRank), () => k.return(compareCounts(aRank, bRank)));
    k.if(op('i32.and', op('i32.eq', aTag, bTag), op('i32.le_u', aTag, i32(ANY_TAG.int64))), () =>
      // The payload of JSON's null says nothing.
      k.return(select(aTag, op('i32.sub', op('i64.gt_s', a, b), op('i64.lt_s', a, b)), i32(0))),
    );
    k.if(op('i32.eq', aTag, i32(ANY_TAG.utf8)), () =>
      k.return(call(bytesCompare, payloadAddress(a), payloadLength(a), payloadAddress(b), payloadLength(b))),
    );
    k.if(op('i32.gt_u', aTag, i32(ANY_TAG.utf8)), () => {
      k.if(op('i32.eq', payloadLength(a), payloadLength(b)), () =>
        k.if(call(bytesEqual, payloadAddress(a), payloadAddress(b), payloadLength(a)), () => k.return(i32(0))),
      );
      k.if(op('i32.eq', aTag, i32(ANY_TAG.list)), () => k.return(call(ofLists, payloadAddress(a), payloadAddress(b))));
      k.return(call(ofObjects, payloadAddress(a), payloadAddress(b)));
    });
    const float = (payload: Expr): Expr => op('f64.reinterpret_i64', payload);
    k.if(op('i32.eq', aTag, i32(ANY_TAG.int64)), () => k.return(call(compareMixed, a, float(b))));
    k.if(op('i32.eq', bTag, i32(ANY_TAG.int64)), () =>
      k.return(op('i32.sub', i32(0), call(compareMixed, b, float(a)))),
    );
    const [x, y] = [k.local('f64', float(a)), k.local('f64', float(b))];
    const [xNaN, yNaN] = [op('f64.ne', x, x), op('f64.ne', y, y)];
    k.if(op('i32.or', xNaN, yNaN), () => k.return(op('i32.sub', xNaN, yNaN)));
    k.return(op('i32.sub', op('f64.gt', x, y), op('f64.lt', x, y)));
  });
  if (lists === undefined) throw internalError('the order of lists was not defined');
  return { values, lists };
}
