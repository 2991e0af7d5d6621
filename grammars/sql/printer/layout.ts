import type { IToken, TokenType } from '../../toolkit/chevrotain.ts';
import type { TextRange } from '../../toolkit/parse-error.ts';
import { endOf } from '../../toolkit/tokens.ts';
import { type KeywordClass, keywordClasses } from '../keywords.ts';
import { type LexedSql, lexSql } from '../lexer.ts';
import { infixSymbol, keywordTypesByWord, prefixSymbol, quotedName, t, word } from '../tokens.ts';

/**
 * Lays a text out anew: clauses on lines of their own, keywords in capitals. It works on tokens, so that comments, the
 * writing of names and literals, and statements that nothing else knows stay as they are.
 */

const WIDTH = 100;
const INDENT = 2;

/** Undefined where the result would not be the same tokens and comments: then the text has to stay as it is. */
export function layOutSql(text: string): string | undefined {
  const lexed = lexSql(text);
  if (lexed.errors.length > 0) return undefined;
  const laidOut = write(parts(text, lexed));
  return isSame(lexed, text, lexSql(laidOut), laidOut) ? laidOut : undefined;
}

function isSame(a: LexedSql, aText: string, b: LexedSql, bText: string): boolean {
  const tokens = ({ tokens }: LexedSql): string =>
    JSON.stringify(
      tokens.map(({ tokenType, image, payload }) => [
        tokenType.name,
        isKeyword(tokenType) ? image.toLowerCase() : image,
        payload,
      ]),
    );
  const comments = ({ comments }: LexedSql, text: string): string =>
    JSON.stringify(comments.map(({ start, end }) => text.slice(start, end).trimEnd()));
  return b.errors.length === 0 && tokens(a) === tokens(b) && comments(a, aText) === comments(b, bText);
}

interface Comment {
  readonly text: string;
  /** It ends with the line. */
  readonly toLineEnd: boolean;
}

interface Leaf {
  readonly kind: 'leaf';
  readonly type: TokenType;
  readonly text: string;
  readonly spaceBefore: boolean;
  /** An empty line stood before it, or before its comments. */
  readonly gapBefore: boolean;
  /** On lines of their own before it. */
  readonly before: readonly Comment[];
  /** Behind it, on its line. */
  readonly after: readonly Comment[];
}

interface Group {
  readonly kind: 'group';
  readonly open: Leaf;
  readonly parts: readonly Part[];
  readonly close: Leaf | undefined;
}

type Part = Leaf | Group;

const isKeyword = (type: TokenType): boolean => keywordTypesByWord.get(type.name.toLowerCase()) === type;

function parts(
  text: string,
  { tokens, comments }: LexedSql,
): { readonly parts: readonly Part[]; readonly rest: readonly Comment[] } {
  const leaves: Leaf[] = [];
  let next = 0;
  const comment = ({ start, end }: TextRange): Comment => ({
    text: text.slice(start, end).trimEnd(),
    toLineEnd: text.startsWith('--', start),
  });
  const take = (until: number): TextRange[] => {
    const taken: TextRange[] = [];
    for (; next < comments.length && comments[next]!.start < until; next++) taken.push(comments[next]!);
    return taken;
  };
  let end = 0;
  let waiting: TextRange[] = take(tokens[0]?.startOffset ?? text.length);
  tokens.forEach((token, i) => {
    const from = end;
    end = endOf(token);
    const own = waiting;
    const nextStart = tokens[i + 1]?.startOffset ?? text.length;
    const behind = take(nextStart);
    // What begins on the token's line belongs to it.
    const lineEnd = text.indexOf('\n', end);
    const mine = behind.filter(({ start }) => lineEnd < 0 || start < lineEnd);
    waiting = behind.slice(mine.length);
    leaves.push({
      kind: 'leaf',
      type: token.tokenType,
      text: spelled(token, tokens[i - 1], tokens[i + 1]),
      spaceBefore: from < token.startOffset,
      gapBefore: /\n[ \t\r]*\n/.test(text.slice(from, own[0]?.start ?? token.startOffset)),
      before: own.map(comment),
      after: mine.map(comment),
    });
  });
  return { parts: grouped(leaves), rest: waiting.map(comment) };
}

/** Keywords that are no names here: reserved ones, and some that only ever begin or join clauses. */
const CAPITALS: ReadonlySet<string> = new Set(
  (
    'insert update delete merge begin commit rollback explain copy drop alter recursive values set by over partition between exists ' +
    'rows range unbounded preceding following nulls first last interval'
  ).split(' '),
);

/** Words that are keywords behind certain others. */
const PAIRS: ReadonlyMap<string, readonly string[]> = new Map([
  ['key', ['primary', 'foreign']],
  ['conflict', ['on']],
  ['nothing', ['do']],
  ['update', ['do']],
  ['row', ['current', 'each']],
  ['view', ['create', 'drop', 'replace']],
  ['schema', ['create', 'drop']],
  ['exists', ['if', 'not']],
  ['if', ['table', 'view', 'schema']],
]);

const CLASSES: ReadonlyMap<string, KeywordClass> = keywordClasses;

function spelled(token: IToken, before: IToken | undefined, after: IToken | undefined): string {
  const { image, tokenType } = token;
  if (!isKeyword(tokenType) || before?.tokenType === t.dot || after?.tokenType === t.dot) return image;
  const lower = image.toLowerCase();
  const classOf = CLASSES.get(lower);
  if (classOf === 'reserved') return image.toUpperCase();
  const called = after?.tokenType === t.leftParen && endOf(token) === after.startOffset;
  if (called) return image;
  if (classOf === 'functionName') return image.toUpperCase();
  // A keyword that can be a name is one where a name stands.
  const named = before === undefined || isKeyword(before.tokenType) || before.tokenType === t.semicolon;
  if (before !== undefined && PAIRS.get(lower)?.includes(before.image.toLowerCase()) === true)
    return image.toUpperCase();
  const starts = [
    'insert',
    'update',
    'delete',
    'merge',
    'begin',
    'commit',
    'rollback',
    'explain',
    'copy',
    'drop',
    'alter',
  ];
  if (starts.includes(lower))
    return before === undefined || before.tokenType === t.semicolon ? image.toUpperCase() : image;
  return CAPITALS.has(lower) && (named || lower !== 'first') ? image.toUpperCase() : image;
}

const CLOSING: ReadonlyMap<TokenType, TokenType> = new Map([
  [t.leftParen, t.rightParen],
  [t.leftBracket, t.rightBracket],
  [t.leftBrace, t.rightBrace],
]);

function grouped(leaves: readonly Leaf[]): readonly Part[] {
  let at = 0;
  const read = (until: TokenType | undefined): Part[] => {
    const list: Part[] = [];
    while (at < leaves.length && leaves[at]!.type !== until) {
      const leaf = leaves[at++]!;
      const closing = CLOSING.get(leaf.type);
      if (closing === undefined) list.push(leaf);
      else {
        const inside = read(closing);
        list.push({ kind: 'group', open: leaf, parts: inside, close: leaves[at++] });
      }
    }
    return list;
  };
  return read(undefined);
}

/* ------------------------------------------------------------------------------------------------------------ writing */

/** Words that begin a clause; those of joins begin a line as well, and the words behind them stay on it. */
const CLAUSES: ReadonlySet<string> = new Set(
  'SELECT FROM WHERE GROUP HAVING WINDOW QUALIFY ORDER LIMIT OFFSET FETCH UNION INTERSECT EXCEPT RETURNING SET VALUES USING ON'.split(
    ' ',
  ),
);
const JOIN_WORDS: ReadonlySet<string> = new Set(
  'JOIN LEFT RIGHT FULL INNER OUTER CROSS NATURAL ASOF SEMI ANTI POSITIONAL LATERAL'.split(' '),
);
const QUERY_STARTS: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'FROM', 'VALUES', 'INSERT', 'UPDATE', 'DELETE']);

const firstLeaf = (part: Part): Leaf => (part.kind === 'leaf' ? part : part.open);
const wordOf = (part: Part | undefined): string =>
  part?.kind === 'leaf' && isKeyword(part.type) ? part.text.toUpperCase() : '';

class Writer {
  text = '';
  #column = 0;
  #indent = 0;
  #last: Leaf | undefined;
  #beforeLast: Leaf | undefined;
  #mustBreak = false;

  newline(indent: number): void {
    this.#indent = indent;
    if (this.#column > 0) this.text += '\n';
    this.#column = 0;
    this.#mustBreak = false;
  }

  blank(): void {
    this.newline(0);
    if (this.text !== '' && !this.text.endsWith('\n\n')) this.text += '\n';
  }

  endStatement(): void {
    this.#last = undefined;
    this.#beforeLast = undefined;
  }

  get column(): number {
    return this.#column === 0 ? this.#indent : this.#column;
  }

  leaf(leaf: Leaf): void {
    for (const { text } of leaf.before) {
      this.newline(this.#indent);
      this.#put(text, false);
      this.#mustBreak = true;
    }
    if (this.#mustBreak) this.newline(this.#indent);
    this.#put(leaf.text, isSpaced(this.#beforeLast, this.#last, leaf));
    this.#beforeLast = this.#last;
    this.#last = leaf;
    for (const comment of leaf.after) this.comment(comment);
  }

  comment({ text, toLineEnd }: Comment): void {
    if (this.#mustBreak) this.newline(this.#indent);
    this.#put(text, true);
    if (toLineEnd) this.#mustBreak = true;
  }

  #put(text: string, spaced: boolean): void {
    const before = this.#column === 0 ? ' '.repeat(this.#indent) : spaced ? ' ' : '';
    this.text += before + text;
    const lineStart = text.lastIndexOf('\n');
    this.#column = lineStart < 0 ? Math.max(1, this.#column + before.length + text.length) : text.length - lineStart;
  }
}

function write({ parts: all, rest }: { readonly parts: readonly Part[]; readonly rest: readonly Comment[] }): string {
  const writer = new Writer();
  let from = 0;
  while (from < all.length) {
    const semicolon = all.findIndex((part, i) => i >= from && firstLeaf(part).type === t.semicolon);
    const to = semicolon < 0 ? all.length : semicolon + 1;
    const first = all[from];
    if (first !== undefined && from > 0 && firstLeaf(first).gapBefore) writer.blank();
    else writer.newline(0);
    writeSequence(writer, all.slice(from, to), 0, false);
    writer.endStatement();
    from = to;
  }
  for (const comment of rest) {
    writer.newline(0);
    writer.comment(comment);
  }
  writer.newline(0);
  return writer.text;
}

/** How wide the parts are on one line; infinite where a comment needs a line. */
function flatWidth(list: readonly Part[]): number {
  let width = 0;
  for (const part of list) {
    if (part.kind === 'group') {
      width += flatWidth([part.open, ...part.parts, ...(part.close === undefined ? [] : [part.close])]);
      continue;
    }
    if (part.before.length > 0 || part.after.some(({ toLineEnd }) => toLineEnd) || part.text.includes('\n')) {
      return Number.POSITIVE_INFINITY;
    }
    width += part.text.length + 1 + part.after.reduce((sum, { text }) => sum + text.length + 1, 0);
  }
  return width;
}

/** A statement, or what is in parentheses: on one line if it fits, else a clause a line. */
function writeSequence(writer: Writer, list: readonly Part[], indent: number, isList: boolean): void {
  if (writer.column + flatWidth(list) <= WIDTH) {
    writeFlat(writer, list);
    return;
  }
  const clauses = isList ? [list] : clausesOf(list);
  clauses.forEach((clause, i) => {
    if (i > 0) writer.newline(indent);
    writeClause(writer, clause, indent, isList);
  });
}

function clausesOf(list: readonly Part[]): readonly (readonly Part[])[] {
  const clauses: Part[][] = [[]];
  list.forEach((part, i) => {
    const word = wordOf(part);
    const before = wordOf(list[i - 1]);
    const starts = JOIN_WORDS.has(word)
      ? !JOIN_WORDS.has(before) && before !== 'FROM'
      : CLAUSES.has(word) && !STAYING.get(word)?.includes(before);
    const isCall =
      word !== '' && list[i + 1]?.kind === 'group' && !firstLeaf(list[i + 1]!).spaceBefore && word !== 'VALUES';
    if (i > 0 && starts && !isCall && !(word === 'ON' || word === 'USING')) clauses.push([]);
    clauses.at(-1)!.push(part);
  });
  return clauses;
}

/** Where a clause's word goes on with what is before it. */
const STAYING: ReadonlyMap<string, readonly string[]> = new Map([
  ['FROM', ['DELETE', 'DISTINCT']],
  ['GROUP', ['WITHIN']],
  ['SET', ['UPDATE', 'DO', 'CHARACTER']],
  ['VALUES', ['DEFAULT']],
  ['SELECT', ['EXPLAIN', 'ANALYZE']],
]);

function writeClause(writer: Writer, clause: readonly Part[], indent: number, isList: boolean): void {
  if (writer.column + flatWidth(clause) <= WIDTH) {
    writeFlat(writer, clause);
    return;
  }
  // Only a list of several items is broken at its commas, and a condition at its outermost AND or OR.
  const separated = clause.some((part) => firstLeaf(part).type === t.comma);
  const inner = isList ? indent : indent + INDENT;
  let between = 0;
  let headed = isList;
  clause.forEach((part, i) => {
    const word = wordOf(part);
    const afterComma = i > 0 && firstLeaf(clause[i - 1]!).type === t.comma && clause[i - 1]!.kind === 'leaf';
    if (afterComma) writer.newline(inner);
    else if (separated && !headed && i > 0 && !HEADS.has(word)) {
      headed = true;
      writer.newline(inner);
    } else if (!separated && (word === 'OR' || (word === 'AND' && between === 0)) && i > 0) writer.newline(inner);
    if (word === 'BETWEEN') between++;
    else if (word === 'AND' && between > 0) between--;
    writePart(writer, part, afterComma || headed ? inner : indent);
  });
}

/** Words of a clause's head, which its items come behind. */
const HEADS: ReadonlySet<string> = new Set(
  'SELECT DISTINCT ALL ORDER GROUP BY FROM VALUES SET WITH RECURSIVE RETURNING'.split(' '),
);

function writePart(writer: Writer, part: Part, indent: number): void {
  if (part.kind === 'leaf') {
    writer.leaf(part);
    return;
  }
  const all = [part.open, ...part.parts, ...(part.close === undefined ? [] : [part.close])];
  if (writer.column + flatWidth(all) <= WIDTH) {
    writeFlat(writer, all);
    return;
  }
  writer.leaf(part.open);
  if (part.parts.length > 0) {
    const isQuery = QUERY_STARTS.has(wordOf(part.parts[0]));
    writer.newline(indent + INDENT);
    writeSequence(writer, part.parts, indent + INDENT, !isQuery);
    writer.newline(indent);
  }
  if (part.close !== undefined) writer.leaf(part.close);
}

function writeFlat(writer: Writer, list: readonly Part[]): void {
  for (const part of list) {
    if (part.kind === 'leaf') writer.leaf(part);
    else writeFlat(writer, [part.open, ...part.parts, ...(part.close === undefined ? [] : [part.close])]);
  }
}

const TIGHT_BEFORE: ReadonlySet<TokenType> = new Set([
  t.rightParen,
  t.rightBracket,
  t.rightBrace,
  t.comma,
  t.semicolon,
  t.dot,
  t.doubleColon,
]);
const TIGHT_AFTER: ReadonlySet<TokenType> = new Set([t.leftParen, t.leftBracket, t.leftBrace, t.dot, t.doubleColon]);

function isSpaced(beforeLast: Leaf | undefined, last: Leaf | undefined, leaf: Leaf): boolean {
  if (last === undefined) return false;
  if (TIGHT_BEFORE.has(leaf.type)) return leaf.type === t.dot && last.type === t.number;
  if (TIGHT_AFTER.has(last.type)) return false;
  // A sign belongs to what is behind it unless something to compute with is before it.
  if (isPrefix(last) && !endsOperand(beforeLast)) return leaf.spaceBefore && last.type === t.operator;
  const keeps =
    leaf.type === t.leftParen || leaf.type === t.leftBracket || leaf.type === t.leftBrace || leaf.type === t.colon;
  if (keeps || last.type === t.colon || leaf.type === t.question) {
    const reserved = isKeyword(last.type) && RESERVED.has(last.text.toLowerCase());
    const separate = reserved || last.type === t.comma || isOperator(last);
    return leaf.spaceBefore || (leaf.type !== t.colon && separate);
  }
  if (last.type === t.percent || leaf.type === t.percent) return leaf.spaceBefore;
  return true;
}

const RESERVED: ReadonlySet<string> = new Set(
  [...keywordClasses].filter(([, keywordClass]) => keywordClass === 'reserved').map(([keyword]) => keyword),
);

function isOperator({ type }: Leaf): boolean {
  return type.tokenTypeIdx !== undefined && infixSymbol.categoryMatchesMap?.[type.tokenTypeIdx] === true;
}

function isPrefix({ type }: Leaf): boolean {
  return type.tokenTypeIdx !== undefined && prefixSymbol.categoryMatchesMap?.[type.tokenTypeIdx] === true;
}

function endsOperand(leaf: Leaf | undefined): boolean {
  if (leaf === undefined) return false;
  const { type, text } = leaf;
  if (type === word || type === quotedName || type === t.number || type === t.string || type === t.bitString)
    return true;
  if (type === t.parameter || type === t.rightParen || type === t.rightBracket || type === t.rightBrace) return true;
  return isKeyword(type) && (!RESERVED.has(text.toLowerCase()) || /^(end|null|true|false|current_\w+)$/i.test(text));
}
