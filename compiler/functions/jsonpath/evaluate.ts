import { type ErrorCode, OrbitError } from '../../types/error.ts';
import { compareJsonNumbers, isArray, isNumber, isObject, type Json, type JsonNumber } from '../../types/jsonb.ts';
import { methodItems } from './methods.ts';
import { calculate, truncated } from './numbers.ts';
import { type Comparison, isPredicate, type JsonPath, type Path, type Predicate, type Subscript } from './tree.ts';

/** What a path is evaluated over. */
export interface PathInput {
  readonly document: Json;
  readonly variables: ReadonlyMap<string, Json>;
}

/** Errors of the data, which a condition takes for unknown and `silent` for the end of the items. */
const SOFT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'sql_json_member_not_found',
  'sql_json_array_not_found',
  'sql_json_object_not_found',
  'sql_json_number_not_found',
  'invalid_sql_json_subscript',
  'non_numeric_sql_json_item',
  'singleton_sql_json_item_required',
  'division_by_zero',
]);

export function isSoft(error: unknown): error is OrbitError {
  return error instanceof OrbitError && SOFT.has(error.code);
}

interface Evaluation {
  readonly root: Json;
  readonly variables: ReadonlyMap<string, Json>;
  readonly strict: boolean;
  /** Whether what does not fit a step is passed over: always when lax, behind `.**` when strict. */
  lenient: boolean;
  current: Json;
  /** Of the innermost subscript. */
  size: number;
  steps: number;
  /** Tells objects apart: 0 for the document, for others whatever differs. */
  readonly idOf: (object: Json) => number;
}

/** Paths like `$.**.**.**` visit far more items than a document has. */
const MOST_STEPS = 1_000_000;

/** The items one after the other, each computed when it is asked for. */
export function* evaluatePath({ strict, path }: JsonPath, input: PathInput): Generator<Json> {
  const { document, variables } = input;
  const ids = new Map<Json, number>([[document, 0]]);
  const idOf = (object: Json): number => {
    const id = ids.get(object) ?? ids.size;
    ids.set(object, id);
    return id;
  };
  const start = { root: document, variables, strict, lenient: !strict, current: document, size: 0, steps: 0, idOf };
  yield* items(path, start);
}

function soft(code: ErrorCode, message: string): OrbitError {
  return new OrbitError(code, message);
}

function* items(path: Path, at: Evaluation): Generator<Json> {
  at.steps += 1;
  if (at.steps > MOST_STEPS) {
    throw new OrbitError('program_limit_exceeded', `a jsonpath that visits more than ${MOST_STEPS} items`);
  }
  if (isPredicate(path)) {
    yield holds(path, at) ?? null;
    return;
  }
  switch (path.kind) {
    case 'root':
      yield at.root;
      return;
    case 'current':
      yield at.current;
      return;
    case 'last':
      yield { digits: BigInt(at.size - 1), scale: 0 };
      return;
    case 'literal':
      yield path.value;
      return;
    case 'variable': {
      const value = at.variables.get(path.name);
      if (value === undefined) {
        throw new OrbitError('undefined_object', `could not find jsonpath variable "${path.name}"`);
      }
      yield value;
      return;
    }
    case 'member':
      for (const base of items(path.base, at)) {
        for (const item of unwrapped(base, at)) {
          if (!isObject(item)) {
            if (at.lenient) continue;
            throw soft('sql_json_member_not_found', 'jsonpath member accessor can only be applied to an object');
          }
          const value = item.get(path.name);
          if (value !== undefined) yield value;
          else if (!at.lenient) {
            throw soft('sql_json_member_not_found', `JSON object does not contain key "${path.name}"`);
          }
        }
      }
      return;
    case 'anyMember':
      for (const base of items(path.base, at)) {
        for (const item of unwrapped(base, at)) {
          if (isObject(item)) yield* counted(item.values(), at);
          else if (!at.lenient) {
            throw soft(
              'sql_json_object_not_found',
              'jsonpath wildcard member accessor can only be applied to an object',
            );
          }
        }
      }
      return;
    case 'anyItem':
      for (const base of items(path.base, at)) {
        if (isArray(base)) yield* counted(base, at);
        else if (!at.strict) yield base;
        else if (!at.lenient) throw noArray('jsonpath wildcard array accessor can only be applied to an array');
      }
      return;
    case 'items':
      for (const base of items(path.base, at)) yield* subscripted(base, path.subscripts, at);
      return;
    case 'anywhere':
      for (const base of items(path.base, at)) {
        const before = at.lenient;
        at.lenient = true;
        if (path.first === 0) yield base;
        yield* below(base, 1, path, at);
        at.lenient = before;
      }
      return;
    case 'method':
      for (const base of items(path.base, at)) yield* methodOf(path, base, at);
      return;
    case 'filter':
      for (const base of items(path.base, at)) {
        for (const item of unwrapped(base, at)) {
          const before = at.current;
          at.current = item;
          const kept = holds(path.condition, at) === true;
          at.current = before;
          if (kept) yield item;
        }
      }
      return;
    case 'sign':
      for (const item of operands(path.arg, at)) {
        if (!isNumber(item)) {
          const message = `operand of unary jsonpath operator ${path.operator} is not a numeric value`;
          throw soft('sql_json_number_not_found', message);
        }
        yield path.operator === '-' ? { digits: -item.digits, scale: item.scale } : item;
      }
      return;
    case 'arithmetic': {
      const left = onlyNumber(path.left, `left operand of jsonpath operator ${path.operator}`, at);
      const right = onlyNumber(path.right, `right operand of jsonpath operator ${path.operator}`, at);
      yield calculate(path.operator, left, right);
    }
  }
}

/** Each step of a walk counts, so that it comes to an end. */
function* counted(values: Iterable<Json>, at: Evaluation): Generator<Json> {
  for (const value of values) {
    at.steps += 1;
    yield value;
  }
}

function noArray(message: string): OrbitError {
  return soft('sql_json_array_not_found', message);
}

/** In lax mode a step that is not for arrays is one for their elements. */
function unwrapped(item: Json, at: Evaluation): Iterable<Json> {
  return !at.strict && isArray(item) ? counted(item, at) : [item];
}

function* operands(path: Path, at: Evaluation): Generator<Json> {
  for (const item of items(path, at)) yield* unwrapped(item, at);
}

function only(path: Path, at: Evaluation): Json | undefined {
  const found = all(operands(path, at));
  return found.length === 1 ? found[0] : undefined;
}

function all(values: Iterable<Json>): readonly Json[] {
  const found: Json[] = [];
  for (const value of values) found.push(value);
  return found;
}

function onlyNumber(path: Path, what: string, at: Evaluation): JsonNumber {
  const value = only(path, at);
  if (value !== undefined && isNumber(value)) return value;
  throw soft('singleton_sql_json_item_required', `${what} is not a single numeric value`);
}

function* subscripted(base: Json, subscripts: readonly Subscript[], at: Evaluation): Generator<Json> {
  if (!isArray(base) && at.strict) {
    if (at.lenient) return;
    throw noArray('jsonpath array accessor can only be applied to an array');
  }
  const array = isArray(base) ? base : [base];
  for (const { from, to } of subscripts) {
    const before = at.size;
    at.size = array.length;
    const first = subscript(from, at);
    const last = to === undefined ? first : subscript(to, at);
    at.size = before;
    if (!at.lenient && (first < 0 || first > last || last >= array.length)) {
      throw soft('invalid_sql_json_subscript', 'jsonpath array subscript is out of bounds');
    }
    for (let i = Math.max(0, first); i <= Math.min(last, array.length - 1); i += 1) {
      at.steps += 1;
      const value = array[i];
      if (value !== undefined) yield value;
    }
  }
}

function subscript(path: Path, at: Evaluation): number {
  const found = all(items(path, at));
  const [value] = found;
  if (found.length !== 1 || value === undefined || !isNumber(value)) {
    throw soft('invalid_sql_json_subscript', 'jsonpath array subscript is not a single numeric value');
  }
  const position = truncated(value);
  if (BigInt.asIntN(32, position) !== position) {
    throw soft('invalid_sql_json_subscript', 'jsonpath array subscript is out of integer range');
  }
  return Number(position);
}

function* below(
  value: Json,
  level: number,
  bounds: { readonly first: number; readonly last: number },
  at: Evaluation,
): Generator<Json> {
  if (!isArray(value) && !isObject(value)) return;
  for (const child of counted(isArray(value) ? value : value.values(), at)) {
    if (at.steps > MOST_STEPS) return yield* items({ kind: 'root' }, at);
    const isLeaf = !isArray(child) && !isObject(child);
    const wanted = bounds.first === Number.POSITIVE_INFINITY ? isLeaf : level >= bounds.first;
    at.lenient = true;
    if (wanted) yield child;
    if (level < bounds.last) yield* below(child, level + 1, bounds, at);
  }
}

function* methodOf(path: Extract<Path, { kind: 'method' }>, base: Json, at: Evaluation): Generator<Json> {
  if (path.name === 'size') {
    if (!isArray(base) && at.strict && !at.lenient) {
      throw noArray('jsonpath item method .size() can only be applied to an array');
    }
    yield { digits: BigInt(isArray(base) ? base.length : 1), scale: 0 };
    return;
  }
  const args = path.args.map((arg) => only(arg, at) ?? null);
  for (const item of path.name === 'type' ? [base] : unwrapped(base, at)) {
    yield* methodItems(path.name, item, args, at.idOf);
  }
}

/** Undefined: unknown. */
function holds(predicate: Predicate, at: Evaluation): boolean | undefined {
  switch (predicate.kind) {
    case 'and': {
      const left = holds(predicate.left, at);
      if (left === false) return false;
      const right = holds(predicate.right, at);
      return right === false ? false : left === undefined ? undefined : right;
    }
    case 'or': {
      const left = holds(predicate.left, at);
      if (left === true) return true;
      const right = holds(predicate.right, at);
      return right === true ? true : left === undefined ? undefined : right;
    }
    case 'not': {
      const value = holds(predicate.arg, at);
      return value === undefined ? undefined : !value;
    }
    case 'isUnknown':
      return holds(predicate.arg, at) === undefined;
    case 'exists':
      return quietly(at, () => {
        let found = false;
        for (const _ of items(predicate.arg, at)) {
          found = true;
          if (!at.strict) break;
        }
        return found;
      });
    case 'compare': {
      const { operator } = predicate;
      return pairwise(predicate.left, predicate.right, at, (a, b) => compared(operator, a, b));
    }
    case 'startsWith':
      return pairwise(predicate.arg, predicate.prefix, at, (a, b) =>
        typeof a === 'string' && typeof b === 'string' ? a.startsWith(b) : undefined,
      );
    case 'likeRegex':
      return pairwise(predicate.arg, undefined, at, (a) => (typeof a === 'string' ? predicate.matches(a) : undefined));
  }
}

/** The answer, or unknown where the data do not fit. */
function quietly(at: Evaluation, answer: () => boolean | undefined): boolean | undefined {
  const { lenient, current, size } = at;
  try {
    return answer();
  } catch (error) {
    if (isSoft(error)) return undefined;
    throw error;
  } finally {
    // Whoever stops asking leaves a walk where it was.
    at.lenient = lenient;
    at.current = current;
    at.size = size;
  }
}

/** Whether the test holds for any pair: lax stops at the first answer, strict wants to know of all. */
function pairwise(
  left: Path,
  right: Path | undefined,
  at: Evaluation,
  test: (a: Json, b: Json) => boolean | undefined,
): boolean | undefined {
  return quietly(at, () => {
    const lefts = all(operands(left, at));
    const rights = right === undefined ? [null] : all(operands(right, at));
    let found = false;
    let failed = false;
    for (const a of lefts) {
      for (const b of rights) {
        at.steps += 1;
        if (at.steps > MOST_STEPS) all(items({ kind: 'root' }, at));
        const result = test(a, b);
        if (result === undefined) {
          if (at.strict) return undefined;
          failed = true;
        } else if (result) {
          if (!at.strict) return true;
          found = true;
        }
      }
    }
    return found ? true : failed ? undefined : false;
  });
}

function compared(operator: Comparison, a: Json, b: Json): boolean | undefined {
  const order = orderOf(a, b);
  if (order === undefined) return a === null || b === null ? operator === '!=' : undefined;
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Strings by UTF-16 units, as the standard has it. Undefined for what does not compare. */
function orderOf(a: Json, b: Json): number | undefined {
  if (a === null && b === null) return 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  const numbers = a !== null && b !== null && isNumber(a) && isNumber(b);
  return numbers ? compareJsonNumbers(a, b) : undefined;
}
