import { PASSES } from '../../compiler/optimizer/index.ts';
import type { Query } from '../../grammars/sql/tree.ts';
import type { RunOptions } from '../../runtime/scheduler/executor.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import { SPILLING, TINY } from '../executor/tuning.ts';
import { applySubqueries } from '../toy/naive.ts';
import { type Answer, answerDifference } from './answers.ts';
import type { DataSet } from './data.ts';
import type { Engines } from './engines.ts';
import { executorAnswer, type OwnTables, type Planning, referenceAnswer } from './own.ts';
import type { PeerEngine } from './peers.ts';
import { RULES } from './rules.ts';
import { isNode, orderedColumns, parseQuery, someNode } from './tree.ts';

/** The engines with a data set in them. */
export interface Loaded {
  readonly engines: Engines;
  readonly data: DataSet;
  readonly own: OwnTables;
}

export interface Agreement {
  /** What the executor says, by the plan that all passes made. */
  readonly answer: Answer;
  /** Who disagrees with whom, and in what. */
  readonly problem: string | undefined;
  /** What made others' answers differ, as docs/differences.md knows it. */
  readonly rules: readonly string[];
  /** The other engines that answered. */
  readonly answered: readonly PeerEngine['name'][];
}

interface Form {
  readonly name: string;
  readonly planning: Planning;
  /** None: the reference interpreter. */
  readonly executor?: Executor | undefined;
  readonly options?: Partial<RunOptions> | undefined;
}

const PASS_NAMES = [...new Set(PASSES.map((pass) => pass.name))];
/** Without decorrelation nothing with a subquery can be lowered. */
const OPTIONAL = PASS_NAMES.filter((name) => name !== 'decorrelate');

/** Longer than any query should take. */
const PATIENCE_MS = 120_000;

/** In how many ways our own engine answers the query with this number: two always, the others in turn. */
function formsOf({ engines, data }: Loaded, query: Query, turn: number): readonly Form[] {
  const { shared, unshared, workers } = engines;
  const one = OPTIONAL[turn % OPTIONAL.length] ?? 'simplify';
  // So many steps that many rows would take for ever.
  const tuning = data.size === 'large' ? { ...TINY, loopBudget: 1024, topSlack: 64, largestBlockBytes: 4096 } : TINY;
  const spilling =
    data.size === 'large' ? { ...tuning, spillRows: 60, spillPageBytes: 4096 } : { ...SPILLING, loopBudget: 64 };
  const others: readonly Form[] = [
    { name: 'the executor in small steps', planning: {}, executor: unshared, options: { tuning } },
    { name: 'the executor on two workers', planning: {}, executor: workers },
    { name: `the executor without ${one}`, planning: { off: [one] }, executor: shared },
    { name: 'two workers in small steps', planning: {}, executor: workers, options: { tuning } },
    { name: 'the executor in unshared memory', planning: {}, executor: unshared },
    { name: 'the executor with spilling', planning: {}, executor: shared, options: { tuning: spilling } },
    { name: 'two workers with spilling', planning: {}, executor: workers, options: { tuning: spilling } },
  ];
  const turned = others[turn % others.length];
  const forms: Form[] = [{ name: 'the reference', planning: {} }];
  if (turned !== undefined) forms.push(turned);
  if (data.size !== 'large') {
    forms.push({ name: `the reference without ${one}`, planning: { off: [one] } });
    // Subqueries for each row, joins in the order of the text.
    if (data.size === 'tiny' && !subqueriesInJoins(query)) {
      forms.push({ name: 'the reference without optimizer', planning: { off: PASS_NAMES, prepare: applySubqueries } });
    }
  }
  return forms;
}

/** An Apply below one side of a join cannot see the other. */
function subqueriesInJoins(query: Query): boolean {
  return someNode(
    query,
    (node) =>
      node.kind === 'join' && isNode(node.condition) && someNode(node.condition, ({ kind }) => kind === 'query'),
  );
}

/** Each run has its time: the reference alone may take as long. */
function impatience(): () => boolean {
  const start = performance.now();
  return () => performance.now() - start > PATIENCE_MS;
}

/** Asks everybody. */
export async function agreement(loaded: Loaded, text: string, turn: number): Promise<Agreement> {
  const { engines, own } = loaded;
  const query = parseQuery(text);
  const ordered = orderedColumns(query);
  const answer = await executorAnswer(own, text, {}, engines.shared, { isCancelled: impatience() });
  const done = (problem: string | undefined, rules: readonly string[] = [], answered: Agreement['answered'] = []) => ({
    answer,
    problem,
    rules,
    answered,
  });
  if (answer.kind === 'refused') return done(`we refuse it: ${answer.message}`);
  for (const form of formsOf(loaded, query, turn)) {
    const { name, planning, executor, options } = form;
    const other =
      executor === undefined
        ? referenceAnswer(own, text, planning)
        : await executorAnswer(own, text, planning, executor, { ...options, isCancelled: impatience() });
    const different = ownDifference(answer, other, ordered);
    if (different !== undefined) return done(`${name} differs from the executor: ${different}`);
  }
  return peers(engines, query, text, answer, done);
}

/** What PostgreSQL has nothing to say about. */
function isUnknownToPostgres(query: Query): boolean {
  return someNode(query, ({ kind, asof }) => kind === 'join' && asof === true);
}

/** Between our own answers errors have to be the same, too. */
function ownDifference(answer: Answer, other: Answer, ordered: readonly number[]): string | undefined {
  if (other.kind === 'refused') return `it refuses: ${other.message}`;
  return answerDifference(answer, other, ordered);
}

async function peers(
  engines: Engines,
  query: Query,
  text: string,
  answer: Answer,
  done: (problem: string | undefined, rules?: readonly string[], answered?: Agreement['answered']) => Agreement,
): Promise<Agreement> {
  const ordered = orderedColumns(query);
  const asked: { readonly peer: PeerEngine; readonly other: Answer; readonly different: string | undefined }[] = [];
  for (const peer of [engines.duck, engines.postgres]) {
    const other = await peer.answer(text);
    asked.push({ peer, other, different: answerDifference(answer, other, ordered) });
  }
  const answered = asked.flatMap(({ peer, other }) => (other.kind === 'refused' ? [] : [peer.name]));
  const rules: string[] = [];
  for (const { peer, other, different } of asked) {
    if (different === undefined) continue;
    const rule = RULES.find((each) => [peer.name, 'both'].includes(each.other) && each.applies(query, answer, other));
    const third = asked.find((each) => each.peer !== peer);
    const silent = third?.other.kind === 'refused' && peer.name === 'DuckDB' && isUnknownToPostgres(query);
    const agrees = silent || (third !== undefined && third.other.kind !== 'refused' && third.different === undefined);
    if (rule === undefined || (rule.other !== 'both' && !agrees)) {
      const verdict =
        third === undefined || third.other.kind === 'refused' ? 'silent' : agrees ? 'with us' : 'against us';
      return done(`${peer.name} differs (${third?.peer.name} is ${verdict}): ${different}`, [], answered);
    }
    rules.push(rule.name);
  }
  return done(undefined, rules, answered);
}
