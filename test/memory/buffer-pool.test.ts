import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Chunk, type ColumnFormat, type Dictionary, nextBufferId } from '../../runtime/columns/chunk.ts';
import { type BitmapFrame, createBufferPool } from '../../runtime/memory/buffer-pool.ts';
import { createEngineMemory, type EngineMemory } from '../../runtime/memory/engine-memory.ts';
import type { Frame } from '../../runtime/memory/loading.ts';
import { errorOf, expectReturned, MiB } from './support.ts';

const KiB = 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Chunks of one-byte integers: position i of chunk c holds c * 31 + i. */
function integerChunk(seed: number, rows: number, columns = 1): Chunk {
  return {
    id: nextBufferId(),
    rows,
    firstRowId: 0n,
    columns: Array.from({ length: columns }, (_, column) => ({
      encoding: 'integers',
      width: 1,
      base: 0n,
      values: Uint8Array.from({ length: rows }, (_, i) => (seed + column) * 31 + i),
      nullCount: 0,
    })),
  };
}

function integers(width: 1 | 2 | 4 | 8): ColumnFormat {
  return { type: { kind: 'int32' }, encoding: 'integers', width, nullable: false };
}

function expectIntegers(memory: EngineMemory, frame: Frame, chunk: Chunk, column: number, width: number): void {
  const { values } = chunk.columns[column]!;
  const bytes = memory.u8();
  for (const i of [0, 1, chunk.rows >> 1, chunk.rows - 1]) {
    expect(bytes[frame.values + i * width]).toBe(values[i]);
    for (let byte = 1; byte < width; byte++) expect(bytes[frame.values + i * width + byte]).toBe(0);
  }
}

function dictionaryOf(id: number, texts: readonly string[]): Dictionary {
  const encoded = texts.map((text) => encoder.encode(text));
  const offsets = new Uint32Array(texts.length + 1);
  encoded.forEach((text, i) => {
    offsets[i + 1] = offsets[i]! + text.length;
  });
  const heap = new Uint8Array(offsets[texts.length]!);
  encoded.forEach((text, i) => {
    heap.set(text, offsets[i]);
  });
  return { id, offsets, heap, size: texts.length };
}

/** The text of a view, whose layout is checked. */
function viewText(memory: EngineMemory, view: number): string {
  const bytes = memory.u8();
  const words = memory.view();
  const length = words.getUint32(view, true);
  if (length <= 12) {
    expect(bytes.slice(view + 4 + length, view + 16).every((byte) => byte === 0)).toBe(true);
    return decoder.decode(bytes.slice(view + 4, view + 4 + length));
  }
  const address = words.getUint32(view + 8, true);
  expect(words.getUint32(view + 12, true)).toBe(0);
  expect(bytes.slice(view + 4, view + 8)).toEqual(bytes.slice(address, address + 4));
  return decoder.decode(bytes.slice(address, address + length));
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pin' as const),
      chunk: fc.nat(9),
      column: fc.nat(1),
      width: fc.constantFrom(1, 2, 4, 8),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('unpin' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), chunk: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('evict' as const), bytes: fc.nat(100_000) }) },
);

describe.each([true, false])('shared: %s', (shared) => {
  test('random pins, under a budget for a few frames, against a model', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const memory = createEngineMemory({ shared, maximumBytes: 8 * MiB, budgets: { pool: 0.08, queries: 0.5 } });
        const before = memory.usage();
        const pool = createBufferPool(memory);
        const chunks = Array.from({ length: 10 }, (_, i) => integerChunk(i, 20_000 + 3000 * i, 2));
        const pins: { frame: Frame; chunk: number; column: number; width: 1 | 2 | 4 | 8; dropped: boolean }[] = [];
        let asked = 0;
        for (const one of steps) {
          if (one.kind === 'pin') {
            const chunk = chunks[one.chunk]!;
            const earlier = pins.find(
              (pin) => pin.chunk === one.chunk && pin.column === one.column && pin.width === one.width && !pin.dropped,
            );
            let frame: Frame | undefined;
            try {
              frame = pool.pinColumn(chunk, one.column, integers(one.width));
              asked++;
            } catch (error) {
              expect(error).toMatchObject({ sqlstate: '53200' });
              // Refused only if what is pinned leaves no room, not because of what could be evicted.
              const needed = Math.ceil((chunk.rows * one.width) / 65_536) * 64 * KiB;
              expect(pool.statistics().pinnedBytes + needed).toBeGreaterThan(memory.poolBudget.limit);
              expect(earlier).toBeUndefined();
              asked++;
            }
            if (frame !== undefined) {
              if (earlier !== undefined) expect(frame).toBe(earlier.frame);
              expectIntegers(memory, frame, chunk, one.column, one.width);
              pins.push({ ...one, frame, dropped: false });
            }
          } else if (one.kind === 'unpin') {
            if (pins.length === 0) continue;
            const [pin] = pins.splice(one.which % pins.length, 1);
            // Nothing that is pinned was moved or overwritten.
            expectIntegers(memory, pin!.frame, chunks[pin!.chunk]!, pin!.column, pin!.width);
            pool.unpin(pin!.frame);
          } else if (one.kind === 'drop') {
            pool.drop(chunks[one.chunk]!.id);
            for (const pin of pins) pin.dropped ||= pin.chunk === one.chunk;
          } else {
            const { bytes, pinnedBytes } = pool.statistics();
            const freed = pool.evict(one.bytes);
            expect(freed).toBeGreaterThanOrEqual(Math.min(one.bytes, bytes - pinnedBytes));
          }
          const { hits, misses, bytes, pinnedBytes } = pool.statistics();
          expect(hits + misses).toBe(asked);
          expect(bytes).toBe(memory.poolBudget.used);
          expect(bytes).toBeLessThanOrEqual(memory.poolBudget.limit);
          expect(pinnedBytes).toBeLessThanOrEqual(bytes);
          if (pins.length === 0) expect(pinnedBytes).toBe(0);
          else expect(pinnedBytes).toBeGreaterThan(0);
        }
        for (const pin of pins) {
          expectIntegers(memory, pin.frame, chunks[pin.chunk]!, pin.column, pin.width);
          pool.unpin(pin.frame);
        }
        pool.evict(Number.POSITIVE_INFINITY);
        expect(pool.statistics()).toMatchObject({ residents: 0, bytes: 0, pinnedBytes: 0 });
        expectReturned(memory, before);
      }),
      { numRuns: 25 },
    );
  });

  const smallPool = (): EngineMemory =>
    createEngineMemory({ shared, maximumBytes: 4 * MiB, budgets: { pool: 0.0625, queries: 0.5 } });

  test('keeps what is used again, evicts what is not', () => {
    // Four frames of 64 KiB.
    const memory = smallPool();
    const pool = createBufferPool(memory);
    const touch = (chunk: Chunk): void => pool.unpin(pool.pinColumn(chunk, 0, integers(1)));
    const hot = integerChunk(0, 65_536);
    const cold = Array.from({ length: 50 }, (_, i) => integerChunk(i, 65_536));
    touch(hot);
    for (const chunk of cold) {
      touch(hot);
      touch(chunk);
    }
    expect(pool.statistics()).toMatchObject({ hits: 50, misses: 51, evictions: 47, residents: 4, bytes: 256 * KiB });
  });

  test('when everything is pinned, 53200; then it recovers', () => {
    const memory = smallPool();
    const pool = createBufferPool(memory);
    const chunks = Array.from({ length: 5 }, (_, i) => integerChunk(i, 65_536));
    const frames = chunks.slice(0, 4).map((chunk) => pool.pinColumn(chunk, 0, integers(1)));
    const error = errorOf(() => pool.pinColumn(chunks[4]!, 0, integers(1)));
    expect(error.sqlstate).toBe('53200');
    expect(error.message).toBe('out of memory: the buffer pool may use 256 KiB, has 256 KiB and needs 64 KiB more');
    expect(error.hint).toContain('Run fewer statements');
    pool.unpin(frames[2]!);
    const frame = pool.pinColumn(chunks[4]!, 0, integers(1));
    expectIntegers(memory, frame, chunks[4]!, 0, 1);
    expectIntegers(memory, frames[3]!, chunks[3]!, 0, 1);
    expect(errorOf(() => pool.pinColumn(chunks[2]!, 0, integers(8))).sqlstate).toBe('53200');
  });

  test('evicts where the budget has room but the memory has not', () => {
    const memory = createEngineMemory({ shared, maximumBytes: 4 * MiB, budgets: { pool: 1, queries: 1 } });
    const pool = createBufferPool(memory);
    const other = memory.alloc(3 * MiB);
    for (let i = 0; i < 40; i++) pool.unpin(pool.pinColumn(integerChunk(i, 65_536), 0, integers(1)));
    expect(pool.statistics().residents).toBeGreaterThan(8);
    const frame = pool.pinColumn(integerChunk(9, 65_536), 0, integers(8));
    pool.unpin(frame);
    memory.free(other);
  });

  test('a column is found again in another projection of its chunk', () => {
    const memory = smallPool();
    const pool = createBufferPool(memory);
    const chunk = integerChunk(3, 1000, 2);
    const reversed = { ...chunk, columns: [...chunk.columns].reverse() };
    const first = pool.pinColumn(chunk, 0, integers(2));
    expect(pool.pinColumn(reversed, 1, integers(2))).toBe(first);
    expect(pool.pinColumn(reversed, 0, integers(2))).not.toBe(first);
    expect(pool.pinColumn(chunk, 0, integers(4))).not.toBe(first);
    expect(pool.statistics()).toMatchObject({ hits: 1, misses: 3 });
  });

  test('a dropped chunk goes at once, or when it is unpinned', () => {
    const memory = smallPool();
    const pool = createBufferPool(memory);
    const chunk = integerChunk(3, 1000);
    const frame = pool.pinColumn(chunk, 0, integers(2));
    pool.drop(chunk.id);
    pool.drop(chunk.id);
    expectIntegers(memory, frame, chunk, 0, 2);
    expect(pool.evict(1)).toBe(0);
    const again = pool.pinColumn(chunk, 0, integers(2));
    expect(again).not.toBe(frame);
    pool.unpin(frame);
    expectIntegers(memory, again, chunk, 0, 2);
    pool.unpin(again);
    expect(errorOf(() => pool.unpin(again)).code).toBe('internal_error');
    pool.drop(chunk.id);
    expect(pool.statistics()).toMatchObject({ bytes: 0, residents: 0, evictions: 0 });
    expect(errorOf(() => pool.unpin({ ...again })).code).toBe('internal_error');
  });

  test('bitmaps are found again by their object, and few are kept of a chunk', () => {
    const memory = createEngineMemory({ shared, maximumBytes: 4 * MiB });
    const before = memory.usage();
    const pool = createBufferPool(memory);
    const chunk = integerChunk(0, 1000);
    const versions = Array.from({ length: 20 }, (_, i) => ({ bitmap: new Uint8Array(128).fill(i + 1), count: 1 }));
    const expectBitmap = (frame: BitmapFrame, i: number): void => {
      expect(frame.bitmap % 64).toBe(0);
      expect(memory.u8().slice(frame.bitmap, frame.bitmap + 125)).toEqual(new Uint8Array(125).fill(i + 1));
    };
    const column = pool.pinColumn(chunk, 0, integers(1));
    const first = pool.pinVisible(chunk, versions[0]!);
    expect(pool.pinVisible(chunk, versions[0]!)).toBe(first);
    pool.unpin(first);
    versions.forEach((version, i) => {
      const frame = pool.pinVisible(chunk, version);
      expectBitmap(frame, i);
      // What is pinned stays, though it is not found any more.
      expectBitmap(first, 0);
      pool.unpin(frame);
    });
    expect(pool.statistics()).toMatchObject({ residents: 1 + 4, evictions: 0 });
    const again = pool.pinVisible(chunk, versions[0]!);
    expect(again).not.toBe(first);
    pool.drop(chunk.id);
    expectBitmap(again, 0);
    for (const frame of [first, again, column]) pool.unpin(frame);
    expectReturned(memory, before);
  });

  test('dictionaries become string views', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 60 }), (texts) => {
        const memory = createEngineMemory({ shared, maximumBytes: 4 * MiB });
        const before = memory.usage();
        const pool = createBufferPool(memory);
        const dictionary = dictionaryOf(nextBufferId(), texts);
        const frame = pool.pinDictionary(dictionary);
        expect(frame.size).toBe(texts.length);
        expect(frame.views % 64).toBe(0);
        texts.forEach((text, i) => {
          expect(viewText(memory, frame.views + i * 16)).toBe(text);
        });
        pool.unpin(frame);
        pool.dropDictionary(dictionary.id);
        expectReturned(memory, before);
      }),
      { numRuns: 100 },
    );
  });

  test('dictionaries grow while they are read', () => {
    const memory = createEngineMemory({ shared, maximumBytes: 16 * MiB });
    const before = memory.usage();
    const pool = createBufferPool(memory);
    const id = nextBufferId();
    const texts: string[] = [];
    const pins: ReturnType<typeof pool.pinDictionary>[] = [];
    let replaced = 0;
    for (let round = 0; round < 200; round++) {
      for (let i = 0; i < 20; i++) texts.push(`${'value '.repeat(i % 4)}${texts.length}`);
      const frame = pool.pinDictionary(dictionaryOf(id, texts));
      expect(frame.size).toBe(texts.length);
      if (frame.views !== pins.at(-1)?.views) replaced++;
      pins.push(frame);
      // Earlier pins keep their views.
      for (const pin of [frame, pins[0]!, pins[round >> 1]!]) {
        for (const code of [0, pin.size >> 1, pin.size - 2, pin.size - 1])
          expect(viewText(memory, pin.views + code * 16)).toBe(texts[code]);
      }
      if (round % 3 === 0) pool.unpin(pins.pop()!);
      // One who has seen less of it is served with more.
      const shorter = pool.pinDictionary(dictionaryOf(id, texts.slice(0, 5)));
      expect(shorter.size).toBe(texts.length);
      pool.unpin(shorter);
    }
    // Not copied again and again.
    expect(replaced).toBeLessThan(20);
    for (const pin of pins) pool.unpin(pin);
    pool.dropDictionary(id);
    pool.dropDictionary(id);
    expectReturned(memory, before);
  });
});
