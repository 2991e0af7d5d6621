import type { IToken } from '../toolkit/chevrotain.ts';
import type { TextRange } from '../toolkit/parse-error.ts';
import { endOf } from '../toolkit/tokens.ts';
import { t } from './tokens.ts';

/** Statements that PostgreSQL or DuckDB have and this parser does not read yet, by their first words. */
const statements: readonly string[] = [
  'flush',
  'import foreign schema',
  'reassign owned',
  'security label',
  'update extensions',
];

/** What CREATE, ALTER and DROP take beyond what the parser reads. */
const objects: readonly string[] = [
  'access method',
  'aggregate',
  'cast',
  'collation',
  'connection',
  'constraint trigger',
  'conversion',
  'database',
  'default privileges',
  'event trigger',
  'extension',
  'foreign data wrapper',
  'foreign table',
  'graph',
  'large object',
  'language',
  'operator',
  'operator class',
  'operator family',
  'owned',
  'policy',
  'procedural language',
  'publication',
  'rule',
  'secret',
  'server',
  'sink',
  'source',
  'statistics',
  'subscription',
  'system',
  'tablespace',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'transform',
  'trigger',
  'trusted language',
  'user mapping',
];

/** What ALTER does not take, although it can be created. */
const unalterable: readonly string[] = ['function', 'macro', 'procedure', 'property graph', 'routine'];

const modifiers: ReadonlySet<string> = new Set([
  'or',
  'replace',
  'temp',
  'temporary',
  'local',
  'global',
  'persistent',
  'unlogged',
  'recursive',
]);

export interface Unsupported {
  /** In upper case: "CREATE TRIGGER". */
  readonly name: string;
  readonly range: TextRange;
}

/** Whether the statement that begins at the token is one that is known and not read. */
export function unsupportedStatement(tokens: readonly IToken[], from = 0): Unsupported | undefined {
  const first = wordAt(tokens, from);
  if (first === 'create' || first === 'alter' || first === 'drop') {
    let at = from + 1;
    while (first === 'create' && modifiers.has(wordAt(tokens, at))) at++;
    const object = longestPhrase(tokens, at, first === 'alter' ? alterPhrases : objectPhrases);
    if (object === undefined) return undefined;
    const last = at + object.split(' ').length - 1;
    return { name: `${first} ${object}`.toUpperCase(), range: rangeOf(tokens, from, last) };
  }
  const phrase = longestPhrase(tokens, from, statementPhrases);
  if (phrase === undefined) return undefined;
  return { name: phrase.toUpperCase(), range: rangeOf(tokens, from, from + phrase.split(' ').length - 1) };
}

/** Clauses that are known and not read; elsewhere these words are names. */
const clauses: ReadonlySet<string> = new Set(['match_recognize', 'pivot_longer', 'pivot_wider']);

/** How far into such a clause its parenthesis may still be taken for an alias's columns. */
const clauseWords = 8;

/** Whether the token is in the beginning of such a clause. */
export function unsupportedClause(tokens: readonly IToken[], at: number): Unsupported | undefined {
  for (let from = at; from >= Math.max(0, at - clauseWords); from--) {
    const word = wordAt(tokens, from);
    if (clauses.has(word) && tokens[from + 1]?.tokenType === t.leftParen) {
      return { name: word.toUpperCase(), range: rangeOf(tokens, from, from) };
    }
  }
  return undefined;
}

type Phrases = ReadonlyMap<string, readonly string[]>;

/** By first word, longest phrase first. */
function byFirstWord(phrases: readonly string[]): Phrases {
  const map = new Map<string, string[]>();
  for (const phrase of [...phrases].sort((a, b) => b.length - a.length)) {
    const first = phrase.split(' ', 1)[0] ?? '';
    const others = map.get(first);
    if (others) others.push(phrase);
    else map.set(first, [phrase]);
  }
  return map;
}

const statementPhrases = byFirstWord(statements);
const objectPhrases = byFirstWord(objects);
const alterPhrases = byFirstWord([...objects, ...unalterable]);

function longestPhrase(tokens: readonly IToken[], at: number, phrases: Phrases): string | undefined {
  return phrases
    .get(wordAt(tokens, at))
    ?.find((phrase) => phrase.split(' ').every((word, index) => wordAt(tokens, at + index) === word));
}

/** Empty unless there is an unquoted word. */
function wordAt(tokens: readonly IToken[], at: number): string {
  const token = tokens[at];
  return token === undefined || token.payload !== undefined || token.tokenType === t.number
    ? ''
    : token.image.toLowerCase();
}

function rangeOf(tokens: readonly IToken[], first: number, last: number): TextRange {
  const start = tokens[first];
  const end = tokens[Math.min(last, tokens.length - 1)];
  return { start: start?.startOffset ?? 0, end: end ? endOf(end) : 0 };
}
