import type * as sql from '../../../grammars/sql/tree.ts';
import { scan } from '../../ir/build.ts';
import { OrbitError } from '../../types/error.ts';
import type { BoundBody, BoundCopyTo, CopyEnd } from './bound.ts';
import type { QueryContext } from './context.ts';
import { unsupported } from './errors.ts';
import { optionMap } from './options.ts';
import { findTable } from './tables.ts';
import { distinctOrdinals, ordinalOf } from './targets.ts';

export function bindCopy(
  tree: sql.Copy,
  context: QueryContext,
  bindStatement: (tree: sql.Statement) => BoundBody,
): BoundBody {
  const options = optionMap(tree.options);
  const end = copyEnd(tree.place);
  if (tree.direction === 'to') return bindCopyTo(tree, end, options, context, bindStatement);
  if (tree.where !== undefined) throw unsupported('COPY … WHERE', tree.where.range);
  if (tree.subject.kind !== 'copyTable') {
    throw new OrbitError('syntax_error', 'COPY FROM needs a table', { range: tree.subject.range });
  }
  const { table, ordinals } = copiedColumns(tree.subject, context);
  return { kind: 'copyFrom', table, ordinals, source: end, options };
}

function bindCopyTo(
  tree: sql.Copy,
  target: CopyEnd,
  options: BoundCopyTo['options'],
  context: QueryContext,
  bindStatement: (tree: sql.Statement) => BoundBody,
): BoundCopyTo {
  if (tree.where !== undefined) throw unsupported('COPY TO … WHERE', tree.where.range);
  const { subject } = tree;
  if (subject.kind === 'copyTable') {
    const { table, ordinals } = copiedColumns(subject, context);
    const plan = scan(table, context.statement.ids, { ordinals });
    const columns = plan.columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
    return { kind: 'copyTo', plan, columns, target, options };
  }
  const bound = bindStatement(subject);
  switch (bound.kind) {
    case 'query':
      return { kind: 'copyTo', plan: bound.plan, columns: bound.columns, target, options };
    case 'insert':
    case 'update':
    case 'delete':
      if (bound.returning !== undefined) {
        return { kind: 'copyTo', plan: bound.plan, columns: bound.returning, target, options };
      }
      break;
    default:
      break;
  }
  throw new OrbitError('syntax_error', 'COPY of a change needs a RETURNING clause', { range: subject.range });
}

function copiedColumns(tree: sql.CopyTable, context: QueryContext) {
  const table = findTable(tree.name, context);
  if (tree.columns.length === 0) return { table, ordinals: table.columns.map((_, i) => i) };
  const ordinals = tree.columns.map((name) => ordinalOf(name, table));
  distinctOrdinals(tree.columns, ordinals, (name) => `column "${name}" specified more than once`);
  return { table, ordinals };
}

function copyEnd(place: sql.CopyPlace): CopyEnd {
  if (place.kind === 'copyStream') return { kind: 'stream' };
  if (place.path.kind === 'string') return { kind: 'file', path: place.path.value };
  throw unsupported('a computed path in COPY', place.path.range);
}
