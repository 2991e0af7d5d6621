import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ColumnDefinition, TableHandle } from '../../compiler/catalog/catalog.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { formatValue } from '../../compiler/types/text.ts';
import { decimal, type SimpleKind, type Type, typeName } from '../../compiler/types/type.ts';
import type { TableSource } from '../../runtime/columns/source.ts';
import { openCsv } from '../../storage/files/csv/csv-table.ts';
import { type CsvLoadOptions, loadCsv } from '../../storage/files/csv/load-csv.ts';
import { createMemoryFileHost } from '../../storage/files/host.memory.ts';
import { createFileHost } from '../../storage/files/host.node.ts';
import type { FileHost } from '../../storage/files/host.ts';
import { createMemoryTable } from '../../storage/tables/memory-table.ts';
import { readTable } from './support.ts';

// A case is a file name.csv, perhaps with name.options.json; name.txt is what comes of it. With `load` in the options
// (column definitions) the file is loaded into a table, else it is opened as one. UPDATE=1 rewrites name.txt.

const folder = fileURLToPath(new URL('csv', import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.csv'))
  .map((file) => basename(file, '.csv'));

interface CaseOptions extends CsvLoadOptions {
  readonly load?: string;
}

function optionsOf(name: string): CaseOptions {
  const file = readdirSync(folder).find((entry) => entry === `${name}.options.json`);
  return file === undefined ? {} : (JSON.parse(readFileSync(join(folder, file), 'utf8')) as CaseOptions);
}

function parseColumns(text: string): ColumnDefinition[] {
  return text.split(/,\s*(?![^(]*\))/).map((column) => {
    const [, name = '', word = '', notNull] = /^(\w+) (\S+)( not null)?$/.exec(column) ?? [];
    const [, precision, scale] = /^decimal\((\d+),(\d+)\)$/.exec(word) ?? [];
    const type: Type =
      precision === undefined ? { kind: word as SimpleKind } : decimal(Number(precision), Number(scale));
    return { name, type, nullable: notNull === undefined };
  });
}

async function open(
  host: FileHost,
  path: string,
  { load, ...options }: CaseOptions,
): Promise<TableHandle & TableSource> {
  if (load === undefined) return openCsv(host, path, options);
  const table = createMemoryTable({ name: 't', columns: parseColumns(load) });
  await loadCsv(host, path, options, table);
  return table;
}

/** What a reader of the file sees. */
async function dump(host: FileHost, path: string, options: CaseOptions): Promise<string> {
  const lines: string[] = [];
  try {
    const table = await open(host, path, options);
    lines.push(table.columns.map(({ name, type }) => `${name} ${typeName(type)}`).join(' | '));
    for (const row of await readTable(table)) {
      lines.push(
        row
          .map((value, i) => (value === null ? 'NULL' : JSON.stringify(formatValue(value, table.columns[i]!.type))))
          .join(' | '),
      );
    }
  } catch (error) {
    if (!(error instanceof OrbitError)) throw error;
    lines.push(`${error.sqlstate} ${error.message}`);
    if (error.place !== undefined) lines.push(`at ${basename(error.place)}`);
    if (error.hint !== undefined) lines.push(`hint: ${error.hint}`);
  }
  return `${lines.join('\n')}\n`;
}

describe('csv files', () => {
  test.each(names)('%s', async (name) => {
    const options = optionsOf(name);
    const path = join(folder, `${name}.csv`);
    const expected = await dump(createFileHost(), path, options);
    await expect(expected).toMatchFileSnapshot(join(folder, `${name}.txt`));

    const memory = createMemoryFileHost();
    const bytes = readFileSync(path);
    memory.put(path, bytes);
    const blockSizes = bytes.length > 10_000 ? [997, 4096] : [1, 2, 3, 5, 7, 16, 64];
    for (const blockSize of blockSizes) expect(await dump(memory, path, { ...options, blockSize })).toBe(expected);
  });
});

test('a file that a page was given', async () => {
  const host = createMemoryFileHost();
  host.put('a.csv', new Blob(['a,b\n1,x\n', '2,y\n']));
  const table = await openCsv(host, 'a.csv', { blockSize: 4 });
  expect(await readTable(table)).toEqual([
    [1n, 'x'],
    [2n, 'y'],
  ]);
  expect(await readTable(table, { ordinals: [1] })).toEqual([['x'], ['y']]);
  expect(await readTable(table, { ordinals: [] })).toEqual([[], []]);
  expect(table.statistics().rowCount).toBe(2);
  host.remove('a.csv');
  await expect(readTable(table)).rejects.toMatchObject({ code: 'undefined_file' });
});

test('a file that is not there', async () => {
  await expect(openCsv(createFileHost(), '/no/such.csv')).rejects.toMatchObject({ code: 'undefined_file' });
  await expect(openCsv(createMemoryFileHost(), 'no.csv')).rejects.toMatchObject({ code: 'undefined_file' });
});

test('a folder', async () => {
  await expect(createFileHost().stat(folder)).resolves.toBeUndefined();
  const file = createFileHost().open(folder);
  await expect(file.then((opened) => opened.read(0, new Uint8Array(1)))).rejects.toMatchObject({ code: 'io_error' });
});
