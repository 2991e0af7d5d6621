import { OrbitError } from '../types/error.ts';
import { toBigint } from '../types/narrow.ts';
import { BOOL, INT64 } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';

/** Sequences count outside of transactions: what was taken is taken, whatever becomes of the taker. */

export interface SequenceOptions {
  readonly start: bigint;
  readonly increment: bigint;
  readonly min: bigint;
  readonly max: bigint;
  readonly cycle: boolean;
}

export interface Sequence extends SequenceOptions {
  readonly name: string;
  /** By which plans name it; never used again. */
  readonly id: bigint;
  last: bigint;
  /** `last` was given out; if not, it comes next. */
  called: boolean;
}

const sequences = new Map<bigint, WeakRef<Sequence>>();
let lastId = 0n;

interface SequenceSession {
  readonly given: Map<bigint, bigint>;
  last: bigint | undefined;
}

/** By session: what it was given last, for as long as it lives. */
const sessions = new Map<bigint, SequenceSession>();

export function createSequence(name: string, options: SequenceOptions): Sequence {
  const id = ++lastId;
  const sequence: Sequence = { name, ...options, id, last: options.start, called: false };
  sequences.set(id, new WeakRef(sequence));
  return sequence;
}

export function forgetSequences(session: bigint): void {
  sessions.delete(session);
}

function sequenceOf(id: Value | undefined): Sequence {
  const sequence = sequences.get(toBigint(id ?? null))?.deref();
  if (sequence !== undefined) return sequence;
  throw new OrbitError('feature_not_supported', 'sequences cannot be used in what several threads compute', {
    hint: 'Open the database with threads: 1.',
  });
}

function sessionOf(id: Value | undefined): SequenceSession {
  const key = toBigint(id ?? null);
  const known = sessions.get(key);
  if (known !== undefined) return known;
  const made: SequenceSession = { given: new Map(), last: undefined };
  sessions.set(key, made);
  return made;
}

function next(sequence: Sequence): bigint {
  const { name, last, called, increment, min, max, cycle } = sequence;
  let value = called ? last + increment : last;
  if (value > max || value < min) {
    if (!cycle) {
      const bound =
        increment > 0n
          ? `maximum value of sequence "${name}" (${max})`
          : `minimum value of sequence "${name}" (${min})`;
      throw new OrbitError('sequence_generator_limit_exceeded', `nextval: reached ${bound}`);
    }
    value = increment > 0n ? min : max;
  }
  sequence.last = value;
  sequence.called = true;
  return value;
}

function notYet(what: string): OrbitError {
  return new OrbitError('object_not_in_prerequisite_state', `${what} is not yet defined in this session`);
}

/** Their first argument is a sequence's id, the last one a session's: the binder puts both there. */
export const SEQUENCE_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: 'nextval',
    names: {},
    overloads: [fixed([INT64, INT64], INT64)],
    nulls: 'strict',
    volatility: 'volatile',
    row: ([id, session]) => {
      const sequence = sequenceOf(id);
      const value = next(sequence);
      const own = sessionOf(session);
      own.given.set(sequence.id, value);
      own.last = value;
      return value;
    },
    documentation: 'The next number of a sequence.',
  },
  {
    name: 'currval',
    names: {},
    overloads: [fixed([INT64, INT64], INT64)],
    nulls: 'strict',
    volatility: 'volatile',
    row: ([id, session]) => {
      const sequence = sequenceOf(id);
      const value = sessionOf(session).given.get(sequence.id);
      if (value === undefined) throw notYet(`currval of sequence "${sequence.name}"`);
      return value;
    },
    documentation: 'The number that this session was given last by a sequence.',
  },
  {
    name: 'lastval',
    names: {},
    overloads: [fixed([INT64], INT64)],
    nulls: 'strict',
    volatility: 'volatile',
    row: ([session]) => {
      const { last } = sessionOf(session);
      if (last === undefined) throw notYet('lastval');
      return last;
    },
    documentation: 'The number that this session was given last by any sequence.',
  },
  {
    name: 'setval',
    names: {},
    overloads: [fixed([INT64, INT64, BOOL, INT64], INT64)],
    nulls: 'strict',
    volatility: 'volatile',
    row: ([id, given, called, session]) => {
      const sequence = sequenceOf(id);
      const value = toBigint(given ?? null);
      const { name, min, max } = sequence;
      if (value < min || value > max) {
        const message = `setval: value ${value} is out of bounds for sequence "${name}" (${min}..${max})`;
        throw new OrbitError('numeric_value_out_of_range', message);
      }
      sequence.last = value;
      sequence.called = called === true;
      if (called === true) sessionOf(session).given.set(sequence.id, value);
      return value;
    },
    documentation: 'Sets a sequence to a number, which was given out, or with false comes next.',
  },
];
