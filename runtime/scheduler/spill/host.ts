/** Where rows go that do not fit in memory: temporary files, where the host has a disk. */
export interface SpillHost {
  /** A new, empty file that nobody else sees; it is gone when it is closed, and when the process ends in whatever way. */
  readonly create: () => Promise<OwnedSpillFile>;
}

/** A temporary file. Fails with `disk_full` or `io_error`. */
export interface SpillFile {
  readonly write: (position: number, bytes: Uint8Array) => Promise<void>;
  /** Fills `into` with what was written at the position. */
  readonly read: (position: number, into: Uint8Array) => Promise<void>;
  /** When all that this thread has begun is over, whether or not somebody waits for it. */
  readonly settled: () => Promise<void>;
}

export interface OwnedSpillFile extends SpillFile {
  /** By which other threads of the process use the file: see `spillFileOf`. Undefined: they cannot. */
  readonly descriptor: number | undefined;
  readonly close: () => Promise<void>;
}
