/**
 * The syntax tree of SQL: PostgreSQL's language with DuckDB's additions.
 *
 * A tree is plain data. It knows no catalog and no types, and nothing in it is resolved: `a.b` may be a column of a table
 * or a field of a column, `ORDER BY 1` is the number 1. Words and defaults are normalized only where the text means
 * exactly the same (`SOME` is `any`, `!=` is `<>`, `START TRANSACTION` is `begin`).
 *
 * Shape rules, which every reader may rely on:
 * - every node has a `kind` and a `range`; a node that was implied by the text (the star of `FROM t`) has an empty range;
 * - every property is always present; what was not written is `undefined`, an empty list or `false`;
 * - parentheses leave no node: they are visible only through the nesting;
 * - AND, OR and chains of one set operator are one node with many operands;
 * - the tree is at most `maxTreeDepth` (parser.ts) deep, so that a reader may recurse over it;
 * - when there were syntax errors, `missing` expressions and `invalid` statements stand where something could not be read.
 */

export type * from './tree/administration.ts';
export type * from './tree/alterations.ts';
export type * from './tree/changes.ts';
export type * from './tree/definitions.ts';
export type * from './tree/expressions.ts';
export type * from './tree/new-types.ts';
export type * from './tree/nodes.ts';
export type * from './tree/objects.ts';
export type * from './tree/pivots.ts';
export type * from './tree/queries.ts';
export type * from './tree/routines.ts';
export type * from './tree/session.ts';
export type * from './tree/statements.ts';
export type * from './tree/tables.ts';
export type * from './tree/types.ts';
export type * from './tree/windows.ts';
