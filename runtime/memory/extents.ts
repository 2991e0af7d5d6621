import {
  atomic,
  call,
  defineFunction,
  type Expr,
  type FunctionBuilder,
  i32,
  i64,
  load,
  op,
  select,
} from '../wasm/ir.ts';
import {
  BITMAP,
  CONTROL_BLOCKS_FROM,
  CONTROL_EXTENTS_PEAK,
  CONTROL_EXTENTS_USED,
  CONTROL_HIGHEST_FREE,
  CONTROL_LOCK,
  CONTROL_LOWEST_FREE,
  CONTROL_MAXIMUM_PAGES,
  CONTROL_PAGES,
  ENTRY_COUNT,
  ENTRY_KIND,
  ENTRY_SHIFT,
  EXTENT_BYTES,
  EXTENT_SHIFT,
  KIND_EXTENTS,
  MAXIMUM_PAGES,
} from './layout.ts';

/**
 * Runs of 64 KiB extents. Queries take the lowest run that is long enough, the pool and other blocks the highest, in a part
 * of their own while that has room: what comes and goes with queries is not cut by what stays. Eight KiB of bitmap are searched 64 extents at a time, a microsecond or so.
 *
 * One spin lock guards the bitmap, the table and the slabs. It is held for that search, or for memory.grow, at most. No
 * function traps while it holds the lock, or every other thread would spin for ever.
 */

/** What the memory grows by where its maximum allows: 16 MiB. */
const GROWTH_PAGES = 256;

export const entryOf = (extent: Expr): Expr => op('i32.shl', extent, i32(ENTRY_SHIFT));
export const extentOf = (address: Expr): Expr => op('i32.shr_u', address, i32(EXTENT_SHIFT));
export const control = (field: number): Expr => load('i32.load', i32(0), field);
const grow = (pages: Expr): Expr => ({ kind: 'memory.grow', type: 'i32', pages });
const minimum = (a: Expr, b: Expr): Expr => select(op('i32.lt_u', a, b), a, b);

export function setControl(k: FunctionBuilder, field: number, value: Expr): void {
  k.store('i32.store', i32(0), field, value);
}

export const lock = defineFunction('memory_lock', [], undefined, (k) => {
  k.while(
    () => atomic('i32.atomic.rmw.cmpxchg', i32(0), CONTROL_LOCK, i32(0), i32(1)),
    () => {
      // Waiting by reads leaves the cache line shared until the lock is free.
      k.while(
        () => load('i32.atomic.load', i32(0), CONTROL_LOCK),
        () => {},
      );
    },
  );
  noticeGrowth(k);
});

/**
 * Hosts tell the other threads late that the memory has grown, and until then refuse them atomic and bulk operations on
 * what is new. Growing by nothing makes the host look.
 */
function noticeGrowth(k: FunctionBuilder): void {
  const size: Expr = { kind: 'memory.size', type: 'i32' };
  k.if(op('i32.lt_u', size, control(CONTROL_PAGES)), () => k.effect(grow(i32(0))));
}

export const unlock = defineFunction('memory_unlock', [], undefined, (k) => {
  k.store('i32.atomic.store', i32(0), CONTROL_LOCK, i32(0));
});

export function trapUnlocked(k: FunctionBuilder): void {
  k.call(unlock);
  k.trap();
}

/** The first bit from `from` on that is set in the bitmap xor `invert`; `limit` if there is none before. */
const findBit = defineFunction('memory_find_bit', ['i32', 'i32', 'i64'], 'i32', (k, from, limit, invert) => {
  const word = k.local('i64');
  const read = (): void =>
    k.set(word, op('i64.xor', load('i64.load', op('i32.shl', op('i32.shr_u', from, i32(6)), i32(3)), BITMAP), invert));
  k.if(op('i32.ge_u', from, limit), () => k.return(limit));
  read();
  k.set(word, op('i64.shr_u', word, op('i64.extend_i32_u', op('i32.and', from, i32(63)))));
  k.while(
    () => op('i64.eqz', word),
    () => {
      k.set(from, op('i32.add', op('i32.and', from, i32(-64)), i32(64)));
      k.if(op('i32.ge_u', from, limit), () => k.return(limit));
      read();
    },
  );
  k.set(from, op('i32.add', from, op('i32.wrap_i64', op('i64.ctz', word))));
  k.return(minimum(from, limit));
});

/** The last bit up to `from` that is set in the bitmap xor `invert`. The first extents hold the tables: bit 0 is taken. */
const findBitDown = defineFunction('memory_find_bit_down', ['i32', 'i64'], 'i32', (k, from, invert) => {
  const word = k.local('i64');
  const read = (): void =>
    k.set(word, op('i64.xor', load('i64.load', op('i32.shl', op('i32.shr_u', from, i32(6)), i32(3)), BITMAP), invert));
  read();
  const above = op('i32.sub', i32(63), op('i32.and', from, i32(63)));
  k.set(word, op('i64.shl', word, op('i64.extend_i32_u', above)));
  k.while(
    () => op('i64.eqz', word),
    () => {
      k.if(op('i32.lt_u', from, i32(64)), () => k.return(i32(0)));
      k.set(from, op('i32.sub', op('i32.and', from, i32(-64)), i32(1)));
      read();
    },
  );
  k.return(op('i32.sub', from, op('i32.wrap_i64', op('i64.clz', word))));
});

/** Marks free extents as taken, or taken ones as free. */
const flipBits = defineFunction('memory_flip_bits', ['i32', 'i32'], undefined, (k, first, count) => {
  const bit = k.local('i32');
  const bits = k.local('i32');
  const word = k.local('i32');
  k.while(
    () => count,
    () => {
      k.set(bit, op('i32.and', first, i32(63)));
      k.set(bits, minimum(op('i32.sub', i32(64), bit), count));
      k.set(word, op('i32.shl', op('i32.shr_u', first, i32(6)), i32(3)));
      const ones = op('i64.shr_u', i64(-1), op('i64.extend_i32_u', op('i32.sub', i32(64), bits)));
      const mask = op('i64.shl', ones, op('i64.extend_i32_u', bit));
      k.store('i64.store', word, BITMAP, op('i64.xor', load('i64.load', word, BITMAP), mask));
      k.set(first, op('i32.add', first, bits));
      k.set(count, op('i32.sub', count, bits));
    },
  );
});

/** Marks a run as taken: its address. */
const enterRun = defineFunction('memory_enter_run', ['i32', 'i32', 'i32'], 'i32', (k, at, count, kind) => {
  k.call(flipBits, at, count);
  const used = k.local('i32', op('i32.add', control(CONTROL_EXTENTS_USED), count));
  setControl(k, CONTROL_EXTENTS_USED, used);
  k.if(op('i32.gt_u', used, control(CONTROL_EXTENTS_PEAK)), () => setControl(k, CONTROL_EXTENTS_PEAK, used));
  const entry = k.local('i32', entryOf(at));
  k.store('i32.store', entry, ENTRY_COUNT, count);
  // The other fields of the entry become zero.
  k.store('i32.store', entry, ENTRY_KIND, kind);
  k.store('i64.store', entry, ENTRY_KIND + 4, i64(0));
  k.return(op('i32.shl', at, i32(EXTENT_SHIFT)));
});

/** Takes a run; the caller holds the lock. Gives the address of the first extent, 0 if there is no room. */
export const takeRun = defineFunction('memory_take_run', ['i32', 'i32'], 'i32', (k, count, kind) => {
  const at = k.local('i32', control(CONTROL_LOWEST_FREE));
  const end = k.local('i32');
  const pages = k.local('i32', control(CONTROL_PAGES));
  const more = k.local('i32');
  const step = k.local('i32');
  const lowest = k.local('i32');
  // The last page stays free as padding.
  const limit = k.local('i32', op('i32.sub', pages, i32(1)));
  k.if(op('i32.gt_u', op('i32.sub', count, i32(1)), i32(MAXIMUM_PAGES - 1)), () => k.return(i32(0)));
  k.set(at, call(findBit, at, limit, i64(-1)));
  k.set(lowest, at);
  k.block((found) => {
    k.block((full) => {
      k.loop((again) => {
        k.branch(full, op('i32.eq', at, limit));
        k.set(end, call(findBit, at, minimum(op('i32.add', at, count), limit), i64(0)));
        k.branch(found, op('i32.eq', op('i32.sub', end, at), count));
        k.branch(full, op('i32.eq', end, limit));
        k.set(at, call(findBit, end, limit, i64(-1)));
        k.branch(again);
      });
    });
    // What is free from `at` to the end is the beginning of the run; memory that is added continues it.
    k.set(more, op('i32.sub', op('i32.add', op('i32.add', at, count), i32(1)), pages));
    k.set(step, op('i32.sub', control(CONTROL_MAXIMUM_PAGES), pages));
    k.if(op('i32.gt_u', more, step), () => k.return(i32(0)));
    k.set(step, minimum(select(op('i32.gt_u', more, i32(GROWTH_PAGES)), more, i32(GROWTH_PAGES)), step));
    k.if(op('i32.eq', grow(step), i32(-1)), () => {
      // The host may have less than a whole step.
      k.set(step, more);
      k.if(op('i32.eq', grow(step), i32(-1)), () => k.return(i32(0)));
    });
    k.store('i32.atomic.store', i32(0), CONTROL_PAGES, op('i32.add', pages, step));
  });
  setControl(k, CONTROL_LOWEST_FREE, select(op('i32.eq', at, lowest), op('i32.add', at, count), lowest));
  k.return(call(enterRun, at, count, kind));
});

/**
 * Like `takeRun`, but the highest run: for what stays when a query has ended, so that queries find long runs below it. The
 * memory grows to its maximum for that, which takes addresses, not memory; a single extent is not worth it. 0 if
 * the part of the memory that is meant for blocks has no such run.
 */
export const takeHighRun = defineFunction('memory_take_high_run', ['i32', 'i32'], 'i32', (k, count, kind) => {
  const maximum = k.local('i32', control(CONTROL_MAXIMUM_PAGES));
  const pages = k.local('i32', control(CONTROL_PAGES));
  k.if(op('i32.gt_u', op('i32.sub', count, i32(1)), i32(MAXIMUM_PAGES - 1)), () => k.return(i32(0)));
  k.if(op('i32.lt_u', pages, maximum), () => {
    const low = (): void => k.return(call(takeRun, count, kind));
    k.if(op('i32.eq', count, i32(1)), low);
    k.if(op('i32.eq', grow(op('i32.sub', maximum, pages)), i32(-1)), low);
    k.store('i32.atomic.store', i32(0), CONTROL_PAGES, maximum);
  });
  const last = k.local('i32', call(findBitDown, control(CONTROL_HIGHEST_FREE), i64(-1)));
  const end = k.local('i32');
  const below = k.local('i32', op('i32.sub', control(CONTROL_BLOCKS_FROM), i32(1)));
  setControl(k, CONTROL_HIGHEST_FREE, last);
  k.while(
    () => op('i32.gt_u', last, below),
    () => {
      // The next one below that is taken ends the run.
      k.set(end, call(findBitDown, last, i64(0)));
      k.if(op('i32.lt_u', end, below), () => k.set(end, below));
      k.if(op('i32.ge_u', op('i32.sub', last, end), count), () =>
        k.return(call(enterRun, op('i32.sub', op('i32.add', last, i32(1)), count), count, kind)),
      );
      k.set(last, call(findBitDown, end, i64(-1)));
    },
  );
  k.return(i32(0));
});

/** Gives a run back; the caller holds the lock and has checked that the run begins there. */
export const returnRun = defineFunction('memory_return_run', ['i32'], undefined, (k, extent) => {
  const entry = k.local('i32', entryOf(extent));
  const count = k.local('i32', load('i32.load', entry, ENTRY_COUNT));
  k.store('i64.store', entry, ENTRY_COUNT, i64(0));
  k.call(flipBits, extent, count);
  setControl(k, CONTROL_EXTENTS_USED, op('i32.sub', control(CONTROL_EXTENTS_USED), count));
  k.if(op('i32.lt_u', extent, control(CONTROL_LOWEST_FREE)), () => setControl(k, CONTROL_LOWEST_FREE, extent));
  const last = op('i32.sub', op('i32.add', extent, count), i32(1));
  k.if(op('i32.gt_u', last, control(CONTROL_HIGHEST_FREE)), () => setControl(k, CONTROL_HIGHEST_FREE, last));
});

/** Takes the lock, then a run of the kind. */
export const lockedTake = defineFunction('memory_locked_take', ['i32', 'i32'], 'i32', (k, count, kind) => {
  k.call(lock);
  const address = k.local('i32', call(takeRun, count, kind));
  k.call(unlock);
  k.return(address);
});

/** Takes the lock, then gives back the run of the kind at the address; traps where no such run begins. */
export const lockedReturn = defineFunction('memory_locked_return', ['i32', 'i32'], undefined, (k, address, kind) => {
  const entry = k.local('i32', entryOf(extentOf(address)));
  k.call(lock);
  const aligned = op('i32.eqz', op('i32.and', address, i32(EXTENT_BYTES - 1)));
  const right = op('i32.eq', load('i32.load8_u', entry, ENTRY_KIND), kind);
  k.if(op('i32.eqz', op('i32.and', aligned, right)), () => trapUnlocked(k));
  k.call(returnRun, extentOf(address));
  k.call(unlock);
});

/** `extent_alloc(count) -> address`, 64 KiB aligned, contents undefined; 0 if there is no room. */
export const extentAlloc = defineFunction('extent_alloc', ['i32'], 'i32', (k, count) => {
  k.return(call(lockedTake, count, i32(KIND_EXTENTS)));
});

/** `extent_free(address, count)`: a whole run of `extent_alloc`; traps on anything else. */
export const extentFree = defineFunction('extent_free', ['i32', 'i32'], undefined, (k, address, count) => {
  // Only the owner may free a run, so its length cannot change between this look and the lock.
  const known = load('i32.load', entryOf(extentOf(address)), ENTRY_COUNT);
  k.if(op('i32.ne', known, count), () => k.trap());
  k.call(lockedReturn, address, i32(KIND_EXTENTS));
});
