import type { EngineMemory } from '../../memory/engine-memory.ts';
import { spillFileOf } from './host.node.ts';
import type { OwnedSpillFile, SpillFile, SpillHost } from './host.ts';

/** The temporary file of one query, which all its operators and threads append to; the space is free when it ends. */
export interface SpillSpace {
  /** Made when it is first asked for. */
  readonly file: () => Promise<SpillFile>;
  /** The position of so many bytes that nobody else writes to. */
  readonly take: (bytes: number) => number;
}

/** What another thread needs of it: plain data. */
export interface SharedSpill {
  readonly descriptor: number;
  /** Address of the i64 that says where the file ends. */
  readonly end: number;
}

export interface QuerySpill extends SpillSpace {
  /** Undefined where other threads cannot use the file. */
  readonly share: () => Promise<SharedSpill | undefined>;
  readonly close: () => Promise<void>;
}

/** `end`: gives the address of an i64 that is 0, for as long as the query runs. */
export function createQuerySpill(host: SpillHost, memory: EngineMemory, end: () => number): QuerySpill {
  let address: number | undefined;
  let opened: Promise<OwnedSpillFile> | undefined;
  const endAddress = (): number => {
    address ??= end();
    return address;
  };
  const file = (): Promise<OwnedSpillFile> => {
    opened ??= host.create();
    return opened;
  };
  return {
    file,
    take: (bytes) => takeAt(memory, endAddress(), bytes),
    share: async () => {
      // Threads that do not need the file must not fail for want of it; those that do then run out of memory.
      const descriptor = await file().then(
        (opened) => opened.descriptor,
        () => undefined,
      );
      return descriptor === undefined ? undefined : { descriptor, end: endAddress() };
    },
    close: async () => {
      const last = await opened?.catch(() => undefined);
      await last?.close();
    },
  };
}

/** The query's file in another thread. `settled`: nothing of this thread's is under way any more. */
export function attachSpill(
  memory: EngineMemory,
  { descriptor, end }: SharedSpill,
): SpillSpace & { readonly settled: () => Promise<void> } {
  const file = spillFileOf(descriptor);
  return { file: async () => file, take: (bytes) => takeAt(memory, end, bytes), settled: file.settled };
}

function takeAt(memory: EngineMemory, end: number, bytes: number): number {
  return Number(Atomics.add(memory.i64(), end / 8, BigInt(bytes)));
}
