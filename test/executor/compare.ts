import type { Column } from '../../compiler/ir/expression.ts';
import { intervalEstimate } from '../../compiler/types/intervals.ts';
import type { Type } from '../../compiler/types/type.ts';
import { type AnyValue, isAnyValue, isInterval, type Value } from '../../compiler/types/value.ts';
import type { Rows } from './harness.ts';

/**
 * Text of a value, for comparisons and messages. `exact` tells values apart that the language holds equal: the zeros,
 * intervals of one length, an integer and a float inside `any`. Which of them stands for a group, or is the first of
 * equal rows, is free.
 */
export function show(value: Value, exact = true): string {
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, -0) && exact ? '-0' : String(value + 0);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (isInterval(value)) {
    return exact ? `${value.months} mon ${value.days} d ${value.micros} µs` : `${intervalEstimate(value)} µs`;
  }
  if (isAnyValue(value)) return showAny(value, exact);
  return `[${value.map((item) => show(item, exact)).join(', ')}]`;
}

function showAny(value: AnyValue, exact: boolean): string {
  switch (value.tag) {
    case 'null':
      return 'any null';
    case 'list':
      return `any [${value.value.map((item) => showAny(item, exact)).join(', ')}]`;
    case 'object': {
      const fields = [...value.value].map(([name, field]) => `${JSON.stringify(name)}: ${showAny(field, exact)}`);
      return `any {${(exact ? fields : fields.sort()).join(', ')}}`;
    }
    case 'float64':
      if (!exact && Number.isInteger(value.value)) return `any ${BigInt(value.value)}`;
      return exact ? `any float ${show(value.value)}` : `any ${show(value.value, false)}`;
    case 'int64':
      return exact ? `any int ${value.value}` : `any ${value.value}`;
    default:
      return `any ${show(value.value, exact)}`;
  }
}

export function showRow(row: readonly Value[], exact = true): string {
  return `(${row.map((value) => show(value, exact)).join(', ')})`;
}

export interface CompareOptions {
  /** Rows must come in this order. */
  readonly ordered: boolean;
  readonly exact: boolean;
  /** Columns of floats that rounding may change: sums of squares. */
  readonly approximate: ReadonlySet<number>;
}

/** What is wrong with the rows, or undefined. */
export function difference(
  columns: readonly Column[],
  expected: Rows,
  actual: Rows,
  { ordered, exact, approximate }: CompareOptions,
): string | undefined {
  if (expected.length !== actual.length) {
    return `${actual.length} rows instead of ${expected.length}${examples(expected, actual, exact)}`;
  }
  const rough = columns.flatMap(({ id, type }, i) => (approximate.has(id) && isFloat(type) ? [i] : []));
  const key = (row: readonly Value[]): string =>
    row.map((value, i) => (rough.includes(i) ? '~' : show(value, exact))).join('|');
  const arrange = (rows: Rows): readonly { key: string; row: readonly Value[] }[] => {
    const keyed = rows.map((row) => ({ key: key(row), row }));
    if (ordered) return keyed;
    return keyed.sort((a, b) => compareStrings(a.key, b.key) || compareRough(a.row, b.row, rough));
  };
  const left = arrange(expected);
  const right = arrange(actual);
  for (const [i, a] of left.entries()) {
    const b = right[i];
    if (b === undefined) break;
    const close = rough.every((c) => isClose(a.row[c] ?? null, b.row[c] ?? null));
    if (a.key === b.key && close) continue;
    if (ordered) return `row ${i} is ${showRow(b.row)} instead of ${showRow(a.row)}`;
    return `other rows${examples(expected, actual, exact)}`;
  }
  return undefined;
}

function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareRough(a: readonly Value[], b: readonly Value[], rough: readonly number[]): number {
  for (const i of rough) {
    const [x, y] = [Number(a[i] ?? Number.NaN), Number(b[i] ?? Number.NaN)];
    if (x !== y) return x < y ? -1 : x > y ? 1 : Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  }
  return 0;
}

function isClose(a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b;
  const [x, y] = [Number(a), Number(b)];
  if (Object.is(x, y) || x === y) return true;
  return Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y), 1e-3);
}

function isFloat(type: Type): boolean {
  return type.kind === 'float32' || type.kind === 'float64';
}

/** How often each row comes. */
export function counts(rows: Rows, exact: boolean): Map<string, number> {
  const result = new Map<string, number>();
  for (const row of rows) {
    const text = showRow(row, exact);
    result.set(text, (result.get(text) ?? 0) + 1);
  }
  return result;
}

/** Rows of `part` that `whole` does not have, or not as often. */
export function surplus(whole: Rows, part: Rows, exact: boolean): readonly string[] {
  const known = counts(whole, exact);
  return [...counts(part, exact)].flatMap(([row, count]) => (count > (known.get(row) ?? 0) ? [row] : []));
}

function examples(expected: Rows, actual: Rows, exact: boolean): string {
  const missing = surplus(actual, expected, exact).slice(0, 5);
  const extra = surplus(expected, actual, exact).slice(0, 5);
  return `\n  missing: ${missing.join('\n           ')}\n  extra:   ${extra.join('\n           ')}`;
}
