import type { Expression, Identifier, OrderElement, QualifiedName, Query, Statement, TypeName } from '../tree.ts';

/** The parts of the printer that need each other, so that their files do not have to import one another. */
export interface Print {
  /** In parentheses if its outermost operator binds more loosely than the given power. */
  expression(expression: Expression, minimumPower?: number): string;
  query(query: Query): string;
  type(type: TypeName): string;
  statement(statement: Statement): string;
}

export function identifier(name: Identifier): string {
  return name.quoted ? `"${name.text.replaceAll('"', '""')}"` : name.text;
}

export function identifiers(names: readonly Identifier[]): string {
  return names.map(identifier).join(', ');
}

export function qualifiedName(name: QualifiedName): string {
  return dotted(name.parts);
}

export function dotted(parts: readonly Identifier[]): string {
  return parts.map(identifier).join('.');
}

export function string(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** What is there, with single spaces between. */
export function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== '' && part !== false && part !== undefined).join(' ');
}

/** With a prefix, or nothing when the list is empty. */
export function clause(prefix: string, items: readonly string[], suffix = ''): string {
  return items.length > 0 ? `${prefix}${items.join(', ')}${suffix}` : '';
}

export function orderBy(print: Print, elements: readonly OrderElement[]): string {
  return clause(
    'ORDER BY ',
    elements.map((element) => {
      const nulls = element.nulls && `NULLS ${element.nulls.toUpperCase()}`;
      if (element.kind === 'orderAll') return words('ALL', element.direction?.toUpperCase(), nulls);
      const { using } = element;
      const comparison =
        using && (using.schema.length > 0 ? `USING ${qualifiedOperator(using)}` : `USING ${using.symbol}`);
      return words(print.expression(element.expression), element.direction?.toUpperCase(), comparison, nulls);
    }),
  );
}

export function qualifiedOperator(operator: {
  readonly schema: readonly Identifier[];
  readonly symbol: string;
}): string {
  const schema = operator.schema.map((part) => `${identifier(part)}.`).join('');
  return `OPERATOR(${schema}${operator.symbol})`;
}
