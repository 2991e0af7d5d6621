import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import { sameValue } from '../../compiler/types/compare.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { formatValue } from '../../compiler/types/text.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import type { ActiveTransaction } from '../transactions/manager.ts';
import { readValue } from './decode.ts';
import { combineHashes, hashColumn, hashHost } from './key-hash.ts';
import type { Segment } from './segment.ts';
import { isValid } from './validity.ts';
import { NEVER, type RowVersions } from './versions.ts';

/** A row where it is stored. */
export interface StoredRow {
  readonly columns: readonly ChunkColumn[];
  readonly position: number;
  readonly versions: RowVersions;
  /** The row's position in `versions`. */
  readonly versionRow: number;
}

export interface KeyedTable {
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  /** The row of that ordinal. */
  readonly locate: (row: number) => StoredRow;
}

/** Ordinals are kept as row + 1 in 32 bits. */
const MAX_ROW = 0xffff_fffe;

/**
 * The rows of a table by the values of some columns: an open-addressing hash table of row ordinals. Rows with a null in
 * one of these columns are not in it. Rows that are `forgotten` give their place to the next row of the same hash.
 */
export class KeyIndex {
  private readonly table: KeyedTable;
  private readonly ordinals: readonly number[];
  private readonly forgotten: (versions: RowVersions, row: number) => boolean;
  private rows = new Uint32Array(64);
  private hashes = new Int32Array(64);
  private count = 0;

  constructor(
    table: KeyedTable,
    ordinals: readonly number[],
    forgotten: (versions: RowVersions, row: number) => boolean,
  ) {
    this.table = table;
    this.ordinals = ordinals;
    this.forgotten = forgotten;
  }

  /**
   * Fails if a row with the key of `values` exists or may come to exist again, other than row `except`. Returns the
   * hash to be given to `add`; undefined if the key has a null and needs no place.
   */
  check(values: readonly Value[], transaction: ActiveTransaction, except?: number): number | undefined {
    const hash = this.hashOf(values);
    if (hash === undefined) return undefined;
    this.eachOf(hash, (row) => {
      if (row === except) return;
      const stored = this.table.locate(row);
      if (isGone(stored.versions, stored.versionRow, transaction)) return;
      if (this.hasKey(stored, values)) this.refuse(stored, transaction, values);
    });
    return hash;
  }

  /** The hash of a row's key; undefined if it has a null. */
  hashOf(values: readonly Value[]): number | undefined {
    let hash = 0;
    for (const ordinal of this.ordinals) {
      const value = values[ordinal] ?? null;
      if (value === null) return undefined;
      hash = combineHashes(hash, hashHost(value, this.table.columns[ordinal]!.type));
    }
    return hash;
  }

  /** The rows, visible or not, whose key is that of `values`. */
  rowsLike(values: readonly Value[]): readonly number[] {
    const hash = this.hashOf(values);
    const found: number[] = [];
    if (hash === undefined) return found;
    this.eachOf(hash, (row) => {
      const stored = this.table.locate(row);
      if (this.hasKey(stored, values)) found.push(row);
    });
    return found;
  }

  /** The first row whose key is that of `values` and of whose versions `accept` is true. */
  findLike(values: readonly Value[], accept: (versions: RowVersions, row: number) => boolean): number | undefined {
    const hash = this.hashOf(values);
    if (hash === undefined) return undefined;
    const { rows, hashes } = this;
    const mask = rows.length - 1;
    for (let slot = spread(hash) & mask; rows[slot] !== 0; slot = (slot + 1) & mask) {
      if (hashes[slot] !== hash) continue;
      const row = rows[slot]! - 1;
      const stored = this.table.locate(row);
      if (this.hasKey(stored, values) && accept(stored.versions, stored.versionRow)) return row;
    }
    return undefined;
  }

  private hasKey(stored: StoredRow, values: readonly Value[]): boolean {
    for (const ordinal of this.ordinals) {
      const type = this.table.columns[ordinal]!.type;
      const value = readValue(stored.columns[ordinal]!, type, stored.position);
      if (!sameValue(value, values[ordinal] ?? null, type)) return false;
    }
    return true;
  }

  add(hash: number, row: number): void {
    if (row > MAX_ROW) throw new OrbitError('out_of_memory', `table "${this.table.name}" has too many rows for a key`);
    if (4 * (this.count + 1) > 3 * this.rows.length) this.rehash(2 * this.rows.length);
    const mask = this.rows.length - 1;
    let slot = spread(hash) & mask;
    for (; this.rows[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.hashes[slot] !== hash) continue;
      const { versions, versionRow } = this.table.locate(this.rows[slot]! - 1);
      if (this.forgotten(versions, versionRow)) break;
    }
    if (this.rows[slot] === 0) this.count++;
    this.rows[slot] = row + 1;
    this.hashes[slot] = hash;
  }

  /** Adds a segment's rows; with `transaction`, each is checked first. */
  addSegment(segment: Segment, transaction?: ActiveTransaction): void {
    const { columns } = segment.chunk;
    const hashes = new Int32Array(segment.rows);
    for (const ordinal of this.ordinals) {
      hashColumn(columns[ordinal]!, this.table.columns[ordinal]!.type, segment.rows, hashes);
    }
    this.reserve(segment.rows);
    for (let row = 0; row < segment.rows; row++) {
      if (!this.ordinals.every((ordinal) => isValid(columns[ordinal]!.validity, row))) continue;
      if (this.forgotten(segment.versions, segment.offset + row)) continue;
      const hash = hashes[row]!;
      if (transaction !== undefined) this.checkStored(columns, row, hash, transaction);
      this.add(hash, segment.firstRow + row);
    }
  }

  private checkStored(
    columns: readonly ChunkColumn[],
    position: number,
    hash: number,
    transaction: ActiveTransaction,
  ): void {
    this.eachOf(hash, (row) => {
      const stored = this.table.locate(row);
      if (isGone(stored.versions, stored.versionRow, transaction)) return;
      const values: Value[] = [];
      for (const ordinal of this.ordinals) {
        const type = this.table.columns[ordinal]!.type;
        const value = readValue(columns[ordinal]!, type, position);
        if (!sameValue(value, readValue(stored.columns[ordinal]!, type, stored.position), type)) return;
        values[ordinal] = value;
      }
      this.refuse(stored, transaction, values);
    });
  }

  private eachOf(hash: number, visit: (row: number) => void): void {
    const { rows, hashes } = this;
    const mask = rows.length - 1;
    for (let slot = spread(hash) & mask; rows[slot] !== 0; slot = (slot + 1) & mask) {
      if (hashes[slot] === hash) visit(rows[slot]! - 1);
    }
  }

  /** Fails if the row of the same key is alive, or if another transaction's end decides whether it is. */
  private refuse({ versions, versionRow }: StoredRow, transaction: ActiveTransaction, values: readonly Value[]): void {
    const begin = versions.beginOf(versionRow);
    const end = versions.endOf(versionRow);
    const own = -transaction.id;
    // Deleted by this transaction, or inserted and deleted by the same other one.
    if (end === own || (begin < 0 && begin === end)) return;
    const names = this.ordinals.map((ordinal) => this.table.columns[ordinal]!.name).join(', ');
    const shown = this.ordinals
      .map((ordinal) => formatValue(values[ordinal] ?? null, this.table.columns[ordinal]!.type))
      .join(', ');
    const key = `(${names}) = (${shown})`;
    const isGoing = end !== NEVER;
    if ((begin < 0 && begin !== own) || isGoing) {
      throw new OrbitError(
        'serialization_failure',
        `the key ${key} of table "${this.table.name}" ${end > 0 && isGoing ? 'was' : 'is being'} changed by another transaction`,
        { hint: 'Roll the transaction back and try again once the other one has ended.' },
      );
    }
    throw new OrbitError('unique_violation', `duplicate key: table "${this.table.name}" already has ${key}`);
  }

  private reserve(more: number): void {
    let size = this.rows.length;
    while (4 * (this.count + more) > 3 * size) size *= 2;
    if (size > this.rows.length) this.rehash(size);
  }

  private rehash(size: number): void {
    const { rows, hashes } = this;
    this.rows = new Uint32Array(size);
    this.hashes = new Int32Array(size);
    const mask = size - 1;
    for (let old = 0; old < rows.length; old++) {
      if (rows[old] === 0) continue;
      let slot = spread(hashes[old]!) & mask;
      while (this.rows[slot] !== 0) slot = (slot + 1) & mask;
      this.rows[slot] = rows[old]!;
      this.hashes[slot] = hashes[old]!;
    }
  }
}

/** Sums of hashes of consecutive integers are consecutive themselves: spread them over the slots. */
function spread(hash: number): number {
  const mixed = Math.imul(hash, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/**
 * Whether the row is gone, for good, and was so when the transaction began. One that it still sees keeps its key: else two
 * rows of its snapshot would have the same.
 */
function isGone(versions: RowVersions, row: number, { snapshot }: ActiveTransaction): boolean {
  const begin = versions.beginOf(row);
  if (begin === NEVER) return true;
  const end = versions.endOf(row);
  return end > 0 && end !== NEVER && (end <= snapshot || begin > snapshot);
}
