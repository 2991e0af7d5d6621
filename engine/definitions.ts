import type { ColumnDefinition } from '../compiler/catalog/catalog.ts';
import type {
  BoundCreateSchema,
  BoundCreateSequence,
  BoundCreateTable,
  BoundCreateTableAs,
  BoundCreateView,
  BoundDrop,
  ObjectName,
  ResultColumn,
} from '../compiler/frontends/sql/bound.ts';
import { createSequence } from '../compiler/functions/sequences.ts';
import { type Plan, ROW_ID_ORDINAL } from '../compiler/ir/plan.ts';
import { OrbitError } from '../compiler/types/error.ts';
import { messageTypeName } from '../compiler/types/names.ts';
import { typeEquals } from '../compiler/types/type.ts';
import type { Value } from '../compiler/types/value.ts';
import { type FileTable, isFileTable } from '../storage/files/file-table.ts';
import { loadFile } from '../storage/files/load.ts';
import type { MemoryTable } from '../storage/tables/memory-table.ts';
import {
  type CatalogObject,
  type CatalogState,
  type CatalogView,
  dependants,
  describe,
  type Found,
  find,
  hasSchema,
  type Lookup,
  type Names,
  owned,
  type Place,
  placeOfNew,
  schemaNamed,
  undefinedSchema,
  withObject,
  withoutObject,
  withoutSchema,
  withSchema,
} from './catalog.ts';
import { compilePlan } from './compile.ts';
import { pause } from './pause.node.ts';
import { rowCheck } from './row-check.ts';
import { checkCancelled, type Execution, inTransaction, type Outcome, runQuery } from './run.ts';
import type { Deliver } from './stream.ts';
import { define, namesOf } from './transactions.ts';

/** CREATE and DROP. All of it belongs to the session's transaction, and nothing is changed by a statement that fails. */

const NO_COLUMNS: readonly ResultColumn[] = [];

function done(command: string): Outcome {
  return { command, columns: NO_COLUMNS };
}

interface New {
  readonly temporary: boolean;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
}

/** Where the new object goes; undefined if there is one already and that is fine. */
function newPlace(
  names: Names,
  name: ObjectName,
  { temporary, orReplace, ifNotExists }: New,
  kind: CatalogObject['kind'],
): Place | undefined {
  const place = placeOfNew(names, name, temporary);
  const there = names.state.get(place.schema)?.get(place.name);
  if (there === undefined) return place;
  if (ifNotExists) return undefined;
  if (!orReplace) {
    throw new OrbitError('duplicate_table', `relation "${name.name}" already exists`, { range: name.range });
  }
  if (there.kind !== kind) throw wrongKind(name, kind);
  return place;
}

function wrongKind({ name, range }: ObjectName, wanted: string, there?: CatalogObject): OrbitError {
  return new OrbitError('wrong_object_type', `"${name}" is not a ${wanted}`, {
    range,
    hint: there === undefined ? undefined : `Use DROP ${there.kind.toUpperCase()} to remove a ${there.kind}.`,
  });
}

function put(execution: Execution, place: Place, object: CatalogObject): void {
  define(execution, (state) => withObject(state, place, object));
}

/** What is replaced must not be in use. */
function refuseUsed(names: Names, place: Place): void {
  const object = names.state.get(place.schema)?.get(place.name);
  if (object === undefined) return;
  const using = dependants(names.state, [place]);
  if (using.length > 0) throw stillUsed(names, { ...place, object }, using);
}

function stillUsed(names: Names, what: Found, using: readonly Found[], schema?: string): OrbitError {
  const subject = schema === undefined ? describe(names, what) : `schema ${schema}`;
  const list = using.map((user) => describe(names, user)).join(', ');
  return new OrbitError(
    'dependent_objects_still_exist',
    `cannot drop ${subject} because other objects depend on it: ${list}`,
    { hint: 'Use DROP ... CASCADE to drop the dependent objects too.' },
  );
}

export function createTable(body: BoundCreateTable, lookups: readonly Lookup[], execution: Execution): Outcome {
  const names = namesOf(execution);
  const place = newPlace(names, body.table, body, 'table');
  if (place === undefined) return done('CREATE TABLE');
  refuseUsed(names, place);
  const path = [names.temporary, ...names.path];
  let state = withoutObjects(names.state, owned(names.state, [place]));
  const columns = body.columns.map(({ sequence: options, ...column }): ColumnDefinition => {
    if (options === undefined) return column.default === undefined ? column : { ...column, defaultPath: path };
    const name = freeName(state, place.schema, `${place.name}_${column.name}_seq`);
    const sequence = createSequence(name, options);
    state = withObject(state, { schema: place.schema, name }, { kind: 'sequence', sequence, owner: place });
    return {
      ...column,
      default: `nextval('"${name.replaceAll('"', '""').replaceAll("'", "''")}"')`,
      defaultPath: [place.schema],
    };
  });
  const { checks } = body;
  const table = execution.database.catalog.make({
    name: place.name,
    columns,
    keys: body.keys.map((key) => key.columns),
    check: checks.length === 0 ? undefined : rowCheck(place.name, checks),
  });
  const named = used(lookups).filter(({ schema, name }) => state.get(schema)?.get(name)?.kind === 'sequence');
  const uses = [...named, ...owned(state, [place])].map(({ schema, name }) => ({ schema, name }));
  const made = withObject(state, place, { kind: 'table', table, uses });
  define(execution, () => made);
  return done('CREATE TABLE');
}

/** The objects that a statement's own text names. */
function used(lookups: readonly Lookup[]): readonly Place[] {
  return lookups
    .flatMap(({ found, path }) => (found === undefined || path !== undefined ? [] : [found]))
    .map(({ schema, name }) => ({ schema, name }))
    .filter(({ schema, name }, i, all) => all.findIndex((o) => o.schema === schema && o.name === name) === i);
}

function withoutObjects(state: CatalogState, places: readonly Place[]): CatalogState {
  return places.reduce(withoutObject, state);
}

export function freeName(state: CatalogState, schema: string, wanted: string): string {
  const taken = state.get(schema);
  for (let i = 0; ; i++) {
    const name = i === 0 ? wanted : `${wanted}${i}`;
    if (taken?.has(name) !== true) return name;
  }
}

export function createNamedSequence(body: BoundCreateSequence, execution: Execution): Outcome {
  const names = namesOf(execution);
  const place = newPlace(names, body.sequence, body, 'sequence');
  if (place === undefined) return done('CREATE SEQUENCE');
  refuseUsed(names, place);
  const sequence = createSequence(place.name, body.options);
  put(execution, place, { kind: 'sequence', sequence, owner: undefined });
  return done('CREATE SEQUENCE');
}

export async function createTableAs(body: BoundCreateTableAs, execution: Execution): Promise<Outcome> {
  const outcome: Outcome = { command: 'CREATE TABLE', columns: NO_COLUMNS, affected: 0 };
  if (newPlace(namesOf(execution), body.table, body, 'table') === undefined) return outcome;
  const whole = body.withData && execution.session.transaction === undefined ? wholeFile(body.plan) : undefined;
  if (whole !== undefined) {
    const table = execution.database.catalog.make({ name: body.table.name, columns: body.columns });
    const affected = await loadFile(whole.table, whole.ordinals, table, undefined, checkCancelled(execution));
    return putNew(body, table, affected, execution);
  }
  const rows: (readonly Value[])[] = [];
  if (body.withData) {
    const collecting: Deliver = {
      columns: () => {},
      rows: (batch) => {
        for (const row of batch) rows.push(row);
      },
    };
    await inTransaction(execution, (transaction, command) =>
      runQuery(
        execution,
        compilePlan(body.plan, { trace: false, off: [] }),
        body.columns,
        transaction,
        command,
        collecting,
      ),
    );
  }
  // Loaded before anybody sees it: a statement that fails or is cancelled leaves what was there.
  const { catalog } = execution.database;
  const table = catalog.make({ name: body.table.name, columns: body.columns });
  const open = execution.session.transaction;
  const loader = open === undefined ? table.bulkLoader() : table.bulkLoader(open.transaction, open.nextCommand++);
  for (let from = 0; from < rows.length; ) {
    const count = loader.room(rows.length - from);
    loader.builders.forEach((builder, ordinal) => {
      for (let i = from; i < from + count; i++) builder.appendValue(rows[i]?.[ordinal] ?? null);
    });
    loader.flush();
    from += count;
    await pause();
    checkCancelled(execution)();
  }
  const affected = loader.finish();
  return putNew(body, table, affected, execution);
}

/** Others may have been at work while the table was filled. */
function putNew(body: BoundCreateTableAs, table: MemoryTable, affected: number, execution: Execution): Outcome {
  const names = namesOf(execution);
  const place = newPlace(names, body.table, body, 'table');
  if (place === undefined) return { command: 'CREATE TABLE', columns: NO_COLUMNS, affected: 0 };
  refuseUsed(names, place);
  put(execution, place, { kind: 'table', table, uses: [] });
  return { command: 'CREATE TABLE', columns: NO_COLUMNS, affected };
}

/** The files and their columns, where a plan is nothing but these: they need not go through the executor. */
function wholeFile(plan: Plan): { readonly table: FileTable; readonly ordinals: readonly number[] } | undefined {
  if (plan.kind === 'scan') return isFileTable(plan.table) ? { table: plan.table, ordinals: plan.ordinals } : undefined;
  if (plan.kind !== 'project' || plan.input.kind !== 'scan') return undefined;
  const { table, columns, ordinals } = plan.input;
  if (!isFileTable(table)) return undefined;
  const wanted = plan.expressions.map((expression) => {
    const at = expression.kind === 'column' ? columns.findIndex(({ id }) => id === expression.id) : -1;
    return ordinals[at] ?? ROW_ID_ORDINAL;
  });
  return wanted.includes(ROW_ID_ORDINAL) ? undefined : { table, ordinals: wanted };
}

export function createView(body: BoundCreateView, lookups: readonly Lookup[], execution: Execution): Outcome {
  const names = namesOf(execution);
  const uses = used(lookups);
  const temporary = body.temporary || uses.some(({ schema }) => schema === names.temporary);
  const place = newPlace(names, body.view, { ...body, temporary }, 'view');
  if (place === undefined) return done('CREATE VIEW');
  const there = names.state.get(place.schema)?.get(place.name);
  if (there?.kind === 'view') {
    checkReplacement(there, body);
    const users = [place, ...dependants(names.state, [place])];
    if (uses.some((use) => users.some(({ schema, name }) => schema === use.schema && name === use.name))) {
      throw new OrbitError('invalid_object_definition', `view "${place.name}" would be made of itself`, {
        range: body.view.range,
      });
    }
  }
  const { text, columns } = body;
  const path = [names.temporary, ...names.path];
  const view = { name: place.name, text, columns, path };
  put(execution, place, { kind: 'view', view, uses });
  return done('CREATE VIEW');
}

/** As in PostgreSQL: a view keeps its columns, so that what uses it stays good, and may get more behind them. */
function checkReplacement({ view }: CatalogView, body: BoundCreateView): void {
  const fail = (message: string): never => {
    throw new OrbitError('invalid_table_definition', message, {
      range: body.view.range,
      hint: 'Drop the view first.',
    });
  };
  view.columns.forEach(({ name, type }, i) => {
    const now = body.columns[i];
    if (now === undefined) return fail('cannot drop columns from view');
    if (now.name !== name) return fail(`cannot change name of view column "${name}" to "${now.name}"`);
    if (!typeEquals(now.type, type)) {
      const [from, to] = [messageTypeName(type), messageTypeName(now.type)];
      fail(`cannot change data type of view column "${name}" from ${from} to ${to}`);
    }
  });
}

export function createSchema(body: BoundCreateSchema, execution: Execution): Outcome {
  const names = namesOf(execution);
  if (body.name.startsWith('pg_')) {
    throw new OrbitError('reserved_name', `unacceptable schema name "${body.name}"`, {
      hint: 'The prefix "pg_" is reserved for schemas of the system.',
    });
  }
  if (names.state.has(body.name)) {
    if (body.ifNotExists) return done('CREATE SCHEMA');
    throw new OrbitError('duplicate_schema', `schema "${body.name}" already exists`);
  }
  define(execution, (state) => withSchema(state, body.name));
  return done('CREATE SCHEMA');
}

export function drop(body: BoundDrop, execution: Execution): Outcome {
  const command = `DROP ${body.object.toUpperCase()}`;
  if (body.object === 'schema') dropSchemas(body, execution);
  else dropObjects(body, body.object, execution);
  return done(command);
}

function dropObjects(body: BoundDrop, kind: CatalogObject['kind'], execution: Execution): void {
  const names = namesOf(execution);
  const gone: Found[] = [];
  for (const wanted of body.names) {
    const { name, schema, range } = wanted;
    if (schema !== undefined && !hasSchema(names, schema)) {
      if (body.ifExists) continue;
      throw undefinedSchema(schema, range);
    }
    const found = find(names, name, schema);
    if (found === undefined) {
      if (body.ifExists) continue;
      throw new OrbitError(
        kind === 'index' ? 'undefined_object' : 'undefined_table',
        `${kind} "${name}" does not exist`,
        {
          range,
        },
      );
    }
    if (found.object.kind !== kind) throw wrongKind(wanted, kind, found.object);
    gone.push(found);
  }
  const using = dependants(names.state, gone);
  const [first] = gone;
  if (using.length > 0 && !body.cascade && first !== undefined) throw stillUsed(names, first, using);
  const all = [...gone, ...using];
  refuseDefaults(using);
  const indexes = gone.filter(({ object }) => object.kind === 'index' && object.unique);
  if (indexes[0] !== undefined) throw unsupported('DROP INDEX of a unique index');
  define(execution, (state) => withoutObjects(state, [...all, ...owned(state, all)]));
}

/** A table is no part of the sequences that its defaults use. */
function refuseDefaults(using: readonly Found[]): void {
  if (using.some(({ object }) => object.kind === 'table')) {
    throw unsupported('DROP … CASCADE of a sequence that defaults of a table use');
  }
}

function unsupported(what: string): OrbitError {
  return new OrbitError('feature_not_supported', `${what} is not supported`);
}

function dropSchemas(body: BoundDrop, execution: Execution): void {
  const names = namesOf(execution);
  const schemas: string[] = [];
  for (const { name, range } of body.names) {
    if (names.state.has(name)) schemas.push(name);
    else if (!body.ifExists) throw undefinedSchema(name, range);
  }
  const inside = schemas.flatMap((schema) =>
    [...(names.state.get(schema) ?? [])].map(([name, object]): Found => ({ schema, name, object })),
  );
  const using = dependants(names.state, inside).filter(({ schema }) => !schemas.includes(schema));
  const [first] = inside;
  if (first !== undefined && !body.cascade) throw stillUsed(names, first, inside, schemaNamed(names, first.schema));
  refuseDefaults(using);
  const all = [...using, ...owned(names.state, inside).filter(({ schema }) => !schemas.includes(schema))];
  define(execution, (state) => schemas.reduce(withoutSchema, withoutObjects(state, all)));
}
