import { isNumeric } from '../../../compiler/types/type.ts';
import { i32, op } from '../../wasm/ir.ts';
import { nullVal, part, type Val } from '../value.ts';
import { castFromAny, castToAny } from './cast-any.ts';
import { castNumber } from './cast-numbers.ts';
import { type CastSite, castSite } from './cast-site.ts';
import { castTime } from './cast-times.ts';
import type { Built } from './decimals.ts';
import type { FunctionKernel } from './kernel.ts';

/** Text is read and written by the host; it also casts lists. */
function convert(site: CastSite, v: Val): Built | Val | undefined {
  const { from, to, kernel } = site;
  if (isNumeric(from) && isNumeric(to)) return castNumber(site, v);
  if (to.kind === 'any') return castToAny(site, v);
  if (from.kind === 'any') return castFromAny(site, v);
  if (from.kind === 'bool' && to.kind === 'int32') return { lane: 'i32', parts: v.parts, range: [0n, 1n] };
  if (from.kind === 'int32' && to.kind === 'bool') {
    return { lane: 'i32', parts: [kernel.k.keep(op('i32.ne', part(v), i32(0)))] };
  }
  return castTime(site, v);
}

function cast(onError: 'error' | 'null'): FunctionKernel {
  return (call) => {
    const { compiler, scope, args, type } = call;
    const [arg] = args;
    if (arg === undefined) return undefined;
    // A bare NULL has no type to convert from.
    if (arg.type.kind === 'null') return nullVal(type);
    const v = compiler.value(arg, scope);
    const site = castSite(call, v, onError);
    const result = convert(site, v);
    if (result === undefined || 'type' in result) return result;
    return { ...result, type, null_: site.null_() };
  };
}

export const CAST_KERNELS: readonly (readonly [string, FunctionKernel])[] = [
  ['cast_error', cast('error')],
  ['cast_null', cast('null')],
];
