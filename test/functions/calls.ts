// Calls of all scalar functions with generated arguments: each form of each function, with NULLs, empty and extreme
// values among common ones.
import { SCALARS } from '../../compiler/functions/catalogue.ts';
import type { ScalarFunction, Signature } from '../../compiler/functions/declaration.ts';
import { parseText } from '../../compiler/types/text.ts';
import { decimal, isJson, list, type SimpleKind, type Type, typeEquals, typeName } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { TypedValue } from './oracles.ts';
import { POOLS } from './pools.ts';

export interface GeneratedCall {
  readonly fn: ScalarFunction;
  /** As SQL knows it. */
  readonly name: string;
  readonly args: readonly TypedValue[];
  readonly signature: Signature;
}

const simple = (kind: SimpleKind): Type => ({ kind });

const SAMPLES: readonly Type[] = [
  ...(['bool', 'int32', 'int64', 'float64', 'utf8', 'binary', 'date', 'time', 'timestamp', 'interval'] as const).map(
    simple,
  ),
  decimal(10, 2),
  ...(['int32', 'utf8', 'float64'] as const).map((kind) => list(simple(kind))),
  list(list(simple('int32'))),
];

const isWhole = (type: Type): boolean =>
  type.kind === 'list' ? isWhole(type.element) : type.kind !== 'null' && type.kind !== 'any' && !isJson(type);

const MOST_PARAMETERS = 7;

/** The forms that a function takes: what its overloads say to types of all kinds, alone and together. */
export function formsOf(fn: ScalarFunction): readonly Signature[] {
  const found = new Map<string, Signature>();
  const attempt = (args: readonly Type[]): void => {
    for (const overload of fn.overloads) {
      const signature = overload(args);
      if (signature === undefined || signature.parameters.length !== args.length) continue;
      if (!signature.parameters.every(isWhole) || !isWhole(signature.result)) continue;
      const takesThem = signature.parameters.every((parameter, i) => {
        const arg = args[i];
        return arg?.kind === 'null' || (arg !== undefined && typeEquals(arg, parameter));
      });
      if (takesThem) found.set(signature.parameters.map(typeName).join(), signature);
    }
  };
  const none = simple('null');
  for (let n = 0; n <= MOST_PARAMETERS; n++) {
    attempt(Array.from({ length: n }, () => none));
    for (const type of SAMPLES) {
      if (n > 0) attempt([type, ...Array.from({ length: n - 1 }, () => none)]);
      if (n > 1) attempt([none, type, ...Array.from({ length: n - 2 }, () => none)]);
      if (n > 1) attempt(Array.from({ length: n }, () => type));
    }
  }
  for (const a of SAMPLES) for (const b of SAMPLES) attempt([a, b]);
  return [...found.values()].slice(0, 12);
}

/** xorshift32: the same calls each time. */
export function generator(seed: number): (below: number) => number {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const TEXTS: Partial<Record<SimpleKind, readonly string[]>> = {
  bool: ['t', 'f'],
  int8: ['0', '1', '-1', '127'],
  int16: ['0', '1', '-1', '32767', '-32768', '7'],
  int32: ['0', '1', '-1', '2', '3', '5', '7', '12', '-8', '100', '1000', '2147483647', '-2147483648'],
  int64: ['0', '1', '-1', '2', '10', '17', '-9', '1000000', '9223372036854775807', '-9223372036854775808'],
  float32: ['0', '1', '-1.5', '0.25', '1e30'],
  float64: [
    '0',
    '1',
    '-1',
    '0.5',
    '-0.5',
    '2',
    '2.5',
    '30',
    '-45',
    '90',
    '1e10',
    '1e-10',
    '1e300',
    'NaN',
    'Infinity',
    '-Infinity',
    '3.7',
  ],
  utf8: [
    '',
    'a',
    'abc',
    'Hello World',
    'hello world',
    'ABC',
    'äöü',
    'a,b,c',
    '  x ',
    "it's",
    'banana',
    '😀b',
    'ÅÄÖ',
    '12',
    'x'.repeat(40),
  ],
  binary: ['\\x', '\\x00', '\\x61626364', '\\xff00', '\\x68656c6c6f'],
  date: [
    '1970-01-01',
    '2024-02-29',
    '1999-12-31',
    '2000-01-01',
    '1900-03-01',
    '2023-07-15',
    '0044-03-15',
    '9999-12-31',
  ],
  time: ['00:00:00', '23:59:59.999999', '12:34:56.5', '04:05:06'],
  timestamp: [
    '1970-01-01 00:00:00',
    '2024-02-29 10:20:30.5',
    '1999-12-31 23:59:59.999999',
    '2000-01-01 00:00:00',
    '2023-07-15 13:05:09',
    '1867-05-01 01:02:03',
  ],
  interval: [
    '0',
    '1 day',
    '1 mon',
    '-1 mon 2 days',
    '1 year 2 mons 3 days 04:05:06.789',
    '25:00:00',
    '-00:00:01',
    '45 days 30:00:00',
  ],
};

/** Values of a type, edges among them. */
function pool(type: Type, draw: (below: number) => number): readonly Value[] {
  if (type.kind === 'list') {
    const items = pool(type.element, draw);
    const some = (n: number): readonly Value[] => Array.from({ length: n }, () => items[draw(items.length)] ?? null);
    const first = items[0] ?? null;
    const last = items.at(-1) ?? null;
    // All inner lists of a list are of one length, as PostgreSQL has them.
    if (type.element.kind === 'list') {
      const inner = type.element;
      return [1, 2, 3].map((n) => Array.from({ length: n }, () => pool(inner, draw)[2] ?? null));
    }
    return [[], [first], some(2), some(3), some(5), [first, first, last], [first, null, last], [null], some(8)];
  }
  if (type.kind === 'decimal') {
    const most = 10n ** BigInt(Math.min(type.precision, 10)) - 1n;
    return [0n, 1n, -1n, 250n, -1250n, 84100n, 100n, 99n, most].filter((value) => value <= most && value >= -most);
  }
  return (TEXTS[type.kind] ?? []).map((text) => parseText(text, type));
}

/** Names that SQL has a syntax of its own for cannot be called so. */
export function calls(seed: number, each: number): readonly GeneratedCall[] {
  const draw = generator(seed);
  // Documents are generated in test/json.
  return SCALARS.filter(({ name }) => !name.startsWith('json')).flatMap((fn) => {
    const [name] = fn.names.sql ?? [];
    if (name === undefined || fn.volatility !== 'immutable') return [];
    return formsOf(fn).flatMap((signature) => {
      const seen = new Set<string>();
      const special = POOLS[name];
      const pools = signature.parameters.map((type, i) => {
        const texts = special?.[i];
        if (texts === undefined || !texts.some((text) => readable(text, type))) return pool(type, draw);
        return texts.filter((text) => readable(text, type)).map((text) => parseText(text, type));
      });
      return Array.from({ length: each }, (_, n): readonly GeneratedCall[] => {
        const args = signature.parameters.map((type, i): TypedValue => {
          const values = pools[i] ?? [];
          // One call of each form has a NULL.
          const isNull = n === 0 ? i === draw(signature.parameters.length) : draw(20) === 0;
          return { type, value: isNull ? null : (values[draw(values.length)] ?? null) };
        });
        const key = JSON.stringify(args, (_k, v) =>
          typeof v === 'bigint' || Object.is(v, -0) || typeof v === 'number' ? `${Object.is(v, -0) ? '-0' : v}` : v,
        );
        if (seen.has(key)) return [];
        seen.add(key);
        return [{ fn, name, args, signature }];
      }).flat();
    });
  });
}

function readable(text: string, type: Type): boolean {
  try {
    parseText(text, type);
    return true;
  } catch {
    return false;
  }
}
