import type * as sql from '../../../grammars/sql/tree.ts';
import type { TableHandle } from '../../catalog/catalog.ts';
import type { SequenceOptions } from '../../functions/sequences.ts';
import type { Column, Expression } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import type { Type } from '../../types/type.ts';
import type { BoundParameter } from './parameters.ts';

/** A statement with its meaning: what the engine executes. Names are folded, plans are verified IR. */
export type BoundStatement = BoundBody & {
  readonly parameters: readonly BoundParameter[];
  /** Whether binding it again, over the same catalog, would give the same; a sample without a seed is a new one each time. */
  readonly repeatable: boolean;
};

export type BoundBody =
  | BoundQuery
  | BoundExplain
  | BoundInsert
  | BoundUpdate
  | BoundDelete
  | BoundTruncate
  | BoundCopyTo
  | BoundCopyFrom
  | BoundCreateTable
  | BoundCreateTableAs
  | BoundCreateView
  | BoundCreateSequence
  | BoundCreateIndex
  | BoundCreateSchema
  | BoundDrop
  | BoundSet
  | BoundShow
  | BoundReset
  | BoundSetTransaction
  | BoundBegin
  | BoundCommit
  | BoundRollback
  | BoundSavepoint
  | BoundRelease
  | BoundPrepare
  | BoundExecute
  | BoundDeallocate
  | BoundDescribe
  | BoundListTables
  | BoundAnalyze;

/** A column of a result; the i-th one is the plan's i-th column. Names may repeat. */
export interface ResultColumn {
  readonly name: string;
  readonly type: Type;
  readonly nullable: boolean;
}

export interface BoundQuery {
  readonly kind: 'query';
  readonly plan: Plan;
  readonly columns: readonly ResultColumn[];
  /** Whether the statement asks for an order of its rows. */
  readonly orderGuaranteed: boolean;
}

export interface BoundExplain {
  readonly kind: 'explain';
  readonly inner: BoundBody;
  readonly analyze: boolean;
  readonly verbose: boolean;
  readonly format: 'text' | 'json';
  /** The other options as they were given: `costs`, `timing`, `buffers`, `summary` and so on. */
  readonly options: ReadonlyMap<string, boolean>;
}

/** The number of rows affected is that of the plan's output rows; these are shown only where RETURNING asks for them. */
interface BoundChange {
  readonly plan: Plan;
  readonly table: TableHandle;
  /** Absent without RETURNING. */
  readonly returning: readonly ResultColumn[] | undefined;
}

export interface BoundInsert extends BoundChange {
  readonly kind: 'insert';
}

export interface BoundUpdate extends BoundChange {
  readonly kind: 'update';
}

export interface BoundDelete extends BoundChange {
  readonly kind: 'delete';
}

export interface BoundTruncate {
  readonly kind: 'truncate';
  /** Deletes all rows of each table. */
  readonly plans: readonly Plan[];
  readonly tables: readonly TableHandle[];
  /** Sequences of their columns begin anew. */
  readonly restart: boolean;
}

/** An option of COPY: a word or string, a number as text, a truth value, or a list of names. Undefined: named only. */
export type OptionValue = string | boolean | readonly string[] | undefined;

/** A file, or the connection. */
export type CopyEnd = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'stream' };

export interface BoundCopyTo {
  readonly kind: 'copyTo';
  readonly plan: Plan;
  readonly columns: readonly ResultColumn[];
  readonly target: CopyEnd;
  readonly options: ReadonlyMap<string, OptionValue>;
}

export interface BoundCopyFrom {
  readonly kind: 'copyFrom';
  readonly table: TableHandle;
  /** The table's columns that the source's columns go to, in the source's order. */
  readonly ordinals: readonly number[];
  readonly source: CopyEnd;
  readonly options: ReadonlyMap<string, OptionValue>;
}

export interface ObjectName {
  readonly name: string;
  readonly schema: string | undefined;
  readonly range: sql.SourceRange;
}

export interface NewColumn {
  readonly name: string;
  readonly type: Type;
  readonly nullable: boolean;
  /** Of `varchar(n)`: longer values are an error. */
  readonly maxLength: number | undefined;
  readonly default?: string | undefined;
  readonly identity?: 'always' | 'by default' | undefined;
  /** Its default is the next number of a sequence of its own. */
  readonly sequence?: SequenceOptions | undefined;
}

/** A condition that no row may fail; unknown is no failure. */
export interface NewCheck {
  readonly name: string;
  readonly text: string;
  /** One for each column of the table. */
  readonly columns: readonly Column[];
  readonly condition: Expression;
}

export interface NewKey {
  readonly kind: 'primary' | 'unique';
  readonly name: string | undefined;
  /** Ordinals of columns. */
  readonly columns: readonly number[];
}

interface NewTable {
  readonly table: ObjectName;
  readonly temporary: boolean;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
}

export interface BoundCreateTable extends NewTable {
  readonly kind: 'createTable';
  readonly columns: readonly NewColumn[];
  readonly keys: readonly NewKey[];
  readonly checks: readonly NewCheck[];
}

export interface BoundCreateSequence {
  readonly kind: 'createSequence';
  readonly sequence: ObjectName;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly orReplace: boolean;
  readonly options: SequenceOptions;
}

export interface BoundCreateIndex {
  readonly kind: 'createIndex';
  /** Undefined: the engine makes up its name. */
  readonly index: ObjectName | undefined;
  readonly table: ObjectName;
  readonly unique: boolean;
  readonly ifNotExists: boolean;
  /** Ordinals; undefined for an expression. */
  readonly columns: readonly (number | undefined)[];
  readonly handle: TableHandle;
}

export interface BoundCreateTableAs extends NewTable {
  readonly kind: 'createTableAs';
  /** The i-th column holds the plan's i-th column. */
  readonly columns: readonly NewColumn[];
  readonly plan: Plan;
  /** False for WITH NO DATA. */
  readonly withData: boolean;
}

export interface BoundCreateView {
  readonly kind: 'createView';
  readonly view: ObjectName;
  readonly temporary: boolean;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly text: string;
  /** `output` is what the query itself calls the column. */
  readonly columns: readonly { readonly name: string; readonly output: string; readonly type: Type }[];
}

export interface BoundCreateSchema {
  readonly kind: 'createSchema';
  readonly name: string;
  readonly ifNotExists: boolean;
}

export interface BoundDrop {
  readonly kind: 'drop';
  readonly object: 'table' | 'view' | 'schema' | 'sequence' | 'index';
  readonly names: readonly ObjectName[];
  readonly ifExists: boolean;
  readonly cascade: boolean;
}

export interface BoundSet {
  readonly kind: 'set';
  readonly scope: 'session' | 'local' | 'global';
  readonly name: string;
  /** Words, strings and numbers as text; empty for DEFAULT. */
  readonly values: readonly string[];
  readonly range: sql.SourceRange;
}

export interface BoundShow {
  readonly kind: 'show';
  /** Undefined: all. */
  readonly name: string | undefined;
  readonly range: sql.SourceRange;
}

export interface BoundReset {
  readonly kind: 'reset';
  readonly name: string | undefined;
  readonly range: sql.SourceRange;
}

export interface TransactionModes {
  readonly isolation: sql.TransactionModes['isolation'];
  readonly readOnly: boolean | undefined;
  readonly deferrable: boolean | undefined;
}

export interface BoundSetTransaction {
  readonly kind: 'setTransaction';
  readonly session: boolean;
  readonly modes: TransactionModes;
}

export interface BoundBegin {
  readonly kind: 'begin';
  readonly modes: TransactionModes;
}

export interface BoundCommit {
  readonly kind: 'commit';
  readonly chain: boolean;
}

export interface BoundRollback {
  readonly kind: 'rollback';
  readonly chain: boolean;
  readonly savepoint: string | undefined;
}

export interface BoundSavepoint {
  readonly kind: 'savepoint';
  readonly name: string;
}

export interface BoundRelease {
  readonly kind: 'release';
  readonly name: string;
}

/** The statement is bound when it is executed, as a plan must not outlive the tables that it was made for. */
export interface BoundPrepare {
  readonly kind: 'prepare';
  readonly name: string;
  readonly types: readonly Type[];
  readonly statement: sql.Statement;
}

export interface BoundExecute {
  readonly kind: 'execute';
  readonly name: string;
  /** Expressions without columns. */
  readonly arguments: readonly Expression[];
}

export interface BoundDeallocate {
  readonly kind: 'deallocate';
  /** Undefined: all. */
  readonly name: string | undefined;
}

export interface BoundDescribe {
  readonly kind: 'describe';
  readonly columns: readonly ResultColumn[];
}

/** DESCRIBE without a subject. */
export interface BoundListTables {
  readonly kind: 'listTables';
}

export interface BoundAnalyze {
  readonly kind: 'analyze';
  /** Empty: all tables. */
  readonly tables: readonly { readonly table: TableHandle; readonly ordinals: readonly number[] }[];
}
