import type { Expression } from '../../../compiler/ir/expression.ts';
import { ANY_TAG } from '../../columns/any-tag.ts';
import { fieldPath } from '../../columns/field-path.ts';
import { elementBytes } from '../../columns/nested.ts';
import { call, type Expr, f64, i32, i64, load, op, select } from '../../wasm/ir.ts';
import type { KernelScope } from '../context.ts';
import { isPresent, listElement, listElements, objectField, readTagged, varyingStart } from '../library/nested.ts';
import { loadParts } from '../memory.ts';
import { assignable, laneOf, not, or, part, type Val } from '../value.ts';
import { scratch } from './decimals.ts';
import { type FunctionCall, type FunctionKernel, strict, unlessNull } from './kernel.ts';
import { servedOrHosted } from './partial.ts';
import { textOf, viewOf } from './text-buffer.ts';

const listLength = strict(({ compiler: { kernel } }, [v]) => {
  if (v === undefined || v.lane !== 'view') return undefined;
  // The count is the first word of the bytes, and with that the second half of the view's first word.
  const count = op('i32.wrap_i64', op('i64.shr_u', part(v), i64(32)));
  return { lane: 'i32', parts: [kernel.k.keep(count)], range: [0n, 2n ** 31n - 1n] };
});

/** The element at a position counted from 0; NULL outside the list. */
const listGet = strict(({ compiler: { kernel }, type }, [v, index], null_) => {
  if (v === undefined || index?.lane !== 'i64' || v.lane !== 'view') return undefined;
  const { k } = kernel;
  const result = assignable(k, type, laneOf(type), true);
  result.assign({ type, lane: laneOf(type), parts: result.val.parts, null_: i32(1) });
  const count = k.keep(op('i32.wrap_i64', op('i64.shr_u', part(v), i64(32))));
  const inside = op('i64.lt_u', part(index), op('i64.extend_i32_u', count));
  k.if(null_ === undefined ? inside : op('i32.and', inside, not(null_)), () => {
    const { address } = textOf(kernel, v);
    const at = k.keep(op('i32.wrap_i64', part(index)));
    k.if(isPresent(address, at), () => {
      const elements = k.keep(listElements(address, count));
      result.assign(readElement(kernel, type, elements, count, at));
    });
  });
  return { ...result.val, stable: v.stable };
});

function readElement(kernel: KernelScope, type: Val['type'], elements: Expr, count: Expr, at: Expr): Val {
  const { k } = kernel;
  const lane = laneOf(type);
  const size = elementBytes(type);
  if (size === 1) return { type, lane, parts: [k.keep(load('i32.load8_u', op('i32.add', elements, at)))] };
  if (size !== undefined) {
    const address = k.keep(op('i32.add', elements, op('i32.mul', at, i32(size))));
    return { type, lane, parts: loadParts(k, lane, address, 0) };
  }
  const origin = k.keep(op('i32.add', elements, op('i32.shl', count, i32(2))));
  const from = k.keep(varyingStart(elements, origin, at));
  const to = k.keep(varyingStart(elements, origin, k.keep(op('i32.add', at, i32(1)))));
  if (lane === 'any') {
    const out = scratch(kernel, 16);
    k.call(readTagged, from, to, out);
    return { type, lane, parts: loadParts(k, lane, out, 0) };
  }
  return { type, lane, parts: viewOf(kernel, { address: from, length: k.keep(op('i32.sub', to, from)) }) };
}

/** A field by name, or an element by position, of a dynamic value. */
const anyGet: FunctionKernel = (call) => shreddedField(call) ?? encodedPart(call);

/** The field at a known path of a column that has it stored by itself. */
function shreddedField({ compiler, scope, expression }: FunctionCall): Val | undefined {
  const names: string[] = [];
  let source: Expression | undefined = expression;
  while (source?.kind === 'call' && source.fn === 'any_get') {
    const [inner, key]: readonly Expression[] = source.args;
    const name = key === undefined ? undefined : compiler.known(key);
    if (typeof name !== 'string') return undefined;
    names.unshift(name);
    source = inner;
  }
  return source?.kind === 'column' ? scope.field(source.id, fieldPath(names)) : undefined;
}

const encodedPart = strict(({ compiler: { kernel }, type }, [source, key], null_) => {
  if (source === undefined || key === undefined) return undefined;
  const { k } = kernel;
  const { found, out } = findPart(kernel, source, key, null_);
  const tag = k.local('i32', i32(0));
  const payload = k.local('i64', i64(0));
  k.if(found, () => {
    k.set(tag, load('i32.load', out));
    k.set(payload, load('i64.load', out, 8));
  });
  return {
    lane: 'any',
    parts: [tag, payload],
    null_: k.keep(or(null_, not(found)) ?? i32(0)),
    type,
    stable: source.stable,
  };
});

const anyHas = strict(({ compiler: { kernel } }, [source, key], null_) => {
  if (source === undefined || key === undefined) return undefined;
  return { lane: 'i32', parts: [findPart(kernel, source, key, null_).found], range: [0n, 1n] };
});

/** As the row implementation has it: what is empty, zero, NaN or null is not true. */
const anyTruth = strict(({ compiler: { kernel } }, [v]) => {
  if (v === undefined) return undefined;
  const { k } = kernel;
  const [tag, payload] = [part(v), part(v, 1)];
  const float = k.keep(op('f64.reinterpret_i64', payload));
  const isNumber = op('i32.and', op('f64.eq', float, float), op('f64.ne', float, f64(0)));
  const length = op('i64.shr_u', payload, i64(32));
  const filled = op('i64.ne', select(op('i32.eq', tag, i32(ANY_TAG.utf8)), length, payload), i64(0));
  const scalar = select(op('i32.eq', tag, i32(ANY_TAG.float64)), isNumber, filled);
  const nested = op('i32.gt_u', tag, i32(ANY_TAG.utf8));
  // The payload of JSON's null says nothing.
  const result = op('i32.or', nested, op('i32.and', scalar, op('i32.ne', tag, i32(ANY_TAG.null))));
  return { lane: 'i32', parts: [k.keep(result)], range: [0n, 1n] };
});

/** A dynamic list as it lies, which is as the list of its elements would; whoever is no list fails by the host. */
const anyItems: FunctionKernel = (call_) => {
  const [arg] = call_.args;
  if (arg === undefined) return undefined;
  const { kernel } = call_.compiler;
  const { k } = kernel;
  const v = call_.compiler.value(arg, call_.scope);
  const isList = k.keep(op('i32.eq', part(v), i32(ANY_TAG.list)));
  const isNull = k.keep(op('i32.eq', part(v), i32(ANY_TAG.null)));
  return servedOrHosted(call_, op('i32.or', isList, isNull), v.null_, 'view', () => {
    const [low, high] = [k.local('i64', i64(0)), k.local('i64', i64(0))];
    k.if(unlessNull(isList, v.null_), () => {
      const address = k.keep(op('i32.wrap_i64', part(v, 1)));
      const length = k.keep(op('i32.wrap_i64', op('i64.shr_u', part(v, 1), i64(32))));
      const parts = viewOf(kernel, { address, length });
      k.set(low, parts[0]);
      k.set(high, parts[1]);
    });
    return { type: call_.type, lane: 'view', parts: [low, high], null_: or(v.null_, isNull) };
  });
};

function findPart(
  kernel: KernelScope,
  source: Val,
  key: Val,
  null_: Expr | undefined,
): { readonly found: Expr; readonly out: Expr } {
  const { k } = kernel;
  const out = scratch(kernel, 16);
  const found = k.local('i32', i32(0));
  const wanted = key.lane === 'view' ? ANY_TAG.object : ANY_TAG.list;
  const fits = op('i32.eq', part(source), i32(wanted));
  k.if(null_ === undefined ? fits : op('i32.and', fits, not(null_)), () => {
    const address = k.keep(op('i32.wrap_i64', part(source, 1)));
    if (key.lane === 'view') {
      const name = textOf(kernel, key);
      k.set(found, call(objectField, address, name.address, name.length, out));
    } else {
      k.set(found, call(listElement, address, part(key), out));
    }
  });
  return { found, out };
}

export const NESTED_KERNELS: readonly (readonly [string, FunctionKernel])[] = [
  ['list_length', listLength],
  ['list_get', listGet],
  ['any_get', anyGet],
  ['any_has', anyHas],
  ['any_items', anyItems],
  ['any_truth', anyTruth],
];
