import type { DropBehavior } from './definitions.ts';
import type { Expression } from './expressions.ts';
import type { Identifier, Node, QualifiedName } from './nodes.ts';
import type { Query } from './queries.ts';
import type { SetVariable } from './session.ts';
import type { Option, Statement } from './statements.ts';
import type { TypeName } from './types.ts';

/** Functions, procedures and macros, and the statements that run code. */

export interface CreateFunction extends Node {
  readonly kind: 'createFunction';
  readonly what: 'function' | 'procedure';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly parameters: readonly FunctionParameter[];
  /** Absent for procedures, and where OUT parameters say it. */
  readonly returns: FunctionResult | undefined;
  /**
   * In their order: `language`, `as` (a string, or a row of two), `immutable`, `stable`, `volatile`, `strict`, `called_on_null_input`,
   * `leakproof`, `not_leakproof`, `security_definer`, `security_invoker`, `parallel`, `cost`, `rows`, `support`, `window`.
   */
  readonly options: readonly Option[];
  /** SET name TO value, for the time of a call. */
  readonly settings: readonly SetVariable[];
  /** RETURN …, or BEGIN ATOMIC … END; otherwise the option `as` has the body's text. */
  readonly body: ReturnBody | AtomicBody | undefined;
}

/** A parameter without a name is known by its place. */
export interface FunctionParameter extends Node {
  readonly kind: 'functionParameter';
  readonly mode: 'in' | 'out' | 'inout' | 'variadic' | undefined;
  readonly name: Identifier | undefined;
  readonly type: TypeName;
  readonly setOf: boolean;
  readonly default: Expression | undefined;
}

/** RETURNS [SETOF] type, RETURNS TABLE (…). */
export interface FunctionResult extends Node {
  readonly kind: 'functionResult';
  readonly setOf: boolean;
  readonly type: TypeName | undefined;
  /** Of RETURNS TABLE only. */
  readonly columns: readonly FunctionParameter[];
}

export interface ReturnBody extends Node {
  readonly kind: 'returnBody';
  readonly expression: Expression;
}

export interface AtomicBody extends Node {
  readonly kind: 'atomicBody';
  readonly statements: readonly Statement[];
}

/** DuckDB's CREATE MACRO, and its CREATE FUNCTION with an expression. */
export interface CreateMacro extends Node {
  readonly kind: 'createMacro';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  /** At least one. */
  readonly overloads: readonly MacroOverload[];
}

export interface MacroOverload extends Node {
  readonly kind: 'macroOverload';
  readonly parameters: readonly MacroParameter[];
  /** A query is AS TABLE. */
  readonly body: Expression | Query;
}

export interface MacroParameter extends Node {
  readonly kind: 'macroParameter';
  readonly name: Identifier;
  readonly type: TypeName | undefined;
  readonly default: Expression | undefined;
}

export interface DropFunction extends Node {
  readonly kind: 'dropFunction';
  readonly object: 'function' | 'procedure' | 'routine' | 'macro' | 'macro table';
  readonly ifExists: boolean;
  readonly functions: readonly FunctionReference[];
  readonly behavior: DropBehavior | undefined;
}

/** A function by name, and by its parameters where they are written. */
export interface FunctionReference extends Node {
  readonly kind: 'functionReference';
  readonly name: QualifiedName;
  readonly parameters: readonly FunctionParameter[] | undefined;
}

export interface Call extends Node {
  readonly kind: 'callStatement';
  /** Always a function call. */
  readonly call: Expression;
}

/** DO [LANGUAGE name] 'code'. */
export interface Do extends Node {
  readonly kind: 'do';
  readonly language: Identifier | undefined;
  readonly code: string;
}
