import type { IToken, TokenType } from '../toolkit/chevrotain.ts';
import { type ParseError, parseError, type TextRange } from '../toolkit/parse-error.ts';
import { token } from '../toolkit/tokens.ts';
import { type Decoded, decodeEscapes, decodeUnicode } from './literals.ts';
import { keywordTypesByWord, quotedName, t, word } from './tokens.ts';

export interface LexedSql {
  /** Without comments and white space, with semicolons. */
  readonly tokens: readonly IToken[];
  readonly comments: readonly TextRange[];
  /** In the order of the text. */
  readonly errors: readonly ParseError[];
  /** Where a string, a quoted name or a comment begins that never ends. */
  readonly unterminated: number | undefined;
}

const longestKeyword = Math.max(...Array.from(keywordTypesByWord.keys(), (keyword) => keyword.length));

const punctuation: ReadonlyMap<string, TokenType> = new Map([
  ['(', t.leftParen],
  [')', t.rightParen],
  ['[', t.leftBracket],
  [']', t.rightBracket],
  ['{', t.leftBrace],
  ['}', t.rightBrace],
  [',', t.comma],
  [';', t.semicolon],
]);

const operators: ReadonlyMap<string, TokenType> = new Map([
  ['+', t.plus],
  ['-', t.minus],
  ['*', t.star],
  ['/', t.slash],
  ['%', t.percent],
  ['//', t.doubleSlash],
  ['**', t.doubleStar],
  ['^', t.caret],
  ['<', t.less],
  ['<=', t.lessEqual],
  ['>', t.greater],
  ['>=', t.greaterEqual],
  ['=', t.equal],
  ['==', t.equal],
  ['<>', t.notEqual],
  ['!=', t.notEqual],
  ['?', t.question],
  ['=>', t.fatArrow],
]);

/** Operators that really contain a question mark; in any other one it is a parameter beside an operator. */
const questionOperators: ReadonlySet<string> = new Set(['?|', '?&', '@?']);

const space = 1;
const wordPart = 2;
const digit = 4;
const operatorPart = 8;

/** PostgreSQL's limit; it also keeps a long run of operator characters from being looked at again and again. */
const longestOperator = 63;

const quotationMark = 34;
const dollarSign = 36;
const apostrophe = 39;
const asterisk = 42;
const minus = 45;
const point = 46;
const slash = 47;
const colonSign = 58;

/** What an ASCII character can be part of. */
const asciiClasses: Uint8Array = (() => {
  const table = new Uint8Array(128);
  const add = (chars: string, flag: number) => {
    for (const char of chars) table[char.charCodeAt(0)]! |= flag;
  };
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  add(' \t\n\r\f\v', space);
  add(`${letters}${letters.toUpperCase()}0123456789_$`, wordPart);
  add('0123456789', digit);
  add('+-*/<>=~!@#%^&|`?', operatorPart);
  return table;
})();

/** Beyond ASCII everything is part of a word, as in PostgreSQL, except the white space of Unicode. */
function classOf(code: number): number {
  if (code < 128) return asciiClasses[code]!;
  return /\s/.test(String.fromCharCode(code)) ? space : wordPart;
}

export function lexSql(text: string): LexedSql {
  const tokens: IToken[] = [];
  const comments: TextRange[] = [];
  const errors: ParseError[] = [];
  let at = 0;
  let unterminated: number | undefined;

  /** NaN at the end of the text: no class, and unequal to every character. */
  const code = (ahead = 0): number => text.charCodeAt(at + ahead);
  const has = (flag: number, ahead = 0): boolean => {
    const here = code(ahead);
    if (here < 128) return (asciiClasses[here]! & flag) !== 0;
    return !Number.isNaN(here) && (classOf(here) & flag) !== 0;
  };
  const problem = (message: string, start: number, end: number) =>
    errors.push(parseError('42601', message, { start, end }));
  const add = (type: TokenType, start: number, payload?: string) =>
    tokens.push(token(type, text.slice(start, at), start, at, payload));

  function skipSpaceAndComments(): void {
    for (;;) {
      while (has(space)) at++;
      const start = at;
      if (code() === minus && code(1) === minus) {
        while (at < text.length && code() !== 10 && code() !== 13) at++;
      } else if (code() === slash && code(1) === asterisk) {
        skipBlockComment();
      } else {
        return;
      }
      comments.push({ start, end: at });
    }
  }

  function skipBlockComment(): void {
    const start = at;
    let depth = 0;
    do {
      if (at >= text.length) {
        problem('unterminated comment: /* without */', start, start + 2);
        unterminated = start;
        return;
      }
      if (text.startsWith('/*', at)) {
        depth++;
        at += 2;
      } else if (text.startsWith('*/', at)) {
        depth--;
        at += 2;
      } else {
        at++;
      }
    } while (depth > 0);
  }

  /**
   * From an opening quote to behind its closing one; gives the text between. Doubled quotes do not close, and with `backslash` neither
   * does an escaped one.
   */
  function quotedBody(quote: string, start: number, what: string, backslash = false): string {
    const from = ++at;
    for (;;) {
      if (at >= text.length) {
        const lineEnd = text.slice(start).search(/[\r\n]/);
        problem(`unterminated ${what}: the closing ${quote} is missing`, start, lineEnd < 0 ? at : start + lineEnd);
        unterminated = start;
        return text.slice(from);
      }
      if (backslash && text[at] === '\\') {
        at = Math.min(at + 2, text.length);
      } else if (text[at] !== quote) {
        at++;
      } else if (text[at + 1] === quote) {
        at += 2;
      } else {
        at++;
        return text.slice(from, at - 1);
      }
    }
  }

  /** `'a'` and, on a following line, `'b'` are one string. */
  function continuedBody(start: number, what: string, backslash = false): string {
    let body = quotedBody("'", start, what, backslash);
    while (has(space)) {
      const next = /^\s*[\r\n]\s*'/.exec(text.slice(at, at + 200))?.[0].length;
      if (next === undefined) break;
      at += next - 1;
      body += quotedBody("'", start, what, backslash);
    }
    return body;
  }

  function decoded(result: Decoded, bodyStart: number): string {
    if (result.problem) {
      const start = bodyStart + result.problem.at;
      problem(result.problem.message, start, start + 2);
    }
    return result.value;
  }

  function plainString(start: number): void {
    add(t.string, start, undouble(continuedBody(start, 'string'), "'"));
  }

  function quotedWord(start: number): void {
    const body = quotedBody('"', start, 'quoted name');
    if (body === '') problem('a quoted name must not be empty', start, at);
    add(quotedName, start, undouble(body, '"'));
  }

  /** `e'…'`, `b'…'`, `x'…'`, `n'…'`, `u&'…'`, `u&"…"`: what starts with a letter and is a string nevertheless. */
  function prefixedString(start: number): boolean {
    const quote = text[at + 1];
    if (quote !== "'" && quote !== '&') return false;
    const prefix = text[at]!.toLowerCase();
    if (prefix === 'u' && quote === '&' && (text[at + 2] === "'" || text[at + 2] === '"')) {
      unicodeString(start, text[at + 2]!);
      return true;
    }
    if (quote !== "'") return false;
    switch (prefix) {
      case 'e': {
        at++;
        const body = continuedBody(start, 'string', true);
        add(t.string, start, decoded(decodeEscapes(body), start + 2));
        return true;
      }
      case 'n':
        at++;
        plainString(start);
        return true;
      case 'b':
      case 'x': {
        at++;
        const digits = continuedBody(start, 'bit string');
        const wrong = (prefix === 'b' ? /[^01]/ : /[^0-9a-f]/i).exec(digits);
        if (wrong) {
          const what = prefix === 'b' ? 'binary' : 'hexadecimal';
          problem(`"${wrong[0]}" is not a ${what} digit`, start, at);
        }
        add(t.bitString, start, digits);
        return true;
      }
      default:
        return false;
    }
  }

  function unicodeString(start: number, quote: string): void {
    at += 2;
    const body = quote === "'" ? continuedBody(start, 'string') : quotedBody(quote, start, 'quoted name');
    const end = at;
    const clause = /^\s*uescape\s*'([^0-9a-fA-F+'"\s])'/i.exec(text.slice(at, at + 200));
    if (clause) at += clause[0].length;
    const value = decoded(decodeUnicode(body, clause?.[1] ?? '\\', quote), start + 3);
    tokens.push(token(quote === "'" ? t.string : quotedName, text.slice(start, end), start, at, value));
  }

  function wordOrKeyword(start: number): void {
    do at++;
    while (has(wordPart));
    const image = text.slice(start, at);
    tokens.push(token(typeOfWord(image), image, start, at));
  }

  function number(start: number): void {
    const radix =
      text[at] !== '0'
        ? undefined
        : /^0(?:x[0-9a-f](?:_?[0-9a-f])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)/i.exec(text.slice(at, at + 64))?.[0];
    if (radix !== undefined) {
      at += radix.length;
    } else {
      digits();
      // `1..3` is not a number with a point.
      if (text[at] === '.' && text[at + 1] !== '.') {
        at++;
        digits();
      }
      const exponent =
        text[at] === 'e' || text[at] === 'E' ? (text[at + 1] === '+' || text[at + 1] === '-' ? 2 : 1) : 0;
      if (exponent > 0 && has(digit, exponent)) {
        at += exponent;
        digits();
      }
    }
    const end = at;
    while (has(wordPart)) at++;
    if (at > end) problem(`"${text.slice(start, at)}" is neither a number nor a name`, start, at);
    tokens.push(token(t.number, text.slice(start, end), start, at));
  }

  function digits(): void {
    while (has(digit) || (text[at] === '_' && has(digit, 1))) at++;
  }

  /** `$1`, `$name`, `$$ text $$`, `$tag$ text $tag$`. */
  function dollar(start: number): void {
    const tag = /^\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/.exec(text.slice(at, at + 80))?.[0];
    if (tag !== undefined) {
      const close = text.indexOf(tag, at + tag.length);
      const bodyEnd = close < 0 ? text.length : close;
      const body = text.slice(at + tag.length, bodyEnd);
      if (close < 0) {
        problem(`unterminated string: the closing ${tag} is missing`, start, start + tag.length);
        unterminated = start;
      }
      at = Math.min(bodyEnd + tag.length, text.length);
      add(t.string, start, body);
      return;
    }
    at++;
    if (!has(wordPart)) {
      problem('"$" needs a number or a name behind it', start, at);
      return;
    }
    const numbered = has(digit);
    while (has(numbered ? digit : wordPart)) at++;
    add(t.parameter, start);
  }

  function operator(start: number): void {
    let end = at;
    while (end < text.length && end - at < longestOperator && classOf(text.charCodeAt(end)) & operatorPart) {
      if (end > at && startsComment(text, end)) break;
      end++;
    }
    let symbol = text.slice(at, end);
    if (symbol.length === 1) {
      at = end;
      tokens.push(token(operators.get(symbol) ?? t.operator, symbol, start, end));
      return;
    }
    // PostgreSQL's rule, which makes `a=-1` and `a<-1` mean what they say: a sign ends an operator only with one of these in it.
    if (!/[~!@#%^&|`?]/.test(symbol)) while (symbol.length > 1 && /[+-]$/.test(symbol)) symbol = symbol.slice(0, -1);
    if (symbol.length > 1 && symbol.includes('?') && !questionOperators.has(symbol)) {
      const question = symbol.indexOf('?');
      symbol = question === 0 ? '?' : symbol.slice(0, question);
    }
    at += symbol.length;
    add(operators.get(symbol) ?? t.operator, start);
  }

  function colon(start: number): void {
    const second = text[at + 1];
    at += second === ':' || second === '=' ? 2 : 1;
    add(second === ':' ? t.doubleColon : second === '=' ? t.colonEquals : t.colon, start);
  }

  for (;;) {
    skipSpaceAndComments();
    if (at >= text.length) return { tokens, comments, errors, unterminated };
    const start = at;
    const first = code();
    const kind = classOf(first);
    if (kind & digit) number(start);
    else if (first === dollarSign) dollar(start);
    else if (kind & wordPart) {
      if (!prefixedString(start)) wordOrKeyword(start);
    } else if (kind & operatorPart) operator(start);
    else if (first === apostrophe) plainString(start);
    else if (first === quotationMark) quotedWord(start);
    else if (first === point) {
      if (has(digit, 1)) number(start);
      else {
        at++;
        add(t.dot, start);
      }
    } else if (first === colonSign) colon(start);
    else {
      at++;
      const image = text.slice(start, at);
      const type = punctuation.get(image);
      if (type) tokens.push(token(type, image, start, at));
      else problem(`unexpected character "${image}"`, start, at);
    }
  }
}

function typeOfWord(image: string): TokenType {
  if (image.length > longestKeyword) return word;
  return keywordTypesByWord.get(image.toLowerCase()) ?? word;
}

function startsComment(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  const second = text.charCodeAt(at + 1);
  return (first === minus && second === minus) || (first === slash && second === asterisk);
}

function undouble(body: string, quote: string): string {
  return body.includes(quote) ? body.replaceAll(quote + quote, quote) : body;
}
