import type {
  ColumnConstraint,
  ColumnDefinition,
  CreateSchema,
  CreateTable,
  CreateView,
  Drop,
  ForeignTarget,
  TableConstraint,
  TableElement,
} from '../tree.ts';
import { options } from './options.ts';
import { clause, identifier, identifiers, type Print, qualifiedName, words } from './print.ts';
import { sequenceNumber } from './sequences.ts';

export function printCreateTable(print: Print, node: CreateTable): string {
  const elements = node.elements.map((element) => tableElement(print, element));
  return words(
    'CREATE',
    node.orReplace && 'OR REPLACE',
    node.temporary && 'TEMPORARY',
    node.unlogged && 'UNLOGGED',
    'TABLE',
    node.ifNotExists && 'IF NOT EXISTS',
    qualifiedName(node.name),
    elements.length > 0 || !node.query ? `(${elements.join(', ')})` : '',
    clause('WITH (', options(print, node.options), ')'),
    node.onCommit && `ON COMMIT ${node.onCommit.toUpperCase()}`,
    node.query && `AS ${print.statement(node.query)}`,
    !node.withData && 'WITH NO DATA',
  );
}

function tableElement(print: Print, node: TableElement): string {
  switch (node.kind) {
    case 'columnDefinition':
      return columnDefinition(print, node);
    case 'likeTable': {
      const properties = node.options.map(
        ({ including, property }) => `${including ? 'INCLUDING' : 'EXCLUDING'} ${property.toUpperCase()}`,
      );
      return words('LIKE', qualifiedName(node.name), ...properties);
    }
    default:
      return tableConstraint(print, node);
  }
}

export function columnDefinition(print: Print, node: ColumnDefinition): string {
  return words(
    identifier(node.name),
    node.type && print.type(node.type),
    node.collation && `COLLATE ${qualifiedName(node.collation)}`,
    ...node.constraints.map((constraint) => columnConstraint(print, constraint)),
  );
}

export function columnConstraint(print: Print, node: ColumnConstraint): string {
  return words(node.name && `CONSTRAINT ${identifier(node.name)}`, columnConstraintBody(print, node));
}

function columnConstraintBody(print: Print, node: ColumnConstraint): string {
  switch (node.kind) {
    case 'notNull':
      return node.nullable ? 'NULL' : 'NOT NULL';
    case 'defaultConstraint':
      return `DEFAULT ${print.expression(node.value, 4)}`;
    case 'generated':
      return words(`GENERATED ALWAYS AS (${print.expression(node.expression)})`, node.storage?.toUpperCase());
    case 'identity':
      return words(
        `GENERATED ${node.always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY`,
        node.options.length > 0 && `(${node.options.map((option) => sequenceNumber(print, option)).join(' ')})`,
      );
    case 'references':
      return words(foreignTarget(node.target), deferrability(node));
    case 'primaryKey':
    case 'unique':
    case 'check':
      return sharedConstraint(print, node);
  }
}

export function tableConstraint(print: Print, node: TableConstraint): string {
  const text =
    node.kind === 'foreignKey'
      ? words(`FOREIGN KEY (${identifiers(node.columns)})`, foreignTarget(node.target), deferrability(node))
      : sharedConstraint(print, node);
  return words(node.name && `CONSTRAINT ${identifier(node.name)}`, text);
}

/** The constraints that columns and tables both have; a column's have no list of columns. */
function sharedConstraint(print: Print, node: Exclude<TableConstraint, { readonly kind: 'foreignKey' }>): string {
  switch (node.kind) {
    case 'primaryKey':
      return words('PRIMARY KEY', clause('(', node.columns.map(identifier), ')'), deferrability(node));
    case 'unique': {
      const nulls = !node.nullsDistinct && 'NULLS NOT DISTINCT';
      return words('UNIQUE', nulls, clause('(', node.columns.map(identifier), ')'), deferrability(node));
    }
    case 'check':
      return words(`CHECK (${print.expression(node.expression)})`, deferrability(node));
  }
}

export function deferrability(node: {
  readonly deferrable: boolean | undefined;
  readonly initially: 'deferred' | 'immediate' | undefined;
}): string {
  return words(
    node.deferrable !== undefined && (node.deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE'),
    node.initially && `INITIALLY ${node.initially.toUpperCase()}`,
  );
}

function foreignTarget(node: ForeignTarget): string {
  return words(
    'REFERENCES',
    qualifiedName(node.table),
    clause('(', node.columns.map(identifier), ')'),
    node.match && `MATCH ${node.match.toUpperCase()}`,
    node.onDelete && `ON DELETE ${node.onDelete.toUpperCase()}`,
    node.onUpdate && `ON UPDATE ${node.onUpdate.toUpperCase()}`,
  );
}

export function printCreateView(print: Print, node: CreateView): string {
  return words(
    'CREATE',
    node.orReplace && 'OR REPLACE',
    node.temporary && 'TEMPORARY',
    node.recursive && 'RECURSIVE',
    'VIEW',
    node.ifNotExists && 'IF NOT EXISTS',
    qualifiedName(node.name),
    clause('(', node.columns.map(identifier), ')'),
    clause('WITH (', options(print, node.options), ')'),
    'AS',
    print.query(node.query),
    node.checkOption && `WITH ${node.checkOption.toUpperCase()} CHECK OPTION`,
  );
}

export function printCreateSchema(node: CreateSchema): string {
  return words(
    'CREATE SCHEMA',
    node.ifNotExists && 'IF NOT EXISTS',
    node.name && qualifiedName(node.name),
    node.authorization && `AUTHORIZATION ${identifier(node.authorization)}`,
  );
}

export function printDrop(node: Drop): string {
  return words(
    'DROP',
    node.object.toUpperCase(),
    node.concurrently && 'CONCURRENTLY',
    node.ifExists && 'IF EXISTS',
    node.names.map(qualifiedName).join(', '),
    node.behavior?.toUpperCase(),
  );
}
