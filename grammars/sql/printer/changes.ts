import type {
  Assignment,
  AssignmentTarget,
  ChangedTable,
  Delete,
  Insert,
  Merge,
  MergeClause,
  MergeInsert,
  OnConflict,
  SelectItem,
  Truncate,
  Update,
} from '../tree.ts';
import { indexElements } from './objects.ts';
import { clause, identifier, identifiers, type Print, qualifiedName, words } from './print.ts';
import { selectItems, table, tables, withClause } from './queries.ts';

export function printInsert(print: Print, node: Insert): string {
  return words(
    node.with && withClause(print, node.with),
    'INSERT',
    node.or && `OR ${node.or.toUpperCase()}`,
    'INTO',
    qualifiedName(node.table.name),
    node.table.alias && `AS ${identifier(node.table.alias)}`,
    clause('(', targets(print, node.columns), ')'),
    node.byName && 'BY NAME',
    node.overriding && `OVERRIDING ${node.overriding.toUpperCase()} VALUE`,
    node.source ? print.query(node.source) : 'DEFAULT VALUES',
    node.onConflict && onConflict(print, node.onConflict),
    returning(print, node.returning),
  );
}

function onConflict(print: Print, node: OnConflict): string {
  const { target } = node;
  const columns =
    target?.kind === 'conflictColumns' &&
    words(indexElements(print, target.elements), target.where && `WHERE ${print.expression(target.where)}`);
  return words(
    'ON CONFLICT',
    columns,
    target?.kind === 'conflictConstraint' && `ON CONSTRAINT ${identifier(target.name)}`,
    node.set.length > 0 ? `DO UPDATE ${set(print, node.set)}` : 'DO NOTHING',
    node.where && `WHERE ${print.expression(node.where)}`,
  );
}

export function printUpdate(print: Print, node: Update): string {
  return words(
    node.with && withClause(print, node.with),
    'UPDATE',
    changedTable(node.table),
    set(print, node.set),
    clause('FROM ', tables(print, node.from)),
    node.where && `WHERE ${print.expression(node.where)}`,
    returning(print, node.returning),
  );
}

export function printDelete(print: Print, node: Delete): string {
  return words(
    node.with && withClause(print, node.with),
    'DELETE FROM',
    changedTable(node.table),
    clause('USING ', tables(print, node.using)),
    node.where && `WHERE ${print.expression(node.where)}`,
    returning(print, node.returning),
  );
}

export function printMerge(print: Print, node: Merge): string {
  const { condition } = node;
  return words(
    node.with && withClause(print, node.with),
    'MERGE INTO',
    changedTable(node.table),
    'USING',
    table(print, node.source),
    condition.kind === 'on'
      ? `ON ${print.expression(condition.expression)}`
      : `USING (${identifiers(condition.columns)})`,
    ...node.clauses.map((part) => mergeClause(print, part)),
    returning(print, node.returning),
  );
}

const matches = {
  matched: 'WHEN MATCHED',
  'not matched by target': 'WHEN NOT MATCHED',
  'not matched by source': 'WHEN NOT MATCHED BY SOURCE',
} as const;

function mergeClause(print: Print, node: MergeClause): string {
  const { action } = node;
  const condition = node.condition && `AND ${print.expression(node.condition)}`;
  return words(matches[node.match], condition, 'THEN', mergeAction(print, action));
}

function mergeAction(print: Print, action: MergeClause['action']): string {
  switch (action.kind) {
    case 'mergeUpdate':
      return words('UPDATE', action.byName && 'BY NAME', action.set.length > 0 && set(print, action.set));
    case 'mergeDelete':
      return 'DELETE';
    case 'mergeInsert':
      return mergeInsert(print, action);
    case 'mergeNothing':
      return 'DO NOTHING';
    case 'mergeError':
      return words('ERROR', action.message && print.expression(action.message));
  }
}

function mergeInsert(print: Print, node: MergeInsert): string {
  const values =
    node.values === 'default'
      ? 'DEFAULT VALUES'
      : node.values === 'source'
        ? ''
        : `VALUES (${node.values.map((value) => print.expression(value)).join(', ')})`;
  return words(
    'INSERT',
    node.byName && 'BY NAME',
    clause('(', targets(print, node.columns), ')'),
    node.overriding && `OVERRIDING ${node.overriding.toUpperCase()} VALUE`,
    values,
  );
}

export function printTruncate(node: Truncate): string {
  return words(
    'TRUNCATE',
    node.tables.map(changedTable).join(', '),
    node.identity && `${node.identity.toUpperCase()} IDENTITY`,
    node.behavior?.toUpperCase(),
  );
}

function changedTable(node: ChangedTable): string {
  return words(node.only && 'ONLY', qualifiedName(node.name), node.alias && `AS ${identifier(node.alias)}`);
}

function set(print: Print, assignments: readonly Assignment[]): string {
  const texts = assignments.map((assignment) => {
    const names = targets(print, assignment.targets).join(', ');
    return `${assignment.row ? `(${names})` : names} = ${print.expression(assignment.value)}`;
  });
  return `SET ${texts.join(', ')}`;
}

function targets(print: Print, nodes: readonly AssignmentTarget[]): readonly string[] {
  return nodes.map((node) => identifier(node.column) + node.path.map((step) => assignmentStep(print, step)).join(''));
}

function assignmentStep(print: Print, step: AssignmentTarget['path'][number]): string {
  switch (step.kind) {
    case 'fieldStep':
      return `.${identifier(step.field)}`;
    case 'indexStep':
      return `[${print.expression(step.index)}]`;
    case 'sliceStep':
      return `[${step.lower ? print.expression(step.lower) : ''}:${step.upper ? print.expression(step.upper) : ''}]`;
  }
}

function returning(print: Print, items: readonly SelectItem[]): string {
  return items.length > 0 ? `RETURNING ${selectItems(print, items)}` : '';
}
