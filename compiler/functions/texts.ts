import { OrbitError } from '../types/error.ts';
import { toBytes, toInteger, toList, toNumber, toText } from '../types/narrow.ts';
import { formatValue, parseText } from '../types/text.ts';
import { BINARY, BOOL, decimal, FLOAT64, INT32, INT64, list, type Type, UTF8 } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import { lowerSimple } from './case.ts';
import type { Overload, ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';
import { optional, scalar } from './shorthand.ts';

// Functions of texts beyond those that scans need most (strings.ts).

const one = (result: Type): Overload => fixed([UTF8], result);
const points = (text: string): readonly string[] => Array.from(text);
const bad = (message: string): OrbitError => new OrbitError('invalid_parameter_value', message);

function overlay<T>(whole: readonly T[], part: readonly T[], from: number, count: number): readonly T[] {
  if (from <= 0) throw new OrbitError('substring_error', 'negative substring length not allowed');
  const behind = from + count;
  if (behind > 2 ** 31 - 1) throw new OrbitError('numeric_value_out_of_range', 'integer out of range');
  return [...whole.slice(0, from - 1), ...part, ...whole.slice(Math.max(0, behind - 1))];
}

/** NULL as delimiter takes all characters apart, an empty one nothing. */
function split(text: string, delimiter: string | null, empty: 'whole' | 'characters'): readonly string[] {
  if (text === '') return [''];
  if (delimiter === null || (delimiter === '' && empty === 'characters')) return points(text);
  return delimiter === '' ? [text] : text.split(delimiter);
}

function toArray(text: string, delimiter: Value, nullText: Value): readonly Value[] {
  if (text === '') return [];
  const parts = split(text, delimiter === null ? null : toText(delimiter), 'whole');
  return nullText === null ? parts : parts.map((part) => (part === nullText ? null : part));
}

/** The elements of a list and of the lists in it, as text. */
function joined(items: readonly Value[], type: Type, delimiter: string, nullText: Value): string {
  const leaves = (values: readonly Value[], element: Type): readonly Value[] =>
    element.kind === 'list'
      ? values.flatMap((value) => (value === null ? [] : leaves(toList(value), element.element)))
      : values.map((value) => (value === null ? nullText : formatValue(value, element)));
  const element = type.kind === 'list' ? type.element : UTF8;
  return leaves(items, element)
    .filter((leaf) => leaf !== null)
    .join(delimiter);
}

const listToText: Overload = ([items, delimiter, nullText, more]) => {
  if (items?.kind !== 'list' || delimiter === undefined || more !== undefined) return undefined;
  const texts = [delimiter, ...(nullText === undefined ? [] : [nullText])];
  if (!texts.every(({ kind }) => kind === 'utf8' || kind === 'null')) return undefined;
  return { parameters: [items, ...texts.map(() => UTF8)], result: UTF8 };
};

const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;

function normalForm(name: Value | undefined): (typeof FORMS)[number] {
  const wanted = name === undefined ? 'NFC' : toText(name).toUpperCase();
  const form = FORMS.find((known) => known === wanted);
  if (form === undefined) throw bad(`invalid normalization form: ${toText(name)}`);
  return form;
}

function unescapeUnicode(text: string): string {
  const invalid = (): OrbitError =>
    new OrbitError('syntax_error', 'invalid Unicode escape', {
      hint: 'Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.',
    });
  const units = text.replace(
    /\\(?:\\|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4})|)/g,
    (whole, a, b, c, d) => {
      if (whole === '\\\\') return '\\';
      const digits: string | undefined = a ?? b ?? c ?? d;
      if (digits === undefined) throw invalid();
      const code = Number.parseInt(digits, 16);
      if (code === 0 || code > 0x10ffff) throw bad(`invalid Unicode code point: ${digits}`);
      return String.fromCodePoint(code);
    },
  );
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(units))
    throw new OrbitError('syntax_error', 'invalid Unicode surrogate pair');
  return units;
}

/** Characters as readers see them: letters with their marks, flags, families of emoji. */
const graphemes = (() => {
  let segmenter: Intl.Segmenter | undefined;
  return (text: string): readonly string[] => {
    segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    return Array.from(segmenter.segment(text), ({ segment }) => segment);
  };
})();

function firstOf(parts: readonly string[], count: bigint): string {
  const n = Number(count);
  return parts.slice(0, n < 0 ? Math.max(0, parts.length + n) : n).join('');
}

function lastOf(parts: readonly string[], count: bigint): string {
  const n = Number(count);
  return parts.slice(n < 0 ? Math.min(parts.length, -n) : Math.max(0, parts.length - n)).join('');
}

/** Negative starts count from the end, and a negative length goes to the left, as DuckDB has it. */
function graphemePart(text: string, start: bigint, count: bigint | undefined): string {
  const parts = graphemes(text);
  const length = BigInt(parts.length);
  let from = start < 0n ? length + start : start === 0n ? -1n + 0n : start - 1n;
  if (start < 0n && -start > length) from = 0n - (-start - length);
  let to = count === undefined ? length : from + count;
  if (count !== undefined && count < 0n) [from, to] = [from + count, from];
  const clamp = (n: bigint): number => Number(n < 0n ? 0n : n > length ? length : n);
  return parts.slice(clamp(from), clamp(to)).join('');
}

const UNITS_1024 = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const UNITS_1000 = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

function readableBytes(size: bigint, step: bigint, units: readonly string[]): string {
  const sign = size < 0n ? '-' : '';
  const total = size < 0n ? -size : size;
  let unit = 0;
  let scale = 1n;
  while (total / scale >= step && unit < units.length - 1) {
    scale *= step;
    unit++;
  }
  if (unit === 0) return `${sign}${total} ${total === 1n ? 'byte' : 'bytes'}`;
  const tenths = (total * 10n) / scale;
  return `${sign}${tenths / 10n}.${tenths % 10n} ${units[unit]}`;
}

/** PostgreSQL's: whole numbers below ten thousand of a unit, rounded half away from zero. */
function prettySize(size: bigint): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const limits = [10n * 1024n, 20n * 1024n - 1n];
  let value = size;
  let doubled = false;
  for (const [i, unit] of units.entries()) {
    const magnitude = value < 0n ? -value : value;
    if (i === units.length - 1 || magnitude < (doubled ? limits[1]! : limits[0]!)) {
      const half = doubled ? (value + (value >= 0n ? 1n : -1n)) / 2n : value;
      return `${half} ${unit}`;
    }
    // One bit is kept for rounding.
    value = value / (doubled ? 1024n : 512n);
    doubled = true;
  }
  return `${size} bytes`;
}

const SIZE_UNITS: Readonly<Record<string, number>> = { b: 0, bytes: 0, '': 0, kb: 1, mb: 2, gb: 3, tb: 4, pb: 5 };

function sizeOfText(text: string): bigint {
  const match = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  if (match === null) throw bad(`invalid size: "${text}"`);
  const power = SIZE_UNITS[(match[2] ?? '').toLowerCase()];
  if (power === undefined) {
    throw new OrbitError('invalid_parameter_value', `invalid size: "${text}"`, {
      hint: 'Valid units are "bytes", "B", "kB", "MB", "GB", "TB", and "PB".',
    });
  }
  const micros = parseText(match[1] ?? '0', decimal(38, 6));
  return divideHalfUp((typeof micros === 'bigint' ? micros : 0n) * 1024n ** BigInt(power), 1_000_000n);
}

function divideHalfUp(value: bigint, by: bigint): bigint {
  const size = value < 0n ? -value : value;
  const rounded = (size * 2n + by) / (by * 2n);
  return value < 0n ? -rounded : rounded;
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

function toBase(value: bigint, radix: number, least: number): string {
  if (value < 0n) throw bad('the number must not be negative');
  if (radix < 2 || radix > 36) throw bad('the base must be from 2 to 36');
  if (least < 0 || least > 64) throw bad('the least number of digits must be from 0 to 64');
  let text = '';
  for (let rest = value; rest > 0n; rest /= BigInt(radix)) text = (DIGITS[Number(rest % BigInt(radix))] ?? '') + text;
  return (text === '' && least === 0 ? '0' : text).padStart(least, '0') || '0';
}

const BLOCKS = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/** A line of blocks, its end to an eighth of one. */
function bar(value: number, least: number, most: number, width: number): string {
  if (!(width >= 1) || width > 1000) throw bad('the width of a bar must be from 1 to 1000');
  if (
    Number.isNaN(value) ||
    Number.isNaN(least) ||
    Number.isNaN(most) ||
    !Number.isFinite(least) ||
    !Number.isFinite(most)
  )
    throw bad('the ends of a bar must be finite');
  const share = value < least ? 0 : value > most ? width : (width * (value - least)) / (most - least);
  if (!Number.isFinite(share)) throw bad('the ends of a bar must be finite and not equal');
  const eighths = Math.floor(share * 8);
  const whole = Math.floor(eighths / 8);
  const rest = eighths % 8;
  const drawn = '█'.repeat(whole) + (rest > 0 ? BLOCKS[rest] : '');
  return drawn + ' '.repeat(Math.max(0, Math.floor(width) - points(drawn).length));
}

function stripAccents(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .normalize('NFC');
}

/** Full folding, where a letter may become several. */
const caseFold = (text: string): string => lowerSimple(text.replace(/ẞ|ß/g, 'ss').toUpperCase()).replaceAll('ς', 'σ');

export const TEXT_FUNCTIONS: readonly ScalarFunction[] = [
  scalar(
    'overlay',
    [...optional([UTF8, UTF8, INT32, INT32], 3, UTF8), ...optional([BINARY, BINARY, INT32, INT32], 3, BINARY)],
    ([whole = null, part = null, from, count]) => {
      const at = toNumber(from);
      if (typeof whole !== 'string') {
        const [a, b] = [[...toBytes(whole)], [...toBytes(part)]];
        return Uint8Array.from(overlay(a, b, at, count === undefined ? b.length : toNumber(count)));
      }
      const [a, b] = [points(whole), points(toText(part))];
      return overlay(a, b, at, count === undefined ? b.length : toNumber(count)).join('');
    },
    'The text with another one in the place of its characters from a position on, as many as the other has or as a fourth argument says.',
    ["overlay('Txxxxas' placing 'hom' from 2 for 4)", 'Thomas'],
  ),
  scalar(
    'string_to_array',
    optional([UTF8, UTF8, UTF8], 2, list(UTF8)),
    ([text = null, delimiter = null, nullText = null]) =>
      text === null ? null : toArray(toText(text), delimiter, nullText),
    'The parts of a text between delimiters; parts that equal a third argument are NULL.',
    ["string_to_array('a,b,c', ',')", '{a,b,c}'],
    { nulls: 'custom', nullable: ([text = true]) => text },
  ),
  scalar(
    'array_to_string',
    listToText,
    ([items, delimiter = null, nullText = null], { parameters: [type = UTF8] }) =>
      delimiter === null || items === null ? null : joined(toList(items), type, toText(delimiter), nullText),
    'The elements of a list as text, with a delimiter between them; NULLs are left out, or are what a third argument says.',
    ["array_to_string(ARRAY[1, NULL, 3], '-', '*')", '1-*-3'],
    { nulls: 'custom', nullable: ([items = true, delimiter = true]) => items || delimiter },
  ),
  scalar(
    'string_split',
    fixed([UTF8, UTF8], list(UTF8)),
    ([text = null, delimiter = null]) =>
      text === null ? null : delimiter === null ? [toText(text)] : split(toText(text), toText(delimiter), 'characters'),
    'The parts of a text between delimiters; all characters for an empty one.',
    ["string_split('a-b', '-')", '{a,b}'],
    { names: ['string_split', 'str_split', 'split'], nulls: 'custom', nullable: ([text = true]) => text },
  ),
  scalar(
    'normalize',
    optional([UTF8, UTF8], 1, UTF8),
    ([text, form]) => toText(text).normalize(normalForm(form)),
    'The text in a Unicode normal form: NFC, NFD, NFKC or NFKD.',
    ["length(normalize('e\u0301'))", '1'],
  ),
  scalar(
    'is_normalized',
    optional([UTF8, UTF8], 1, BOOL),
    ([text, form]) => toText(text).normalize(normalForm(form)) === text,
    'Whether a text is in a Unicode normal form.',
    ["is_normalized('abc', 'NFC')", 't'],
  ),
  scalar(
    'nfc_normalize',
    one(UTF8),
    ([text]) => toText(text).normalize('NFC'),
    'The text in the Unicode normal form NFC.',
    ["length(nfc_normalize('e\u0301'))", '1'],
  ),
  scalar('strip_accents', one(UTF8), ([text]) => stripAccents(toText(text)), 'The text without accents.', [
    "strip_accents('mühleisen')",
    'muhleisen',
  ]),
  scalar(
    'casefold',
    one(UTF8),
    ([text]) => caseFold(toText(text)),
    'The text in a form in which texts are equal that differ by case only.',
    ["casefold('ABC')", 'abc'],
  ),
  scalar(
    'unistr',
    one(UTF8),
    ([text]) => unescapeUnicode(toText(text)),
    'The text with the characters that \\XXXX, \\+XXXXXX, \\uXXXX and \\UXXXXXXXX stand for.',
    ["unistr('d\\0061t\\+000061')", 'data'],
  ),
  scalar(
    'unicode',
    one(INT32),
    ([text]) => toText(text).codePointAt(0) ?? -1,
    'The code point of the first character; -1 for an empty text.',
    ["unicode('é')", '233'],
    { names: ['unicode', 'ord'] },
  ),
  scalar(
    'length_grapheme',
    one(INT64),
    ([text]) => BigInt(graphemes(toText(text)).length),
    'The number of characters as readers see them.',
    ["length_grapheme('e\u0301')", '1'],
  ),
  scalar(
    'left_grapheme',
    fixed([UTF8, INT64], UTF8),
    ([text, n]) => firstOf(graphemes(toText(text)), toInteger(n)),
    'The first characters as readers see them; with a negative count all but the last.',
    ["left_grapheme('abc', 2)", 'ab'],
  ),
  scalar(
    'right_grapheme',
    fixed([UTF8, INT64], UTF8),
    ([text, n]) => lastOf(graphemes(toText(text)), toInteger(n)),
    'The last characters as readers see them; with a negative count all but the first.',
    ["right_grapheme('abc', 2)", 'bc'],
  ),
  scalar(
    'substring_grapheme',
    optional([UTF8, INT64, INT64], 2, UTF8),
    ([text, start, count]) =>
      graphemePart(toText(text), toInteger(start), count === undefined ? undefined : toInteger(count)),
    'Characters as readers see them, from a position on.',
    ["substring_grapheme('abcd', 2, 2)", 'bc'],
  ),
  scalar(
    'format_bytes',
    fixed([INT64], UTF8),
    ([size]) => readableBytes(toInteger(size), 1024n, UNITS_1024),
    'A number of bytes with a unit, of which each is 1024 times the one before.',
    ['format_bytes(16384)', '16.0 KiB'],
    { names: ['format_bytes', 'formatreadablesize'] },
  ),
  scalar(
    'format_decimal_bytes',
    fixed([INT64], UTF8),
    ([size]) => readableBytes(toInteger(size), 1000n, UNITS_1000),
    'A number of bytes with a unit, of which each is 1000 times the one before.',
    ['formatReadableDecimalSize(16000)', '16.0 kB'],
    { names: ['formatreadabledecimalsize'] },
  ),
  scalar(
    'pg_size_pretty',
    fixed([INT64], UTF8),
    ([size]) => prettySize(toInteger(size)),
    'A number of bytes with a unit.',
    ['pg_size_pretty(10240::bigint)', '10 kB'],
  ),
  scalar(
    'pg_size_bytes',
    one(INT64),
    ([text]) => sizeOfText(toText(text)),
    'The number of bytes that a size with a unit is.',
    ["pg_size_bytes('1 kB')", '1024'],
  ),
  scalar(
    'to_base',
    optional([INT64, INT32, INT32], 2, UTF8),
    ([value, radix, least]) => toBase(toInteger(value), toNumber(radix), least === undefined ? 0 : toNumber(least)),
    'A number in a base from 2 to 36, with at least so many digits.',
    ['to_base(42, 16, 4)', '002A'],
  ),
  scalar(
    'bar',
    optional([FLOAT64, FLOAT64, FLOAT64, FLOAT64], 3, UTF8),
    ([value, least, most, width]) =>
      bar(toNumber(value), toNumber(least), toNumber(most), width === undefined ? 80 : toNumber(width)),
    'A bar whose length is the place of a number between two others, 80 characters wide or as many as a fourth argument says.',
    ['trim(bar(5, 0, 20, 8))', '██'],
  ),
];
