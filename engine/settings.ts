import type { SessionValues } from '../compiler/frontends/sql/context.ts';
import { OrbitError, type SourceRange } from '../compiler/types/error.ts';
import { parseInterval } from '../compiler/types/interval-text.ts';
import { settingZone, UTC, type Zone, zoneOfSeconds } from '../compiler/types/zones.ts';

/** The settings of a session: those of PostgreSQL's that mean something here, or that programs ask for. */

type Read = (words: readonly string[]) => string | undefined;

interface Setting {
  readonly initial: string;
  /** The value as SHOW gives it back; undefined where it is none of the setting's. Absent: all values are. */
  readonly read?: Read;
  /** Only what it is already can be set. */
  readonly fixed?: boolean;
}

function oneOf(...values: readonly string[]): Read {
  return ([word = '', ...more]) => {
    const value = word.toLowerCase();
    return more.length === 0 && values.includes(value) ? value : undefined;
  };
}

const TRUE: ReadonlySet<string> = new Set(['on', 'true', 'yes', '1', 't', 'y']);
const FALSE: ReadonlySet<string> = new Set(['off', 'false', 'no', '0', 'f', 'n']);

const truth: Read = ([word = '', ...more]) => {
  const value = word.toLowerCase();
  if (more.length > 0) return undefined;
  return TRUE.has(value) ? 'on' : FALSE.has(value) ? 'off' : undefined;
};

const integer: Read = ([word = '', ...more]) => (more.length === 0 && /^-?\d+$/.test(word) ? word : undefined);

const path: Read = (words) => words.map(quotedName).join(', ');

/** A number is hours east of UTC, and so is an interval; a name is one of the database. */
const timeZone: Read = ([word = '', ...more]) => {
  if (more.length > 0) return undefined;
  if (word.toLowerCase() === 'local') return UTC.name;
  if (/^[+-]?\d+(\.\d+)?$/.test(word)) {
    return Math.abs(Number(word)) < 24 ? zoneOfSeconds(Math.round(Number(word) * 3600)).name : undefined;
  }
  const interval = /^interval (.*)$/s.exec(word)?.[1];
  if (interval !== undefined) return zoneOfSeconds(Number(parseInterval(interval, 'second').micros / 1_000_000n)).name;
  // The colon is for those who ask `findZone`.
  return settingZone(word)?.name.replace(/^:/, '');
};

const ISOLATION_LEVELS = ['serializable', 'repeatable read', 'read committed', 'read uncommitted'] as const;

const SETTINGS: ReadonlyMap<string, Setting> = new Map<string, Setting>([
  ['application_name', { initial: '' }],
  ['bytea_output', { initial: 'hex', read: oneOf('hex') }],
  ['client_encoding', { initial: 'UTF8', read: ([word = '']) => (/^utf-?8$/i.test(word) ? 'UTF8' : undefined) }],
  ['client_min_messages', { initial: 'notice' }],
  [
    'datestyle',
    { initial: 'ISO, MDY', read: (words) => (/^iso(, *mdy)?$/i.test(words.join(', ')) ? 'ISO, MDY' : undefined) },
  ],
  ['default_transaction_isolation', { initial: 'read committed', read: oneOf(...ISOLATION_LEVELS) }],
  ['default_transaction_read_only', { initial: 'off', read: truth }],
  ['extra_float_digits', { initial: '1', read: integer }],
  ['idle_in_transaction_session_timeout', { initial: '0', read: oneOf('0') }],
  ['integer_datetimes', { initial: 'on', fixed: true }],
  ['intervalstyle', { initial: 'postgres', read: oneOf('postgres') }],
  ['lock_timeout', { initial: '0', read: oneOf('0') }],
  ['max_identifier_length', { initial: '63', fixed: true }],
  ['search_path', { initial: '"$user", public', read: path }],
  ['server_encoding', { initial: 'UTF8', fixed: true }],
  ['server_version', { initial: '16.0', fixed: true }],
  ['server_version_num', { initial: '160000', fixed: true }],
  ['standard_conforming_strings', { initial: 'on', read: oneOf('on') }],
  ['statement_timeout', { initial: '0', read: oneOf('0') }],
  ['timezone', { initial: 'UTC', read: timeZone }],
]);

/** Of the transaction rather than the session. */
export const TRANSACTION_SETTINGS: ReadonlySet<string> = new Set([
  'transaction_isolation',
  'transaction_read_only',
  'transaction_deferrable',
]);

export type Settings = ReadonlyMap<string, string>;

export function settingNames(): readonly string[] {
  return [...SETTINGS.keys()];
}

/** Names of extensions and programs, which have a dot, are free. */
function isFree(name: string): boolean {
  return name.includes('.');
}

export function settingValue(settings: Settings, name: string, range?: SourceRange): string {
  const set = settings.get(name.toLowerCase());
  if (set !== undefined) return set;
  const known = SETTINGS.get(name.toLowerCase());
  if (known === undefined) throw unknownSetting(name, range);
  return known.initial;
}

/** The settings with another value, or with the initial one where there are no words. */
export function withSetting(settings: Settings, name: string, words: readonly string[], range?: SourceRange): Settings {
  const key = name.toLowerCase();
  const setting = SETTINGS.get(key);
  if (setting === undefined && !isFree(key)) throw unknownSetting(name, range);
  const result = new Map(settings);
  if (words.length === 0) {
    result.delete(key);
    return result;
  }
  const value = setting?.read === undefined ? words.join(', ') : setting.read(words);
  if (setting?.fixed === true) {
    throw new OrbitError('cant_change_runtime_param', `parameter "${name}" cannot be changed`, { range });
  }
  if (value === undefined) {
    throw new OrbitError('invalid_parameter_value', `invalid value for parameter "${name}": "${words.join(', ')}"`, {
      range,
    });
  }
  return result.set(key, value);
}

function unknownSetting(name: string, range: SourceRange | undefined): OrbitError {
  return new OrbitError('undefined_object', `unrecognized configuration parameter "${name}"`, { range });
}

function quotedName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The schemas of search_path, "$user" left out: there are no users. */
export function searchPath(settings: Settings): readonly string[] {
  const text = settings.get('search_path');
  if (text === undefined) return DEFAULT_PATH;
  const names = [...text.matchAll(/"((?:[^"]|"")*)"|[^\s,]+/g)].map(([word, quoted]) =>
    quoted === undefined ? word : quoted.replaceAll('""', '"'),
  );
  return names.filter((name) => name !== '$user' && name !== '');
}

const DEFAULT_PATH: readonly string[] = ['public'];

export function settingsZone(settings: Settings): Zone {
  const name = settings.get('timezone');
  return (name === undefined ? undefined : settingZone(name)) ?? UTC;
}

/** What binding is told of its session; `started` is when its transaction began, in µs since the epoch. */
export function sessionValues(settings: Settings, started: bigint | undefined): SessionValues {
  return { zone: settingsZone(settings), now: started ?? BigInt(Date.now()) * 1000n };
}
