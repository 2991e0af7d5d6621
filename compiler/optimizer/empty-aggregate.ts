import { aggregateFunction } from '../functions/resolve.ts';
import { constant } from '../ir/build.ts';
import type { AggregateCall, Expression } from '../ir/expression.ts';

/** The value of the aggregate over no rows. */
export function emptyValue(call: AggregateCall): Expression {
  const parameters = call.args.map((arg) => arg.type);
  const value = aggregateFunction(call.fn)?.create({ parameters, result: call.type }).result() ?? null;
  return constant(value, call.type);
}
