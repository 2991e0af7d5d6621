import type { SourceRange } from '../../../compiler/types/error.ts';
import { type Expr, f64, op } from '../../wasm/ir.ts';
import type { KernelScope } from '../context.ts';
import { part, type Val } from '../value.ts';
import { divisionByZero } from './bounds.ts';
import { type FunctionCall, unlessNull } from './kernel.ts';

/** Either float lane as an f64, which holds both exactly. */
export const asF64 = (v: Val): Expr => (v.lane === 'f32' ? op('f64.promote_f32', part(v)) : part(v));

export function isFloatLane(v: Val): boolean {
  return v.lane === 'f32' || v.lane === 'f64';
}

export function isInfiniteFloat(e: Expr): Expr {
  return op('f64.eq', op('f64.abs', e), f64(Number.POSITIVE_INFINITY));
}

/** Neither infinite nor NaN. */
export function isFiniteFloat(e: Expr): Expr {
  return op('f64.lt', op('f64.abs', e), f64(Number.POSITIVE_INFINITY));
}

export const isZero = (e: Expr): Expr => op('f64.eq', e, f64(0));

type Failure = 'overflow' | 'underflow';

export function failFloat(
  kernel: KernelScope,
  condition: Expr,
  failure: Failure,
  null_: Expr | undefined,
  range: SourceRange | undefined,
): void {
  kernel.failIf(unlessNull(condition, null_), {
    code: 'numeric_value_out_of_range',
    message: `value out of range: ${failure}`,
    range,
  });
}

/**
 * A sum, difference, product or quotient. An infinity out of finite operands is an overflow, and a zero out of
 * operands that are not zero an underflow; sums are exact where they are that small.
 */
export function floatArithmetic(
  { compiler: { kernel }, type, range }: FunctionCall,
  kind: 'add' | 'sub' | 'mul' | 'div',
  left: Val,
  right: Val,
  null_: Expr | undefined,
): Omit<Val, 'type' | 'null_'> {
  const { k } = kernel;
  const a = k.keep(asF64(left));
  const b = k.keep(asF64(right));
  if (kind === 'div') {
    const isNumber = op('f64.eq', a, a);
    kernel.failIf(unlessNull(op('i32.and', isZero(b), isNumber), null_), divisionByZero(range));
  }
  const exact = k.keep(op(`f64.${kind}`, a, b));
  // Results of singles fit doubles, so that only the step to the single can lose them.
  const result = type.kind === 'float32' ? k.keep(op('f32.demote_f64', exact)) : exact;
  const seen = result.type === 'f32' ? k.keep(op('f64.promote_f32', result)) : result;
  k.if(isInfiniteFloat(seen), () =>
    failFloat(kernel, op('i32.and', isFiniteFloat(a), isFiniteFloat(b)), 'overflow', null_, range),
  );
  if (kind === 'mul' || kind === 'div') {
    k.if(isZero(seen), () => {
      const other = kind === 'mul' ? op('i32.eqz', isZero(b)) : isFiniteFloat(b);
      failFloat(kernel, op('i32.and', op('i32.eqz', isZero(a)), other), 'underflow', null_, range);
    });
  } else if (type.kind === 'float32') {
    failFloat(kernel, op('i32.and', isZero(seen), op('i32.eqz', isZero(exact))), 'underflow', null_, range);
  }
  return { lane: result.type === 'f32' ? 'f32' : 'f64', parts: [result] };
}
