/** Where files come from: the file system under Node, a registry of byte arrays in a browser. */
export interface FileHost {
  /** Undefined if there is no such file. */
  readonly stat: (path: string) => Promise<FileInfo | undefined>;
  /** Fails with undefined_file or io_error. */
  readonly open: (path: string) => Promise<OpenFile>;
  /** What lies in a folder, in no order; nothing if there is no such folder. */
  readonly list: (folder: string) => Promise<readonly FolderEntry[]>;
  /** A file to be written, in place of what has its name. Fails with io_error. */
  readonly create: (path: string) => Promise<OutputFile>;
}

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** A file that nobody sees before `finish`. */
export interface OutputFile {
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly finish: () => Promise<void>;
  /** Leaves everything as it was. */
  readonly abort: () => Promise<void>;
}

export interface FileInfo {
  readonly size: number;
  /** Milliseconds since 1970 of the last change. */
  readonly modified: number;
  /** The size is a guess. */
  readonly approximate?: boolean | undefined;
}

export interface OpenFile {
  /** Fills `into` with the bytes from `offset` on; returns how many there were, 0 only at the end of the file. */
  readonly read: (offset: number, into: Uint8Array) => Promise<number>;
  readonly close: () => Promise<void>;
}
