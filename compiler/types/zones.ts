import { OrbitError } from './error.ts';
import { floorDivide } from './integers.ts';
import { abbreviatedOffset } from './zone-abbreviations.ts';

// Time zones: those of the host's IANA database, asked through Intl and remembered, and fixed offsets.

export interface Zone {
  /** A text by which `findZone` gives the same zone again. */
  readonly name: string;
  /** Seconds east of UTC at the instant (µs since the epoch). */
  readonly offsetAt: (micros: bigint) => number;
}

const MICROS = 1_000_000n;
const DAY = 86_400;

export const UTC: Zone = { name: 'UTC', offsetAt: () => 0 };

const known = new Map<string, Zone | undefined>();

/** A zone by the name of the IANA database, an abbreviation, or as POSIX writes one, with hours west of UTC: `<+02>-02`. */
export function findZone(name: string): Zone | undefined {
  const key = name.trim().toLowerCase();
  if (known.has(key)) return known.get(key);
  const zone = lookUp(key);
  // What is no zone may be anything; it is not worth keeping.
  if (zone !== undefined) known.set(key, zone);
  return zone;
}

/** As settings name one: the database comes before the abbreviations. */
export function settingZone(name: string): Zone | undefined {
  return findZone(`:${name.trim().toLowerCase()}`) ?? findZone(name);
}

export function requireZone(name: string): Zone {
  const zone = findZone(name);
  if (zone === undefined) throw new OrbitError('invalid_parameter_value', `time zone "${name}" not recognized`);
  return zone;
}

function lookUp(key: string): Zone | undefined {
  if (key === 'utc') return UTC;
  if (key.startsWith(':')) return namedZone(key.slice(1));
  const seconds = abbreviatedOffset(key);
  if (seconds !== undefined) return fixedZone(seconds, key.toUpperCase());
  const posix = /^(?:[a-z]{3,}|<[\w:+-]+>)?([+-]?\d{1,2}(?::\d{2}(?::\d{2})?)?)$/.exec(key);
  if (posix !== null) {
    const west = signedSeconds(posix[1] ?? '');
    return west === undefined ? undefined : fixedZone(-west, key);
  }
  return namedZone(key);
}

/** Of the IANA database. */
function namedZone(key: string): Zone | undefined {
  if (!/^[a-z][\w+-]*(\/[\w+-]+)*$/.test(key)) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: key,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    return rememberedZone(format);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** `-8`, `05:30`, `+01:00:30` */
function signedSeconds(text: string): number | undefined {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /^([+-]?)(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?$/.exec(text) ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (Number(hours) > 24 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  return sign === '-' ? -total : total;
}

function fixedZone(seconds: number, name: string): Zone {
  return { name, offsetAt: () => seconds };
}

/** The zone that is so many seconds east of UTC, always. */
export function zoneOfSeconds(seconds: number): Zone {
  const east = formatOffset(seconds);
  return fixedZone(seconds, `<${east}>${formatOffset(-seconds)}`);
}

/** `+02`, `-05:30`, `+00:53:28` */
export function formatOffset(seconds: number): string {
  const size = Math.abs(seconds);
  const two = (value: number) => value.toString().padStart(2, '0');
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60];
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop();
  return `${seconds < 0 ? '-' : '+'}${parts.map(two).join(':')}`;
}

// A stretch in which a zone changes its offset at most once: summer times last longer.
const STRETCH = 16 * DAY;

interface Stretch {
  readonly before: number;
  readonly after: number;
  /** Where the offset changes, in seconds since the epoch. */
  readonly at: number;
}

/** Before this instant all zones have local mean time; instants after the other are looked up some cycles of the calendar earlier. */
const FIRST_SECOND = -5e10;
const LAST_SECOND = 8e12;
const CALENDAR_CYCLE = 146_097 * DAY;

function rememberedZone(format: Intl.DateTimeFormat): Zone {
  const { timeZone } = format.resolvedOptions();
  const ask = (second: number): number => {
    const parts = new Map(format.formatToParts(second * 1000).map(({ type, value }) => [type, Number(value)]));
    const field = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
    const local = Date.UTC(
      field('year'),
      field('month') - 1,
      field('day'),
      field('hour'),
      field('minute'),
      field('second'),
    );
    return local / 1000 - second;
  };
  const stretches = new Map<number, Stretch>();
  const stretchAt = (number: number): Stretch => {
    const found = stretches.get(number);
    if (found !== undefined) return found;
    let low = number * STRETCH;
    let high = low + STRETCH;
    const before = ask(low);
    const after = ask(high);
    if (before === after) low = high;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (ask(middle) === before) low = middle;
      else high = middle;
    }
    const stretch = { before, after, at: high };
    stretches.set(number, stretch);
    return stretch;
  };
  return {
    // A colon says that no abbreviation is meant.
    name: abbreviatedOffset(timeZone) === undefined ? timeZone : `:${timeZone}`,
    offsetAt: (micros) => {
      let second = Math.max(Number(floorDivide(micros, MICROS)), FIRST_SECOND);
      if (second > LAST_SECOND) second -= Math.ceil((second - LAST_SECOND) / CALENDAR_CYCLE) * CALENDAR_CYCLE;
      const { before, after, at } = stretchAt(Math.floor(second / STRETCH));
      return second < at ? before : after;
    },
  };
}

/** What a clock in the zone shows at the instant. */
export function localTime(micros: bigint, zone: Zone): bigint {
  return micros + BigInt(zone.offsetAt(micros)) * MICROS;
}

/**
 * The instant at which a clock in the zone shows the time. As PostgreSQL reads it: a time that is left out belongs to
 * the offset before the change, one that comes twice to the offset after it.
 */
export function instantOf(local: bigint, zone: Zone): bigint {
  const day = BigInt(DAY) * MICROS;
  const before = BigInt(zone.offsetAt(local - day)) * MICROS;
  const after = BigInt(zone.offsetAt(local + day)) * MICROS;
  const first = local - before;
  if (before === after) return first;
  const second = local - after;
  const isBefore = zone.offsetAt(first) * 1e6 === Number(before);
  const isAfter = zone.offsetAt(second) * 1e6 === Number(after);
  if (isBefore !== isAfter) return isBefore ? first : second;
  return isBefore ? second : first;
}
