import type { ColumnDefinition, DropBehavior, TableConstraint } from './definitions.ts';
import type { Expression } from './expressions.ts';
import type { Identifier, Node, QualifiedName } from './nodes.ts';
import type { SequenceOptions } from './objects.ts';
import type { Option } from './statements.ts';
import type { TypeName } from './types.ts';

/** ALTER */

export interface Alter extends Node {
  readonly kind: 'alter';
  readonly object: AlteredObject;
  readonly ifExists: boolean;
  /** ALTER TABLE ONLY. */
  readonly only: boolean;
  readonly name: QualifiedName;
  /** At least one; several only of tables, views, sequences and composite types. */
  readonly actions: readonly AlterAction[];
}

export type AlteredObject =
  | 'table'
  | 'view'
  | 'materialized view'
  | 'index'
  | 'sequence'
  | 'schema'
  | 'type'
  | 'domain';

export type AlterAction =
  | AddColumn
  | DropColumn
  | AlterColumn
  | AddConstraint
  | DropConstraint
  | ConstraintAction
  | RenameObject
  | RenamePart
  | SetSchema
  | SetOwner
  | SetOptions
  | ResetOptions
  | SetProperty
  | Inherit
  | AlterSequence
  | AddEnumValue
  | DomainAction;

/** ADD COLUMN of a table, ADD ATTRIBUTE of a composite type. */
export interface AddColumn extends Node {
  readonly kind: 'addColumn';
  readonly ifNotExists: boolean;
  readonly column: ColumnDefinition;
  readonly behavior: DropBehavior | undefined;
}

/** DROP COLUMN of a table, DROP ATTRIBUTE of a composite type. */
export interface DropColumn extends Node {
  readonly kind: 'dropColumn';
  readonly ifExists: boolean;
  readonly name: Identifier;
  readonly behavior: DropBehavior | undefined;
}

/** ALTER COLUMN of a table, ALTER ATTRIBUTE of a composite type. */
export interface AlterColumn extends Node {
  readonly kind: 'alterColumn';
  readonly name: Identifier;
  readonly change: ColumnChange;
}

export type ColumnChange =
  | SetType
  | SetDefault
  | SimpleColumnChange
  | AddIdentity
  | AlterIdentity
  | SetExpression
  | SetColumnProperty
  | SetOptions
  | ResetOptions;

export interface SetType extends Node {
  readonly kind: 'setType';
  readonly type: TypeName;
  readonly collation: QualifiedName | undefined;
  readonly using: Expression | undefined;
  /** Of attributes only. */
  readonly behavior: DropBehavior | undefined;
}

export interface SetDefault extends Node {
  readonly kind: 'setDefault';
  readonly value: Expression;
}

/** What takes nothing but words. */
export interface SimpleColumnChange extends Node {
  readonly kind: 'simpleColumnChange';
  readonly change: 'drop default' | 'set not null' | 'drop not null' | 'drop identity' | 'drop expression';
  /** Of DROP IDENTITY and DROP EXPRESSION. */
  readonly ifExists: boolean;
}

export interface AddIdentity extends Node {
  readonly kind: 'addIdentity';
  readonly always: boolean;
  readonly options: readonly Option[];
}

/** SET GENERATED …, SET sequence option, RESTART. */
export interface AlterIdentity extends Node {
  readonly kind: 'alterIdentity';
  readonly always: boolean | undefined;
  readonly options: readonly Option[];
}

/** SET EXPRESSION AS (…). */
export interface SetExpression extends Node {
  readonly kind: 'setExpression';
  readonly expression: Expression;
}

/** SET STATISTICS n, SET STORAGE word, SET COMPRESSION word. */
export interface SetColumnProperty extends Node {
  readonly kind: 'setColumnProperty';
  readonly property: 'statistics' | 'storage' | 'compression';
  readonly value: Expression;
}

export interface AddConstraint extends Node {
  readonly kind: 'addConstraint';
  readonly constraint: TableConstraint;
  readonly notValid: boolean;
}

export interface DropConstraint extends Node {
  readonly kind: 'dropConstraint';
  readonly ifExists: boolean;
  readonly name: Identifier;
  readonly behavior: DropBehavior | undefined;
}

/** VALIDATE CONSTRAINT name, ALTER CONSTRAINT name [NOT] DEFERRABLE …. */
export interface ConstraintAction extends Node {
  readonly kind: 'constraintAction';
  readonly action: 'validate' | 'alter';
  readonly name: Identifier;
  readonly deferrable: boolean | undefined;
  readonly initially: 'deferred' | 'immediate' | undefined;
}

/** RENAME TO. */
export interface RenameObject extends Node {
  readonly kind: 'renameObject';
  readonly to: Identifier;
}

/** RENAME COLUMN, RENAME CONSTRAINT, RENAME ATTRIBUTE, RENAME VALUE; a value is a quoted name here. */
export interface RenamePart extends Node {
  readonly kind: 'renamePart';
  readonly part: 'column' | 'constraint' | 'attribute' | 'value';
  readonly from: Identifier;
  readonly to: Identifier;
  readonly behavior: DropBehavior | undefined;
}

export interface SetSchema extends Node {
  readonly kind: 'setSchema';
  readonly schema: Identifier;
}

/** OWNER TO role; CURRENT_USER and the like are names here. */
export interface SetOwner extends Node {
  readonly kind: 'setOwner';
  readonly role: Identifier;
}

export interface SetOptions extends Node {
  readonly kind: 'setOptions';
  readonly options: readonly Option[];
}

export interface ResetOptions extends Node {
  readonly kind: 'resetOptions';
  readonly options: readonly Option[];
}

/** What has a name or nothing behind it. */
export interface SetProperty extends Node {
  readonly kind: 'setProperty';
  readonly property:
    | 'set logged'
    | 'set unlogged'
    | 'set without cluster'
    | 'set tablespace'
    | 'set access method'
    | 'cluster on'
    | 'enable trigger'
    | 'disable trigger'
    | 'enable row level security'
    | 'disable row level security'
    | 'force row level security'
    | 'no force row level security';
  /** ALL and USER of triggers are names here. */
  readonly name: Identifier | undefined;
}

export interface Inherit extends Node {
  readonly kind: 'inherit';
  readonly inherits: boolean;
  readonly parent: QualifiedName;
}

/** ALTER SEQUENCE … options. */
export interface AlterSequence extends Node {
  readonly kind: 'alterSequence';
  readonly options: SequenceOptions;
}

/** ADD VALUE of an enum. */
export interface AddEnumValue extends Node {
  readonly kind: 'addEnumValue';
  readonly ifNotExists: boolean;
  readonly value: string;
  readonly position: 'before' | 'after' | undefined;
  readonly neighbour: string | undefined;
}

/** SET DEFAULT, DROP DEFAULT, SET NOT NULL and DROP NOT NULL of a domain. */
export interface DomainAction extends Node {
  readonly kind: 'domainAction';
  readonly change: SetDefault | SimpleColumnChange;
}
