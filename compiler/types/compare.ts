import { compareText } from './compare-text.ts';
import { internalError } from './error.ts';
import { intervalEstimate } from './intervals.ts';
import { compareJsonb } from './jsonb.ts';
import { toAny, toBigint, toBool, toBytes, toInterval, toList, toNumber, toText } from './narrow.ts';
import { isJsonb, type Type } from './type.ts';
import type { AnyValue, Value } from './value.ts';

// The one total order of each type. Comparison, sorting, grouping, joining, min and max all follow it.

/** Negative, zero or positive. Neither value is NULL; NULLs inside lists come last, as in PostgreSQL's arrays. */
export function compareValues(a: Value, b: Value, type: Type): number {
  switch (type.kind) {
    case 'bool':
      return Number(toBool(a)) - Number(toBool(b));
    case 'int8':
    case 'int16':
    case 'int32':
    case 'date':
    case 'float32':
    case 'float64':
      return compareNumbers(toNumber(a), toNumber(b));
    case 'int64':
    case 'decimal':
    case 'uuid':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return order(toBigint(a), toBigint(b));
    case 'utf8':
      return isJsonb(type) ? compareJsonb(toText(a), toText(b)) : compareText(toText(a), toText(b));
    case 'binary':
      return compareBytes(toBytes(a), toBytes(b));
    case 'interval':
      return order(intervalEstimate(toInterval(a)), intervalEstimate(toInterval(b)));
    case 'list': {
      const { element } = type;
      return compareSequences(toList(a), toList(b), (x, y) => compareNullsLast(x, y, element));
    }
    case 'any':
      return compareAny(toAny(a), toAny(b));
    case 'null':
      throw internalError('values of type null are not compared');
  }
}

export function compareNullsLast(a: Value, b: Value, type: Type): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareValues(a, b, type);
}

/** Equality of grouping, DISTINCT and set operations: NULLs are equal, NaN is NaN and -0 is 0. */
export function sameValue(a: Value, b: Value, type: Type): boolean {
  return compareNullsLast(a, b, type) === 0;
}

function order<T extends number | bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** NaN equals itself and is greater than every other number; the zeros are equal. */
function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return order(a, b);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareSequences<T>(a: readonly T[], b: readonly T[], compare: (x: T, y: T) => number): number {
  for (const [index, x] of a.entries()) {
    if (index >= b.length) return 1;
    // The index is within b, whose elements may themselves be undefined as far as T goes.
    const result = compare(x, b[index] as T);
    if (result !== 0) return result;
  }
  return a.length - b.length;
}

const TAG_ORDER: Readonly<Record<AnyValue['tag'], number>> = {
  null: 0,
  bool: 1,
  int64: 2,
  float64: 2,
  utf8: 3,
  list: 4,
  object: 5,
};

/** First by kind, then by value; the two kinds of numbers are one. */
export function compareAny(a: AnyValue, b: AnyValue): number {
  if (TAG_ORDER[a.tag] !== TAG_ORDER[b.tag]) return TAG_ORDER[a.tag] - TAG_ORDER[b.tag];
  if (isNumberTag(a) && isNumberTag(b)) return compareMixed(a.value, b.value);
  if (a.tag === 'bool' && b.tag === 'bool') return Number(a.value) - Number(b.value);
  if (a.tag === 'utf8' && b.tag === 'utf8') return compareText(a.value, b.value);
  if (a.tag === 'list' && b.tag === 'list') return compareSequences(a.value, b.value, compareAny);
  if (a.tag === 'object' && b.tag === 'object') return compareSequences(fields(a.value), fields(b.value), compareField);
  return 0;
}

type NumberTag = Extract<AnyValue, { tag: 'int64' | 'float64' }>;
type Field = readonly [string, AnyValue];

function isNumberTag(value: AnyValue): value is NumberTag {
  return value.tag === 'int64' || value.tag === 'float64';
}

/** JavaScript compares a bigint with a number by their mathematical values. */
function compareMixed(a: bigint | number, b: bigint | number): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (Number.isNaN(a)) return 1;
  if (Number.isNaN(b)) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** In the order of their names: two objects are equal however their fields are arranged. */
function fields(object: ReadonlyMap<string, AnyValue>): readonly Field[] {
  return [...object].sort((x, y) => compareText(x[0], y[0]));
}

function compareField(a: Field, b: Field): number {
  return compareText(a[0], b[0]) || compareAny(a[1], b[1]);
}
