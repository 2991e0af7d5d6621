import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findPeer } from '../support/peers.ts';

export interface CorpusStatement {
  readonly sql: string;
  readonly where: string;
  /** Whether PostgreSQL accepts it. */
  readonly valid: boolean;
}

interface KitRecord {
  readonly kind: string;
  readonly sql?: string;
  readonly expect?: string;
  readonly line: number;
  readonly conditions?: unknown;
}

interface KitParser {
  parse(text: string, dialect: string): readonly KitRecord[];
  dialectOf(path: string): string;
  unroll(records: readonly KitRecord[]): Iterable<KitRecord>;
  conditionHolds(conditions: unknown, engines: ReadonlySet<string>): boolean;
}

/** What the kit does not send to a server: DuckDB's pragmas, RisingWave's FLUSH. */
const notSent = /^\s*(pragma|flush)\b/i;

/** Every statement of the SQL conformance kit that runs on PostgreSQL. */
export async function corpusStatements(): Promise<readonly CorpusStatement[]> {
  const folder = join(kits(), 'sql');
  const kit = (await import(/* @vite-ignore */ pathToFileURL(join(folder, 'parse.mjs')).href)) as KitParser;
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    readonly files: readonly { readonly path: string }[];
  };
  const engines = new Set(['postgresql']);
  return manifest.files.flatMap(({ path }) => {
    const records = kit.parse(readFileSync(join(folder, 'files', path), 'utf8'), kit.dialectOf(path));
    return [...kit.unroll(records)]
      .filter(
        ({ kind, sql, conditions }) =>
          sql && /^(query|statement)$/.test(kind) && kit.conditionHolds(conditions, engines) && !notSent.test(sql),
      )
      .map((record) => ({
        sql: record.sql ?? '',
        where: `${path}:${record.line}`,
        valid: record.kind === 'query' || record.expect !== 'error',
      }));
  });
}

export function tpchQueries(): readonly CorpusStatement[] {
  const folder = join(kits(), 'tpch/queries');
  return readdirSync(folder)
    .sort()
    .map((file) => ({ sql: readFileSync(join(folder, file), 'utf8'), where: file, valid: true }));
}

function kits(): string {
  const folder = findPeer('kits');
  if (folder === undefined) throw new Error('The conformance kits are not there.');
  return folder;
}
