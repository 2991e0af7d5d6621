import { csv } from './csv.ts';
import type { Format } from './format.ts';
import { json, ndjson } from './json.ts';
import { markdown } from './markdown.ts';
import { table } from './table.ts';

const FORMATS = { table, json, ndjson, csv, markdown } as const satisfies { readonly [name: string]: Format };

export type FormatName = keyof typeof FORMATS;

export const FORMAT_NAMES: readonly FormatName[] = ['table', 'json', 'ndjson', 'csv', 'markdown'];

export function formatNamed(name: FormatName): Format {
  return FORMATS[name];
}
