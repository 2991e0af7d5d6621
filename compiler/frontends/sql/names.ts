import type { Identifier, QualifiedName } from '../../../grammars/sql/tree.ts';
import { closestName } from '../../functions/spelling.ts';

/** Names: PostgreSQL's folding, matching, and suggestions for misspelt ones. */

/** An unquoted name in lower case, a quoted one as it is. */
export function fold(name: Identifier): string {
  return name.quoted ? name.text : name.text.toLowerCase();
}

/**
 * Those of the items that the name means: the ones spelt exactly so after folding or, for an unquoted name that
 * nothing is spelt like, as it was written, or else in any case. Columns of files keep the case of their header, and
 * nobody should have to quote them.
 */
export function matching<T>(items: readonly T[], name: Identifier, nameOf: (item: T) => string): readonly T[] {
  const folded = fold(name);
  const exact = items.filter((item) => nameOf(item) === folded);
  if (exact.length > 0 || name.quoted) return exact;
  const written = items.filter((item) => nameOf(item) === name.text);
  return written.length > 0 ? written : items.filter((item) => nameOf(item).toLowerCase() === folded);
}

/** The name as a message shows it: folded, parts joined by dots. */
export function display(name: QualifiedName | readonly Identifier[]): string {
  const parts = 'parts' in name ? name.parts : name;
  return parts.map(fold).join('.');
}

/** The name as it would have to be written in SQL. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Any two names of one or two letters are near each other. */
const SHORTEST_TYPO = 3;

/** "Did you mean …?" with the nearest of the candidates; nothing where none is near. */
export function suggestion(name: string, candidates: readonly string[]): string | undefined {
  if (name.length < SHORTEST_TYPO) return undefined;
  const byLowerCase = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const closest = closestName(name.toLowerCase(), [...byLowerCase.keys()]);
  const best = closest === undefined ? undefined : byLowerCase.get(closest);
  return best === undefined ? undefined : `Did you mean ${best.split('.').map(quoted).join('.')}?`;
}
