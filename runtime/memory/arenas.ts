import {
  type Callee,
  call,
  defineFunction,
  type Expr,
  type FunctionBuilder,
  i32,
  i64,
  type Local,
  load,
  op,
  select,
} from '../wasm/ir.ts';
import { budgetRelease, budgetReserve } from './budgets.ts';
import { entryOf, extentOf, lockedReturn, lockedTake } from './extents.ts';
import {
  ARENA_BUDGET,
  ARENA_END,
  ARENA_LARGEST_STEP,
  ARENA_NEWEST,
  ARENA_POINTER,
  ARENA_RESERVED,
  ARENA_STEP,
  ENTRY_COUNT,
  ENTRY_NEXT,
  EXTENT_SHIFT,
  KIND_ARENA,
} from './layout.ts';

/**
 * Arenas: memory of a query and a worker that is freed all at once. An arena is used by one thread at a time.
 *
 * Its blocks are runs of extents, linked from the newest to the oldest through the table of extents, so that a block is
 * data from its first byte to its last and a request for 2^n bytes takes 2^n bytes. All zero but for the budget is an
 * empty arena.
 */

const sizeOf = (count: Expr): Expr => op('i64.shl', op('i64.extend_i32_u', count), i64(EXTENT_SHIFT));

/** A new block, linked into the arena; 0 if the budget or the memory is exhausted. */
const takeBlock = defineFunction('arena_take_block', ['i32', 'i32'], 'i32', (k, arena, count) => {
  const budget = load('i32.load', arena, ARENA_BUDGET);
  k.if(op('i32.eqz', call(budgetReserve, budget, sizeOf(count))), () => k.return(i32(0)));
  const block = k.local('i32', call(lockedTake, count, i32(KIND_ARENA)));
  k.if(op('i32.eqz', block), () => {
    k.call(budgetRelease, budget, sizeOf(count));
    k.return(i32(0));
  });
  const reserved = load('i64.load', arena, ARENA_RESERVED);
  k.store('i64.store', arena, ARENA_RESERVED, op('i64.add', reserved, sizeOf(count)));
  k.store('i32.store16', entryOf(extentOf(block)), ENTRY_NEXT, extentOf(load('i32.load', arena, ARENA_NEWEST)));
  k.store('i32.store', arena, ARENA_NEWEST, block);
  k.return(block);
});

/**
 * `arena_alloc(arena, bytes) -> address`, 8-byte aligned, contents undefined; 0 if the budget or the memory is
 * exhausted. A block of 64 KiB or more begins on a 64 KiB boundary unless the current block has room for it.
 */
export const arenaAlloc = defineFunction('arena_alloc', ['i32', 'i32'], 'i32', (k, arena, bytes) => {
  const pointer = k.local('i32', load('i32.load', arena, ARENA_POINTER));
  const end = k.local('i32', load('i32.load', arena, ARENA_END));
  const size = k.local('i32', op('i32.and', op('i32.add', bytes, i32(7)), i32(-8)));
  k.if(op('i32.lt_u', size, bytes), () => k.return(i32(0)));
  k.if(op('i32.le_u', size, op('i32.sub', end, pointer)), () => {
    k.store('i32.store', arena, ARENA_POINTER, op('i32.add', pointer, size));
    // An empty arena has nothing to point to, not even for zero bytes.
    k.if(pointer, () => k.return(pointer));
    k.set(size, i32(8));
  });

  const step = k.local('i32', load('i32.load', arena, ARENA_STEP));
  k.if(op('i32.eqz', step), () => k.set(step, i32(1)));
  const needed = k.local('i32', op('i32.add', extentOf(op('i32.sub', size, i32(1))), i32(1)));
  const block = k.local('i32');
  const count = k.local('i32', needed);
  // A request that is large for a block gets just what it needs. Smaller ones begin a block, and the next is larger.
  const small = op('i32.lt_u', size, op('i32.shl', step, i32(EXTENT_SHIFT - 2)));
  k.if(small, () => {
    k.set(count, step);
    k.set(block, call(takeBlock, arena, count));
    k.if(block, () => {
      const doubled = op('i32.shl', step, i32(1));
      const next = select(op('i32.lt_u', step, i32(ARENA_LARGEST_STEP)), doubled, i32(ARENA_LARGEST_STEP));
      k.store('i32.store', arena, ARENA_STEP, next);
    });
  });
  k.if(op('i32.eqz', block), () => {
    k.set(count, needed);
    k.set(block, call(takeBlock, arena, count));
    k.if(op('i32.eqz', block), () => k.return(i32(0)));
  });
  // Of the old block and the new one, the arena goes on with the one that has more left.
  const left = k.local('i32', op('i32.sub', op('i32.shl', count, i32(EXTENT_SHIFT)), size));
  k.if(op('i32.gt_u', left, op('i32.sub', end, pointer)), () => {
    k.set(pointer, op('i32.add', block, size));
    k.store('i32.store', arena, ARENA_POINTER, pointer);
    k.store('i32.store', arena, ARENA_END, op('i32.add', pointer, left));
  });
  k.return(block);
});

/**
 * `arena_extents(arena, count) -> address`: a run of the arena's own that `arena_extents_free` can give back before the
 * arena ends (tables that are replaced by larger ones); 0 if the budget or the memory is exhausted.
 */
export const arenaExtents = defineFunction('arena_extents', ['i32', 'i32'], 'i32', (k, arena, count) => {
  k.return(call(takeBlock, arena, count));
});

function releaseBlock(k: FunctionBuilder, arena: Expr, block: Expr): void {
  const size = k.local('i64', sizeOf(load('i32.load', entryOf(extentOf(block)), ENTRY_COUNT)));
  k.call(lockedReturn, block, i32(KIND_ARENA));
  k.store('i64.store', arena, ARENA_RESERVED, op('i64.sub', load('i64.load', arena, ARENA_RESERVED), size));
  k.call(budgetRelease, load('i32.load', arena, ARENA_BUDGET), size);
}

/** `arena_extents_free(arena, address)`: a run of `arena_extents`; traps if the arena has none there. */
export const arenaExtentsFree = defineFunction('arena_extents_free', ['i32', 'i32'], undefined, (k, arena, address) => {
  const wanted = k.local('i32', extentOf(address));
  const at = k.local('i32', extentOf(load('i32.load', arena, ARENA_NEWEST)));
  const newer = k.local('i32');
  k.while(
    () => op('i32.ne', at, wanted),
    () => {
      k.if(op('i32.eqz', at), () => k.trap());
      k.set(newer, at);
      k.set(at, load('i32.load16_u', entryOf(at), ENTRY_NEXT));
    },
  );
  const older = k.local('i32', load('i32.load16_u', entryOf(at), ENTRY_NEXT));
  releaseBlock(k, arena, address);
  k.if(
    newer,
    () => k.store('i32.store16', entryOf(newer), ENTRY_NEXT, older),
    () => k.store('i32.store', arena, ARENA_NEWEST, op('i32.shl', older, i32(EXTENT_SHIFT))),
  );
});

/** `arena_reset(arena)`: frees all blocks; the arena is empty and can be used again. */
export const arenaReset = defineFunction('arena_reset', ['i32'], undefined, (k, arena) => {
  const at = k.local('i32', extentOf(load('i32.load', arena, ARENA_NEWEST)));
  const next = k.local('i32');
  k.while(
    () => at,
    () => {
      k.set(next, load('i32.load16_u', entryOf(at), ENTRY_NEXT));
      releaseBlock(k, arena, op('i32.shl', at, i32(EXTENT_SHIFT)));
      k.set(at, next);
    },
  );
  k.store('i64.store', arena, ARENA_POINTER, i64(0));
  k.store('i32.store', arena, ARENA_NEWEST, i32(0));
  k.store('i32.store', arena, ARENA_STEP, i32(0));
});

/**
 * The fast path of `arena_alloc` in the caller's code, with `slow` (`arenaAlloc` or an import of it) behind. `bytes`
 * must be a multiple of 8 and not 0.
 */
export function inlineArenaAlloc(k: FunctionBuilder, slow: Callee, arena: Expr, bytes: Expr): Local {
  const owner = k.keep(arena);
  const size = k.keep(bytes);
  const address = k.local('i32', load('i32.load', owner, ARENA_POINTER));
  // Compared as a difference: a sum could pass 2^32.
  k.if(
    op('i32.le_u', size, op('i32.sub', load('i32.load', owner, ARENA_END), address)),
    () => k.store('i32.store', owner, ARENA_POINTER, op('i32.add', address, size)),
    () => k.set(address, call(slow, owner, size)),
  );
  return address;
}
