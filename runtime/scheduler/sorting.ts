import { RUN_LENGTH } from '../operators/sort.ts';
import { DIGIT_BITS, DIGITS, type EncodedKeys, EXTREMES, PART } from '../operators/sort-keys.ts';
import type { KernelInstance } from './modules.ts';
import { bytesLeft } from './spill/policy.ts';
import { allocate, type Task } from './task.ts';

/** Comparisons between two chances to cancel. */
const STEP_COMPARISONS = 1 << 18;
/** Rows that a radix sort moves between two chances to cancel. */
const STEP_ROWS = 1 << 18;
const ADDRESS_BITS = 32n;

/**
 * Sorts row addresses by the kernel's order, stably; gives the address of the sorted array of u32. `keys` says how rows'
 * keys are made numbers.
 */
export async function sortAddresses(
  task: Task,
  ctx: number,
  kernel: KernelInstance,
  addresses: Uint32Array,
  keys: EncodedKeys,
): Promise<number> {
  const n = addresses.length;
  const array = allocate(task, Math.max(n * 4, 8));
  task.memory.u32().set(addresses, array / 4);
  if (keys.parts.length === 0 && keys.exact) return array;
  const scratch = allocate(task, Math.max(n * 4, 8));
  const radix = keys.parts.length > 0 && n >= task.tuning.radixRows && n * 32 < bytesLeft(task.budget) / 4;
  if (!radix) return mergeSort(task, ctx, kernel, array, scratch, n);
  await radixSort(task, ctx, kernel, array, scratch, n, keys);
  return array;
}

/** Sorts the array by merging runs; gives the one of the two arrays that is sorted. */
async function mergeSort(
  task: Task,
  ctx: number,
  kernel: KernelInstance,
  array: number,
  scratch: number,
  n: number,
): Promise<number> {
  const { memory } = task;
  let source = array;
  let target = scratch;
  for (let from = 0, runs = 0; from < n; from += RUN_LENGTH) {
    kernel.call('insertion', ctx, source, from, Math.min(n, from + RUN_LENGTH));
    const pause = ++runs % 256 === 0 ? task.breathe() : undefined;
    if (pause !== undefined) await pause;
  }
  const progress = allocate(task, 24);
  for (let width = RUN_LENGTH; width < n; width *= 2) {
    for (let from = 0; from < n; from += width * 2) {
      const middle = Math.min(n, from + width);
      const end = Math.min(n, from + width * 2);
      memory
        .u32()
        .set(
          [source + from * 4, source + middle * 4, source + middle * 4, source + end * 4, target + from * 4],
          progress / 4,
        );
      let done = false;
      while (!done) {
        done = kernel.call('merge', ctx, progress, STEP_COMPARISONS) !== 0;
        const pause = task.breathe();
        if (pause !== undefined) await pause;
      }
    }
    [source, target] = [target, source];
  }
  return source;
}

async function inSteps(task: Task, n: number, step: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < n; from += STEP_ROWS) {
    step(from, Math.min(n, from + STEP_ROWS));
    const pause = task.breathe();
    if (pause !== undefined) await pause;
  }
}

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;

/** Sorts the array: by the numbers that keys become, least digit first, and by comparing what these leave equal. */
async function radixSort(
  task: Task,
  ctx: number,
  kernel: KernelInstance,
  array: number,
  scratch: number,
  n: number,
  keys: EncodedKeys,
): Promise<void> {
  const { memory } = task;
  const extremes = allocate(task, keys.parts.length * EXTREMES.bytes);
  keys.parts.forEach((_, i) => {
    memory.view().setBigInt64(extremes + i * EXTREMES.bytes + EXTREMES.least, I64_MAX, true);
    memory.view().setBigInt64(extremes + i * EXTREMES.bytes + EXTREMES.greatest, I64_MIN, true);
  });
  await inSteps(task, n, (from, to) => kernel.call('measure', array, from, to, extremes));
  const parts = allocate(task, keys.parts.length * PART.bytes);
  const { bits, exact } = assignBits(task, keys, extremes, parts);
  if (bits > 0n) {
    const packed = bits <= ADDRESS_BITS;
    const bytes = packed ? 8 : 16;
    let source = allocate(task, n * bytes);
    let target = allocate(task, n * bytes);
    await inSteps(task, n, (from, to) => kernel.call('encode', array, from, to, parts, source, packed ? 1 : 0));
    const counts = allocate(task, DIGITS * 4);
    const keyShift = packed ? ADDRESS_BITS : 0n;
    for (let shift = 0n; shift < bits; shift += BigInt(DIGIT_BITS)) {
      memory.u8().fill(0, counts, counts + DIGITS * 4);
      await inSteps(task, n, (from, to) =>
        kernel.call('count_digits', source, from, to, bytes, shift + keyShift, counts),
      );
      if (!toPlaces(memory.u32().subarray(counts / 4, counts / 4 + DIGITS), target, bytes, n)) continue;
      await inSteps(task, n, (from, to) =>
        kernel.call('scatter_digits', source, from, to, bytes, shift + keyShift, counts),
      );
      [source, target] = [target, source];
    }
    await inSteps(task, n, (from, to) => kernel.call('rows_of', source, from, to, bytes, array));
    if (!exact) await sortTies(task, ctx, kernel, { array, scratch, entries: source, bytes, keyShift, n });
  } else if (!exact) {
    const sorted = await mergeSort(task, ctx, kernel, array, scratch, n);
    if (sorted !== array) memory.u8().copyWithin(array, sorted, sorted + n * 4);
  }
}

/** Turns counts of digits into the addresses at which they go; false if all entries have one digit. */
function toPlaces(counts: Uint32Array, target: number, bytes: number, n: number): boolean {
  let at = target;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = counts[digit] ?? 0;
    if (count === n) return false;
    counts[digit] = at;
    at += count * bytes;
  }
  return true;
}

const KEY_BITS = 64n;

/** Writes the records of the parts: as many bits for each as its values need, while there are any. */
function assignBits(
  task: Task,
  keys: EncodedKeys,
  extremes: number,
  parts: number,
): { readonly bits: bigint; readonly exact: boolean } {
  const view = task.memory.view();
  let left = KEY_BITS;
  let exact = keys.exact;
  keys.parts.forEach((part, i) => {
    const least = view.getBigInt64(extremes + i * EXTREMES.bytes + EXTREMES.least, true);
    const greatest = view.getBigInt64(extremes + i * EXTREMES.bytes + EXTREMES.greatest, true);
    const wanted =
      part.kind === 'integer' ? bitLength(greatest - least) : { null: 1n, float: 64n, text: 32n }[part.kind];
    const given = wanted < left ? wanted : left;
    if (given < wanted) exact = false;
    const at = parts + i * PART.bytes;
    view.setBigInt64(at + PART.base, part.kind === 'integer' && part.descending ? greatest : least, true);
    view.setBigInt64(at + PART.bits, given, true);
    view.setBigInt64(at + PART.drop, wanted - given, true);
    view.setUint32(at + PART.used, given > 0n ? 1 : 0, true);
    // What comes behind a part that was cut says nothing.
    left = given < wanted ? 0n : left - given;
  });
  return { bits: KEY_BITS - left, exact };
}

/** Of a distance that is not negative; none if there was no value. */
function bitLength(distance: bigint): bigint {
  return distance <= 0n ? 0n : BigInt(distance.toString(2).length);
}

interface Ties {
  readonly array: number;
  readonly scratch: number;
  readonly entries: number;
  readonly bytes: number;
  readonly keyShift: bigint;
  readonly n: number;
}

/** Entries whose equals are looked for between two chances to cancel. */
const STEP_TIES = 1 << 16;

/** Sorts the runs of rows whose numbers are equal. */
async function sortTies(task: Task, ctx: number, kernel: KernelInstance, ties: Ties): Promise<void> {
  const { array, scratch, entries, bytes, keyShift, n } = ties;
  const { memory } = task;
  const start = allocate(task, 8);
  for (let from = 0; from < n; ) {
    const to = Math.min(n, from + STEP_TIES);
    const end = kernel.call('tie', ctx, entries, from, to, n, bytes, keyShift, array, start);
    const first = memory.view().getUint32(start, true);
    const length = end - first;
    if (length > 0) {
      const own = array + first * 4;
      const sorted = await mergeSort(task, ctx, kernel, own, scratch, length);
      if (sorted !== own) memory.u8().copyWithin(own, sorted, sorted + length * 4);
    }
    from = end;
    const pause = task.breathe();
    if (pause !== undefined) await pause;
  }
}
