import type { ColumnConstraint, ColumnDefinition } from './definitions.ts';
import type { Expression } from './expressions.ts';
import type { Identifier, Node, QualifiedName } from './nodes.ts';
import type { Query } from './queries.ts';
import type { Option } from './statements.ts';
import type { TypeName } from './types.ts';

/** CREATE TYPE and CREATE DOMAIN. */

export interface CreateType extends Node {
  readonly kind: 'createType';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly definition: TypeDefinition;
}

export type TypeDefinition = EnumDefinition | CompositeDefinition | RangeDefinition | TypeAlias | BaseTypeDefinition;

/** AS ENUM ('a', …); DuckDB takes a query too. */
export interface EnumDefinition extends Node {
  readonly kind: 'enumDefinition';
  readonly labels: readonly string[];
  readonly query: Query | undefined;
}

/** AS (name type, …). */
export interface CompositeDefinition extends Node {
  readonly kind: 'compositeDefinition';
  readonly attributes: readonly ColumnDefinition[];
}

/** AS RANGE (subtype = …). */
export interface RangeDefinition extends Node {
  readonly kind: 'rangeDefinition';
  readonly options: readonly Option[];
}

/** DuckDB's AS type. */
export interface TypeAlias extends Node {
  readonly kind: 'typeAlias';
  readonly type: TypeName;
}

/** (INPUT = f, …), and nothing at all for a shell type. */
export interface BaseTypeDefinition extends Node {
  readonly kind: 'baseType';
  readonly options: readonly Option[];
}

export interface CreateDomain extends Node {
  readonly kind: 'createDomain';
  readonly name: QualifiedName;
  readonly type: TypeName;
  readonly collation: QualifiedName | undefined;
  readonly constraints: readonly ColumnConstraint[];
}

/* --------------------------------------------------------------------------------------------------- property graphs */

/** SQL/PGQ's CREATE PROPERTY GRAPH. */
export interface CreatePropertyGraph extends Node {
  readonly kind: 'createPropertyGraph';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly vertices: readonly GraphTable[];
  readonly edges: readonly GraphTable[];
}

export interface GraphTable extends Node {
  readonly kind: 'graphTable';
  readonly name: QualifiedName;
  readonly alias: Identifier | undefined;
  /** Empty: the table's primary key. */
  readonly key: readonly Identifier[];
  /** Of edges only, and of all of them. */
  readonly source: GraphEnd | undefined;
  readonly destination: GraphEnd | undefined;
  /** Not written: the default label. */
  readonly labels: readonly GraphLabel[];
  /** Of the default label, where no label is written. */
  readonly properties: GraphProperties | undefined;
}

/** SOURCE [KEY (a) REFERENCES] vertices [(b)]. */
export interface GraphEnd extends Node {
  readonly kind: 'graphEnd';
  readonly key: readonly Identifier[];
  readonly vertices: QualifiedName;
  readonly columns: readonly Identifier[];
}

/** LABEL name …; without a name it is DEFAULT LABEL. */
export interface GraphLabel extends Node {
  readonly kind: 'graphLabel';
  readonly name: Identifier | undefined;
  readonly properties: GraphProperties | undefined;
}

/** PROPERTIES ALL COLUMNS [EXCEPT (…)], PROPERTIES (…), NO PROPERTIES. */
export interface GraphProperties extends Node {
  readonly kind: 'graphProperties';
  readonly all: boolean;
  readonly except: readonly Identifier[];
  readonly items: readonly GraphProperty[];
}

export interface GraphProperty extends Node {
  readonly kind: 'graphProperty';
  readonly expression: Expression;
  readonly name: Identifier | undefined;
}
