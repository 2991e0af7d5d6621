import { sameValue } from '../../compiler/types/compare.ts';
import { internalError, OrbitError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { StoredRow, TableHandle, Tables } from './tables.ts';

/** Rows that were there before the transaction began. */
const COMMITTED = -1;

interface Version {
  readonly values: readonly Value[];
  readonly begin: number;
  /** The command that replaced or deleted it. */
  end: number | undefined;
}

/** Row id to versions, the oldest first; in the order of insertion. */
type Heap = Map<bigint, Version[]>;

/** Tables of one transaction in plain arrays: for tests, and for whoever has no storage yet. */
export class MemoryTables implements Tables {
  readonly #heaps = new Map<TableHandle, Heap>();
  #nextId = 1n;

  /** Adds rows as if an earlier transaction had written them. */
  load(table: TableHandle, rows: readonly (readonly Value[])[]): void {
    for (const row of rows) this.insert(table, row, COMMITTED);
  }

  scan(table: TableHandle, command: number): readonly StoredRow[] {
    return this.#visible(
      table,
      (version) => version.begin < command && !(version.end !== undefined && version.end < command),
    );
  }

  find(
    table: TableHandle,
    ordinals: readonly number[],
    values: readonly Value[],
    command: number,
  ): readonly StoredRow[] {
    const seen = (version: Version) =>
      version.begin <= command && !(version.end !== undefined && version.end <= command);
    return this.#visible(table, seen).filter((row) =>
      ordinals.every((ordinal, index) => {
        const type = table.columns[ordinal]?.type;
        const stored = row.values[ordinal] ?? null;
        const wanted = values[index] ?? null;
        return type !== undefined && stored !== null && wanted !== null && sameValue(stored, wanted, type);
      }),
    );
  }

  newest(table: TableHandle, id: bigint): { readonly row: StoredRow; readonly command: number } | undefined {
    const version = this.#heap(table).get(id)?.at(-1);
    if (version === undefined || version.end !== undefined) return undefined;
    return { row: { id, values: version.values }, command: version.begin };
  }

  insert(table: TableHandle, values: readonly Value[], command: number): bigint {
    checkNotNull(table, values);
    const id = this.#nextId;
    this.#nextId += 1n;
    this.#heap(table).set(id, [{ values, begin: command, end: undefined }]);
    return id;
  }

  update(table: TableHandle, id: bigint, values: readonly Value[], command: number): void {
    checkNotNull(table, values);
    const versions = this.#live(table, id);
    const last = versions.at(-1);
    if (last?.begin === command) versions.pop();
    else if (last !== undefined) last.end = command;
    versions.push({ values, begin: command, end: undefined });
  }

  delete(table: TableHandle, id: bigint, command: number): void {
    const last = this.#live(table, id).at(-1);
    if (last !== undefined) last.end = command;
  }

  #heap(table: TableHandle): Heap {
    const heap = this.#heaps.get(table) ?? new Map<bigint, Version[]>();
    this.#heaps.set(table, heap);
    return heap;
  }

  #visible(table: TableHandle, isSeen: (version: Version) => boolean): readonly StoredRow[] {
    return [...this.#heap(table)].flatMap(([id, versions]) => {
      const version = versions.findLast(isSeen);
      return version === undefined ? [] : [{ id, values: version.values }];
    });
  }

  #live(table: TableHandle, id: bigint): Version[] {
    const versions = this.#heap(table).get(id);
    if (versions === undefined || versions.at(-1)?.end !== undefined) throw internalError(`row ${id} does not exist`);
    return versions;
  }
}

function checkNotNull(table: TableHandle, values: readonly Value[]): void {
  for (const [index, column] of table.columns.entries()) {
    if (column.nullable || (values[index] ?? null) !== null) continue;
    throw new OrbitError(
      'not_null_violation',
      `null value in column "${column.name}" of table "${table.name}" violates its NOT NULL constraint`,
    );
  }
}
