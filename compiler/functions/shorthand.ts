import type { Type } from '../types/type.ts';
import type { Overload, ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';

type Options = Partial<Pick<ScalarFunction, 'nulls' | 'nullable' | 'volatility'>> & {
  /** Names in SQL, if they are not the canonical one alone. */
  readonly names?: readonly string[];
};

/** A scalar function; strict and immutable unless options say otherwise. */
export function scalar(
  name: string,
  overloads: Overload | readonly Overload[],
  row: ScalarFunction['row'],
  documentation: string,
  example: readonly [sql: string, result: string],
  { names = [name], nulls = 'strict', volatility = 'immutable', nullable }: Options = {},
): ScalarFunction {
  const [sql, result] = example;
  return {
    name,
    names: { sql: names },
    overloads: typeof overloads === 'function' ? [overloads] : overloads,
    nulls,
    volatility,
    row,
    documentation,
    example: { sql, result },
    ...(nullable === undefined ? {} : { nullable }),
  };
}

/** The parameters, of which the last ones may be left out. */
export function optional(parameters: readonly Type[], required: number, result: Type): readonly Overload[] {
  return Array.from({ length: parameters.length - required + 1 }, (_, left) =>
    fixed(parameters.slice(0, required + left), result),
  );
}

export const never = (): boolean => false;
