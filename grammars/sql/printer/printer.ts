import type { Statement, TransactionModes } from '../tree.ts';
import { printAlter } from './alterations.ts';
import { printDelete, printInsert, printMerge, printTruncate, printUpdate } from './changes.ts';
import { printCreateSchema, printCreateTable, printCreateView, printDrop } from './definitions.ts';
import { argument, printExpression, printType } from './expressions.ts';
import { printCreateIndex, printCreateMaterializedView, printRefreshView } from './objects.ts';
import { options, optionValue } from './options.ts';
import { clause, identifier, type Print, qualifiedName, words } from './print.ts';
import { printQuery } from './queries.ts';
import { printCreateSequence } from './sequences.ts';

const print: Print = {
  expression: (expression, minimumPower) => printExpression(print, expression, minimumPower),
  query: (query) => printQuery(print, query),
  type: (type) => printType(print, type),
  statement: printSql,
};

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
    case 'analyze': {
      const tables = node.tables.map((table) =>
        words(qualifiedName(table.name), clause('(', table.columns.map(identifier), ')')),
      );
      return words('ANALYZE', clause('(', options(print, node.options), ')'), tables.join(', '));
    }
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
