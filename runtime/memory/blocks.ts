import { call, defineFunction, type Expr, type FunctionBuilder, i32, i64, type Local, load, op } from '../wasm/ir.ts';
import {
  control,
  entryOf,
  extentOf,
  lock,
  lockedReturn,
  returnRun,
  setControl,
  takeHighRun,
  takeRun,
  trapUnlocked,
  unlock,
} from './extents.ts';
import {
  CONTROL_BLOCKS_LIVE,
  CONTROL_SLABS,
  ENTRY_CLASS,
  ENTRY_FREE,
  ENTRY_FRESH,
  ENTRY_KIND,
  ENTRY_LIVE,
  ENTRY_NEXT,
  ENTRY_PREVIOUS,
  EXTENT_BYTES,
  EXTENT_SHIFT,
  KIND_LARGE,
  KIND_SLAB,
  LARGEST_SMALL,
  NO_OBJECT,
  SMALLEST_SHIFT,
} from './layout.ts';

/**
 * `alloc` and `free`: powers of two from 64 bytes to 32 KiB, cut from slabs of one extent each; more is a run of extents
 * of its own. A slab that has room is in its class's list; one that is empty goes back to the extents at once.
 *
 * A free object begins with the number of the next one, followed by a mark. The mark alone proves nothing (it may be
 * data), so an object that carries it is looked for in the free list: only then is it freed twice.
 */
const FREE_MARK = 0x6f72_6269_7466_7265n;

const objectsOf = (sizeShift: Expr): Expr => op('i32.shr_u', i32(EXTENT_BYTES), sizeShift);
const classHead = (sizeShift: Expr): Expr => op('i32.shl', op('i32.sub', sizeShift, i32(SMALLEST_SHIFT)), i32(2));

function countBlocks(k: FunctionBuilder, by: number): void {
  setControl(k, CONTROL_BLOCKS_LIVE, op('i32.add', control(CONTROL_BLOCKS_LIVE), i32(by)));
}

const linkSlab = defineFunction('memory_link_slab', ['i32', 'i32'], undefined, (k, extent, sizeShift) => {
  const list = k.local('i32', classHead(sizeShift));
  const entry = k.local('i32', entryOf(extent));
  const next = k.local('i32', load('i32.load', list, CONTROL_SLABS));
  k.store('i32.store16', entry, ENTRY_NEXT, next);
  k.store('i32.store16', entry, ENTRY_PREVIOUS, i32(0));
  k.if(next, () => k.store('i32.store16', entryOf(next), ENTRY_PREVIOUS, extent));
  k.store('i32.store', list, CONTROL_SLABS, extent);
});

const unlinkSlab = defineFunction('memory_unlink_slab', ['i32', 'i32'], undefined, (k, extent, sizeShift) => {
  const entry = k.local('i32', entryOf(extent));
  const next = k.local('i32', load('i32.load16_u', entry, ENTRY_NEXT));
  const previous = k.local('i32', load('i32.load16_u', entry, ENTRY_PREVIOUS));
  k.if(next, () => k.store('i32.store16', entryOf(next), ENTRY_PREVIOUS, previous));
  k.if(
    previous,
    () => k.store('i32.store16', entryOf(previous), ENTRY_NEXT, next),
    () => k.store('i32.store', classHead(sizeShift), CONTROL_SLABS, next),
  );
});

/** A run for blocks: elsewhere where their part of the memory has none, unless `confined`. The caller holds the lock. */
const takeBlockRun = defineFunction(
  'memory_take_block_run',
  ['i32', 'i32', 'i32'],
  'i32',
  (k, count, kind, confined) => {
    const address = k.local('i32', call(takeHighRun, count, kind));
    k.if(op('i32.eqz', op('i32.or', address, confined)), () => k.set(address, call(takeRun, count, kind)));
    k.return(address);
  },
);

/** A block from a slab of the class; the caller holds the lock. */
const takeObject = defineFunction('memory_take_object', ['i32', 'i32'], 'i32', (k, sizeShift, confined) => {
  const extent = k.local('i32', load('i32.load', classHead(sizeShift), CONTROL_SLABS));
  k.if(op('i32.eqz', extent), () => {
    k.set(extent, extentOf(call(takeBlockRun, i32(1), i32(KIND_SLAB), confined)));
    k.if(op('i32.eqz', extent), () => k.return(i32(0)));
    k.store('i32.store8', entryOf(extent), ENTRY_CLASS, sizeShift);
    k.store('i32.store16', entryOf(extent), ENTRY_FREE, i32(NO_OBJECT));
    k.call(linkSlab, extent, sizeShift);
  });
  const entry = k.local('i32', entryOf(extent));
  const object = k.local('i32', load('i32.load16_u', entry, ENTRY_FREE));
  const address = k.local('i32');
  const locate = (): void =>
    k.set(address, op('i32.or', op('i32.shl', extent, i32(EXTENT_SHIFT)), op('i32.shl', object, sizeShift)));
  k.if(
    op('i32.eq', object, i32(NO_OBJECT)),
    () => {
      k.set(object, load('i32.load16_u', entry, ENTRY_FRESH));
      k.store('i32.store16', entry, ENTRY_FRESH, op('i32.add', object, i32(1)));
      locate();
    },
    () => {
      locate();
      k.store('i32.store16', entry, ENTRY_FREE, load('i32.load16_u', address));
      k.store('i64.store', address, 8, i64(0));
    },
  );
  const live = k.local('i32', op('i32.add', load('i32.load16_u', entry, ENTRY_LIVE), i32(1)));
  k.store('i32.store16', entry, ENTRY_LIVE, live);
  k.if(op('i32.eq', live, objectsOf(sizeShift)), () => k.call(unlinkSlab, extent, sizeShift));
  k.return(address);
});

/** A block; `confined`: in the part of the memory that is meant for blocks, or not at all. The caller holds the lock. */
const takeBlock = defineFunction('memory_take_block', ['i32', 'i32'], 'i32', (k, bytes, confined) => {
  const address = k.local('i32');
  const last = op('i32.sub', bytes, i32(1));
  k.if(
    op('i32.le_u', bytes, i32(LARGEST_SMALL)),
    () => {
      // Bits that the last byte's offset needs, and no fewer than the smallest class has.
      const sizeShift = op('i32.sub', i32(32), op('i32.clz', op('i32.or', last, i32((1 << SMALLEST_SHIFT) - 1))));
      k.set(address, call(takeObject, sizeShift, confined));
    },
    () => k.set(address, call(takeBlockRun, op('i32.add', extentOf(last), i32(1)), i32(KIND_LARGE), confined)),
  );
  k.if(address, () => countBlocks(k, 1));
  k.return(address);
});

/** `alloc(bytes) -> address`, 64-byte aligned, contents undefined; 0 if there is no room. */
export const alloc = defineFunction('alloc', ['i32'], 'i32', (k, bytes) => {
  k.if(op('i32.eqz', bytes), () => k.set(bytes, i32(1)));
  k.call(lock);
  const address = k.local('i32', call(takeBlock, bytes, i32(0)));
  k.call(unlock);
  k.return(address);
});

/** `alloc_confined(bytes) -> address`: for whoever can make room where blocks lie; 0 if there is none there. */
export const allocConfined = defineFunction('alloc_confined', ['i32'], 'i32', (k, bytes) => {
  k.if(op('i32.eqz', bytes), () => k.set(bytes, i32(1)));
  k.call(lock);
  const address = k.local('i32', call(takeBlock, bytes, i32(1)));
  k.call(unlock);
  k.return(address);
});

/** Whether the object is in the free list of its slab. */
const isFree = defineFunction('memory_is_free', ['i32', 'i32', 'i32'], 'i32', (k, entry, base, object) => {
  const sizeShift = k.local('i32', load('i32.load8_u', entry, ENTRY_CLASS));
  const at = k.local('i32', load('i32.load16_u', entry, ENTRY_FREE));
  k.while(
    () => op('i32.ne', at, i32(NO_OBJECT)),
    () => {
      k.if(op('i32.eq', at, object), () => k.return(i32(1)));
      k.set(at, load('i32.load16_u', op('i32.or', base, op('i32.shl', at, sizeShift))));
    },
  );
  k.return(i32(0));
});

function returnObject(k: FunctionBuilder, address: Local, entry: Local): void {
  const sizeShift = k.local('i32', load('i32.load8_u', entry, ENTRY_CLASS));
  const extent = k.local('i32', extentOf(address));
  const offset = k.local('i32', op('i32.and', address, i32(EXTENT_BYTES - 1)));
  const object = k.local('i32', op('i32.shr_u', offset, sizeShift));
  const misplaced = op('i32.ne', op('i32.shl', object, sizeShift), offset);
  const fresh = op('i32.ge_u', object, load('i32.load16_u', entry, ENTRY_FRESH));
  k.if(op('i32.or', misplaced, fresh), () => trapUnlocked(k));
  k.if(op('i64.eq', load('i64.load', address, 8), i64(FREE_MARK)), () => {
    const base = op('i32.shl', extent, i32(EXTENT_SHIFT));
    k.if(call(isFree, entry, base, object), () => trapUnlocked(k));
  });
  k.store('i32.store16', address, 0, load('i32.load16_u', entry, ENTRY_FREE));
  k.store('i64.store', address, 8, i64(FREE_MARK));
  k.store('i32.store16', entry, ENTRY_FREE, object);
  const live = k.local('i32', load('i32.load16_u', entry, ENTRY_LIVE));
  const full = k.local('i32', op('i32.eq', live, objectsOf(sizeShift)));
  k.set(live, op('i32.sub', live, i32(1)));
  k.store('i32.store16', entry, ENTRY_LIVE, live);
  // A full slab is in no list.
  k.if(full, () => k.call(linkSlab, extent, sizeShift));
  k.if(op('i32.eqz', live), () => {
    k.call(unlinkSlab, extent, sizeShift);
    k.call(returnRun, extent);
  });
}

/** `free(address)`: a block of `alloc`; 0 is ignored. Traps on what is no block, such as one that was freed before. */
export const free = defineFunction('free', ['i32'], undefined, (k, address) => {
  k.if(op('i32.eqz', address), () => k.return());
  const entry = k.local('i32', entryOf(extentOf(address)));
  k.call(lock);
  k.if(
    op('i32.eq', load('i32.load8_u', entry, ENTRY_KIND), i32(KIND_SLAB)),
    () => {
      returnObject(k, address, entry);
      countBlocks(k, -1);
      k.call(unlock);
    },
    () => {
      k.call(unlock);
      k.call(lockedReturn, address, i32(KIND_LARGE));
      k.call(lock);
      countBlocks(k, -1);
      k.call(unlock);
    },
  );
});
