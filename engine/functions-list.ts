import { AGGREGATES, SCALARS, WINDOWS } from '../compiler/functions/catalogue.ts';

export interface ListedFunction {
  readonly name: string;
  readonly kind: 'scalar' | 'aggregate' | 'window';
  readonly documentation: string;
  /** A call, where the catalogue has one. */
  readonly example: string | undefined;
}

/** Every function that SQL knows, once for each of its names, in the order of the names. */
export function listFunctions(): readonly ListedFunction[] {
  const listed: ListedFunction[] = [];
  const add = (kind: ListedFunction['kind'], functions: typeof SCALARS | typeof AGGREGATES | typeof WINDOWS): void => {
    for (const { names, documentation, example } of functions) {
      // Operators have names that nobody writes.
      for (const name of names.sql ?? []) {
        if (/^[a-z]\w*$/.test(name)) listed.push({ name, kind, documentation, example: example?.sql });
      }
    }
  };
  add('scalar', SCALARS);
  add('aggregate', AGGREGATES);
  add('window', WINDOWS);
  return listed.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
