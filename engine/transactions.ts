import type { TransactionModes } from '../compiler/frontends/sql/bound.ts';
import { OrbitError } from '../compiler/types/error.ts';
import type { Transaction } from '../runtime/columns/source.ts';
import type { TransactionMark } from '../storage/transactions/manager.ts';
import type { CatalogState, Names } from './catalog.ts';
import type { DatabaseState } from './database.ts';
import type { SessionState } from './session.ts';
import { type Settings, searchPath, settingValue } from './settings.ts';

/** The transactions of BEGIN: what they have changed of tables, definitions and settings, and how all of it is undone. */

export type Isolation = NonNullable<TransactionModes['isolation']>;

export interface OpenTransaction {
  readonly transaction: Transaction;
  /** In µs since the epoch. */
  readonly started: bigint;
  isolation: Isolation;
  readOnly: boolean;
  /** Command id of the next statement. */
  nextCommand: number;
  /** A statement failed: only ROLLBACK (or COMMIT, which rolls back) is taken. */
  failed: boolean;
  /** Its own definitions, once it has any. */
  catalog: { readonly base: CatalogState; readonly state: CatalogState } | undefined;
  /** What the session's settings were, and what they will be after COMMIT: those of SET LOCAL end with the transaction. */
  readonly settingsBefore: Settings;
  lastingSettings: Settings;
  /** Innermost last. */
  savepoints: readonly Savepoint[];
}

interface Savepoint {
  readonly name: string;
  readonly mark: TransactionMark;
  readonly catalog: OpenTransaction['catalog'];
  readonly settings: Settings;
  readonly lastingSettings: Settings;
}

interface Place {
  readonly database: DatabaseState;
  readonly session: SessionState;
}

export function namesOf({ database, session }: Place): Names {
  return {
    state: session.transaction?.catalog?.state ?? database.catalog.committed(),
    temporary: session.temporary,
    path: searchPath(session.settings),
    session: session.id,
  };
}

/** Defines something: for everybody at once, or with the transaction. */
export function define({ database, session }: Place, change: (state: CatalogState) => CatalogState): void {
  const open = session.transaction;
  if (open === undefined) {
    const base = database.catalog.committed();
    database.catalog.commit(base, change(base));
    return;
  }
  const { base, state } = open.catalog ?? { base: database.catalog.committed(), state: database.catalog.committed() };
  open.catalog = { base, state: change(state) };
}

export function begin({ database, session }: Place, modes: TransactionModes): void {
  if (session.transaction !== undefined) {
    throw new OrbitError('active_sql_transaction', 'there is already a transaction in progress');
  }
  const { settings } = session;
  const usual = isolationNamed(settingValue(settings, 'default_transaction_isolation'));
  session.transaction = {
    transaction: database.transactions.begin(),
    started: BigInt(Date.now()) * 1000n,
    isolation: modes.isolation ?? usual,
    readOnly: modes.readOnly ?? settingValue(settings, 'default_transaction_read_only') === 'on',
    nextCommand: 0,
    failed: false,
    catalog: undefined,
    settingsBefore: settings,
    lastingSettings: settings,
    savepoints: [],
  };
}

export function isolationNamed(text: string): Isolation {
  switch (text) {
    case 'serializable':
    case 'repeatable read':
    case 'read uncommitted':
      return text;
    default:
      return 'read committed';
  }
}

/** A statement begins: unless the transaction keeps its snapshot, it sees what was committed until now. */
export function beginStatement({ database, session }: Place): void {
  const open = session.transaction;
  if (open === undefined) return;
  const keeps = open.isolation === 'serializable' || open.isolation === 'repeatable read';
  if (!keeps || open.nextCommand === 0) database.transactions.refresh(open.transaction);
}

/** Whether it was committed: a failed transaction is rolled back. */
export function commit(place: Place): boolean {
  const { database, session } = place;
  const open = ended(session);
  if (open.failed) {
    undo(place, open);
    return false;
  }
  try {
    if (open.catalog !== undefined) database.catalog.commit(open.catalog.base, open.catalog.state);
  } catch (error) {
    undo(place, open);
    throw error;
  }
  database.transactions.commit(open.transaction);
  session.settings = open.lastingSettings;
  return true;
}

export function rollback(place: Place): void {
  undo(place, ended(place.session));
}

function undo({ database, session }: Place, open: OpenTransaction): void {
  database.transactions.rollback(open.transaction);
  session.settings = open.settingsBefore;
}

function ended(session: SessionState): OpenTransaction {
  const open = session.transaction;
  session.transaction = undefined;
  if (open === undefined) throw new OrbitError('no_active_sql_transaction', 'there is no transaction in progress');
  return open;
}

export function setSavepoint({ database, session }: Place, name: string): void {
  const open = inside(session, 'SAVEPOINT');
  const { catalog, lastingSettings } = open;
  const mark = database.transactions.mark(open.transaction);
  open.savepoints = [...open.savepoints, { name, mark, catalog, settings: session.settings, lastingSettings }];
}

export function releaseSavepoint({ session }: Place, name: string): void {
  const open = inside(session, 'RELEASE SAVEPOINT');
  open.savepoints = open.savepoints.slice(0, indexOf(open, name));
}

/** The savepoint stays: one can go back to it again. */
export function rollbackTo({ database, session }: Place, name: string): void {
  const open = inside(session, 'ROLLBACK TO SAVEPOINT');
  const index = indexOf(open, name);
  const savepoint = open.savepoints[index];
  if (savepoint === undefined) throw noSavepoint(name);
  database.transactions.rollbackTo(open.transaction, savepoint.mark);
  open.savepoints = open.savepoints.slice(0, index + 1);
  open.catalog = savepoint.catalog;
  open.lastingSettings = savepoint.lastingSettings;
  session.settings = savepoint.settings;
  open.failed = false;
}

function inside({ transaction }: SessionState, statement: string): OpenTransaction {
  if (transaction !== undefined) return transaction;
  throw new OrbitError('no_active_sql_transaction', `${statement} can only be used in transaction blocks`);
}

function indexOf({ savepoints }: OpenTransaction, name: string): number {
  const index = savepoints.findLastIndex((savepoint) => savepoint.name === name);
  if (index < 0) throw noSavepoint(name);
  return index;
}

function noSavepoint(name: string): OrbitError {
  return new OrbitError('invalid_savepoint_specification', `savepoint "${name}" does not exist`);
}
