import type { TableSample } from '../catalog/catalog.ts';
import type { Cells } from '../catalog/distribution.ts';
import { position } from '../catalog/position.ts';
import { likeParts, matchesLike } from '../functions/patterns.ts';
import type { Call, ColumnId, Expression, InList } from '../ir/expression.ts';
import { civilFromDays } from '../types/dates.ts';
import { OrbitError } from '../types/error.ts';
import { isNumeric, type Type } from '../types/type.ts';
import { asComparison, type ComparisonName } from './calls.ts';

/**
 * Conditions tried on a table's sample: the one way to see that columns depend on each other, and what a pattern or an
 * expression comes to. It knows what conditions are mostly made of; of the rest it says that it does not know.
 */

/** Rows of a table's sample, with the names that the table's columns have where they stand. */
export interface Sampled {
  readonly sample: TableSample;
  readonly ordinals: ReadonlyMap<ColumnId, number>;
  /** The rows that conditions have left, 1 each; absent: all. */
  readonly kept?: Uint8Array | undefined;
  /** So many. */
  readonly rows: number;
}

/** Truth of a condition for each row: 1, 0, or -1 for unknown. */
type Truth = Int8Array;
type Values =
  | { readonly kind: 'numbers'; readonly cells: Float64Array }
  | { readonly kind: 'texts'; readonly cells: readonly (string | null)[] };

const truths = new WeakMap<TableSample, WeakMap<Expression, { readonly truth: Truth | undefined }>>();

/** The rows of those left for which the condition is true; undefined where the sample cannot tell. */
export function narrowSample(sampled: Sampled, condition: Expression): Sampled | undefined {
  const truth = truthOf(condition, sampled);
  if (truth === undefined) return undefined;
  const kept = new Uint8Array(sampled.sample.rows);
  let rows = 0;
  for (let i = 0; i < kept.length; i++) {
    if (truth[i] !== 1 || sampled.kept?.[i] === 0) continue;
    kept[i] = 1;
    rows++;
  }
  return { ...sampled, kept, rows };
}

/**
 * How many different combinations the expressions have among the sample's rows, and how many of those come once; undefined
 * where the sample cannot tell.
 */
export function sampledCombinations(
  sampled: Sampled,
  expressions: readonly Expression[],
): { readonly different: number; readonly once: number; readonly twice: number } | undefined {
  const columns: Cells[] = [];
  for (const expression of expressions) {
    const values = valuesOf(expression, sampled);
    if (values === undefined) return undefined;
    columns.push(values.cells);
  }
  const [only, second] = columns;
  const { rows, runs } = sampled.sample;
  // Neighbours are alike: how often a value comes again is counted by runs of them.
  const met = new Map<unknown, { run: number; runs: number }>();
  for (let i = 0; i < rows; i++) {
    if (sampled.kept?.[i] === 0) continue;
    const key = second === undefined ? only?.[i] : columns.map((cells) => cells[i]).join('\u0000');
    const run = runs?.[i] ?? i;
    const known = met.get(key);
    if (known === undefined) met.set(key, { run, runs: 1 });
    else if (known.run !== run) {
      known.run = run;
      known.runs++;
    }
  }
  let once = 0;
  let twice = 0;
  for (const { runs: count } of met.values()) {
    if (count === 1) once++;
    else if (count === 2) twice++;
  }
  return { different: met.size, once, twice };
}

function truthOf(condition: Expression, sampled: Sampled): Truth | undefined {
  let known = truths.get(sampled.sample);
  if (known === undefined) {
    known = new WeakMap();
    truths.set(sampled.sample, known);
  }
  const before = known.get(condition);
  if (before !== undefined) return before.truth;
  const truth = evaluate(condition, sampled);
  known.set(condition, { truth });
  return truth;
}

function evaluate(condition: Expression, sampled: Sampled): Truth | undefined {
  const { rows } = sampled.sample;
  switch (condition.kind) {
    case 'constant': {
      const { value } = condition;
      return new Int8Array(rows).fill(value === true ? 1 : value === false ? 0 : -1);
    }
    case 'and':
    case 'or':
      return combine(condition.args, condition.kind, sampled);
    case 'in':
      return inTruth(condition, sampled);
    case 'column': {
      const values = valuesOf(condition, sampled);
      return values?.kind === 'numbers' ? Int8Array.from(values.cells, (v) => (Number.isNaN(v) ? -1 : v)) : undefined;
    }
    case 'call':
      return callTruth(condition, sampled);
    default:
      return undefined;
  }
}

function combine(args: readonly Expression[], kind: 'and' | 'or', sampled: Sampled): Truth | undefined {
  const decided = kind === 'and' ? 0 : 1;
  const result = new Int8Array(sampled.sample.rows).fill(1 - decided);
  for (const arg of args) {
    const truth = truthOf(arg, sampled);
    if (truth === undefined) return undefined;
    for (let i = 0; i < result.length; i++) {
      if (truth[i] === decided) result[i] = decided;
      else if (truth[i] === -1 && result[i] !== decided) result[i] = -1;
    }
  }
  return result;
}

function callTruth(call: Call, sampled: Sampled): Truth | undefined {
  const comparison = asComparison(call);
  if (comparison !== undefined) return compared(comparison.fn, comparison.left, comparison.right, sampled);
  const [arg] = call.args;
  if (arg === undefined) return undefined;
  switch (call.fn) {
    case 'not':
      return mapTruth(arg, sampled, (t) => (t === -1 ? -1 : 1 - t));
    case 'is_true':
      return mapTruth(arg, sampled, (t) => (t === 1 ? 1 : 0));
    case 'is_not_true':
      return mapTruth(arg, sampled, (t) => (t === 1 ? 0 : 1));
    case 'is_false':
      return mapTruth(arg, sampled, (t) => (t === 0 ? 1 : 0));
    case 'is_not_false':
      return mapTruth(arg, sampled, (t) => (t === 0 ? 0 : 1));
    case 'is_null':
    case 'is_not_null': {
      const values = valuesOf(arg, sampled);
      if (values === undefined) return undefined;
      const whenNull = call.fn === 'is_null' ? 1 : 0;
      if (values.kind === 'texts') return Int8Array.from(values.cells, (v) => (v === null ? whenNull : 1 - whenNull));
      return Int8Array.from(values.cells, (v) => (Number.isNaN(v) ? whenNull : 1 - whenNull));
    }
    case 'like':
      return likeTruth(call, sampled);
    default:
      return undefined;
  }
}

function mapTruth(arg: Expression, sampled: Sampled, map: (truth: number) => number): Truth | undefined {
  return truthOf(arg, sampled)?.map(map);
}

function compared(fn: ComparisonName, left: Expression, right: Expression, sampled: Sampled): Truth | undefined {
  const a = valuesOf(left, sampled);
  const b = valuesOf(right, sampled);
  if (a === undefined || b === undefined) return undefined;
  const { rows } = sampled.sample;
  const result = new Int8Array(rows);
  const test = TESTS[fn];
  if (a.kind === 'numbers' && b.kind === 'numbers') {
    for (let i = 0; i < rows; i++) {
      const [x, y] = [a.cells[i] ?? Number.NaN, b.cells[i] ?? Number.NaN];
      result[i] = Number.isNaN(x) || Number.isNaN(y) ? -1 : test(x - y) ? 1 : 0;
    }
    return result;
  }
  if (a.kind !== 'texts' || b.kind !== 'texts') return undefined;
  for (let i = 0; i < rows; i++) {
    const [x, y] = [a.cells[i] ?? null, b.cells[i] ?? null];
    result[i] = x === null || y === null ? -1 : test(x < y ? -1 : x > y ? 1 : 0) ? 1 : 0;
  }
  return result;
}

const TESTS: Readonly<Record<ComparisonName, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
};

function inTruth({ arg, values: list }: InList, sampled: Sampled): Truth | undefined {
  const values = valuesOf(arg, sampled);
  if (values === undefined) return undefined;
  const other = list.includes(null) ? -1 : 0;
  if (values.kind === 'texts') {
    const wanted = new Set(list);
    return Int8Array.from(values.cells, (v) => (v === null ? -1 : wanted.has(v) ? 1 : other));
  }
  const wanted = new Set(list.map((value) => position(value, arg.type)));
  return Int8Array.from(values.cells, (v) => (Number.isNaN(v) ? -1 : wanted.has(v) ? 1 : other));
}

function likeTruth(call: Call, sampled: Sampled): Truth | undefined {
  const [arg, pattern, escapeArg] = call.args;
  if (arg === undefined || pattern?.kind !== 'constant' || typeof pattern.value !== 'string') return undefined;
  if (escapeArg !== undefined && (escapeArg.kind !== 'constant' || typeof escapeArg.value !== 'string'))
    return undefined;
  const values = valuesOf(arg, sampled);
  if (values?.kind !== 'texts') return undefined;
  const test = likeTest(pattern.value, typeof escapeArg?.value === 'string' ? escapeArg.value : '\\');
  if (test === undefined) return undefined;
  return Int8Array.from(values.cells, (v) => (v === null ? -1 : test(v) ? 1 : 0));
}

function likeTest(pattern: string, escapeBy: string): ((text: string) => boolean) | undefined {
  try {
    const parts = likeParts(pattern, escapeBy);
    if (parts.some((part) => part.kind === 'one')) return (text) => matchesLike(text, parts);
    // Texts with anything between them: found one after the other, the first and last at the ends.
    const texts = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
    const [first, last] = [parts[0]?.kind === 'text', parts.at(-1)?.kind === 'text'];
    if (parts.length === 1 && first) return (text) => text === texts[0];
    return (text) => {
      let at = 0;
      for (const [i, wanted] of texts.entries()) {
        if (i === 0 && first) {
          if (!text.startsWith(wanted)) return false;
          at = wanted.length;
        } else if (i === texts.length - 1 && last) {
          return text.length - wanted.length >= at && text.endsWith(wanted);
        } else {
          const found = text.indexOf(wanted, at);
          if (found < 0) return false;
          at = found + wanted.length;
        }
      }
      return true;
    };
  } catch (error) {
    // A malformed pattern fails when the statement runs.
    if (error instanceof OrbitError) return undefined;
    throw error;
  }
}

function valuesOf(expression: Expression, sampled: Sampled): Values | undefined {
  const { sample, ordinals } = sampled;
  switch (expression.kind) {
    case 'column': {
      const ordinal = ordinals.get(expression.id);
      const cells = ordinal === undefined ? undefined : sample.cells(ordinal);
      if (cells === undefined) return undefined;
      return cells instanceof Float64Array ? { kind: 'numbers', cells } : { kind: 'texts', cells };
    }
    case 'constant': {
      const { value, type } = expression;
      if (typeof value === 'string') return { kind: 'texts', cells: new Array<string>(sample.rows).fill(value) };
      const at = typeof value === 'boolean' ? Number(value) : position(value, type);
      return at === undefined ? undefined : { kind: 'numbers', cells: new Float64Array(sample.rows).fill(at) };
    }
    case 'cast':
      return scaled(valuesOf(expression.arg, sampled), expression.arg.type, expression.type);
    case 'call':
      return callValues(expression, sampled);
    default:
      return undefined;
  }
}

const MICROS_PER_DAY = 86_400_000_000;

/** Positions after a cast that only widens. */
function scaled(values: Values | undefined, from: Type, to: Type): Values | undefined {
  if (values === undefined) return undefined;
  if (values.kind === 'texts') return to.kind === 'utf8' ? values : undefined;
  if (from.kind === 'date' && to.kind === 'timestamp') {
    return { kind: 'numbers', cells: values.cells.map((days) => days * MICROS_PER_DAY) };
  }
  return isNumeric(from) && isNumeric(to) ? values : undefined;
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  modulo: (a, b) => a % b,
};

function callValues(call: Call, sampled: Sampled): Values | undefined {
  const [first, second] = call.args;
  const arithmetic = ARITHMETIC[call.fn];
  if (arithmetic !== undefined && first !== undefined && second !== undefined) {
    const plain = isNumeric(call.type) || (call.type.kind === 'date' && isDays(first.type) && isDays(second.type));
    const a = plain ? valuesOf(first, sampled) : undefined;
    const b = plain ? valuesOf(second, sampled) : undefined;
    if (a?.kind !== 'numbers' || b?.kind !== 'numbers') return undefined;
    return { kind: 'numbers', cells: a.cells.map((value, i) => arithmetic(value, b.cells[i] ?? Number.NaN)) };
  }
  switch (call.fn) {
    case 'extract':
    case 'date_part': {
      if (first?.kind !== 'constant' || second?.type.kind !== 'date') return undefined;
      const field = FIELDS[String(first.value)];
      const days = field === undefined ? undefined : valuesOf(second, sampled);
      if (field === undefined || days?.kind !== 'numbers') return undefined;
      return { kind: 'numbers', cells: days.cells.map((day) => (Number.isNaN(day) ? day : field(day))) };
    }
    case 'substring': {
      const [from, length] = call.args.slice(1).map((arg) => (arg.kind === 'constant' ? Number(arg.value) : undefined));
      const texts = first === undefined ? undefined : valuesOf(first, sampled);
      if (texts?.kind !== 'texts' || from === undefined || from < 1) return undefined;
      if (call.args.length > 2 && length === undefined) return undefined;
      const end = length === undefined ? undefined : from - 1 + length;
      return { kind: 'texts', cells: texts.cells.map((text) => text?.slice(from - 1, end) ?? null) };
    }
    case 'lower':
    case 'upper': {
      const texts = first === undefined ? undefined : valuesOf(first, sampled);
      if (texts?.kind !== 'texts') return undefined;
      const change = call.fn === 'lower' ? (t: string) => t.toLowerCase() : (t: string) => t.toUpperCase();
      return { kind: 'texts', cells: texts.cells.map((text) => (text === null ? null : change(text))) };
    }
    default:
      return undefined;
  }
}

function isDays({ kind }: Type): boolean {
  return kind === 'date' || kind === 'int8' || kind === 'int16' || kind === 'int32' || kind === 'int64';
}

const FIELDS: Readonly<Record<string, (day: number) => number>> = {
  year: (day) => civilFromDays(day).year,
  month: (day) => civilFromDays(day).month,
  quarter: (day) => Math.ceil(civilFromDays(day).month / 3),
  day: (day) => civilFromDays(day).day,
};
