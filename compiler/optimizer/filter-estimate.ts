import { columnRef, conjuncts } from '../ir/build.ts';
import { expressionColumns, substitute } from '../ir/columns.ts';
import type { ColumnId, Expression } from '../ir/expression.ts';
import { ROW_ID_ORDINAL, type Scan } from '../ir/plan.ts';
import { printExpression } from '../ir/print.ts';
import { asComparison } from './calls.ts';
import { type ColumnEstimate, type Estimate, lookupIn, type Restricted, scaleColumns } from './estimates.ts';
import { narrowSample, type Sampled } from './sample.ts';
import { conjunctionSelectivity, type Lookup } from './selectivity.ts';
import { rangeOfTerms } from './value-ranges.ts';

/** The input's rows that satisfy the condition. */
export function filtered(input: Estimate, condition: Expression): Estimate {
  const lookup = lookupIn(input);
  const terms = conjuncts(condition);
  const { fraction: kept, sample } = fractionOf(terms, input, lookup);
  const rows = input.rows * kept;
  const columns = new Map(scaleColumns(input.columns, input.rows, rows));
  let { keys } = input;
  for (const [id, own] of termsByColumn(terms)) {
    const before = input.columns.get(id);
    if (before === undefined) continue;
    const { fraction } = own.length === terms.length ? { fraction: kept } : fractionOf(own, input, lookup);
    columns.set(id, narrowed(before, own, fraction, rows));
    keys = keys.map((key) => (key.columns.includes(id) ? { ...key, rows: Math.max(1, key.rows * fraction) } : key));
  }
  return { rows, columns, keys, sample, restricted: [...(input.restricted ?? []), ...restrictions(terms)] };
}

/** The estimate of a filter over a scan, whose columns have what the filter leaves. */
export function withSubsets(
  result: Estimate,
  { table, columns: scanned, ordinals }: Scan,
  condition: Expression,
): Estimate {
  let text: string | undefined;
  const filter = (): string => {
    if (text === undefined) {
      const places = scanned.map(
        (column, i) => [column.id, { ...columnRef(column), id: ordinals[i] ?? ROW_ID_ORDINAL }] as const,
      );
      text = `${table.name} ${printExpression(substitute(condition, new Map(places)))}`;
    }
    return text;
  };
  const columns = new Map(result.columns);
  scanned.forEach(({ id }, i) => {
    const column = columns.get(id);
    const ordinal = ordinals[i] ?? ROW_ID_ORDINAL;
    if (column !== undefined) columns.set(id, { ...column, within: { filter, ordinal, values: column.distinct } });
  });
  return { ...result, columns };
}

/** So many of a sample's rows tell a fraction well enough. */
const ENOUGH_MATCHES = 12;

/**
 * The part of the input's rows for which all terms are true: by trying them on the sample where there is one, by the
 * statistics of columns otherwise. Where few rows of the sample are left, it bounds what the statistics say.
 */
function fractionOf(
  terms: readonly Expression[],
  { sample }: Estimate,
  lookup: Lookup,
): { readonly fraction: number; readonly sample?: Sampled | undefined } {
  if (sample === undefined || sample.rows === 0) return { fraction: conjunctionSelectivity(terms, lookup), sample };
  let left = sample;
  const tried: Expression[] = [];
  const others: Expression[] = [];
  for (const term of terms) {
    const narrower = narrowSample(left, term);
    if (narrower === undefined) others.push(term);
    else {
      left = narrower;
      tried.push(term);
    }
  }
  if (tried.length === 0) return { fraction: conjunctionSelectivity(terms, lookup), sample };
  const seen = left.rows / sample.rows;
  const rest = others.length === 0 ? 1 : conjunctionSelectivity(others, lookup);
  const isSure = left.rows >= ENOUGH_MATCHES || seen === 1 || (sample.sample.complete && left.rows > 0);
  if (isSure) return { fraction: seen * rest, sample: left };
  const least = left.rows / 2 / sample.rows;
  const most = (left.rows + (left.sample.complete ? 0.5 : 1)) / sample.rows;
  const guess = conjunctionSelectivity(tried, lookup);
  return { fraction: Math.min(most, Math.max(least, guess)) * rest, sample: left };
}

/** Expressions over columns that the terms leave a few values. */
function restrictions(terms: readonly Expression[]): readonly Restricted[] {
  return terms.flatMap((term): readonly Restricted[] => {
    if (term.kind === 'in' && term.arg.kind !== 'column') return [{ expression: term.arg, values: term.values.length }];
    const comparison = asComparison(term);
    if (comparison?.fn !== 'eq' || comparison.right.kind !== 'constant' || comparison.left.kind === 'column') return [];
    return [{ expression: comparison.left, values: 1 }];
  });
}

/** The terms that are over one column only, by column. */
function termsByColumn(terms: readonly Expression[]): ReadonlyMap<ColumnId, readonly Expression[]> {
  const byColumn = new Map<ColumnId, Expression[]>();
  for (const term of terms) {
    const [only, ...others] = expressionColumns(term);
    if (only === undefined || others.length > 0) continue;
    const list = byColumn.get(only);
    if (list === undefined) byColumn.set(only, [term]);
    else list.push(term);
  }
  return byColumn;
}

/** The column after conditions on itself. */
function narrowed(
  column: ColumnEstimate,
  terms: readonly Expression[],
  fraction: number,
  rows: number,
): ColumnEstimate {
  const range = rangeOfTerms(terms, column);
  const most = Math.min(range.values ?? Number.POSITIVE_INFINITY, rows);
  const left = Math.max(1, Math.min(column.domain * fraction, range.values ?? Number.POSITIVE_INFINITY));
  const domain = Math.min(column.domain, left);
  const distinct = Math.max(1, Math.min(column.distinct * fraction, most));
  return { ...column, min: range.min, max: range.max, distinct, domain, nulls: 0 };
}
