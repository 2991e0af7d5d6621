import type { Type } from '../../../compiler/types/type.ts';
import { type Expr, i64, op } from '../../wasm/ir.ts';
import type { KernelError, KernelScope } from '../context.ts';
import { add128, subtract128 } from '../library/int128.ts';
import { asI64, asI128, I32_RANGE, I64_RANGE, part, rangeOf, typeRange, type Val, within } from '../value.ts';
import { addBounds, type Bounds, checkBounds, I128_RANGE, intersect, subtractBounds } from './bounds.ts';
import type { Built } from './decimals.ts';
import { unlessNull } from './kernel.ts';

/**
 * Addition and subtraction of integers and of decimals of one scale, by the narrowest means that the operands' bounds
 * allow: most sums over real columns are proven not to overflow and need no check.
 */
export function addOrSubtract(
  kernel: KernelScope,
  kind: 'add' | 'sub',
  a: Val,
  b: Val,
  type: Type,
  null_: Expr | undefined,
  error: KernelError,
  allowed: Bounds = typeRange(type) ?? I64_RANGE,
): Built {
  const { k } = kernel;
  const exact = kind === 'add' ? addBounds(rangeOf(a), rangeOf(b)) : subtractBounds(rangeOf(a), rangeOf(b));
  const range = intersect(exact, allowed);
  const result32 =
    type.kind !== 'decimal' && type.kind !== 'int64' && type.kind !== 'timestamp' && type.kind !== 'time';
  if (a.lane === 'i32' && b.lane === 'i32' && result32 && within(exact, I32_RANGE)) {
    const sum: Built = { lane: 'i32', parts: [k.keep(op(`i32.${kind}`, part(a), part(b)))], range: exact };
    checkBounds(kernel, { ...sum, type }, allowed, null_, error);
    return { ...sum, range };
  }
  if (a.lane !== 'i128' && b.lane !== 'i128' && within(exact, I64_RANGE)) {
    const wide: Val = { type, lane: 'i64', parts: [k.keep(op(`i64.${kind}`, asI64(a), asI64(b)))], range: exact };
    checkBounds(kernel, wide, allowed, null_, error);
    return result32
      ? { lane: 'i32', parts: [k.keep(op('i32.wrap_i64', part(wide)))], range }
      : { lane: 'i64', parts: wide.parts, range };
  }
  if (type.kind === 'int64' || type.kind === 'timestamp' || type.kind === 'time') {
    const x = k.keep(asI64(a));
    const y = k.keep(asI64(b));
    const sum = k.keep(op(`i64.${kind}`, x, y));
    // The sign of the result is wrong exactly when both operands agree (add) or differ (sub) in sign and the result does not follow.
    const overflow =
      kind === 'add'
        ? op('i64.and', op('i64.xor', x, sum), op('i64.xor', y, sum))
        : op('i64.and', op('i64.xor', x, y), op('i64.xor', x, sum));
    kernel.failIf(unlessNull(op('i64.lt_s', overflow, i64(0)), null_), error);
    const whole: Built = { lane: 'i64', parts: [sum], range: intersect(exact, I64_RANGE) };
    checkBounds(kernel, { ...whole, type }, allowed, null_, error);
    return { ...whole, range };
  }
  const sum = (kind === 'add' ? add128 : subtract128)(k, asI128(k, a), asI128(k, b));
  // A sum that may wrap can have come out anywhere.
  const wide: Built = { lane: 'i128', parts: sum, range: within(exact, I128_RANGE) ? exact : I128_RANGE };
  checkBounds(kernel, { ...wide, type }, allowed, null_, error);
  return { ...wide, range };
}
