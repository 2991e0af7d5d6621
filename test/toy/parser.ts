import { OrbitError } from '../../compiler/types/error.ts';
import type { BinaryOperator, Binding, Clause, Merge, Node, ObjectNode, Query } from './tree.ts';

/** Recursive descent over tokens; keywords are in capitals. */
export function parse(text: string): Query {
  const parser = new Parser(text);
  const query = parser.query();
  parser.expectEnd();
  return query;
}

interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'mark' | 'end';
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /(?<blank>\s+|\/\/[^\n]*)|(?<word>[A-Za-z_]\w*)|(?<number>\d+(?:\.\d+)?)|(?<text>"(?:[^"\\]|\\.)*")|(?<mark>->|==|!=|<=|>=|&&|\|\||[-+*/%<>=!?:.,()[\]{}])/y;

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) throw syntaxError(`unexpected ${text.charAt(at)}`, at);
    for (const kind of ['word', 'number', 'text', 'mark'] as const) {
      const found = groups[kind];
      if (found !== undefined) tokens.push({ kind, text: found, at });
    }
  }
  return [...tokens, { kind: 'end', text: 'end', at: text.length }];
}

function syntaxError(message: string, at: number): OrbitError {
  return new OrbitError('syntax_error', message, { range: { start: at, end: at + 1 } });
}

const CLAUSES: ReadonlySet<string> = new Set([
  'FOR',
  'FILTER',
  'LET',
  'SORT',
  'LIMIT',
  'COLLECT',
  'INSERT',
  'UPDATE',
  'REMOVE',
  'MERGE',
  'RETURN',
]);

const KEYWORDS: ReadonlySet<string> = new Set([
  ...CLAUSES,
  'IN',
  'INTO',
  'SET',
  'ON',
  'MATCH',
  'CREATE',
  'ASC',
  'DESC',
  'DISTINCT',
  'AGGREGATE',
]);

const BINDING_POWER: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  IN: 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};

const UNARY_POWER = 7;

const isBinary = (text: string): text is BinaryOperator => Object.hasOwn(BINDING_POWER, text);

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  query(): Query {
    const clauses: Clause[] = [];
    while (CLAUSES.has(this.#peek().text)) clauses.push(this.#clause());
    const early = clauses.findIndex(({ kind }) => kind === 'return');
    if (clauses.length === 0) throw this.#unexpected('a clause');
    if (early >= 0 && early < clauses.length - 1) throw syntaxError('RETURN is not the last clause', this.#peek().at);
    return { clauses };
  }

  expectEnd(): void {
    if (this.#peek().kind !== 'end') throw this.#unexpected('the end');
  }

  #clause(): Clause {
    const keyword = this.#next().text;
    switch (keyword) {
      case 'FOR': {
        const name = this.#name();
        this.#expect('IN');
        return { kind: 'for', name, source: this.#expression() };
      }
      case 'FILTER':
        return { kind: 'filter', condition: this.#expression() };
      case 'LET': {
        const { name, value } = this.#binding('=');
        return { kind: 'let', name, value };
      }
      case 'SORT':
        return {
          kind: 'sort',
          keys: this.#many(() => ({ value: this.#expression(), descending: this.#descending() })),
        };
      case 'LIMIT': {
        const first = this.#count();
        return this.#accept(',')
          ? { kind: 'limit', offset: first, count: this.#count() }
          : { kind: 'limit', offset: 0, count: first };
      }
      case 'COLLECT':
        return this.#collect();
      case 'INSERT': {
        const row = this.#object();
        this.#expect('INTO');
        return { kind: 'insert', row, table: this.#name() };
      }
      case 'UPDATE': {
        const name = this.#name();
        this.#expect('SET');
        const set = this.#object();
        this.#expect('IN');
        return { kind: 'update', name, set, table: this.#name() };
      }
      case 'REMOVE': {
        const name = this.#name();
        this.#expect('IN');
        return { kind: 'remove', name, table: this.#name() };
      }
      case 'MERGE':
        return this.#merge();
      case 'RETURN':
        return { kind: 'return', distinct: this.#accept('DISTINCT'), value: this.#expression() };
      default:
        throw this.#unexpected('a clause');
    }
  }

  #collect(): Clause {
    const plain = this.#peek().kind === 'word' && !KEYWORDS.has(this.#peek().text);
    const groups = plain ? this.#many(() => this.#binding('=')) : [];
    const aggregates = this.#accept('AGGREGATE')
      ? this.#many(() => {
          const name = this.#name();
          this.#expect('=');
          const fn = this.#name();
          this.#expect('(');
          const arg = this.#peek().text === ')' ? undefined : this.#expression();
          this.#expect(')');
          return { name, fn, arg };
        })
      : [];
    return { kind: 'collect', groups, aggregates, into: this.#accept('INTO') ? this.#name() : undefined };
  }

  #merge(): Merge {
    const key = this.#object();
    this.#expect('INTO');
    const table = this.#name();
    let onMatch: ObjectNode | undefined;
    let onCreate: ObjectNode | undefined;
    while (this.#accept('ON')) {
      if (this.#accept('MATCH')) {
        this.#expect('SET');
        onMatch = this.#object();
      } else {
        this.#expect('CREATE');
        onCreate = this.#object();
      }
    }
    return { kind: 'merge', key, table, onMatch, onCreate };
  }

  #expression(): Node {
    const condition = this.#operation(0);
    if (!this.#accept('?')) return condition;
    const then = this.#expression();
    this.#expect(':');
    return { kind: 'choice', condition, then, otherwise: this.#expression() };
  }

  #operation(power: number): Node {
    let left = this.#unary();
    for (let op = this.#peek().text; isBinary(op) && BINDING_POWER[op] > power; op = this.#peek().text) {
      this.#next();
      left = { kind: 'binary', op, left, right: this.#operation(BINDING_POWER[op]) };
    }
    return left;
  }

  #unary(): Node {
    if (this.#accept('!')) return { kind: 'not', arg: this.#operation(UNARY_POWER) };
    if (this.#accept('-')) return { kind: 'negate', arg: this.#operation(UNARY_POWER) };
    let node = this.#primary();
    for (;;) {
      if (this.#accept('.')) node = { kind: 'field', of: node, name: this.#word() };
      else if (this.#accept('[')) {
        node = { kind: 'index', of: node, at: this.#expression() };
        this.#expect(']');
      } else return node;
    }
  }

  #primary(): Node {
    const token = this.#peek();
    switch (token.kind) {
      case 'number':
        this.#next();
        return { kind: 'literal', value: token.text.includes('.') ? Number(token.text) : BigInt(token.text) };
      case 'text':
        this.#next();
        return { kind: 'literal', value: String(JSON.parse(token.text)) };
      case 'word':
        return this.#named();
      default:
        break;
    }
    if (token.text === '{') return this.#object();
    if (this.#accept('[')) return { kind: 'list', items: this.#until(']', () => this.#expression()) };
    this.#expect('(');
    const inner: Node = CLAUSES.has(this.#peek().text) ? { kind: 'subquery', query: this.query() } : this.#expression();
    this.#expect(')');
    return inner;
  }

  #named(): Node {
    const isCall = this.#tokens[this.#at + 1]?.text === '(';
    // FILTER( and MERGE( are functions where an expression stands.
    const name = isCall ? this.#next().text : this.#name();
    if (name === 'null') return { kind: 'literal', value: null };
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' };
    if (this.#accept('->')) return { kind: 'lambda', parameter: name, body: this.#expression() };
    if (!this.#accept('(')) return { kind: 'name', name };
    if (CLAUSES.has(this.#peek().text) && this.#tokens[this.#at + 1]?.text !== '(') {
      const query = this.query();
      this.#expect(')');
      return { kind: 'call', fn: name, args: [{ kind: 'subquery', query }] };
    }
    return { kind: 'call', fn: name, args: this.#until(')', () => this.#expression()) };
  }

  #object(): ObjectNode {
    this.#expect('{');
    const fields = this.#until('}', () => {
      const token = this.#next();
      if (token.kind !== 'word' && token.kind !== 'text') throw this.#unexpected('the name of a field');
      const name = token.kind === 'text' ? String(JSON.parse(token.text)) : token.text;
      // `{a}` is `{a: a}`.
      return { name, value: this.#accept(':') ? this.#expression() : ({ kind: 'name', name } satisfies Node) };
    });
    return { kind: 'object', fields };
  }

  #binding(mark: string): Binding {
    const name = this.#name();
    this.#expect(mark);
    return { name, value: this.#expression() };
  }

  #descending(): boolean {
    if (this.#accept('DESC')) return true;
    this.#accept('ASC');
    return false;
  }

  #count(): number {
    const token = this.#next();
    if (token.kind !== 'number' || token.text.includes('.')) throw syntaxError('LIMIT takes whole numbers', token.at);
    return Number(token.text);
  }

  #many<T>(item: () => T): readonly T[] {
    const items = [item()];
    while (this.#accept(',')) items.push(item());
    return items;
  }

  #until<T>(end: string, item: () => T): readonly T[] {
    if (this.#accept(end)) return [];
    const items = this.#many(item);
    this.#expect(end);
    return items;
  }

  /** A word that is no keyword. */
  #name(): string {
    if (KEYWORDS.has(this.#peek().text)) throw this.#unexpected('a name');
    return this.#word();
  }

  #word(): string {
    if (this.#peek().kind !== 'word') throw this.#unexpected('a name');
    return this.#next().text;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'end', at: 0 };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #accept(text: string): boolean {
    const token = this.#peek();
    if (token.text !== text || token.kind === 'text' || token.kind === 'end') return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#unexpected(text);
  }

  #unexpected(expected: string): OrbitError {
    const { text, at } = this.#peek();
    return syntaxError(`expected ${expected}, not ${text}`, at);
  }
}
