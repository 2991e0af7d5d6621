import { afterAll, describe, expect, test } from 'vitest';
import { open } from '../../engine/index.ts';
import { failure } from './failure.ts';

const db = await open(':memory:', { threads: 1, memory: 64 * 2 ** 20 });
afterAll(() => db.close());

async function types(table: string): Promise<readonly (string | null)[]> {
  return (await db.query(`DESCRIBE ${table}`)).texts.map(([, type]) => type ?? null);
}

describe('a transaction', () => {
  test('is committed when its work is done', async () => {
    await db.query('CREATE TABLE accounts (id int, amount int)');
    await db.query('INSERT INTO accounts VALUES (1, 100), (2, 0)');
    const moved = await db.transaction(async (connection) => {
      await connection.query('UPDATE accounts SET amount = amount - $1 WHERE id = 1', [30]);
      await connection.query('UPDATE accounts SET amount = amount + $1 WHERE id = 2', [30]);
      // Nobody else sees it yet.
      expect((await db.query('SELECT amount FROM accounts ORDER BY id')).values).toEqual([[100], [0]]);
      return 30;
    });
    expect(moved).toBe(30);
    expect((await db.query('SELECT amount FROM accounts ORDER BY id')).values).toEqual([[70], [30]]);
  });

  test('is rolled back when its work throws, or hides that a statement failed', async () => {
    const sum = async (): Promise<unknown> => (await db.query('SELECT sum(amount) FROM accounts')).values[0]?.[0];
    const before = await sum();
    const spend = 'UPDATE accounts SET amount = 0';
    await expect(
      db.transaction(async (connection) => {
        await connection.query(spend);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    const hidden = await failure(
      db.transaction(async (connection) => {
        await connection.query(spend);
        await connection.query('SELECT 1 / 0').catch(() => {});
      }),
    );
    expect(hidden.sqlstate).toBe('25P02');
    const ended = await failure(db.transaction((connection) => connection.query('COMMIT')));
    expect(ended.sqlstate).toBe('25P01');
    expect(await sum()).toEqual(before);
  });
});

describe('data of the program as a table', () => {
  test('rows: types come from the values', async () => {
    const rows = [
      {
        name: 'Ada',
        born: new Date('1815-12-10T00:00:00Z'),
        age: 36,
        big: 2n ** 60n,
        ratio: 1,
        ok: true,
        tags: ['a', 'b'],
      },
      { name: null, age: -1, ratio: 0.5, ok: false, bytes: new Uint8Array([1, 255]), tags: [] },
    ];
    expect(await db.register('rows', rows)).toBe(2);
    expect(await types('rows')).toEqual(['utf8', 'timestamp', 'int64', 'int64', 'float64', 'bool', 'utf8[]', 'binary']);
    expect((await db.query('SELECT * FROM rows ORDER BY age DESC')).texts).toEqual([
      ['Ada', '1815-12-10 00:00:00', '36', '1152921504606846976', '1', 't', '{a,b}', null],
      [null, null, '-1', null, '0.5', 'f', '{}', '\\x01ff'],
    ]);
  });

  test('columns, typed arrays among them', async () => {
    const ids = Int32Array.from({ length: 100_000 }, (_, i) => i);
    const halves = Float64Array.from(ids, (i) => i / 2);
    const names = Array.from(ids, (i) => (i % 10 === 0 ? null : `name ${i % 7}`));
    expect(await db.register('Wide Table', { id: ids, half: halves, name: names })).toBe(100_000);
    const { texts } = await db.query('SELECT count(*), sum(id), sum(half), count(name), max(name) FROM "Wide Table"');
    expect(texts).toEqual([['100000', '4999950000', '2499975000', '90000', 'name 6']]);
    expect(await types('"Wide Table"')).toEqual(['int32', 'float64', 'utf8']);
  });

  test('tables of the shape of Arrow', async () => {
    const columns = [
      [1n, null, 3n],
      ['x', 'y', null],
    ];
    const arrow = {
      numRows: 3,
      schema: { fields: [{ name: 'n' }, { name: 't' }] },
      getChildAt: (i: number) => ({ get: (row: number): unknown => columns[i]?.[row] }),
    };
    expect(await db.register('arrows', arrow)).toBe(3);
    expect((await db.query('SELECT * FROM arrows')).values).toEqual([
      [1n, 'x'],
      [null, 'y'],
      [3n, null],
    ]);
  });

  test('types that are said, tables that are replaced', async () => {
    await db.register('typed', [{ price: '12.50', day: '2024-02-29' }], {
      types: { price: 'decimal(10, 2)', day: 'date' },
    });
    expect(await types('typed')).toEqual(['decimal(10,2)', 'date']);
    expect((await failure(db.register('typed', [{ a: 1 }]))).sqlstate).toBe('42P07');
    await db.register('typed', [{ a: 1 }], { replace: true });
    expect(await types('typed')).toEqual(['int64']);
  });

  test('what does not fit leaves nothing behind', async () => {
    const bad = async (data: Parameters<typeof db.register>[1], options = {}): Promise<string> =>
      (await failure(db.register('nothing', data, options))).message;
    expect(await bad([])).toBe('there are no columns to register');
    expect(await bad([{ a: 1 }, { a: 'x' }])).toBe('column "a" has values of bigint and text');
    expect(await bad([{ a: {} }])).toBe('column "a" has objects, which no type of a column holds yet');
    expect(await bad({ a: [1, 2], b: [1] })).toBe('column "b" has 1 values, the first one has 2');
    expect(await bad([{ a: 'x' }], { types: { a: 'int' } })).toContain('invalid input syntax');
    expect(await bad([{ a: 1 }], { types: { a: 'int); drop table rows; --' } })).toContain('syntax error');
    expect(await bad([{ a: 1 }], { types: { b: 'int' } })).toBe('there is no column "b" to give a type to');
    expect(await bad([{ a: new Date(Number.NaN) }])).toBe('row 1 of column "a" is an invalid Date');
    expect((await failure(db.query('SELECT * FROM nothing'))).sqlstate).toBe('42P01');
  });
});

describe('functions of the program', () => {
  test('are called for each row, in the types they say', async () => {
    db.function(
      'shout',
      { args: ['text', 'int'], returns: 'text', deterministic: true },
      (text, times) => `${String(text).toUpperCase()}${'!'.repeat(Number(times))}`,
    );
    await db.query("CREATE TABLE words AS SELECT * FROM (VALUES ('a', 1), ('b', 2), (NULL, 3)) v (word, n)");
    expect((await db.query('SELECT shout(word, n) FROM words ORDER BY n')).values).toEqual([['A!'], ['B!!'], [null]]);
    expect((await db.query("SELECT word FROM words WHERE shout(word, 0) = 'B'")).values).toEqual([['b']]);
    expect(
      (await db.query('SELECT count(*), min(shout(word, n)) FROM words GROUP BY shout(word, 1) IS NULL ORDER BY 1'))
        .values,
    ).toEqual([
      [1n, null],
      [2n, 'A!'],
    ]);
    const wrong = await failure(db.query('SELECT shout(1.5)'));
    expect(wrong.sqlstate).toBe('42883');
  });

  test('can be asked about NULL, and defined anew', async () => {
    db.function('twice', { args: ['bigint'], returns: 'bigint', callOnNull: true }, (n) =>
      n === null ? -1n : 2n * BigInt(Number(n)),
    );
    expect((await db.query('SELECT twice(21), twice(NULL)')).values).toEqual([[42n, -1n]]);
    const prepared = await db.prepare('SELECT twice($1::bigint)');
    expect((await prepared.query([4n])).values).toEqual([[8n]]);
    db.function('twice', { args: ['bigint'], returns: 'bigint' }, () => 7);
    expect((await db.query('SELECT twice(21)')).values).toEqual([[7n]]);
    expect((await prepared.query([4n])).values).toEqual([[7n]]);
  });

  test('are called anew each time unless they are deterministic', async () => {
    let calls = 0;
    db.function('ticket', { args: [], returns: 'int' }, () => ++calls);
    expect((await db.query('SELECT ticket() FROM generate_series(1, 5)')).values.length).toBe(5);
    expect(calls).toBe(5);
  });

  test('fail the statement where they fail', async () => {
    db.function('broken', { args: ['int'], returns: 'int' }, (n) => {
      if (n === 3) throw new RangeError('three is too many');
      return n;
    });
    const failed = await failure(db.query('SELECT broken(i) FROM generate_series(1, 10) t (i)'));
    expect([failed.sqlstate, failed.message]).toEqual(['38000', 'function broken failed: three is too many']);
    expect(failed.range).toBeDefined();
    db.function('odd', { args: [], returns: 'int' }, () => 'x');
    expect((await failure(db.query('SELECT odd()'))).sqlstate).toBe('22P02');
    // A type error for callers in TypeScript; JavaScript gets told.
    db.function('later', { args: [], returns: 'int' }, (() => Promise.resolve(1)) as never);
    expect((await failure(db.query('SELECT later()'))).message).toContain('a promise');
  });

  test('cannot take the names of others, nor bad ones', () => {
    const define = (name: string) => () => db.function(name, { args: [], returns: 'int' }, () => 1);
    expect(define('upper')).toThrow('function upper exists already');
    expect(define('sum')).toThrow('function sum exists already');
    expect(define('row_number')).toThrow('function row_number exists already');
    expect(define('Bad Name')).toThrow('is no name of a function');
    expect(() => db.function('f', { args: ['nonsense'], returns: 'int' }, () => 1)).toThrow('nonsense');
  });

  test('belong to their database, and stay on their thread', async () => {
    const other = await open(':memory:', { threads: 2, memory: 64 * 2 ** 20 });
    try {
      expect((await failure(other.query('SELECT shout(word, n) FROM words'))).sqlstate).toMatch(/42P01|42883/);
      const own: unknown[] = [];
      other.function('seen', { args: ['bigint'], returns: 'bigint' }, (n) => {
        own.push(n);
        return n;
      });
      await other.register('numbers', { i: BigInt64Array.from({ length: 300_000 }, (_, i) => BigInt(i)) });
      const { values } = await other.query('SELECT count(*), sum(seen(i)) FROM numbers');
      expect(values).toEqual([[300_000n, '44999850000']]);
      expect(own.length).toBe(300_000);
    } finally {
      await other.close();
    }
  });
});
