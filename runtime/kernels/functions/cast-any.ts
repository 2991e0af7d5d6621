import type { Type } from '../../../compiler/types/type.ts';
import { ANY_TAG } from '../../columns/any-tag.ts';
import { type Expr, i32, i64, op } from '../../wasm/ir.ts';
import type { KernelScope } from '../context.ts';
import { asI64, laneOf, or, part, type Val } from '../value.ts';
import { knownScalar } from './any.ts';
import type { CastSite } from './cast-site.ts';
import type { Built } from './decimals.ts';
import { asF64 } from './floats.ts';
import { unlessNull } from './kernel.ts';
import { servedOrHosted } from './partial.ts';
import { allocate, viewOf } from './text-buffer.ts';

/** The tag of the dynamic values that are held as values of the type are. */
function tagOf(type: Type): number | undefined {
  switch (type.kind) {
    case 'bool':
      return ANY_TAG.bool;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return ANY_TAG.int64;
    case 'float32':
    case 'float64':
      return ANY_TAG.float64;
    case 'utf8':
      return ANY_TAG.utf8;
    default:
      return undefined;
  }
}

export function castToAny({ kernel, from, null_ }: CastSite, v: Val): Built | undefined {
  const tag = tagOf(from);
  if (tag === undefined) return undefined;
  const { k } = kernel;
  switch (tag) {
    case ANY_TAG.float64:
      return { lane: 'any', parts: [i32(tag), k.keep(op('i64.reinterpret_f64', asF64(v)))] };
    case ANY_TAG.utf8:
      return { lane: 'any', parts: [i32(tag), textPayload(kernel, v, null_())] };
    default:
      return { lane: 'any', parts: [i32(tag), k.keep(asI64(v))] };
  }
}

/** The text's address and length. A short text, which is in its view only, is put into the arena. */
function textPayload(kernel: KernelScope, v: Val, null_: Expr | undefined): Expr {
  const { k } = kernel;
  const [low, high] = [part(v), part(v, 1)];
  const length = k.keep(op('i32.wrap_i64', low));
  const address = k.local('i32', op('i32.wrap_i64', high));
  k.if(unlessNull(op('i32.le_u', length, i32(12)), null_), () => {
    const copy = allocate(kernel, i32(16));
    k.store('i32.store', copy, 0, op('i32.wrap_i64', op('i64.shr_u', low, i64(32))));
    k.store('i64.store', copy, 4, high);
    k.set(address, copy);
  });
  return k.keep(op('i64.or', op('i64.shl', low, i64(32)), op('i64.extend_i32_u', address)));
}

/** Values whose dynamic type is held as the target is; JSON's null becomes NULL. */
export function castFromAny(site: CastSite, v: Val): Val | undefined {
  const { call, kernel, to } = site;
  const { k } = kernel;
  const known = knownScalar(v);
  if (known !== undefined && to.kind === known.type.kind && part(v).kind === 'const') return { ...known, type: to };
  if (to.kind !== 'bool' && to.kind !== 'int64' && to.kind !== 'float64' && to.kind !== 'utf8') return undefined;
  const tag = part(v);
  const payload = part(v, 1);
  const isJsonNull = k.keep(op('i32.eq', tag, i32(ANY_TAG.null)));
  const wanted = op('i32.eq', tag, i32(tagOf(to) ?? ANY_TAG.null));
  const served = k.keep(op('i32.or', isJsonNull, wanted));
  const null_ = k.keep(or(v.null_, isJsonNull) ?? isJsonNull);
  const value = (parts: readonly Expr[]): Val => ({ type: to, lane: laneOf(to), parts, null_ });
  return servedOrHosted({ ...call, nullable: true }, served, v.null_, laneOf(to), () => {
    switch (to.kind) {
      case 'bool':
        return value([k.keep(op('i32.wrap_i64', payload))]);
      case 'float64':
        return value([k.keep(op('f64.reinterpret_i64', payload))]);
      case 'utf8': {
        // A NULL row's payload is no address.
        const low = k.local('i64', i64(0));
        const high = k.local('i64', i64(0));
        k.if(op('i32.eqz', null_), () => {
          const length = k.keep(op('i32.wrap_i64', op('i64.shr_u', payload, i64(32))));
          const view = viewOf(kernel, { address: k.keep(op('i32.wrap_i64', payload)), length });
          k.set(low, view[0]);
          k.set(high, view[1]);
        });
        return value([low, high]);
      }
      default:
        return value([payload]);
    }
  });
}
