import { OrbitError } from '../types/error.ts';
import { toAny, toBigint, toText } from '../types/narrow.ts';
import { ANY, BOOL, INT64, list, UTF8 } from '../types/type.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';

/** Parts of dynamic values. What is not there, and a part of what has none, is NULL. */
export const ANY_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: 'any_get',
    names: {},
    overloads: [fixed([ANY, UTF8], ANY), fixed([ANY, INT64], ANY)],
    nulls: 'strict',
    nullable: () => true,
    volatility: 'immutable',
    row: ([source = null, key = null]) => {
      const value = toAny(source);
      if (typeof key === 'bigint') return value.tag === 'list' ? (value.value[Number(key)] ?? null) : null;
      return value.tag === 'object' ? (value.value.get(toText(key)) ?? null) : null;
    },
    documentation: 'The field of that name, or the element at that position counted from 0; NULL if there is none.',
  },
  {
    name: 'any_has',
    names: {},
    overloads: [fixed([ANY, UTF8], BOOL), fixed([ANY, INT64], BOOL)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([source = null, key = null]) => {
      const value = toAny(source);
      if (typeof key === 'bigint') {
        return value.tag === 'list' && toBigint(key) >= 0n && toBigint(key) < BigInt(value.value.length);
      }
      return value.tag === 'object' && value.value.has(toText(key));
    },
    documentation:
      'Whether the value is an object with that field, or a list with that position; a JSON null is there.',
  },
  {
    name: 'any_items',
    names: {},
    overloads: [fixed([ANY], list(ANY))],
    nulls: 'strict',
    nullable: () => true,
    volatility: 'immutable',
    row: ([source]) => {
      const value = toAny(source);
      if (value.tag === 'list') return value.value;
      if (value.tag === 'null') return null;
      throw new OrbitError('datatype_mismatch', `a value of dynamic type ${value.tag} is no list`);
    },
    documentation: 'The elements of a list; NULL for a JSON null, an error for what is no list.',
  },
];
