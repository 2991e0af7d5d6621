import { formatValue } from '../types/text.ts';
import { INT64, type Type, UTF8 } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { AggregateFunction } from './declaration.ts';
import { unary } from './overload.ts';

/** 2^12 registers: the standard error is 1.04 / √4096, 1.6 percent, in 4 kB whatever the number of values. */
const REGISTER_BITS = 12;
const REGISTERS = 2 ** REGISTER_BITS;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** Two mixed words of a text (MurmurHash3's steps), by UTF-16 units. */
function hash(text: string): readonly [number, number] {
  let a = 0x9747b28c ^ text.length;
  let b = 0x3c6ef372;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(((a ^ unit) << 13) | ((a ^ unit) >>> 19), 0xcc9e2d51);
    b = Math.imul(b ^ unit, 0x1b873593) + ((b << 7) | (b >>> 25));
  }
  return [mix(a ^ (b >>> 3)), mix(b ^ Math.imul(a, 5))];
}

function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** HyperLogLog (Flajolet et al., AofA 2007), with linear counting while many registers are empty. */
function createSketch(type: Type): { readonly add: (value: Value) => void; readonly estimate: () => number } {
  const registers = new Uint8Array(REGISTERS);
  return {
    add: (value) => {
      const [place, rest] = hash(typeof value === 'string' ? value : formatValue(value, type));
      const register = place >>> (32 - REGISTER_BITS);
      const rank = Math.clz32(rest) + 1;
      if ((registers[register] ?? 0) < rank) registers[register] = rank;
    },
    estimate: () => {
      let sum = 0;
      let empty = 0;
      for (const rank of registers) {
        sum += 2 ** -rank;
        if (rank === 0) empty += 1;
      }
      const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
      const few = raw <= 2.5 * REGISTERS && empty > 0;
      return Math.round(few ? REGISTERS * Math.log(REGISTERS / empty) : raw);
    },
  };
}

export const APPROXIMATE_AGGREGATES: readonly AggregateFunction[] = [
  {
    name: 'approx_count_distinct',
    names: { sql: ['approx_count_distinct'] },
    overloads: [unary((arg) => ({ parameter: arg.kind === 'null' ? UTF8 : arg, result: INT64 }))],
    nullable: false,
    create: ({ parameters: [type = UTF8] }) => {
      const sketch = createSketch(type);
      return { step: ([value = null]) => sketch.add(value), result: () => BigInt(sketch.estimate()) };
    },
    documentation: 'About how many different values there are, to a standard error of 1.6 percent, in 4 kB a group.',
    example: { sql: 'SELECT approx_count_distinct(x) FROM (VALUES (1), (1), (2)) t(x)', result: '2' },
  },
];
