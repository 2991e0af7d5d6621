import { bindSql } from '../compiler/frontends/sql/bind.ts';
import type { BoundParameter, DeclaredParameters } from '../compiler/frontends/sql/parameters.ts';
import { OrbitError } from '../compiler/types/error.ts';
import { type Type, typeName } from '../compiler/types/type.ts';
import type { ParameterTypes, PreparedStatement } from './database.ts';
import { executeStatement } from './execute.ts';
import { explainStatement } from './explain.ts';
import { bindValues } from './parameters.ts';
import { type PlannedStatement, planOf } from './planner.ts';
import type { SessionRunner } from './session.ts';
import { parseOnly } from './statements.ts';
import { streamed } from './stream.ts';

/** A statement that is parsed, bound and planned once, and again when what it was planned for is no longer so. */
export async function prepareStatement(
  runner: SessionRunner,
  text: string,
  types: ParameterTypes | undefined,
): Promise<PreparedStatement> {
  runner.checkOpen();
  let planned = await runner.plan(text, namedTypes(types));
  const { parameters } = planned.bound;
  const declared = fixedTypes(parameters);
  const { columns } = planned;
  if (planOf(planned.bound) === undefined) {
    throw new OrbitError('feature_not_supported', 'only queries and changes can be prepared');
  }
  let closed = false;

  const current = async (): Promise<PlannedStatement> => {
    const next = await runner.plan(text, declared);
    const same =
      columns.length === next.columns.length &&
      columns.every(({ name, type }, i) => name === next.columns[i]?.name && type === next.columns[i].type);
    if (!same) {
      throw new OrbitError('feature_not_supported', "the prepared statement's result has other columns by now", {
        hint: 'Prepare the statement again.',
      });
    }
    planned = next;
    return next;
  };
  const check = (): void => {
    runner.checkOpen();
    if (closed) throw new OrbitError('invalid_sql_statement_name', 'the prepared statement is closed');
  };

  return {
    query: async (values, options = {}) => {
      check();
      const statement = runner.isCurrent(planned) ? planned : await current();
      return runner.collect(statement, runner.execution(bindValues(runner.zone(), parameters, values), options));
    },
    stream: (values, options = {}) =>
      streamed(
        async (deliver, signal) => {
          check();
          const statement = runner.isCurrent(planned) ? planned : await current();
          const run = runner.execution(bindValues(runner.zone(), parameters, values), { ...options, signal });
          return executeStatement(statement, run, deliver);
        },
        options.signal,
        runner.zone,
      ),
    explain: async (options = {}) => {
      check();
      const statement = runner.isCurrent(planned) ? planned : await current();
      return explainStatement(
        statement,
        runner.execution(bindValues(runner.zone(), parameters, options.parameters), options),
        options,
      );
    },
    describe: () => ({
      parameters: parameters.map(({ name, type }) => ({ name, type: typeName(type) })),
      columns,
    }),
    close: async () => {
      closed = true;
    },
  };
}

/** The types as the first planning has settled them. */
function fixedTypes(parameters: readonly BoundParameter[]): DeclaredParameters {
  if (parameters.length === 0) return {};
  const named = new Map(parameters.flatMap(({ name, type }) => (name === undefined ? [] : [[name, type] as const])));
  return named.size > 0 ? { named } : { positional: parameters.map(({ type }) => type) };
}

function namedTypes(types: ParameterTypes | undefined): DeclaredParameters {
  if (types === undefined) return {};
  if (isList(types)) return { positional: types.map((name) => (name === undefined ? undefined : typeNamed(name))) };
  const named = Object.entries(types).map(
    ([key, name]) => [key, name === undefined ? undefined : typeNamed(name)] as const,
  );
  return { named: new Map(named) };
}

function isList(types: ParameterTypes): types is readonly (string | undefined)[] {
  return Array.isArray(types);
}

/** The type of a name as SQL spells it: `integer`, `decimal(15, 2)`, `text`. */
export function typeNamed(name: string): Type {
  const statement = parseOnly(`PREPARE p (${name}) AS SELECT 1`);
  const none = { table: () => undefined, file: () => undefined, tableNames: () => [] };
  const bound = bindSql(statement, { catalog: none });
  const [type, more] = bound.kind === 'prepare' ? bound.types : [];
  if (type === undefined || more !== undefined)
    throw new OrbitError('syntax_error', `"${name}" is not the name of one type`);
  return type;
}
