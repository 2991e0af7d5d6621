import { OrbitError } from '../types/error.ts';
import { isList, toBytes, toList, toNumber, toText } from '../types/narrow.ts';
import { formatValue } from '../types/text.ts';
import { BINARY, BOOL, INT32, list, type Type, UTF8 } from '../types/type.ts';
import { unify } from '../types/unify.ts';
import type { Value } from '../types/value.ts';
import { lowerSimple, upperSimple } from './case.ts';
import type { Overload, ScalarFunction } from './declaration.ts';
import { md5Hex } from './md5.ts';
import { binary, fixed } from './overload.ts';

// Positions and lengths count code points, as SQL's characters do, never UTF-16 units.

const textToText = fixed([UTF8], UTF8);
const textToInt = fixed([UTF8], INT32);
const textAndCount = fixed([UTF8, INT32], UTF8);
const twoTexts = (result: Type) => fixed([UTF8, UTF8], result);

/** Text as long as the limit would not fit a JavaScript string, nor a result that anybody can use. */
const MAX_TEXT_LENGTH = 2 ** 28;

const points = (text: string): string[] => Array.from(text);

function isAscii(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text);
}

function countPoints(text: string): number {
  return isAscii(text) ? text.length : points(text).length;
}

/** The code points from `start` to `end`, counted from 0 and cut to the text. */
function slicePoints(text: string, start: number, end: number): string {
  const from = Math.max(0, start);
  const to = Math.max(from, end);
  return isAscii(text) ? text.slice(from, to) : points(text).slice(from, to).join('');
}

function substring(text: string, start: number, count: number | undefined): string {
  if (count === undefined) return slicePoints(text, start - 1, text.length);
  if (count < 0) throw new OrbitError('substring_error', 'negative substring length not allowed');
  return slicePoints(text, start - 1, start - 1 + count);
}

/** A negative count takes all but that many. */
function left(text: string, count: number): string {
  return slicePoints(text, 0, count < 0 ? countPoints(text) + count : count);
}

function right(text: string, count: number): string {
  const length = countPoints(text);
  return slicePoints(text, count < 0 ? -count : length - count, length);
}

/** 1 for the beginning, 0 if it does not occur. */
function position(haystack: string, needle: string): number {
  const index = haystack.indexOf(needle);
  return index < 0 ? 0 : countPoints(haystack.slice(0, index)) + 1;
}

function trim(text: string, characters: string, ends: 'both' | 'left' | 'right'): string {
  const set = new Set(points(characters));
  const letters = points(text);
  let from = 0;
  let to = letters.length;
  if (ends !== 'right') while (from < to && set.has(letters[from] ?? '')) from += 1;
  if (ends !== 'left') while (from < to && set.has(letters[to - 1] ?? '')) to -= 1;
  return letters.slice(from, to).join('');
}

function checkLength(length: number): number {
  if (length > MAX_TEXT_LENGTH) throw new OrbitError('out_of_memory', 'requested length too large');
  return Math.max(0, length);
}

function repeat(text: string, count: number): string {
  checkLength(text.length * Math.max(0, count));
  return text.repeat(Math.max(0, count));
}

function pad(text: string, length: number, fill: string, side: 'left' | 'right'): string {
  const target = checkLength(length);
  const letters = points(text);
  const filler = points(fill);
  if (letters.length >= target || filler.length === 0) return letters.slice(0, target).join('');
  const padding = Array.from({ length: target - letters.length }, (_, index) => filler[index % filler.length] ?? '');
  return side === 'left' ? padding.join('') + text : text + padding.join('');
}

/** Fields count from 1, or from the end when negative. */
function splitPart(text: string, delimiter: string, field: number): string {
  if (field === 0) throw new OrbitError('invalid_parameter_value', 'field position must not be zero');
  // An empty delimiter separates nothing, and an empty text has no fields.
  const parts = delimiter === '' || text === '' ? [text] : text.split(delimiter);
  return parts.at(field > 0 ? field - 1 : field) ?? '';
}

function chr(code: number): string {
  if (code === 0) throw new OrbitError('program_limit_exceeded', 'null character not permitted');
  if (code < 0) throw new OrbitError('invalid_parameter_value', 'character number must be positive');
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new OrbitError('program_limit_exceeded', `requested character not valid for encoding: ${code}`);
  }
  return String.fromCodePoint(code);
}

function translate(text: string, from: string, to: string): string {
  const replacements = new Map<string, string>();
  const targets = points(to);
  for (const [index, letter] of points(from).entries()) {
    if (!replacements.has(letter)) replacements.set(letter, targets[index] ?? '');
  }
  return points(text)
    .map((letter) => replacements.get(letter) ?? letter)
    .join('');
}

function capitalize(text: string): string {
  let inWord = false;
  return points(text)
    .map((letter) => {
      const shown = inWord ? lowerSimple(letter) : upperSimple(letter);
      inWord = /[\p{L}\p{N}]/u.test(letter);
      return shown;
    })
    .join('');
}

const isTextOrNull = (type: Type) => type.kind === 'utf8' || type.kind === 'null';

/** One side is text; the other becomes text, whatever it is. */
const joinText = binary((a, b) => {
  const isOther = (type: Type) => type.kind !== 'list' && type.kind !== 'binary';
  const joins = (isTextOrNull(a) && isOther(b)) || (isTextOrNull(b) && isOther(a));
  return joins ? { a: UTF8, b: UTF8, result: UTF8 } : undefined;
});

const joinLists = binary((a, b) => {
  const common = a.kind === 'list' || b.kind === 'list' ? unify([a, b]) : undefined;
  return common?.kind === 'list' ? { a: common, b: common, result: common } : undefined;
});

const appendElement = binary((a, b) => {
  if (a.kind === 'list' && b.kind !== 'list' && b.kind !== 'null') {
    const element = unify([a.element, b]);
    return element && { a: list(element), b: element, result: list(element) };
  }
  if (b.kind === 'list' && a.kind !== 'list' && a.kind !== 'null') {
    const element = unify([b.element, a]);
    return element && { a: element, b: list(element), result: list(element) };
  }
  return undefined;
});

function join(args: readonly Value[], a: Type | undefined, b: Type | undefined, result: Type): Value {
  const [x = null, y = null] = args;
  if (result.kind === 'utf8') return toText(x) + toText(y);
  if (result.kind === 'binary') return Uint8Array.from([...toBytes(x), ...toBytes(y)]);
  if (a?.kind === 'list' && b?.kind === 'list') return [...toList(x), ...toList(y)];
  return a?.kind === 'list' && isList(x) ? [...x, y] : [x, ...toList(y)];
}

/** Values of all types but bool, which prints other than it casts, arrive as text. */
const printed = (type: Type): Type => (type.kind === 'bool' ? BOOL : UTF8);

const concatenation: Overload = (args) =>
  args.length === 0 ? undefined : { parameters: args.map(printed), result: UTF8 };

const separated: Overload = ([separator, ...args]) => {
  if (separator === undefined || args.length === 0 || !isTextOrNull(separator)) return undefined;
  return { parameters: [UTF8, ...args.map(printed)], result: UTF8 };
};

function print(value: Value, type: Type | undefined): string {
  return value === null ? '' : formatValue(value, type ?? UTF8);
}

type Shape = Omit<ScalarFunction, 'nulls' | 'volatility' | 'example' | 'names'> & {
  readonly names?: readonly string[];
};

function text(shape: Shape, sql: string, result: string, nulls: ScalarFunction['nulls'] = 'strict'): ScalarFunction {
  const { names, ...rest } = shape;
  return { ...rest, names: { sql: names ?? [shape.name] }, nulls, volatility: 'immutable', example: { sql, result } };
}

function trimming(
  name: string,
  names: readonly string[],
  ends: 'both' | 'left' | 'right',
  where: string,
  result: string,
) {
  return text(
    {
      name,
      names,
      overloads: [textToText, twoTexts(UTF8)],
      row: (args) => trim(toText(args[0]), args.length > 1 ? toText(args[1]) : ' ', ends),
      documentation: `Removes blanks, or all characters of the second text, from ${where} of the first.`,
    },
    `'[' || ${name}('  ab ') || ']'`,
    result,
  );
}

function padding(name: string, side: 'left' | 'right', result: string): ScalarFunction {
  return text(
    {
      name,
      overloads: [textAndCount, fixed([UTF8, INT32, UTF8], UTF8)],
      row: (args) => pad(toText(args[0]), toNumber(args[1]), args.length > 2 ? toText(args[2]) : ' ', side),
      documentation: `Fills the text on the ${side} with blanks, or with another text, up to a length; a longer text loses its end.`,
    },
    `${name}('hi', 5, 'xy')`,
    result,
  );
}

function textTest(
  name: string,
  names: readonly string[],
  test: (text: string, part: string) => boolean,
  documentation: string,
  part: string,
): ScalarFunction {
  return text(
    {
      name,
      names,
      overloads: [twoTexts(BOOL)],
      row: (args) => test(toText(args[0]), toText(args[1])),
      documentation,
    },
    `${name}('alphabet', '${part}')`,
    't',
  );
}

export const STRING_FUNCTIONS: readonly ScalarFunction[] = [
  text(
    {
      name: 'concat_op',
      names: [],
      overloads: [joinText, fixed([BINARY, BINARY], BINARY), joinLists, appendElement],
      row: (args, { parameters, result }) => join(args, parameters[0], parameters[1], result),
      documentation:
        'Joins two texts or lists, or a list and an element. A value of another type is joined to a text as text.',
    },
    "'a' || 1",
    'a1',
  ),
  text(
    {
      name: 'concat',
      overloads: [concatenation],
      nullable: () => false,
      row: (args, { parameters }) => args.map((arg, index) => print(arg, parameters[index])).join(''),
      documentation: 'Joins all arguments as text; NULL counts as empty.',
    },
    "concat('a', NULL, 2)",
    'a2',
    'custom',
  ),
  text(
    {
      name: 'concat_ws',
      overloads: [separated],
      nullable: ([separator = true]) => separator,
      row: ([separator = null, ...args], { parameters }) => {
        if (separator === null) return null;
        const parts = args.flatMap((arg, index) => (arg === null ? [] : [print(arg, parameters[index + 1])]));
        return parts.join(toText(separator));
      },
      documentation: 'Joins all arguments but the first as text, with the first between them; NULLs are left out.',
    },
    "concat_ws('-', 2024, NULL, 'x')",
    '2024-x',
    'custom',
  ),
  text(
    {
      name: 'lower',
      names: ['lower', 'lcase'],
      overloads: [textToText],
      row: (args) => lowerSimple(toText(args[0])),
      documentation: 'The text in lower case.',
    },
    "lower('Ab')",
    'ab',
  ),
  text(
    {
      name: 'upper',
      names: ['upper', 'ucase'],
      overloads: [textToText],
      row: (args) => upperSimple(toText(args[0])),
      documentation: 'The text in upper case.',
    },
    "upper('Ab')",
    'AB',
  ),
  text(
    {
      name: 'initcap',
      overloads: [textToText],
      row: (args) => capitalize(toText(args[0])),
      documentation: 'Upper case for the first letter of each word and lower case for the rest.',
    },
    "initcap('hello WORLD')",
    'Hello World',
  ),
  text(
    {
      name: 'length',
      names: ['length', 'char_length', 'character_length', 'len'],
      overloads: [textToInt, fixed([BINARY], INT32)],
      row: ([value = null]) => (value instanceof Uint8Array ? value.length : countPoints(toText(value))),
      documentation: 'The number of characters of a text, or of bytes of a binary value.',
    },
    "length('naïve')",
    '5',
  ),
  text(
    {
      name: 'octet_length',
      names: ['octet_length', 'strlen'],
      overloads: [textToInt, fixed([BINARY], INT32)],
      row: ([value = null]) =>
        value instanceof Uint8Array ? value.length : new TextEncoder().encode(toText(value)).length,
      documentation: 'The number of bytes; a text counts as UTF-8.',
    },
    "octet_length('naïve')",
    '6',
  ),
  text(
    {
      name: 'substring',
      names: ['substring', 'substr'],
      overloads: [textAndCount, fixed([UTF8, INT32, INT32], UTF8)],
      row: (args) => substring(toText(args[0]), toNumber(args[1]), args.length > 2 ? toNumber(args[2]) : undefined),
      documentation: 'The part of a text from a position on, counted from 1, at most so many characters long.',
    },
    "substring('alphabet', 3, 2)",
    'ph',
  ),
  text(
    {
      name: 'left',
      overloads: [textAndCount],
      row: (args) => left(toText(args[0]), toNumber(args[1])),
      documentation: 'The first characters; with a negative count all but the last.',
    },
    "left('abcde', 2)",
    'ab',
  ),
  text(
    {
      name: 'right',
      overloads: [textAndCount],
      row: (args) => right(toText(args[0]), toNumber(args[1])),
      documentation: 'The last characters; with a negative count all but the first.',
    },
    "right('abcde', 2)",
    'de',
  ),
  trimming('trim', ['trim', 'btrim'], 'both', 'both ends', '[ab]'),
  trimming('ltrim', ['ltrim'], 'left', 'the beginning', '[ab ]'),
  trimming('rtrim', ['rtrim'], 'right', 'the end', '[  ab]'),
  text(
    {
      name: 'replace',
      overloads: [fixed([UTF8, UTF8, UTF8], UTF8)],
      row: (args) => {
        const [source, from, to] = args.map(toText);
        return from === '' ? (source ?? '') : (source ?? '').replaceAll(from ?? '', () => to ?? '');
      },
      documentation: 'The first text with every occurrence of the second replaced by the third.',
    },
    "replace('banana', 'an', 'o')",
    'booa',
  ),
  text(
    {
      name: 'position',
      names: ['strpos', 'position', 'instr'],
      overloads: [twoTexts(INT32)],
      row: (args) => position(toText(args[0]), toText(args[1])),
      documentation: 'Where the second text first occurs in the first, counted from 1; 0 if it does not.',
    },
    "strpos('alphabet', 'ha')",
    '4',
  ),
  textTest(
    'starts_with',
    ['starts_with', 'prefix'],
    (whole, part) => whole.startsWith(part),
    'Whether the first text begins with the second.',
    'alph',
  ),
  textTest(
    'ends_with',
    ['ends_with', 'suffix'],
    (whole, part) => whole.endsWith(part),
    'Whether the first text ends with the second.',
    'bet',
  ),
  textTest(
    'contains',
    ['contains'],
    (whole, part) => whole.includes(part),
    'Whether the second text occurs in the first.',
    'hab',
  ),
  text(
    {
      name: 'repeat',
      overloads: [textAndCount],
      row: (args) => repeat(toText(args[0]), toNumber(args[1])),
      documentation: 'The text so many times in a row.',
    },
    "repeat('ab', 3)",
    'ababab',
  ),
  text(
    {
      name: 'reverse',
      overloads: [textToText],
      row: (args) => points(toText(args[0])).reverse().join(''),
      documentation: 'The characters in the opposite order.',
    },
    "reverse('abc')",
    'cba',
  ),
  padding('lpad', 'left', 'xyxhi'),
  padding('rpad', 'right', 'hixyx'),
  text(
    {
      name: 'split_part',
      overloads: [fixed([UTF8, UTF8, INT32], UTF8)],
      row: (args) => splitPart(toText(args[0]), toText(args[1]), toNumber(args[2])),
      documentation:
        'The field of that number, from 1, when the text is split at a delimiter; negative numbers count from the end.',
    },
    "split_part('a,b,c', ',', 2)",
    'b',
  ),
  text(
    {
      name: 'translate',
      overloads: [fixed([UTF8, UTF8, UTF8], UTF8)],
      row: (args) => translate(toText(args[0]), toText(args[1]), toText(args[2])),
      documentation:
        'Replaces each character of the second text by the one at its place in the third, or drops it if there is none.',
    },
    "translate('12345', '143', 'ax')",
    'a2x5',
  ),
  text(
    {
      name: 'ascii',
      overloads: [textToInt],
      row: (args) => toText(args[0]).codePointAt(0) ?? 0,
      documentation: 'The code point of the first character; 0 for an empty text.',
    },
    "ascii('x')",
    '120',
  ),
  text(
    {
      name: 'chr',
      overloads: [fixed([INT32], UTF8)],
      row: (args) => chr(toNumber(args[0])),
      documentation: 'The character with that code point.',
    },
    'chr(65)',
    'A',
  ),
  text(
    {
      name: 'md5',
      overloads: [textToText, fixed([BINARY], UTF8)],
      row: ([value = null]) => md5Hex(value instanceof Uint8Array ? value : new TextEncoder().encode(toText(value))),
      documentation: 'The MD5 hash in hexadecimal; a text counts as UTF-8.',
    },
    "md5('abc')",
    '900150983cd24fb0d6963f7d28e17f72',
  ),
];
