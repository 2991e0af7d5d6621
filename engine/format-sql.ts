import { layOutSql } from '../grammars/sql/printer/layout.ts';
import { parseAll } from './statements.ts';

/** The text laid out anew, with its comments; undefined if that cannot be done without a change. Throws on errors. */
export function formatSql(text: string): string | undefined {
  parseAll(text);
  return layOutSql(text);
}
