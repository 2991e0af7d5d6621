import { parseSql } from '../../../grammars/sql/parser.ts';
import { identifier, identifiers } from '../../../grammars/sql/printer/print.ts';
import { printSql } from '../../../grammars/sql/printer/printer.ts';
import type * as sql from '../../../grammars/sql/tree.ts';
import { internalError, OrbitError } from '../../types/error.ts';
import type { BoundBody } from './bound.ts';
import type { QueryContext } from './context.ts';
import { objectName } from './definitions.ts';
import { unsupported, unsupportedAll } from './errors.ts';
import { relocated } from './expression-text.ts';
import { fold } from './names.ts';

export function bindCreateView(tree: sql.CreateView, context: QueryContext): BoundBody {
  if (tree.checkOption !== undefined) throw unsupported('WITH CHECK OPTION', tree.range);
  if (tree.options[0] !== undefined) throw unsupportedAll('options of a view', tree.options[0].range);
  if (tree.orReplace && tree.ifNotExists) {
    throw new OrbitError('syntax_error', 'OR REPLACE and IF NOT EXISTS exclude each other', { range: tree.range });
  }
  const query = tree.recursive ? recursiveQuery(tree) : tree.query;
  const pending = context.statement.bind.query(query, context);
  const plan = pending.finish();
  const parameter = context.statement.parameters.all()[0];
  if (parameter !== undefined) {
    throw new OrbitError('undefined_parameter', 'a view cannot have parameters', { range: tree.query.range });
  }
  const extra = tree.columns[plan.columns.length];
  if (extra !== undefined) {
    throw new OrbitError('syntax_error', 'CREATE VIEW specifies more column names than columns', {
      range: extra.range,
    });
  }
  const seen = new Set<string>();
  const columns = plan.columns.map(({ type }, i) => {
    const given = tree.columns[i];
    const output = pending.outputs[i];
    if (output === undefined) throw internalError('a query with a nameless column');
    const name = given === undefined ? output.name : fold(given);
    if (seen.has(name)) {
      const range = given?.range ?? output.range;
      throw new OrbitError('duplicate_column', `column "${name}" specified more than once`, { range });
    }
    seen.add(name);
    return { name, output: output.name, type };
  });
  const { temporary, orReplace, ifNotExists } = tree;
  const view = objectName(tree.name);
  return { kind: 'createView', view, temporary, orReplace, ifNotExists, text: printSql(query), columns };
}

/** CREATE RECURSIVE VIEW v (a) AS q is a view of WITH RECURSIVE v (a) AS (q) SELECT a FROM v. */
function recursiveQuery(tree: sql.CreateView): sql.Query {
  const own = tree.name.parts.at(-1);
  if (own === undefined || tree.columns.length === 0) {
    throw new OrbitError('syntax_error', 'a recursive view needs the names of its columns', { range: tree.name.range });
  }
  const name = identifier(own);
  const columns = identifiers(tree.columns);
  const text = `WITH RECURSIVE ${name} (${columns}) AS (${printSql(tree.query)}) SELECT ${columns} FROM ${name}`;
  const [statement] = parseSql(text).statements;
  if (statement?.kind !== 'query') throw internalError('a recursive view that is no query');
  return relocated(statement, tree.query.range);
}
