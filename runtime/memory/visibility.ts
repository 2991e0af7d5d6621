import { keepSeen } from '../kernels/library/visibility.ts';
import { emitModule } from '../wasm/emit.ts';

/** The stamps of rows: when each began and ceased to exist, and the commands that did it. */
export interface Stamps {
  /** Absent: all rows have begun for everybody who asks. */
  readonly begins: Float64Array | undefined;
  readonly beginCommands: Uint32Array | undefined;
  /** Absent, or shorter than there are rows: the others have not ended. */
  readonly ends: Float64Array | undefined;
  readonly endCommands: Uint32Array | undefined;
}

/** Whose writes are seen: those of commits up to `snapshot`, and those with the stamp `own` of commands before `command`. */
export interface Observer {
  readonly snapshot: number;
  /** A negative number; 0: nobody's. */
  readonly own: number;
  readonly command: number;
}

/** Rows that the kernel is given at a time. */
export const VISIBILITY_ROWS = 4096;

const STAMPS = 0;
const COMMANDS = STAMPS + VISIBILITY_ROWS * 8;
const BITMAP = COMMANDS + VISIBILITY_ROWS * 4;

/** A stamp that nobody sees. */
const UNSEEN: number = Number.POSITIVE_INFINITY;

interface Scratch {
  readonly stamps: Float64Array;
  readonly commands: Uint32Array;
  readonly bitmap: Uint8Array;
  readonly keepSeen: (
    stamps: number,
    commands: number,
    rows: number,
    snapshot: number,
    own: number,
    command: number,
    flip: number,
    bitmap: number,
  ) => void;
}

let scratch: Scratch | undefined;

/**
 * The kernel has a small memory of its own. Tables lie outside engine memory and know no engine; a copy of their
 * stamps that stays in the processor's cache costs as much as reading them there, since they come from main memory
 * either way.
 */
function makeScratch(): Scratch {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const module = new WebAssembly.Module(emitModule([keepSeen], { shared: false, maximumPages: 1 }));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return {
    stamps: new Float64Array(memory.buffer, STAMPS, VISIBILITY_ROWS),
    commands: new Uint32Array(memory.buffer, COMMANDS, VISIBILITY_ROWS),
    bitmap: new Uint8Array(memory.buffer, BITMAP, VISIBILITY_ROWS / 8),
    // The signature is that of the definition, which the module was emitted from.
    keepSeen: exports[keepSeen.name] as Scratch['keepSeen'],
  };
}

/**
 * One bit for each row from `from` up to `to`, at most VISIBILITY_ROWS: 1 = visible. The bytes are valid until the next
 * call; bits behind the last row are 0, to the end of a 64-bit word.
 */
export function visibleBits(stamps: Stamps, from: number, to: number, observer: Observer): Uint8Array {
  scratch ??= makeScratch();
  const rows = to - from;
  const bytes = Math.ceil(rows / 64) * 8;
  const bits = scratch.bitmap.subarray(0, bytes);
  bits.fill(0xff);
  if (stamps.begins === undefined) clearBehind(bits, rows);
  else keep(scratch, stamps.begins, stamps.beginCommands, from, to, observer, 0, rows);
  const { ends } = stamps;
  if (ends !== undefined && from < ends.length) {
    keep(scratch, ends, stamps.endCommands, from, Math.min(to, ends.length), observer, -1, rows);
  }
  return bits;
}

function keep(
  { stamps, commands, keepSeen: kernel }: Scratch,
  all: Float64Array,
  allCommands: Uint32Array | undefined,
  from: number,
  to: number,
  { snapshot, own, command }: Observer,
  flip: 0 | -1,
  rows: number,
): void {
  stamps.set(all.subarray(from, to));
  // What the kernel reads behind the last row: rows that have not begun, and not ended.
  const padded = Math.ceil(rows / 64) * 64;
  if (to - from < padded) stamps.fill(UNSEEN, to - from, padded);
  // Without an own stamp no command matters.
  if (own !== 0 && allCommands !== undefined) commands.set(allCommands.subarray(from, to));
  kernel(STAMPS, COMMANDS, padded, snapshot, own, command, flip, BITMAP);
}

function clearBehind(bits: Uint8Array, rows: number): void {
  bits.fill(0, (rows + 7) >>> 3);
  const rest = rows & 7;
  if (rest !== 0) bits[rows >>> 3] = (1 << rest) - 1;
}
