import type * as sql from '../../../grammars/sql/tree.ts';
import { OrbitError } from '../../types/error.ts';
import type { BoundExplain, OptionValue } from './bound.ts';
import { unsupported } from './errors.ts';
import { fold, suggestion } from './names.ts';

/** `name value` options of EXPLAIN and COPY. */

export function optionValue(option: sql.Option): OptionValue {
  return option.value === undefined ? undefined : readValue(option.value);
}

function readValue(tree: sql.Expression): OptionValue {
  switch (tree.kind) {
    case 'boolean':
      return tree.value;
    case 'row':
      return tree.fields.map(wordOf);
    default:
      return wordOf(tree);
  }
}

/** A bare word, string or number as text; `*` as it stands. */
export function wordOf(tree: sql.Expression): string {
  const word = tree.kind === 'star' && tree.qualifier.length === 0 ? '*' : constantWord(tree);
  if (word !== undefined) return word;
  throw new OrbitError('syntax_error', 'an option takes a word, a string or a number', { range: tree.range });
}

/** What a bare word, string or number is as text; undefined for all others. */
export function constantWord(tree: sql.Expression): string | undefined {
  switch (tree.kind) {
    case 'string':
      return tree.value;
    case 'number':
      return tree.text;
    case 'boolean':
      return String(tree.value);
    case 'unary':
      return tree.operator.symbol === '-' && tree.operand.kind === 'number' ? `-${tree.operand.text}` : undefined;
    case 'column': {
      const [word] = tree.parts;
      return word !== undefined && tree.parts.length === 1 ? fold(word) : undefined;
    }
    default:
      return undefined;
  }
}

/** Each option once. */
export function optionMap(options: readonly sql.Option[]): ReadonlyMap<string, OptionValue> {
  const map = new Map<string, OptionValue>();
  for (const option of options) {
    const name = fold(option.name);
    if (map.has(name))
      throw new OrbitError('syntax_error', 'conflicting or redundant options', { range: option.range });
    map.set(name, optionValue(option));
  }
  return map;
}

const FLAGS = [
  'analyze',
  'verbose',
  'costs',
  'settings',
  'generic_plan',
  'buffers',
  'wal',
  'timing',
  'summary',
  'memory',
];

export function bindExplainOptions(options: readonly sql.Option[]): Omit<BoundExplain, 'kind' | 'inner'> {
  const flags = new Map<string, boolean>();
  let format: BoundExplain['format'] = 'text';
  optionMap(options); // refuses duplicates
  for (const option of options) {
    const name = fold(option.name);
    if (name === 'format') format = bindFormat(option);
    else if (FLAGS.includes(name)) flags.set(name, flag(option));
    else {
      throw new OrbitError('syntax_error', `unrecognized EXPLAIN option "${name}"`, {
        range: option.range,
        hint: suggestion(name, [...FLAGS, 'format']),
      });
    }
  }
  const analyze = flags.get('analyze') ?? false;
  const verbose = flags.get('verbose') ?? false;
  flags.delete('analyze');
  flags.delete('verbose');
  return { analyze, verbose, format, options: flags };
}

function bindFormat(option: sql.Option): BoundExplain['format'] {
  const value = optionValue(option);
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'text' || word === 'json') return word;
  if (word === 'xml' || word === 'yaml') throw unsupported(`EXPLAIN (FORMAT ${word.toUpperCase()})`, option.range);
  throw new OrbitError('invalid_parameter_value', `unrecognized value for EXPLAIN option "format": "${word}"`, {
    range: option.range,
  });
}

/** ON by being named. */
export function flag(option: sql.Option): boolean {
  const value = optionValue(option);
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (word === undefined || word === true || word === 'true' || word === 'on' || word === '1') return true;
  if (word === false || word === 'false' || word === 'off' || word === '0') return false;
  throw new OrbitError('invalid_parameter_value', `${fold(option.name)} requires a Boolean value`, {
    range: option.range,
  });
}
