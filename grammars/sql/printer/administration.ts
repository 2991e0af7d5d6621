import type {
  AnalyzedTable,
  Attach,
  Checkpoint,
  Cluster,
  DatabaseCopy,
  Detach,
  Discard,
  Extension,
  Listen,
  LockTables,
  Notify,
  Option,
  Pragma,
  Reindex,
  Unlisten,
  Use,
  Vacuum,
} from '../tree.ts';
import { options, optionValue } from './options.ts';
import { clause, identifier, type Print, qualifiedName, string, words } from './print.ts';

type Administration =
  | Listen
  | Unlisten
  | Notify
  | Vacuum
  | Cluster
  | Reindex
  | Checkpoint
  | Discard
  | LockTables
  | Pragma
  | Use
  | Attach
  | Detach
  | Extension
  | DatabaseCopy;

export function printAdministration(print: Print, node: Administration): string {
  const list = (nodes: readonly Option[]) => clause('(', options(print, nodes), ')');
  switch (node.kind) {
    case 'listen':
      return `LISTEN ${identifier(node.channel)}`;
    case 'unlisten':
      return `UNLISTEN ${node.channel ? identifier(node.channel) : '*'}`;
    case 'notify':
      return `NOTIFY ${identifier(node.channel)}${node.payload === undefined ? '' : `, ${string(node.payload)}`}`;
    case 'vacuum':
      return words('VACUUM', list(node.options), analyzedTables(node.tables));
    case 'cluster':
      return words(
        'CLUSTER',
        list(node.options),
        node.table && qualifiedName(node.table),
        node.index && `USING ${identifier(node.index)}`,
      );
    case 'reindex':
      return words(
        'REINDEX',
        list(node.options),
        node.object.toUpperCase(),
        node.concurrently && 'CONCURRENTLY',
        node.name && qualifiedName(node.name),
      );
    case 'checkpoint':
      return words(node.force && 'FORCE', 'CHECKPOINT', node.name && identifier(node.name));
    case 'discard':
      return `DISCARD ${node.what.toUpperCase()}`;
    case 'lock':
      return words(
        'LOCK TABLE',
        node.tables.map(({ only, name }) => words(only && 'ONLY', qualifiedName(name))).join(', '),
        node.mode && `IN ${node.mode.toUpperCase()} MODE`,
        node.nowait && 'NOWAIT',
      );
    case 'pragma': {
      const values = node.values.map((value) => optionValue(print, value)).join(', ');
      const behind = node.form === 'assignment' ? ` = ${values}` : node.form === 'call' ? `(${values})` : '';
      return `PRAGMA ${identifier(node.name)}${behind}`;
    }
    case 'use':
      return `USE ${qualifiedName(node.name)}`;
    case 'attach':
      return words(
        'ATTACH',
        node.ifNotExists && 'IF NOT EXISTS',
        string(node.path),
        node.alias && `AS ${identifier(node.alias)}`,
        list(node.options),
      );
    case 'detach':
      return words('DETACH DATABASE', node.ifExists && 'IF EXISTS', identifier(node.name));
    case 'extension': {
      // Names that were strings are quoted, which as a name of an extension means the same.
      const from = node.from && `FROM ${identifier(node.from)}`;
      return words(node.force && 'FORCE', node.action.toUpperCase(), identifier(node.name), from);
    }
    case 'databaseCopy':
      return words(
        node.direction.toUpperCase(),
        'DATABASE',
        node.database && `${identifier(node.database)} TO`,
        string(node.path),
        list(node.options),
      );
  }
}

export function analyzedTables(tables: readonly AnalyzedTable[]): string {
  return tables
    .map(({ name, columns }) => words(qualifiedName(name), clause('(', columns.map(identifier), ')')))
    .join(', ');
}
