import { expect, it } from 'vitest';
import { createExecutor } from '../../runtime/scheduler/executor.ts';
import { Random } from '../executor/random.ts';
import { checkRelation } from './check-relation.ts';
import { makeData } from './data.ts';
import { making } from './generate.ts';
import { loadOwn } from './own.ts';
import { RELATIONS } from './relations.ts';

/** `npm run check:tlp` looks at more. */
const PER_RELATION = 8;
const FRESH = Math.floor(Date.now() / 1000) % 1_000_000;

it.each(RELATIONS)('queries by their parts: $name', { timeout: 120_000 }, async (relation) => {
  const engines = [
    createExecutor({ shared: true, memoryBytes: 1 << 28 }),
    createExecutor({ shared: false, memoryBytes: 1 << 28 }),
  ];
  let held = 0;
  for (let i = 0; i < PER_RELATION; i++) {
    const seed = i < PER_RELATION - 2 ? 500 + i : FRESH + i;
    const data = makeData(seed, 'tiny');
    const base = relation.base(making(seed, data), new Random(seed).integer(1, 3));
    const { problem, rows } = await checkRelation({ own: loadOwn(data), engines, relation, base, turn: i });
    expect({ seed, base, problem }).toEqual({ seed, base, problem: undefined });
    if (rows !== undefined) held++;
  }
  expect(held).toBeGreaterThan(PER_RELATION / 2);
});
