/** What all nodes have, and the names in them. */

/** UTF-16 offsets into the parsed text; `end` is the offset after the last character. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

export interface Node {
  readonly range: SourceRange;
}

/** A name as written. Folding an unquoted one to lower case is the binder's work; a quoted one is already unescaped. */
export interface Identifier extends Node {
  readonly kind: 'identifier';
  readonly text: string;
  readonly quoted: boolean;
}

/** `table`, `schema.table` or `database.schema.table`; at least one part. */
export interface QualifiedName extends Node {
  readonly kind: 'name';
  readonly parts: readonly Identifier[];
}

/** An operator's symbol where it was written, and the schema of `OPERATOR(schema.symbol)`. */
export interface Operator extends Node {
  readonly kind: 'operator';
  readonly symbol: string;
  readonly schema: readonly Identifier[];
}
