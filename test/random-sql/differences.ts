import { readFileSync } from 'node:fs';

/** A rule of docs/differences.md: an example, and what each engine answers to it. */
export interface Difference {
  readonly name: string;
  readonly example: string;
  readonly orbit: string;
  readonly postgres: string;
  readonly duckdb: string;
}

const RULE = /^## (\S+)\n\n[^`]*```sql\n([^`]+)\n```\n\n- Orbit: (.+)\n- PostgreSQL: (.+)\n- DuckDB: (.+)$/gm;

export function readDifferences(): readonly Difference[] {
  const text = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8');
  return [...text.matchAll(RULE)].map(([, name = '', example = '', orbit = '', postgres = '', duckdb = '']) => ({
    name,
    example,
    orbit,
    postgres,
    duckdb,
  }));
}
