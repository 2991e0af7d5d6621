import { scalarFunction } from '../../functions/resolve.ts';
import { constant } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { castValue } from '../../types/cast.ts';
import { at } from './errors.ts';

/**
 * The expression with its constant parts computed, for clauses that need a constant to bind at all. Everything else
 * waits for the optimizer, which knows better which errors may be raised early.
 */
export function evaluate(expression: Expression): Expression {
  switch (expression.kind) {
    case 'cast': {
      const arg = evaluate(expression.arg);
      if (arg.kind !== 'constant') return expression;
      const value = at(expression.range, () => castValue(arg.value, arg.type, expression.type, expression.onError));
      return constant(value, expression.type, expression.range);
    }
    case 'call': {
      const fn = scalarFunction(expression.fn);
      const args = expression.args.map(evaluate);
      const values = args.flatMap((arg) => (arg.kind === 'constant' ? [arg.value] : []));
      if (fn === undefined || fn.volatility !== 'immutable' || values.length < args.length) return expression;
      if (fn.nulls === 'strict' && values.includes(null)) return constant(null, expression.type, expression.range);
      const signature = { parameters: args.map((arg) => arg.type), result: expression.type };
      return constant(
        at(expression.range, () => fn.row(values, signature)),
        expression.type,
        expression.range,
      );
    }
    default:
      return expression;
  }
}
