import { OrbitError } from '../types/error.ts';
import { toNumber, toText } from '../types/narrow.ts';
import { FLOAT64, INT32, INT64, type Type, UTF8 } from '../types/type.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';
import { scalar } from './shorthand.ts';

// How like one text is to another.

const pair = (result: Type) => fixed([UTF8, UTF8], result);
const points = (text: string): readonly string[] => Array.from(text);

/** Steps of putting in, taking out and changing a character. */
const editDistance = (a: readonly string[], b: readonly string[]): number => weighted(a, b, 1, 1, 1);

/** Damerau's unrestricted distance needs where each letter was last seen. */
function damerau(a: readonly string[], b: readonly string[]): number {
  const most = a.length + b.length;
  const seen = new Map<string, number>();
  const table = Array.from({ length: a.length + 2 }, () => new Array<number>(b.length + 2).fill(0));
  const at = (i: number): number[] => table[i + 1]!;
  for (let i = -1; i <= a.length; i++) at(i)[0] = most;
  for (let j = -1; j <= b.length; j++) at(-1)[j + 1] = most;
  for (let i = 0; i <= a.length; i++) at(i)[1] = i;
  for (let j = 0; j <= b.length; j++) at(0)[j + 1] = j;
  for (let i = 1; i <= a.length; i++) {
    let last = 0;
    for (let j = 1; j <= b.length; j++) {
      const k = seen.get(b[j - 1]!) ?? 0;
      const l = last;
      const same = a[i - 1] === b[j - 1];
      if (same) last = j;
      at(i)[j + 1] = Math.min(
        at(i - 1)[j]! + (same ? 0 : 1),
        at(i)[j]! + 1,
        at(i - 1)[j + 1]! + 1,
        at(k - 1)[l]! + (i - k - 1) + 1 + (j - l - 1),
      );
    }
    seen.set(a[i - 1]!, i);
  }
  return at(a.length)[b.length + 1]!;
}

function hamming(a: readonly string[], b: readonly string[]): number {
  if (a.length !== b.length) {
    throw new OrbitError('invalid_parameter_value', 'the texts must have the same length');
  }
  return a.filter((letter, i) => letter !== b[i]).length;
}

function jaccard(a: string, b: string): number {
  if (a === '' || b === '') throw new OrbitError('invalid_parameter_value', 'the texts must not be empty');
  const [x, y] = [new Set(points(a)), new Set(points(b))];
  const common = [...x].filter((letter) => y.has(letter)).length;
  return common / (x.size + y.size - common);
}

function jaro(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 && b.length === 0) return 1;
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const taken = new Set<number>();
  const matched: string[] = [];
  for (const [i, letter] of a.entries()) {
    for (let j = Math.max(0, i - reach); j <= Math.min(b.length - 1, i + reach); j++) {
      if (taken.has(j) || b[j] !== letter) continue;
      taken.add(j);
      matched.push(letter);
      break;
    }
  }
  if (matched.length === 0) return 0;
  const others = [...taken].sort((x, y) => x - y).map((j) => b[j]);
  const swapped = matched.filter((letter, i) => letter !== others[i]).length;
  const m = matched.length;
  return (m / a.length + m / b.length + (m - Math.floor(swapped / 2)) / m) / 3;
}

function jaroWinkler(a: readonly string[], b: readonly string[]): number {
  const similarity = jaro(a, b);
  let prefix = 0;
  while (prefix < 4 && prefix < a.length && a[prefix] === b[prefix]) prefix++;
  return similarity > 0.7 ? similarity + 0.1 * prefix * (1 - similarity) : similarity;
}

const SOUNDS = '01230120022455012623010202';

/** The first letter and three digits for the consonants behind it. */
function soundex(text: string): string {
  const letters = text.toUpperCase().replace(/[^A-Z]/g, '');
  if (letters === '') return '';
  let code = letters[0] ?? '';
  let last = SOUNDS[letters.charCodeAt(0) - 65];
  for (const letter of letters.slice(1)) {
    const sound = SOUNDS[letter.charCodeAt(0) - 65] ?? '0';
    if (sound !== last && sound !== '0') code += sound;
    last = sound;
  }
  return code.slice(0, 4).padEnd(4, '0');
}

const similarity = (
  name: string,
  calculate: (a: readonly string[], b: readonly string[]) => number,
  documentation: string,
  example: readonly [string, string],
): ScalarFunction =>
  scalar(name, pair(FLOAT64), ([a, b]) => calculate(points(toText(a)), points(toText(b))), documentation, example);

export const SIMILARITY_FUNCTIONS: readonly ScalarFunction[] = [
  scalar(
    'levenshtein',
    [pair(INT32), fixed([UTF8, UTF8, INT32, INT32, INT32], INT32)],
    ([a, b, insert, remove, change]) => {
      const [x, y] = [points(toText(a)), points(toText(b))];
      if (insert === undefined) return editDistance(x, y);
      return weighted(x, y, toNumber(insert), toNumber(remove), toNumber(change));
    },
    'How many characters must be put in, taken out or changed to make one text of the other; with numbers, what each of these costs.',
    ["levenshtein('duck', 'db')", '3'],
    { names: ['levenshtein', 'editdist3'] },
  ),
  scalar(
    'damerau_levenshtein',
    pair(INT64),
    ([a, b]) => BigInt(damerau(points(toText(a)), points(toText(b)))),
    'As levenshtein, with exchanges of neighbours counted as one step.',
    ["damerau_levenshtein('hello', 'hlelo')", '1'],
  ),
  scalar(
    'hamming',
    pair(INT64),
    ([a, b]) => BigInt(hamming(points(toText(a)), points(toText(b)))),
    'At how many places two texts of one length differ.',
    ["hamming('duck', 'luck')", '1'],
    { names: ['hamming', 'mismatches'] },
  ),
  scalar(
    'jaccard',
    pair(FLOAT64),
    ([a, b]) => jaccard(toText(a), toText(b)),
    'The share of the characters of two texts that both have.',
    ["jaccard('duck', 'luck')", '0.6'],
  ),
  similarity('jaro_similarity', jaro, "Jaro's similarity of two texts, from 0 to 1.", [
    "jaro_similarity('duck', 'duck')",
    '1',
  ]),
  similarity(
    'jaro_winkler_similarity',
    jaroWinkler,
    "Jaro's similarity, greater for texts that begin alike (Winkler).",
    ["round(jaro_winkler_similarity('duck', 'duckdb') * 1000)", '933'],
  ),
  scalar(
    'soundex',
    fixed([UTF8], UTF8),
    ([text]) => soundex(toText(text)),
    'A letter and three digits that English names have in common which sound alike.',
    ["soundex('hello')", 'H400'],
  ),
  scalar(
    'difference',
    pair(INT32),
    ([a, b]) => {
      const [x, y] = [soundex(toText(a)), soundex(toText(b))];
      return points(x).filter((letter, i) => letter === y[i]).length;
    },
    'How many places of the soundex codes are the same, from 0 to 4.',
    ["difference('Anne', 'Andrew')", '2'],
  ),
];

function weighted(a: readonly string[], b: readonly string[], insert: number, remove: number, change: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j * insert);
  for (let i = 1; i <= a.length; i++) {
    const row = [i * remove];
    for (let j = 1; j <= b.length; j++) {
      const same = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : change);
      row.push(Math.min(same, previous[j]! + remove, row[j - 1]! + insert));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
