import { internalError } from '../../compiler/types/error.ts';
import { outOfMemory } from './budget-host.ts';
import type { EngineMemory } from './engine-memory.ts';
import { EXTENT_BYTES, LARGEST_SMALL, SMALLEST_SHIFT } from './layout.ts';

/** Something in the buffer pool: pinned while its count is above 0, evictable otherwise. */
export interface Resident {
  /** Bytes that it takes from the pool's budget. */
  bytes: number;
  readonly blocks: { readonly address: number; readonly bytes: number }[];
  pins: number;
  /** Used since the clock's hand last passed. */
  referenced: boolean;
  /** Position in the clock; -1: no longer in the pool, and freed as soon as nobody has it pinned. */
  position: number;
  /** Makes sure that nobody finds it any more. */
  readonly forget: () => void;
}

export interface ResidentCounts {
  /** Bytes that the pool takes, and the part of them that is pinned. */
  readonly bytes: number;
  readonly pinnedBytes: number;
  readonly residents: number;
  readonly evictions: number;
}

/**
 * What is in the pool, under the pool's budget. Evicts by the clock algorithm: the hand goes round, spares what was used
 * since it last passed and takes the first that was not. What comes in counts as unused until it is asked for again, so
 * that a scan which reads everything once drives out itself first.
 */
export interface Residents {
  /** Enters a resident without memory, pinned. */
  readonly enter: (forget: () => void) => Resident;
  /** Memory for the resident; evicts others for it. Throws `out_of_memory` if all others are pinned. */
  readonly allocate: (resident: Resident, bytes: number) => number;
  readonly pin: (resident: Resident) => void;
  readonly unpin: (resident: Resident) => void;
  /** Takes it out of the pool: at once, or when it is unpinned. */
  readonly remove: (resident: Resident) => void;
  /** Frees at least so many bytes if that many are not pinned; gives how many it freed. */
  readonly evict: (bytes: number) => number;
  readonly pinnedBytes: () => number;
  readonly counts: () => ResidentCounts;
}

export function createResidents(memory: EngineMemory): Residents {
  const functions = memory.library.memory;
  const budget = memory.poolBudget;
  const clock: Resident[] = [];
  let hand = 0;
  let evictions = 0;
  let bytesTaken = 0;
  let bytesPinned = 0;

  const release = (resident: Resident): void => {
    for (const { address } of resident.blocks) functions.free(address);
    functions.budget_release(budget.address, BigInt(resident.bytes));
    bytesTaken -= resident.bytes;
    resident.blocks.length = 0;
    resident.bytes = 0;
  };

  const remove = (resident: Resident): void => {
    if (resident.position < 0) return;
    resident.forget();
    // The last one takes its place.
    const last = clock.pop();
    if (last !== undefined && last !== resident) {
      clock[resident.position] = last;
      last.position = resident.position;
    }
    resident.position = -1;
    if (resident.pins === 0) release(resident);
  };

  /** Gives undefined if everything is pinned. */
  const victim = (): Resident | undefined => {
    // Two rounds: the first may do no more than clear marks.
    for (let steps = 2 * clock.length; steps > 0; steps--) {
      if (hand >= clock.length) hand = 0;
      const resident = clock[hand]!;
      if (resident.pins === 0 && !resident.referenced) return resident;
      resident.referenced = false;
      hand++;
    }
    return undefined;
  };

  const evictOne = (): number => {
    const resident = victim();
    if (resident === undefined) return 0;
    const { bytes } = resident;
    remove(resident);
    evictions++;
    return bytes;
  };

  return {
    enter(forget) {
      const resident = { bytes: 0, blocks: [], pins: 1, referenced: false, position: clock.length, forget };
      clock.push(resident);
      return resident;
    },
    allocate(resident, bytes) {
      if (resident.pins === 0) throw internalError('memory for a resident that is not pinned');
      const taken = blockBytes(bytes);
      while (functions.budget_reserve(budget.address, BigInt(taken)) === 0) {
        if (evictOne() === 0) throw outOfMemory(budget, taken);
      }
      // Frames stay where blocks belong as long as others can give way there.
      let isFull = false;
      for (;;) {
        const address = (isFull ? functions.alloc(bytes) : functions.alloc_confined(bytes)) >>> 0;
        if (address !== 0) {
          resident.blocks.push({ address, bytes: taken });
          resident.bytes += taken;
          bytesTaken += taken;
          bytesPinned += taken;
          return address;
        }
        // The budget has room, but no run of free extents is long enough.
        if (evictOne() > 0) continue;
        if (!isFull) {
          isFull = true;
          continue;
        }
        functions.budget_release(budget.address, BigInt(taken));
        throw outOfMemory(budget, taken);
      }
    },
    pin(resident) {
      if (resident.pins++ === 0) bytesPinned += resident.bytes;
      resident.referenced = true;
    },
    unpin(resident) {
      if (resident.pins === 0) throw internalError('a frame was unpinned more often than pinned');
      if (--resident.pins > 0) return;
      bytesPinned -= resident.bytes;
      if (resident.position < 0) release(resident);
    },
    remove,
    evict(bytes) {
      let freed = 0;
      while (freed < bytes) {
        const one = evictOne();
        if (one === 0) break;
        freed += one;
      }
      return freed;
    },
    pinnedBytes: () => bytesPinned,
    counts: () => ({ bytes: bytesTaken, pinnedBytes: bytesPinned, residents: clock.length, evictions }),
  };
}

/** What `alloc` takes for a block. */
export function blockBytes(bytes: number): number {
  if (bytes > LARGEST_SMALL) return Math.ceil(bytes / EXTENT_BYTES) * EXTENT_BYTES;
  return Math.max(1 << SMALLEST_SHIFT, 1 << (32 - Math.clz32(bytes - 1)));
}
