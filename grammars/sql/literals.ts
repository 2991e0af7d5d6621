/** Decoding of the string forms. Each takes the text between the quotes and says which part of it, if any, is wrong. */

export interface Decoded {
  readonly value: string;
  /** Offset into the body and what is wrong there. */
  readonly problem: { readonly at: number; readonly message: string } | undefined;
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** The body of `E'…'`: backslash escapes, and doubled quotes. */
export function decodeEscapes(body: string): Decoded {
  let value = '';
  let at = 0;
  let problem: Decoded['problem'];
  while (at < body.length) {
    const char = body[at]!;
    if (char === "'") {
      value += char;
      at += 2;
      continue;
    }
    if (char !== '\\') {
      value += char;
      at++;
      continue;
    }
    const kind = body[at + 1];
    if (kind === undefined) break;
    if (kind === 'u' || kind === 'U') {
      const digits = kind === 'u' ? 4 : 8;
      const point = codePoint(body.slice(at + 2, at + 2 + digits), digits);
      if (point === undefined) {
        problem ??= { at, message: 'a Unicode escape is \\u and 4 or \\U and 8 hexadecimal digits' };
        at += 2;
      } else {
        value += point;
        at += 2 + digits;
      }
      continue;
    }
    const bytes = /^(?:\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}))+/.exec(body.slice(at))?.[0];
    if (bytes !== undefined) {
      // Neighbouring byte escapes are one piece of UTF-8.
      value += decodeBytes(bytes);
      at += bytes.length;
      continue;
    }
    value += simpleEscapes.get(kind) ?? kind;
    at += 2;
  }
  return { value, problem };
}

function decodeBytes(escapes: string): string {
  const bytes = escapes
    .split('\\')
    .slice(1)
    .map((digits) => (digits[0] === 'x' ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 8) & 255));
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** The body of `U&'…'` or `U&"…"`: `\XXXX` and `\+XXXXXX` with the given escape character, and doubled quotes. */
export function decodeUnicode(body: string, escapeChar: string, quote: string): Decoded {
  let value = '';
  let at = 0;
  let problem: Decoded['problem'];
  while (at < body.length) {
    const char = body[at]!;
    if (char === quote) {
      value += char;
      at += 2;
    } else if (char !== escapeChar) {
      value += char;
      at++;
    } else if (body[at + 1] === escapeChar) {
      value += escapeChar;
      at += 2;
    } else {
      const long = body[at + 1] === '+';
      const from = at + (long ? 2 : 1);
      const digits = long ? 6 : 4;
      const point = codePoint(body.slice(from, from + digits), digits);
      if (point === undefined) {
        problem ??= {
          at,
          message: `a Unicode escape is ${escapeChar}XXXX or ${escapeChar}+XXXXXX with hexadecimal digits`,
        };
        at++;
      } else {
        value += point;
        at = from + digits;
      }
    }
  }
  return { value, problem };
}

/** Undefined unless there are that many hexadecimal digits that name a character; halves of surrogate pairs may come one by one. */
function codePoint(digits: string, count: number): string | undefined {
  if (digits.length !== count || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  const point = Number.parseInt(digits, 16);
  return point === 0 || point > 0x10ffff ? undefined : String.fromCodePoint(point);
}

/** The digits of a number token as the tree has them: decimal, without underscores. */
export function decimalDigits(image: string): string {
  const digits = image.includes('_') ? image.replaceAll('_', '') : image;
  return digits.length > 2 && /^0[xob]/i.test(digits) ? BigInt(digits).toString() : digits;
}
