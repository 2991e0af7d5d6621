import { OrbitError } from '../../types/error.ts';

/** `word`: a bare name or keyword; `string`: a quoted one; `variable`: `$name`. */
export interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'variable' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

const SYMBOLS = ['&&', '||', '==', '!=', '<>', '<=', '>=', '**', ...'$@?.*[](){},!<>=+-/%'];
const SPECIAL = /[?%$.[\]{}()|&!=<>@#,*:\-+/\s"\\]/;

/** @throws OrbitError syntax_error */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const start = at;
    const character = text.charAt(at);
    if (/\s/.test(character)) {
      at += 1;
      continue;
    }
    if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) throw pathError('the end of a comment is missing', at);
      at = end + 2;
      continue;
    }
    const add = (kind: Token['kind'], value: string): void => {
      tokens.push({ kind, text: value, at: start });
    };
    if (character === '"') {
      const { value, end } = quoted(text, at);
      at = end;
      add('string', value);
      continue;
    }
    if (character === '$' && at + 1 < text.length) {
      if (text.charAt(at + 1) === '"') {
        const { value, end } = quoted(text, at + 1);
        at = end;
        add('variable', value);
        continue;
      }
      const name = bare(text, at + 1);
      if (name.value !== '') {
        at = name.end;
        add('variable', name.value);
        continue;
      }
    }
    NUMBER.lastIndex = at;
    const number = NUMBER.exec(text)?.[0];
    if (number !== undefined) {
      at += number.length;
      if (at < text.length && /[\p{L}\p{N}_$]/u.test(text.charAt(at)))
        throw pathError('trailing junk after a number', at);
      add('number', number);
      continue;
    }
    const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, at));
    if (symbol !== undefined) {
      at += symbol.length;
      add('symbol', symbol);
      continue;
    }
    const word = bare(text, at);
    if (word.value === '') throw pathError(`"${character}" makes no sense`, at);
    at = word.end;
    add('word', word.value);
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

const NUMBER =
  /0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*|0[oO][0-7](?:_?[0-7])*|0[bB][01](?:_?[01])*|(?:(?:0|[1-9](?:_?\d)*)(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y;

function bare(text: string, from: number): { readonly value: string; readonly end: number } {
  let value = '';
  let at = from;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '\\') {
      const { value: escaped, end } = readEscape(text, at);
      value += escaped;
      at = end;
    } else if (SPECIAL.test(character)) break;
    else {
      value += character;
      at += 1;
    }
  }
  return { value, end: at };
}

function quoted(text: string, from: number): { readonly value: string; readonly end: number } {
  let value = '';
  let at = from + 1;
  for (;;) {
    const character = text.charAt(at);
    if (character === '') throw pathError('the closing quote is missing', from);
    if (character === '"') return { value, end: at + 1 };
    if (character === '\\') {
      const { value: escaped, end } = readEscape(text, at);
      value += escaped;
      at = end;
    } else {
      value += character;
      at += 1;
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function readEscape(text: string, at: number): { readonly value: string; readonly end: number } {
  const match = /^\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^ux]))/u.exec(
    text.slice(at, at + 12),
  );
  if (match === null) throw pathError('an escape makes no sense', at);
  const [all, braced, four, two, plain] = match;
  const hex = braced ?? four ?? two;
  if (hex === undefined) return { value: ESCAPES[plain ?? ''] ?? plain ?? '', end: at + all.length };
  const code = Number.parseInt(hex, 16);
  if (code === 0) {
    throw new OrbitError('untranslatable_character', 'unsupported Unicode escape sequence', {
      hint: '\\u0000 cannot be converted to text.',
    });
  }
  if (code > 0x10ffff) throw pathError('an escape makes no sense', at);
  return { value: String.fromCodePoint(code), end: at + all.length };
}

export function pathError(message: string, at: number): OrbitError {
  return new OrbitError('syntax_error', `syntax error in jsonpath at character ${at + 1}: ${message}`);
}
