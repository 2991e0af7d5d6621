import type { Catalog, TableHandle, ViewHandle } from '../compiler/catalog/catalog.ts';
import type { Sequence } from '../compiler/functions/sequences.ts';
import { OrbitError, type SourceRange } from '../compiler/types/error.ts';
import { createMemoryTable, type MemoryTable, type MemoryTableOptions } from '../storage/tables/memory-table.ts';
import type { TransactionManager } from '../storage/transactions/manager.ts';

/** The schema that unqualified names mean, unless a session says otherwise. */
export const DEFAULT_SCHEMA = 'public';
/** Another name of it, by which people coming from elsewhere know it. */
const DEFAULT_ALIAS = 'main';
/** What a session calls the schema of its temporary tables. */
export const TEMPORARY_SCHEMA = 'pg_temp';

/** Where an object is. */
export interface Place {
  readonly schema: string;
  readonly name: string;
}

export interface CatalogTable {
  readonly kind: 'table';
  readonly table: MemoryTable;
  /** Sequences that its defaults name. */
  readonly uses: readonly Place[];
}

export interface CatalogSequence {
  readonly kind: 'sequence';
  readonly sequence: Sequence;
  /** The table that it goes with. */
  readonly owner: Place | undefined;
}

/** Unique ones are keys of their table; others are only names. */
export interface CatalogIndex {
  readonly kind: 'index';
  readonly owner: Place;
  readonly unique: boolean;
  readonly columns: readonly (number | undefined)[];
}

export interface CatalogView {
  readonly kind: 'view';
  readonly view: ViewHandle;
  /** The tables and views that its text names. */
  readonly uses: readonly Place[];
}

/** What a name in a schema stands for; tables, views and the like have one name space. */
export type CatalogObject = CatalogTable | CatalogView | CatalogSequence | CatalogIndex;

/** All objects by schema and folded name. A state never changes: each change makes another one. */
export type CatalogState = ReadonlyMap<string, ReadonlyMap<string, CatalogObject>>;

/** What a session sees, and where it looks for names without a schema. */
export interface Names {
  readonly state: CatalogState;
  /** The session's own schema of temporary tables, which comes before all others. */
  readonly temporary: string;
  readonly path: readonly string[];
  readonly session: number;
}

export type Found = Place & { readonly object: CatalogObject };

/** The objects of a database, as far as they are committed. */
export interface DatabaseCatalog {
  readonly committed: () => CatalogState;
  /**
   * Makes what has changed between `base` and `next` so for everybody. Fails where somebody else has changed the same
   * since `base`.
   */
  readonly commit: (base: CatalogState, next: CatalogState) => void;
  /** A table of this database's transactions, which nobody sees until it is put into a schema. */
  readonly make: (options: Omit<MemoryTableOptions, 'transactions'>) => MemoryTable;
  /** Rises when statistics were made anew. */
  readonly version: () => number;
  readonly changed: () => void;
}

export function createCatalog(transactions: TransactionManager): DatabaseCatalog {
  let state: CatalogState = new Map([[DEFAULT_SCHEMA, new Map()]]);
  let version = 1;
  return {
    committed: () => state,
    commit: (base, next) => {
      state = state === base ? next : merged(base, next, state);
      version++;
    },
    make: (options) => createMemoryTable({ ...options, transactions }),
    version: () => version,
    changed: () => {
      version++;
    },
  };
}

function merged(base: CatalogState, next: CatalogState, now: CatalogState): CatalogState {
  const result = new Map(now);
  for (const schema of new Set([...base.keys(), ...next.keys()])) {
    const [before, after, present] = [base.get(schema), next.get(schema), now.get(schema)];
    if (before === after) continue;
    if (before === undefined || after === undefined) {
      if (present !== before) throw changedByOthers(schema);
      if (after === undefined) result.delete(schema);
      else result.set(schema, after);
      continue;
    }
    if (present === undefined) throw changedByOthers(schema);
    const objects = new Map(present);
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const [old, changed] = [before.get(name), after.get(name)];
      if (old === changed) continue;
      if (present.get(name) !== old) throw changedByOthers(name);
      if (changed === undefined) objects.delete(name);
      else objects.set(name, changed);
    }
    result.set(schema, objects);
  }
  return result;
}

function changedByOthers(name: string): OrbitError {
  return new OrbitError('serialization_failure', `"${name}" was defined anew by a concurrent transaction`, {
    hint: 'Roll the transaction back and try again.',
  });
}

/** The schema's real name, for one as statements write it. */
export function schemaNamed({ state, temporary }: Names, schema: string): string {
  if (schema === TEMPORARY_SCHEMA) return temporary;
  return schema === DEFAULT_ALIAS && !state.has(schema) ? DEFAULT_SCHEMA : schema;
}

export function hasSchema(names: Names, schema: string): boolean {
  return names.state.has(schemaNamed(names, schema));
}

export function find(names: Names, name: string, schema?: string): Found | undefined {
  const schemas = schema === undefined ? [names.temporary, ...names.path] : [schema];
  for (const written of schemas) {
    const real = schemaNamed(names, written);
    const object = names.state.get(real)?.get(name);
    if (object !== undefined) return { schema: real, name, object };
  }
  return undefined;
}

/** Where a new object of that name goes. */
export function placeOfNew(
  names: Names,
  { name, schema, range }: { readonly name: string; readonly schema: string | undefined; readonly range: SourceRange },
  temporary: boolean,
): Place {
  if (temporary) {
    if (schema === undefined || schemaNamed(names, schema) === names.temporary)
      return { schema: names.temporary, name };
    throw new OrbitError('invalid_table_definition', 'cannot create temporary relation in non-temporary schema', {
      range,
    });
  }
  if (schema !== undefined) {
    const real = schemaNamed(names, schema);
    if (real !== names.temporary && !names.state.has(real)) throw undefinedSchema(schema, range);
    return { schema: real, name };
  }
  const first = names.path.map((written) => schemaNamed(names, written)).find((real) => names.state.has(real));
  if (first !== undefined) return { schema: first, name };
  throw new OrbitError('invalid_schema_name', 'no schema has been selected to create in', { range });
}

export function withObject(state: CatalogState, { schema, name }: Place, object: CatalogObject): CatalogState {
  return new Map(state).set(schema, new Map(state.get(schema)).set(name, object));
}

export function withoutObject(state: CatalogState, { schema, name }: Place): CatalogState {
  const objects = new Map(state.get(schema));
  objects.delete(name);
  return new Map(state).set(schema, objects);
}

export function withSchema(state: CatalogState, schema: string): CatalogState {
  return new Map(state).set(schema, new Map());
}

export function withoutSchema(state: CatalogState, schema: string): CatalogState {
  const result = new Map(state);
  result.delete(schema);
  return result;
}

export function eachObject(state: CatalogState): readonly Found[] {
  return [...state].flatMap(([schema, objects]) => [...objects].map(([name, object]) => ({ schema, name, object })));
}

/** What uses these objects, directly or not, without themselves. */
export function dependants(state: CatalogState, of: readonly Place[]): readonly Found[] {
  const all = eachObject(state);
  const found: Found[] = [];
  const gone: Place[] = [...of];
  for (let next = gone.shift(); next !== undefined; next = gone.shift()) {
    const { schema, name } = next;
    for (const candidate of all) {
      const uses = 'uses' in candidate.object ? candidate.object.uses : [];
      if (!uses.some((used) => used.schema === schema && used.name === name)) continue;
      if ([...of, ...found].some((known) => known.schema === candidate.schema && known.name === candidate.name))
        continue;
      found.push(candidate);
      gone.push(candidate);
    }
  }
  return found;
}

/** What goes where these objects go: indexes of tables, and sequences of their columns. */
export function owned(state: CatalogState, by: readonly Place[]): readonly Found[] {
  return eachObject(state).filter(({ object }) => {
    const owner = 'owner' in object ? object.owner : undefined;
    return owner !== undefined && by.some(({ schema, name }) => owner.schema === schema && owner.name === name);
  });
}

/** How a session names an object in messages. */
export function describe(names: Names, { schema, name, object }: Found): string {
  const seen = find(names, name);
  return `${object.kind} ${seen?.schema === schema ? name : `${schema}.${name}`}`;
}

/** A name as binding asked for it. */
export interface Lookup {
  readonly name: string;
  readonly schema: string | undefined;
  /** Of a view, where the text of one asked. */
  readonly path: readonly string[] | undefined;
  readonly found: Found | undefined;
  readonly version: number | undefined;
}

/** What binding a statement sees: the tables and views, and the files that it names. `asked` is told of every name. */
export function catalogOf(
  names: Names,
  file: (path: string) => TableHandle | undefined,
  asked: (lookup: Lookup) => void,
  path?: readonly string[],
): Catalog {
  const own = path === undefined ? names : { ...names, path };
  const look = (name: string, schema: string | undefined): CatalogObject | undefined => {
    const found = find(own, name, schema);
    asked({ name, schema, path, found, version: versionOf(found) });
    return found?.object;
  };
  return {
    table: (name, schema) => {
      const object = look(name, schema);
      return object?.kind === 'table' ? object.table : undefined;
    },
    view: (name, schema) => {
      const object = look(name, schema);
      return object?.kind === 'view' ? object.view : undefined;
    },
    sequence: (name, schema) => {
      const object = look(name, schema);
      return object?.kind === 'sequence' ? object.sequence : undefined;
    },
    session: () => {
      asked({ name: SESSION, schema: undefined, path, found: undefined, version: names.session });
      return names.session;
    },
    along: (other) => catalogOf(names, file, asked, other),
    file,
    tableNames: () => {
      const near = [own.temporary, ...own.path.map((written) => schemaNamed(own, written))];
      return [...own.state].flatMap(([schema, objects]) => {
        if (near.includes(schema)) return [...objects.keys()];
        return schema.startsWith(TEMPORARY_SCHEMA) ? [] : [...objects.keys()].map((name) => `${schema}.${name}`);
      });
    },
  };
}

/** As a name: that the plan is one of its session. */
const SESSION = '';

/** Whether the name still means what it did. */
export function isSame(names: Names, { name, schema, path, found, version }: Lookup): boolean {
  if (name === SESSION) return names.session === version;
  const now = find(path === undefined ? names : { ...names, path }, name, schema);
  return now?.object === found?.object && versionOf(now) === version;
}

function versionOf(found: Found | undefined): number | undefined {
  return found?.object.kind === 'table' ? found.object.table.version : undefined;
}

export function undefinedSchema(schema: string, range?: SourceRange): OrbitError {
  return new OrbitError('invalid_schema_name', `schema "${schema}" does not exist`, { range });
}
