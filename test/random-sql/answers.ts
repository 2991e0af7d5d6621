import { formatDecimal } from '../../compiler/types/decimals.ts';
import { formatValue } from '../../compiler/types/text.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';

/**
 * A value as all engines show it: floats are numbers, all else is text with a letter for what it is, `#` for exact
 * numbers, whose trailing zeros do not count.
 */
export type AnswerCell = null | string | number;

export type AnswerRow = readonly AnswerCell[];

/** `refused` is what an engine cannot do, or does not take for SQL; `failed` is what values made of it. */
export type Answer =
  | { readonly kind: 'rows'; readonly rows: readonly AnswerRow[] }
  | { readonly kind: 'failed' | 'refused'; readonly code: string; readonly message: string };

export function exactNumber(text: string): string {
  if (!text.includes('.')) return text === '-0' ? '#0' : `#${text}`;
  const trimmed = text.replace(/\.?0+$/, '');
  return trimmed === '-0' || trimmed === '' || trimmed === '-' ? '#0' : `#${trimmed}`;
}

/** A value of ours. */
export function cellOf(value: Value, type: Type): AnswerCell {
  if (value === null) return null;
  switch (type.kind) {
    case 'float32':
    case 'float64':
      return Number(value) + 0;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return `#${value}`;
    case 'decimal':
      return typeof value === 'bigint' ? exactNumber(formatDecimal(value, type.scale)) : 'not a decimal';
    case 'bool':
      return `b:${value}`;
    case 'date':
      return `d:${formatValue(value, type)}`;
    case 'timestamp':
      return `T:${formatValue(value, type)}`;
    default:
      return `${type.kind[0]}:${formatValue(value, type)}`;
  }
}

/** Decimals that differ by what rounding a quotient or an average leaves have more digits than any column. */
const LONGEST_EXACT = 12;
const TOLERANCE = 1e-9;

function isRough(cell: AnswerCell): boolean {
  if (typeof cell === 'number') return true;
  if (cell === null || !cell.startsWith('#')) return false;
  const point = cell.indexOf('.');
  return point >= 0 && cell.length - point - 1 > LONGEST_EXACT;
}

function numberOf(cell: AnswerCell): number {
  if (typeof cell === 'number') return cell;
  return cell?.startsWith('#') ? Number(cell.slice(1)) : Number.NaN;
}

/** Exact numbers of at most twelve decimals are equal to the last digit, all others to a billionth. */
function same(a: AnswerCell, b: AnswerCell): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (typeof a === 'string' && !a.startsWith('#')) return false;
  if (typeof b === 'string' && !b.startsWith('#')) return false;
  if (!isRough(a) && !isRough(b)) return false;
  const [x, y] = [numberOf(a), numberOf(b)];
  return Object.is(x, y) || x === y || Math.abs(x - y) <= TOLERANCE * Math.max(Math.abs(x), Math.abs(y), 1);
}

function compareRows(rough: readonly number[]): (a: KeyedRow, b: KeyedRow) => number {
  return (a, b) => {
    if (a.key !== b.key) return a.key < b.key ? -1 : 1;
    for (const i of rough) {
      const [x, y] = [numberOf(a.row[i] ?? null), numberOf(b.row[i] ?? null)];
      if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) return x < y || Number.isNaN(y) ? -1 : 1;
    }
    return 0;
  };
}

interface KeyedRow {
  readonly key: string;
  readonly row: AnswerRow;
}

/** What is different about the other answer's rows, as a bag and in the order of some columns; undefined if nothing is. */
export function rowsDifference(
  expected: readonly AnswerRow[],
  actual: readonly AnswerRow[],
  ordered: readonly number[],
): string | undefined {
  if (expected.length !== actual.length) return `${actual.length} rows instead of ${expected.length}`;
  const width = expected[0]?.length ?? 0;
  const rough = Array.from({ length: width }, (_, i) => i).filter((i) =>
    [...expected, ...actual].some((row) => isRough(row[i] ?? null)),
  );
  const keyed = (rows: readonly AnswerRow[]): KeyedRow[] =>
    rows
      .map((row) => ({ row, key: JSON.stringify(row.map((cell, i) => (rough.includes(i) ? cell === null : cell))) }))
      .sort(compareRows(rough));
  const [left, right] = [keyed(expected), keyed(actual)];
  for (const [i, { row }] of left.entries()) {
    const other = right[i]?.row ?? [];
    if (row.length !== other.length || !row.every((cell, c) => same(cell, other[c] ?? null))) {
      return `a row ${JSON.stringify(other)} where ${JSON.stringify(row)} is expected`;
    }
  }
  for (const [i, row] of expected.entries()) {
    const other = actual[i] ?? [];
    if (!ordered.every((c) => same(row[c] ?? null, other[c] ?? null))) {
      return `row ${i} in order is ${JSON.stringify(other)} instead of ${JSON.stringify(row)}`;
    }
  }
  return undefined;
}

/** What is different about the other answer; an engine that refuses the query says nothing about it. */
export function answerDifference(expected: Answer, actual: Answer, ordered: readonly number[]): string | undefined {
  if (expected.kind === 'refused' || actual.kind === 'refused') return undefined;
  if (expected.kind === 'rows' && actual.kind === 'rows') return rowsDifference(expected.rows, actual.rows, ordered);
  if (expected.kind === 'failed' && actual.kind === 'failed') return undefined;
  const text = (answer: Answer): string =>
    answer.kind === 'rows' ? `${answer.rows.length} rows` : `error ${answer.code}: ${answer.message}`;
  return `${text(actual)} instead of ${text(expected)}`;
}
