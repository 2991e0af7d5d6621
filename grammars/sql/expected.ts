import { EOF, type IToken, type TokenType } from '../toolkit/chevrotain.ts';
import type { TextRange } from '../toolkit/parse-error.ts';
import { endOf, token } from '../toolkit/tokens.ts';
import { lexSql } from './lexer.ts';
import { sqlParser } from './parser.ts';
import { columnNameWord, k, keywordTypesByWord, label, quotedName, t, word } from './tokens.ts';

export interface ExpectedAt {
  /** The word that the caret is in or behind, for a completion to replace; empty at the caret if there is none. */
  readonly replace: TextRange;
  /** In upper case and in order. */
  readonly keywords: readonly string[];
  /** Whether a name of any kind can stand there. */
  readonly name: boolean;
  /** Token types, in which a category stands for all its members. */
  readonly types: ReadonlySet<TokenType>;
}

/** What can be written at the offset, as far as the grammar knows. Undefined inside of strings and comments. */
export function expectedAt(text: string, offset: number): ExpectedAt | undefined {
  const { tokens, comments, unterminated } = lexSql(text);
  // A line comment still goes on at its end.
  if (
    comments.some(({ start, end }) => start < offset && (offset < end || text.startsWith('--', start)) && offset <= end)
  ) {
    return undefined;
  }
  if (unterminated !== undefined && unterminated < offset) return undefined;
  const before = tokens.filter((token) => endOf(token) <= offset);
  const touching = tokens.find((token) => token.startOffset < offset && offset <= endOf(token));
  if (touching && offset < endOf(touching) && !isWord(touching)) return undefined;
  const partial = touching && isWord(touching) ? touching : undefined;
  if (partial && before.at(-1) === partial) before.pop();
  const start = before.findLastIndex(({ tokenType }) => tokenType === t.semicolon) + 1;
  const types = expectedBehind(before.slice(start));
  const replace = partial ? { start: partial.startOffset, end: endOf(partial) } : { start: offset, end: offset };
  const keywords = [...keywordTypesByWord]
    .filter(([, type]) => types.has(type))
    .map(([keyword]) => keyword.toUpperCase());
  return { replace, keywords: keywords.sort(), name: types.has(columnNameWord) || types.has(label), types };
}

// `createToken` gives every type its index; it is optional in Chevrotain's declaration only.
function isWord({ tokenType }: IToken): boolean {
  return tokenType === word || tokenType === quotedName || label.categoryMatchesMap?.[tokenType.tokenTypeIdx!] === true;
}

/**
 * What can follow the tokens. Where the grammar looks ahead (is `extract` a column or the beginning of `extract(…)`?) the answer depends on
 * the token that is not written yet, so those that such decisions look for are tried in turn.
 */
export function expectedBehind(tokens: readonly IToken[]): ReadonlySet<TokenType> {
  const parser = sqlParser();
  const last = tokens.at(-1);
  if (!last) return parser.expectedAfter([], undefined, noNames)?.tokens ?? new Set();
  const types = new Set<TokenType>();
  for (const probe of [EOF, ...probesBehind(last)]) {
    // Some decisions look at the word itself, and a keyword's type is named after it.
    const input = probe === EOF ? tokens : [...tokens, token(probe, probe.name, endOf(last), endOf(last))];
    const expected = parser.expectedAfter(input, tokens.length - 1, noNames);
    for (const type of expected?.tokens ?? []) types.add(type);
  }
  return types;
}

const noNames: ReadonlyMap<string, string> = new Map();

/** What decisions look for behind the token. */
export function probesBehind(last: IToken): readonly TokenType[] {
  const own = probes.get(last.tokenType) ?? [];
  const isName = columnNameWord.categoryMatchesMap?.[last.tokenTypeIdx] === true;
  return isName ? [...own, ...nameProbes] : own;
}

/** A call, an alias in front, a named argument. */
const nameProbes: readonly TokenType[] = [t.leftParen, t.colon, t.fatArrow];

/** For each token what the decisions that it takes part in look for behind it. */
const probes: ReadonlyMap<TokenType, readonly TokenType[]> = new Map([
  [t.leftParen, [k.select, t.rightParen]],
  [t.percent, [t.number]],
  [t.rightParen, [k.union, k.day]],
  [t.comma, [t.rightParen, t.rightBracket, t.rightBrace, k.from]],
  [t.number, [k.day, t.rightParen]],
  [k.asof, [k.join]],
  [k.anti, [k.join]],
  [k.at, [k.time, k.local]],
  [k.characteristics, [k.as]],
  [k.current, [k.row, k.of]],
  [k.pivot, [t.leftParen]],
  [k.unpivot, [t.leftParen, k.include]],
  [k.double, [k.precision]],
  [k.grouping, [k.sets]],
  [k.if, [k.not, k.exists]],
  [k.ignore, [k.nulls]],
  [k.interval, [t.string]],
  [k.lambda, [word]],
  [k.map, [t.leftBrace]],
  [k.names, [t.string]],
  [k.not, [k.in, k.deferrable]],
  [k.positional, [k.join]],
  [k.respect, [k.nulls]],
  [k.rows, [k.from]],
  [k.schema, [t.string]],
  [k.semi, [k.join]],
  [k.session, [t.equal]],
  [k.set, [t.star]],
  [k.similar, [k.to]],
  [k.time, [k.zone, k.with]],
  [k.timestamp, [k.with]],
  [k.to, [k.month, k.second]],
  [k.transaction, [k.isolation]],
  [k.unbounded, [k.preceding]],
  [k.with, [k.time, k.ordinality]],
  [k.without, [k.time]],
]);
