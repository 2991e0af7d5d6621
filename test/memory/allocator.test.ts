import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXTENT_BYTES } from '../../runtime/memory/layout.ts';
import { MiB, Pieces, withMemory } from './support.ts';

const bytes = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 40_000 }),
  fc.constantFrom(0, 1, 63, 64, 65, 128, 129, 16_384, 32_767, 32_768, 32_769, 65_536, 65_537, 400_000),
);
const step = fc.oneof(
  fc.record({ kind: fc.constant('alloc' as const), bytes }),
  fc.record({ kind: fc.constant('extents' as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('free' as const), which: fc.nat() }),
);

describe.each([true, false])('shared: %s', (shared) => {
  test('blocks and extents never overlap, keep their bytes and all come back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        withMemory(shared, 32 * MiB, (memory) => {
          const { extent_alloc, extent_free } = memory.library.memory;
          const blocks = new Pieces(memory);
          const extents = new Pieces(memory);
          const freeExtents = ({ address, bytes }: { address: number; bytes: number }): void =>
            extent_free(address, bytes / EXTENT_BYTES);
          for (const one of steps) {
            if (one.kind === 'alloc') {
              blocks.add(memory.alloc(one.bytes), one.bytes, 64);
            } else if (one.kind === 'extents') {
              const address = extent_alloc(one.count) >>> 0;
              // A small memory may be full, but not as long as it is nearly empty.
              if (address !== 0) extents.add(address, one.count * EXTENT_BYTES, EXTENT_BYTES);
              else expect(memory.usage().usedBytes).toBeGreaterThan(8 * MiB);
            } else if (blocks.size + extents.size > 0) {
              const position = one.which % (blocks.size + extents.size);
              if (position < blocks.size) memory.free(blocks.take(position).address);
              else freeExtents(extents.take(position - blocks.size));
            }
          }
          blocks.takeAll(({ address }) => memory.free(address));
          extents.takeAll(freeExtents);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('every object of a slab is given out once', () => {
    withMemory(shared, 8 * MiB, (memory) => {
      for (const size of [64, 4096, 32_768]) {
        const addresses = Array.from({ length: (2 * EXTENT_BYTES) / size + 1 }, () => memory.alloc(size));
        expect(new Set(addresses).size).toBe(addresses.length);
        for (const address of addresses) memory.free(address);
      }
    });
  });

  test('refuses what cannot be freed, and goes on working', () => {
    withMemory(shared, 8 * MiB, (memory) => {
      const { extent_alloc, extent_free } = memory.library.memory;
      const first = memory.alloc(100);
      const second = memory.alloc(100);
      const large = memory.alloc(100_000);
      const extents = extent_alloc(3);
      expect(() => memory.free(first + 64), 'inside of a block').toThrow(WebAssembly.RuntimeError);
      expect(() => memory.free(large + 64), 'inside of a large block').toThrow(WebAssembly.RuntimeError);
      expect(() => memory.free(extents), 'extents').toThrow(WebAssembly.RuntimeError);
      expect(() => memory.free(second + 128), 'never given out').toThrow(WebAssembly.RuntimeError);
      expect(() => extent_free(extents, 2), 'a part of a run').toThrow(WebAssembly.RuntimeError);
      expect(() => extent_free(extents + EXTENT_BYTES, 2), 'the rest of a run').toThrow(WebAssembly.RuntimeError);
      memory.free(first);
      memory.free(0);
      expect(() => memory.free(first), 'twice').toThrow(WebAssembly.RuntimeError);
      memory.free(second);
      expect(() => memory.free(second), 'twice, the slab is gone').toThrow(WebAssembly.RuntimeError);
      memory.free(large);
      expect(() => memory.free(large), 'twice').toThrow(WebAssembly.RuntimeError);
      extent_free(extents, 3);
      expect(() => extent_free(extents, 3), 'twice').toThrow(WebAssembly.RuntimeError);
    });
  });

  test('data that looks like a freed block can be freed', () => {
    withMemory(shared, 8 * MiB, (memory) => {
      const keep = memory.alloc(64);
      const freed = memory.alloc(64);
      memory.free(freed);
      const mark = memory.u8().slice(freed, freed + 64);
      const block = memory.alloc(64);
      memory.u8().set(mark, block);
      memory.free(block);
      memory.free(keep);
    });
  });

  test('a full memory refuses, recovers, and uses every extent', () => {
    withMemory(shared, 4 * MiB, (memory) => {
      const { extent_alloc, extent_free } = memory.library.memory;
      const taken: number[] = [];
      for (let address = extent_alloc(1); address !== 0; address = extent_alloc(1)) taken.push(address);
      // 64 pages: the tables, the budgets' slab, the padding.
      expect(taken.length).toBe(61);
      expect(extent_alloc(1)).toBe(0);
      expect(memory.library.memory.alloc(40_000)).toBe(0);
      // Every other one: room, but no run.
      for (let i = 0; i < taken.length; i += 2) extent_free(taken[i]!, 1);
      expect(extent_alloc(2)).toBe(0);
      for (let i = 1; i < taken.length; i += 2) extent_free(taken[i]!, 1);
      const all = extent_alloc(61);
      expect(all).not.toBe(0);
      extent_free(all, 61);
      for (const count of [0, -1, 62, 65_536, 65_537]) expect(extent_alloc(count)).toBe(0);
    });
  });

  test('finds long runs behind thousands of short ones', () => {
    withMemory(shared, 4096 * MiB, (memory) => {
      const { extent_alloc, extent_free } = memory.library.memory;
      const taken = Array.from({ length: 30_000 }, () => extent_alloc(1) >>> 0);
      for (let i = 0; i < taken.length; i += 2) extent_free(taken[i]!, 1);
      const runs = Array.from({ length: 5 }, () => extent_alloc(5000) >>> 0);
      expect(runs.every((address) => address !== 0)).toBe(true);
      for (const address of runs) extent_free(address, 5000);
      for (let i = 1; i < taken.length; i += 2) extent_free(taken[i]!, 1);
    });
  });

  test('blocks that stay do not cut the runs of those that go', () => {
    withMemory(shared, 64 * MiB, (memory) => {
      const { extent_alloc, extent_free } = memory.library.memory;
      const blocks: number[] = [];
      const runs: number[] = [];
      for (let i = 0; i < 100; i++) {
        runs.push(extent_alloc(4));
        blocks.push(memory.alloc(200_000));
        if (i % 3 === 0) memory.free(blocks.splice(i % 7, 1)[0] ?? 0);
      }
      for (const address of [...runs, ...blocks]) expect(address).not.toBe(0);
      for (const address of runs) extent_free(address, 4);
      // 1,024 pages: four to a block, and three for the tables, the budgets and the padding.
      const rest = 1024 - 4 * blocks.length - 3;
      const all = extent_alloc(rest - 4 * 30);
      expect(all).not.toBe(0);
      extent_free(all, rest - 4 * 30);
      for (const address of blocks) memory.free(address);
    });
  });

  test('works above 2 GiB and up to the end of 4 GiB', () => {
    withMemory(shared, 4096 * MiB, (memory) => {
      const { extent_alloc, extent_free } = memory.library.memory;
      const low = extent_alloc(33_000) >>> 0;
      const high = extent_alloc(20) >>> 0;
      expect(high).toBeGreaterThan(2 ** 31);
      const blocks = new Pieces(memory);
      blocks.add(high, 20 * EXTENT_BYTES, EXTENT_BYTES);
      const block = memory.alloc(100);
      blocks.add(memory.alloc(5000), 5000, 64);
      const query = memory.createBudget('the query', MiB);
      const arena = memory.createArena(query);
      for (let i = 0; i < 100; i++) blocks.add(memory.arenaAlloc(arena, query, 1000), 1000, 8);
      // The rest of the memory, up to the padding in the last page.
      let rest = 65_536;
      let top = 0;
      while (top === 0 && rest > 0) top = extent_alloc(--rest) >>> 0;
      expect(top + rest * EXTENT_BYTES).toBe(2 ** 32 - EXTENT_BYTES);
      memory.u8()[top + rest * EXTENT_BYTES - 1] = 77;
      expect(memory.u8()[top + rest * EXTENT_BYTES - 1]).toBe(77);
      expect(memory.usage().bytes).toBe(2 ** 32);
      extent_free(top, rest);
      blocks.takeAll(({ address, bytes }) => {
        if (address === high) extent_free(address, bytes / EXTENT_BYTES);
        else if (bytes === 5000) memory.free(address);
      });
      memory.free(block);
      memory.destroyArena(arena);
      memory.destroyBudget(query);
      extent_free(low, 33_000);
    });
  });
});
