import type { Catalog } from '../compiler/catalog/catalog.ts';
import { defineFunction, forgetFunction } from '../compiler/functions/defined.ts';
import { fixed } from '../compiler/functions/overload.ts';
import { isAggregateName, isScalarName, isWindowName } from '../compiler/functions/resolve.ts';
import { OrbitError } from '../compiler/types/error.ts';
import { UTC } from '../compiler/types/zones.ts';
import { toValue } from './parameters.ts';
import { typeNamed } from './prepared.ts';
import { type JsValue, toJs } from './result.ts';

export interface FunctionOptions {
  /** The types of the arguments as SQL names them. */
  readonly args: readonly string[];
  /** The type of the result. */
  readonly returns: string;
  /**
   * Whether the same arguments always give the same result: calls may then be left out, moved and made only once.
   * Default: no.
   */
  readonly deterministic?: boolean | undefined;
  /** Whether it is called with NULLs (as null). By default any NULL argument makes the result NULL without a call. */
  readonly callOnNull?: boolean | undefined;
}

/** What SQL calls for a row; it gives its result at once, not a promise. Instants come as texts in UTC. */
export type UserFunction = (...args: JsValue[]) => JsValue | undefined;

/** The functions of a database that its program has defined. */
export interface DefinedFunctions {
  readonly define: (name: string, options: FunctionOptions, fn: UserFunction) => void;
  /** A catalog that has them. */
  readonly beside: (catalog: Catalog) => Catalog;
  readonly forgetAll: () => void;
}

/** Functions in FROM and forms with a syntax of their own, which no function of that name would ever be asked for. */
const TAKEN: ReadonlySet<string> = new Set(['unnest', 'generate_series', 'range', 'grouping', 'grouping_id']);

export function definedFunctions(): DefinedFunctions {
  const canonical = new Map<string, string>();
  const beside = (catalog: Catalog): Catalog => ({
    ...catalog,
    definedFunction: (name) => canonical.get(name),
    along: catalog.along === undefined ? undefined : (path) => beside(catalog.along?.(path) ?? catalog),
  });
  return {
    beside,
    define: (name, options, fn) => {
      if (!/^[a-z_][a-z0-9_]*$/.test(name)) {
        throw new OrbitError('invalid_parameter_value', `"${name}" is no name of a function: use a-z, 0-9 and _`);
      }
      const known = isScalarName(name, 'sql') || isAggregateName(name, 'sql') || isWindowName(name, 'sql');
      if (known || TAKEN.has(name)) {
        throw new OrbitError('invalid_parameter_value', `function ${name} exists already and cannot be replaced`);
      }
      const parameters = options.args.map(typeNamed);
      const result = typeNamed(options.returns);
      const callOnNull = options.callOnNull === true;
      const before = canonical.get(name);
      const made = defineFunction(
        {
          overloads: [fixed(parameters, result)],
          nulls: callOnNull ? 'custom' : 'strict',
          nullable: () => true,
          volatility: options.deterministic === true ? 'immutable' : 'volatile',
          local: true,
          documentation: 'Defined by the program.',
          row: (args) => {
            const given = call(
              name,
              fn,
              args.map((arg, i) => (arg === null ? null : toJs(arg, parameters[i] ?? result, UTC))),
            );
            return toValue(given, result, `the result of ${name}`, UTC);
          },
        },
        name,
      );
      canonical.set(name, made);
      if (before !== undefined) forgetFunction(before);
    },
    forgetAll: () => {
      for (const name of canonical.values()) forgetFunction(name);
      canonical.clear();
    },
  };
}

function call(name: string, fn: UserFunction, args: JsValue[]): JsValue {
  let given: unknown;
  try {
    given = fn(...args);
  } catch (error) {
    if (error instanceof OrbitError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new OrbitError('external_routine_exception', `function ${name} failed: ${message}`, { cause: error });
  }
  if (given === undefined) return null;
  if (isJsValue(given)) return given;
  const what = given instanceof Promise ? 'a promise; functions give their results at once' : `a ${typeof given}`;
  throw new OrbitError('external_routine_exception', `function ${name} returned ${what}`);
}

function isJsValue(value: unknown): value is JsValue {
  if (value === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof value)) return true;
  return typeof value === 'object' && !(value instanceof Promise) && !(value instanceof Date);
}
