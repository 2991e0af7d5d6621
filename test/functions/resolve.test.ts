import { describe, expect, it } from 'vitest';
import { AGGREGATES, SCALARS, WINDOWS } from '../../compiler/functions/catalogue.ts';
import { placesVariant } from '../../compiler/functions/math.ts';
import { resolveAggregate, resolveFunction, resolveOperator } from '../../compiler/functions/resolve.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { ANY, type Type, typeName } from '../../compiler/types/type.ts';
import { unify } from '../../compiler/types/unify.ts';
import { parseType } from './cases.ts';

const types = (text: string): readonly Type[] =>
  text === '' ? [] : text.split(/,\s*(?!\d)/).map((part) => parseType(part.trim()).type);

function show(resolve: () => { readonly signature: { readonly parameters: readonly Type[]; readonly result: Type } }) {
  try {
    const { parameters, result } = resolve().signature;
    return `(${parameters.map(typeName).join(', ')}) -> ${typeName(result)}`;
  } catch (error) {
    if (!(error instanceof OrbitError)) throw error;
    return `${error.code}: ${error.message}${error.hint === undefined ? '' : ` [${error.hint}]`}`;
  }
}

describe('operators', () => {
  it.each([
    ['add', 'int8, int32', '(int32, int32) -> int32'],
    ['add', 'int32, decimal(3,1)', '(decimal(10,0), decimal(3,1)) -> decimal(12,1)'],
    ['add', 'decimal(38,0), decimal(3,1)', '(decimal(38,0), decimal(3,1)) -> decimal(38,1)'],
    ['add', 'int64, float32', '(float64, float64) -> float64'],
    ['add', 'float32, float32', '(float32, float32) -> float32'],
    ['multiply', 'decimal(15,2), decimal(15,2)', '(decimal(15,2), decimal(15,2)) -> decimal(30,4)'],
    ['divide', 'decimal(15,2), int32', '(decimal(15,2), decimal(10,0)) -> decimal(38,16)'],
    ['modulo', 'decimal(5,2), decimal(9,1)', '(decimal(5,2), decimal(9,1)) -> decimal(5,2)'],
    ['add', 'date, int16', '(date, int32) -> date'],
    ['add', 'date, interval', '(date, interval) -> timestamp'],
    ['subtract', 'date, null', '(date, date) -> int32'],
    ['add', 'int32, null', '(int32, int32) -> int32'],
    ['subtract', 'date, timestamp', '(timestamp, timestamp) -> interval'],
    ['add', 'null, null', '(int32, int32) -> int32'],
    ['multiply', 'any, int32', '(any, any) -> any'],
    ['eq', 'null, null', '(utf8, utf8) -> bool'],
    ['eq', 'date, null', '(date, date) -> bool'],
    ['eq', 'int32, decimal(3,1)', '(decimal(11,1), decimal(11,1)) -> bool'],
    ['eq', 'int32[], float64[]', '(float64[], float64[]) -> bool'],
    ['eq', 'any, utf8', '(any, any) -> bool'],
    ['concat_op', 'int32, null', '(utf8, utf8) -> utf8'],
    ['list_get', 'utf8[], int32', '(utf8[], int64) -> utf8'],
    ['list_transform', 'utf8[], int32', '(utf8[], int32) -> int32[]'],
    ['list_filter', 'utf8[], bool', '(utf8[], bool) -> utf8[]'],
    ['any_get', 'any, utf8', '(any, utf8) -> any'],
    ['any_get', 'any, int32', '(any, int64) -> any'],
    ['extract', 'utf8, date', '(utf8, date) -> decimal(15,0)'],
    ['like', 'utf8, null, utf8', '(utf8, utf8, utf8) -> bool'],
  ])('%s(%s)', (name, args, expected) => {
    expect(show(() => resolveOperator(name, types(args)))).toBe(expected);
  });

  it.each([
    ['eq', 'int32, utf8', 'undefined_function: operator int32 = utf8 does not exist'],
    ['add', 'date, date', 'undefined_function: operator date + date does not exist'],
    ['negate', 'utf8', 'undefined_function: operator - utf8 does not exist'],
    ['add', 'date, null', 'ambiguous_function: operator date + null is not unique'],
    ['multiply', 'decimal(30,20), decimal(30,20)', 'numeric_value_out_of_range: the product would have 40 decimals'],
    ['concat_op', 'int32, int32', 'undefined_function: operator int32 || int32 does not exist'],
  ])('refuses %s(%s)', (name, args, expected) => {
    expect(show(() => resolveOperator(name, types(args)))).toContain(expected);
  });
});

describe('functions and aggregates by their SQL names', () => {
  it.each([
    ['round', 'int32', '(float64) -> float64'],
    ['round', 'decimal(5,2)', '(decimal(5,2)) -> decimal(4,0)'],
    ['sqrt', 'int32', '(float64) -> float64'],
    ['power', 'int32, decimal(3,1)', '(float64, float64) -> float64'],
    ['abs', 'int64', '(int64) -> int64'],
    ['coalesce', 'int32, null, float64', '(float64, float64, float64) -> float64'],
    ['concat', 'int32, bool', '(utf8, bool) -> utf8'],
    ['substr', 'null, int16', '(utf8, int32) -> utf8'],
    ['date_trunc', 'utf8, date', '(utf8, timestamp) -> timestamp'],
    ['rount', 'int32', 'undefined_function: function rount(int32) does not exist [Did you mean round?]'],
    ['lower', 'int32', 'undefined_function: function lower(int32) does not exist [It takes (utf8).]'],
  ])('%s(%s)', (name, args, expected) => {
    expect(show(() => resolveFunction(name, types(args), 'sql'))).toBe(expected);
  });

  it.each([
    ['count', '', '() -> int64'],
    ['count', 'utf8', '(utf8) -> int64'],
    ['sum', 'int32', '(int32) -> int64'],
    ['sum', 'int64', '(int64) -> decimal(38,0)'],
    ['sum', 'decimal(15,2)', '(decimal(15,2)) -> decimal(38,2)'],
    ['sum', 'float32', '(float32) -> float64'],
    ['avg', 'int16', '(int16) -> decimal(38,16)'],
    ['avg', 'decimal(30,20)', '(decimal(30,20)) -> decimal(38,20)'],
    ['avg', 'float32', '(float32) -> float64'],
    ['min', 'utf8', '(utf8) -> utf8'],
    ['array_agg', 'date', '(date) -> date[]'],
    ['stddev', 'decimal(5,2)', '(float64) -> float64'],
  ])('%s(%s)', (name, args, expected) => {
    expect(show(() => resolveAggregate(name, types(args), 'sql'))).toBe(expected);
  });
});

describe('unify', () => {
  it.each([
    ['', 'null'],
    ['null, int32', 'int32'],
    ['int8, int64', 'int64'],
    ['int32, decimal(5,2)', 'decimal(12,2)'],
    ['decimal(5,2), decimal(4,3)', 'decimal(6,3)'],
    ['decimal(38,2), decimal(38,10)', 'decimal(38,10)'],
    ['int16, float32', 'float32'],
    ['int32, float32', 'float64'],
    ['decimal(5,2), float64', 'float64'],
    ['date, timestamp', 'timestamp'],
    ['int32[], null, float64[]', 'float64[]'],
    ['int32, any', 'any'],
  ])('%s', (args, expected) => {
    const type = unify(types(args));
    expect(type && typeName(type)).toBe(expected);
  });

  it.each(['int32, utf8', 'bool, int32', 'date, time', 'int32, int32[]'])('refuses %s', (args) => {
    expect(unify(types(args))).toBeUndefined();
  });
});

it.each([
  ['decimal(38,16)', 2, 'decimal(25,2)'],
  ['decimal(5,3)', -1, 'decimal(3,0)'],
  ['decimal(38,3)', 2, 'decimal(38,2)'],
  ['decimal(5,3)', 3, undefined],
  ['float64', 1, undefined],
])('rounds %s to %i decimals as %s', (source, places, expected) => {
  const type = placesVariant(parseType(source).type, places);
  expect(type && typeName(type)).toBe(expected);
});

it('names every function once, and documents it', () => {
  const names = [...SCALARS, ...AGGREGATES, ...WINDOWS].map((fn) => fn.name);
  expect(new Set(names).size).toBe(names.length);
  const sqlNames = [...SCALARS, ...AGGREGATES, ...WINDOWS].flatMap((fn) => fn.names.sql ?? []);
  expect(new Set(sqlNames).size).toBe(sqlNames.length);
  for (const fn of [...SCALARS, ...AGGREGATES, ...WINDOWS]) expect(fn.documentation, fn.name).toMatch(/\.$/);
});

it('unifies anything with any', () => {
  expect(unify([ANY, { kind: 'utf8' }])).toEqual(ANY);
});
