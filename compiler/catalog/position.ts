import { decimalToNumber } from '../types/decimals.ts';
import type { Type } from '../types/type.ts';
import type { Value } from '../types/value.ts';

/** The value's place on a line on which distances mean something; undefined for types without one. */
export function position(value: Value, type: Type): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return type.kind === 'decimal' ? decimalToNumber(value, type.scale) : Number(value);
  if (typeof value === 'string') return type.kind === 'utf8' ? textPosition(value) : undefined;
  return undefined;
}

/** Characters by which texts are told apart: as many as a number holds exactly. */
const CHARACTERS = 6;
const CHARACTER_VALUES = 256;

/** The first characters as digits of a number, so that texts stand as their bytes sort, most of the time. */
export function textPosition(text: string): number {
  let result = 0;
  for (let i = 0; i < CHARACTERS; i++) {
    const code = i < text.length ? Math.min(text.charCodeAt(i), CHARACTER_VALUES - 1) : 0;
    result = result * CHARACTER_VALUES + code;
  }
  return result;
}

/** Between the position of a text and that of the next text that does not begin with it. */
export function prefixWidth(prefix: string): number {
  return CHARACTER_VALUES ** Math.max(0, CHARACTERS - prefix.length);
}
