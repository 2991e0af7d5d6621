import { type Matcher, RE2JS, RE2JSException } from 're2js';
import { OrbitError } from '../types/error.ts';
import { toInteger, toText } from '../types/narrow.ts';
import { BOOL, INT32, list, type Type, UTF8 } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { Overload, ScalarFunction, Signature } from './declaration.ts';
import { fixed } from './overload.ts';

// Regular expressions of RE2's syntax, on an engine that takes time linear in the text whatever the pattern: no back
// references, no looking around, and of alternatives the first one that matches, where POSIX takes the longest.
// Functions and options are those of PostgreSQL.

/** Options as PostgreSQL writes them. */
interface Options {
  readonly global: boolean;
  /** What the engine is told. */
  readonly flags: number;
  readonly literal: boolean;
}

const { CASE_INSENSITIVE, DOTALL, MULTILINE } = RE2JS;

function readOptions(text: string): Options {
  let global = false;
  let literal = false;
  // A dot matches a line break, and ^ and $ only the ends of the text, unless an option says otherwise.
  let flags = DOTALL;
  for (const option of text) {
    switch (option) {
      case 'g':
        global = true;
        break;
      case 'i':
        flags |= CASE_INSENSITIVE;
        break;
      case 'c':
        flags &= ~CASE_INSENSITIVE;
        break;
      case 'n':
      case 'm':
        flags = (flags & ~DOTALL) | MULTILINE;
        break;
      case 's':
        flags = (flags | DOTALL) & ~MULTILINE;
        break;
      case 'p':
        flags &= ~(DOTALL | MULTILINE);
        break;
      case 'w':
        flags |= DOTALL | MULTILINE;
        break;
      case 'q':
        literal = true;
        break;
      case 't':
        break;
      case 'b':
      case 'e':
      case 'x':
        throw new OrbitError('feature_not_supported', `regular expression option "${option}" is not supported`);
      default:
        throw new OrbitError('invalid_parameter_value', `invalid regular expression option: "${option}"`);
    }
  }
  return { global, flags, literal };
}

/** The patterns compiled last: a statement has few, and asks for them once a row. */
const compiled = new Map<string, RE2JS>();
const MOST_COMPILED = 64;

function compile(pattern: string, { flags, literal }: Options): RE2JS {
  const key = `${flags}${literal ? 'q' : ':'}${pattern}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const regexp = parse(literal ? RE2JS.quote(pattern) : pattern, flags);
  const [oldest] = compiled.keys();
  if (compiled.size >= MOST_COMPILED && oldest !== undefined) compiled.delete(oldest);
  compiled.set(key, regexp);
  return regexp;
}

/** A regular expression whose dots match all characters. */
export function compileRegexp(pattern: string): RE2JS {
  return compile(pattern, { global: false, flags: DOTALL, literal: false });
}

function parse(pattern: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(pattern, flags);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new OrbitError('invalid_regular_expression', `invalid regular expression: ${error.message}`, {
      hint: 'The syntax is that of RE2, which has no back references and no lookaround.',
      cause: error,
    });
  }
}

/** What a function's arguments say of the search: the texts, and a matcher over the first one. */
function search(text: Value | undefined, pattern: Value | undefined, options: Options): Matcher {
  return compile(toText(pattern), options).matcher(toText(text));
}

function withoutGlobal(name: string, options: Value | undefined): Options {
  const read = readOptions(options === undefined ? '' : toText(options));
  if (read.global) {
    throw new OrbitError('invalid_parameter_value', `${name}() does not support the "global" option`);
  }
  return read;
}

/** The UTF-16 place of the `start`-th character, from 1; undefined behind the end. */
function placeOf(text: string, start: Value | undefined, what: string): number | undefined {
  const wanted = positive(start, what);
  let place = 0;
  for (let i = 1; i < wanted; i++) {
    const point = text.codePointAt(place);
    if (point === undefined) return undefined;
    place += point > 0xffff ? 2 : 1;
  }
  return place;
}

function positive(value: Value | undefined, what: string): number {
  const number = value === undefined ? 1 : Number(toInteger(value));
  if (number < 1) throw invalid(what, number);
  return number;
}

function invalid(what: string, value: number): OrbitError {
  return new OrbitError('invalid_parameter_value', `invalid value for parameter "${what}": ${value}`);
}

/** Matches one after the other from a place on. A match of nothing is followed by one behind the next character. */
function* matches(matcher: Matcher, text: string, from: number | undefined): Generator<Matcher> {
  if (from === undefined) return;
  let at = from;
  while (at <= text.length && matcher.find(at)) {
    yield matcher;
    const end = matcher.end();
    at = end > matcher.start() ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
}

/** \1 to \9 stand for groups, \& for the whole match, \\ for a backslash. */
function expand(replacement: string, matcher: Matcher): string {
  if (!replacement.includes('\\')) return replacement;
  return replacement.replace(/\\([1-9&\\])/g, (_, what: string) => {
    if (what === '\\') return '\\';
    const group = what === '&' ? 0 : Number(what);
    return group > matcher.groupCount() ? '' : (matcher.group(group) ?? '');
  });
}

/** Replaces the `nth` match from a place on, all of them for 0. */
function replace(matcher: Matcher, text: string, replacement: string, from: number | undefined, nth: number): string {
  let result = '';
  let copied = 0;
  let count = 0;
  for (const match of matches(matcher, text, from)) {
    count++;
    if (nth > 0 && count < nth) continue;
    result += text.slice(copied, match.start()) + expand(replacement, match);
    copied = match.end();
    if (nth > 0) break;
  }
  return result + text.slice(copied);
}

function replaceRow([text = null, pattern = null, replacement = null, ...rest]: readonly Value[]): Value {
  const [first, second, third] = rest;
  const whole = toText(text);
  if (first === undefined || typeof first === 'string') {
    const options = readOptions(first === undefined ? '' : first);
    return replace(search(text, pattern, options), whole, toText(replacement), 0, options.global ? 0 : 1);
  }
  const options = readOptions(third === undefined ? '' : toText(third));
  const nth = second === undefined ? (options.global ? 0 : 1) : Number(toInteger(second));
  if (nth < 0) throw invalid('n', nth);
  const from = placeOf(whole, first, 'start');
  return replace(search(text, pattern, options), whole, toText(replacement), from, nth);
}

/** The groups of a match, or the match itself where there are none. */
function groupsOf(matcher: Matcher): readonly Value[] {
  const count = matcher.groupCount();
  if (count === 0) return [matcher.group(0)];
  return Array.from({ length: count }, (_, i) => matcher.group(i + 1));
}

/** The `nth` match from a place on. */
function nthMatch(matcher: Matcher, text: string, start: Value | undefined, n: Value | undefined): Matcher | undefined {
  const nth = positive(n, 'n');
  let count = 0;
  for (const match of matches(matcher, text, placeOf(text, start, 'start'))) {
    count++;
    if (count === nth) return match;
  }
  return undefined;
}

/** The number of a group, checked. */
function subexpression(value: Value | undefined): number {
  const group = value === undefined ? 0 : Number(toInteger(value));
  if (group < 0) throw invalid('subexpr', group);
  return group;
}

function countPoints(text: string, end: number): number {
  let count = 0;
  for (let at = 0; at < end; count++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return count;
}

/** A text, a pattern, and some of the other parameters. */
function forms(result: Type, required: number, parameters: readonly Type[]): readonly Overload[] {
  return Array.from({ length: parameters.length - required + 1 }, (_, i) =>
    fixed(parameters.slice(0, required + i), result),
  );
}

function regexpFunction(
  name: string,
  overloads: readonly Overload[],
  row: (args: readonly Value[], signature: Signature) => Value,
  documentation: string,
  example: NonNullable<ScalarFunction['example']>,
  nullable?: ScalarFunction['nullable'],
): ScalarFunction {
  const optional = nullable === undefined ? {} : { nullable };
  return {
    name,
    names: { sql: name === 'regexp_split_to_array' ? [name, 'string_split_regex', 'str_split_regex'] : [name] },
    overloads,
    nulls: 'strict',
    volatility: 'immutable',
    row,
    documentation,
    example,
    ...optional,
  };
}

const always = (): boolean => true;

export const REGEXP_FUNCTIONS: readonly ScalarFunction[] = [
  regexpFunction(
    'regexp_like',
    forms(BOOL, 2, [UTF8, UTF8, UTF8]),
    ([text, pattern, options]) => search(text, pattern, withoutGlobal('regexp_like', options)).find(),
    'Whether a regular expression matches anywhere in a text; as an operator ~. Options: i, c, n, s, p, w, q.',
    { sql: "regexp_like('alphabet', 'p.*b')", result: 't' },
  ),
  {
    name: 'regexp_ilike',
    names: {},
    overloads: [fixed([UTF8, UTF8], BOOL)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([text, pattern]) => search(text, pattern, readOptions('i')).find(),
    documentation: 'Whether a regular expression matches anywhere in a text, without regard to case.',
    example: { sql: "'Alphabet' ~* 'ALPHA'", result: 't' },
  },
  regexpFunction(
    'regexp_replace',
    [...forms(UTF8, 3, [UTF8, UTF8, UTF8, UTF8]), ...forms(UTF8, 4, [UTF8, UTF8, UTF8, INT32, INT32, UTF8])],
    replaceRow,
    'Replaces the first match of a regular expression, or all with the option g; with numbers, the n-th match (0: all) from a character on. \\1 to \\9 stand for groups, \\& for the match.',
    { sql: "regexp_replace('https://a.org/b', '^https?://([^/]+)/.*$', '\\1')", result: 'a.org' },
  ),
  regexpFunction(
    'regexp_match',
    forms(list(UTF8), 2, [UTF8, UTF8, UTF8]),
    ([text, pattern, options]) => {
      const matcher = search(text, pattern, withoutGlobal('regexp_match', options));
      return matcher.find() ? groupsOf(matcher) : null;
    },
    'The groups of the first match, or the match where the pattern has none; NULL without a match.',
    { sql: "regexp_match('2024-05', '(\\d+)-(\\d+)')", result: '{2024,05}' },
    always,
  ),
  regexpFunction(
    'regexp_count',
    forms(INT32, 2, [UTF8, UTF8, INT32, UTF8]),
    ([text, pattern, start, options]) => {
      const whole = toText(text);
      const matcher = search(text, pattern, withoutGlobal('regexp_count', options));
      let count = 0;
      for (const _ of matches(matcher, whole, placeOf(whole, start, 'start'))) count++;
      return count;
    },
    'The number of matches of a regular expression, from a character on.',
    { sql: "regexp_count('banana', 'an')", result: '2' },
  ),
  regexpFunction(
    'regexp_instr',
    forms(INT32, 2, [UTF8, UTF8, INT32, INT32, INT32, UTF8, INT32]),
    ([text, pattern, start, n, end, options, subexpr]) => {
      const whole = toText(text);
      const group = subexpression(subexpr);
      const endOption = end === undefined ? 0 : Number(toInteger(end));
      if (endOption !== 0 && endOption !== 1) throw invalid('endoption', endOption);
      const match = nthMatch(search(text, pattern, withoutGlobal('regexp_instr', options)), whole, start, n);
      if (match === undefined || group > match.groupCount()) return 0;
      const place = endOption === 0 ? match.start(group) : match.end(group);
      return place < 0 ? 0 : countPoints(whole, place) + 1;
    },
    'The place, from 1, where the n-th match begins (or, with 1 after n, the place behind it); 0 without a match.',
    { sql: "regexp_instr('banana', 'n.', 1, 2)", result: '5' },
  ),
  regexpFunction(
    'regexp_substr',
    forms(UTF8, 2, [UTF8, UTF8, INT32, INT32, UTF8, INT32]),
    ([text, pattern, start, n, options, subexpr]) => {
      const group = subexpression(subexpr);
      const match = nthMatch(search(text, pattern, withoutGlobal('regexp_substr', options)), toText(text), start, n);
      return match === undefined || group > match.groupCount() ? null : match.group(group);
    },
    'The n-th match of a regular expression from a character on, or one group of it; NULL without a match.',
    { sql: "regexp_substr('banana', 'n.', 1, 2)", result: 'na' },
    always,
  ),
  regexpFunction(
    'regexp_extract',
    forms(UTF8, 2, [UTF8, UTF8, INT32, UTF8]),
    ([text, pattern, group, options]) => {
      const number = subexpression(group);
      const matcher = search(text, pattern, withoutGlobal('regexp_extract', options));
      if (number > matcher.groupCount()) throw invalid('group', number);
      return matcher.find() ? (matcher.group(number) ?? '') : '';
    },
    'The first match of a regular expression or one group of it; an empty text without a match.',
    { sql: "regexp_extract('a=12', '(\\w+)=(\\d+)', 2)", result: '12' },
  ),
  regexpFunction(
    'regexp_split_to_array',
    forms(list(UTF8), 2, [UTF8, UTF8, UTF8]),
    ([text, pattern, options]) => {
      const whole = toText(text);
      const parts: string[] = [];
      let from = 0;
      for (const match of matches(search(text, pattern, withoutGlobal('regexp_split_to_array', options)), whole, 0)) {
        // A match of nothing splits between characters only.
        const isEmpty = match.end() === match.start();
        if (isEmpty && (match.start() === from || match.start() === whole.length)) continue;
        parts.push(whole.slice(from, match.start()));
        from = match.end();
      }
      parts.push(whole.slice(from));
      return parts;
    },
    'The parts of a text between the matches of a regular expression.',
    { sql: "regexp_split_to_array('a, b;c', '[,;] *')", result: '{a,b,c}' },
  ),
  {
    name: 'regexp_matches',
    names: {},
    overloads: forms(list(list(UTF8)), 2, [UTF8, UTF8, UTF8]),
    nulls: 'strict',
    volatility: 'immutable',
    row: ([text, pattern, given]) => {
      const options = readOptions(given === undefined ? '' : toText(given));
      const found: Value[] = [];
      for (const match of matches(search(text, pattern, options), toText(text), 0)) {
        found.push(groupsOf(match));
        if (!options.global) break;
      }
      return found;
    },
    documentation: 'The groups of the first match, or of all with the option g; a row for each in FROM.',
    example: { sql: "(SELECT count(*) FROM regexp_matches('banana', 'an', 'g'))", result: '2' },
  },
  regexpFunction(
    'regexp_extract_all',
    forms(list(UTF8), 2, [UTF8, UTF8, INT32]),
    ([text, pattern, group]) => {
      const number = subexpression(group);
      const matcher = search(text, pattern, readOptions(''));
      if (number > matcher.groupCount()) throw invalid('group', number);
      const found: Value[] = [];
      for (const match of matches(matcher, toText(text), 0)) found.push(match.group(number) ?? '');
      return found;
    },
    'All matches of a regular expression, or one group of each.',
    { sql: "regexp_extract_all('a1b22', '\\d+')", result: '{1,22}' },
  ),
  regexpFunction(
    'regexp_full_match',
    forms(BOOL, 2, [UTF8, UTF8, UTF8]),
    ([text, pattern, options]) => search(text, pattern, withoutGlobal('regexp_full_match', options)).matches(),
    'Whether a regular expression matches the whole text.',
    { sql: "regexp_full_match('anabanana', '(an)*')", result: 'f' },
  ),
  regexpFunction(
    'regexp_escape',
    [fixed([UTF8], UTF8)],
    ([text]) =>
      Array.from(toText(text), (letter) => (/\w/.test(letter) || letter > '~' ? letter : `\\${letter}`)).join(''),
    'The text with a backslash before all that means something in a regular expression.',
    { sql: "regexp_escape('a.b')", result: 'a\\.b' },
  ),
];
