import { describe, expect, test } from 'vitest';
import { type ChunkColumn, type ColumnFormat, type Encoding, nextBufferId } from '../../runtime/columns/chunk.ts';
import { type BufferPool, createBufferPool } from '../../runtime/memory/buffer-pool.ts';
import { createEngineMemory, type EngineMemory } from '../../runtime/memory/engine-memory.ts';
import type { Frame } from '../../runtime/memory/loading.ts';
import { errorOf, expectReturned, MiB } from './support.ts';

type Width = ColumnFormat['width'];

const ROWS = [0, 1, 3, 8, 100, 2049, 65_536];

function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** Bytes at an odd position of a larger buffer, followed by others. */
function embedded(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 103).fill(0xaa);
  larger.set(bytes, 3);
  return larger.subarray(3, bytes.length + 20);
}

function columnOf(encoding: Encoding, width: Width, values: Uint8Array, more: Partial<ChunkColumn> = {}): ChunkColumn {
  return { encoding, width, base: 0n, values: embedded(values), nullCount: 0, ...more };
}

function formatOf(encoding: Encoding, width: Width, nullable = true): ColumnFormat {
  return { type: { kind: 'int64' }, encoding, width, nullable };
}

function u64(bytes: Uint8Array, width: number, index: number): bigint {
  let value = 0n;
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[index * width + i]!);
  return value;
}

describe.each([true, false])('shared: %s', (shared) => {
  const bytesAt = (memory: EngineMemory, address: number, length: number): Uint8Array =>
    memory.u8().slice(address, address + length);

  // Many times faster than toEqual.
  const expectBytes = (memory: EngineMemory, address: number, bytes: Uint8Array): void =>
    expect(Buffer.compare(memory.u8().subarray(address, address + bytes.length), bytes)).toBe(0);

  /** Loads a column, lets `check` see the frame, and checks that all memory comes back. */
  function load(
    rows: number,
    column: ChunkColumn,
    format: ColumnFormat,
    check: (memory: EngineMemory, frame: Frame, pool: BufferPool) => void,
  ): void {
    const memory = createEngineMemory({ shared, maximumBytes: 16 * MiB });
    const before = memory.usage();
    const pool = createBufferPool(memory);
    const chunk = { id: nextBufferId(), rows, firstRowId: 0n, columns: [column] };
    const frame = pool.pinColumn(chunk, 0, format);
    expect(frame.rows).toBe(rows);
    expect(frame.values % 64).toBe(0);
    check(memory, frame, pool);
    pool.unpin(frame);
    expect(pool.evict(1)).toBeGreaterThan(0);
    expectReturned(memory, before);
  }

  const widenings: [Width, Width][] = [
    [1, 1],
    [1, 2],
    [1, 4],
    [1, 8],
    [2, 2],
    [2, 4],
    [2, 8],
    [4, 4],
    [4, 8],
    [8, 8],
  ];

  test.each(widenings)('integers and codes of %i bytes as %i bytes', (from, to) => {
    for (const encoding of ['integers', 'dictionary'] as const) {
      if (encoding === 'dictionary' && to === 8) continue;
      for (const rows of ROWS) {
        const values = noise(rows * from, rows + from);
        const base = encoding === 'integers' ? -5n : 0n;
        load(rows, columnOf(encoding, from, values, { base }), formatOf(encoding, to), (memory, frame) => {
          expect(frame).toMatchObject({ base, validity: 0, heap: 0, tags: 0 });
          const wide = new Uint8Array(rows * to);
          for (let i = 0; i < rows; i++) wide.set(values.subarray(i * from, (i + 1) * from), i * to);
          expectBytes(memory, frame.values, wide);
        });
      }
    }
  });

  test.each([1, 2, 4, 8] as const)('integers of %i bytes as 128-bit integers', (from) => {
    for (const base of [0n, -1000n, 2n ** 62n, -(2n ** 63n)]) {
      for (const rows of [0, 1, 5, 1000]) {
        const values = noise(rows * from, 9);
        load(rows, columnOf('integers', from, values, { base }), formatOf('wide', 16), (memory, frame) => {
          expect(frame.base).toBe(0n);
          const bytes = bytesAt(memory, frame.values, rows * 16);
          for (let i = 0; i < rows; i++) {
            const expected = BigInt.asIntN(64, base + u64(values, from, i));
            const low = u64(bytes, 8, 2 * i);
            const high = u64(bytes, 8, 2 * i + 1);
            expect(BigInt.asIntN(128, (high << 64n) | low)).toBe(expected);
          }
        });
      }
    }
  });

  test.each([
    ['float32', 4],
    ['float64', 8],
    ['wide', 16],
  ] as const)('%s is copied', (encoding, width) => {
    for (const rows of ROWS) {
      const values = noise(rows * width, rows);
      load(rows, columnOf(encoding, width, values), formatOf(encoding, width), (memory, frame) => {
        expectBytes(memory, frame.values, values);
      });
    }
  });

  test('validity is copied where there are nulls only', () => {
    for (const rows of [1, 7, 8, 9, 65_536]) {
      const validity = embedded(noise(Math.ceil(rows / 8), rows));
      const column = columnOf('integers', 1, noise(rows, 1), { validity, nullCount: 1 });
      load(rows, column, formatOf('integers', 2), (memory, frame) => {
        expect(frame.validity % 64).toBe(0);
        const bytes = Math.ceil(rows / 8);
        expectBytes(memory, frame.validity, validity.slice(0, bytes));
      });
      load(rows, { ...column, nullCount: 0 }, formatOf('integers', 2), (_, frame) => expect(frame.validity).toBe(0));
    }
  });

  test('strings: offsets and text, also of a slice', () => {
    const text = new TextEncoder().encode('alpha beta gamma delta epsilon zeta eta theta iota kappa');
    const all = [0, 5, 5, 11, 17, 30, 30, text.length];
    for (const slice of [all, all.slice(3), all.slice(1, 4), [7]]) {
      const rows = slice.length - 1;
      const offsets = new Uint8Array(new Uint32Array(slice).buffer);
      const column = columnOf('strings', 4, offsets, { heap: text });
      load(rows, column, formatOf('strings', 4), (memory, frame) => {
        expectBytes(memory, frame.values, offsets);
        for (let i = 0; i < rows; i++) {
          const from = memory.view().getUint32(frame.values + i * 4, true);
          const address = (frame.heap + from) >>> 0;
          expectBytes(memory, address, text.slice(slice[i], slice[i + 1]));
        }
      });
    }
  });

  test('any: payloads, tags and heap', () => {
    const rows = 50;
    const values = noise(rows * 8, 1);
    const tags = embedded(noise(rows, 2));
    const heap = noise(333, 3);
    load(rows, columnOf('any', 8, values, { tags, heap }), formatOf('any', 8), (memory, frame) => {
      expectBytes(memory, frame.values, values);
      expectBytes(memory, frame.tags, tags.slice(0, rows));
      expectBytes(memory, frame.heap, heap);
    });
    load(rows, columnOf('any', 8, values, { tags }), formatOf('any', 8), (_, frame) => expect(frame.heap).toBe(0));
  });

  test('columns from shared memory', () => {
    const values = new Uint8Array(new SharedArrayBuffer(1000)).map((_, i) => i);
    load(500, { ...columnOf('integers', 1, values), values }, formatOf('integers', 4), (memory, frame) => {
      expect(memory.u32()[frame.values / 4 + 255]).toBe(255);
    });
  });

  test('columns that do not fit the format are refused, and leave nothing behind', () => {
    const memory = createEngineMemory({ shared, maximumBytes: 16 * MiB });
    const before = memory.usage();
    const pool = createBufferPool(memory);
    const refused: [string, ChunkColumn, ColumnFormat][] = [
      ['wider', columnOf('integers', 4, noise(400, 1)), formatOf('integers', 2)],
      ['other encoding', columnOf('strings', 4, noise(404, 1)), formatOf('dictionary', 4)],
      ['nulls', columnOf('float64', 8, noise(800, 1), { nullCount: 1 }), formatOf('float64', 8, false)],
      ['no bitmap', columnOf('float64', 8, noise(800, 1), { nullCount: 1 }), formatOf('float64', 8)],
      ['width', columnOf('dictionary', 8, noise(800, 1)), formatOf('dictionary', 8)],
      ['too short', columnOf('float64', 8, noise(700, 1)), formatOf('float64', 8)],
      ['no tags', columnOf('any', 8, noise(800, 1)), formatOf('any', 8)],
      ['too few offsets', columnOf('strings', 4, noise(300, 1)), formatOf('strings', 4)],
    ];
    for (const [name, column, format] of refused) {
      const chunk = { id: nextBufferId(), rows: 100, firstRowId: 0n, columns: [column] };
      expect(errorOf(() => pool.pinColumn(chunk, 0, format)).code, name).toBe('internal_error');
      expect(errorOf(() => pool.pinColumn(chunk, 1, format)).code, name).toBe('internal_error');
    }
    expect(pool.statistics()).toMatchObject({ residents: 0, bytes: 0, pinnedBytes: 0 });
    expectReturned(memory, before);
  });
});
