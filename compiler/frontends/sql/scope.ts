import type { Identifier } from '../../../grammars/sql/tree.ts';
import { columnRef } from '../../ir/build.ts';
import type { ColumnId, Expression } from '../../ir/expression.ts';
import { internalError, OrbitError, type SourceRange } from '../../types/error.ts';
import type { Relation, Scope, ScopeColumn } from './context.ts';
import { unsupported } from './errors.ts';
import { fold, matching, quoted, suggestion } from './names.ts';

/** What `a`, `t.a` and `s.t.a` mean: the nearest query that knows the name decides. */
export function resolveColumn(parts: readonly Identifier[], scope: Scope, range: SourceRange): Expression {
  const name = parts.at(-1);
  if (name === undefined) throw internalError('a column reference has no parts');
  const qualifier = parts.slice(0, -1);
  const column = qualifier.length === 0 ? findBare(name, scope, range) : findQualified(qualifier, name, scope, range);
  return columnRef(column.column, range);
}

/** The column that a bare name means in this scope alone, not in outer ones; undefined if there is none. */
export function findHere(name: Identifier, scope: Scope): ScopeColumn | undefined {
  const found = matching(scope.columns, name, columnName);
  return found.length > 1 ? throwAmbiguous(name, scope, name.range) : found[0];
}

/** The column that a bare name means in the nearest query that has one; undefined if none has. */
export function lookupBare(name: Identifier, scope: Scope): ScopeColumn | undefined {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const column = findHere(name, s);
    const [relation] = column === undefined ? matching(s.relations, name, relationName) : [];
    const value = column ?? (relation?.scalar === true ? relation.columns[0] : undefined);
    if (value !== undefined) return value;
  }
  return undefined;
}

function findBare(name: Identifier, scope: Scope, range: SourceRange): ScopeColumn {
  const column = lookupBare(name, scope);
  if (column !== undefined) return column;
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    if (matching(s.relations, name, relationName).length > 0) {
      throw unsupported(`the whole row of "${fold(name)}" as a value`, range, 'Name one of its columns.');
    }
  }
  throw new OrbitError('undefined_column', `column "${fold(name)}" does not exist`, {
    range,
    hint: columnHint(name, scope),
  });
}

function throwAmbiguous(name: Identifier, scope: Scope, range: SourceRange): never {
  const owners = scope.relations.filter((relation) => matching(relation.columns, name, columnName).length > 0);
  const names = owners.flatMap((owner) =>
    owner.name === undefined ? [] : `${quoted(owner.name)}.${quoted(fold(name))}`,
  );
  throw new OrbitError('ambiguous_column', `column reference "${fold(name)}" is ambiguous`, {
    range,
    hint: names.length > 1 ? `Write ${names.slice(0, 3).join(' or ')}.` : undefined,
  });
}

function findQualified(
  qualifier: readonly Identifier[],
  name: Identifier,
  scope: Scope,
  range: SourceRange,
): ScopeColumn {
  const relation = findRelation(qualifier, scope);
  const found = matching(relation.columns, name, columnName);
  const [column] = found;
  const label = `${qualifier.map(fold).join('.')}.${fold(name)}`;
  if (found.length > 1) throw new OrbitError('ambiguous_column', `column reference "${label}" is ambiguous`, { range });
  if (column !== undefined) return column;
  throw new OrbitError('undefined_column', `column ${label} does not exist`, {
    range,
    hint: suggestion(fold(name), relation.columns.map(columnName)),
  });
}

/** The table of FROM that a qualifier names, in this query or an outer one. */
export function findRelation(qualifier: readonly Identifier[], scope: Scope): Relation {
  const name = qualifier.at(-1);
  if (name === undefined) throw internalError('a qualifier has no parts');
  if (qualifier.length > 2) throw unsupported('a reference to another database', name.range);
  return lookupRelation(qualifier, scope) ?? throwMissing(name, scope, rangeOf(qualifier));
}

/** As `findRelation`, undefined if there is none. */
export function lookupRelation(qualifier: readonly Identifier[], scope: Scope): Relation | undefined {
  const name = qualifier.at(-1);
  if (name === undefined) return undefined;
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const found = qualified(s.relations, qualifier, name);
    if (found.length > 1) {
      throw new OrbitError('ambiguous_column', `table reference "${fold(name)}" is ambiguous`, { range: name.range });
    }
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
}

function qualified(
  relations: readonly Relation[],
  qualifier: readonly Identifier[],
  name: Identifier,
): readonly Relation[] {
  const schema = qualifier.length === 2 ? qualifier[0] : undefined;
  const named = matching(relations, name, relationName);
  return schema === undefined ? named : matching(named, schema, (relation) => relation.schema ?? '');
}

function throwMissing(name: Identifier, scope: Scope, range: SourceRange | undefined): never {
  const known: string[] = [];
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    known.push(...s.relations.flatMap((relation) => relation.name ?? []));
    const [aliased] = matching(s.relations, name, (relation) => relation.hiddenName ?? '');
    if (aliased?.name !== undefined) {
      throw new OrbitError('undefined_table', `invalid reference to FROM-clause entry for table "${fold(name)}"`, {
        range,
        hint: `Its name in this query is the alias ${quoted(aliased.name)}.`,
      });
    }
    if (matching(s.barred, name, relationName).length > 0) {
      throw new OrbitError('undefined_table', `invalid reference to FROM-clause entry for table "${fold(name)}"`, {
        range,
        hint: `There is a table "${fold(name)}" in FROM, but it cannot be used here. LATERAL may help.`,
      });
    }
  }
  throw new OrbitError('undefined_table', `missing FROM-clause entry for table "${fold(name)}"`, {
    range,
    hint: suggestion(fold(name), known),
  });
}

function columnHint(name: Identifier, scope: Scope): string | undefined {
  const candidates: string[] = [];
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const barred = s.barred.find((relation) => matching(relation.columns, name, columnName).length > 0);
    if (barred?.name !== undefined) {
      return `There is a column "${fold(name)}" in table "${barred.name}", but it cannot be used here. LATERAL may help.`;
    }
    candidates.push(...s.columns.map(columnName));
  }
  return suggestion(fold(name), candidates);
}

/** `alias.column` for messages about columns that are known by id only. */
export function describeColumn(id: ColumnId, scope: Scope): string {
  for (const relation of scope.relations) {
    const found = relation.columns.find((column) => column.column.id === id);
    if (found !== undefined) return relation.name === undefined ? found.name : `${relation.name}.${found.name}`;
  }
  return scope.columns.find((column) => column.column.id === id)?.name ?? '?';
}

function rangeOf(parts: readonly Identifier[]): SourceRange | undefined {
  const first = parts[0];
  const last = parts.at(-1);
  return first === undefined || last === undefined ? undefined : { start: first.range.start, end: last.range.end };
}

const columnName = (column: ScopeColumn): string => column.name;
const relationName = (relation: Relation): string => relation.name ?? '';
