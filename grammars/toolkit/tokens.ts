import { createToken, type IToken, Lexer, type TokenType } from './chevrotain.ts';

/**
 * Token types are used by the parsers only: every language scans its text with a scanner of its own (a keyword table behind one pattern
 * for words, nested comments, operators by longest match are all awkward as a list of regular expressions), hence no patterns here.
 */
export function tokenType(name: string, label: string, categories: readonly TokenType[] = []): TokenType {
  return createToken({ name, label, pattern: Lexer.NA, categories: [...categories] });
}

/** One token type a keyword, with the categories that say where the word can still be a name. */
export function keywordTypes<K extends string>(
  words: Iterable<K>,
  categoriesOf: (word: K) => readonly TokenType[],
): Readonly<Record<K, TokenType>> {
  const types: Partial<Record<K, TokenType>> = {};
  for (const word of words) {
    const name = word.toUpperCase();
    const type = tokenType(name, name);
    // Given to `createToken`, the members of a category would be listed anew with every keyword. The parser lists them once.
    type.CATEGORIES = [...categoriesOf(word)];
    types[word] = type;
  }
  // Every key was just set: the record is total over the words it was made from.
  return types as Record<K, TokenType>;
}

/** The token as the parser wants it. `payload` carries the decoded value of strings and quoted names. */
export function token(type: TokenType, image: string, start: number, end: number, payload?: string): IToken {
  return {
    image,
    startOffset: start,
    endOffset: end - 1,
    // `createToken` gives every type its index; it is optional in Chevrotain's declaration only.
    tokenTypeIdx: type.tokenTypeIdx!,
    tokenType: type,
    payload,
  };
}

export function endOf(of: IToken): number {
  // Always set by `token`; optional in Chevrotain's declaration for scanners that do not track positions.
  return of.endOffset! + 1;
}
