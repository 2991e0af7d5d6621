import type { Query } from '../../grammars/sql/tree.ts';
import { type AnyNode, isNode, isQuery, parseQuery, printQuery } from './tree.ts';

/** Node kinds that stand where an expression does. */
const EXPRESSIONS: ReadonlySet<string> = new Set([
  ...[
    'number',
    'string',
    'boolean',
    'null',
    'typedLiteral',
    'interval',
    'column',
    'and',
    'or',
    'not',
    'unary',
    'binary',
  ],
  ...['quantified', 'between', 'inList', 'inQuery', 'like', 'isNull', 'isTruth', 'isDistinct', 'case', 'cast', 'call'],
  ...['extract', 'position', 'substring', 'trim', 'scalarSubquery', 'exists', 'row', 'arraySubquery', 'array'],
]);
/** Those that are as small as can be. */
const LEAVES: ReadonlySet<string> = new Set(['number', 'string', 'boolean', 'null', 'typedLiteral', 'column']);
const TABLES: ReadonlySet<string> = new Set(['table', 'derivedTable', 'join', 'tableFunction']);
const BODIES: ReadonlySet<string> = new Set(['select', 'setOperation', 'values', 'query']);

const range = { start: 0, end: 0 };
const SIMPLE: readonly AnyNode[] = [
  { kind: 'null', range },
  { kind: 'number', range, text: '1', form: 'integer' },
  { kind: 'boolean', range, value: true },
];

/**
 * A smaller query for which `fails` still holds, found by taking parts away or putting their own parts in their place
 * until nothing more can go (after Regehr et al., PLDI 2012).
 */
export async function shrinkQuery(
  text: string,
  fails: (query: string) => Promise<boolean>,
  tries = 600,
): Promise<string> {
  let best = text;
  let left = tries;
  const seen = new Set([text]);
  for (let improved = true; improved; ) {
    improved = false;
    for (const candidate of smaller(parseQuery(best))) {
      if (candidate.length >= best.length || seen.has(candidate)) continue;
      seen.add(candidate);
      if (left-- <= 0) return best;
      if (!(await fails(candidate))) continue;
      best = candidate;
      improved = true;
      break;
    }
  }
  return best;
}

/** Texts of queries with something less, the largest cuts first. */
function smaller(query: Query): readonly string[] {
  const texts = new Set<string>();
  for (const tree of reductions(query)) {
    try {
      if (!isNode(tree) || !isQuery(tree)) continue;
      const text = printQuery(tree);
      parseQuery(text);
      texts.add(text);
    } catch {
      // What is no tree any more has no text, or one that is no query.
    }
  }
  return [...texts].sort((a, b) => a.length - b.length);
}

/** The node in all ways of taking one thing away, somewhere in it. */
function* reductions(value: unknown): Iterable<unknown> {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      yield value.filter((_, at) => at !== i);
      for (const item of reductions(value[i])) yield value.map((each: unknown, at) => (at === i ? item : each));
    }
    return;
  }
  if (!isNode(value)) return;
  yield* replacements(value);
  for (const [name, property] of Object.entries(value)) {
    if (name === 'kind' || name === 'range') continue;
    if (property === true) yield { ...value, [name]: false };
    if (isNode(property)) yield { ...value, [name]: undefined };
    for (const reduced of reductions(property)) {
      const lost = Array.isArray(reduced) && reduced.length === 0 && (name === 'operands' || name === 'tables');
      if (!lost) yield { ...value, [name]: reduced };
    }
  }
}

/** What may stand in the place of a node. */
function* replacements(node: AnyNode): Iterable<unknown> {
  if (EXPRESSIONS.has(node.kind)) {
    if (!LEAVES.has(node.kind)) yield* SIMPLE;
    yield* within(node, EXPRESSIONS);
  } else if (TABLES.has(node.kind)) {
    if (node.kind === 'join') yield* within(node, TABLES);
  } else if (BODIES.has(node.kind)) {
    yield* within(node, BODIES);
  } else if (node.kind === 'with' && Array.isArray(node.tables) && node.tables.length === 1) {
    yield undefined;
  }
}

/** The nearest nodes of some kinds below a node. */
function* within(node: AnyNode, kinds: ReadonlySet<string>): Iterable<AnyNode> {
  for (const property of Object.values(node)) {
    for (const child of Array.isArray(property) ? property : [property]) {
      if (!isNode(child)) continue;
      if (kinds.has(child.kind)) yield child;
      else if (!BODIES.has(child.kind) || kinds === BODIES) yield* within(child, kinds);
    }
  }
}
