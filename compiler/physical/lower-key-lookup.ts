import type { ColumnId, Expression } from '../ir/expression.ts';
import { ROW_ID_ORDINAL, type Scan } from '../ir/plan.ts';
import { expressionChildren } from '../ir/traverse.ts';
import { asComparison, ids } from '../optimizer/calls.ts';
import { isVolatile } from '../optimizer/volatility.ts';
import { isInteger, type Type, typeEquals } from '../types/type.ts';
import type { KeyLookup } from './plan.ts';

/** More keys than these are looked for by a scan, whose time does not depend on them. */
const MOST_KEYS = 100;

/** Conditions that say which values a column of the table may have. */
interface Fixed {
  readonly term: Expression;
  readonly values: readonly Expression[];
}

/**
 * A scan whose conditions name all columns of a key and the values that they may have: the few rows are looked up.
 * That follows from the conditions, whatever the table's statistics say.
 */
export function lowerKeyLookup(scan: Scan, terms: readonly Expression[], estimate: number): KeyLookup | undefined {
  const { table, columns, ordinals, command } = scan;
  if (table.findsByKey !== true) return undefined;
  const fixed = new Map<number, Fixed>();
  const own = ids(columns);
  for (const term of terms) {
    const found = valuesOf(term, own);
    const ordinal = found === undefined ? undefined : ordinals[columns.findIndex(({ id }) => id === found.column)];
    if (found === undefined || ordinal === undefined || ordinal === ROW_ID_ORDINAL) continue;
    const type = table.columns[ordinal]?.type;
    if (type === undefined || !isIndexable(type) || !found.values.every((value) => fits(value.type, type))) continue;
    const known = fixed.get(ordinal);
    if (known === undefined || known.values.length > found.values.length)
      fixed.set(ordinal, { term, values: found.values });
  }
  for (const key of table.keys) {
    const parts = key.flatMap((ordinal) => fixed.get(ordinal) ?? []);
    const count = parts.reduce((product, { values }) => product * values.length, 1);
    if (key.length === 0 || parts.length < key.length || count > MOST_KEYS) continue;
    const predicates = terms.filter((term) => !parts.some((part) => part.term === term));
    const keys = parts.reduce<readonly (readonly Expression[])[]>(
      (tuples, { values }) => tuples.flatMap((tuple) => values.map((value) => [...tuple, value])),
      [[]],
    );
    const rows = Math.min(count, Math.max(1, Math.round(estimate)));
    return { kind: 'keyLookup', columns, table, ordinals, key, keys, predicates, command, estimate: rows };
  }
  return undefined;
}

/** Types whose equality is that of their stored values. */
function isIndexable({ kind }: Type): boolean {
  return !['any', 'list', 'interval', 'float32', 'float64', 'null'].includes(kind);
}

/** A wider integer is narrowed when the value is known; one that is out of range equals nothing. */
function fits(value: Type, column: Type): boolean {
  return typeEquals(value, column) || (isInteger(value) && isInteger(column));
}

function valuesOf(
  term: Expression,
  own: ReadonlySet<ColumnId>,
): { readonly column: ColumnId; readonly values: readonly Expression[] } | undefined {
  if (term.kind === 'in') {
    const column = columnOf(term.arg, own);
    const { type } = term.arg;
    if (column === undefined) return undefined;
    const values = term.values.filter((value) => value !== null);
    return { column, values: values.map((value) => ({ kind: 'constant', value, type, nullable: false })) };
  }
  if (term.kind === 'or') {
    const parts = term.args.map((arg) => valuesOf(arg, own));
    const column = parts[0]?.column;
    if (column === undefined) return undefined;
    const values: Expression[] = [];
    for (const part of parts) {
      if (part?.column !== column) return undefined;
      values.push(...part.values);
    }
    return { column, values };
  }
  const comparison = asComparison(term);
  if (comparison?.fn !== 'eq') return undefined;
  const { left, right } = comparison;
  for (const [side, value] of [
    [left, right],
    [right, left],
  ] as const) {
    const column = columnOf(side, own);
    if (column !== undefined && isOutside(value, own)) return { column, values: [value] };
  }
  return undefined;
}

/** The table's column that the expression is, or that it widens. */
function columnOf(expression: Expression, own: ReadonlySet<ColumnId>): ColumnId | undefined {
  if (expression.kind === 'column') return own.has(expression.id) ? expression.id : undefined;
  const widens = expression.kind === 'cast' && isInteger(expression.type) && isInteger(expression.arg.type);
  return widens && rank(expression.type) >= rank(expression.arg.type) ? columnOf(expression.arg, own) : undefined;
}

const INTEGERS: readonly Type['kind'][] = ['int8', 'int16', 'int32', 'int64'];

function rank({ kind }: Type): number {
  return INTEGERS.indexOf(kind);
}

/** Has one value for all rows of the table. */
function isOutside(expression: Expression, own: ReadonlySet<ColumnId>): boolean {
  if (expression.kind === 'subquery' || expression.kind === 'lambda' || isVolatile(expression)) return false;
  if (expression.kind === 'column') return !own.has(expression.id);
  return expressionChildren(expression).every((child) => isOutside(child, own));
}
