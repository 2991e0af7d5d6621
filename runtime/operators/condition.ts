import type { Expr, FunctionBuilder } from '../wasm/ir.ts';

/**
 * What happens to the rows for which a condition holds. Sinks learn the layout of their rows from the code generated
 * for them, so that code is generated even where the condition is known never to hold.
 */
export function whenTrue(k: FunctionBuilder, condition: Expr, build: () => void): void {
  k.if(condition.kind === 'const' ? k.local('i32', condition) : condition, build);
}
