import type { IToken, TokenType } from './chevrotain.ts';
import { nearMisses } from './edit-distance.ts';
import { type ParseError, parseError, type TextRange } from './parse-error.ts';
import { endOf, token } from './tokens.ts';
import type { Failure } from './tree-parser.ts';

/** What can stand somewhere: token types, rules that are named instead of being opened, and the end of the text. */
export interface Expected {
  readonly tokens: ReadonlySet<TokenType>;
  readonly rules: ReadonlySet<string>;
  readonly end: boolean;
}

/** What a language tells about itself, so that its errors can be put into words. */
export interface DiagnosedLanguage {
  /** Index of the first failure in the input, or its length when there is none. */
  firstFailure(input: readonly IToken[]): number;
  /**
   * What can stand behind the given token of the input, or at its beginning when there is none. The rules that are `named` are not
   * opened, so their name stands for all that they can begin with.
   */
  expectedAfter(
    input: readonly IToken[],
    index: number | undefined,
    named: ReadonlyMap<string, string>,
  ): Expected | undefined;
  /** Plain words for rules: "an expression". */
  readonly ruleNames: ReadonlyMap<string, string>;
  /** What to say in addition when one of these rules fails. */
  readonly ruleHints: ReadonlyMap<string, string>;
  readonly keywords: ReadonlyMap<string, TokenType>;
  /** The type of words that are no keywords, and of quoted names. */
  readonly word: TokenType;
  readonly quotedName: TokenType;
  readonly comma: TokenType;
  /** A name in quotes, as the language writes it. */
  quote(name: string): string;
  readonly brackets: ReadonlyMap<TokenType, TokenType>;
}

/** More than these many things that could have stood somewhere help nobody. */
const mostExpected = 6;

/** How far candidates for a misspelt word are parsed, so that a mistake in a huge statement costs no more than one in a small one. */
const tokensBehind = 40;

export function diagnose(failure: Failure, input: readonly IToken[], language: DiagnosedLanguage): ParseError {
  const at = failure.index;
  const found = input[at];
  const unbalanced = unbalancedBracket(input, language.brackets);
  if (unbalanced?.kind === 'closing' && unbalanced.token === found) {
    return parseError('42601', `"${unbalanced.token.image}" closes nothing`, rangeOf(unbalanced.token));
  }
  const misspelt = misspeltKeyword(at, input, language);
  if (misspelt) {
    const written = misspelt.token.image;
    const hint = `Did you mean ${misspelt.keyword}?`;
    return parseError('42601', `syntax error at or near "${written}"`, rangeOf(misspelt.token), hint);
  }
  if (unbalanced?.kind === 'opening' && found === undefined) {
    return parseError('42601', `"${unbalanced.token.image}" is never closed`, rangeOf(unbalanced.token));
  }
  const expected = language.expectedAfter(input, at === 0 ? undefined : at - 1, language.ruleNames);
  const list = expected && describe(expected, language);
  const where = found ? `syntax error at or near "${shortened(found.image)}"` : 'syntax error at end of input';
  const end = input.at(-1);
  const endOffset = end ? endOf(end) : 0;
  const range = found ? rangeOf(found) : { start: endOffset, end: endOffset };
  const hint = hintFor(failure, input, language, expected, unbalanced);
  return parseError('42601', list ? `${where}: expected ${list}` : where, range, hint);
}

function hintFor(
  { index: at, rule }: Failure,
  input: readonly IToken[],
  language: DiagnosedLanguage,
  expected: Expected | undefined,
  unbalanced: Unbalanced | undefined,
): string | undefined {
  const given = language.ruleHints.get(rule);
  if (given !== undefined) return given;
  const found = input[at];
  const before = input[at - 1];
  if (before?.tokenType === language.comma && language.firstFailure(without(input, at - 1, at)) > at) {
    return found ? `Is the comma before "${shortened(found.image)}" too much?` : undefined;
  }
  if (found) {
    const options = expected ? expected.tokens.size + expected.rules.size : 0;
    const needed = !expected?.end && options <= 3;
    const reserved = [needed ? at : -1, at - 1].find((index) => isReservedName(index, at, input, language));
    const word = reserved === undefined ? undefined : input[reserved]?.image;
    if (word !== undefined) {
      return `${word.toUpperCase()} is a keyword. To use it as a name, write ${language.quote(word)}.`;
    }
    const comma = token(language.comma, ',', found.startOffset, found.startOffset);
    const inserted = input.slice(0, at + tokensBehind);
    inserted.splice(at, 0, comma);
    if (getsBeyond(at + 1, inserted, language)) return `Is a comma missing before "${shortened(found.image)}"?`;
  }
  if (unbalanced?.kind === 'opening' && input.indexOf(unbalanced.token) < at) {
    return `The "${unbalanced.token.image}" before it is never closed.`;
  }
  return undefined;
}

/** Whether the statement would be read further if the keyword at the index were a name in quotes. */
function isReservedName(
  index: number,
  failure: number,
  input: readonly IToken[],
  language: DiagnosedLanguage,
): boolean {
  const word = input[index];
  if (!word || language.keywords.get(word.image.toLowerCase()) !== word.tokenType) return false;
  const quoted = token(language.quotedName, word.image, word.startOffset, endOf(word), word.image);
  return getsBeyond(failure, replaced(input, index, quoted, failure), language);
}

/** Whether at least the tokens up to and with the one behind the index can be read: one alone may be luck. */
function getsBeyond(index: number, input: readonly IToken[], language: DiagnosedLanguage): boolean {
  const failure = language.firstFailure(input);
  return failure > index + 1 || (failure === input.length && failure > index);
}

/* ---------------------------------------------------------------------------------------------------- misspelt keywords */

const noNames: ReadonlyMap<string, string> = new Map();

interface Misspelt {
  readonly token: IToken;
  readonly keyword: string;
}

/**
 * A misspelt keyword is often read as a name (`FROM t WEHRE …` has an alias), and the failure comes a token or two later. So words before
 * it are candidates as well; one is believed only if the statement gets further with the keyword in its place.
 */
function misspeltKeyword(at: number, input: readonly IToken[], language: DiagnosedLanguage): Misspelt | undefined {
  for (let index = at; index >= Math.max(0, at - 2); index--) {
    const written = input[index];
    if (!written || written.tokenType !== language.word) continue;
    const expected = language.expectedAfter(input, index === 0 ? undefined : index - 1, noNames);
    if (!expected) continue;
    const keywords = new Map<string, TokenType>();
    for (const type of expected.tokens) {
      const keyword = type.name.toLowerCase();
      if (language.keywords.get(keyword) === type) keywords.set(keyword, type);
    }
    for (const keyword of nearMisses(written.image.toLowerCase(), keywords.keys()).slice(0, 3)) {
      const type = keywords.get(keyword);
      if (!type) continue;
      const corrected = token(type, written.image, written.startOffset, endOf(written));
      if (getsBeyond(at, replaced(input, index, corrected, at), language)) {
        return { token: written, keyword: keyword.toUpperCase() };
      }
    }
  }
  return undefined;
}

function without(input: readonly IToken[], index: number, failure: number): readonly IToken[] {
  return input.slice(0, failure + tokensBehind).filter((_, position) => position !== index);
}

function replaced(input: readonly IToken[], index: number, by: IToken, failure = index): readonly IToken[] {
  const copy = input.slice(0, failure + tokensBehind);
  copy[index] = by;
  return copy;
}

/* ------------------------------------------------------------------------------------------------------------- brackets */

interface Unbalanced {
  readonly kind: 'opening' | 'closing';
  readonly token: IToken;
}

/** The first closing bracket without an opening one, or the last opening bracket that is never closed. */
function unbalancedBracket(
  input: readonly IToken[],
  brackets: ReadonlyMap<TokenType, TokenType>,
): Unbalanced | undefined {
  const closers = new Set(brackets.values());
  const open: IToken[] = [];
  for (const token of input) {
    if (brackets.has(token.tokenType)) open.push(token);
    else if (closers.has(token.tokenType)) {
      const opener = open.pop();
      if (!opener || brackets.get(opener.tokenType) !== token.tokenType) return { kind: 'closing', token };
    }
  }
  const token = open.at(-1);
  return token && { kind: 'opening', token };
}

/* ---------------------------------------------------------------------------------------------------------------- words */

/** Undefined when there are too many possibilities, or none. */
function describe(expected: Expected, language: DiagnosedLanguage): string | undefined {
  const words = new Set<string>();
  for (const rule of expected.rules) words.add(language.ruleNames.get(rule) ?? rule);
  for (const type of expected.tokens) words.add(type.LABEL ?? type.name);
  if (expected.end) words.add('the end');
  if (words.size === 0 || words.size > mostExpected) return undefined;
  const list = [...words];
  const last = list.pop();
  return list.length > 0 ? `${list.join(', ')} or ${last}` : last;
}

function shortened(image: string): string {
  const line = image.split(/[\r\n]/, 1)[0] ?? '';
  return line.length === image.length && image.length <= 40 ? image : `${line.slice(0, 40)}…`;
}

function rangeOf(of: IToken): TextRange {
  return { start: of.startOffset, end: endOf(of) };
}
