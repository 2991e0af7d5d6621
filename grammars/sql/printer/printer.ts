import type { Expression, Statement, TransactionModes } from '../tree.ts';
import { analyzedTables, printAdministration } from './administration.ts';
import { printAlter } from './alterations.ts';
import { printDelete, printInsert, printMerge, printTruncate, printUpdate } from './changes.ts';
import { printCursor } from './cursors.ts';
import { printCreateSchema, printCreateTable, printCreateView, printDrop } from './definitions.ts';
import { argument, printExpression, printType } from './expressions.ts';
import { printCreateDomain, printCreatePropertyGraph, printCreateType } from './new-types.ts';
import { printCreateIndex, printCreateMaterializedView, printRefreshView } from './objects.ts';
import { options, optionValue } from './options.ts';
import { clause, identifier, type Print, qualifiedName, string, words } from './print.ts';
import { printPrivilege } from './privileges.ts';
import { printQuery } from './queries.ts';
import { printCall, printCreateFunction, printCreateMacro, printDo, printDropFunction } from './routines.ts';
import { printCreateSequence } from './sequences.ts';

const print: Print = {
  expression: (expression, minimumPower) => printExpression(print, expression, minimumPower),
  query: (query) => printQuery(print, query),
  type: (type) => printType(print, type),
  statement: printSql,
};

/** The same of an expression. */
export function printExpressionText(node: Expression): string {
  return print.expression(node);
}

/** SQL text of one line that parses to the same tree, ranges apart. What could not be read when the tree was made has no text. */
export function printSql(node: Statement): string {
  switch (node.kind) {
    case 'query':
      return printQuery(print, node);
    case 'insert':
      return printInsert(print, node);
    case 'update':
      return printUpdate(print, node);
    case 'delete':
      return printDelete(print, node);
    case 'merge':
      return printMerge(print, node);
    case 'truncate':
      return printTruncate(node);
    case 'createTable':
      return printCreateTable(print, node);
    case 'createView':
      return printCreateView(print, node);
    case 'createSchema':
      return printCreateSchema(node);
    case 'createMaterializedView':
      return printCreateMaterializedView(print, node);
    case 'refreshView':
      return printRefreshView(node);
    case 'createIndex':
      return printCreateIndex(print, node);
    case 'createSequence':
      return printCreateSequence(print, node);
    case 'createType':
      return printCreateType(print, node);
    case 'createDomain':
      return printCreateDomain(print, node);
    case 'createPropertyGraph':
      return printCreatePropertyGraph(print, node);
    case 'createFunction':
      return printCreateFunction(print, node);
    case 'createMacro':
      return printCreateMacro(print, node);
    case 'dropFunction':
      return printDropFunction(print, node);
    case 'callStatement':
      return printCall(print, node);
    case 'do':
      return printDo(node);
    case 'alter':
      return printAlter(print, node);
    case 'drop':
      return printDrop(node);
    case 'explain':
      return words('EXPLAIN', clause('(', options(print, node.options), ')'), printSql(node.statement));
    case 'copy': {
      const { subject } = node;
      const columns = subject.kind === 'copyTable' && clause('(', subject.columns.map(identifier), ')');
      const what = subject.kind === 'copyTable' ? qualifiedName(subject.name) : `(${printSql(subject)})`;
      const stream = node.direction === 'from' ? 'STDIN' : 'STDOUT';
      const place = node.place.kind === 'copyStream' ? stream : print.expression(node.place.path);
      const where = node.where && `WHERE ${print.expression(node.where)}`;
      const direction = node.direction.toUpperCase();
      return words('COPY', what, columns, direction, place, clause('(', options(print, node.options), ')'), where);
    }
    case 'set': {
      const values = node.values.map((value) => optionValue(print, value)).join(', ');
      return words('SET', node.scope?.toUpperCase(), qualifiedName(node.name), '=', values || 'DEFAULT');
    }
    case 'setTransaction':
      return words(node.session ? 'SET SESSION CHARACTERISTICS AS TRANSACTION' : 'SET TRANSACTION', modes(node.modes));
    case 'show':
      return `SHOW ${node.name ? qualifiedName(node.name) : 'ALL'}`;
    case 'reset':
      return `RESET ${node.name ? qualifiedName(node.name) : 'ALL'}`;
    case 'begin':
      return words('BEGIN', modes(node.modes));
    case 'commit':
      return words('COMMIT', node.chain && 'AND CHAIN');
    case 'rollback':
      return words(
        'ROLLBACK',
        node.savepoint && `TO SAVEPOINT ${identifier(node.savepoint)}`,
        node.chain && 'AND CHAIN',
      );
    case 'savepoint':
      return `SAVEPOINT ${identifier(node.name)}`;
    case 'release':
      return `RELEASE SAVEPOINT ${identifier(node.name)}`;
    case 'prepare':
      return words(
        'PREPARE',
        identifier(node.name),
        clause('(', node.types.map(print.type), ')'),
        'AS',
        printSql(node.statement),
      );
    case 'execute': {
      const values = node.arguments.map((value) => argument(print, value));
      return words('EXECUTE', identifier(node.name) + clause('(', values, ')'));
    }
    case 'deallocate':
      return `DEALLOCATE ${node.name ? identifier(node.name) : 'ALL'}`;
    case 'describe':
    case 'summarize': {
      const { subject } = node;
      const text = subject && (subject.kind === 'query' ? print.query(subject) : qualifiedName(subject));
      return words(node.kind.toUpperCase(), text);
    }
    case 'analyze':
      return words('ANALYZE', clause('(', options(print, node.options), ')'), analyzedTables(node.tables));
    case 'setConstraints':
      return words(
        'SET CONSTRAINTS',
        node.names.map(qualifiedName).join(', ') || 'ALL',
        node.deferred ? 'DEFERRED' : 'IMMEDIATE',
      );
    case 'setSnapshot':
      return `SET TRANSACTION SNAPSHOT ${string(node.id)}`;
    case 'setSqlVariable':
      return `SET VARIABLE ${identifier(node.name)} = ${print.expression(node.value)}`;
    case 'twoPhase':
      return `${node.action === 'prepare' ? 'PREPARE TRANSACTION' : `${node.action.toUpperCase()} PREPARED`} ${string(node.id)}`;
    case 'declareCursor':
    case 'fetchCursor':
    case 'closeCursor':
      return printCursor(print, node);
    case 'grant':
    case 'roleStatement':
    case 'comment':
      return printPrivilege(print, node);
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
    case 'extension':
    case 'databaseCopy':
      return printAdministration(print, node);
    case 'invalid':
      return '';
  }
}

function modes(node: TransactionModes): string {
  return [
    node.isolation && `ISOLATION LEVEL ${node.isolation.toUpperCase()}`,
    node.readOnly !== undefined && (node.readOnly ? 'READ ONLY' : 'READ WRITE'),
    node.deferrable !== undefined && (node.deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE'),
  ]
    .filter(Boolean)
    .join(', ');
}
