import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { INT32, INT64, UTF8 } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { loadRows } from '../../storage/tables/bulk-loader.ts';
import { readValue } from '../../storage/tables/decode.ts';
import { createMemoryTable, type MemoryTable } from '../../storage/tables/memory-table.ts';
import { type ActiveTransaction, createTransactionManager } from '../../storage/transactions/manager.ts';
import { positions, readTable } from './support.ts';

const columns: readonly ColumnDefinition[] = [
  { name: 'k', type: INT64, nullable: true },
  { name: 'v', type: UTF8, nullable: true },
];

type Row = readonly [bigint | null, string | null];
type Rows = ReadonlyMap<number, Row>;

/** What the table must do, told by copying everything. */
class Model {
  committed = new Map<number, Row>();
  readonly open = new Map<ActiveTransaction, ModelTransaction>();
  nextId = 0;

  visible(own: ModelTransaction | undefined, before = Number.POSITIVE_INFINITY): Map<number, Row> {
    const rows = new Map(own === undefined ? this.committed : own.snapshot);
    for (const { command, id, row } of own?.writes ?? []) {
      if (command >= before) continue;
      if (row === undefined) rows.delete(id);
      else rows.set(id, row);
    }
    return rows;
  }

  deletedByOther(own: ModelTransaction, id: number): boolean {
    return [...this.open.values()].some((other) => other !== own && other.deleted(id));
  }

  /** The errors that ending row `id` may raise; none: it can be ended. */
  endErrors(own: ModelTransaction, id: number): readonly string[] {
    const gone = own.snapshot.has(id) && !this.committed.has(id);
    return gone || this.deletedByOther(own, id) ? ['serialization_failure'] : [];
  }

  insertErrors(own: ModelTransaction | undefined, key: bigint | null, except?: number): readonly string[] {
    if (key === null) return [];
    const errors: string[] = [];
    for (const [id, row] of this.committed) {
      if (row[0] !== key || id === except || own?.deleted(id)) continue;
      errors.push(
        [...this.open.values()].some((other) => other.deleted(id)) ? 'serialization_failure' : 'unique_violation',
      );
    }
    // What the snapshot still sees keeps its key.
    for (const [id, row] of own?.snapshot ?? []) {
      if (row[0] === key && id !== except && !this.committed.has(id)) errors.push('serialization_failure');
    }
    for (const transaction of this.open.values()) {
      for (const { id, row } of transaction.writes) {
        if (row?.[0] !== key || id === except || transaction.deleted(id)) continue;
        errors.push(transaction === own ? 'unique_violation' : 'serialization_failure');
      }
    }
    return errors;
  }
}

class ModelTransaction {
  readonly snapshot: Rows;
  readonly writes: { command: number; id: number; row: Row | undefined }[] = [];
  command = 1;

  constructor(snapshot: Rows) {
    this.snapshot = new Map(snapshot);
  }

  deleted(id: number): boolean {
    return this.writes.some((write) => write.id === id && write.row === undefined);
  }
}

const key = fc.option(fc.bigInt({ min: 0n, max: 6n }), { freq: 6 });
const text: fc.Arbitrary<string | null> = fc.option(fc.constantFrom('a', 'b', 'long text'), { freq: 5 });
const row: fc.Arbitrary<Row> = fc.tuple(key, text);
const who = fc.nat({ max: 2 });
const operation = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('begin' as const), who }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('insert' as const), who, row }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('update' as const), who, pick: fc.nat(), row }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), who, pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('command' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('commit' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rollback' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('load' as const),
      who: fc.option(who),
      rows: fc.array(row, { maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('scan' as const) }) },
);

/** Rows by id, as a scan sees them. */
async function scan(table: MemoryTable, transaction: ActiveTransaction | undefined, command: number): Promise<Rows> {
  const rows = new Map<number, Row>();
  const cursor = table.scan({ ordinals: [0, 1], prune: [], command, transaction });
  for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
    for (const position of positions(chunk)) {
      const [k, v] = chunk.columns.map((column, i) => readValue(column, columns[i]!.type, position));
      rows.set(Number(chunk.firstRowId) + position, [k as bigint | null, v as string | null]);
    }
  }
  if (cursor.rows !== undefined) expect(cursor.rows).toBe(rows.size);
  expect(cursor.mostRows).toBeGreaterThanOrEqual(rows.size);
  return rows;
}

/** Runs the action; it must fail with one of the codes, or succeed if there are none. Returns whether it did. */
function attempt(codes: readonly string[], action: () => void): boolean {
  if (codes.length === 0) {
    action();
    return true;
  }
  let code = 'no error';
  try {
    action();
  } catch (error) {
    if (!(error instanceof OrbitError)) throw error;
    code = error.code;
  }
  expect(codes).toContain(code);
  return false;
}

async function run(
  operations: readonly (typeof operation extends fc.Arbitrary<infer T> ? T : never)[],
  keyed: boolean,
) {
  const transactions = createTransactionManager();
  const table = createMemoryTable({ name: 't', columns, keys: keyed ? [[0]] : [], transactions });
  const model = new Model();
  const slots: (ActiveTransaction | undefined)[] = [];
  const errorsOf = (own: ModelTransaction | undefined, k: bigint | null, except?: number) =>
    keyed ? model.insertErrors(own, k, except) : [];

  for (const step of operations) {
    if (step.kind === 'scan') {
      await checkAll();
      continue;
    }
    if (step.kind === 'load' && step.who === null) {
      load(undefined, undefined, step.rows);
      continue;
    }
    const slot = step.who ?? 0;
    const transaction = slots[slot];
    if (transaction === undefined) {
      const begun = transactions.begin();
      slots[slot] = begun;
      model.open.set(begun, new ModelTransaction(model.committed));
      continue;
    }
    const own = model.open.get(transaction)!;
    const seen = [...model.visible(own, own.command)];
    const picked = 'pick' in step && seen.length > 0 ? seen[step.pick % seen.length] : undefined;
    switch (step.kind) {
      case 'begin':
        break;
      case 'command':
        own.command++;
        break;
      case 'insert': {
        const fine = attempt(errorsOf(own, step.row[0]), () => {
          expect(table.insert(transaction, own.command, step.row)).toBe(BigInt(model.nextId));
        });
        if (fine) own.writes.push({ command: own.command, id: model.nextId++, row: step.row });
        break;
      }
      case 'update': {
        if (picked === undefined) break;
        const [id, old] = picked;
        // The second time in one command nothing happens.
        if (own.deleted(id)) {
          table.update(transaction, own.command, BigInt(id), [0], [step.row[0]]);
          break;
        }
        const next: Row = [step.row[0], old[1]];
        const ending = model.endErrors(own, id);
        const codes = ending.length > 0 ? ending : errorsOf(own, next[0], id);
        const fine = attempt(codes, () => {
          table.update(transaction, own.command, BigInt(id), [0], [next[0]]);
        });
        if (!fine) break;
        own.writes.push({ command: own.command, id: model.nextId++, row: next });
        own.writes.push({ command: own.command, id, row: undefined });
        break;
      }
      case 'delete': {
        if (picked === undefined) break;
        const [id] = picked;
        const again = own.deleted(id);
        const fine = attempt(again ? [] : model.endErrors(own, id), () => {
          table.delete(transaction, own.command, BigInt(id));
        });
        if (fine && !again) own.writes.push({ command: own.command, id, row: undefined });
        break;
      }
      case 'load':
        load(transaction, own, step.rows);
        break;
      case 'commit':
        transactions.commit(transaction);
        for (const { id, row: written } of own.writes) {
          if (written !== undefined) model.committed.set(id, written);
          else model.committed.delete(id);
        }
        model.open.delete(transaction);
        slots[slot] = undefined;
        break;
      case 'rollback':
        transactions.rollback(transaction);
        model.open.delete(transaction);
        slots[slot] = undefined;
        break;
    }
  }
  await checkAll();

  function load(transaction: ActiveTransaction | undefined, own: ModelTransaction | undefined, rows: readonly Row[]) {
    const codes = rows.flatMap(([k]) => errorsOf(own, k));
    const present = rows.map(([k]) => k).filter((k) => k !== null);
    if (keyed && new Set(present).size < present.length) codes.push('unique_violation');
    const fine = attempt(codes, () => {
      loadRows(table.bulkLoader(transaction, own?.command), rows);
    });
    for (const loaded of rows) {
      const id = model.nextId++;
      if (!fine) continue;
      if (own !== undefined) own.writes.push({ command: own.command, id, row: loaded });
      else model.committed.set(id, loaded);
    }
  }

  /** `find` sees the writes of its own command too. */
  function checkFind(transaction: ActiveTransaction, own: ModelTransaction, command: number) {
    const seen = [...model.visible(own, command + 1)];
    for (const value of [0n, 1n, null]) {
      const expected = seen.filter(([, [k]]) => value !== null && k === value).map(([id]) => BigInt(id));
      const found = table.find(transaction, command, [0], [value]);
      expect(found.map(({ id }) => id)).toEqual(expected.sort((a, b) => Number(a - b)));
    }
  }

  async function checkAll() {
    expect(await scan(table, undefined, 0)).toEqual(model.visible(undefined));
    expect(table.statistics().rowCount).toBe(model.committed.size);
    for (const [transaction, own] of model.open) {
      for (const command of new Set([1, own.command - 1, own.command, own.command + 1])) {
        expect(await scan(table, transaction, command)).toEqual(model.visible(own, command));
        checkFind(transaction, own, command);
      }
    }
  }
}

describe('a memory table does what the model does', () => {
  const operations = fc.array(operation, { maxLength: 60, size: 'max' });
  test('without keys', () =>
    fc.assert(
      fc.asyncProperty(operations, (steps) => run(steps, false)),
      { numRuns: 300 },
    ));
  test('with a unique key', () =>
    fc.assert(
      fc.asyncProperty(operations, (steps) => run(steps, true)),
      { numRuns: 600 },
    ));
});

describe('scans', () => {
  const request = { ordinals: [0], prune: [], command: 0, transaction: undefined };
  const load = (count: number) => {
    const transactions = createTransactionManager();
    const table = createMemoryTable({
      name: 't',
      columns: [{ name: 'k', type: INT32, nullable: false }],
      transactions,
    });
    loadRows(
      table.bulkLoader(),
      Array.from({ length: count }, (_, i): Value[] => [i]),
    );
    return { transactions, table };
  };

  test('leave out chunks by their zone maps', async () => {
    const { table } = load(200_000);
    const cursor = table.scan({ ...request, prune: [{ ordinal: 0, low: 70_000n, high: 131_000n }] });
    const first = await cursor.next();
    expect(first?.firstRowId).toBe(65_536n);
    expect(await cursor.next()).toBeUndefined();
    expect(cursor.pruned()).toBe(3);
  });

  test('keep chunk ids and bitmaps while nothing changes', async () => {
    const { transactions, table } = load(10);
    const first = await table.scan(request).next();
    const transaction = transactions.begin();
    table.delete(transaction, 1, 3n);
    const before = await table.scan(request).next();
    transactions.commit(transaction);
    const after = await table.scan(request).next();
    const again = await table.scan(request).next();
    expect([before?.id, after?.id]).toEqual([first?.id, first?.id]);
    expect(before?.visible).toBeUndefined();
    expect([...positions(after!)]).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
    expect(again?.visible).toBe(after?.visible);
  });

  test('see rows that came one by one in few pieces', async () => {
    const { transactions, table } = load(0);
    let pieces = 0;
    for (let i = 0; i < 300; i++) {
      const transaction = transactions.begin();
      table.insert(transaction, 1, [i]);
      transactions.commit(transaction);
      const cursor = table.scan(request);
      pieces = 0;
      for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) pieces++;
      expect(pieces).toBeLessThan(10);
    }
    expect((await readTable(table)).map(([k]) => k)).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  test('see more inserted rows than fit a chunk', async () => {
    const { transactions, table } = load(5);
    const transaction = transactions.begin();
    for (let i = 5; i < 140_000; i++) table.insert(transaction, 1, [i]);
    for (let i = 0; i < 140_000; i += 1000) table.delete(transaction, 2, BigInt(i));
    expect(await readTable(table, { transaction, command: 2 })).toHaveLength(140_000);
    expect(await readTable(table)).toHaveLength(5);
    transactions.commit(transaction);
    const rows = await readTable(table);
    expect(rows).toHaveLength(140_000 - 140);
    expect(table.statistics()).toMatchObject({
      rowCount: 140_000 - 140,
      columns: [{ min: 0, max: 139_999, nullCount: 0 }],
    });
  });
});

describe('keys', () => {
  const keyedTable = () => {
    const transactions = createTransactionManager();
    const table = createMemoryTable({ name: 'orders', columns, keys: [[0, 1]], transactions });
    return { transactions, table };
  };

  test('are told in the error', () => {
    const { transactions, table } = keyedTable();
    const transaction = transactions.begin();
    table.insert(transaction, 1, [1n, 'x']);
    expect(() => table.insert(transaction, 1, [1n, 'x'])).toThrow(
      'duplicate key: table "orders" already has (k, v) = (1, x)',
    );
    table.insert(transaction, 1, [1n, null]);
    table.insert(transaction, 1, [1n, null]);
  });

  test('are checked against what was loaded in another order', () => {
    const { transactions, table } = keyedTable();
    loadRows(
      table.bulkLoader(),
      Array.from({ length: 70_000 }, (_, i): Value[] => [BigInt((i * 7919) % 70_000), `${i % 9}`]),
    );
    expect(() =>
      loadRows(table.bulkLoader(), [
        [5n, 'new'],
        [7919n, '1'],
      ]),
    ).toThrow('already has (k, v) = (7919, 1)');
    expect(() => table.insert(transactions.begin(), 1, [0n, '0'])).toThrow('already has (k, v) = (0, 0)');
    expect(table.statistics().rowCount).toBe(70_000);
  });

  test('nulls where none may be', () => {
    const { transactions, table } = {
      ...keyedTable(),
      table: createMemoryTable({ name: 't', columns: [{ ...columns[0]!, nullable: false }] }),
    };
    expect(() => table.insert(transactions.begin(), 1, [null])).toThrow('null value in column "k" of table "t"');
  });
});
