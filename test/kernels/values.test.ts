import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameValue } from '../../compiler/types/compare.ts';
import * as T from '../../compiler/types/type.ts';
import { decodeList, encodeList, hasCanonicalBytes } from '../../runtime/columns/nested.ts';
import { readValue, writeValue } from '../../runtime/columns/values.ts';
import { laneOf } from '../../runtime/kernels/value.ts';
import { createEngineMemory } from '../../runtime/memory/engine-memory.ts';
import { valuesOf } from './arbitraries.ts';

const TYPES: readonly T.Type[] = [
  T.BOOL,
  T.INT8,
  T.INT16,
  T.INT32,
  T.INT64,
  T.FLOAT32,
  T.FLOAT64,
  T.decimal(9, 2),
  T.decimal(38, 10),
  T.UTF8,
  T.BINARY,
  T.DATE,
  T.TIME,
  T.TIMESTAMP,
  T.INTERVAL,
  T.ANY,
  T.list(T.INT32),
  T.list(T.BOOL),
  T.list(T.UTF8),
  T.list(T.FLOAT64),
  T.list(T.decimal(30, 3)),
  T.list(T.INTERVAL),
  T.list(T.ANY),
  T.list(T.list(T.UTF8)),
];

for (const shared of [true, false]) {
  const memory = createEngineMemory({ shared, maximumBytes: 64 << 20 });
  const budget = memory.createBudget('test', 32 << 20);
  const arena = memory.createArena(budget);
  const slot = memory.alloc(16);

  test.each(TYPES.map((type) => [T.typeName(type), type] as const))(
    `a value of type %s survives engine memory, ${shared ? 'shared' : 'unshared'}`,
    (_, type) => {
      fc.assert(
        fc.property(valuesOf(type), (value) => {
          writeValue(memory, slot, type, laneOf(type), value, (bytes) => memory.arenaAlloc(arena, budget, bytes));
          expect(readValue(memory, slot, type, laneOf(type))).toStrictEqual(value);
        }),
        { numRuns: 200 },
      );
    },
  );
}

test('a narrow decimal in a wide lane, and the other way round', () => {
  const memory = createEngineMemory({ maximumBytes: 8 << 20 });
  const slot = memory.alloc(16);
  const none = (): never => expect.unreachable();
  writeValue(memory, slot, T.decimal(9, 2), 'i128', -5n, none);
  expect(readValue(memory, slot, T.decimal(9, 2), 'i128')).toBe(-5n);
  writeValue(memory, slot, T.decimal(38, 2), 'i64', -5n, none);
  expect(readValue(memory, slot, T.decimal(38, 2), 'i64')).toBe(-5n);
  writeValue(memory, slot, T.INT32, 'i64', -5, none);
  expect(readValue(memory, slot, T.INT32, 'i64')).toBe(-5);
});

test.each(TYPES.map((type) => [T.typeName(type), type] as const))(
  'lists of %s are equal as their bytes are',
  (_, type) => {
    const lists = fc.array(fc.option(valuesOf(type), { freq: 5 }), { maxLength: 4 });
    const pairs = fc.oneof(
      fc.tuple(lists, lists),
      lists.map((list) => [list, decodeList(encodeList(list, type).slice(), type)] as const),
    );
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const sameBytes = Buffer.compare(encodeList(a, type).slice(), encodeList(b, type).slice()) === 0;
        const same = sameValue(a, b, T.list(type));
        if (sameBytes) expect(same).toBe(true);
        if (hasCanonicalBytes(type)) expect(sameBytes).toBe(same);
      }),
      { numRuns: 200 },
    );
  },
);
