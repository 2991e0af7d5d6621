import type * as sql from '../../../grammars/sql/tree.ts';
import { internalError, OrbitError, unreachable } from '../../types/error.ts';
import type { BoundBody, BoundQuery, ResultColumn } from './bound.ts';
import { bindDelete, bindTruncate, bindUpdate } from './changes.ts';
import type { Output, QueryContext, StatementContext } from './context.ts';
import { bindCopy } from './copy.ts';
import { bindCreateView } from './create-view.ts';
import { bindCreateIndex, bindCreateSchema, bindCreateSequence, bindCreateTable, bindDrop } from './definitions.ts';
import { unsupportedAll } from './errors.ts';
import { bindInsert } from './insert.ts';
import { fold, matching } from './names.ts';
import { bindExplainOptions } from './options.ts';
import { bindQuery } from './query.ts';
import { refused } from './refused.ts';
import { bindSession } from './session.ts';
import { bindSummarize } from './summarize.ts';
import { findTable } from './tables.ts';
import { unknownColumn } from './targets.ts';
import { viewNamed } from './views.ts';

export function bindStatement(tree: sql.Statement, statement: StatementContext): BoundBody {
  const context: QueryContext = { statement, outer: undefined, commonTables: undefined };
  switch (tree.kind) {
    case 'query':
      return bindTopQuery(tree, context);
    case 'explain':
      return bindExplain(tree, statement);
    case 'createTable':
      return bindCreateTable(tree, context);
    case 'createSchema':
      return bindCreateSchema(tree);
    case 'createSequence':
      return bindCreateSequence(tree);
    case 'createIndex':
      return bindCreateIndex(tree, context);
    case 'createView':
      return bindCreateView(tree, context);
    case 'drop':
      return bindDrop(tree);
    case 'insert':
      return bindInsert(tree, context);
    case 'update':
      return bindUpdate(tree, context);
    case 'delete':
      return bindDelete(tree, context);
    case 'truncate':
      return bindTruncate(tree, context);
    case 'copy':
      return bindCopy(tree, context, (inner) => bindStatement(inner, statement));
    case 'set':
    case 'setTransaction':
    case 'show':
    case 'reset':
    case 'begin':
    case 'commit':
    case 'rollback':
    case 'savepoint':
    case 'release':
    case 'prepare':
    case 'execute':
    case 'deallocate':
      return bindSession(tree, context);
    case 'describe':
      return bindDescribe(tree, context);
    case 'analyze':
      return bindAnalyze(tree, context);
    case 'createMaterializedView':
    case 'refreshView':
    case 'createType':
    case 'createDomain':
    case 'createPropertyGraph':
    case 'createFunction':
    case 'createMacro':
    case 'dropFunction':
    case 'callStatement':
    case 'do':
    case 'alter':
    case 'setConstraints':
    case 'setSnapshot':
    case 'setSqlVariable':
    case 'declareCursor':
    case 'closeCursor':
    case 'comment':
    case 'listen':
    case 'unlisten':
    case 'notify':
    case 'vacuum':
    case 'cluster':
    case 'reindex':
    case 'checkpoint':
    case 'discard':
    case 'lock':
    case 'pragma':
    case 'use':
    case 'attach':
    case 'detach':
    case 'twoPhase':
    case 'fetchCursor':
    case 'grant':
    case 'roleStatement':
    case 'extension':
    case 'databaseCopy':
    case 'merge':
      throw refused(tree);
    case 'summarize':
      return bindSummarize(tree, (query) => bindTopQuery(query, context));
    case 'invalid':
      throw internalError('a tree with syntax errors was bound');
    default:
      return unreachable(tree);
  }
}

const EXPLAINED: ReadonlySet<sql.Statement['kind']> = new Set([
  'query',
  'insert',
  'update',
  'delete',
  'merge',
  'copy',
  'createTable',
  'execute',
]);

function bindExplain(tree: sql.Explain, statement: StatementContext): BoundBody {
  const inner = tree.statement;
  if (!EXPLAINED.has(inner.kind) || (inner.kind === 'createTable' && inner.query === undefined)) {
    throw new OrbitError('syntax_error', 'EXPLAIN needs a statement that has a plan', { range: inner.range });
  }
  return { kind: 'explain', inner: bindStatement(inner, statement), ...bindExplainOptions(tree.options) };
}

function bindTopQuery(tree: sql.Query, context: QueryContext): BoundQuery {
  const pending = bindQuery(tree, context);
  const plan = pending.finish();
  return { kind: 'query', plan, columns: resultColumns(pending.outputs, plan), orderGuaranteed: pending.ordered };
}

/** Types are the plan's, where untyped outputs have become text. */
export function resultColumns(outputs: readonly Output[], plan: BoundQuery['plan']): readonly ResultColumn[] {
  return plan.columns.map(({ type, nullable, name }, i) => ({ name: outputs[i]?.name ?? name, type, nullable }));
}

function bindDescribe(tree: sql.Describe, context: QueryContext): BoundBody {
  const { subject } = tree;
  if (subject === undefined) return { kind: 'listTables' };
  if (subject.kind === 'query') return { kind: 'describe', columns: bindTopQuery(subject, context).columns };
  const view = viewNamed(subject, context);
  if (view !== undefined) {
    return { kind: 'describe', columns: view.columns.map(({ name, type }) => ({ name, type, nullable: true })) };
  }
  const { columns } = findTable(subject, context);
  return { kind: 'describe', columns: columns.map(({ name, type, nullable }) => ({ name, type, nullable })) };
}

function bindAnalyze(tree: sql.Analyze, context: QueryContext): BoundBody {
  if (tree.options[0] !== undefined) throw unsupportedAll('options of ANALYZE', tree.options[0].range);
  const tables = tree.tables.map((analyzed) => {
    const table = findTable(analyzed.name, context);
    const ordinals = analyzed.columns.map((name) => {
      const [column] = matching(table.columns, name, (candidate) => candidate.name);
      if (column === undefined) throw unknownColumn(fold(name), table, name.range);
      return table.columns.indexOf(column);
    });
    return { table, ordinals: ordinals.length > 0 ? ordinals : table.columns.map((_, i) => i) };
  });
  return { kind: 'analyze', tables };
}
