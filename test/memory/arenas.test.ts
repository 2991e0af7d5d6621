import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arenaAlloc, inlineArenaAlloc } from '../../runtime/memory/arenas.ts';
import { attachEngineMemory, createEngineMemory } from '../../runtime/memory/engine-memory.ts';
import { ARENA_RESERVED, EXTENT_BYTES, MAXIMUM_PAGES } from '../../runtime/memory/layout.ts';
import { libraryImport } from '../../runtime/memory/library.ts';
import { emitModule } from '../../runtime/wasm/emit.ts';
import { defineFunction } from '../../runtime/wasm/ir.ts';
import { errorOf, expectReturned, MiB, Pieces, withMemory } from './support.ts';

const step = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({ kind: fc.constant('alloc' as const), bytes: fc.integer({ min: 0, max: 5000 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('alloc' as const), bytes: fc.integer({ min: 0, max: 300_000 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('extents' as const), count: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('free' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reset' as const }) },
);

describe.each([true, false])('shared: %s', (shared) => {
  test('arenas give out memory of their own within their budget', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        withMemory(shared, 32 * MiB, (memory) => {
          const { arena_alloc, arena_extents, arena_extents_free, arena_reset } = memory.library.memory;
          const query = memory.createBudget('the query', 4 * MiB);
          const arena = memory.createArena(query);
          let pieces = new Pieces(memory);
          let extents = new Pieces(memory);
          let asked = 0;
          for (const one of steps) {
            if (one.kind === 'alloc') {
              const address = arena_alloc(arena, one.bytes) >>> 0;
              if (address === 0) {
                expect(query.used + one.bytes + EXTENT_BYTES).toBeGreaterThan(query.limit);
              } else {
                asked += one.bytes;
                pieces.add(address, one.bytes, 8);
              }
            } else if (one.kind === 'extents') {
              const address = arena_extents(arena, one.count) >>> 0;
              if (address !== 0) extents.add(address, one.count * EXTENT_BYTES, EXTENT_BYTES);
            } else if (one.kind === 'free') {
              if (extents.size > 0) arena_extents_free(arena, extents.take(one.which % extents.size).address);
            } else {
              pieces.takeAll(() => {});
              extents.takeAll(() => {});
              arena_reset(arena);
              pieces = new Pieces(memory);
              extents = new Pieces(memory);
              asked = 0;
              expect(query.used).toBe(0);
            }
            expect(query.used).toBe(Number(memory.view().getBigUint64(arena + ARENA_RESERVED, true)));
            expect(query.used).toBeLessThanOrEqual(query.limit);
            expect(query.used).toBe(memory.queriesBudget.used);
            expect(query.used).toBe(memory.engineBudget.used);
            expect(query.used).toBeGreaterThanOrEqual(asked);
          }
          pieces.takeAll(() => {});
          extents.takeAll(() => {});
          memory.destroyArena(arena);
          memory.destroyBudget(query);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('blocks grow with the arena and a power of two wastes nothing', () => {
    withMemory(shared, 64 * MiB, (memory) => {
      const query = memory.createBudget('the query', 16 * MiB);
      const arena = memory.createArena(query);
      const used: number[] = [];
      for (let i = 0; i < 2500; i++) {
        memory.arenaAlloc(arena, query, 1024);
        if (used.at(-1) !== query.used) used.push(query.used);
      }
      expect(used.map((bytes) => bytes / EXTENT_BYTES)).toEqual([1, 3, 7, 15, 31, 47]);
      const before = query.used;
      expect(memory.arenaAlloc(arena, query, 2 * MiB) % EXTENT_BYTES).toBe(0);
      expect(query.used - before).toBe(2 * MiB);
      memory.destroyArena(arena);
      memory.destroyBudget(query);
    });
  });

  test('a budget that is used up is error 53200, and the memory recovers', () => {
    withMemory(shared, 64 * MiB, (memory) => {
      const query = memory.createBudget('the query', 2 * MiB);
      for (let round = 0; round < 3; round++) {
        const arena = memory.createArena(query);
        const error = errorOf(() => {
          for (;;) memory.arenaAlloc(arena, query, 100_000);
        });
        expect(error.sqlstate).toBe('53200');
        expect(error.message).toMatch(/^out of memory: the query may use 2 MiB, has .* MiB and needs 97.7 KiB more$/);
        expect(error.hint).toContain('memory limit of queries');
        // What is left can still be had.
        expect(memory.arenaAlloc(arena, query, 8)).toBeGreaterThan(0);
        memory.destroyArena(arena);
        expect(query.used).toBe(0);
      }
      expect(query.peak).toBeLessThanOrEqual(query.limit);
      expect(query.peak).toBeGreaterThan(1.9 * MiB);
      memory.destroyBudget(query);
    });
  });

  test('queries are bound together', () => {
    withMemory(shared, 64 * MiB, (memory) => {
      const limit = memory.queriesBudget.limit;
      expect(limit).toBe(Math.floor(64 * MiB * 0.35));
      const budgets = ['one', 'two'].map((name) => memory.createBudget(name, limit));
      const arenas = budgets.map((budget) => memory.createArena(budget));
      memory.arenaAlloc(arenas[0]!, budgets[0]!, limit / 2);
      memory.arenaAlloc(arenas[1]!, budgets[1]!, limit / 3);
      const error = errorOf(() => memory.arenaAlloc(arenas[1]!, budgets[1]!, limit / 3));
      expect(error.message).toContain('the queries together may use 22.4 MiB');
      expect(budgets[1]!.used).toBeLessThan(limit / 2);
      for (const arena of arenas) memory.destroyArena(arena);
      for (const budget of budgets) memory.destroyBudget(budget);
    });
  });

  test('a memory that is full, though the budget is not, is error 53200', () => {
    const memory = createEngineMemory({ shared, maximumBytes: 8 * MiB, budgets: { pool: 1, queries: 1 } });
    const before = memory.usage();
    const query = memory.createBudget('the query', 8 * MiB);
    const arena = memory.createArena(query);
    const other = memory.alloc(2 * MiB);
    const error = errorOf(() => {
      for (;;) memory.arenaAlloc(arena, query, 700_000);
    });
    memory.free(other);
    expect(error.sqlstate).toBe('53200');
    expect(error.message).toBe("out of memory: no free run of 684 KiB in the engine's memory");
    expect(errorOf(() => memory.alloc(8 * MiB)).sqlstate).toBe('53200');
    expect(errorOf(() => memory.allocExtents(query, 7 * MiB)).sqlstate).toBe('53200');
    memory.destroyArena(arena);
    const all = memory.allocExtents(query, 7 * MiB);
    memory.freeExtents(query, all, 7 * MiB);
    memory.destroyBudget(query);
    expectReturned(memory, before);
  });

  test('a budget that ends in use is a bug, and its bytes go back', () => {
    const memory = createEngineMemory({ shared, maximumBytes: 8 * MiB });
    const query = memory.createBudget('the query', MiB);
    const arena = memory.createArena(query);
    memory.arenaAlloc(arena, query, 1000);
    expect(errorOf(() => memory.destroyBudget(query)).message).toContain('the query ended with 64 KiB still reserved');
    expect(memory.queriesBudget.used).toBe(0);
  });

  test('absurd sizes are refused', () => {
    withMemory(shared, 8 * MiB, (memory) => {
      const { arena_alloc, arena_extents, arena_extents_free } = memory.library.memory;
      const query = memory.createBudget('the query', MiB);
      const arena = memory.createArena(query);
      for (const bytes of [-1, -8, 0x7fffffff, -0x80000000]) expect(arena_alloc(arena, bytes)).toBe(0);
      expect(arena_extents(arena, 0)).toBe(0);
      expect(arena_extents(arena, -1)).toBe(0);
      expect(query.used).toBe(0);
      expect(() => arena_extents_free(arena, 1 << 20)).toThrow(WebAssembly.RuntimeError);
      memory.destroyArena(arena);
      memory.destroyBudget(query);
    });
  });

  test('kernels of other modules allocate through the library', () => {
    withMemory(shared, 16 * MiB, (memory) => {
      const make = defineFunction('make', ['i32', 'i32'], 'i32', (k, arena, bytes) => {
        k.return(inlineArenaAlloc(k, libraryImport(arenaAlloc), arena!, bytes!));
      });
      const module = new WebAssembly.Module(emitModule([make], { shared, maximumPages: MAXIMUM_PAGES }));
      const { exports } = new WebAssembly.Instance(module, {
        env: { memory: memory.memory },
        library: memory.library.exports,
      });
      const allocate = exports.make as (arena: number, bytes: number) => number;
      const query = memory.createBudget('the query', MiB);
      const arena = memory.createArena(query);
      const pieces = new Pieces(memory);
      for (let i = 0; i < 400; i++) pieces.add(allocate(arena, 1000 + (i % 9) * 8), 1000, 8);
      expect(allocate(arena, MiB)).toBe(0);
      memory.destroyArena(arena);
      memory.destroyBudget(query);
    });
  });

  test('a second access to the memory sees the same budgets', () => {
    withMemory(shared, 16 * MiB, (memory) => {
      const other = attachEngineMemory(memory.handle);
      expect(other.shared).toBe(shared);
      const run = other.allocExtents(other.poolBudget, 100_000);
      expect(memory.poolBudget.used).toBe(131_072);
      expect(memory.u8()[run]).toBe(0);
      memory.freeExtents(memory.poolBudget, run, 100_000);
    });
    expect(errorOf(() => createEngineMemory({ shared, maximumBytes: 1000 })).code).toBe('invalid_parameter_value');
    expect(errorOf(() => createEngineMemory({ shared, maximumBytes: 5e9 })).code).toBe('invalid_parameter_value');
    expect(errorOf(() => createEngineMemory({ shared, maximumBytes: Number.NaN })).code).toBe(
      'invalid_parameter_value',
    );
  });
});
