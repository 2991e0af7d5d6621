import { OrbitError } from './error.ts';

// JSON text to a tree of places in it. What json keeps as it is written is cut out of the text; jsonb is read from the
// same tree.

export type JsonNode =
  | { readonly kind: 'null' | 'true' | 'false' | 'number' | 'string'; readonly start: number; readonly end: number }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly start: number; readonly end: number; readonly fields: readonly JsonField[] };

export interface JsonField {
  readonly key: JsonNode;
  readonly value: JsonNode;
}

/** Every level is a frame of the reader's own stack, and of all that walks over the tree. */
const MAX_DEPTH = 2000;

/** @throws OrbitError invalid_text_representation, statement_too_complex */
export function readJson(text: string): JsonNode {
  let at = 0;

  const fail = (expected: string): never => {
    const found = at < text.length ? `"${String.fromCodePoint(text.codePointAt(at) ?? 0)}"` : 'the end';
    throw new OrbitError('invalid_text_representation', 'invalid input syntax for type json', {
      hint: `Character ${at + 1}: ${expected} expected, ${found} found.`,
    });
  };
  const blanks = (): void => {
    for (;;) {
      const code = text.charCodeAt(at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      at += 1;
    }
  };
  const string = (): JsonNode => {
    const start = at;
    at += 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (Number.isNaN(code) || code < 32) return fail(at < text.length ? 'an escape' : 'a closing quote');
      at += 1;
      if (code === 34) return { kind: 'string', start, end: at };
      if (code !== 92) continue;
      const escaped = text.charAt(at);
      if (escaped === 'u') {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) return fail('\\u with four hexadecimal digits');
        at += 5;
      } else if (escaped !== '' && '"\\/bfnrt'.includes(escaped)) at += 1;
      else return fail('an escape that JSON has');
    }
  };
  const word = (kind: 'null' | 'true' | 'false'): JsonNode => {
    const start = at;
    if (!text.startsWith(kind, at)) return fail('a value');
    at += kind.length;
    return { kind, start, end: at };
  };
  const number = (): JsonNode => {
    const start = at;
    NUMBER.lastIndex = at;
    const found = NUMBER.exec(text);
    if (found === null) return fail('a value');
    at += found[0].length;
    if (/[\w.]/.test(text.charAt(at))) return fail('the end of the number');
    return { kind: 'number', start, end: at };
  };
  const value = (depth: number): JsonNode => {
    if (depth > MAX_DEPTH) throw tooDeep();
    blanks();
    const start = at;
    switch (text.charAt(at)) {
      case '{': {
        at += 1;
        const fields: JsonField[] = [];
        blanks();
        if (text.charAt(at) !== '}') {
          for (;;) {
            blanks();
            if (text.charAt(at) !== '"') fail(fields.length === 0 ? 'a key or "}"' : 'a key');
            const key = string();
            blanks();
            if (text.charAt(at) !== ':') fail('":"');
            at += 1;
            fields.push({ key, value: value(depth + 1) });
            blanks();
            if (text.charAt(at) !== ',') break;
            at += 1;
          }
          if (text.charAt(at) !== '}') fail('"," or "}"');
        }
        at += 1;
        return { kind: 'object', start, end: at, fields };
      }
      case '[': {
        at += 1;
        const items: JsonNode[] = [];
        blanks();
        if (text.charAt(at) !== ']') {
          for (;;) {
            items.push(value(depth + 1));
            blanks();
            if (text.charAt(at) !== ',') break;
            at += 1;
          }
          if (text.charAt(at) !== ']') fail('"," or "]"');
        }
        at += 1;
        return { kind: 'array', start, end: at, items };
      }
      case '"':
        return string();
      case 't':
        return word('true');
      case 'f':
        return word('false');
      case 'n':
        return word('null');
      default:
        return number();
    }
  };

  const root = value(0);
  blanks();
  if (at < text.length) fail('the end');
  return root;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

export function tooDeep(): OrbitError {
  return new OrbitError('statement_too_complex', `JSON is nested more than ${MAX_DEPTH} levels deep`);
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The characters of a string of the text, which is cut out with its quotes. */
export function decodeString(quoted: string): string {
  const body = quoted.slice(1, -1);
  if (!body.includes('\\')) return body;
  const decoded = body.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, plain: string) => {
    if (hex === undefined) return ESCAPES[plain] ?? plain;
    const code = Number.parseInt(hex, 16);
    if (code !== 0) return String.fromCharCode(code);
    throw new OrbitError('untranslatable_character', 'unsupported Unicode escape sequence', {
      hint: '\\u0000 cannot be converted to text.',
    });
  });
  if (/(?:[^\ud800-\udbff]|^)[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])/.test(decoded)) {
    throw new OrbitError('invalid_text_representation', 'invalid input syntax for type json', {
      hint: 'A Unicode surrogate must be one of a pair, the high one first.',
    });
  }
  return decoded;
}
