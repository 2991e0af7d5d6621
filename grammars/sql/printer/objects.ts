import type { CreateIndex, CreateMaterializedView, IndexElement, RefreshView } from '../tree.ts';
import { options } from './options.ts';
import { clause, identifier, type Print, qualifiedName, words } from './print.ts';

export function printCreateMaterializedView(print: Print, node: CreateMaterializedView): string {
  return words(
    'CREATE',
    node.orReplace && 'OR REPLACE',
    'MATERIALIZED VIEW',
    node.ifNotExists && 'IF NOT EXISTS',
    qualifiedName(node.name),
    clause('(', node.columns.map(identifier), ')'),
    node.method && `USING ${identifier(node.method)}`,
    clause('WITH (', options(print, node.options), ')'),
    node.tablespace && `TABLESPACE ${identifier(node.tablespace)}`,
    'AS',
    print.query(node.query),
    !node.withData && 'WITH NO DATA',
  );
}

export function printRefreshView(node: RefreshView): string {
  const name = qualifiedName(node.name);
  const concurrently = node.concurrently && 'CONCURRENTLY';
  return words('REFRESH MATERIALIZED VIEW', concurrently, name, !node.withData && 'WITH NO DATA');
}

export function printCreateIndex(print: Print, node: CreateIndex): string {
  return words(
    'CREATE',
    node.unique && 'UNIQUE',
    'INDEX',
    node.concurrently && 'CONCURRENTLY',
    node.ifNotExists && 'IF NOT EXISTS',
    node.name && qualifiedName(node.name),
    'ON',
    node.only && 'ONLY',
    qualifiedName(node.table),
    node.method && `USING ${identifier(node.method)}`,
    indexElements(print, node.elements),
    clause('INCLUDE (', node.include.map(identifier), ')'),
    !node.nullsDistinct && 'NULLS NOT DISTINCT',
    clause('WITH (', options(print, node.options), ')'),
    node.tablespace && `TABLESPACE ${identifier(node.tablespace)}`,
    node.where && `WHERE ${print.expression(node.where)}`,
  );
}

/** In parentheses, each with what orders it. */
export function indexElements(print: Print, elements: readonly IndexElement[]): string {
  const texts = elements.map((element) => {
    // A name behind an expression is an operator class, so what is not one word or call has parentheses.
    const { kind } = element.expression;
    const simple = kind === 'column' || kind === 'call' || kind === 'collate';
    const text = print.expression(element.expression);
    return words(
      simple ? text : `(${text})`,
      element.collation && `COLLATE ${qualifiedName(element.collation)}`,
      element.operatorClass && qualifiedName(element.operatorClass),
      element.direction?.toUpperCase(),
      element.nulls && `NULLS ${element.nulls.toUpperCase()}`,
    );
  });
  return `(${texts.join(', ')})`;
}
