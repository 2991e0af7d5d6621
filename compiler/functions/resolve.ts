import { canCast, implicitCastCost } from '../types/cast.ts';
import { OrbitError, type SourceRange } from '../types/error.ts';
import { type Type, typeEquals, typeName } from '../types/type.ts';
import { AGGREGATES, SCALARS, WINDOWS } from './catalogue.ts';
import type { AggregateFunction, Overload, ScalarFunction, Signature, WindowFunction } from './declaration.ts';
import { definedFunction } from './defined.ts';
import { operatorSymbol } from './operators.ts';
import { closestName } from './spelling.ts';

// From a name and argument types to a function and the types its arguments are cast to. A literal without a type of
// its own, as SQL's 'text', is resolved as type `null`; the caller then reads its text as the parameter's type.

export type Language = keyof ScalarFunction['names'];

export interface Resolved<F> {
  readonly fn: F;
  readonly signature: Signature;
}

const scalarsByName = new Map(SCALARS.map((fn) => [fn.name, fn]));
const aggregatesByName = new Map(AGGREGATES.map((fn) => [fn.name, fn]));
const windowsByName = new Map(WINDOWS.map((fn) => [fn.name, fn]));

/** By canonical name. */
export function scalarFunction(name: string): ScalarFunction | undefined {
  return scalarsByName.get(name) ?? definedFunction(name);
}

/** By canonical name. */
export function aggregateFunction(name: string): AggregateFunction | undefined {
  return aggregatesByName.get(name);
}

/** One that is no aggregate, by canonical name. */
export function windowFunction(name: string): WindowFunction | undefined {
  return windowsByName.get(name);
}

type Named = Pick<ScalarFunction, 'name' | 'names' | 'overloads'>;

function byLanguageName<F extends Named>(functions: readonly F[], language: Language): ReadonlyMap<string, F> {
  return new Map(functions.flatMap((fn) => (fn.names[language] ?? []).map((name) => [name, fn] as const)));
}

const scalarNames: Readonly<Record<Language, ReadonlyMap<string, ScalarFunction>>> = {
  sql: byLanguageName(SCALARS, 'sql'),
};
const aggregateNames: Readonly<Record<Language, ReadonlyMap<string, AggregateFunction>>> = {
  sql: byLanguageName(AGGREGATES, 'sql'),
};

const windowNames: Readonly<Record<Language, ReadonlyMap<string, WindowFunction>>> = {
  sql: byLanguageName(WINDOWS, 'sql'),
};

export function isWindowName(name: string, language: Language): boolean {
  return windowNames[language].has(name);
}

export function isAggregateName(name: string, language: Language): boolean {
  return aggregateNames[language].has(name);
}

export function isScalarName(name: string, language: Language): boolean {
  return scalarNames[language].has(name);
}

/** A scalar function by the name that the language has for it. */
export function resolveFunction(
  name: string,
  args: readonly Type[],
  language: Language,
  range?: SourceRange,
): Resolved<ScalarFunction> {
  const fn = scalarNames[language].get(name);
  if (fn === undefined) throw unknownFunction(name, args, language, range);
  return { fn, signature: chooseOverload(fn, args, call(name, args), range) };
}

/** A function that is defined beside the catalogue, by its canonical name and the one it is called by. */
export function resolveDefined(
  canonicalName: string,
  name: string,
  args: readonly Type[],
  range?: SourceRange,
): Resolved<ScalarFunction> {
  const fn = definedFunction(canonicalName);
  if (fn === undefined) throw new OrbitError('undefined_function', `function ${name} has been dropped`, { range });
  return { fn, signature: chooseOverload(fn, args, call(name, args), range) };
}

/** An aggregate by the name that the language has for it. */
export function resolveAggregate(
  name: string,
  args: readonly Type[],
  language: Language,
  range?: SourceRange,
): Resolved<AggregateFunction> {
  const fn = aggregateNames[language].get(name);
  if (fn === undefined) throw unknownFunction(name, args, language, range);
  return { fn, signature: chooseOverload(fn, args, call(name, args), range) };
}

/** A window function, aggregates not included, by the name that the language has for it. */
export function resolveWindow(
  name: string,
  args: readonly Type[],
  language: Language,
  range?: SourceRange,
): Resolved<WindowFunction> {
  const fn = windowNames[language].get(name);
  if (fn === undefined) throw unknownFunction(name, args, language, range);
  return { fn, signature: chooseOverload(fn, args, call(name, args), range) };
}

/** An operator, or any other scalar function, by canonical name. */
export function resolveOperator(
  canonicalName: string,
  args: readonly Type[],
  range?: SourceRange,
): Resolved<ScalarFunction> {
  const fn = scalarsByName.get(canonicalName);
  if (fn === undefined) throw new OrbitError('internal_error', `no function ${canonicalName} in the catalogue`);
  const symbol = operatorSymbol(canonicalName);
  if (symbol === undefined) return { fn, signature: chooseOverload(fn, args, call(canonicalName, args), range) };
  return { fn, signature: chooseOverload(fn, args, operation(symbol, args), range) };
}

/** Whether a call can be NULL, from its arguments' nullability. */
export function resultNullable(fn: ScalarFunction, args: readonly boolean[], signature: Signature): boolean {
  return fn.nullable === undefined ? args.includes(true) : fn.nullable(args, signature);
}

interface Subject {
  /** `function round(utf8)` or `operator utf8 + int32`. */
  readonly text: string;
  readonly isOperator: boolean;
}

function call(name: string, args: readonly Type[]): Subject {
  return { text: `function ${name}(${args.map(typeName).join(', ')})`, isOperator: false };
}

function operation(symbol: string, args: readonly Type[]): Subject {
  const [a, b] = args.map(typeName);
  return { text: `operator ${b === undefined ? `${symbol} ${a}` : `${a} ${symbol} ${b}`}`, isOperator: true };
}

/** The overload with the cheapest casts. */
function chooseOverload(fn: Named, args: readonly Type[], subject: Subject, range: SourceRange | undefined): Signature {
  if (subject.isOperator) {
    const twin = sameTypeTwin(fn.overloads, args);
    if (twin !== undefined) return twin;
  }
  const candidates = fn.overloads.flatMap((overload) => overload(args) ?? []);
  const ranked = candidates.map((signature) => ({ signature, cost: totalCost(args, signature) }));
  const least = Math.min(...ranked.map(({ cost }) => cost));
  const [best, ...rivals] = ranked.filter(({ cost }) => cost === least).map(({ signature }) => signature);
  if (best === undefined) throw noOverload(fn, args, subject, range);
  const rival = rivals.find((other) => !sameSignature(best, other));
  // Bare NULLs say nothing about which overload is meant; whichever it is, the result is NULL.
  if (rival !== undefined && args.some((arg) => arg.kind !== 'null')) {
    throw new OrbitError('ambiguous_function', `${subject.text} is not unique`, {
      range,
      hint: `It could take ${parameterList(best)} or ${parameterList(rival)}; add a cast.`,
    });
  }
  return best;
}

/** An operand without a type is first taken to have the other operand's. */
function sameTypeTwin(overloads: readonly Overload[], args: readonly Type[]): Signature | undefined {
  const [a, b] = args;
  if (a === undefined || b === undefined || args.length !== 2) return undefined;
  if ((a.kind === 'null') === (b.kind === 'null')) return undefined;
  const type = a.kind === 'null' ? b : a;
  for (const overload of overloads) {
    const signature = overload([type, type]);
    if (signature?.parameters.every((parameter) => typeEquals(parameter, type))) return signature;
  }
  return undefined;
}

// An overload may ask for a cast that is not implicit elsewhere, as || does for numbers; it ranks behind all others.
const UNUSUAL_CAST = 1000;

function totalCost(args: readonly Type[], signature: Signature): number {
  let total = 0;
  for (const [index, parameter] of signature.parameters.entries()) {
    const arg = args[index];
    if (arg === undefined) continue;
    total += implicitCastCost(arg, parameter) ?? (canCast(arg, parameter) ? UNUSUAL_CAST : Number.POSITIVE_INFINITY);
  }
  return total;
}

function sameSignature(a: Signature, b: Signature): boolean {
  return (
    a.parameters.length === b.parameters.length &&
    typeEquals(a.result, b.result) &&
    a.parameters.every((parameter, index) => {
      const other = b.parameters[index];
      return other !== undefined && typeEquals(parameter, other);
    })
  );
}

function parameterList(signature: Signature): string {
  return `(${signature.parameters.map(typeName).join(', ')})`;
}

function unknownFunction(
  name: string,
  args: readonly Type[],
  language: Language,
  range: SourceRange | undefined,
): OrbitError {
  const known = [...scalarNames[language].keys(), ...aggregateNames[language].keys(), ...windowNames[language].keys()];
  const similar = closestName(name, known);
  return new OrbitError('undefined_function', `${call(name, args).text} does not exist`, {
    range,
    hint: similar === undefined ? undefined : `Did you mean ${similar}?`,
  });
}

function noOverload(fn: Named, args: readonly Type[], subject: Subject, range: SourceRange | undefined): OrbitError {
  const accepted = acceptedSignatures(fn);
  return new OrbitError('undefined_function', `${subject.text} does not exist`, {
    range,
    hint:
      accepted.length === 0
        ? `No form of it takes ${args.length} argument${args.length === 1 ? '' : 's'} of these types; a cast may help.`
        : `It takes ${accepted.join(' or ')}.`,
  });
}

function acceptedSignatures(fn: Named): readonly string[] {
  return listSignatures(fn).map(parameterList);
}

const SAMPLE_TYPES: readonly Type[] = [
  { kind: 'bool' },
  { kind: 'int32' },
  { kind: 'int64' },
  { kind: 'decimal', precision: 18, scale: 2 },
  { kind: 'float64' },
  { kind: 'utf8' },
  { kind: 'date' },
  { kind: 'time' },
  { kind: 'timestamp' },
  { kind: 'interval' },
  { kind: 'list', element: { kind: 'int32' } },
  { kind: 'any' },
];

/**
 * The parameter types that a function takes, for messages and signature help. Overloads are functions of types, so
 * this tries one type of each kind, alone, in pairs and, for longer forms, with the rest of type `null`.
 */
export function listSignatures(fn: Named, limit = 6): readonly Signature[] {
  const found: Signature[] = [];
  const attempt = (args: readonly Type[]) => {
    for (const overload of fn.overloads) {
      const signature = overload(args);
      const takesThem = signature?.parameters.every((parameter, index) => {
        const arg = args[index];
        return arg?.kind === 'null' || (arg !== undefined && typeEquals(arg, parameter));
      });
      if (signature && takesThem && !found.some((other) => sameSignature(other, signature))) found.push(signature);
    }
  };
  attempt([]);
  for (const type of SAMPLE_TYPES) attempt([type]);
  for (const a of SAMPLE_TYPES) {
    for (const b of SAMPLE_TYPES) if (found.length < limit) attempt([a, b]);
  }
  for (const length of [3, 4]) {
    for (const type of SAMPLE_TYPES) attempt([type, ...Array.from({ length: length - 1 }, () => NULL_TYPE)]);
  }
  return found.slice(0, limit);
}

const NULL_TYPE: Type = { kind: 'null' };
