/** What a statement wants of files: the engine opens them before the statement is bound. */
export interface FileRequest {
  /** What the catalog finds the table by. */
  readonly key: string;
  /** Absent: the names tell. */
  readonly format: 'csv' | 'parquet' | 'json' | 'arrow' | undefined;
  /** Paths, or patterns of paths. */
  readonly paths: readonly string[];
  /** By folded name. */
  readonly options: ReadonlyMap<string, FileOption>;
}

/** A word, number or text; a list of them; or one for each of several names. */
export type FileOption = boolean | string | readonly string[] | ReadonlyMap<string, string>;
