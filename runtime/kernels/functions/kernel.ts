import type { Expression } from '../../../compiler/ir/expression.ts';
import type { SourceRange } from '../../../compiler/types/error.ts';
import type { Type } from '../../../compiler/types/type.ts';
import type { Value } from '../../../compiler/types/value.ts';
import { type Expr, op } from '../../wasm/ir.ts';
import type { ExpressionCompiler, RowScope } from '../expression.ts';
import { or, type Val } from '../value.ts';

/** What a function's kernel gets. */
export interface FunctionCall {
  readonly compiler: ExpressionCompiler;
  readonly scope: RowScope;
  /** The call itself: the host can evaluate it for some of the rows. */
  readonly expression: Expression;
  readonly args: readonly Expression[];
  readonly type: Type;
  readonly nullable: boolean;
  readonly range?: SourceRange | undefined;
  /** Only for `in`. */
  readonly values?: readonly Value[] | undefined;
}

/** Generates the code of a call, or declines (these types, these arguments) by undefined: the host evaluates it then. */
export type FunctionKernel = (call: FunctionCall) => Val | undefined;

/**
 * A kernel for a strict function: arguments in order, NULL when one is; `build` sees values and decides when it must
 * not fail. What it builds may be NULL for more rows, by a `null_` of its own.
 */
export function strict(
  build: (
    call: FunctionCall,
    args: readonly Val[],
    null_: Expr | undefined,
  ) => (Omit<Val, 'type' | 'null_'> & Pick<Val, 'null_'>) | undefined,
): FunctionKernel {
  return (call) => {
    const { compiler, scope } = call;
    const args = call.args.map((arg) => compiler.value(arg, scope));
    let null_: Expr | undefined;
    for (const arg of args) null_ = or(null_, arg.null_);
    if (null_ !== undefined) null_ = compiler.kernel.k.keep(null_);
    const built = build(call, args, null_);
    return built === undefined ? undefined : { null_, ...built, type: call.type };
  };
}

/** A condition that only counts for rows that are not NULL: nothing may fail on a value that is not there. */
export function unlessNull(condition: Expr, null_: Expr | undefined): Expr {
  return null_ === undefined ? condition : op('i32.and', condition, op('i32.eqz', null_));
}
