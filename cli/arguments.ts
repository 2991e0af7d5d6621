import { parseArgs } from 'node:util';
import { suggestion } from './suggest.ts';
import { UsageError } from './usage-error.ts';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** May be given several times; of any other option that takes a value, the last one counts. */
  readonly multiple?: boolean;
}

export type OptionTable = { readonly [name: string]: OptionSpec };

/** An option with its value, or an argument of its own, in the order of the command line. */
export interface Given {
  readonly option: string | undefined;
  readonly value: string;
}

export interface Arguments<Name extends string> {
  readonly has: (name: Name) => boolean;
  readonly last: (name: Name) => string | undefined;
  readonly all: (name: Name) => readonly string[];
  /** Everything that has a value. */
  readonly given: readonly Given[];
}

export function parseArguments<Table extends OptionTable>(
  args: readonly string[],
  table: Table,
): Arguments<keyof Table & string> {
  type Name = keyof Table & string;
  const isOption = (name: string): name is Name => Object.hasOwn(table, name);
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { type, short }]) => [
      name,
      { type, multiple: true, ...(short === undefined ? {} : { short }) },
    ]),
  );
  // Not strict, because the messages of strict parsing do not say which option may have been meant.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });

  const flags = new Set<Name>();
  const given: Given[] = [];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      given.push({ option: undefined, value: token.value });
      continue;
    }
    const { name, rawName, value } = token;
    // A query may begin with a comment.
    if (/^--(\P{L}|.*\s)/su.test(rawName)) {
      given.push({ option: undefined, value: args[token.index] ?? '' });
      continue;
    }
    const spec = isOption(name) ? table[name] : undefined;
    if (!isOption(name) || spec === undefined) throw unknownOption(rawName, table);
    if (spec.type === 'boolean') {
      if (value !== undefined) throw new UsageError(`option ${rawName} takes no value`);
      flags.add(name);
    } else {
      if (value === undefined) throw new UsageError(`option ${rawName} needs a value`);
      given.push({ option: name, value });
    }
  }
  const all = (name: Name): readonly string[] =>
    given.filter(({ option }) => option === name).map(({ value }) => value);
  return { has: (name) => flags.has(name), last: (name) => all(name).at(-1), all, given };
}

function unknownOption(rawName: string, table: OptionTable): UsageError {
  const known = Object.keys(table).map((name) => `--${name}`);
  return new UsageError(
    `unknown option ${rawName}${rawName.startsWith('--') ? suggestion(rawName, known).replaceAll('"', '') : ''}`,
  );
}

/** The word, if it is one of those allowed. */
export function oneOf<Word extends string>(what: string, given: string, allowed: readonly Word[]): Word {
  const word = allowed.find((candidate) => candidate === given);
  if (word !== undefined) return word;
  const choice = suggestion(given, allowed) || `; use ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}`;
  throw new UsageError(`unknown ${what} "${given}"${choice}`);
}

const UNITS: { readonly [unit: string]: number } = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** `512MB`, `1.5 GiB`: bytes. */
export function parseSize(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim());
  const unit = UNITS[match?.[2]?.toLowerCase() ?? ''];
  if (match === null || unit === undefined) {
    throw new UsageError(`${option} takes a number with a unit (KB, MB, GB, KiB, MiB, GiB), not "${text}"`);
  }
  return Math.floor(Number(match[1]) * unit);
}

export function parseCount(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`${option} takes a whole number from 1 on, not "${text}"`);
  return Number(text);
}
