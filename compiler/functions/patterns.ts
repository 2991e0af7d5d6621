import { OrbitError } from '../types/error.ts';
import { toText } from '../types/narrow.ts';
import { BOOL, UTF8 } from '../types/type.ts';
import { foldCase } from './case.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';

/** A pattern as its parts: text to be found as it stands, one character of any kind, any number of any. */
export type PatternPart = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'one' | 'many' };

/** Splits a LIKE pattern. `escapeCharacter` is one character, or empty for none. */
export function likeParts(pattern: string, escapeCharacter: string): readonly PatternPart[] {
  if (Array.from(escapeCharacter).length > 1) {
    throw new OrbitError('invalid_escape_sequence', 'invalid escape string', {
      hint: 'Escape string must be empty or one character.',
    });
  }
  const parts: PatternPart[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
  };
  const letters = Array.from(pattern);
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters[index] ?? '';
    if (letter === escapeCharacter) {
      index += 1;
      const escaped = letters[index];
      if (escaped === undefined) {
        throw new OrbitError('invalid_escape_sequence', 'LIKE pattern must not end with escape character');
      }
      text += escaped;
    } else if (letter === '%' || letter === '_') {
      flush();
      // A run of % is one: more of them would only make a search slower.
      if (letter === '_' || parts.at(-1)?.kind !== 'many') parts.push({ kind: letter === '_' ? 'one' : 'many' });
    } else {
      text += letter;
    }
  }
  flush();
  return parts;
}

/** Whether the whole text matches, by the classical backtracking to the last %: at most text × pattern steps. */
export function matchesLike(text: string, parts: readonly PatternPart[]): boolean {
  const letters = Array.from(text);
  const atoms = parts.flatMap((part): readonly (string | symbol)[] => {
    if (part.kind === 'text') return Array.from(part.text);
    return [part.kind === 'one' ? ONE : MANY];
  });
  let position = 0;
  let atom = 0;
  let retryAtom = -1;
  let retryPosition = 0;
  while (position < letters.length) {
    const wanted = atoms[atom];
    if (wanted === MANY) {
      retryAtom = atom;
      retryPosition = position;
      atom += 1;
    } else if (wanted !== undefined && (wanted === ONE || wanted === letters[position])) {
      atom += 1;
      position += 1;
    } else if (retryAtom >= 0) {
      retryPosition += 1;
      position = retryPosition;
      atom = retryAtom + 1;
    } else {
      return false;
    }
  }
  while (atoms[atom] === MANY) atom += 1;
  return atom === atoms.length;
}

const ONE = Symbol('one');
const MANY = Symbol('many');

const pattern = fixed([UTF8, UTF8, UTF8], BOOL);

export const PATTERN_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: 'like',
    names: {},
    overloads: [pattern],
    nulls: 'strict',
    volatility: 'immutable',
    row: (args) => matchesLike(toText(args[0]), likeParts(toText(args[1]), toText(args[2]))),
    documentation:
      'Whether the whole text matches a pattern, in which % stands for any text, _ for one character, and the escape character takes the next one literally.',
    example: { sql: "'alphabet' LIKE 'a%b_t'", result: 't' },
  },
  {
    name: 'ilike',
    names: {},
    overloads: [pattern],
    nulls: 'strict',
    volatility: 'immutable',
    row: (args) => {
      const folded = likeParts(toText(args[1]), toText(args[2])).map((part) =>
        part.kind === 'text' ? { kind: part.kind, text: foldCase(part.text) } : part,
      );
      return matchesLike(foldCase(toText(args[0])), folded);
    },
    documentation: 'As LIKE, without regard to case.',
    example: { sql: "'Alphabet' ILIKE 'ALPHA%'", result: 't' },
  },
];
