// A worker that allocates and frees at random until its time is over, checking that what it was given is its own.
import { parentPort, workerData } from 'node:worker_threads';

const { memory, module, budget, queries, seed, milliseconds } = workerData;
// As attachEngineMemory does.
memory.grow(0);
const f = new WebAssembly.Instance(module, { env: { memory } }).exports;

let state = seed;
function random(below) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

let words = new Uint32Array(memory.buffer);
function wordsUpTo(address) {
  if (words.length * 4 <= address) {
    // Any thread may have made the memory grow, and this one may not have heard of it.
    memory.grow(0);
    words = new Uint32Array(memory.buffer);
  }
  return words;
}

let stamp = seed << 24;
function mark(piece) {
  stamp++;
  piece.stamp = stamp >>> 0;
  const last = piece.address + piece.bytes - 4;
  wordsUpTo(last)[last >>> 2] = piece.stamp;
  words[piece.address >>> 2] = piece.stamp;
  return piece;
}

function check(piece) {
  const ends = [words[piece.address >>> 2], words[(piece.address + piece.bytes - 4) >>> 2]];
  if (ends.some((found) => found !== piece.stamp)) {
    throw new Error(`thread ${seed}: ${piece.kind} at ${piece.address} has ${ends}, not ${piece.stamp}`);
  }
}

const arena = f.alloc(64) >>> 0;
new Uint8Array(memory.buffer).fill(0, arena, arena + 64);
new DataView(memory.buffer).setUint32(arena + 12, budget, true);

const pieces = [];
let inArena = [];
const counts = { alloc: 0, extents: 0, arena: 0, refused: 0, reserved: 0 };

function give(piece) {
  check(piece);
  if (piece.kind === 'alloc') f.free(piece.address);
  else f.extent_free(piece.address, piece.bytes / 65_536);
}

function add(list, kind, address, bytes) {
  if (address === 0) counts.refused++;
  else {
    counts[kind]++;
    list.push(mark({ kind, address: address >>> 0, bytes }));
  }
}

const end = performance.now() + milliseconds;
for (let round = 0; (round & 63) !== 0 || performance.now() < end; round++) {
  const choice = random(16);
  if (choice < 5) {
    const bytes = 4 * (1 + random(random(8) === 0 ? 20_000 : 400));
    add(pieces, 'alloc', f.alloc(bytes), bytes);
  } else if (choice < 6) {
    const count = 1 + random(20);
    add(pieces, 'extents', f.extent_alloc(count), count * 65_536);
  } else if (choice < 10) {
    const bytes = 8 * (1 + random(random(20) === 0 ? 30_000 : 500));
    add(inArena, 'arena', f.arena_alloc(arena, bytes), bytes);
  } else if (choice < 11 && random(20) === 0) {
    inArena.forEach(check);
    inArena = [];
    f.arena_reset(arena);
  } else if (choice < 12) {
    const bytes = BigInt(random(100_000));
    if (f.budget_reserve(queries, bytes) === 1) {
      counts.reserved++;
      f.budget_release(queries, bytes);
    }
  } else if (pieces.length > 0) {
    const [piece] = pieces.splice(random(pieces.length), 1);
    give(piece);
  }
  while (pieces.length > 300) give(pieces.pop());
}

pieces.forEach(give);
inArena.forEach(check);
f.arena_reset(arena);
f.free(arena);
parentPort.postMessage(counts);
