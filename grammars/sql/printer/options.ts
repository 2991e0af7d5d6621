import type { Expression, Option } from '../tree.ts';
import { identifier, type Print, words } from './print.ts';

export function options(print: Print, nodes: readonly Option[]): readonly string[] {
  return nodes.map(({ name, value }) => words(identifier(name), value && optionValue(print, value)));
}

/** A list of one is still a list here, where ROW(…) would be a call. */
export function optionValue(print: Print, value: Expression): string {
  if (value.kind === 'row' && !value.keyword)
    return `(${value.fields.map((field) => optionValue(print, field)).join(', ')})`;
  return print.expression(value);
}
