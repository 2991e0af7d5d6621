import type { Parameters } from '../engine/index.ts';
import { UsageError } from './usage-error.ts';

/** The parameters that `-v name=value` or `-p value` options give; undefined where there are none. */
export function parseParameters(settings: readonly string[], values: readonly string[]): Parameters | undefined {
  if (settings.length > 0 && values.length > 0) {
    throw new UsageError('-v gives values by name and -p by number: use one of them');
  }
  if (values.length > 0) return values.map(variableValue);
  if (settings.length === 0) return undefined;
  return Object.fromEntries(settings.map(parseVariable));
}

export function parseVariable(setting: string): readonly [string, string | number | bigint] {
  const equals = setting.indexOf('=');
  const name = setting.slice(0, Math.max(equals, 0)).trim();
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw new UsageError(`-v takes name=value, not "${setting}"`);
  return [name, variableValue(setting.slice(equals + 1))];
}

/** What looks like a number is one; anything else, and anything in single quotes, is text. */
export function variableValue(text: string): string | number | bigint {
  // A leading zero says that the digits are a code, such as a postcode.
  if (/^-?(0|[1-9]\d*)$/.test(text)) {
    const number = BigInt(text);
    if (Number.isSafeInteger(Number(text))) return Number(text);
    // Beyond 64 bits only a decimal can hold it, which reads the digits.
    return BigInt.asIntN(64, number) === number ? number : text;
  }
  if (/^-?(\d+\.\d*|\.?\d+)(e[+-]?\d+)?$/i.test(text) && !/^-?0\d/.test(text)) return Number(text);
  const quoted = /^'((?:[^']|'')*)'$/s.exec(text);
  return quoted?.[1]?.replaceAll("''", "'") ?? text;
}
