import { PASSES } from '../../compiler/optimizer/index.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import { type AnswerRow, rowsDifference } from './answers.ts';
import { executorAnswer, type OwnTables } from './own.ts';
import type { Relation } from './relations.ts';
import { parseQuery } from './tree.ts';

const OPTIONAL = [...new Set(PASSES.map((pass) => pass.name))].filter((name) => name !== 'decorrelate');

export interface RelationCheck {
  readonly problem?: string;
  /** Of the left side; undefined where both sides fail, or the query is not of the relation's form. */
  readonly rows?: number;
  readonly error?: string;
}

export interface RelationCase {
  readonly own: OwnTables;
  /** Taken in turns. */
  readonly engines: readonly Executor[];
  readonly relation: Relation;
  readonly base: string;
  readonly turn: number;
}

/** Whether a relation holds for a base query; now and then with an optimizer pass left out on one of the sides. */
export async function checkRelation({ own, engines, relation, base, turn }: RelationCase): Promise<RelationCheck> {
  const sides = relation.sides(parseQuery(base));
  if (sides === undefined) return { error: 'another form' };
  const executor = engines[turn % engines.length];
  if (executor === undefined) throw new Error('no engine');
  const off = turn % 4 === 0 ? [OPTIONAL[turn % OPTIONAL.length] ?? 'simplify'] : [];
  const left = await rowsOf(own, sides.left, executor, off);
  const right = await rowsOf(own, sides.right, executor, []);
  if (typeof left === 'string' || typeof right === 'string') {
    if (typeof left === typeof right) return { error: String(left) };
    const text = (side: typeof left): string => (typeof side === 'string' ? side : `${side.length} rows`);
    return { problem: `fails: ${text(left)} against ${text(right)}` };
  }
  const different = rowsDifference(left, right, []);
  return different === undefined ? { rows: left.length } : { problem: `rows: ${different}` };
}

/** Rows of several queries one after the other; an error's code if one fails. */
async function rowsOf(
  own: OwnTables,
  texts: readonly string[],
  executor: Executor,
  off: readonly string[],
): Promise<readonly AnswerRow[] | string> {
  const rows: AnswerRow[] = [];
  for (const each of texts) {
    const answer = await executorAnswer(own, each, { off }, executor, {});
    if (answer.kind !== 'rows') return answer.code;
    for (const row of answer.rows) rows.push(row);
  }
  return rows;
}
