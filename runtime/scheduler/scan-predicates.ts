import type { Expression } from '../../compiler/ir/expression.ts';
import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import type { TableScan } from '../../compiler/physical/plan.ts';
import { type Type, typeEquals } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ColumnFormat, Dictionary } from '../columns/chunk.ts';
import type { PruningPredicate } from '../columns/source.ts';
import { encodeText } from '../columns/text.ts';
import { likePieces } from '../kernels/functions/like.ts';
import { type ScanComparison, scanComparison } from '../operators/scan-compare.ts';
import type { ScanRange } from '../operators/scan-range.ts';
import type { ScanSearch } from '../operators/scan-search.ts';

/** What a column's encoded values are compared with. */
export interface Bounds {
  readonly ordinal: number;
  /** Inclusive bounds over raw integers. */
  readonly low?: bigint | undefined;
  readonly high?: bigint | undefined;
  /** Equality with a text. */
  readonly text?: string | undefined;
}

/** A comparison of a column with a value that is known when the scan starts. */
interface Comparison extends Bounds {
  readonly expression: Expression;
}

/** A scan's predicates: comparisons that work on encoded values, and the others. */
export interface ScanPredicates {
  readonly comparisons: readonly Comparison[];
  readonly rest: readonly Expression[];
}

export function splitPredicates(plan: TableScan, parameters: readonly Value[]): ScanPredicates {
  const comparisons: Comparison[] = [];
  const rest: Expression[] = [];
  const visit = (e: Expression): void => {
    if (e.kind === 'and') return e.args.forEach(visit);
    const found = comparisonOf(plan, e, parameters);
    if (found === undefined) rest.push(e);
    else comparisons.push(found);
  };
  plan.predicates.forEach(visit);
  return { comparisons, rest };
}

const FLIPPED: Readonly<Record<string, string>> = { eq: 'eq', lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' };

function comparisonOf(plan: TableScan, e: Expression, parameters: readonly Value[]): Comparison | undefined {
  if (e.kind !== 'call') return undefined;
  const flipped = FLIPPED[e.fn];
  const [left, right] = e.args;
  if (flipped === undefined || left === undefined || right === undefined) return undefined;
  const found = bounds(plan, e.fn, left, right, parameters) ?? bounds(plan, flipped, right, left, parameters);
  return found === undefined ? undefined : { ...found, expression: e };
}

function bounds(
  plan: TableScan,
  fn: string,
  column: Expression,
  constant: Expression,
  parameters: readonly Value[],
): Bounds | undefined {
  if (column.kind !== 'column') return undefined;
  const ordinal = plan.ordinals[plan.columns.findIndex((c) => c.id === column.id)];
  if (ordinal === undefined || ordinal === ROW_ID_ORDINAL) return undefined;
  const value = knownValue(constant, parameters);
  if (value === null) return undefined;
  if (typeof value === 'string')
    return fn === 'eq' && column.type.kind === 'utf8' ? { ordinal, text: value } : undefined;
  const raw = rawInteger(value, column.type);
  if (raw === undefined) return undefined;
  switch (fn) {
    case 'eq':
      return { ordinal, low: raw, high: raw };
    case 'lt':
      return { ordinal, high: raw - 1n };
    case 'le':
      return { ordinal, high: raw };
    case 'gt':
      return { ordinal, low: raw + 1n };
    default:
      return { ordinal, low: raw };
  }
}

function rawInteger(value: Value, type: Type): bigint | undefined {
  if (type.kind === 'float32' || type.kind === 'float64' || type.kind === 'any') return undefined;
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}

/** Comparisons of two columns that work on encoded values, and what else is to be tested row by row. */
export function scanComparisons(
  plan: TableScan,
  predicates: readonly Expression[],
  ordinals: readonly number[],
  formats: readonly ColumnFormat[],
): { readonly comparisons: readonly ScanComparison[]; readonly left: readonly Expression[] } {
  const comparisons: ScanComparison[] = [];
  const side = (e: Expression | undefined): ScanComparison['left'] | undefined => {
    if (e?.kind !== 'column') return undefined;
    const column = ordinals.indexOf(plan.ordinals[plan.columns.findIndex(({ id }) => id === e.id)] ?? -1);
    const format = formats[column];
    return format === undefined ? undefined : { column, format };
  };
  const left = predicates.filter((e) => {
    if (e.kind !== 'call') return true;
    const fn = COMPARATORS.find((name) => name === e.fn);
    const [a, b] = e.args;
    const [first, second] = [side(a), side(b)];
    if (fn === undefined || a === undefined || b === undefined || !typeEquals(a.type, b.type)) return true;
    if (first === undefined || second === undefined) return true;
    const found = scanComparison(fn, first, second);
    if (found === undefined) return true;
    comparisons.push(found);
    return false;
  });
  return { comparisons, left };
}

const COMPARATORS = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;

/** Searches of texts that are stored as such, and what else is to be tested row by row. */
export function scanSearches(
  plan: TableScan,
  predicates: readonly Expression[],
  parameters: readonly Value[],
  ordinals: readonly number[],
  formats: readonly ColumnFormat[],
): { readonly searches: readonly ScanSearch[]; readonly left: readonly Expression[] } {
  const searches: ScanSearch[] = [];
  const left = predicates.filter((e) => {
    const negated = e.kind === 'call' && e.fn === 'not';
    const [inner] = negated ? e.args : [e];
    const needles = inner === undefined ? undefined : needlesOf(inner, parameters);
    const [searched] = inner?.kind === 'call' ? inner.args : [];
    if (needles === undefined || searched?.kind !== 'column') return true;
    const column = ordinals.indexOf(plan.ordinals[plan.columns.findIndex(({ id }) => id === searched.id)] ?? -1);
    const format = formats[column];
    if (format?.encoding !== 'strings' || format.type.kind !== 'utf8') return true;
    searches.push({ column, format, needles, negated });
    return false;
  });
  return { searches, left };
}

/** What a LIKE finds anywhere in a text, if its pattern says nothing else. */
function needlesOf(e: Expression, parameters: readonly Value[]): readonly Uint8Array[] | undefined {
  if (e.kind !== 'call' || e.fn !== 'like') return undefined;
  const [pattern, escaping] = e.args.slice(1).map((arg) => knownValue(arg, parameters));
  if (typeof pattern !== 'string' || typeof escaping !== 'string') return undefined;
  const pieces = likePieces(pattern, escaping);
  if (pieces === undefined || pieces.prefix.length > 0 || pieces.suffix.length > 0) return undefined;
  return pieces.middles.length === 0 ? undefined : pieces.middles;
}

function knownValue(e: Expression, parameters: readonly Value[]): Value {
  return e.kind === 'constant' ? e.value : e.kind === 'parameter' ? (parameters[e.index] ?? null) : null;
}

/** For leaving out chunks by their zone maps. */
export function pruningOf(comparisons: readonly Comparison[]): readonly PruningPredicate[] {
  return comparisons.filter((c) => c.text === undefined).map(({ ordinal, low, high }) => ({ ordinal, low, high }));
}

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;

/**
 * The comparisons as ranges over encoded values, one for each column. Those that a column's encoding does not allow
 * are given back.
 */
export function scanRanges<T extends Bounds>(
  comparisons: readonly T[],
  ordinals: readonly number[],
  formats: readonly ColumnFormat[],
): { readonly ranges: readonly ScanRange[]; readonly left: readonly T[] } {
  const byColumn = new Map<number, { low: bigint; high: bigint }>();
  const left: T[] = [];
  for (const comparison of comparisons) {
    const column = ordinals.indexOf(comparison.ordinal);
    const format = formats[column];
    const range = format === undefined ? undefined : encodedRange(comparison, format);
    if (range === undefined) {
      left.push(comparison);
      continue;
    }
    const known = byColumn.get(column) ?? { low: LOWEST, high: HIGHEST };
    // biome-ignore-start lint/complexity/useMathMinMax: not for bigints
    byColumn.set(column, {
      low: range.low > known.low ? range.low : known.low,
      high: range.high < known.high ? range.high : known.high,
    });
    // biome-ignore-end lint/complexity/useMathMinMax: not for bigints
  }
  const ranges = [...byColumn].flatMap(([column, { low, high }]): ScanRange[] => {
    const format = formats[column];
    return format === undefined ? [] : [{ column, format, low, high }];
  });
  return { ranges, left };
}

function encodedRange(
  { low, high, text }: Bounds,
  format: ColumnFormat,
): { readonly low: bigint; readonly high: bigint } | undefined {
  if (text === undefined) {
    if (format.encoding !== 'integers') return undefined;
    // biome-ignore-start lint/complexity/useMathMinMax: not for bigints
    const from = low === undefined || low < LOWEST ? LOWEST : low;
    const to = high === undefined || high > HIGHEST ? HIGHEST : high;
    // biome-ignore-end lint/complexity/useMathMinMax: not for bigints
    return from > HIGHEST || to < LOWEST ? { low: 1n, high: 0n } : { low: from, high: to };
  }
  if (format.encoding !== 'dictionary' || format.dictionary === undefined) return undefined;
  const code = codeOf(format.dictionary, text);
  return code === undefined ? { low: 1n, high: 0n } : { low: BigInt(code), high: BigInt(code) };
}

function codeOf({ offsets, heap, size }: Dictionary, text: string): number | undefined {
  const wanted = encodeText(text).slice();
  for (let code = 0; code < size; code++) {
    const start = offsets[code] ?? 0;
    if ((offsets[code + 1] ?? 0) - start !== wanted.length) continue;
    let i = 0;
    while (i < wanted.length && heap[start + i] === wanted[i]) i++;
    if (i === wanted.length) return code;
  }
  return undefined;
}
