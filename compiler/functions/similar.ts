import { OrbitError } from '../types/error.ts';
import { toText } from '../types/narrow.ts';
import { BOOL, UTF8 } from '../types/type.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';
import { compileRegexp } from './regexps.ts';

/** SIMILAR TO and GLOB: patterns of whole texts, as regular expressions. */

/** What regular expressions give a meaning, and these patterns do not. */
const PLAIN = /[\\.^$]/;
const PLAIN_IN_GLOB = /[\\.^$|+(){}]/;

/**
 * The regular expression for a pattern of SIMILAR TO: `%` and `_` as in LIKE, and of regular expressions `|`, `*`, `+`,
 * `?`, repetitions in braces, parentheses and brackets.
 */
function similarToRegexp(pattern: string, mark: string): string {
  if ([...mark].length > 1) {
    throw new OrbitError('invalid_escape_sequence', 'invalid escape string', {
      hint: 'Escape string must be empty or one character.',
    });
  }
  let result = '';
  let isSet = false;
  let isEscaped = false;
  for (const character of pattern) {
    if (isEscaped) {
      result += `\\${character}`;
      isEscaped = false;
    } else if (character === mark) isEscaped = true;
    else if (isSet) {
      result += character === '\\' ? '\\\\' : character;
      isSet = character !== ']';
    } else {
      isSet = character === '[';
      result += { '%': '.*', _: '.', '(': '(?:' }[character] ?? (PLAIN.test(character) ? `\\${character}` : character);
    }
  }
  return `^(?:${result})$`;
}

/** The regular expression for a pattern with the `*`, `?` and `[…]` of file names. */
function globToRegexp(pattern: string): string {
  let result = '';
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? '';
    const end = character === '[' ? characters.indexOf(']', i + 2) : -1;
    if (end > 0) {
      const [first, ...rest] = characters.slice(i + 1, end);
      const set = (first === '!' ? rest : [first, ...rest]).join('').replaceAll('\\', '\\\\');
      result += first === '!' ? `[^${set}]` : `[${set}]`;
      i = end;
    } else if (character === '*') result += '.*';
    else if (character === '?') result += '.';
    else if (character === '\\' && i + 1 < characters.length) result += `\\${characters[++i]}`;
    else result += character === '[' || PLAIN_IN_GLOB.test(character) ? `\\${character}` : character;
  }
  return `^(?:${result})$`;
}

export const SIMILAR_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: 'similar',
    names: {},
    overloads: [fixed([UTF8, UTF8, UTF8], BOOL)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([text, pattern, mark]) =>
      compileRegexp(similarToRegexp(toText(pattern), toText(mark)))
        .matcher(toText(text))
        .find(),
    documentation: 'Whether the whole text matches a pattern of SIMILAR TO.',
  },
  {
    name: 'glob',
    names: {},
    overloads: [fixed([UTF8, UTF8], BOOL)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([text, pattern]) =>
      compileRegexp(globToRegexp(toText(pattern)))
        .matcher(toText(text))
        .find(),
    documentation: 'Whether the whole text matches a pattern with the *, ? and [] of file names.',
  },
];
