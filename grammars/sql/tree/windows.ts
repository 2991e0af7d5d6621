import type { Expression } from './expressions.ts';
import type { Identifier, Node } from './nodes.ts';
import type { OrderElement } from './queries.ts';

/** Windows of window functions. */

export interface WindowSpecification extends Node {
  readonly kind: 'windowSpecification';
  /** The named window that this one refines. */
  readonly base: Identifier | undefined;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderElement[];
  readonly frame: WindowFrame | undefined;
}

export interface WindowFrame extends Node {
  readonly kind: 'windowFrame';
  readonly unit: 'rows' | 'range' | 'groups';
  readonly start: FrameBound;
  /** Not written: the current row. */
  readonly end: FrameBound | undefined;
  readonly exclude: 'current row' | 'group' | 'ties' | 'no others' | undefined;
}

export interface FrameBound extends Node {
  readonly kind: 'frameBound';
  readonly bound: 'unbounded preceding' | 'preceding' | 'current row' | 'following' | 'unbounded following';
  /** Of `n PRECEDING` and `n FOLLOWING`. */
  readonly offset: Expression | undefined;
}

/** WINDOW name AS (…). */
export interface WindowDefinition extends Node {
  readonly kind: 'windowDefinition';
  readonly name: Identifier;
  readonly window: WindowSpecification;
}
