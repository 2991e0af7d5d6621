import { compareNullsLast, compareValues, sameValue } from '../types/compare.ts';
import { OrbitError } from '../types/error.ts';
import { isList, toBool, toInteger, toList, toNumber } from '../types/narrow.ts';
import { BOOL, FLOAT64, INT32, INT64, isNumeric, list, type Type, UTF8 } from '../types/type.ts';
import { unify } from '../types/unify.ts';
import type { Value } from '../types/value.ts';
import type { Overload, ScalarFunction } from './declaration.ts';
import { binary, fixed, unary } from './overload.ts';
import { never, scalar } from './shorthand.ts';

// Functions of lists. Positions count from 1; NULL as a list is no list and gives NULL, except where PostgreSQL takes
// it for an empty one.

const elementOf = (type: Type | undefined): Type => (type?.kind === 'list' ? type.element : UTF8);

const one = (result: (type: Type) => Type): Overload =>
  unary((arg) => (arg.kind === 'list' ? { parameter: arg, result: result(arg) } : undefined));
const same = one((type) => type);

/** A list and what may be an element of it, either of which may be a bare NULL. */
function listAnd(result: (type: Type) => Type, order: 'list first' | 'list last' = 'list first'): Overload {
  return binary((x, y) => {
    const [items, item] = order === 'list first' ? [x, y] : [y, x];
    if (items.kind !== 'list') return undefined;
    const element = unify([items.element, item]);
    if (element === undefined || element.kind === 'any') return undefined;
    const type = list(element);
    return {
      a: order === 'list first' ? type : element,
      b: order === 'list first' ? element : type,
      result: result(type),
    };
  });
}

const twoLists = (result: (type: Type) => Type): Overload =>
  binary((a, b) => {
    if (a.kind !== 'list' && b.kind !== 'list') return undefined;
    const type = unify([a, b]);
    return type?.kind === 'list' ? { a: type, b: type, result: result(type) } : undefined;
  });

const listAndNumber = (result: (type: Type) => Type): Overload =>
  binary((a, b) => {
    const whole = ['int8', 'int16', 'int32', 'int64', 'null'].includes(b.kind);
    return a.kind === 'list' && whole ? { a, b: INT64, result: result(a) } : undefined;
  });

const dimension: Overload = binary((a, b) =>
  a.kind === 'list' && ['int8', 'int16', 'int32', 'null'].includes(b.kind) ? { a, b: INT32, result: INT32 } : undefined,
);

/** The length in each dimension, of a list of lists of lists; an empty list has none. */
function dimensions(items: Value): readonly number[] {
  if (items === null || !isList(items) || items.length === 0) return [];
  return [items.length, ...dimensions(items[0] ?? null)];
}

const has = (items: readonly Value[], wanted: Value, type: Type): boolean =>
  items.some((item) => item !== null && wanted !== null && compareValues(item, wanted, type) === 0);

function distinct(items: readonly Value[], type: Type): readonly Value[] {
  const found: Value[] = [];
  for (const item of sorted(
    items.filter((v) => v !== null),
    type,
    1,
  )) {
    if (found.length === 0 || compareValues(found.at(-1) ?? null, item, type) !== 0) found.push(item);
  }
  return found;
}

const sorted = (items: readonly Value[], type: Type, sign: number, nullsFirst = false): readonly Value[] => {
  const values = items.filter((v) => v !== null).sort((a, b) => sign * compareValues(a, b, type));
  const nulls = items.filter((v) => v === null);
  return nullsFirst ? [...nulls, ...values] : [...values, ...nulls];
};

const sortable: Overload = ([items, order, nulls, more]) => {
  if (items?.kind !== 'list' || more !== undefined) return undefined;
  const given = [order, nulls].filter((type) => type !== undefined);
  if (!given.every(({ kind }) => kind === 'utf8' || kind === 'null')) return undefined;
  return { parameters: [items, ...given.map(() => UTF8)], result: items };
};

function sortBy(first: number): ScalarFunction['row'] {
  return ([items, order, nulls], { parameters: [type] }) => {
    const direction = order === undefined ? '' : String(order).toUpperCase();
    const where = nulls === undefined ? '' : String(nulls).toUpperCase();
    if (!/^(|ASC|DESC|ASCENDING|DESCENDING|DEFAULT)$/.test(direction)) throw bad('the order must be ASC or DESC');
    if (!/^(|NULLS (FIRST|LAST)|DEFAULT)$/.test(where)) throw bad('NULLs come first or last: NULLS FIRST, NULLS LAST');
    const sign = direction.startsWith('DESC') ? -1 : direction === '' || direction === 'DEFAULT' ? first : 1;
    return sorted(toList(items), elementOf(type), sign, where === 'NULLS FIRST');
  };
}

const bad = (message: string): OrbitError => new OrbitError('invalid_parameter_value', message);

/** Positions from 1, or from the end when negative; as half-open bounds of a slice. */
function slice(items: readonly Value[], begin: bigint, end: bigint): readonly Value[] {
  const length = BigInt(items.length);
  const place = (n: bigint): bigint => (n < 0n ? length + n + 1n : n);
  const [from, to] = [place(begin), place(end)];
  return items.slice(
    Number(from < 1n ? 0n : from > length ? length : from - 1n),
    Number(to < 0n ? 0n : to > length ? length : to),
  );
}

const vectors = binary((a, b) => {
  const numbers = (type: Type): boolean =>
    type.kind === 'list' && (isNumeric(type.element) || type.element.kind === 'null');
  return numbers(a) && numbers(b) ? { a: list(FLOAT64), b: list(FLOAT64), result: FLOAT64 } : undefined;
});

function vector(
  name: string,
  names: readonly string[],
  calculate: (a: readonly number[], b: readonly number[]) => number | null,
  documentation: string,
  result: string,
): ScalarFunction {
  return scalar(
    name,
    vectors,
    ([a, b]) => {
      const [x, y] = [toList(a), toList(b)];
      if (x.length !== y.length) throw bad(`${name}: the lists must have the same length`);
      if (x.includes(null) || y.includes(null)) throw bad(`${name}: the lists must not contain NULL`);
      return calculate(
        x.map((v) => toNumber(v)),
        y.map((v) => toNumber(v)),
      );
    },
    documentation,
    [`${name}(ARRAY[1, 2, 2]::float8[], ARRAY[2, 4, 4]::float8[])`, result],
    { names, nullable: ([a = true, b = true]) => a || b || name.includes('cosine') },
  );
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

function cosine(a: readonly number[], b: readonly number[]): number | null {
  if (a.length === 0) return null;
  const value = dot(a, b) / (Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b)));
  return Math.max(-1, Math.min(1, value));
}

const spread: Overload = (args) => {
  const type = unify(args);
  return type === undefined
    ? undefined
    : {
        parameters: args.map(() => (type.kind === 'null' ? UTF8 : type)),
        result: list(type.kind === 'null' ? UTF8 : type),
      };
};

const resized: Overload = ([items, size, fill, more]) => {
  if (items?.kind !== 'list' || size === undefined || more !== undefined) return undefined;
  if (!['int8', 'int16', 'int32', 'int64', 'null'].includes(size.kind)) return undefined;
  if (fill === undefined) return { parameters: [items, INT64], result: items };
  const element = unify([items.element, fill]);
  return element && { parameters: [list(element), INT64, element], result: list(element) };
};

const sliced: Overload = ([items, begin, end, step]) => {
  if (items?.kind !== 'list' || begin === undefined || end === undefined || step !== undefined) return undefined;
  return [begin, end].every(({ kind }) => ['int8', 'int16', 'int32', 'int64', 'null'].includes(kind))
    ? { parameters: [items, INT64, INT64], result: items }
    : undefined;
};

const replaced: Overload = ([items, from, to, more]) => {
  if (items?.kind !== 'list' || from === undefined || to === undefined || more !== undefined) return undefined;
  const element = unify([items.element, from, to]);
  return element && { parameters: [list(element), element, element], result: list(element) };
};

const MOST = 10_000_000;

const custom = { nulls: 'custom' } as const;
const firstNull = { nulls: 'custom', nullable: ([a = true]: readonly boolean[]) => a } as const;
const anyNull = { nullable: () => true } as const;

const place = ([items = null, wanted = null]: readonly Value[], element: Type): number => {
  if (items === null) return -1;
  return toList(items).findIndex((item) =>
    item === null ? wanted === null : wanted !== null && compareValues(item, wanted, element) === 0,
  );
};

export const ARRAY_FUNCTIONS: readonly ScalarFunction[] = [
  scalar(
    'array_append',
    listAnd((type) => type),
    ([items = null, item = null]) => [...(items === null ? [] : toList(items)), item],
    'The list with an element behind it.',
    ['array_append(ARRAY[1, 2], 3)', '{1,2,3}'],
    { names: ['array_append', 'list_append', 'array_push_back'], nulls: 'custom', nullable: never },
  ),
  scalar(
    'array_prepend',
    listAnd((type) => type, 'list last'),
    ([item = null, items = null]) => [item, ...(items === null ? [] : toList(items))],
    'The list with an element before it.',
    ['array_prepend(1, ARRAY[2, 3])', '{1,2,3}'],
    { names: ['array_prepend', 'list_prepend'], nulls: 'custom', nullable: never },
  ),
  scalar(
    'array_push_front',
    listAnd((type) => type),
    ([items = null, item = null]) => [item, ...(items === null ? [] : toList(items))],
    'The list with an element before it.',
    ['array_push_front(ARRAY[2, 3], 1)', '{1,2,3}'],
    { nulls: 'custom', nullable: never },
  ),
  scalar(
    'array_cat',
    twoLists((type) => type),
    ([a = null, b = null]) =>
      a === null && b === null ? null : [...(a === null ? [] : toList(a)), ...(b === null ? [] : toList(b))],
    'The elements of both lists.',
    ['array_cat(ARRAY[1, 2], ARRAY[3])', '{1,2,3}'],
    {
      names: ['array_cat', 'list_cat', 'list_concat', 'array_concat'],
      nulls: 'custom',
      nullable: ([a = true, b = true]) => a && b,
    },
  ),
  scalar('array_pop_back', same, ([items]) => toList(items).slice(0, -1), 'The list without its last element.', [
    'array_pop_back(ARRAY[1, 2])',
    '{1}',
  ]),
  scalar('array_pop_front', same, ([items]) => toList(items).slice(1), 'The list without its first element.', [
    'array_pop_front(ARRAY[1, 2])',
    '{2}',
  ]),
  scalar(
    'array_position',
    [listAnd(() => INT32)],
    (args, { parameters: [type] }) => {
      const at = place(args, elementOf(type));
      return at < 0 ? null : at + 1;
    },
    'Where an element is first found in a list, NULL if it is not there. NULL finds NULL.',
    ["array_position(ARRAY['a', 'b'], 'b')", '2'],
    {
      names: ['array_position', 'list_position', 'list_indexof', 'array_indexof'],
      nulls: 'custom',
      nullable: () => true,
    },
  ),
  scalar(
    'array_positions',
    listAnd(() => list(INT32)),
    ([items = null, wanted = null], { parameters: [type] }) =>
      items === null
        ? null
        : toList(items).flatMap((item, i) => (sameValue(item, wanted, elementOf(type)) ? [i + 1] : [])),
    'All places where an element is found in a list.',
    ["array_positions(ARRAY['a', 'b', 'a'], 'a')", '{1,3}'],
    firstNull,
  ),
  scalar(
    'array_remove',
    listAnd((type) => type),
    ([items = null, wanted = null], { parameters: [type] }) =>
      items === null ? null : toList(items).filter((item) => !sameValue(item, wanted, elementOf(type))),
    'The list without the elements that equal a value.',
    ['array_remove(ARRAY[1, 2, 1], 1)', '{2}'],
    firstNull,
  ),
  scalar(
    'array_replace',
    replaced,
    ([items = null, from = null, to = null], { parameters: [type] }) =>
      items === null ? null : toList(items).map((item) => (sameValue(item, from, elementOf(type)) ? to : item)),
    'The list with the elements that equal a value replaced by another.',
    ['array_replace(ARRAY[1, 2, 1], 1, 9)', '{9,2,9}'],
    firstNull,
  ),
  scalar(
    'array_length',
    [dimension, one(() => INT64)],
    ([items = null, n]) =>
      n === undefined ? BigInt(toList(items).length) : (dimensions(items)[toNumber(n) - 1] ?? null),
    'The length of a list in a dimension: 1 for the list, 2 for those in it. NULL if it has none.',
    ['array_length(ARRAY[1, 2, 3], 1)', '3'],
    anyNull,
  ),
  scalar(
    'array_upper',
    dimension,
    ([items = null, n]) => dimensions(items)[toNumber(n) - 1] ?? null,
    'The last position in a dimension.',
    ['array_upper(ARRAY[1, 2, 3], 1)', '3'],
    anyNull,
  ),
  scalar(
    'array_lower',
    dimension,
    ([items = null, n]) => (dimensions(items)[toNumber(n) - 1] === undefined ? null : 1),
    'The first position in a dimension, which is 1.',
    ['array_lower(ARRAY[1, 2, 3], 1)', '1'],
    anyNull,
  ),
  scalar(
    'array_subscripts',
    binary((a, b) =>
      a.kind === 'list' && ['int8', 'int16', 'int32', 'null'].includes(b.kind)
        ? { a, b: INT32, result: list(INT32) }
        : undefined,
    ),
    ([items = null, n]) => Array.from({ length: dimensions(items)[toNumber(n) - 1] ?? 0 }, (_, i) => i + 1),
    'The positions of a list in a dimension; generate_subscripts in FROM.',
    ['(SELECT sum(i) FROM generate_subscripts(ARRAY[5, 6, 7], 1) t(i))', '6'],
    { names: [] },
  ),
  scalar(
    'array_ndims',
    one(() => INT32),
    ([items = null]) => dimensions(items).length || null,
    'How many dimensions a list has: 2 for a list of lists.',
    ['array_ndims(ARRAY[1, 2])', '1'],
    anyNull,
  ),
  scalar(
    'array_dims',
    one(() => UTF8),
    ([items = null]) =>
      dimensions(items)
        .map((n) => `[1:${n}]`)
        .join('') || null,
    'First and last positions in all dimensions.',
    ['array_dims(ARRAY[1, 2, 3])', '[1:3]'],
    anyNull,
  ),
  scalar(
    'trim_array',
    binary((a, b) => (a.kind === 'list' && fixed([INT32], INT32)([b]) ? { a, b: INT32, result: a } : undefined)),
    ([items, n]) => {
      const [whole, count] = [toList(items), toNumber(n)];
      if (count < 0 || count > whole.length)
        throw new OrbitError(
          'array_subscript_error',
          `number of elements to trim must be between 0 and ${whole.length}`,
        );
      return whole.slice(0, whole.length - count);
    },
    'The list without so many of its last elements.',
    ['trim_array(ARRAY[1, 2, 3], 2)', '{1}'],
  ),
  scalar(
    'array_reverse',
    same,
    ([items]) => [...toList(items)].reverse(),
    'The elements in the opposite order.',
    ['array_reverse(ARRAY[1, 2, 3])', '{3,2,1}'],
    { names: ['array_reverse', 'list_reverse'] },
  ),
  scalar(
    'array_sort',
    [
      same,
      ...[1, 2].map(
        (n): Overload =>
          (args) =>
            args.length === n + 1 &&
            args[1]?.kind === 'bool' &&
            (args[2] === undefined || args[2].kind === 'bool') &&
            args[0]?.kind === 'list'
              ? { parameters: [args[0], ...args.slice(1)], result: args[0] }
              : undefined,
      ),
    ],
    ([items, descending, nullsFirst], { parameters: [type] }) => {
      const down = descending !== undefined && toBool(descending);
      return sorted(
        toList(items),
        elementOf(type),
        down ? -1 : 1,
        nullsFirst === undefined ? down : toBool(nullsFirst),
      );
    },
    'The elements in order; with true, the greatest first, and with a second truth value, NULLs first.',
    ['array_sort(ARRAY[3, 1, 2])', '{1,2,3}'],
  ),
  scalar('list_sort', sortable, sortBy(1), 'The elements in order, ASC or DESC, with NULLS FIRST or NULLS LAST.', [
    'list_sort(ARRAY[3, 1, 2])',
    '{1,2,3}',
  ]),
  scalar(
    'list_reverse_sort',
    same,
    ([items], { parameters: [type] }) => sorted(toList(items), elementOf(type), -1),
    'The elements in order, the greatest first.',
    ['list_reverse_sort(ARRAY[3, 1, 2])', '{3,2,1}'],
    { names: ['list_reverse_sort', 'array_reverse_sort'] },
  ),
  scalar(
    'list_grade_up',
    one(() => list(INT64)),
    ([items], { parameters: [type] }) =>
      toList(items)
        .map((_, i) => i)
        .sort((a, b) => compareNullsLast(toList(items)[a] ?? null, toList(items)[b] ?? null, elementOf(type)) || a - b)
        .map((i) => BigInt(i + 1)),
    'The positions of the elements in their order.',
    ['list_grade_up(ARRAY[30, 10, 20])', '{2,3,1}'],
    { names: ['list_grade_up', 'array_grade_up', 'grade_up'] },
  ),
  scalar(
    'list_extract',
    listAndNumber(elementOf),
    ([items, n]) => {
      const at = toInteger(n);
      return at === 0n ? null : (toList(items).at(Number(at > 0n ? at - 1n : at)) ?? null);
    },
    'The element at a position, from the end when negative; NULL if there is none.',
    ["list_extract(ARRAY['a', 'b'], -1)", 'b'],
    { names: ['list_extract', 'list_element', 'array_extract'], nullable: () => true },
  ),
  scalar(
    'list_part',
    sliced,
    ([items, begin, end]) => slice(toList(items), toInteger(begin), toInteger(end)),
    'The elements from one position to another; negative ones count from the end.',
    ['list_slice(ARRAY[1, 2, 3, 4], 2, 3)', '{2,3}'],
    { names: ['list_slice', 'array_slice'] },
  ),
  scalar(
    'list_resize',
    resized,
    ([items = null, size = null, fill = null]) => {
      if (items === null) return null;
      const count = size === null ? 0 : Number(toInteger(size));
      if (count < 0 || count > MOST) throw bad('the size of a list must be from 0 to ten millions');
      return Array.from({ length: count }, (_, i) => (i < toList(items).length ? (toList(items)[i] ?? null) : fill));
    },
    'The list cut or filled up, with NULLs or a value, to a length.',
    ['list_resize(ARRAY[1, 2, 3], 5, 0)', '{1,2,3,0,0}'],
    { names: ['list_resize', 'array_resize'], ...firstNull },
  ),
  scalar('list_value', spread, (args) => args, 'The list of the arguments.', ['list_value(1, 2, 3)', '{1,2,3}'], {
    names: ['list_value', 'list_pack', 'array_value'],
    nulls: 'custom',
    nullable: never,
  }),
  scalar(
    'list_distinct',
    same,
    ([items], { parameters: [type] }) => distinct(toList(items), elementOf(type)),
    'The different elements that are not NULL, in their order.',
    ['list_distinct(ARRAY[2, 1, 2])', '{1,2}'],
    { names: ['list_distinct', 'array_distinct'] },
  ),
  scalar(
    'list_unique',
    one(() => INT64),
    ([items], { parameters: [type] }) => BigInt(distinct(toList(items), elementOf(type)).length),
    'How many different elements there are that are not NULL.',
    ['list_unique(ARRAY[2, 1, 2])', '2'],
    { names: ['list_unique', 'array_unique'] },
  ),
  scalar(
    'list_intersect',
    twoLists((type) => type),
    ([a, b], { parameters: [type] }) =>
      distinct(
        toList(a).filter((item) => has(toList(b), item, elementOf(type))),
        elementOf(type),
      ),
    'The different elements that both lists have.',
    ['list_intersect(ARRAY[1, 2, 3], ARRAY[3, 2, 5])', '{2,3}'],
    { names: ['list_intersect', 'array_intersect'] },
  ),
  scalar(
    'list_has_all',
    twoLists(() => BOOL),
    ([a, b], { parameters: [type] }) =>
      toList(b).every((item) => item === null || has(toList(a), item, elementOf(type))),
    'Whether a list has all elements of another that are not NULL.',
    ['list_has_all(ARRAY[1, 2, 3], ARRAY[3, 1])', 't'],
    { names: ['list_has_all', 'array_has_all'] },
  ),
  scalar(
    'list_has_any',
    twoLists(() => BOOL),
    ([a, b], { parameters: [type] }) => toList(b).some((item) => has(toList(a), item, elementOf(type))),
    'Whether two lists have an element in common.',
    ['list_has_any(ARRAY[1, 2], ARRAY[2, 9])', 't'],
    { names: ['list_has_any', 'array_has_any', 'arrayoverlap'] },
  ),
  scalar(
    'array_contains_all',
    twoLists(() => BOOL),
    ([a, b], { parameters: [type] }) => toList(b).every((item) => has(toList(a), item, elementOf(type))),
    'Whether a list has all elements of another; as an operator @>.',
    ['arraycontains(ARRAY[1, 2, 3], ARRAY[3, 1])', 't'],
    { names: ['arraycontains'] },
  ),
  scalar(
    'array_contained',
    twoLists(() => BOOL),
    ([a, b], { parameters: [type] }) => toList(a).every((item) => has(toList(b), item, elementOf(type))),
    'Whether all elements of a list are in another; as an operator <@.',
    ['arraycontained(ARRAY[1], ARRAY[3, 1])', 't'],
    { names: ['arraycontained'] },
  ),
  scalar(
    'list_where',
    binary((a, b) =>
      a.kind === 'list' && b.kind === 'list' && (b.element.kind === 'bool' || b.element.kind === 'null')
        ? { a, b: list(BOOL), result: a }
        : undefined,
    ),
    ([items, mask]) => {
      const flags = toList(mask);
      if (flags.includes(null)) throw bad('NULLs are not allowed as list elements in the second input parameter');
      return flags.flatMap((flag, i) => (flag === true ? [toList(items)[i] ?? null] : []));
    },
    'The elements at whose places another list is true.',
    ['list_where(ARRAY[10, 20, 30], ARRAY[true, false, true])', '{10,30}'],
    { names: ['list_where', 'array_where'] },
  ),
  scalar(
    'list_select',
    binary((a, b) =>
      a.kind === 'list' && b.kind === 'list' && ['int8', 'int16', 'int32', 'int64', 'null'].includes(b.element.kind)
        ? { a, b: list(INT64), result: a }
        : undefined,
    ),
    ([items, places]) => {
      if (toList(places).includes(null))
        throw bad('NULLs are not allowed as list elements in the second input parameter');
      return toList(places).map((n) => toList(items)[Number(toInteger(n)) - 1] ?? null);
    },
    'The elements at the positions that another list has.',
    ['list_select(ARRAY[10, 20, 30], ARRAY[3, 1])', '{30,10}'],
    { names: ['list_select', 'array_select'] },
  ),
  scalar(
    'flatten',
    one((type) => (elementOf(type).kind === 'list' ? elementOf(type) : type)),
    ([items], { parameters: [type] }) =>
      elementOf(type).kind === 'list'
        ? toList(items).flatMap((item) => (item === null ? [] : toList(item)))
        : toList(items),
    'The elements of the lists in a list.',
    ['flatten(ARRAY[ARRAY[1, 2], ARRAY[3]])', '{1,2,3}'],
  ),
  scalar(
    'array_fill',
    binary((a, b) =>
      b.kind === 'list'
        ? { a: a.kind === 'null' ? UTF8 : a, b: list(INT32), result: list(a.kind === 'null' ? UTF8 : a) }
        : undefined,
    ),
    ([item = null, sizes = null]) => {
      if (sizes === null || toList(sizes).includes(null))
        throw new OrbitError('null_value_not_allowed', 'dimension array or low bound array cannot be null');
      const lengths = toList(sizes).map((n) => toNumber(n));
      if (lengths.length > 1)
        throw new OrbitError('feature_not_supported', 'array_fill of more than one dimension is not supported');
      const [length = 0] = lengths;
      if (length < 0 || length > MOST)
        throw new OrbitError('program_limit_exceeded', 'array size exceeds the maximum allowed');
      return Array.from({ length }, () => item);
    },
    'A list of one element so many times.',
    ['array_fill(7, ARRAY[3])', '{7,7,7}'],
    { ...custom, nullable: never },
  ),
  vector(
    'list_distance',
    ['list_distance'],
    (a, b) => Math.sqrt(a.reduce((sum, x, i) => sum + (x - (b[i] ?? 0)) ** 2, 0)),
    "Euclid's distance of two lists of numbers.",
    '3',
  ),
  vector(
    'list_inner_product',
    ['list_inner_product', 'list_dot_product'],
    dot,
    'The sum of the products of the numbers at the same places.',
    '18',
  ),
  vector(
    'list_negative_inner_product',
    ['list_negative_inner_product', 'list_negative_dot_product'],
    (a, b) => -dot(a, b),
    'The inner product with the opposite sign.',
    '-18',
  ),
  vector(
    'list_cosine_similarity',
    ['list_cosine_similarity'],
    cosine,
    'The cosine of the angle between two lists of numbers.',
    '1',
  ),
  vector(
    'list_cosine_distance',
    ['list_cosine_distance'],
    (a, b) => {
      const value = cosine(a, b);
      return value === null ? null : 1 - value;
    },
    'One minus the cosine of the angle.',
    '0',
  ),
];
