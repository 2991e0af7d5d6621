import type * as sql from '../../../grammars/sql/tree.ts';
import { OrbitError, unreachable } from '../../types/error.ts';
import { INT16, INT32, INT64, isJson, type Type } from '../../types/type.ts';
import type { BoundBody, NewCheck, NewColumn, NewKey, ObjectName } from './bound.ts';
import type { QueryContext } from './context.ts';
import { bindCheck, defaultText } from './defaults.ts';
import { unsupported, unsupportedAll } from './errors.ts';
import { fold } from './names.ts';
import { bindQuery } from './query.ts';
import { sequenceOptions } from './sequences.ts';
import { findTable } from './tables.ts';
import { ordinalOf } from './targets.ts';
import { resolveType } from './type-names.ts';

/** CREATE and DROP. Whether the objects exist is for the engine to see, in the transaction that changes them. */

export function objectName(name: sql.QualifiedName): ObjectName {
  const part = name.parts.at(-1);
  const schema = name.parts.at(-2);
  if (part === undefined) throw new OrbitError('syntax_error', 'a name is missing', { range: name.range });
  if (name.parts.length > 2) throw unsupported('a reference to another database', name.range);
  return { name: fold(part), schema: schema && fold(schema), range: name.range };
}

export function bindCreateTable(tree: sql.CreateTable, context: QueryContext): BoundBody {
  if (tree.unlogged) throw unsupported('UNLOGGED', tree.range);
  if (tree.options[0] !== undefined) throw unsupportedAll('storage options of a table', tree.options[0].range);
  if (tree.onCommit !== undefined) throw unsupported(`ON COMMIT ${tree.onCommit.toUpperCase()}`, tree.range);
  if (tree.orReplace && tree.ifNotExists) {
    throw new OrbitError('syntax_error', 'OR REPLACE and IF NOT EXISTS exclude each other', { range: tree.range });
  }
  const { temporary, orReplace, ifNotExists } = tree;
  const common = { table: objectName(tree.name), temporary, orReplace, ifNotExists };
  if (tree.query !== undefined)
    return { kind: 'createTableAs', ...common, ...bindTableQuery(tree, tree.query, context) };
  return { kind: 'createTable', ...common, ...bindElements(tree, common.table.name, context) };
}

function bindTableQuery(tree: sql.CreateTable, query: sql.Query | sql.Execute, context: QueryContext) {
  if (query.kind === 'execute') throw unsupported('CREATE TABLE … AS EXECUTE', query.range);
  const names = tree.elements.map((element) => {
    const bare = element.kind === 'columnDefinition' && element.type === undefined && element.constraints.length === 0;
    if (!bare || element.collation !== undefined) {
      throw new OrbitError('syntax_error', 'CREATE TABLE … AS takes names of columns only', { range: element.range });
    }
    return element.name;
  });
  const pending = bindQuery(query, context);
  if (names.length > pending.outputs.length) {
    const range = names[pending.outputs.length]?.range ?? tree.range;
    throw new OrbitError('syntax_error', 'too many column names were specified', { range });
  }
  const plan = pending.finish();
  const columns = plan.columns.map(({ type }, i): NewColumn => {
    const given = names[i];
    const name = given === undefined ? (pending.outputs[i]?.name ?? '') : fold(given);
    return { name, type, nullable: true, maxLength: undefined };
  });
  const ranges = columns.map((_, i) => names[i]?.range ?? pending.outputs[i]?.range ?? query.range);
  refuseDuplicates(columns, ranges);
  return { plan, columns, withData: tree.withData };
}

function refuseDuplicates(columns: readonly NewColumn[], ranges: readonly sql.SourceRange[]): void {
  const seen = new Set<string>();
  columns.forEach(({ name }, i) => {
    if (seen.has(name)) {
      throw new OrbitError('duplicate_column', `column "${name}" specified more than once`, { range: ranges[i] });
    }
    seen.add(name);
  });
}

function bindElements({ elements, range }: sql.CreateTable, table: string, context: QueryContext) {
  const definitions = elements.filter((element) => element.kind === 'columnDefinition');
  const names = definitions.map((definition) => fold(definition.name));
  const keys: NewKey[] = [];
  const conditions: { readonly tree: sql.CheckConstraint; readonly column: string | undefined }[] = [];
  for (const element of elements) {
    switch (element.kind) {
      case 'columnDefinition':
        for (const constraint of element.constraints) {
          if (constraint.kind === 'primaryKey' || constraint.kind === 'unique') {
            keys.push(bindKey(constraint, [element.name], names));
          } else if (constraint.kind === 'check') conditions.push({ tree: constraint, column: fold(element.name) });
          else refuseConstraint(constraint);
        }
        break;
      case 'primaryKey':
      case 'unique':
        keys.push(bindKey(element, element.columns, names));
        break;
      case 'check':
        conditions.push({ tree: element, column: undefined });
        break;
      case 'foreignKey':
        refuseConstraint(element);
        break;
      case 'likeTable':
        throw unsupported('LIKE in CREATE TABLE', element.range);
      default:
        unreachable(element);
    }
  }
  const primary = keys.filter((key) => key.kind === 'primary');
  const second = elements.filter(isPrimary)[1];
  if (primary.length > 1) {
    const range = second?.range ?? elements[0]?.range;
    throw new OrbitError('syntax_error', 'a table can have only one primary key', { range });
  }
  const columns = definitions.map((definition, i) =>
    bindColumn(
      definition,
      primary.some((key) => key.columns.includes(i)),
      table,
      context,
    ),
  );
  for (const column of keys.flatMap((key) => key.columns)) {
    const definition = definitions[column];
    if (definition !== undefined && columns[column] !== undefined && isJson(columns[column].type)) {
      throw unsupported('a key of documents', definition.range, 'Two texts can be the same document.');
    }
  }
  refuseDuplicates(
    columns,
    definitions.map((definition) => definition.name.range),
  );
  const checks = conditions.map(({ tree, column }): NewCheck => {
    if (tree.deferrable === true) throw unsupported('DEFERRABLE', tree.range);
    const name = tree.name === undefined ? `${[table, column, 'check'].filter(Boolean).join('_')}` : fold(tree.name);
    return bindCheck(tree.expression, name, table, columns, context);
  });
  if (columns.length === 0) throw unsupported('a table without columns', range);
  return { columns, keys, checks };
}

const SERIAL: ReadonlyMap<string, { readonly type: Type; readonly bits: number }> = new Map([
  ['smallserial', { type: INT16, bits: 16 }],
  ['serial2', { type: INT16, bits: 16 }],
  ['serial', { type: INT32, bits: 32 }],
  ['serial4', { type: INT32, bits: 32 }],
  ['bigserial', { type: INT64, bits: 64 }],
  ['serial8', { type: INT64, bits: 64 }],
]);

function serialOf(type: sql.TypeName) {
  const [word] = type.kind === 'namedType' ? type.name.parts : [];
  const single = type.kind === 'namedType' && type.name.parts.length === 1 && type.modifiers.length === 0;
  return word === undefined || !single ? undefined : SERIAL.get(fold(word));
}

function isPrimary(element: sql.TableElement): boolean {
  if (element.kind === 'primaryKey') return true;
  return (
    element.kind === 'columnDefinition' && element.constraints.some((constraint) => constraint.kind === 'primaryKey')
  );
}

function bindColumn(tree: sql.ColumnDefinition, isKey: boolean, table: string, context: QueryContext): NewColumn {
  if (tree.type === undefined) {
    throw new OrbitError('syntax_error', `column "${fold(tree.name)}" has no type`, { range: tree.range });
  }
  if (tree.collation !== undefined && tree.collation.parts.at(-1)?.text !== 'C') {
    throw unsupported('a collation', tree.collation.range, 'Text is compared by code points, as by "C".');
  }
  const serial = serialOf(tree.type);
  const { type, maxLength } = serial === undefined ? resolveType(tree.type) : { ...serial, maxLength: undefined };
  const constraints = tree.constraints.filter((constraint) => constraint.kind === 'notNull');
  const conflict = constraints.find((constraint) => constraint.nullable !== constraints[0]?.nullable);
  if (conflict !== undefined || (isKey && constraints.some((constraint) => constraint.nullable))) {
    throw new OrbitError('syntax_error', `conflicting NULL/NOT NULL declarations for column "${fold(tree.name)}"`, {
      range: (conflict ?? tree).range,
    });
  }
  const identity = tree.constraints.find((constraint) => constraint.kind === 'identity');
  const defaults = tree.constraints.filter((constraint) => constraint.kind === 'defaultConstraint');
  if (defaults.length + (identity === undefined ? 0 : 1) + (serial === undefined ? 0 : 1) > 1) {
    throw new OrbitError('syntax_error', `multiple default values specified for column "${fold(tree.name)}"`, {
      range: tree.range,
    });
  }
  const numbered = identity !== undefined || serial !== undefined;
  const nullable = !isKey && !numbered && constraints[0]?.nullable !== false;
  const column: NewColumn = { name: fold(tree.name), type, nullable, maxLength };
  if (numbered) {
    const bits = serial?.bits ?? IDENTITY_BITS.get(type.kind);
    if (bits === undefined) {
      throw new OrbitError('invalid_parameter_value', 'identity column type must be smallint, integer, or bigint', {
        range: tree.range,
      });
    }
    const sequence = sequenceOptions(identity?.options ?? [], undefined, tree.range, bits);
    return { ...column, sequence, identity: identity && (identity.always ? 'always' : 'by default') };
  }
  const [given] = defaults;
  return given === undefined ? column : { ...column, default: defaultText(given.value, column, table, context) };
}

const IDENTITY_BITS: ReadonlyMap<Type['kind'], number> = new Map<Type['kind'], number>([
  ['int16', 16],
  ['int32', 32],
  ['int64', 64],
]);

export function bindCreateSequence(tree: sql.CreateSequence): BoundBody {
  if (tree.unlogged) throw unsupported('UNLOGGED', tree.range);
  const { temporary, ifNotExists, orReplace, options: given } = tree;
  if (given.ownedBy !== undefined && given.ownedBy.parts[0]?.text.toLowerCase() !== 'none') {
    throw unsupported('OWNED BY', given.ownedBy.range);
  }
  const options = sequenceOptions(given.numbers, given.type, tree.range);
  return { kind: 'createSequence', sequence: objectName(tree.name), temporary, ifNotExists, orReplace, options };
}

/** Tables in memory are looked up by their keys; other indexes are accepted for what programs expect of them. */
export function bindCreateIndex(tree: sql.CreateIndex, context: QueryContext): BoundBody {
  const handle = findTable(tree.table, context);
  const columns = tree.elements.map(({ expression }) => {
    const part = expression.kind === 'column' && expression.parts.length === 1 ? expression.parts[0] : undefined;
    return part === undefined ? undefined : ordinalOf(part, handle);
  });
  if (tree.unique) {
    if (columns.includes(undefined)) throw unsupported('a unique index over an expression', tree.range);
    if (tree.where !== undefined) throw unsupported('a unique index over some rows', tree.where.range);
    if (!tree.nullsDistinct) throw unsupported('NULLS NOT DISTINCT', tree.range);
  }
  const index = tree.name && objectName(tree.name);
  const { unique, ifNotExists } = tree;
  return { kind: 'createIndex', index, table: objectName(tree.table), unique, ifNotExists, columns, handle };
}

function bindKey(
  tree: sql.PrimaryKeyConstraint | sql.UniqueConstraint,
  columns: readonly sql.Identifier[],
  names: readonly string[],
): NewKey {
  if (tree.deferrable === true || tree.initially === 'deferred') throw unsupported('DEFERRABLE', tree.range);
  if (tree.kind === 'unique' && !tree.nullsDistinct) throw unsupported('NULLS NOT DISTINCT', tree.range);
  const ordinals = columns.map((column) => {
    const ordinal = names.indexOf(fold(column));
    if (ordinal >= 0) return ordinal;
    throw new OrbitError('undefined_column', `column "${fold(column)}" named in key does not exist`, {
      range: column.range,
    });
  });
  const repeated = columns.find((_, i) => ordinals.indexOf(ordinals[i] ?? -1) !== i);
  if (repeated !== undefined) {
    const message = `column "${fold(repeated)}" appears twice in a key`;
    throw new OrbitError('duplicate_column', message, { range: repeated.range });
  }
  return { kind: tree.kind === 'unique' ? 'unique' : 'primary', name: tree.name && fold(tree.name), columns: ordinals };
}

function refuseConstraint(tree: sql.ColumnConstraint | sql.TableConstraint): void {
  switch (tree.kind) {
    case 'notNull':
    case 'primaryKey':
    case 'unique':
      return;
    case 'defaultConstraint':
    case 'identity':
    case 'check':
      return;
    case 'generated':
      throw unsupportedAll('generated columns', tree.range);
    case 'references':
    case 'foreignKey':
      throw unsupportedAll('foreign keys', tree.range);
    default:
      unreachable(tree);
  }
}

export function bindCreateSchema(tree: sql.CreateSchema): BoundBody {
  if (tree.authorization !== undefined) throw unsupported('AUTHORIZATION', tree.authorization.range);
  const [part] = tree.name?.parts ?? [];
  if (tree.name === undefined || part === undefined || tree.name.parts.length > 1) {
    throw unsupported('a schema of another database', tree.range);
  }
  return { kind: 'createSchema', name: fold(part), ifNotExists: tree.ifNotExists };
}

export function bindDrop(tree: sql.Drop): BoundBody {
  const { object, ifExists } = tree;
  if (object === 'property graph' || object === 'materialized view' || object === 'type' || object === 'domain') {
    throw unsupported(`DROP ${object.toUpperCase()}`, tree.range);
  }
  return { kind: 'drop', object, names: tree.names.map(objectName), ifExists, cascade: tree.behavior === 'cascade' };
}
