import type { ScalarFunction } from './declaration.ts';

/**
 * Functions that a program defines beside the catalogue. Expressions name functions, so these are found by canonical
 * names like all others; a canonical name is never given twice, and which of them a text means is its catalog's business.
 */
const defined = new Map<string, ScalarFunction>();
let last = 0;

/** Gives the canonical name under which it is found from now on. */
export function defineFunction(fn: Omit<ScalarFunction, 'name' | 'names'>, called: string): string {
  const name = `${called}#${++last}`;
  defined.set(name, { ...fn, name, names: {} });
  return name;
}

/** Plans that call it fail from now on. */
export function forgetFunction(name: string): void {
  defined.delete(name);
}

export function definedFunction(name: string): ScalarFunction | undefined {
  return defined.get(name);
}
