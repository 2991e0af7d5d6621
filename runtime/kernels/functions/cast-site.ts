import type { SourceRange } from '../../../compiler/types/error.ts';
import type { Type } from '../../../compiler/types/type.ts';
import { type Expr, op } from '../../wasm/ir.ts';
import type { KernelError, KernelScope } from '../context.ts';
import { or, type Val } from '../value.ts';
import { type Bounds, outside } from './bounds.ts';
import { type FunctionCall, unlessNull } from './kernel.ts';

/** One cast. Values without a counterpart fail, or become NULL. */
export interface CastSite {
  readonly call: FunctionCall;
  readonly kernel: KernelScope;
  readonly from: Type;
  readonly to: Type;
  readonly range: SourceRange | undefined;
  /** NULL so far: the argument's, and what has failed into NULL. */
  readonly null_: () => Expr | undefined;
  readonly fail: (condition: Expr, error: KernelError) => void;
}

export function castSite(call: FunctionCall, arg: Val, onError: 'error' | 'null'): CastSite {
  const { kernel } = call.compiler;
  const { k } = kernel;
  let null_ = arg.null_;
  return {
    call,
    kernel,
    from: arg.type,
    to: call.type,
    range: call.range,
    null_: () => null_,
    fail: (condition, error) => {
      if (onError === 'error') kernel.failIf(unlessNull(condition, null_), error);
      else null_ = k.keep(or(null_, condition) ?? condition);
    },
  };
}

export function failOutside(site: CastSite, v: Val, bounds: Bounds, error: KernelError): void {
  const fails = outside(v, bounds);
  if (fails !== undefined) site.fail(fails, error);
}

/** `a / b` and the remainder towards minus infinity, for a positive constant b. */
export function floorParts({ k }: KernelScope, a: Expr, b: Expr): { readonly quotient: Expr; readonly rest: Expr } {
  const n = k.keep(a);
  const towardsZero = k.keep(op('i64.div_s', n, b));
  const rest = k.keep(op('i64.sub', n, op('i64.mul', towardsZero, b)));
  // All ones for a negative remainder: then the quotient is one too large and the remainder one divisor too small.
  const negative = k.keep(op('i64.shr_s', rest, { kind: 'const', type: 'i64', value: 63n }));
  return {
    quotient: k.keep(op('i64.add', towardsZero, negative)),
    rest: k.keep(op('i64.add', rest, op('i64.and', negative, b))),
  };
}
