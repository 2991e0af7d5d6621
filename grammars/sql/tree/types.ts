import type { Expression } from './expressions.ts';
import type { Identifier, Node, QualifiedName } from './nodes.ts';

/** Names of types. */

export type TypeName = NamedType | ArrayType | StructType | MapType;

/**
 * A type by name with its modifiers: `numeric(10, 2)`, `timestamp(3) with time zone`. Names of several words are one
 * identifier in lower case with single spaces ('double precision', 'character varying', 'timestamp with time zone').
 */
export interface NamedType extends Node {
  readonly kind: 'namedType';
  readonly name: QualifiedName;
  readonly modifiers: readonly Expression[];
  /** Of `interval day to second` only. */
  readonly intervalFields: IntervalFields | undefined;
}

/** `integer[]`, `integer[3]`, `integer ARRAY[3]`; PostgreSQL ignores the size, DuckDB does not. */
export interface ArrayType extends Node {
  readonly kind: 'arrayType';
  readonly element: TypeName;
  readonly size: number | undefined;
}

/** `STRUCT(a integer, b text)`. */
export interface StructType extends Node {
  readonly kind: 'structType';
  readonly fields: readonly StructTypeField[];
}

export interface StructTypeField extends Node {
  readonly kind: 'structTypeField';
  readonly name: Identifier;
  readonly type: TypeName;
}

/** `MAP(text, integer)`. */
export interface MapType extends Node {
  readonly kind: 'mapType';
  readonly key: TypeName;
  readonly value: TypeName;
}

/** Lower case and singular: 'year', 'day', 'second', also DuckDB's 'week', 'millisecond', 'microsecond' and so on. */
export interface IntervalFields extends Node {
  readonly kind: 'intervalFields';
  readonly from: string;
  /** The second field of `day to second`. */
  readonly to: string | undefined;
  /** Of `second(3)`. */
  readonly precision: number | undefined;
}
