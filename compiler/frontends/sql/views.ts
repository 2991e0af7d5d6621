import { parseSql } from '../../../grammars/sql/parser.ts';
import type * as sql from '../../../grammars/sql/tree.ts';
import type { ViewHandle } from '../../catalog/catalog.ts';
import { columnRef, project } from '../../ir/build.ts';
import { internalError, OrbitError, type SourceRange } from '../../types/error.ts';
import type { Output, PendingQuery, QueryContext } from './context.ts';
import { unsupported } from './errors.ts';
import { relocated } from './expression-text.ts';
import { fold } from './names.ts';

/** Views where queries name them. */

export function viewNamed(name: sql.QualifiedName, context: QueryContext): ViewHandle | undefined {
  if (name.parts.length > 2) throw unsupported('a reference to another database', name.range);
  const part = name.parts.at(-1);
  const schema = name.parts.at(-2);
  return part && context.statement.catalog.view?.(fold(part), schema && fold(schema));
}

/** The rows of a view, by its own names of columns. `range` is where the statement names it: all errors are there. */
export function bindView(view: ViewHandle, range: SourceRange, context: QueryContext): PendingQuery {
  const { statement } = context;
  const query = relocated(queryOf(view), range);
  const catalog = statement.catalog.along?.(view.path) ?? statement.catalog;
  const inside: QueryContext = { statement: { ...statement, catalog }, outer: undefined, commonTables: undefined };
  const pending = within(view, range, () => statement.bind.query(query, inside));
  const plan = pending.finish();
  let next = 0;
  // Tables may have got columns since, which stand between the others where the text says *.
  const chosen = view.columns.map(({ name, output, type }) => {
    const at = pending.outputs.findIndex((candidate, i) => i >= next && candidate.name === output);
    const column = plan.columns[at];
    if (column === undefined) {
      throw new OrbitError('undefined_column', `the view "${view.name}" has lost its column "${name}"`, { range });
    }
    next = at + 1;
    return { name, type, column };
  });
  const whole = chosen.length === plan.columns.length;
  const result = whole
    ? plan
    : project(
        plan,
        chosen.map(({ name, column }) => ({ name, expression: columnRef(column) })),
        statement.ids,
      );
  const outputs = chosen.map(({ name }, i): Output => {
    const column = result.columns[i];
    if (column === undefined) throw internalError(`the view ${view.name} has too few columns`);
    return { name, type: column.type, nullable: column.nullable, range };
  });
  return { outputs, ordered: false, finish: () => result };
}

function within<T>(view: ViewHandle, range: SourceRange, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof OrbitError)) throw error;
    const message = `${error.message} (in the view "${view.name}")`;
    throw new OrbitError(error.code, message, { range, hint: error.hint, place: error.place, cause: error.cause });
  }
}

function queryOf({ name, text }: ViewHandle): sql.Query {
  const [statement] = parseSql(text).statements;
  if (statement?.kind !== 'query') throw internalError(`the text of the view ${name} is no query`);
  return statement;
}
