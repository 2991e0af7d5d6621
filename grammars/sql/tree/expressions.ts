import type { Identifier, Node, Operator, QualifiedName } from './nodes.ts';
import type { OrderElement, Query } from './queries.ts';
import type { IntervalFields, TypeName } from './types.ts';
import type { WindowSpecification } from './windows.ts';

/** Expressions. */

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BitStringLiteral
  | BooleanLiteral
  | NullLiteral
  | TypedLiteral
  | IntervalLiteral
  | ColumnReference
  | Parameter
  | SpecialValue
  | DefaultValue
  | Star
  | FieldStar
  | Columns
  | And
  | Or
  | Not
  | Unary
  | Binary
  | Quantified
  | Between
  | InList
  | InQuery
  | InValue
  | Like
  | IsNull
  | IsTruth
  | IsDistinct
  | Collate
  | AtTimeZone
  | Case
  | Cast
  | FunctionCall
  | MethodCall
  | Extract
  | Position
  | Substring
  | SubstringSimilar
  | Overlay
  | Trim
  | ScalarSubquery
  | Exists
  | ArraySubquery
  | Row
  | ArrayLiteral
  | Comprehension
  | StructLiteral
  | MapLiteral
  | Subscript
  | Slice
  | FieldAccess
  | Lambda
  | CurrentOf
  | Missing;

/** WHERE CURRENT OF cursor; nowhere else. */
export interface CurrentOf extends Node {
  readonly kind: 'currentOf';
  readonly cursor: Identifier;
}

/** `text` holds decimal digits only (hexadecimal, octal and binary integers are converted, underscores dropped). */
export interface NumberLiteral extends Node {
  readonly kind: 'number';
  readonly text: string;
  readonly form: 'integer' | 'decimal' | 'exponent';
}

/** Plain, `E''`, `U&''` and dollar-quoted strings, decoded. */
export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly value: string;
}

/** `B'101'` and `X'1F'`, digits as written. */
export interface BitStringLiteral extends Node {
  readonly kind: 'bitString';
  readonly base: 'binary' | 'hexadecimal';
  readonly digits: string;
}

export interface BooleanLiteral extends Node {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface NullLiteral extends Node {
  readonly kind: 'null';
}

/** `date '2020-01-01'`, `timestamp with time zone '…'`, `my_type 'text'`; intervals have their own node. */
export interface TypedLiteral extends Node {
  readonly kind: 'typedLiteral';
  readonly type: TypeName;
  readonly value: string;
}

/** `interval '1 day'`, `interval '3' month`, `interval 5 day`, `interval (x + 1) hour`; `value` is a string in the standard forms. */
export interface IntervalLiteral extends Node {
  readonly kind: 'interval';
  readonly value: Expression;
  readonly fields: IntervalFields | undefined;
  /** Of `interval(3) '…'`. */
  readonly precision: number | undefined;
}

/** `a`, `t.a`, `s.t.a` and deeper: where the table ends and fields begin is for the binder to find out. */
export interface ColumnReference extends Node {
  readonly kind: 'column';
  readonly parts: readonly Identifier[];
}

/** `$1` has an index, `?` gets its position in the statement (from 1), `$name` and `:name` have a name. */
export interface Parameter extends Node {
  readonly kind: 'parameter';
  readonly style: '$' | '?' | ':';
  readonly index: number | undefined;
  readonly name: string | undefined;
}

/** The functions that SQL calls without parentheses. */
export interface SpecialValue extends Node {
  readonly kind: 'specialValue';
  readonly name: SpecialValueName;
  /** Of `current_timestamp(3)`. */
  readonly precision: number | undefined;
}

export type SpecialValueName =
  | 'current_catalog'
  | 'current_date'
  | 'current_role'
  | 'current_schema'
  | 'current_time'
  | 'current_timestamp'
  | 'current_user'
  | 'localtime'
  | 'localtimestamp'
  | 'session_user'
  | 'user';

/** DEFAULT in VALUES of an INSERT and in SET of an UPDATE; the binder refuses it elsewhere. */
export interface DefaultValue extends Node {
  readonly kind: 'default';
}

/** `*` and `t.*` with DuckDB's modifiers. In a select list, RETURNING, COLUMNS(…), row values; not count(*), see FunctionCall. */
export interface Star extends Node {
  readonly kind: 'star';
  /** Empty for a bare `*`. */
  readonly qualifier: readonly Identifier[];
  readonly exclude: readonly QualifiedName[];
  readonly replace: readonly StarReplacement[];
  readonly rename: readonly StarRename[];
}

export interface StarReplacement extends Node {
  readonly kind: 'starReplacement';
  readonly expression: Expression;
  readonly name: Identifier;
}

export interface StarRename extends Node {
  readonly kind: 'starRename';
  readonly column: QualifiedName;
  readonly name: Identifier;
}

/** `(composite).*` */
export interface FieldStar extends Node {
  readonly kind: 'fieldStar';
  readonly operand: Expression;
}

/** DuckDB's `COLUMNS('regex')`, `COLUMNS(* EXCLUDE a)`, `COLUMNS(c -> …)`; `unpack` for `*COLUMNS(…)`. */
export interface Columns extends Node {
  readonly kind: 'columns';
  readonly selector: Expression;
  readonly unpack: boolean;
}

/** At least two operands. */
export interface And extends Node {
  readonly kind: 'and';
  readonly operands: readonly Expression[];
}

/** At least two operands. */
export interface Or extends Node {
  readonly kind: 'or';
  readonly operands: readonly Expression[];
}

export interface Not extends Node {
  readonly kind: 'not';
  readonly operand: Expression;
}

/** A prefix operator. The sign of a negative number is one too: `-5` is unary minus of 5. */
export interface Unary extends Node {
  readonly kind: 'unary';
  readonly operator: Operator;
  readonly operand: Expression;
}

/**
 * Comparison, arithmetic and every other infix operator. `!=` is `<>` and `==` is `=`. `a -> b` is here too, whether it means JSON
 * access or (with a bare name at the left, in an argument that has to be a function) a lambda that ignores its parameter.
 */
export interface Binary extends Node {
  readonly kind: 'binary';
  readonly operator: Operator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `x = ANY (…)`, `x < ALL (SELECT …)`. LIKE and ILIKE appear as `~~`, `!~~`, `~~*`, `!~~*`. */
export interface Quantified extends Node {
  readonly kind: 'quantified';
  readonly operator: Operator;
  readonly quantifier: 'any' | 'all';
  readonly operand: Expression;
  readonly right: Query | Expression;
}

export interface Between extends Node {
  readonly kind: 'between';
  readonly not: boolean;
  readonly symmetric: boolean;
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
}

/** `x IN (1, 2)`, at least one item. */
export interface InList extends Node {
  readonly kind: 'inList';
  readonly not: boolean;
  readonly operand: Expression;
  readonly items: readonly Expression[];
}

export interface InQuery extends Node {
  readonly kind: 'inQuery';
  readonly not: boolean;
  readonly operand: Expression;
  readonly query: Query;
}

/** DuckDB's IN without parentheses, `x IN some_list`: the value has no operators outside of brackets. */
export interface InValue extends Node {
  readonly kind: 'inValue';
  readonly not: boolean;
  readonly operand: Expression;
  readonly value: Expression;
}

export interface Like extends Node {
  readonly kind: 'like';
  readonly form: 'like' | 'ilike' | 'similar' | 'glob';
  readonly not: boolean;
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | undefined;
}

/** IS [NOT] NULL, ISNULL, NOTNULL. */
export interface IsNull extends Node {
  readonly kind: 'isNull';
  readonly not: boolean;
  readonly operand: Expression;
}

/** IS [NOT] TRUE, FALSE, UNKNOWN. */
export interface IsTruth extends Node {
  readonly kind: 'isTruth';
  readonly not: boolean;
  readonly truth: 'true' | 'false' | 'unknown';
  readonly operand: Expression;
}

/** IS [NOT] DISTINCT FROM. */
export interface IsDistinct extends Node {
  readonly kind: 'isDistinct';
  readonly not: boolean;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Collate extends Node {
  readonly kind: 'collate';
  readonly operand: Expression;
  readonly collation: QualifiedName;
}

/** `x AT TIME ZONE zone`; no zone for AT LOCAL. */
export interface AtTimeZone extends Node {
  readonly kind: 'atTimeZone';
  readonly operand: Expression;
  readonly zone: Expression | undefined;
}

export interface Case extends Node {
  readonly kind: 'case';
  readonly operand: Expression | undefined;
  readonly arms: readonly CaseArm[];
  readonly otherwise: Expression | undefined;
}

export interface CaseArm extends Node {
  readonly kind: 'caseArm';
  readonly when: Expression;
  readonly then: Expression;
}

export interface Cast extends Node {
  readonly kind: 'cast';
  readonly operand: Expression;
  readonly type: TypeName;
  /** TRY_CAST: null instead of an error. */
  readonly try: boolean;
  /** `CAST(x AS t)` or `x::t`: the same, but a formatter keeps what was written. */
  readonly form: 'function' | 'colons';
}

/**
 * A call of a function, an aggregate or a window function; which one it is, the catalogue knows. `a.b(c)` is a qualified name here even
 * if `a` turns out to be a column (DuckDB's dot-chaining); a chain on any other expression is a MethodCall.
 */
export interface FunctionCall extends Node {
  readonly kind: 'call';
  readonly name: QualifiedName;
  /** `count(*)`: no arguments then. */
  readonly star: boolean;
  readonly distinct: boolean;
  readonly arguments: readonly Argument[];
  /** ORDER BY inside the parentheses. */
  readonly orderBy: readonly OrderElement[];
  /** IGNORE NULLS, RESPECT NULLS. */
  readonly nullTreatment: 'ignore' | 'respect' | undefined;
  /** WITHIN GROUP (ORDER BY …); empty when not written. */
  readonly withinGroup: readonly OrderElement[];
  readonly filter: Expression | undefined;
  readonly over: Identifier | WindowSpecification | undefined;
}

/** `f(x)`, `f(name => x)`, `f(name := x)`, `f(VARIADIC x)`. */
export interface Argument extends Node {
  readonly kind: 'argument';
  readonly name: Identifier | undefined;
  readonly variadic: boolean;
  readonly value: Expression;
}

/** DuckDB's `(expression).function(arguments)`: the operand is the first argument. */
export interface MethodCall extends Node {
  readonly kind: 'methodCall';
  readonly operand: Expression;
  readonly call: FunctionCall;
}

/** EXTRACT(field FROM source); the field is lower case, whether it was a word or a string. */
export interface Extract extends Node {
  readonly kind: 'extract';
  readonly field: string;
  readonly source: Expression;
}

/** POSITION(needle IN source). */
export interface Position extends Node {
  readonly kind: 'position';
  readonly needle: Expression;
  readonly source: Expression;
}

/** SUBSTRING(source FROM start FOR length); with commas it is a FunctionCall. At least one of the two is there. */
export interface Substring extends Node {
  readonly kind: 'substring';
  readonly source: Expression;
  readonly start: Expression | undefined;
  readonly length: Expression | undefined;
}

/** SUBSTRING(source SIMILAR pattern ESCAPE escape). */
export interface SubstringSimilar extends Node {
  readonly kind: 'substringSimilar';
  readonly source: Expression;
  readonly pattern: Expression;
  readonly escape: Expression;
}

/** OVERLAY(source PLACING replacement FROM start [FOR length]). */
export interface Overlay extends Node {
  readonly kind: 'overlay';
  readonly source: Expression;
  readonly replacement: Expression;
  readonly start: Expression;
  readonly length: Expression | undefined;
}

/** TRIM([BOTH | LEADING | TRAILING] [characters] FROM source) and TRIM(source[, characters]). */
export interface Trim extends Node {
  readonly kind: 'trim';
  readonly side: 'both' | 'leading' | 'trailing';
  readonly characters: Expression | undefined;
  readonly source: Expression;
}

export interface ScalarSubquery extends Node {
  readonly kind: 'scalarSubquery';
  readonly query: Query;
}

export interface Exists extends Node {
  readonly kind: 'exists';
  readonly query: Query;
}

/** ARRAY(SELECT …). */
export interface ArraySubquery extends Node {
  readonly kind: 'arraySubquery';
  readonly query: Query;
}

/** `(a, b)` or `ROW(…)`; only the latter can have fewer than two fields. */
export interface Row extends Node {
  readonly kind: 'row';
  readonly keyword: boolean;
  readonly fields: readonly Expression[];
}

/** `ARRAY[…]` with the keyword, `[…]` without (also for inner dimensions of `ARRAY[[1], [2]]`). */
export interface ArrayLiteral extends Node {
  readonly kind: 'array';
  readonly keyword: boolean;
  readonly elements: readonly Expression[];
}

/** `[element FOR variable IN source IF condition]`. */
export interface Comprehension extends Node {
  readonly kind: 'comprehension';
  readonly element: Expression;
  readonly variables: readonly Identifier[];
  readonly source: Expression;
  readonly condition: Expression | undefined;
}

/** `{a: 1, 'b': 2}`; a string key is a quoted identifier. */
export interface StructLiteral extends Node {
  readonly kind: 'struct';
  readonly fields: readonly StructField[];
}

export interface StructField extends Node {
  readonly kind: 'structField';
  readonly name: Identifier;
  readonly value: Expression;
}

/** `MAP {key: value}`. */
export interface MapLiteral extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface MapEntry extends Node {
  readonly kind: 'mapEntry';
  readonly key: Expression;
  readonly value: Expression;
}

export interface Subscript extends Node {
  readonly kind: 'subscript';
  readonly operand: Expression;
  readonly index: Expression;
}

/** `x[lower:upper]`, `x[:]`, `x[lower:upper:step]`. */
export interface Slice extends Node {
  readonly kind: 'slice';
  readonly operand: Expression;
  readonly lower: Expression | undefined;
  readonly upper: Expression | undefined;
  readonly step: Expression | undefined;
}

/** `(expression).field`, `x[1].field`; names with dots only are a ColumnReference. */
export interface FieldAccess extends Node {
  readonly kind: 'field';
  readonly operand: Expression;
  readonly field: Identifier;
}

/** `x -> body`, `(x, i) -> body`, `lambda x, i: body`. */
export interface Lambda extends Node {
  readonly kind: 'lambda';
  readonly parameters: readonly Identifier[];
  readonly body: Expression;
}

/** Something that has to be there and is not; a syntax error has been reported for it. */
export interface Missing extends Node {
  readonly kind: 'missing';
}
