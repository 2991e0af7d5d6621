// Generated documents through the whole engine and through PostgreSQL: what both make of them must be the same.
import { PGlite } from '@electric-sql/pglite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, open } from '../../engine/index.ts';

const DOCUMENTS = 150;
const SEED = 7;

const blanks = fc.constantFrom('', '', ' ', '\n', '\t ');
const numbers = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '1',
    '1.0',
    '1.00',
    '-1',
    '1e3',
    '1E-3',
    '-0.0',
    '1e400',
    '12345678901234567890.5',
    '0.1e1',
  ),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value)),
);
const strings = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => JSON.stringify(text.replaceAll('\0', ''))),
  fc.constantFrom(
    '""',
    '"a"',
    '"b"',
    '"\\u00e9"',
    '"\\ud83d\\ude00"',
    '"\\n\\t\\u001f"',
    '"\\/\\\\\\""',
    '"1"',
    '"\\u007f"',
  ),
);
const keys = fc.oneof(fc.constantFrom('"a"', '"b"', '"aa"', '""', '"\\u0061"', '"é"'), strings);

const { document } = fc.letrec<{ document: string }>((tie) => ({
  document: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.constantFrom('null', 'true', 'false'),
    numbers,
    strings,
    fc.array(fc.tuple(blanks, tie('document')), { maxLength: 4 }).map(
      (items) =>
        `[${items
          .flat()
          .join(',')
          .replaceAll(/(^|,)(\s*),/g, '$1$2')}]`,
    ),
    fc
      .array(fc.tuple(keys, blanks, tie('document')), { maxLength: 4 })
      .map((fields) => `{${fields.map(([key, blank, value]) => `${key}${blank}:${value}`).join(',')}}`),
  ),
}));

const deep = (open: string, close: string, levels: number) => `${open.repeat(levels)}1${close.repeat(levels)}`;

const texts = [
  ...fc.sample(document, { numRuns: DOCUMENTS, seed: SEED }),
  deep('[', ']', 1000),
  deep('{"a":', '}', 1000),
];

/** Broken in one place: a character more, less or another. */
const mutated = fc
  .sample(
    fc.tuple(document, fc.nat(), fc.constantFrom('', '"', '\\', ',', '}', ']', '{', ' ', '0', 'e', '.', '-', '\u0001')),
    {
      numRuns: 400,
      seed: SEED,
    },
  )
  .map(([text, place, inserted], i) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + inserted + text.slice(at + (i % 2));
  })
  .filter((text) => !/[\ud800-\udfff]/.test(text));

const EXPRESSIONS = [
  'd::jsonb',
  'd::json',
  'd::jsonb::text::jsonb = d::jsonb',
  'jsonb_typeof(d::jsonb)',
  "d::jsonb -> 'a'",
  "d::json ->> 'a'",
  'd::jsonb ->> 0',
  'd::json -> -1',
  "d::jsonb #> '{a,0}'",
  "d::json #>> '{0,a}'",
  `d::jsonb || '{"a": 1}'`,
  `d::jsonb @> '{"a": 1}'`,
  `d::jsonb <@ '[1, 2, null]'`,
  "d::jsonb ? 'a'",
  'jsonb_strip_nulls(d::jsonb)',
  'json_strip_nulls(d::json)',
  'jsonb_pretty(d::jsonb)',
  'to_json(d)',
  'to_jsonb(d)',
  "jsonb_path_query_array(d::jsonb, '$.**')",
  'jsonb_path_query_array(d::jsonb, \'$[*] ? (@ > 0 || @ starts with "a").type()\')',
  "jsonb_path_exists(d::jsonb, 'strict $.a', '{}', true)",
  "jsonb_path_query_array(d::jsonb, '$.*.size()')",
];

describe('generated documents', () => {
  let orbit: Database;
  let postgres: PGlite;
  const raw = Object.fromEntries(Array.from({ length: 5000 }, (_, oid) => [oid, (text: string) => text]));
  const ask = async (sql: string) =>
    (await postgres.query<(string | null)[]>(sql, [], { rowMode: 'array', parsers: raw })).rows;

  beforeAll(async () => {
    orbit = await open(':memory:', { threads: 1 });
    postgres = await PGlite.create();
    const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
    const rows = (list: readonly string[]) => list.map((text, i) => `(${i}, ${literal(text)})`).join(', ');
    for (const [name, list] of [
      ['t', texts],
      ['m', mutated],
    ] as const) {
      const statement = `INSERT INTO ${name} VALUES ${rows(list)}`;
      for (const sql of [`CREATE TABLE ${name} (id int, d text)`, statement]) {
        await orbit.query(sql);
        await postgres.exec(sql);
      }
    }
  });

  afterAll(async () => {
    await postgres?.close();
    await orbit?.close();
  });

  test.each(EXPRESSIONS)('%s', async (expression) => {
    const sql = `SELECT id, ${expression} FROM t ORDER BY id`;
    expect((await orbit.query(sql)).texts).toEqual(await ask(sql));
  });

  test('order', async () => {
    const sql = 'SELECT d::jsonb::text FROM t ORDER BY d::jsonb, id';
    expect((await orbit.query(sql)).texts).toEqual(await ask(sql));
  });

  test('groups', async () => {
    const sql = 'SELECT min(id), count(*) FROM t GROUP BY d::jsonb ORDER BY 1';
    expect((await orbit.query(sql)).texts).toEqual(await ask(sql));
  });

  test('what is JSON and what is not', async () => {
    const ours = await orbit.query('SELECT id, json_valid(d) FROM m ORDER BY id');
    const theirs = await ask("SELECT id, pg_input_is_valid(d, 'json') FROM m ORDER BY id");
    expect(ours.texts).toEqual(theirs);
    expect(ours.texts.filter(([, valid]) => valid === 'f').length).toBeGreaterThan(100);
  });
});

describe('hostile documents', () => {
  const refused = async (sql: string, state: string) => {
    const orbit = await open(':memory:', { threads: 1 });
    try {
      await expect(orbit.query(sql)).rejects.toMatchObject({ sqlstate: state });
    } finally {
      await orbit.close();
    }
  };

  test('nested deeper than any stack', async () => {
    await refused(`SELECT (repeat('[', 1000000))::jsonb`, '54001');
    await refused(`SELECT (repeat('{"a":', 1000000))::json`, '54001');
  });

  test('a path that visits everything many times', async () => {
    await refused(
      `SELECT jsonb_path_query_array((repeat('[', 200) || repeat(']', 200))::jsonb, '$.**.**.**.**.**')`,
      '54000',
    );
  });

  test('paths nested deeper than any stack', async () => {
    await refused(`SELECT jsonb_path_exists('1', repeat('(', 100000))`, '54001');
    await refused(`SELECT jsonb_path_exists('1', '$' || repeat('.a', 100000))`, '54001');
    await refused(`SELECT jsonb_path_exists('1', repeat('-', 100000) || '1')`, '54001');
    await refused(`SELECT jsonb_path_exists('1', '1' || repeat(' + 1', 100000))`, '54001');
  });

  test('a number that no numeric holds', async () => {
    await refused(`SELECT '1e1000000000'::jsonb`, '22003');
    await refused(`SELECT ('1' || repeat('0', 200000))::jsonb`, '22003');
  });
});
