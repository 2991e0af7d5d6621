import { OrbitError } from '../../types/error.ts';
import { parseNumber } from '../../types/jsonb.ts';
import { pathError, type Token, tokenize } from './lexer.ts';
import { pathRegex } from './regex.ts';
import type { ArithmeticOperator, Comparison, JsonPath, Path, Predicate, Subscript } from './tree.ts';
import { isPredicate } from './tree.ts';

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': '==',
  '=': '==',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

const METHODS: Readonly<Record<string, number>> = {
  type: 0,
  size: 0,
  double: 0,
  abs: 0,
  floor: 0,
  ceiling: 0,
  keyvalue: 0,
  bigint: 0,
  integer: 0,
  number: 0,
  string: 0,
  boolean: 0,
  decimal: 2,
};

const TIME_METHODS: ReadonlySet<string> = new Set(['datetime', 'date', 'time', 'time_tz', 'timestamp', 'timestamp_tz']);

/** Every level is a frame of the parser's own stack, and of the evaluation's. */
const MAX_DEPTH = 500;
const MAX_STEPS = 5000;

/** @throws OrbitError invalid_text_representation, syntax_error */
export function parsePath(text: string): JsonPath {
  const tokens = tokenize(text);
  let next = 0;
  let depth = 0;
  /** Of subscripts and filters around the place: what `last` and `@` mean. */
  let subscripts = 0;
  let filters = 0;

  const peek = (): Token => tokens[next] ?? { kind: 'end', text: '', at: text.length };
  const fail = (expected: string): never => {
    const token = peek();
    throw pathError(`${expected} expected, ${token.kind === 'end' ? 'the end' : `"${token.text}"`} found`, token.at);
  };
  const take = (): Token => {
    const token = peek();
    next += 1;
    return token;
  };
  const isSymbol = (symbol: string): boolean => peek().kind === 'symbol' && peek().text === symbol;
  const isWord = (word: string): boolean => peek().kind === 'word' && peek().text.toLowerCase() === word;
  const accept = (symbol: string): boolean => {
    if (!isSymbol(symbol)) return false;
    next += 1;
    return true;
  };
  const acceptWord = (word: string): boolean => {
    if (!isWord(word)) return false;
    next += 1;
    return true;
  };
  const expect = (symbol: string): void => {
    if (!accept(symbol)) fail(`"${symbol}"`);
  };
  const nested = <T>(read: () => T): T => {
    depth += 1;
    if (depth > MAX_DEPTH) throw new OrbitError('statement_too_complex', 'the jsonpath is nested too deeply');
    const result = read();
    depth -= 1;
    return result;
  };
  const asPredicate = (path: Path): Predicate => (isPredicate(path) ? path : fail('a condition'));
  const asValue = (path: Path): Path => (isPredicate(path) ? fail('a value, no condition,') : path);

  const or = (): Path =>
    nested(() => {
      let left = and();
      while (isSymbol('||')) {
        asPredicate(left);
        next += 1;
        left = { kind: 'or', left: asPredicate(left), right: asPredicate(and()) };
      }
      return left;
    });
  const and = (): Path => {
    let left = not();
    while (isSymbol('&&')) {
      asPredicate(left);
      next += 1;
      left = { kind: 'and', left: asPredicate(left), right: asPredicate(not()) };
    }
    return left;
  };
  const not = (): Path => {
    if (!accept('!')) return comparison();
    if (!isSymbol('(') && !isWord('exists')) fail('"("');
    return { kind: 'not', arg: asPredicate(primary()) };
  };
  const comparison = (): Path => {
    const left = sum();
    const token = peek();
    const operator =
      token.kind === 'symbol' && Object.hasOwn(COMPARISONS, token.text) ? COMPARISONS[token.text] : undefined;
    if (operator !== undefined) {
      asValue(left);
      next += 1;
      return { kind: 'compare', operator, left, right: asValue(sum()) };
    }
    if (isWord('starts')) {
      asValue(left);
      next += 1;
      if (!acceptWord('with')) fail('WITH');
      const prefix = take();
      if (prefix.kind === 'string') {
        return { kind: 'startsWith', arg: left, prefix: { kind: 'literal', value: prefix.text } };
      }
      if (prefix.kind !== 'variable') {
        next -= 1;
        fail('a string');
      }
      return { kind: 'startsWith', arg: left, prefix: { kind: 'variable', name: prefix.text } };
    }
    if (!isWord('like_regex')) return left;
    asValue(left);
    next += 1;
    const string = (): string => (peek().kind === 'string' ? take().text : fail('a string'));
    const pattern = string();
    const flags = acceptWord('flag') ? string() : '';
    return { kind: 'likeRegex', arg: left, matches: pathRegex(pattern, flags) };
  };
  const binary = (operators: readonly ArithmeticOperator[], operand: () => Path) => (): Path => {
    let left = operand();
    for (let steps = 0; ; steps += 1) {
      const operator = operators.find(isSymbol);
      if (operator === undefined) return left;
      if (steps > MAX_STEPS) throw new OrbitError('statement_too_complex', 'the jsonpath has too many operators');
      asValue(left);
      next += 1;
      left = { kind: 'arithmetic', operator, left, right: asValue(operand()) };
    }
  };
  const sign = (): Path =>
    nested(() => {
      const operator = isSymbol('-') ? '-' : isSymbol('+') ? '+' : undefined;
      if (operator === undefined) return primary();
      next += 1;
      return { kind: 'sign', operator, arg: asValue(sign()) };
    });
  const product = binary(['*', '/', '%'], sign);
  const sum = binary(['+', '-'], product);

  const primary = (): Path => {
    if (acceptWord('exists')) {
      expect('(');
      const arg = asValue(or());
      expect(')');
      return { kind: 'exists', arg };
    }
    if (!accept('(')) return steps(start());
    const inner = or();
    expect(')');
    if (isPredicate(inner) && acceptWord('is')) {
      if (!acceptWord('unknown')) fail('UNKNOWN');
      return { kind: 'isUnknown', arg: inner };
    }
    return steps(inner);
  };
  const start = (): Path => {
    const token = take();
    switch (token.kind) {
      case 'string':
        return { kind: 'literal', value: token.text };
      case 'variable':
        return { kind: 'variable', name: token.text };
      case 'number':
        return { kind: 'literal', value: numberOf(token.text) };
      case 'word':
        if (token.text === 'true' || token.text === 'false') return { kind: 'literal', value: token.text === 'true' };
        if (token.text === 'null') return { kind: 'literal', value: null };
        if (token.text.toLowerCase() === 'last') {
          if (subscripts === 0) throw pathError('LAST is allowed only in array subscripts', token.at);
          return { kind: 'last' };
        }
        break;
      case 'symbol':
        if (token.text === '$') return { kind: 'root' };
        if (token.text === '@') {
          if (filters === 0) throw pathError('@ is not allowed in root expressions', token.at);
          return { kind: 'current' };
        }
        break;
      case 'end':
        break;
    }
    next -= 1;
    return fail('a value');
  };
  const steps = (from: Path): Path => {
    let path = from;
    for (let count = 0; ; count += 1) {
      if (count > MAX_DEPTH) throw new OrbitError('statement_too_complex', 'the jsonpath has too many steps');
      if (accept('.')) path = step(path);
      else if (accept('[')) path = items(path);
      else if (accept('?')) {
        expect('(');
        filters += 1;
        const condition = asPredicate(or());
        filters -= 1;
        expect(')');
        path = { kind: 'filter', base: path, condition };
      } else return path;
    }
  };
  const step = (base: Path): Path => {
    if (accept('**')) return { kind: 'anywhere', base, ...bounds() };
    if (accept('*')) return { kind: 'anyMember', base };
    const token = take();
    if (token.kind === 'variable') return { kind: 'member', base, name: `$${token.text}` };
    if (token.kind !== 'word' && token.kind !== 'string') {
      next -= 1;
      return fail('a key');
    }
    if (token.kind === 'string' || !isSymbol('(')) return { kind: 'member', base, name: token.text };
    if (TIME_METHODS.has(token.text)) {
      throw new OrbitError('feature_not_supported', `the jsonpath method .${token.text}() is not supported`);
    }
    const most = Object.hasOwn(METHODS, token.text) ? METHODS[token.text] : undefined;
    if (most === undefined) throw pathError(`there is no method .${token.text}()`, token.at);
    next += 1;
    const args: Path[] = [];
    while (!isSymbol(')') && args.length < most) {
      if (args.length > 0) expect(',');
      args.push(sign());
    }
    expect(')');
    return { kind: 'method', base, name: token.text, args };
  };
  const bounds = (): { readonly first: number; readonly last: number } => {
    if (!accept('{')) return { first: 0, last: Number.POSITIVE_INFINITY };
    const level = (): number => {
      if (acceptWord('last')) return Number.POSITIVE_INFINITY;
      return peek().kind === 'number' && /^\d+$/.test(peek().text) ? Number(take().text) : fail('a level');
    };
    const first = level();
    const last = acceptWord('to') ? level() : first;
    expect('}');
    return { first, last };
  };
  const items = (base: Path): Path => {
    if (accept('*')) {
      expect(']');
      return { kind: 'anyItem', base };
    }
    const list: Subscript[] = [];
    subscripts += 1;
    do {
      const from = asValue(sum());
      list.push({ from, to: acceptWord('to') ? asValue(sum()) : undefined });
    } while (accept(','));
    subscripts -= 1;
    expect(']');
    return { kind: 'items', base, subscripts: list };
  };

  if (peek().kind === 'end') {
    throw new OrbitError('invalid_text_representation', `invalid input syntax for type jsonpath: "${text}"`);
  }
  const mode = isWord('strict') || isWord('lax') ? take().text.toLowerCase() : 'lax';
  const path = or();
  if (peek().kind !== 'end') fail('the end');
  return { strict: mode === 'strict', path };
}

function numberOf(text: string) {
  const plain = text.replaceAll('_', '');
  if (/^0[xob]/i.test(plain)) return { digits: BigInt(plain), scale: 0 };
  return parseNumber(plain);
}
