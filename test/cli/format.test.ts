import { describe, expect, test } from 'vitest';
import { displayWidth, truncate } from '../../cli/format/display-width.ts';
import type { FormatOptions, ShownResult } from '../../cli/format/format.ts';
import { json } from '../../cli/format/json.ts';
import { table } from '../../cli/format/table.ts';
import type { ResultBatch } from '../../engine/index.ts';

const PLAIN: FormatOptions = { appearance: { color: false, width: undefined }, nullText: undefined, quiet: false };

/** A result of which each batch is a list of rows of texts. */
function result(
  columns: readonly [name: string, type: string][],
  batches: readonly (string | null)[][][],
): ShownResult {
  const described = columns.map(([name, type]) => ({ name, type, nullable: true }));
  const made = batches.map((texts): ResultBatch => ({ columns: described, values: texts, texts }));
  return { columns: described, batches: made, finish: async () => ({ command: 'SELECT', affected: undefined }) };
}

async function pieces(text: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of text) all.push(piece);
  return all;
}

async function shown(of: ShownResult, options: Partial<FormatOptions>): Promise<string> {
  return (await pieces(table(of, { ...PLAIN, ...options }))).join('');
}

describe('a table on a terminal', () => {
  const people = result(
    [
      ['name', 'utf8'],
      ['age', 'int32'],
      ['remark', 'utf8'],
    ],
    [
      [
        ['Ada', '36', 'wrote the first program that was ever published'],
        [null, '123456789012', null],
      ],
    ],
  );

  test('cuts texts, but no numbers, to its width', async () => {
    const text = await shown(people, { appearance: { color: false, width: 44 } });
    expect(text).toBe(
      [
        '┌──────┬──────────────┬────────────────────┐',
        '│ name │          age │ remark             │',
        '├──────┼──────────────┼────────────────────┤',
        '│ Ada  │           36 │ wrote the first p… │',
        '│ NULL │ 123456789012 │ NULL               │',
        '└──────┴──────────────┴────────────────────┘',
        '(2 rows)',
        '',
      ].join('\n'),
    );
  });

  test('is shown in full where it fits', async () => {
    const wide = await shown(people, { appearance: { color: false, width: 200 } });
    expect(wide).toBe(await shown(people, {}));
    expect(wide).toContain('ever published');
  });

  test('is in colour only there', async () => {
    const text = await shown(people, { appearance: { color: true, width: 200 } });
    expect(text).toContain('\u001b[1mname\u001b[22m');
    expect(text).toContain('\u001b[2mNULL\u001b[22m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    expect(text.replaceAll(/\u001b\[\d+m/g, '')).toBe(await shown(people, {}));
  });
});

describe('a long table', () => {
  const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i): string[] => [String(from + i)]);

  test('is printed as it comes, once enough rows have been seen to know its width', async () => {
    const long = result([['n', 'int32']], [rows(0, 600), rows(600, 1200), rows(1200, 1300), [['12345678']]]);
    const printed = await pieces(table(long, PLAIN));
    expect(printed.map((piece) => piece.split('\n').length - 1)).toEqual([1203, 100, 1, 2]);
    // A row that is wider than all those measured is not cut.
    expect(printed[2]).toBe('│ 12345678 │\n');
    expect(printed[3]).toContain('(1301 rows)');
  });
});

test('batches of JSON make one array', async () => {
  const of = result([['n', 'int64']], [[['1']], [], [['2'], [null]]]);
  expect((await pieces(json(of, PLAIN))).join('')).toBe('[\n  {"n":1},\n  {"n":2},\n  {"n":null}\n]\n');
  expect((await pieces(json(result([['n', 'int64']], [[]]), PLAIN))).join('')).toBe('[]\n');
});

describe('the width of characters', () => {
  test.each([
    ['abc', 3],
    ['', 0],
    ['Malmö', 5],
    ['Malmo\u0308', 5],
    ['北京', 4],
    ['ｆｕｌｌ', 8],
    ['한국어', 6],
    ['カナ', 4],
    ['ｶﾅ', 2],
    ['🙂', 2],
    ['👩‍👩‍👧', 2],
    ['🇳🇴', 2],
    ['❤️', 2],
    ['a\u200bb', 2],
    ['→', 1],
    ['𠀀', 2],
  ])('%s', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  test('a cut keeps characters whole', () => {
    expect(truncate('abcdef', 4)).toBe('abc…');
    expect(truncate('abcd', 4)).toBe('abcd');
    expect(truncate('北京上海', 4)).toBe('北…');
    expect(truncate('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 5)).toBe('👩‍👩‍👧👩‍👩‍👧…');
  });
});
