import { compareValues } from '../types/compare.ts';
import { type Type, UTF8 } from '../types/type.ts';
import { unify } from '../types/unify.ts';
import type { Value } from '../types/value.ts';
import type { Overload, ScalarFunction } from './declaration.ts';

const common: Overload = (args) => {
  const type = args.length === 0 ? undefined : unify(args);
  if (type === undefined) return undefined;
  const known: Type = type.kind === 'null' ? UTF8 : type;
  return { parameters: args.map(() => known), result: known };
};

const commonPair: Overload = (args) => (args.length === 2 ? common(args) : undefined);

/** The value that no other goes before, by the sign: 1 for the greatest. NULLs do not take part. */
function extreme(args: readonly Value[], type: Type, sign: number): Value {
  let best: Value = null;
  for (const arg of args) {
    if (arg === null) continue;
    if (best === null || compareValues(arg, best, type) * sign > 0) best = arg;
  }
  return best;
}

const onlyIfAllAre = (args: readonly boolean[]) => args.every(Boolean);

export const CONDITIONAL_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: 'coalesce',
    names: { sql: ['coalesce'] },
    overloads: [common],
    nulls: 'custom',
    nullable: onlyIfAllAre,
    volatility: 'immutable',
    row: (args) => args.find((arg) => arg !== null) ?? null,
    documentation: 'The first argument that is not NULL. Arguments after it are not evaluated.',
    example: { sql: 'coalesce(NULL, 2, 3)', result: '2' },
  },
  {
    name: 'nullif',
    names: { sql: ['nullif'] },
    overloads: [commonPair],
    nulls: 'custom',
    nullable: () => true,
    volatility: 'immutable',
    row: (args, { result }) => {
      const [a = null, b = null] = args;
      return a !== null && b !== null && compareValues(a, b, result) === 0 ? null : a;
    },
    documentation: 'NULL if the two arguments are equal, and else the first.',
    example: { sql: "nullif('x', 'y')", result: 'x' },
  },
  {
    name: 'greatest',
    names: { sql: ['greatest'] },
    overloads: [common],
    nulls: 'custom',
    nullable: onlyIfAllAre,
    volatility: 'immutable',
    row: (args, { result }) => extreme(args, result, 1),
    documentation: 'The greatest of the arguments that are not NULL.',
    example: { sql: 'greatest(1, NULL, 3, 2)', result: '3' },
  },
  {
    name: 'least',
    names: { sql: ['least'] },
    overloads: [common],
    nulls: 'custom',
    nullable: onlyIfAllAre,
    volatility: 'immutable',
    row: (args, { result }) => extreme(args, result, -1),
    documentation: 'The least of the arguments that are not NULL.',
    example: { sql: 'least(3, NULL, 1)', result: '1' },
  },
];
