import { expectedBehind, probesBehind } from '../../grammars/sql/expected.ts';
import { lexSql } from '../../grammars/sql/lexer.ts';
import { splitStatements, sqlParser } from '../../grammars/sql/parser.ts';
import { k, t, vocabulary, word } from '../../grammars/sql/tokens.ts';
import { EOF, type IToken, type TokenType } from '../../grammars/toolkit/chevrotain.ts';
import { endOf, token } from '../../grammars/toolkit/tokens.ts';

/** How well the grammar knows what comes next, over the prefixes of statements. */
export interface Bars {
  prefixes: number;
  /** Prefixes whose true next token is expected. */
  foreseen: number;
  /** Expected tokens that were put behind a prefix. */
  insertions: number;
  /** Those behind which a statement can still go on. */
  valid: number;
  /** What was not foreseen, and what was wrongly expected, with how often. */
  readonly surprises: Map<string, number>;
  readonly wrong: Map<string, number>;
}

export function newBars(): Bars {
  return { prefixes: 0, foreseen: 0, insertions: 0, valid: 0, surprises: new Map(), wrong: new Map() };
}

/** Adds a statement's prefixes, but not those that were seen before: `seen` has the sequences of their tokens' types. */
export function addStatement(bars: Bars, sql: string, seen: Set<string>): void {
  for (const tokens of splitStatements(lexSql(sql).tokens)) {
    let key = '';
    let known = false;
    tokens.forEach((next, index) => {
      const nextKey = `${key} ${next.tokenTypeIdx}`;
      if (!seen.has(nextKey)) {
        seen.add(nextKey);
        const prefix = tokens.slice(0, index);
        const expected = expectedBehind(prefix);
        bars.prefixes++;
        if (includes(expected, next)) bars.foreseen++;
        else count(bars.surprises, `${tail(prefix)} | ${next.image}`);
        // Statements with the same beginning expect the same behind it.
        if (!known || index === 0) addInsertions(bars, prefix, expected);
      }
      known = seen.has(`${nextKey}!`);
      seen.add(`${nextKey}!`);
      key = nextKey;
    });
  }
}

function addInsertions(bars: Bars, prefix: readonly IToken[], expected: ReadonlySet<TokenType>): void {
  for (const type of expected) {
    if (type === EOF) continue;
    bars.insertions++;
    if (canStand(prefix, type)) bars.valid++;
    else count(bars.wrong, `${tail(prefix)} | ${type.name}`);
  }
}

/** Whether the prefix with the token behind it is read to its end with one of the tokens that decisions look for next. */
function canStand(prefix: readonly IToken[], type: TokenType): boolean {
  const start = prefix.length > 0 ? endOf(prefix.at(-1)!) + 1 : 0;
  const inserted = sample(type, start);
  const tokens = [...prefix, inserted];
  const probes = [EOF, word, t.string, ...probesBehind(inserted)];
  return probes.some((probe) => {
    const input = probe === EOF ? tokens : [...tokens, sample(probe, endOf(inserted) + 1)];
    return sqlParser().firstFailure(input) > prefix.length;
  });
}

/** A token of the type, or of one in it. */
function sample(type: TokenType, start: number): IToken {
  const concrete = samples.get(type) ?? type;
  const [image, payload] = texts.get(concrete) ?? [concrete.name.toLowerCase(), undefined];
  return token(concrete, image, start, start + image.length, payload);
}

const texts: ReadonlyMap<TokenType, readonly [string, string?]> = new Map<TokenType, readonly [string, string?]>([
  [word, ['x']],
  [t.number, ['1']],
  [t.string, ["'a'", 'a']],
  [t.bitString, ["b'1'", '1']],
  [t.parameter, ['$1']],
  [t.operator, ['||']],
]);

/** For each category a token type that is in it, the plain word where that is one. */
const samples: ReadonlyMap<TokenType, TokenType> = new Map(
  vocabulary
    .filter((type) => (type.categoryMatches?.length ?? 0) > 0)
    .flatMap((category): (readonly [TokenType, TokenType])[] => {
      const isIn = (type: TokenType) => category.categoryMatchesMap?.[type.tokenTypeIdx!] === true;
      const member = [word, t.plus, k.left, ...vocabulary].find(isIn);
      return member ? [[category, member]] : [];
    }),
);

function includes(expected: ReadonlySet<TokenType>, { tokenType, tokenTypeIdx }: IToken): boolean {
  return [...expected].some((type) => type === tokenType || type.categoryMatchesMap?.[tokenTypeIdx] === true);
}

function tail(prefix: readonly IToken[]): string {
  return prefix
    .slice(-3)
    .map(({ image }) => image)
    .join(' ');
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
