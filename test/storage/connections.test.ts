import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Connection, OrbitError, open } from '../../engine/index.ts';

interface Row {
  readonly id: number;
  readonly v: number;
}

/** Rows by a number that no other version of a row ever has. */
type Rows = Map<number, Row>;

interface Transaction {
  /** What it sees. */
  readonly rows: Rows;
  readonly inserted: Set<number>;
  readonly ended: Set<number>;
}

/** What connections must see, told by copying everything. */
class Model {
  readonly committed: Rows = new Map();
  private readonly open = new Set<Transaction>();
  private lastKey = 0;

  begin(): Transaction {
    const transaction = { rows: new Map(this.committed), inserted: new Set<number>(), ended: new Set<number>() };
    this.open.add(transaction);
    return transaction;
  }

  insert({ rows, inserted }: Transaction, row: Row): void {
    rows.set(++this.lastKey, row);
    inserted.add(this.lastKey);
  }

  /** Gives false, and does nothing, if somebody else has ended one of the rows. */
  end(transaction: Transaction, keys: readonly number[]): boolean {
    const { rows, inserted, ended } = transaction;
    const taken = (key: number): boolean =>
      (!inserted.has(key) && !this.committed.has(key)) ||
      [...this.open].some((other) => other !== transaction && other.ended.has(key));
    if (keys.some(taken)) return false;
    for (const key of keys) {
      rows.delete(key);
      ended.add(key);
    }
    return true;
  }

  commit(transaction: Transaction): void {
    for (const key of transaction.ended) this.committed.delete(key);
    for (const key of transaction.inserted) {
      const row = transaction.rows.get(key);
      if (row !== undefined) this.committed.set(key, row);
    }
    this.open.delete(transaction);
  }

  rollback(transaction: Transaction): void {
    this.open.delete(transaction);
  }
}

interface Condition {
  readonly sql: string;
  readonly holds: (row: Row) => boolean;
}

const LIMIT = 100_000;

/** Conditions that scans answer by zone maps and vector comparisons, and one that they look at row by row for. */
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, 5, 60, 65_500, 65_536, 69_990, LIMIT), fc.integer({ min: 1, max: 120 }))
    .map(([from, span]) => ({
      sql: `id >= ${from} AND id < ${from + span}`,
      holds: ({ id }: Row) => id >= from && id < from + span,
    })),
  fc.tuple(fc.constantFrom(3, 97, 1009), fc.nat(96)).map(([divisor, rest]) => ({
    sql: `id % ${divisor} = ${rest % divisor}`,
    holds: ({ id }: Row) => id % divisor === rest % divisor,
  })),
  fc.nat(9).map((v) => ({ sql: `v = ${v}`, holds: (row: Row) => row.v === v })),
);

const who = fc.nat({ max: 2 });
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('begin' as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('insert' as const), who, count: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copy' as const), who, condition }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('update' as const), who, condition }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), who, condition }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rollback' as const), who }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), who, condition }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

async function errorOf(work: Promise<unknown>): Promise<OrbitError | undefined> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OrbitError) return error;
    throw error;
  }
  return undefined;
}

/** Makes the table with rows 0 to count - 1, loaded in chunks or inserted one by one. */
async function fill(connection: Connection, model: Model, count: number, loaded: boolean): Promise<void> {
  await connection.query('CREATE TABLE digits (d INTEGER NOT NULL)');
  await connection.query('INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)');
  const numbers =
    'SELECT CAST(a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d AS INTEGER) AS id, a.d AS v ' +
    'FROM digits a, digits b, digits c, digits d, digits e';
  const rows = `SELECT id, v FROM (${numbers}) n WHERE id < ${count} ORDER BY id`;
  if (loaded) await connection.query(`CREATE TABLE t AS ${rows}`);
  else {
    await connection.query('CREATE TABLE t (id INTEGER NOT NULL, v INTEGER NOT NULL)');
    await connection.query(`INSERT INTO t ${rows}`);
  }
  const transaction = model.begin();
  for (let id = 0; id < count; id++) model.insert(transaction, { id, v: id % 10 });
  model.commit(transaction);
}

class Run {
  private readonly model: Model;
  private readonly connections: readonly Connection[];
  private readonly open: (Transaction | undefined)[] = [];
  private lastId = LIMIT;

  constructor(model: Model, connections: readonly Connection[]) {
    this.model = model;
    this.connections = connections;
  }

  async step(next: Operation): Promise<void> {
    const { model, open } = this;
    const connection = this.connections[next.who]!;
    const transaction = open[next.who];
    switch (next.kind) {
      case 'begin':
        if (transaction !== undefined) break;
        await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        // The first query takes the snapshot.
        await connection.query('SELECT 1');
        open[next.who] = model.begin();
        break;
      case 'commit':
      case 'rollback':
        if (transaction === undefined) break;
        await connection.query(next.kind);
        model[next.kind](transaction);
        open[next.who] = undefined;
        break;
      case 'read':
        await this.check(next.who, next.condition);
        break;
      case 'insert': {
        const rows = Array.from({ length: next.count }, () => ({ id: this.lastId++, v: this.lastId % 10 }));
        await this.write(
          next.who,
          `INSERT INTO t VALUES ${rows.map(({ id, v }) => `(${id}, ${v})`).join(', ')}`,
          (own) => {
            for (const row of rows) model.insert(own, row);
            return rows.length;
          },
        );
        break;
      }
      case 'copy': {
        const { sql, holds } = next.condition;
        // A statement that reads what it writes sees none of it.
        await this.write(next.who, `INSERT INTO t SELECT id + 1, v FROM t WHERE ${sql}`, (own) => {
          const rows = [...own.rows.values()].filter(holds);
          for (const { id, v } of rows) model.insert(own, { id: id + 1, v });
          return rows.length;
        });
        break;
      }
      case 'update':
      case 'delete': {
        const { sql, holds } = next.condition;
        const text = next.kind === 'delete' ? 'DELETE FROM t' : 'UPDATE t SET v = (v + 1) % 10';
        await this.write(next.who, `${text} WHERE ${sql}`, (own) => {
          const found = [...own.rows].filter(([, row]) => holds(row));
          if (
            !model.end(
              own,
              found.map(([key]) => key),
            )
          )
            return undefined;
          if (next.kind === 'update') for (const [, { id, v }] of found) model.insert(own, { id, v: (v + 1) % 10 });
          return found.length;
        });
        break;
      }
    }
  }

  /** Runs a statement on a connection and in the model, which gives the number of rows written; undefined: a conflict. */
  private async write(slot: number, sql: string, apply: (own: Transaction) => number | undefined): Promise<void> {
    const { model, open } = this;
    const connection = this.connections[slot]!;
    const transaction = open[slot];
    const own = transaction ?? model.begin();
    const written = apply(own);
    const work = connection.query(sql);
    if (written !== undefined) {
      expect((await work).rowCount).toBe(written);
      if (transaction === undefined) model.commit(own);
      return;
    }
    const error = await errorOf(work);
    expect([error?.code, error?.sqlstate, error?.retryable]).toEqual(['serialization_failure', '40001', true]);
    if (transaction !== undefined) {
      // What was written before the conflict is locked until then.
      expect((await errorOf(connection.query('SELECT 1')))?.retryable).toBe(false);
      await connection.query('ROLLBACK');
    }
    model.rollback(own);
    open[slot] = undefined;
  }

  private rowsOf(slot: number): readonly Row[] {
    return [...(this.open[slot]?.rows ?? this.model.committed).values()];
  }

  async check(slot: number, { sql, holds }: Condition): Promise<void> {
    const connection = this.connections[slot]!;
    const rows = this.rowsOf(slot).filter(holds);
    const { values } = await connection.query(
      `SELECT count(*), coalesce(sum(id), 0), coalesce(sum(v), 0), coalesce(sum(id * v % 1009), 0) FROM t WHERE ${sql}`,
    );
    const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
    expect(values[0]?.map(Number)).toEqual([
      rows.length,
      sum(({ id }) => id),
      sum(({ v }) => v),
      sum(({ id, v }) => (id * v) % 1009),
    ]);
  }

  async checkAll(): Promise<void> {
    for (const slot of this.connections.keys()) {
      await this.check(slot, { sql: 'true', holds: () => true });
      const found = (await this.connections[slot]!.query('SELECT id, v FROM t ORDER BY id, v')).values;
      const rows = this.rowsOf(slot).map(({ id, v }) => [id, v]);
      expect(found).toEqual(rows.sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d));
    }
  }
}

async function run(steps: readonly Operation[], count: number, loaded: boolean): Promise<void> {
  const db = await open(':memory:', { threads: 1, memory: 64 * 2 ** 20 });
  try {
    const model = new Model();
    await fill(db, model, count, loaded);
    const all = new Run(model, [db, db.connect(), db.connect()]);
    for (const step of steps) await all.step(step);
    await all.checkAll();
  } finally {
    await db.close();
  }
}

describe('connections see what the model says', () => {
  test('of a few rows', () =>
    fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40, size: 'max' }), fc.boolean(), (steps, loaded) =>
        run(steps, 70, loaded),
      ),
      { numRuns: 40 },
    ));

  for (const loaded of [true, false]) {
    test(`of more rows than fit a chunk, ${loaded ? 'loaded' : 'inserted'}`, () =>
      fc.assert(
        fc.asyncProperty(fc.array(operation, { minLength: 20, maxLength: 30, size: 'max' }), (steps) =>
          run(steps, 70_000, loaded),
        ),
        { numRuns: 3 },
      ));
  }
});

describe('a transaction', () => {
  test('reads the same again, whatever others commit while it reads', async () => {
    const db = await open(':memory:', { threads: 1, memory: 64 * 2 ** 20 });
    await fill(db, new Model(), 70_000, true);
    const [reader, writer] = [db.connect(), db.connect()];
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const read = async () => (await reader.query('SELECT count(*), sum(v) FROM t')).values[0];
    const before = await read();
    for (let i = 0; i < 10; i++) {
      const [again] = await Promise.all([
        read(),
        writer.query(`DELETE FROM t WHERE id % 97 = ${i}`),
        db.query(`INSERT INTO t VALUES (${LIMIT + i}, 1)`),
      ]);
      expect(again).toEqual(before);
      expect(await read()).toEqual(before);
    }
    await reader.query('UPDATE t SET v = v + 1 WHERE id % 97 = 50');
    await reader.query('DELETE FROM t WHERE id % 97 = 51');
    expect((await reader.query('SELECT count(*) FROM t')).values).toEqual([[BigInt(70_000 - 722)]]);
    const { code, retryable } = (await errorOf(reader.query('DELETE FROM t WHERE id % 97 = 3'))) ?? {};
    expect([code, retryable]).toEqual(['serialization_failure', true]);
    await reader.query('ROLLBACK');
    expect((await read())?.[0]).toBe(BigInt(70_000 + 10 - 10 * 722));
    await db.close();
  });
});
