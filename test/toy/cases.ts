import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import { castValue } from '../../compiler/types/cast.ts';
import { parseJson } from '../../compiler/types/json.ts';
import { ANY, BOOL, INT64, type Type, UTF8 } from '../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../compiler/types/value.ts';
import type { TableRows } from './databases.ts';
import { REST } from './scope.ts';

/**
 * A case file: tables (`table name(column type, …)`, `!` for not null, then a row a line as JSON), then cases: `## name`, statements that
 * end with `;`, `=>`, and for each statement its rows as JSON or its error, and `;`.
 */
export interface CaseFile {
  readonly path: string;
  readonly head: string;
  readonly tables: readonly TableRows[];
  readonly cases: readonly Case[];
}

export interface Case {
  readonly name: string;
  readonly script: string;
  readonly statements: readonly string[];
  readonly expected: string;
}

export function readCases(file: string): CaseFile {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const [head = '', ...rest] = readFileSync(path, 'utf8').split(/^## /m);
  const cases = rest.map((text): Case => {
    const end = text.indexOf('\n');
    const [script = '', expected = ''] = text.slice(end + 1).split(/^=>\n/m);
    const statements = script.split(/;\s*$/m).filter((statement) => statement.trim() !== '');
    return { name: text.slice(0, end), script, statements, expected: expected.trimEnd() };
  });
  return { path, head, tables: tablesOf(head), cases };
}

export function writeCases({ path, head, cases }: CaseFile, results: ReadonlyMap<string, string>): void {
  const texts = cases.map(({ name, script, expected }) => {
    return `## ${name}\n${script}=>\n${results.get(name) ?? expected}\n\n`;
  });
  writeFileSync(path, `${(head + texts.join('')).trimEnd()}\n`);
}

const TYPES: Readonly<Record<string, Type>> = { any: ANY, bool: BOOL, int64: INT64, utf8: UTF8 };

function tablesOf(head: string): readonly TableRows[] {
  return head
    .split(/^table /m)
    .slice(1)
    .map((text) => {
      const [definition = '', ...lines] = text.split('\n');
      const [, name = '', list = ''] = /^(\w+)\((.*)\)$/.exec(definition) ?? [];
      const columns = list.split(', ').map((column): ColumnDefinition => {
        const [own = '', type = ''] = column.split(' ');
        return { name: own, type: TYPES[type.replace('!', '')] ?? ANY, nullable: !type.endsWith('!') };
      });
      const rows = lines.filter((line) => line.startsWith('{')).map((line) => rowOf(parseJson(line), columns));
      return { name, columns, rows };
    });
}

function rowOf(document: AnyValue, columns: readonly ColumnDefinition[]): readonly Value[] {
  if (document.tag !== 'object') throw new Error('a row is an object');
  const rest = new Map(document.value);
  for (const { name } of columns) rest.delete(name);
  return columns.map(({ name, type }): Value => {
    if (name === REST) return { tag: 'object', value: rest };
    return castValue(document.value.get(name) ?? null, ANY, type);
  });
}
