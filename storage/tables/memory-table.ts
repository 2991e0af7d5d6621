import type { ColumnDefinition, TableHandle } from '../../compiler/catalog/catalog.ts';
import { internalError, OrbitError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import type {
  ScanRequest,
  TableScanCursor,
  TableSink,
  TableSource,
  Transaction,
} from '../../runtime/columns/source.ts';
import { type ActiveTransaction, createTransactionManager, type TransactionManager } from '../transactions/manager.ts';
import { type BulkLoader, createBulkLoader, type LoadedChunk, nullViolation } from './bulk-loader.ts';
import { readValue, spellOut } from './decode.ts';
import { Delta } from './delta.ts';
import { DictionaryBuilder } from './dictionary.ts';
import { createBuilder, encodingOf } from './encode.ts';
import { type KeyedTable, KeyIndex, type StoredRow } from './key-index.ts';
import { findAscending, isStrictlyAscending } from './key-order.ts';
import { checkLength } from './lengths.ts';
import { openScan, SegmentList } from './scan.ts';
import { Segment } from './segment.ts';
import { TableObserver } from './table-observer.ts';
import { MAX_COMMAND, NEVER, RowVersions, type Viewpoint } from './versions.ts';
import { createWriteLog, type WriteLog } from './write-log.ts';

export interface MemoryTableOptions {
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly keys?: readonly (readonly number[])[] | undefined;
  /** Throws for a row that must not be stored; loaders do not ask. */
  readonly check?: ((row: readonly Value[]) => void) | undefined;
  /** Shared by all tables that a transaction may write; default: one of its own. */
  readonly transactions?: TransactionManager | undefined;
}

export interface MemoryTable extends TableHandle, TableSource, TableSink {
  /**
   * Loads many rows, which become visible all at once: when the loader finishes, or with a transaction to its later
   * commands, and to others when it commits.
   */
  readonly bulkLoader: (transaction?: Transaction, command?: number) => BulkLoader;
  /** Whether rows are checked when they are written, which loaders do not. */
  readonly checksRows: boolean;
  /** Looks closely at a column's values, for plans that are made from now on. */
  readonly analyze: (ordinal: number) => void;
  /** Rows whose columns `ordinals` equal `values`, with the writes of `command` itself; NULL equals nothing. */
  readonly find: (
    transaction: Transaction,
    command: number,
    ordinals: readonly number[],
    values: readonly Value[],
  ) => readonly IdentifiedRow[];
  /** An empty table like this one, but for what is given. */
  readonly remade: (options: Partial<Pick<MemoryTableOptions, 'name' | 'columns' | 'keys' | 'check'>>) => MemoryTable;
  /** Whether a transaction that goes on has written here, other than this one. */
  readonly isWrittenByOthers: (transaction: Transaction | undefined) => boolean;
  /** Lets nobody but the transaction write any more: when it commits, another table stands in this one's place. */
  readonly retire: (transaction: Transaction) => void;
  /**
   * The row that the transaction has made of this one by updates, or the row itself, with the transaction's command
   * that wrote it: -1 for a row of others. Undefined if the transaction has deleted it.
   */
  readonly newest: (
    transaction: Transaction,
    rowId: bigint,
  ) => { readonly row: IdentifiedRow; readonly command: number } | undefined;
}

export interface IdentifiedRow {
  readonly id: bigint;
  readonly values: readonly Value[];
}

const memoryTables = new WeakSet<object>();

export function isMemoryTable(table: TableHandle): table is MemoryTable {
  return memoryTables.has(table);
}

/** Enough for a table that stays small; builders grow. */
const FIRST_ROWS = 64;

/**
 * A table in memory: immutable segments, and a delta of the newest rows. Row ids are ordinals, which are given in order
 * and never again. A deleted row stays where it is, with the stamp of its end.
 */
export function createMemoryTable({
  name,
  columns,
  keys = [],
  check,
  transactions = createTransactionManager(),
}: MemoryTableOptions): MemoryTable {
  const dictionaries = columns.map(({ type }) =>
    encodingOf(type) === 'strings' ? new DictionaryBuilder() : undefined,
  );
  const observer = new TableObserver(columns);
  const segments: Segment[] = [];
  let delta = createDelta(0);
  /** `segments`, until they change. */
  let settled: SegmentList | undefined;
  /** The same with so many rows of the delta. */
  let whole: { readonly settled: SegmentList; readonly deltaRows: number; readonly list: SegmentList } | undefined;
  /** Committed rows that are not deleted. */
  let rowCount = 0;
  let version = 1;
  /** The transaction after which nobody may write here. */
  let retiredBy: number | undefined;
  const lock = {};
  const keyed: KeyedTable = { name, columns, locate };
  /** By key; absent until the first row comes that cannot be told to be unique by the order of all rows. */
  const indexes: (KeyIndex | undefined)[] = keys.map(() => undefined);
  /** By key: the segments whose rows are known to ascend strictly by it. A key without an index has all rows in them. */
  const ascending: (readonly Segment[] | undefined)[] = keys.map(() => undefined);
  /** For `find`, by the ordinals looked up: made when first needed. */
  const lookups = new Map<string, KeyIndex>();

  function createDelta(firstRow: number): Delta {
    const builders = columns.map(({ type }, ordinal) => createBuilder(type, dictionaries[ordinal], FIRST_ROWS));
    return new Delta(firstRow, builders);
  }

  /** Makes a segment of the delta, whatever its size, and starts the next one. */
  function closeDelta(): void {
    if (delta.rows === 0) return;
    const segment = delta.close();
    segments.push(segment);
    settled = undefined;
    observer.observe(segment);
    delta = createDelta(segment.firstRow + segment.rows);
    settleEncodings();
  }

  /** Encodes anew what still refers to an abandoned dictionary, so that all chunks of a column have one encoding. */
  function settleEncodings(): void {
    dictionaries.forEach((dictionary, ordinal) => {
      if (dictionary?.abandoned !== true) return;
      for (const segment of [...segments, ...delta.pieces]) {
        const column = segment.chunk.columns[ordinal];
        if (column?.dictionary === undefined) continue;
        const plain = spellOut(column, segment.rows);
        segment.replaceColumn(ordinal, plain);
        observer.countDistinct(ordinal, plain, segment.rows);
      }
      dictionaries[ordinal] = undefined;
      settled = undefined;
    });
  }

  function readable(): SegmentList {
    delta.seal();
    settleEncodings();
    settled ??= new SegmentList(columns, [...segments]);
    if (whole?.settled !== settled || whole.deltaRows !== delta.rows) {
      const list = delta.rows === 0 ? settled : new SegmentList(columns, delta.pieces, settled);
      whole = { settled, deltaRows: delta.rows, list };
    }
    return whole.list;
  }

  /** The stamps of a row, wherever it is. */
  function versionsOf(row: number): { readonly versions: RowVersions; readonly versionRow: number } {
    if (row >= delta.firstRow) return { versions: delta.versions, versionRow: row - delta.firstRow };
    const segment = segmentOf(segments, row);
    return { versions: segment.versions, versionRow: segment.offset + row - segment.firstRow };
  }

  function locate(row: number): StoredRow {
    if (row >= delta.firstRow) delta.seal();
    const segment = segmentOf(row >= delta.firstRow ? delta.pieces : segments, row);
    const position = row - segment.firstRow;
    return {
      columns: segment.chunk.columns,
      position,
      versions: segment.versions,
      versionRow: segment.offset + position,
    };
  }

  function logOf(transaction: Transaction, command: number): WriteLog {
    if (command > MAX_COMMAND) {
      throw new OrbitError('program_limit_exceeded', 'the transaction has more commands than a transaction can have');
    }
    if (retiredBy !== undefined && retiredBy !== transaction.id) {
      throw new OrbitError('serialization_failure', `table "${name}" was defined anew by a concurrent transaction`, {
        hint: 'Try again.',
      });
    }
    return transactions.enlist(transaction, observer, () => createWriteLog(transaction.id, grow, unload));
  }

  function grow(by: number): void {
    rowCount += by;
  }

  /** Forgets segments that were loaded by a transaction that was rolled back. */
  function unload(loads: readonly RowVersions[]): void {
    const gone = new Set(loads);
    const kept = segments.filter(({ versions }) => !gone.has(versions));
    segments.splice(0, segments.length, ...kept);
    observer.forget();
    settled = undefined;
    indexes.fill(undefined);
    lookups.clear();
  }

  function indexOf(key: number): KeyIndex {
    const known = indexes[key];
    if (known !== undefined) return known;
    const index = new KeyIndex(keyed, keys[key] ?? [], isForgotten);
    for (const segment of readable().segments) index.addSegment(segment);
    indexes[key] = index;
    return index;
  }

  /** Rows that only an older snapshot still sees must be found, though they are in nobody's way. */
  function isForgotten(versions: RowVersions, row: number): boolean {
    return versions.endedBefore(row, transactions.oldestSnapshot());
  }

  /** The row of that key that the viewer sees. */
  function rowOfKey(key: number, values: readonly Value[], viewpoint: Viewpoint): number | undefined {
    const ordinals = keys[key] ?? [];
    const rows = indexes[key] === undefined ? ascendingRows(key, ordinals, values) : undefined;
    if (rows !== undefined) return rows.find((row) => isSeen(row, viewpoint));
    const wanted: Value[] = [];
    for (let i = 0; i < ordinals.length; i++) wanted[ordinals[i]!] = values[i] ?? null;
    return indexOf(key).findLike(wanted, (versions, versionRow) => versions.sees(versionRow, viewpoint));
  }

  /** The rows of that key by binary search; undefined where rows do not ascend by the key. */
  function ascendingRows(
    key: number,
    ordinals: readonly number[],
    values: readonly Value[],
  ): readonly number[] | undefined {
    if (delta.rows > 0) return undefined;
    if (segments.length === 0) return NO_ROWS;
    settled ??= new SegmentList(columns, [...segments]);
    if (ascending[key] !== settled.segments) {
      if (!isStrictlyAscending(segments, ordinals)) return undefined;
      ascending[key] = settled.segments;
    }
    const row = findAscending(segments, ordinals, values.map(rawKey));
    return row === undefined ? NO_ROWS : [row];
  }

  function isSeen(row: number, viewpoint: Viewpoint): boolean {
    const { versions, versionRow } = versionsOf(row);
    return versions.sees(versionRow, viewpoint);
  }

  /** Stamps and stores a row that has been checked, except for its keys. */
  function append(transaction: Transaction, command: number, row: readonly Value[], replaced?: number): number {
    const hashes = keys.map((_, key) => indexOf(key).check(row, transactions.active(transaction), replaced));
    if (delta.isFull) closeDelta();
    const log = logOf(transaction, command);
    const position = delta.append(row);
    const ordinal = delta.firstRow + position;
    delta.versions.begin(position, transaction.id, command);
    log.inserted(delta.versions, position);
    hashes.forEach((hash, key) => {
      if (hash !== undefined) indexes[key]?.add(hash, ordinal);
    });
    for (const lookup of lookups.values()) {
      const hash = lookup.hashOf(row);
      if (hash !== undefined) lookup.add(hash, ordinal);
    }
    return ordinal;
  }

  /** Whether the row can be ended: false if the same command has done so already. */
  function canEnd(transaction: Transaction, command: number, row: number): boolean {
    const { versions, versionRow } = versionsOf(row);
    const end = versions.endOf(versionRow);
    if (end === NEVER) return true;
    if (end !== -transaction.id) throw writeConflict(name);
    if (versions.endCommandOf(versionRow) !== command) throw internalError(`row ${row} of ${name} is written twice`);
    return false;
  }

  function endRow(transaction: Transaction, command: number, row: number): void {
    const { versions, versionRow } = versionsOf(row);
    const log = logOf(transaction, command);
    versions.end(versionRow, transaction.id, command);
    log.deleted(versions, versionRow);
  }

  function checkRow(row: readonly Value[]): void {
    if (row.length !== columns.length) throw internalError(`a row of ${row.length} values for table ${name}`);
    columns.forEach((column, ordinal) => {
      if (!column.nullable && row[ordinal] === null) throw nullViolation(name, column);
      checkLength(name, column, row[ordinal] ?? null);
    });
    check?.(row);
  }

  /** Takes in what a loader has loaded. */
  function adopt(chunks: readonly LoadedChunk[], transaction: Transaction, command: number): void {
    closeDelta();
    let firstRow = delta.firstRow;
    const loaded = chunks.map(({ rows, columns: encoded }) => {
      const versions = RowVersions.loaded(transaction.id, command);
      const segment = new Segment(firstRow, rows, encoded.map(withOwnEncoding(rows)), versions, 0);
      firstRow += rows;
      return segment;
    });
    for (const segment of loaded) segments.push(segment);
    settled = undefined;
    lookups.clear();
    delta = createDelta(firstRow);
    try {
      keys.forEach((_, key) => {
        checkLoaded(key, loaded, transactions.active(transaction));
      });
    } catch (error) {
      // The ordinals are spent.
      unload(loaded.map(({ versions }) => versions));
      throw error;
    }
    const log = logOf(transaction, command);
    for (const segment of loaded) {
      observer.observe(segment);
      log.loaded(segment.versions, segment.rows);
    }
  }

  /** The same as a transaction of its own. */
  function adoptAlone(chunks: readonly LoadedChunk[]): void {
    const transaction = transactions.begin();
    try {
      adopt(chunks, transaction, 0);
    } catch (error) {
      transactions.rollback(transaction);
      throw error;
    }
    transactions.commit(transaction);
  }

  function checkLoaded(key: number, loaded: readonly Segment[], transaction: ActiveTransaction): void {
    const ordinals = keys[key] ?? [];
    if (indexes[key] === undefined && isStrictlyAscending(segments, ordinals)) return;
    const index = indexes[key] ?? new KeyIndex(keyed, ordinals, isForgotten);
    if (indexes[key] === undefined) {
      for (const segment of segments.slice(0, segments.length - loaded.length)) index.addSegment(segment);
      indexes[key] = index;
    }
    for (const segment of loaded) index.addSegment(segment, transaction);
  }

  /** A loader may have used a dictionary that the column has abandoned since. */
  function withOwnEncoding(rows: number): (column: ChunkColumn, ordinal: number) => ChunkColumn {
    return (column, ordinal) => {
      const outdated = column.dictionary !== undefined && dictionaries[ordinal]?.abandoned !== false;
      return outdated ? spellOut(column, rows) : column;
    };
  }

  function lookupOf(ordinals: readonly number[]): KeyIndex {
    const name = ordinals.join();
    const known = lookups.get(name);
    if (known !== undefined) return known;
    const lookup = new KeyIndex(keyed, ordinals, isForgotten);
    for (const segment of readable().segments) lookup.addSegment(segment);
    lookups.set(name, lookup);
    return lookup;
  }

  function valueAt({ columns: encoded, position }: StoredRow, ordinal: number): Value {
    return readValue(encoded[ordinal]!, columns[ordinal]!.type, position);
  }

  function identified(row: number): IdentifiedRow {
    const stored = locate(row);
    const values = columns.map((_, ordinal) => valueAt(stored, ordinal));
    return { id: BigInt(row), values };
  }

  function scan(request: ScanRequest): TableScanCursor {
    const viewpoint = viewpointOf(request);
    const known = request.transaction === undefined ? rowCount : undefined;
    return openScan(readable(), request, viewpoint, known);
  }

  function keyOf(ordinals: readonly number[]): number {
    // Whoever looks up the same key again says so by the same array.
    const same = keys.indexOf(ordinals);
    if (same >= 0) return same;
    const key = keys.findIndex((known) => known.join() === ordinals.join());
    if (key < 0) throw internalError(`table ${name} has no such key`);
    return key;
  }

  function viewpointOf({ transaction, command }: Pick<ScanRequest, 'transaction' | 'command'>): Viewpoint {
    if (transaction === undefined) return { snapshot: transactions.lastCommit(), transaction: 0, command };
    return { snapshot: transactions.active(transaction).snapshot, transaction: transaction.id, command };
  }

  const table: MemoryTable = {
    name,
    columns,
    keys,
    get version() {
      return version;
    },
    checksRows: check !== undefined,
    lastingRowIds: true,
    findsByKey: true,
    statistics: () => observer.statistics(rowCount, segments, delta),
    analyze: (ordinal) => {
      version++;
      observer.analyze(ordinal, rowCount, segments, delta);
    },
    scan,
    lookup: (request) => rowOfKey(keyOf(request.key), request.values, viewpointOf(request)),
    fetch: (rowId, ordinals) => {
      const stored = locate(Number(rowId));
      const values = new Array<Value>(ordinals.length);
      for (let i = 0; i < ordinals.length; i++) values[i] = valueAt(stored, ordinals[i]!);
      return values;
    },
    insert: (transaction, command, row) => {
      checkRow(row);
      return BigInt(append(transaction, command, row));
    },
    update: (transaction, command, rowId, ordinals, values) => {
      const old = Number(rowId);
      if (!canEnd(transaction, command, old)) return;
      const stored = locate(old);
      const row = columns.map((_, ordinal) => valueAt(stored, ordinal));
      ordinals.forEach((ordinal, i) => {
        row[ordinal] = values[i] ?? null;
      });
      checkRow(row);
      const replacement = append(transaction, command, row, old);
      endRow(transaction, command, old);
      logOf(transaction, command).replaced(old, replacement);
    },
    delete: (transaction, command, rowId) => {
      const row = Number(rowId);
      if (canEnd(transaction, command, row)) endRow(transaction, command, row);
    },
    remade: (options) => createMemoryTable({ name, columns, keys, check, transactions, ...options }),
    isWrittenByOthers: (transaction) => transactions.isEnlistedByOthers(observer, transaction),
    retire: (transaction) => {
      transactions.enlist(transaction, lock, () => ({
        commit: () => {},
        rollback: () => {
          retiredBy = undefined;
        },
        mark: () => {
          const before = retiredBy;
          return () => {
            retiredBy = before;
          };
        },
      }));
      retiredBy = transaction.id;
    },
    find: (transaction, command, ordinals, values) => {
      const viewpoint = viewpointOf({ transaction, command: command + 1 });
      const wanted: Value[] = [];
      ordinals.forEach((ordinal, i) => {
        wanted[ordinal] = values[i] ?? null;
      });
      return lookupOf(ordinals)
        .rowsLike(wanted)
        .filter((row) => {
          const { versions, versionRow } = versionsOf(row);
          return versions.sees(versionRow, viewpoint);
        })
        .sort((a, b) => a - b)
        .map(identified);
    },
    newest: (transaction, rowId) => {
      for (let row: number | undefined = Number(rowId); row !== undefined; ) {
        const { versions, versionRow } = versionsOf(row);
        if (versions.endOf(versionRow) !== -transaction.id) {
          const own = versions.beginOf(versionRow) === -transaction.id;
          return { row: identified(row), command: own ? (versions.beginCommands?.[versionRow] ?? -1) : -1 };
        }
        row = logOf(transaction, 0).replacementOf(row);
      }
      return undefined;
    },
    bulkLoader: (transaction, command = 0) =>
      createBulkLoader(name, columns, dictionaries, (chunks) => {
        if (transaction === undefined) adoptAlone(chunks);
        else adopt(chunks, transaction, command);
      }),
  };
  memoryTables.add(table);
  return table;
}

function segmentOf(segments: readonly Segment[], row: number): Segment {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]!.firstRow <= row) low = middle + 1;
    else high = middle;
  }
  const segment = segments[low - 1];
  if (segment === undefined || row >= segment.firstRow + segment.rows) throw internalError(`there is no row ${row}`);
  return segment;
}

const NO_ROWS: readonly number[] = [];

/** An integer as integer columns hold it. */
function rawKey(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return BigInt(value);
  throw internalError('a key of integers has another value');
}

function writeConflict(table: string): OrbitError {
  return new OrbitError('serialization_failure', `a row of table "${table}" was changed by a concurrent transaction`, {
    hint: 'Roll the transaction back and try again.',
  });
}
