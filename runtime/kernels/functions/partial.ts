import type { Expr } from '../../wasm/ir.ts';
import { op } from '../../wasm/ir.ts';
import { assignable, type Lane, type Val } from '../value.ts';
import type { FunctionCall } from './kernel.ts';
import { unlessNull } from './kernel.ts';

/**
 * The kernel's value for rows for which `served` holds, the host's for others. For NULL rows `serve` runs, whose code
 * must therefore be sound for any values.
 */
export function servedOrHosted(
  { compiler, scope, expression, type, nullable }: FunctionCall,
  served: Expr,
  null_: Expr | undefined,
  lane: Lane,
  serve: () => Val,
): Val {
  const { k } = compiler.kernel;
  const result = assignable(k, type, lane, nullable);
  k.if(
    unlessNull(op('i32.eqz', served), null_),
    () => result.assign(compiler.host(expression, scope.branch())),
    () => result.assign(serve()),
  );
  return result.val;
}
