import { expect } from 'vitest';
import { OrbitError } from '../../compiler/types/error.ts';
import { createEngineMemory, type EngineMemory } from '../../runtime/memory/engine-memory.ts';

export const MiB = 1 << 20;

/** Runs `use` on a new memory and checks that it has given everything back. */
export function withMemory(shared: boolean, maximumBytes: number, use: (memory: EngineMemory) => void): void {
  const memory = createEngineMemory({ shared, maximumBytes });
  const before = memory.usage();
  use(memory);
  expectReturned(memory, before);
}

export function expectReturned(memory: EngineMemory, before: { usedBytes: number; blocks: number }): void {
  const { usedBytes, blocks } = memory.usage();
  expect({ usedBytes, blocks }).toEqual({ usedBytes: before.usedBytes, blocks: before.blocks });
  expect(memory.engineBudget.used).toBe(0);
  expect(memory.poolBudget.used).toBe(0);
  expect(memory.queriesBudget.used).toBe(0);
}

/** The error that `run` throws. */
export function errorOf(run: () => unknown): OrbitError {
  try {
    run();
  } catch (error) {
    if (error instanceof OrbitError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

/** Live pieces of memory, each filled with bytes of its own. */
export class Pieces {
  readonly #memory: EngineMemory;
  readonly #live: { address: number; bytes: number; stamp: number }[] = [];
  #stamp = 0;

  constructor(memory: EngineMemory) {
    this.#memory = memory;
  }

  get size(): number {
    return this.#live.length;
  }

  add(address: number, bytes: number, alignment: number): void {
    expect(address % alignment).toBe(0);
    expect(address).toBeGreaterThan(0);
    // 64 bytes behind can be read.
    expect(address + bytes + 64).toBeLessThanOrEqual(this.#memory.memory.buffer.byteLength);
    for (const other of this.#live) {
      const apart = address + bytes <= other.address || other.address + other.bytes <= address;
      if (!apart) expect.fail(`${address}+${bytes} overlaps ${other.address}+${other.bytes}`);
    }
    this.#stamp = (this.#stamp + 1) & 0xff;
    this.#memory.u8().fill(this.#stamp, address, address + bytes);
    this.#live.push({ address, bytes, stamp: this.#stamp });
  }

  /** Takes out the piece at `position`, whose bytes must be as they were written. */
  take(position: number): { address: number; bytes: number } {
    const [piece] = this.#live.splice(position, 1);
    if (piece === undefined) throw new Error('no such piece');
    const { address, bytes, stamp } = piece;
    const wrong = this.#memory
      .u8()
      .subarray(address, address + bytes)
      .findIndex((byte) => byte !== stamp);
    if (wrong >= 0) expect.fail(`byte ${wrong} of ${address}+${bytes} was overwritten`);
    return { address, bytes };
  }

  takeAll(each: (piece: { address: number; bytes: number }) => void): void {
    while (this.#live.length > 0) each(this.take(this.#live.length - 1));
  }
}
