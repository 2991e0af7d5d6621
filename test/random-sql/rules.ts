import type { Query } from '../../grammars/sql/tree.ts';
import type { Answer, AnswerRow } from './answers.ts';
import { type AnyNode, calledName, isNode, someNode, symbolOf } from './tree.ts';

/**
 * When a difference between our answer and another engine's is one of docs/differences.md. A rule looks for what makes
 * the difference in the query and in the answers; that the third engine agrees with us is checked besides.
 */
export interface Rule {
  readonly name: string;
  /** Who differs from us; `both` is what we decided to do otherwise than everybody. */
  readonly other: 'DuckDB' | 'PostgreSQL' | 'both';
  readonly applies: (query: Query, own: Answer, other: Answer) => boolean;
}

function hasOperator(query: Query, ...symbols: readonly string[]): boolean {
  return someNode(query, (node) => node.kind === 'binary' && symbols.includes(symbolOf(node) ?? ''));
}

function failsWith(answer: Answer, ...codes: readonly string[]): boolean {
  return answer.kind === 'failed' && codes.includes(answer.code);
}

function comparesRows(node: AnyNode): boolean {
  const isRow = (value: unknown): boolean => isNode(value) && value.kind === 'row';
  return isRow(node.left) || isRow(node.operand);
}

/** Whether two expressions of a list have the same text. */
function hasRepeated(expressions: readonly unknown[]): boolean {
  const texts = expressions.map((expression) =>
    JSON.stringify(expression, (name, value: unknown) => (name === 'range' ? undefined : value)),
  );
  return new Set(texts).size < texts.length;
}

function groupsBySets(node: AnyNode): boolean {
  return someNode(node, ({ kind }) => kind === 'rollup' || kind === 'cube' || kind === 'groupingSets');
}

/** The most that any exact number of a column has. */
function digitsAfterPoint(rows: readonly AnswerRow[], column: number): number {
  const digits = rows.map((row) => (/^#.*[.](.*)$/.exec(String(row[column]))?.[1] ?? '').length);
  return digits.reduce((most, each) => Math.max(most, each), 0);
}

function hasFewerDigits(other: readonly AnswerRow[], own: readonly AnswerRow[]): boolean {
  return (own[0] ?? []).some((_, i) => digitsAfterPoint(own, i) > digitsAfterPoint(other, i));
}

export const RULES: readonly Rule[] = [
  {
    name: 'rows-with-nulls',
    other: 'DuckDB',
    applies: (query, own, other) =>
      own.kind === 'rows' && other.kind === 'rows' && someNode(query, (node) => comparesRows(node)),
  },
  {
    name: 'decimals-in-64-bits',
    other: 'DuckDB',
    applies: (query, own, other) =>
      own.kind === 'rows' &&
      other.kind === 'failed' &&
      /Overflow in (multiplication|subtract|addition) of DECIMAL/.test(other.message) &&
      hasOperator(query, '*', '-', '+'),
  },
  {
    name: 'negative-substring-length',
    other: 'DuckDB',
    applies: (query, own, other) =>
      failsWith(own, 'substring_error') &&
      other.kind === 'rows' &&
      someNode(query, ({ kind, length }) => kind === 'substring' && isNode(length)),
  },
  {
    name: 'division-by-zero',
    other: 'DuckDB',
    applies: (query, own, other) =>
      failsWith(own, 'division_by_zero') && other.kind === 'rows' && hasOperator(query, '/', '%'),
  },
  {
    name: 'thirty-eight-digits',
    other: 'both',
    applies: (query, own, other) =>
      failsWith(own, 'numeric_value_out_of_range') &&
      own.kind === 'failed' &&
      own.message === 'numeric field overflow' &&
      other.kind === 'rows' &&
      (hasOperator(query, '/', '*', '%') || someNode(query, (node) => calledName(node) === 'avg')),
  },
  {
    name: 'sharp-s',
    other: 'both',
    applies: (query, own, other) =>
      own.kind === 'rows' &&
      other.kind === 'rows' &&
      other.rows.flat().some((cell) => typeof cell === 'string' && cell.includes('\u1e9e')) &&
      someNode(query, (node) => calledName(node) === 'upper'),
  },
  {
    name: 'repeated-partition-keys',
    other: 'DuckDB',
    applies: (query, own, other) =>
      own.kind === 'rows' &&
      other.kind === 'rows' &&
      someNode(query, ({ partitionBy }) => Array.isArray(partitionBy) && hasRepeated(partitionBy)),
  },
  {
    name: 'unions-of-decimals',
    other: 'DuckDB',
    applies: (query, own, other) =>
      own.kind === 'rows' &&
      other.kind === 'rows' &&
      hasFewerDigits(other.rows, own.rows) &&
      someNode(query, ({ kind }) => kind === 'setOperation'),
  },
  {
    name: 'counts-of-pairs-in-subqueries',
    other: 'DuckDB',
    applies: (query, own, other) =>
      own.kind === 'rows' &&
      other.kind === 'rows' &&
      someNode(
        query,
        (node) => node.kind === 'scalarSubquery' && someNode(node, (call) => calledName(call) === 'regr_count'),
      ),
  },
  {
    name: 'reversed-accents',
    other: 'DuckDB',
    applies: (query, own, other) =>
      own.kind === 'rows' && other.kind === 'rows' && someNode(query, (node) => calledName(node) === 'reverse'),
  },
  {
    name: 'grouping-sets-of-no-rows',
    other: 'DuckDB',
    applies: (query, own, other) =>
      own.kind === 'rows' &&
      other.kind === 'rows' &&
      someNode(query, (node) => node.lateral === true && groupsBySets(node)),
  },
];
