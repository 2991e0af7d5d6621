import type * as sql from '../../../grammars/sql/tree.ts';
import { OrbitError, unreachable } from '../../types/error.ts';
import type { BoundBody, TransactionModes } from './bound.ts';
import { typed } from './coerce.ts';
import { emptyScope, type QueryContext, within } from './context.ts';
import { unsupported, unsupportedAll } from './errors.ts';
import { display, fold } from './names.ts';
import { wordOf } from './options.ts';
import { resolveType } from './type-names.ts';

type SessionStatement =
  | sql.SetVariable
  | sql.SetTransaction
  | sql.Show
  | sql.Reset
  | sql.Begin
  | sql.Commit
  | sql.Rollback
  | sql.Savepoint
  | sql.ReleaseSavepoint
  | sql.Prepare
  | sql.Execute
  | sql.Deallocate;

/** Statements about the session and its transactions: there is little to bind, the engine knows their names. */
export function bindSession(tree: SessionStatement, context: QueryContext): BoundBody {
  switch (tree.kind) {
    case 'set': {
      const { scope = 'session', range } = tree;
      return { kind: 'set', scope, name: display(tree.name), values: tree.values.map(settingOf), range };
    }
    case 'setTransaction':
      return { kind: 'setTransaction', session: tree.session, modes: modes(tree.modes) };
    case 'show':
    case 'reset':
      return { kind: tree.kind, name: tree.name && display(tree.name), range: tree.range };
    case 'begin':
      return { kind: 'begin', modes: modes(tree.modes) };
    case 'commit':
      return { kind: 'commit', chain: tree.chain };
    case 'rollback':
      return { kind: 'rollback', chain: tree.chain, savepoint: tree.savepoint && fold(tree.savepoint) };
    case 'savepoint':
    case 'release':
      return { kind: tree.kind, name: fold(tree.name) };
    case 'prepare':
      return bindPrepare(tree);
    case 'execute':
      return bindExecute(tree, context);
    case 'deallocate':
      return { kind: 'deallocate', name: tree.name && fold(tree.name) };
    default:
      return unreachable(tree);
  }
}

/** A value of SET; a time zone may be an interval. */
function settingOf(tree: sql.Expression): string {
  return tree.kind === 'interval' && tree.value.kind === 'string' ? `interval ${tree.value.value}` : wordOf(tree);
}

function modes({ isolation, readOnly, deferrable }: sql.TransactionModes): TransactionModes {
  return { isolation, readOnly, deferrable };
}

function bindPrepare(tree: sql.Prepare): BoundBody {
  const types = tree.types.map((named) => {
    const { type, maxLength } = resolveType(named);
    if (maxLength !== undefined) throw unsupported('a length limit on a parameter', named.range);
    return type;
  });
  const preparable = ['query', 'insert', 'update', 'delete', 'merge'].includes(tree.statement.kind);
  if (!preparable) {
    throw new OrbitError('syntax_error', 'only queries and changes can be prepared', { range: tree.statement.range });
  }
  return { kind: 'prepare', name: fold(tree.name), types, statement: tree.statement };
}

function bindExecute(tree: sql.Execute, context: QueryContext): BoundBody {
  const inner = within(context, emptyScope('EXECUTE', undefined));
  const args = tree.arguments.map((argument) => {
    if (argument.name !== undefined || argument.variadic) throw unsupportedAll('named arguments', argument.range);
    const bound = context.statement.bind.expression(argument.value, inner);
    return typed(bound, context.statement);
  });
  return { kind: 'execute', name: fold(tree.name), arguments: args };
}
