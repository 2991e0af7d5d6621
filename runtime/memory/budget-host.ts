import { internalError, OrbitError } from '../../compiler/types/error.ts';
import { BUDGET_BYTES, BUDGET_LIMIT, BUDGET_PARENT, BUDGET_PEAK, BUDGET_USED, EXTENT_BYTES } from './layout.ts';
import type { MemoryFunctions } from './library.ts';

/** A bound on memory, shared by all threads: a struct in engine memory. */
export interface Budget {
  readonly address: number;
  /** As it stands in messages: "the query", "all queries". */
  readonly name: string;
  readonly parent: Budget | undefined;
  readonly limit: number;
  readonly used: number;
  readonly peak: number;
}

export interface BudgetAccess {
  readonly functions: MemoryFunctions;
  readonly view: () => DataView;
}

/** The budget whose struct is at `address`. */
export function budgetAt(access: BudgetAccess, address: number, name: string, parent: Budget | undefined): Budget {
  const read = (field: number): number => Number(access.view().getBigUint64(address + field, true));
  return {
    address,
    name,
    parent,
    get limit() {
      return read(BUDGET_LIMIT);
    },
    get used() {
      return read(BUDGET_USED);
    },
    get peak() {
      return read(BUDGET_PEAK);
    },
  };
}

export function newBudget(access: BudgetAccess, limit: number, name: string, parent: Budget | undefined): Budget {
  const address = access.functions.alloc(BUDGET_BYTES) >>> 0;
  if (address === 0) throw memoryExhausted(BUDGET_BYTES);
  const view = access.view();
  view.setBigUint64(address + BUDGET_LIMIT, BigInt(Math.floor(limit)), true);
  view.setBigUint64(address + BUDGET_USED, 0n, true);
  view.setBigUint64(address + BUDGET_PEAK, 0n, true);
  view.setUint32(address + BUDGET_PARENT, parent?.address ?? 0, true);
  return budgetAt(access, address, name, parent);
}

/** Frees the struct. What is still reserved goes back to the parents; it is a leak, and reported as one. */
export function freeBudget(access: BudgetAccess, budget: Budget): void {
  const { used } = budget;
  if (used > 0 && budget.parent !== undefined) access.functions.budget_release(budget.parent.address, BigInt(used));
  access.functions.free(budget.address);
  if (used > 0) throw internalError(`${budget.name} ended with ${formatBytes(used)} still reserved`);
}

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(value >= 1000 ? 4 : 3))} ${units[unit]}`;
}

export function memoryExhausted(bytes: number | undefined): OrbitError {
  const run = bytes === undefined ? 'run of free memory is long enough' : `free run of ${formatBytes(bytes)}`;
  return new OrbitError('out_of_memory', `out of memory: no ${run} in the engine's memory`, {
    hint: 'Run fewer statements at the same time, or give the engine a higher memory limit (4 GiB at most).',
  });
}

/** What a kernel may have asked for that does not say how much: its largest blocks, and growing tables. */
const LARGEST_UNKNOWN = 1 << 22;

/** The error for a request that was refused, of `bytes` if that is known: says which budget is exhausted, if one is. */
export function outOfMemory(budget: Budget, bytes: number | undefined): OrbitError {
  for (let at: Budget | undefined = budget; at !== undefined; at = at.parent) {
    const { limit, used, name } = at;
    // Nearly all is reserved in whole extents.
    const wanted = bytes === undefined ? LARGEST_UNKNOWN : Math.ceil(bytes / EXTENT_BYTES) * EXTENT_BYTES;
    if (used + wanted <= limit) continue;
    const more = bytes === undefined ? 'more' : `${formatBytes(bytes)} more`;
    const message = `out of memory: ${name} may use ${formatBytes(limit)}, has ${formatBytes(used)} and needs ${more}`;
    // Below the budgets of the engine, of the pool and of all queries are those of single queries.
    const hint =
      at.parent?.parent === undefined
        ? 'Run fewer statements at the same time, or raise the memory limit of the engine.'
        : 'Read or group fewer rows and columns, or raise the memory limit of queries.';
    return new OrbitError('out_of_memory', message, { hint });
  }
  return memoryExhausted(bytes);
}
