import type { BoundExecute, BoundPrepare } from '../compiler/frontends/sql/bound.ts';
import { someExpression } from '../compiler/ir/traverse.ts';
import { canCast, castValue } from '../compiler/types/cast.ts';
import { OrbitError } from '../compiler/types/error.ts';
import { messageTypeName } from '../compiler/types/names.ts';
import type { Value } from '../compiler/types/value.ts';
import { evaluate } from '../runtime/reference/evaluate.ts';
import { valueContext } from '../runtime/scheduler/values-context.ts';
import { type PlannedStatement, planStatement } from './planner.ts';
import type { Execution } from './run.ts';
import { namesOf } from './transactions.ts';

/** PREPARE and EXECUTE: statements that a session knows by name. */

export async function prepareNamed(body: BoundPrepare, execution: Execution): Promise<void> {
  const { session } = execution;
  if (session.prepared.has(body.name)) {
    throw new OrbitError('duplicate_prepared_statement', `prepared statement "${body.name}" already exists`);
  }
  const planned = await planStatement(execution, body.statement, { positional: body.types });
  // The types that the statement gave its parameters stay, whatever becomes of its tables.
  const declared = { positional: planned.bound.parameters.map(({ type }) => type) };
  session.prepared.set(body.name, { declared, planned });
}

/** The statement of an EXECUTE with its arguments. */
export async function named(
  body: BoundExecute,
  execution: Execution,
): Promise<{ readonly planned: PlannedStatement; readonly values: readonly Value[] }> {
  const { session, values } = execution;
  const known = session.prepared.get(body.name);
  if (known === undefined) throw unknownStatement(body.name);
  if (!known.planned.isCurrent(namesOf(execution))) {
    known.planned = await planStatement(execution, known.planned.statement, known.declared);
  }
  const { planned } = known;
  const { parameters } = planned.bound;
  if (body.arguments.length !== parameters.length) {
    throw new OrbitError(
      'syntax_error',
      `prepared statement "${body.name}" takes ${parameters.length} arguments, not ${body.arguments.length}`,
    );
  }
  for (const argument of body.arguments) {
    if (someExpression(argument, (node) => node.kind === 'subquery')) {
      throw new OrbitError('feature_not_supported', 'arguments of EXECUTE cannot have subqueries', {
        range: argument.range,
      });
    }
  }
  const context = valueContext(values, new Map());
  const given = parameters.map(({ type }, i): Value => {
    const argument = body.arguments[i];
    if (argument === undefined) return null;
    if (!canCast(argument.type, type)) {
      throw new OrbitError(
        'datatype_mismatch',
        `parameter $${i + 1} of type ${messageTypeName(argument.type)} cannot be coerced to the expected type ${messageTypeName(type)}`,
        { range: argument.range },
      );
    }
    const value = evaluate(argument, new Map(), context);
    return value === null ? null : castValue(value, argument.type, type);
  });
  return { planned, values: given };
}

export function unknownStatement(name: string): OrbitError {
  return new OrbitError('invalid_sql_statement_name', `prepared statement "${name}" does not exist`);
}
