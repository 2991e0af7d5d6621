import type { CreateSequence, Option, SequenceOptions } from '../tree.ts';
import { type Print, qualifiedName, words } from './print.ts';

export function printCreateSequence(print: Print, node: CreateSequence): string {
  return words(
    'CREATE',
    node.orReplace && 'OR REPLACE',
    node.temporary && 'TEMPORARY',
    node.unlogged && 'UNLOGGED',
    'SEQUENCE',
    node.ifNotExists && 'IF NOT EXISTS',
    qualifiedName(node.name),
    sequenceOptions(print, node.options),
  );
}

export function sequenceOptions(print: Print, node: SequenceOptions): string {
  return words(
    node.type && `AS ${print.type(node.type)}`,
    ...node.numbers.map((option) => sequenceNumber(print, option)),
    node.ownedBy && `OWNED BY ${qualifiedName(node.ownedBy)}`,
  );
}

export function sequenceNumber(print: Print, { name, value }: Option): string {
  const no = /^no_(.*)$/.exec(name.text)?.[1];
  return words(no ? `NO ${no.toUpperCase()}` : name.text.toUpperCase(), value && print.expression(value));
}
