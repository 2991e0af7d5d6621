import { isImplicitCast } from '../types/cast.ts';
import { OrbitError } from '../types/error.ts';
import { toAny, toText } from '../types/narrow.ts';
import { ANY, BOOL, type Type, UTF8 } from '../types/type.ts';
import type { AnyValue, Value } from '../types/value.ts';
import type { Overload, ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';

const never = () => false;

/** Any number of values; every so many-th one, from the first on, is of the type `named`. */
function many(every: number, named: Type): Overload {
  const parameter = (index: number): Type => (index % every === 0 ? named : ANY);
  return (args) =>
    args.length % every === 0 && args.every((arg, index) => isImplicitCast(arg, parameter(index)))
      ? { parameters: args.map((_, index) => parameter(index)), result: ANY }
      : undefined;
}

const orNull = (value: Value | undefined): AnyValue => (value === null ? { tag: 'null' } : toAny(value));

function fieldsOf(value: Value | undefined): ReadonlyMap<string, AnyValue> {
  const object = toAny(value);
  if (object.tag === 'object') return object.value;
  throw new OrbitError('datatype_mismatch', `a value of dynamic type ${object.tag} has no fields to merge`);
}

function isTrue(value: AnyValue): boolean {
  switch (value.tag) {
    case 'null':
      return false;
    case 'bool':
      return value.value;
    case 'int64':
      return value.value !== 0n;
    case 'float64':
      return value.value !== 0 && !Number.isNaN(value.value);
    case 'utf8':
      return value.value !== '';
    case 'list':
    case 'object':
      return true;
  }
}

/** Dynamic values made of others. */
export const ANY_CONSTRUCTORS: readonly ScalarFunction[] = [
  {
    name: 'any_object',
    names: {},
    overloads: [many(2, UTF8)],
    nulls: 'custom',
    nullable: never,
    volatility: 'immutable',
    row: (args) => {
      const value = new Map<string, AnyValue>();
      for (let i = 0; i < args.length; i += 2) {
        const name = args[i] ?? null;
        if (name === null) throw new OrbitError('invalid_parameter_value', 'the name of a field must not be NULL');
        value.set(toText(name), orNull(args[i + 1]));
      }
      return { tag: 'object', value };
    },
    documentation:
      'An object of names and values in turn. A NULL becomes a JSON null; of fields with one name the last counts.',
  },
  {
    name: 'any_list',
    names: {},
    overloads: [many(1, ANY)],
    nulls: 'custom',
    nullable: never,
    volatility: 'immutable',
    row: (args) => ({ tag: 'list', value: args.map(orNull) }),
    documentation: 'A list of the values. A NULL becomes a JSON null.',
  },
  {
    name: 'any_merge',
    names: {},
    overloads: [fixed([ANY, ANY], ANY)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([a, b]) => ({ tag: 'object', value: new Map([...fieldsOf(a), ...fieldsOf(b)]) }),
    documentation: 'The fields of two objects; those of the second one count where both have one.',
  },
  {
    name: 'any_truth',
    names: {},
    overloads: [fixed([ANY], BOOL)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([value]) => isTrue(toAny(value)),
    documentation: 'Whether a value counts as true: all do but false, null, zero, NaN and the empty text.',
  },
];
