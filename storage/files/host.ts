/** Where files come from: the file system under Node, a registry of byte arrays in a browser. */
export interface FileHost {
  /** Undefined if there is no such file. */
  readonly stat: (path: string) => Promise<FileInfo | undefined>;
  /** Fails with undefined_file or io_error. */
  readonly open: (path: string) => Promise<OpenFile>;
}

export interface FileInfo {
  readonly size: number;
  /** Milliseconds since 1970 of the last change. */
  readonly modified: number;
}

export interface OpenFile {
  /** Fills `into` with the bytes from `offset` on; returns how many there were, 0 only at the end of the file. */
  readonly read: (offset: number, into: Uint8Array) => Promise<number>;
  readonly close: () => Promise<void>;
}
