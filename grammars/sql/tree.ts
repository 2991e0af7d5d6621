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

/** UTF-16 offsets into the parsed text; `end` is the offset after the last character. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

interface Node {
  readonly range: SourceRange;
}

/* ------------------------------------------------------------------------------------------------------------------ names */

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

/* ------------------------------------------------------------------------------------------------------------------ types */

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

/* ------------------------------------------------------------------------------------------------------------ expressions */

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
  | Missing;

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

/* ---------------------------------------------------------------------------------------------------------------- windows */

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

/* ---------------------------------------------------------------------------------------------------------------- queries */

/** A whole query expression; it is also a statement. */
export interface Query extends Node {
  readonly kind: 'query';
  readonly with: With | undefined;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderElement[];
  readonly limit: Limit | undefined;
  readonly offset: Expression | undefined;
  readonly locking: readonly Locking[];
}

/** A Query here was in parentheses and has a clause of its own (WITH, ORDER BY, LIMIT and so on). */
export type QueryBody = Select | SetOperation | Values | TableQuery | Query;

export interface With extends Node {
  readonly kind: 'with';
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
}

export interface CommonTable extends Node {
  readonly kind: 'commonTable';
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
  readonly materialized: boolean | undefined;
  readonly statement: Query | Insert | Update | Delete | Merge;
  /** DuckDB's USING KEY (…) of a recursive table. */
  readonly usingKey: readonly Identifier[];
  readonly search: SearchClause | undefined;
  readonly cycle: CycleClause | undefined;
}

export interface SearchClause extends Node {
  readonly kind: 'search';
  readonly order: 'depth' | 'breadth';
  readonly by: readonly Identifier[];
  readonly set: Identifier;
}

export interface CycleClause extends Node {
  readonly kind: 'cycle';
  readonly columns: readonly Identifier[];
  readonly mark: Identifier;
  readonly markValue: Expression | undefined;
  readonly markDefault: Expression | undefined;
  readonly path: Identifier;
}

/** A chain of one operator, at least two operands; it associates to the left, which matters for EXCEPT. */
export interface SetOperation extends Node {
  readonly kind: 'setOperation';
  readonly operator: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly byName: boolean;
  readonly operands: readonly QueryBody[];
}

/** VALUES (…), (…). */
export interface Values extends Node {
  readonly kind: 'values';
  readonly rows: readonly ValuesRow[];
}

export interface ValuesRow extends Node {
  readonly kind: 'valuesRow';
  readonly values: readonly Expression[];
}

/** TABLE name. */
export interface TableQuery extends Node {
  readonly kind: 'tableQuery';
  readonly name: QualifiedName;
}

export interface Select extends Node {
  readonly kind: 'select';
  readonly distinct: Distinct | undefined;
  /** May be empty (PostgreSQL allows it); a query that begins with FROM and has no SELECT has an implied star. */
  readonly items: readonly SelectItem[];
  /** The elements of a comma list. */
  readonly from: readonly TableExpression[];
  readonly where: Expression | undefined;
  readonly groupBy: GroupBy | undefined;
  readonly having: Expression | undefined;
  readonly windows: readonly WindowDefinition[];
  readonly qualify: Expression | undefined;
  /** DuckDB's USING SAMPLE. */
  readonly sample: Sample | undefined;
}

/** DISTINCT, or DISTINCT ON with at least one expression. */
export interface Distinct extends Node {
  readonly kind: 'distinct';
  readonly on: readonly Expression[];
}

/** `expression AS alias`, `expression alias`, `alias: expression`; a star has no alias. */
export interface SelectItem extends Node {
  readonly kind: 'selectItem';
  readonly expression: Expression;
  readonly alias: Identifier | undefined;
}

export interface GroupBy extends Node {
  readonly kind: 'groupBy';
  /** GROUP BY ALL: no elements then. */
  readonly all: boolean;
  /** GROUP BY DISTINCT: duplicate grouping sets are removed. */
  readonly distinct: boolean;
  readonly elements: readonly GroupingElement[];
}

export type GroupingElement = GroupingSet | Rollup | Cube | GroupingSets;

/** `a`, `(a, b)` or `()`. */
export interface GroupingSet extends Node {
  readonly kind: 'groupingSet';
  readonly expressions: readonly Expression[];
}

export interface Rollup extends Node {
  readonly kind: 'rollup';
  readonly sets: readonly GroupingSet[];
}

export interface Cube extends Node {
  readonly kind: 'cube';
  readonly sets: readonly GroupingSet[];
}

export interface GroupingSets extends Node {
  readonly kind: 'groupingSets';
  readonly elements: readonly GroupingElement[];
}

export type OrderElement = OrderItem | OrderAll;

export interface OrderItem extends Node {
  readonly kind: 'orderItem';
  readonly expression: Expression;
  readonly direction: 'asc' | 'desc' | undefined;
  /** ORDER BY x USING >. */
  readonly using: Operator | undefined;
  readonly nulls: 'first' | 'last' | undefined;
}

/** DuckDB's ORDER BY ALL. */
export interface OrderAll extends Node {
  readonly kind: 'orderAll';
  readonly direction: 'asc' | 'desc' | undefined;
  readonly nulls: 'first' | 'last' | undefined;
}

/** LIMIT and FETCH FIRST; LIMIT ALL is no limit at all. */
export interface Limit extends Node {
  readonly kind: 'limit';
  readonly count: Expression;
  readonly percent: boolean;
  readonly withTies: boolean;
}

/** FOR UPDATE and its weaker forms. */
export interface Locking extends Node {
  readonly kind: 'locking';
  readonly strength: 'update' | 'no key update' | 'share' | 'key share';
  readonly of: readonly QualifiedName[];
  readonly wait: 'nowait' | 'skip locked' | undefined;
}

/* --------------------------------------------------------------------------------------------------------- table expressions */

export type TableExpression = TableReference | FileReference | DerivedTable | TableFunction | Join;

export interface TableReference extends Node {
  readonly kind: 'table';
  readonly name: QualifiedName;
  /** ONLY name: without inheriting tables. */
  readonly only: boolean;
  readonly alias: TableAlias | undefined;
  readonly sample: Sample | undefined;
}

/** FROM 'data/file.csv'. */
export interface FileReference extends Node {
  readonly kind: 'file';
  readonly path: string;
  readonly alias: TableAlias | undefined;
  readonly sample: Sample | undefined;
}

/** A subquery or VALUES in FROM. */
export interface DerivedTable extends Node {
  readonly kind: 'derivedTable';
  readonly query: Query;
  readonly lateral: boolean;
  readonly alias: TableAlias | undefined;
  readonly sample: Sample | undefined;
}

/** `f(x)`, or several calls side by side with ROWS FROM. */
export interface TableFunction extends Node {
  readonly kind: 'tableFunction';
  readonly calls: readonly TableFunctionCall[];
  readonly rowsFrom: boolean;
  readonly lateral: boolean;
  readonly ordinality: boolean;
  readonly alias: TableAlias | undefined;
  readonly sample: Sample | undefined;
}

export interface TableFunctionCall extends Node {
  readonly kind: 'tableFunctionCall';
  /** A FunctionCall, or another form that FROM accepts (CAST, current_date and the like). */
  readonly call: Expression;
  /** The column list of this call inside ROWS FROM. */
  readonly columns: readonly AliasColumn[];
}

export interface Join extends Node {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'positional';
  readonly asof: boolean;
  readonly left: TableExpression;
  readonly right: TableExpression;
  /** Never with cross and positional joins. */
  readonly condition: JoinCondition | undefined;
  /** Of a join in parentheses. */
  readonly alias: TableAlias | undefined;
}

export type JoinCondition = JoinOn | JoinUsing | JoinNatural;

export interface JoinOn extends Node {
  readonly kind: 'on';
  readonly expression: Expression;
}

export interface JoinUsing extends Node {
  readonly kind: 'using';
  readonly columns: readonly Identifier[];
  readonly alias: Identifier | undefined;
}

export interface JoinNatural extends Node {
  readonly kind: 'natural';
}

export interface TableAlias extends Node {
  readonly kind: 'tableAlias';
  /** Absent only in `f(x) AS (a integer)`. */
  readonly name: Identifier | undefined;
  readonly columns: readonly AliasColumn[];
}

/** With a type only behind a table function: `f(x) AS t(a integer)`. */
export interface AliasColumn extends Node {
  readonly kind: 'aliasColumn';
  readonly name: Identifier;
  readonly type: TypeName | undefined;
}

/** TABLESAMPLE and USING SAMPLE. */
export interface Sample extends Node {
  readonly kind: 'sample';
  /** `bernoulli`, `system`, `reservoir` or an extension's. */
  readonly method: Identifier | undefined;
  readonly size: Expression;
  readonly unit: 'percent' | 'rows';
  readonly seed: Expression | undefined;
}

/* ------------------------------------------------------------------------------------------------------------- statements */

export type Statement =
  | Query
  | Explain
  | CreateTable
  | CreateView
  | CreateSchema
  | Drop
  | Insert
  | Update
  | Delete
  | Merge
  | Truncate
  | Copy
  | SetVariable
  | SetTransaction
  | Show
  | Reset
  | Begin
  | Commit
  | Rollback
  | Savepoint
  | ReleaseSavepoint
  | Prepare
  | Execute
  | Deallocate
  | Describe
  | Summarize
  | Analyze
  | InvalidStatement;

/** Text that is no statement we know; an error says which. `keyword` is its first word in upper case. */
export interface InvalidStatement extends Node {
  readonly kind: 'invalid';
  readonly keyword: string;
}

/**
 * `name value` of EXPLAIN, COPY, CREATE … WITH. A bare word (`FORMAT csv`, `HEADER on`) is a column reference of one part and a list
 * in parentheses is a row, of one field if need be.
 */
export interface Option extends Node {
  readonly kind: 'option';
  readonly name: Identifier;
  readonly value: Expression | undefined;
}

/** EXPLAIN ANALYZE is the option `analyze` without a value; VERBOSE likewise. */
export interface Explain extends Node {
  readonly kind: 'explain';
  readonly options: readonly Option[];
  readonly statement: Statement;
}

export interface CreateTable extends Node {
  readonly kind: 'createTable';
  readonly name: QualifiedName;
  readonly temporary: boolean;
  readonly unlogged: boolean;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  /** With `query` a column may have no type. */
  readonly elements: readonly TableElement[];
  readonly options: readonly Option[];
  readonly onCommit: 'preserve rows' | 'delete rows' | 'drop' | undefined;
  /** CREATE TABLE … AS. */
  readonly query: Query | Execute | undefined;
  /** False for WITH NO DATA. */
  readonly withData: boolean;
}

export type TableElement = ColumnDefinition | TableConstraint | LikeTable;

export interface ColumnDefinition extends Node {
  readonly kind: 'columnDefinition';
  readonly name: Identifier;
  readonly type: TypeName | undefined;
  readonly collation: QualifiedName | undefined;
  readonly constraints: readonly ColumnConstraint[];
}

/** LIKE table [INCLUDING x | EXCLUDING x]. */
export interface LikeTable extends Node {
  readonly kind: 'likeTable';
  readonly name: QualifiedName;
  readonly options: readonly LikeOption[];
}

export interface LikeOption extends Node {
  readonly kind: 'likeOption';
  readonly including: boolean;
  readonly property: string;
}

export type ColumnConstraint =
  | NotNullConstraint
  | DefaultConstraint
  | GeneratedConstraint
  | IdentityConstraint
  | PrimaryKeyConstraint
  | UniqueConstraint
  | CheckConstraint
  | ReferencesConstraint;

/** For a table: PRIMARY KEY, UNIQUE and CHECK with their columns, and FOREIGN KEY. */
export type TableConstraint = PrimaryKeyConstraint | UniqueConstraint | CheckConstraint | ForeignKeyConstraint;

interface Constraint extends Node {
  /** CONSTRAINT name. */
  readonly name: Identifier | undefined;
}

interface DeferrableConstraint extends Constraint {
  readonly deferrable: boolean | undefined;
  readonly initially: 'deferred' | 'immediate' | undefined;
}

/** NOT NULL, or an explicit NULL. */
export interface NotNullConstraint extends Constraint {
  readonly kind: 'notNull';
  readonly nullable: boolean;
}

export interface DefaultConstraint extends Constraint {
  readonly kind: 'defaultConstraint';
  readonly value: Expression;
}

/** GENERATED ALWAYS AS (expression) [STORED | VIRTUAL]. */
export interface GeneratedConstraint extends Constraint {
  readonly kind: 'generated';
  readonly expression: Expression;
  readonly storage: 'stored' | 'virtual' | undefined;
}

/** GENERATED ALWAYS | BY DEFAULT AS IDENTITY [(sequence options)]. */
export interface IdentityConstraint extends Constraint {
  readonly kind: 'identity';
  readonly always: boolean;
  readonly options: readonly Option[];
}

/** No columns when it belongs to a column. */
export interface PrimaryKeyConstraint extends DeferrableConstraint {
  readonly kind: 'primaryKey';
  readonly columns: readonly Identifier[];
}

/** No columns when it belongs to a column. */
export interface UniqueConstraint extends DeferrableConstraint {
  readonly kind: 'unique';
  readonly columns: readonly Identifier[];
  readonly nullsDistinct: boolean;
}

export interface CheckConstraint extends DeferrableConstraint {
  readonly kind: 'check';
  readonly expression: Expression;
}

/** REFERENCES of a column. */
export interface ReferencesConstraint extends DeferrableConstraint {
  readonly kind: 'references';
  readonly target: ForeignTarget;
}

export interface ForeignKeyConstraint extends DeferrableConstraint {
  readonly kind: 'foreignKey';
  readonly columns: readonly Identifier[];
  readonly target: ForeignTarget;
}

/** The part of a foreign key from the referenced table on. */
export interface ForeignTarget extends Node {
  readonly kind: 'foreignTarget';
  readonly table: QualifiedName;
  /** Empty: the primary key of the table. */
  readonly columns: readonly Identifier[];
  readonly match: 'full' | 'partial' | 'simple' | undefined;
  readonly onDelete: ReferentialAction | undefined;
  readonly onUpdate: ReferentialAction | undefined;
}

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface CreateView extends Node {
  readonly kind: 'createView';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly temporary: boolean;
  readonly recursive: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly Identifier[];
  readonly options: readonly Option[];
  readonly query: Query;
  readonly checkOption: 'local' | 'cascaded' | undefined;
}

export interface CreateSchema extends Node {
  readonly kind: 'createSchema';
  /** Absent only with AUTHORIZATION. */
  readonly name: QualifiedName | undefined;
  readonly ifNotExists: boolean;
  readonly authorization: Identifier | undefined;
}

export interface Drop extends Node {
  readonly kind: 'drop';
  readonly object: 'table' | 'view' | 'schema';
  readonly ifExists: boolean;
  readonly names: readonly QualifiedName[];
  readonly behavior: DropBehavior | undefined;
}

export type DropBehavior = 'cascade' | 'restrict';

/* ------------------------------------------------------------------------------------------------------ changing statements */

/** The table that INSERT, UPDATE, DELETE and MERGE change. */
export interface ChangedTable extends Node {
  readonly kind: 'changedTable';
  readonly name: QualifiedName;
  readonly only: boolean;
  readonly alias: Identifier | undefined;
}

export interface Insert extends Node {
  readonly kind: 'insert';
  readonly with: With | undefined;
  readonly table: ChangedTable;
  /** DuckDB's INSERT OR REPLACE and INSERT OR IGNORE. */
  readonly or: 'replace' | 'ignore' | undefined;
  /** Empty: all columns. */
  readonly columns: readonly AssignmentTarget[];
  readonly byName: boolean;
  readonly overriding: 'system' | 'user' | undefined;
  /** Absent for DEFAULT VALUES. */
  readonly source: Query | undefined;
  readonly onConflict: OnConflict | undefined;
  readonly returning: readonly SelectItem[];
}

export interface OnConflict extends Node {
  readonly kind: 'onConflict';
  readonly target: ConflictColumns | ConflictConstraint | undefined;
  /** Empty for DO NOTHING. */
  readonly set: readonly Assignment[];
  readonly where: Expression | undefined;
}

export interface ConflictColumns extends Node {
  readonly kind: 'conflictColumns';
  readonly elements: readonly IndexElement[];
  readonly where: Expression | undefined;
}

export interface ConflictConstraint extends Node {
  readonly kind: 'conflictConstraint';
  readonly name: Identifier;
}

/** A column or expression of an index. */
export interface IndexElement extends Node {
  readonly kind: 'indexElement';
  readonly expression: Expression;
  readonly collation: QualifiedName | undefined;
  readonly operatorClass: QualifiedName | undefined;
}

/** `a = x`: one target; `(a, b) = (x, y)` or `(a, b) = (SELECT …)`: several (or one in parentheses, `row` tells). */
export interface Assignment extends Node {
  readonly kind: 'assignment';
  readonly row: boolean;
  readonly targets: readonly AssignmentTarget[];
  readonly value: Expression;
}

/** `column`, `column.field`, `column[1]`; in an INSERT's column list too. */
export interface AssignmentTarget extends Node {
  readonly kind: 'assignmentTarget';
  readonly column: Identifier;
  readonly path: readonly AssignmentStep[];
}

export type AssignmentStep = FieldStep | IndexStep | SliceStep;

export interface FieldStep extends Node {
  readonly kind: 'fieldStep';
  readonly field: Identifier;
}

export interface IndexStep extends Node {
  readonly kind: 'indexStep';
  readonly index: Expression;
}

export interface SliceStep extends Node {
  readonly kind: 'sliceStep';
  readonly lower: Expression | undefined;
  readonly upper: Expression | undefined;
}

export interface Update extends Node {
  readonly kind: 'update';
  readonly with: With | undefined;
  readonly table: ChangedTable;
  readonly set: readonly Assignment[];
  readonly from: readonly TableExpression[];
  readonly where: Expression | undefined;
  readonly returning: readonly SelectItem[];
}

export interface Delete extends Node {
  readonly kind: 'delete';
  readonly with: With | undefined;
  readonly table: ChangedTable;
  readonly using: readonly TableExpression[];
  readonly where: Expression | undefined;
  readonly returning: readonly SelectItem[];
}

export interface Merge extends Node {
  readonly kind: 'merge';
  readonly with: With | undefined;
  readonly table: ChangedTable;
  readonly source: TableExpression;
  readonly condition: JoinOn | JoinUsing;
  readonly clauses: readonly MergeClause[];
  readonly returning: readonly SelectItem[];
}

/** WHEN [NOT] MATCHED [BY SOURCE | BY TARGET] [AND condition] THEN action. */
export interface MergeClause extends Node {
  readonly kind: 'mergeClause';
  readonly match: 'matched' | 'not matched by target' | 'not matched by source';
  readonly condition: Expression | undefined;
  readonly action: MergeAction;
}

export type MergeAction = MergeUpdate | MergeDelete | MergeInsert | MergeNothing | MergeError;

export interface MergeUpdate extends Node {
  readonly kind: 'mergeUpdate';
  /** Empty: DuckDB's bare UPDATE, which sets every column from the source. */
  readonly set: readonly Assignment[];
  readonly byName: boolean;
}

export interface MergeDelete extends Node {
  readonly kind: 'mergeDelete';
}

export interface MergeInsert extends Node {
  readonly kind: 'mergeInsert';
  readonly columns: readonly AssignmentTarget[];
  readonly byName: boolean;
  readonly overriding: 'system' | 'user' | undefined;
  /** 'default' for DEFAULT VALUES, 'source' for DuckDB's bare INSERT and INSERT *. */
  readonly values: readonly Expression[] | 'default' | 'source';
}

export interface MergeNothing extends Node {
  readonly kind: 'mergeNothing';
}

/** DuckDB's THEN ERROR. */
export interface MergeError extends Node {
  readonly kind: 'mergeError';
  readonly message: Expression | undefined;
}

export interface Truncate extends Node {
  readonly kind: 'truncate';
  readonly tables: readonly ChangedTable[];
  readonly identity: 'restart' | 'continue' | undefined;
  readonly behavior: DropBehavior | undefined;
}

/** COPY between a table or query and a file or the connection. */
export interface Copy extends Node {
  readonly kind: 'copy';
  readonly direction: 'from' | 'to';
  readonly subject: CopyTable | Query | Insert | Update | Delete | Merge;
  readonly place: CopyPlace;
  readonly options: readonly Option[];
  /** COPY FROM … WHERE. */
  readonly where: Expression | undefined;
}

export interface CopyTable extends Node {
  readonly kind: 'copyTable';
  readonly name: QualifiedName;
  readonly columns: readonly Identifier[];
}

export type CopyPlace = CopyFile | CopyStream;

/** `path` is a string, or a parameter in DuckDB. */
export interface CopyFile extends Node {
  readonly kind: 'copyFile';
  readonly path: Expression;
}

/** STDIN or STDOUT, whichever fits the direction. */
export interface CopyStream extends Node {
  readonly kind: 'copyStream';
}

/* ----------------------------------------------------------------------------------------------- session and transactions */

/** SET [SESSION | LOCAL | GLOBAL] name = value, …; no values for DEFAULT. TIME ZONE is `timezone`, NAMES is `client_encoding`. */
export interface SetVariable extends Node {
  readonly kind: 'set';
  readonly scope: 'session' | 'local' | 'global' | undefined;
  readonly name: QualifiedName;
  /** Bare words are column references of one part. */
  readonly values: readonly Expression[];
}

/** SET TRANSACTION …, and SET SESSION CHARACTERISTICS AS TRANSACTION … with `session`. */
export interface SetTransaction extends Node {
  readonly kind: 'setTransaction';
  readonly session: boolean;
  readonly modes: TransactionModes;
}

export interface TransactionModes extends Node {
  readonly kind: 'transactionModes';
  readonly isolation: 'serializable' | 'repeatable read' | 'read committed' | 'read uncommitted' | undefined;
  readonly readOnly: boolean | undefined;
  readonly deferrable: boolean | undefined;
}

/** SHOW name; no name for SHOW ALL. `SHOW TIME ZONE` is `timezone`, `SHOW TRANSACTION ISOLATION LEVEL` is `transaction_isolation`. */
export interface Show extends Node {
  readonly kind: 'show';
  readonly name: QualifiedName | undefined;
}

/** RESET name; no name for RESET ALL. */
export interface Reset extends Node {
  readonly kind: 'reset';
  readonly name: QualifiedName | undefined;
}

export interface Begin extends Node {
  readonly kind: 'begin';
  readonly modes: TransactionModes;
}

export interface Commit extends Node {
  readonly kind: 'commit';
  readonly chain: boolean;
}

/** With `savepoint`: ROLLBACK TO. */
export interface Rollback extends Node {
  readonly kind: 'rollback';
  readonly chain: boolean;
  readonly savepoint: Identifier | undefined;
}

export interface Savepoint extends Node {
  readonly kind: 'savepoint';
  readonly name: Identifier;
}

export interface ReleaseSavepoint extends Node {
  readonly kind: 'release';
  readonly name: Identifier;
}

export interface Prepare extends Node {
  readonly kind: 'prepare';
  readonly name: Identifier;
  readonly types: readonly TypeName[];
  readonly statement: Statement;
}

export interface Execute extends Node {
  readonly kind: 'execute';
  readonly name: Identifier;
  readonly arguments: readonly Argument[];
}

/** No name for DEALLOCATE ALL. */
export interface Deallocate extends Node {
  readonly kind: 'deallocate';
  readonly name: Identifier | undefined;
}

/** DESCRIBE table, DESCRIBE query; no subject lists the tables. */
export interface Describe extends Node {
  readonly kind: 'describe';
  readonly subject: Query | QualifiedName | undefined;
}

export interface Summarize extends Node {
  readonly kind: 'summarize';
  readonly subject: Query | QualifiedName;
}

/** ANALYZE [(options)] [table [(columns)], …]. */
export interface Analyze extends Node {
  readonly kind: 'analyze';
  readonly options: readonly Option[];
  readonly tables: readonly AnalyzedTable[];
}

export interface AnalyzedTable extends Node {
  readonly kind: 'analyzedTable';
  readonly name: QualifiedName;
  readonly columns: readonly Identifier[];
}
