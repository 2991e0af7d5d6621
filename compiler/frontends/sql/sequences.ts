import type * as sql from '../../../grammars/sql/tree.ts';
import type { SequenceOptions } from '../../functions/sequences.ts';
import { OrbitError, type SourceRange } from '../../types/error.ts';
import { unsupported } from './errors.ts';
import { wordOf } from './options.ts';
import { resolveType } from './type-names.ts';

const BITS = { int16: 16, int32: 32, int64: 64 } as const;

function bitsOf(type: sql.TypeName | undefined): number {
  if (type === undefined) return 64;
  const { kind } = resolveType(type).type;
  if (kind === 'int16' || kind === 'int32' || kind === 'int64') return BITS[kind];
  throw invalid('sequence type must be smallint, integer, or bigint', type.range);
}

function invalid(message: string, range: SourceRange): OrbitError {
  return new OrbitError('invalid_parameter_value', message, { range });
}

/** What a new sequence is like; `bits` of its numbers where no type is said. */
export function sequenceOptions(
  numbers: readonly sql.Option[],
  type: sql.TypeName | undefined,
  range: SourceRange,
  bits = bitsOf(type),
): SequenceOptions {
  const given = new Map<string, bigint | undefined>();
  for (const { name, value, range: place } of numbers) {
    const key = name.text.toLowerCase();
    const plain = key.replace(/^no_/, '');
    if (given.has(plain)) throw new OrbitError('syntax_error', 'conflicting or redundant options', { range: place });
    if (!KNOWN.has(plain)) throw unsupported(`the sequence option ${key.toUpperCase()}`, place);
    const text = value === undefined ? undefined : wordOf(value);
    if (text !== undefined && !/^-?\d+$/.test(text)) throw invalid(`${key} must be an integer`, place);
    given.set(plain, key.startsWith('no_') || text === undefined ? undefined : BigInt(text));
  }
  const increment = given.get('increment') ?? 1n;
  if (increment === 0n) throw invalid('INCREMENT must not be zero', range);
  const up = increment > 0n;
  const largest = 2n ** BigInt(bits - 1) - 1n;
  const max = given.get('maxvalue') ?? (up ? largest : -1n);
  const min = given.get('minvalue') ?? (up ? 1n : -largest - 1n);
  if (max > largest || max < -largest - 1n)
    throw invalid(`MAXVALUE (${max}) is out of range for sequence data type`, range);
  if (min > largest || min < -largest - 1n)
    throw invalid(`MINVALUE (${min}) is out of range for sequence data type`, range);
  if (min >= max) throw invalid(`MINVALUE (${min}) must be less than MAXVALUE (${max})`, range);
  const start = given.get('start') ?? (up ? min : max);
  if (start < min) throw invalid(`START value (${start}) cannot be less than MINVALUE (${min})`, range);
  if (start > max) throw invalid(`START value (${start}) cannot be greater than MAXVALUE (${max})`, range);
  const cycle = numbers.some(({ name }) => name.text.toLowerCase() === 'cycle');
  return { start, increment, min, max, cycle };
}

const KNOWN: ReadonlySet<string> = new Set(['start', 'increment', 'minvalue', 'maxvalue', 'cache', 'cycle']);
