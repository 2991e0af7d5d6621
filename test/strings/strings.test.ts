import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, type JsValue, open } from '../../engine/index.ts';

// Texts on their way from files and tables through every operator to results, against the same computed here. String
// views hold up to 12 bytes themselves, and the first 4 of longer texts: lengths, prefixes and sources vary around that.

interface Row {
  readonly id: number;
  readonly s: string | null;
}

const LENGTHS = [0, 1, 11, 12, 13, 40, 5000];

/** Texts of so many bytes, with common prefixes of several lengths. */
function textsOf(bytes: number): readonly string[] {
  if (bytes === 0) return [''];
  const ends = ['a', 'b', 'B', '9', '%', '_'].map((end) => 'x'.repeat(bytes - 1) + end);
  if (bytes === 1) return ends;
  const starts = ['y', 'Y'].map((start) => start + 'x'.repeat(bytes - 1));
  const fillWith = (unit: string): string => {
    const size = Buffer.byteLength(unit);
    return unit.repeat(Math.floor(bytes / size)) + 'z'.repeat(bytes % size);
  };
  const middle = bytes > 5 ? [`xxxx-${'m'.repeat(bytes - 5)}`, `xxxx+${'m'.repeat(bytes - 5)}`] : [];
  return [...ends, ...starts, ...middle, ...['é', '日', '😀', '\ue000', 'a,"\n'].map(fillWith)];
}

const TEXTS = [...new Set(LENGTHS.flatMap(textsOf))];

/** Every text several times, NULLs between them, and `distinct` texts that occur once. */
function rowsOf(repeat: number, distinct: number): readonly Row[] {
  const texts: (string | null)[] = [];
  for (let i = 0; i < repeat; i++) for (const text of TEXTS) texts.push((i + text.length) % 9 === 8 ? null : text);
  for (let i = 0; i < distinct; i++) {
    texts.push(`common prefix ${(i * 7919) % distinct}${i % 1000 === 0 ? ' and the tail that makes a text long' : ''}`);
  }
  // 17 and the number of rows have no common divisor in what is used below; ids stay unique either way.
  return texts.map((_, id) => ({ id, s: texts[(id * 17) % texts.length] ?? null }));
}

function csvOf(rows: readonly Row[]): string {
  const quoted = (s: string | null): string => (s === null ? '' : `"${s.replaceAll('"', '""')}"`);
  return `id,s\n${rows.map(({ id, s }) => `${id},${quoted(s)}\n`).join('')}`;
}

const few = rowsOf(5, 0);
const many = rowsOf(2, 70_001);

const folder = mkdtempSync(join(tmpdir(), 'orbit-strings-'));
const fewFile = join(folder, 'few.csv');
const manyFile = join(folder, 'many.csv');
writeFileSync(fewFile, csvOf(few));
writeFileSync(manyFile, csvOf(many));

let db: Database;
let small: Database;

beforeAll(async () => {
  db = await open(':memory:', { threads: 1 });
  // Far less than the file's chunks and what is made of them would take together, were chunks not let go.
  small = await open(':memory:', { threads: 1, memory: 96 * 2 ** 20 });
  for (const [name, file] of [
    ['few', fewFile],
    ['many', manyFile],
  ]) {
    await db.query(`create table ${name} (id bigint, s text)`);
    await db.query(`insert into ${name} select id, s from '${file}'`);
  }
});

afterAll(async () => {
  await db.close();
  await small.close();
  rmSync(folder, { recursive: true, force: true });
});

const bytewise = (a: string | null, b: string | null): number => {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
};

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

type Cells = readonly (JsValue | undefined)[];

const lineOf = (cells: Cells): string => JSON.stringify(cells.map((v) => (typeof v === 'bigint' ? Number(v) : v)));

function expectRows(actual: readonly Cells[], expected: readonly Cells[], ordered = false): void {
  const [a, b] = [actual.map(lineOf), expected.map(lineOf)];
  if (!ordered) {
    a.sort();
    b.sort();
  }
  const differs = a.findIndex((line, i) => line !== b[i]);
  // Only the first difference: rows may be many and long.
  if (differs >= 0) expect(a[differs]?.slice(0, 200)).toBe(b[differs]?.slice(0, 200));
  expect(a.length).toBe(b.length);
  expect(differs).toBe(-1);
}

interface Source {
  readonly name: string;
  readonly from: string;
  readonly rows: readonly Row[];
  readonly database: () => Database;
}

const sources: readonly Source[] = [
  { name: 'a table with a dictionary', from: 'few', rows: few, database: () => db },
  { name: 'a table of too many texts for one', from: 'many', rows: many, database: () => db },
  { name: 'a file', from: `'${fewFile}'`, rows: few, database: () => small },
  { name: 'a file of many texts', from: `'${manyFile}'`, rows: many, database: () => small },
];

describe.each(sources)('$name', ({ from, rows, database }) => {
  const query = async (text: string): Promise<readonly Cells[]> => (await database().query(text)).values;
  const present = rows.filter((row): row is { id: number; s: string } => row.s !== null);
  const grouped = groupBy(rows);

  test('result', async () => {
    expectRows(
      await query(`select id, s from ${from}`),
      rows.map(({ id, s }) => [id, s]),
    );
  });

  test('comparisons', async () => {
    for (const length of LENGTHS) {
      const text = textsOf(length)[0] ?? '';
      const is = literal(text);
      const [counts = []] = await query(`select count(*) filter (where s = ${is}), count(*) filter (where s <> ${is}),
        count(*) filter (where s < ${is}), count(*) filter (where s >= ${is}),
        count(*) filter (where s is not distinct from ${is}) from ${from}`);
      const orders = present.map(({ s }) => bytewise(s, text));
      const equal = orders.filter((order) => order === 0).length;
      const less = orders.filter((order) => order < 0).length;
      expect(counts.map(Number)).toEqual([equal, present.length - equal, less, present.length - less, equal]);
    }
  });

  test('filters', async () => {
    const wanted = TEXTS.filter((_, i) => i % 5 === 0);
    expectRows(
      await query(`select id, s from ${from} where s in (${wanted.map(literal).join()})`),
      present.filter(({ s }) => wanted.includes(s)).map(({ id, s }) => [id, s]),
    );
    expectRows(
      await query(`select id from ${from} where s is null or s between 'common prefix 6' and 'common prefix 7'`),
      rows
        .filter(({ s }) => s === null || (bytewise(s, 'common prefix 6') >= 0 && bytewise(s, 'common prefix 7') <= 0))
        .map(({ id }) => [id]),
    );
  });

  test.each([
    ['x%', /^x.*$/su],
    ['%x\\%', /^.*x%$/su],
    ['%m%m', /^.*m.*m$/su],
    ['xxxxxxxxxxx_', /^x{11}.$/su],
    ['____', /^.{4}$/su],
    ['%日_', /^.*日.$/su],
    ['%é%', /^.*é.*$/su],
    ['%prefix 77%tail%', /^.*prefix 77.*tail.*$/su],
  ])('LIKE %s', async (pattern, expected) => {
    expectRows(
      await query(`select id, s from ${from} where s like ${literal(pattern)}`),
      present.filter(({ s }) => expected.test(s)).map(({ id, s }) => [id, s]),
    );
  });

  test('group by', async () => {
    expectRows(
      await query(`select s, count(*), min(id), max(s) from ${from} group by s`),
      [...grouped].map(([s, group]) => [s, group.length, Math.min(...group.map(({ id }) => id)), s]),
    );
  });

  test('distinct', async () => {
    expectRows(
      await query(`select distinct s from ${from}`),
      [...grouped.keys()].map((s) => [s]),
    );
    expectRows(await query(`select count(distinct s) from ${from}`), [[grouped.size - (grouped.has(null) ? 1 : 0)]]);
  });

  test('order by', async () => {
    const sorted = [...rows].sort((a, b) => bytewise(a.s, b.s) || a.id - b.id);
    expectRows(
      await query(`select s, id from ${from} order by s, id`),
      sorted.map(({ id, s }) => [s, id]),
      true,
    );
    const last = [...rows].sort((a, b) => bytewise(b.s, a.s) || a.id - b.id).filter(({ s }) => s !== null);
    expectRows(
      await query(`select s, id from ${from} order by s desc nulls last, id limit 50`),
      last.slice(0, 50).map(({ id, s }) => [s, id]),
      true,
    );
  });

  test('minima and maxima', async () => {
    const expected = [0, 1, 2].map((part) => {
      const texts = present.filter(({ id }) => id % 3 === part).map(({ s }) => s);
      texts.sort(bytewise);
      return [part, texts[0] ?? null, texts.at(-1) ?? null];
    });
    expectRows(await query(`select id % 3, min(s), max(s) from ${from} group by id % 3`), expected);
  });

  test('joins', async () => {
    // Texts of the file met by those of the tables: views of different chunks and of dictionaries.
    const others = new Map<string, number[]>();
    for (const { id, s } of few) if (s !== null) others.set(s, [...(others.get(s) ?? []), id]);
    const other = database() === db ? 'few' : `'${fewFile}'`;
    const expected = present.flatMap(({ id, s }) => (others.get(s) ?? []).map((b) => [id, b, s]));
    expectRows(await query(`select a.id, b.id, b.s from ${from} a join ${other} b on a.s = b.s`), expected);
    expectRows(
      await query(`select a.id, a.s, b.s from ${from} a left join (select distinct s from ${other}) b on a.s = b.s`),
      rows.map(({ id, s }) => [id, s, s !== null && others.has(s) ? s : null]),
    );
    expectRows(
      await query(`select id, s from ${from} where s not in (select s from ${other} where s is not null)`),
      present.filter(({ s }) => !others.has(s)).map(({ id, s }) => [id, s]),
    );
  });

  test('computed texts', async () => {
    const characters = (s: string): readonly string[] => [...s];
    expectRows(
      await query(`select id, substring(s, 3, 10), s || '!', concat(s, 'é', s), length(s), octet_length(s) from ${from}
        where id % 3 = 0`),
      rows
        .filter(({ id }) => id % 3 === 0)
        .map(({ id, s }) => {
          if (s === null) return [id, null, null, 'é', null, null];
          const all = characters(s);
          const part = all.slice(2, 12).join('');
          return [id, part, `${s}!`, `${s}é${s}`, all.length, Buffer.byteLength(s)];
        }),
    );
  });

  test('computed texts through what keeps rows', async () => {
    const computed = rows.map(({ id, s }) => ({ id, s: s === null ? null : `${[...s].slice(0, 14).join('')}/${s}` }));
    const sorted = [...computed].sort((a, b) => bytewise(a.s, b.s) || a.id - b.id);
    expectRows(
      await query(`select t, id from (select id, substring(s, 1, 14) || '/' || s as t from ${from}) c order by t, id`),
      sorted.map(({ id, s }) => [s, id]),
      true,
    );
    const groups = new Map<string | null, number>();
    for (const { s } of rows) {
      const key = s === null ? null : [...s].slice(0, 13).join('');
      groups.set(key, (groups.get(key) ?? 0) + 1);
    }
    expectRows(
      await query(`select substring(s, 1, 13) t, count(*) from ${from} group by t order by t`),
      [...[...groups].sort(([a], [b]) => bytewise(a, b))],
      true,
    );
  });
});

describe('a file of more text than is kept at a time', () => {
  const ROWS = 150_000;
  const file = join(folder, 'long.csv');
  // Each text occurs twice, far apart; the first 12 bytes are the same in all.
  const textOf = (id: number): string => {
    const key = (((id % (ROWS / 2)) * 7919) % 1_000_003).toString(36).padStart(5, '0');
    return `a common start ${key} ${'and much more '.repeat(4)}é`;
  };
  const all = Array.from({ length: ROWS }, (_, id): Row => ({ id, s: textOf(id) }));

  beforeAll(() => writeFileSync(file, csvOf(all)));

  test('sorted', async () => {
    const { values } = await small.query(`select id, s from '${file}' order by s, id`);
    const sorted = all.map(({ id }) => ({ id, s: textOf(id) }));
    sorted.sort((a, b) => (a.s < b.s ? -1 : a.s > b.s ? 1 : a.id - b.id));
    expectRows(
      values,
      sorted.map(({ id, s }) => [id, s]),
      true,
    );
  });

  test('grouped', async () => {
    const { values } = await small.query(`select s, count(*), sum(id) from '${file}' group by s`);
    expectRows(
      values.map(([s = null, count = null, sum = null]) => [s, count, Number(sum)]),
      all.slice(0, ROWS / 2).map(({ id, s }) => [s, 2, 2 * id + ROWS / 2]),
    );
  });

  test('joined', async () => {
    const { values } = await small.query(`select a.id, b.id, b.s from '${file}' a join '${file}' b on a.s = b.s
      where a.id < ${ROWS / 2} and b.id >= ${ROWS / 2}`);
    expectRows(
      values,
      all.slice(0, ROWS / 2).map(({ id, s }) => [id, id + ROWS / 2, s]),
    );
  });
});

function groupBy(rows: readonly Row[]): Map<string | null, Row[]> {
  const groups = new Map<string | null, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.s);
    if (group === undefined) groups.set(row.s, [row]);
    else group.push(row);
  }
  return groups;
}
