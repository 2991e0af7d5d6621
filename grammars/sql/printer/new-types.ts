import type {
  CreateDomain,
  CreatePropertyGraph,
  CreateType,
  GraphEnd,
  GraphProperties,
  GraphTable,
  TypeDefinition,
} from '../tree.ts';
import { columnConstraint, columnDefinition } from './definitions.ts';
import { options } from './options.ts';
import { clause, identifier, identifiers, type Print, qualifiedName, string, words } from './print.ts';

export function printCreateType(print: Print, node: CreateType): string {
  return words(
    'CREATE',
    node.orReplace && 'OR REPLACE',
    node.temporary && 'TEMPORARY',
    'TYPE',
    node.ifNotExists && 'IF NOT EXISTS',
    qualifiedName(node.name),
    definition(print, node.definition),
  );
}

function definition(print: Print, node: TypeDefinition): string {
  switch (node.kind) {
    case 'enumDefinition':
      return `AS ENUM (${node.query ? print.query(node.query) : node.labels.map(string).join(', ')})`;
    case 'compositeDefinition':
      return `AS (${node.attributes.map((attribute) => columnDefinition(print, attribute)).join(', ')})`;
    case 'rangeDefinition':
      return `AS RANGE (${options(print, node.options).join(', ')})`;
    case 'typeAlias':
      return `AS ${print.type(node.type)}`;
    case 'baseType':
      return clause('(', options(print, node.options), ')');
  }
}

export function printCreateDomain(print: Print, node: CreateDomain): string {
  return words(
    'CREATE DOMAIN',
    qualifiedName(node.name),
    'AS',
    print.type(node.type),
    node.collation && `COLLATE ${qualifiedName(node.collation)}`,
    ...node.constraints.map((constraint) => columnConstraint(print, constraint)),
  );
}

export function printCreatePropertyGraph(print: Print, node: CreatePropertyGraph): string {
  const tables = (nodes: readonly GraphTable[]) => nodes.map((table) => graphTable(print, table));
  return words(
    'CREATE',
    node.orReplace && 'OR REPLACE',
    node.temporary && 'TEMPORARY',
    'PROPERTY GRAPH',
    node.ifNotExists && 'IF NOT EXISTS',
    qualifiedName(node.name),
    clause('VERTEX TABLES (', tables(node.vertices), ')'),
    clause('EDGE TABLES (', tables(node.edges), ')'),
  );
}

function graphTable(print: Print, node: GraphTable): string {
  return words(
    qualifiedName(node.name),
    node.alias && `AS ${identifier(node.alias)}`,
    clause('KEY (', node.key.map(identifier), ')'),
    node.source && `SOURCE ${graphEnd(node.source)}`,
    node.destination && `DESTINATION ${graphEnd(node.destination)}`,
    node.properties && properties(print, node.properties),
    ...node.labels.map((label) =>
      words(
        label.name ? `LABEL ${identifier(label.name)}` : 'DEFAULT LABEL',
        label.properties && properties(print, label.properties),
      ),
    ),
  );
}

function graphEnd(node: GraphEnd): string {
  return words(
    clause('KEY (', node.key.map(identifier), ') REFERENCES'),
    qualifiedName(node.vertices),
    clause('(', node.columns.map(identifier), ')'),
  );
}

function properties(print: Print, node: GraphProperties): string {
  if (node.all) {
    const except = node.except.length > 0 && `EXCEPT (${identifiers(node.except)})`;
    return words('PROPERTIES ALL COLUMNS', except);
  }
  if (node.items.length === 0) return 'NO PROPERTIES';
  const items = node.items.map(({ expression, name }) =>
    words(print.expression(expression), name && `AS ${identifier(name)}`),
  );
  return `PROPERTIES (${items.join(', ')})`;
}
