import { csv } from './csv.ts';
import { expanded } from './expanded.ts';
import type { Format } from './format.ts';
import { json, ndjson } from './json.ts';
import { markdown } from './markdown.ts';
import { table } from './table.ts';

const FORMATS = { table, expanded, json, ndjson, csv, markdown } as const satisfies {
  readonly [name: string]: Format;
};

export type FormatName = keyof typeof FORMATS;

export const SHOWN_FORMATS: readonly FormatName[] = ['table', 'expanded', 'json', 'ndjson', 'csv', 'markdown'];

/** Formats of bytes, which have no writers yet. */
export const LATER_FORMATS: ReadonlySet<string> = new Set(['arrow', 'parquet']);

export function formatNamed(name: FormatName): Format {
  return FORMATS[name];
}

const EXTENSIONS: { readonly [extension: string]: FormatName } = {
  csv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  md: 'markdown',
};

/** The format that a file's name says, if it says one. */
export function formatOf(path: string | undefined): FormatName | undefined {
  return EXTENSIONS[/\.(\w+)$/.exec(path ?? '')?.[1]?.toLowerCase() ?? ''];
}
