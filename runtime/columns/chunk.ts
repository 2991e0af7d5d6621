import type { Type } from '../../compiler/types/type.ts';

/**
 * How a column's values lie in memory, in tables (outside engine memory) as in the buffer pool's frames (inside, where
 * kernels decode them value by value).
 *
 * | encoding   | types                                                  | values                                         | extra                                  |
 * | ---------- | ------------------------------------------------------ | ---------------------------------------------- | -------------------------------------- |
 * | integers   | bool, ints, date, time, timestamp, decimals that fit   | unsigned offsets from the chunk's `base`,      |                                        |
 * |            | 64 bits                                                | 1, 2, 4 or 8 bytes (8: two's complement wrap)  |                                        |
 * | float32    | float32                                                | 4 bytes                                        |                                        |
 * | float64    | float64                                                | 8 bytes                                        |                                        |
 * | wide       | wider decimals (i128, low word first), interval        | 16 bytes                                       |                                        |
 * |            | (i32 months, i32 days, i64 µs)                         |                                                |                                        |
 * | dictionary | utf8, binary                                           | codes, 1, 2 or 4 bytes                         | the column's dictionary                |
 * | strings    | utf8, binary                                           | u32 offsets, one more than rows                | `heap`: the bytes                      |
 * | any        | any                                                    | u64 payloads                                   | `tags`: u8; `heap` (see any.ts)        |
 *
 * Validity is Arrow's: a bitmap, least significant bit first, 1 = not null; absent where the chunk has no null.
 */
export type Encoding = 'integers' | 'float32' | 'float64' | 'wide' | 'dictionary' | 'strings' | 'any';

/** What kernels are compiled for: the same for all chunks of a scan. */
export interface ColumnFormat {
  readonly type: Type;
  readonly encoding: Encoding;
  /** Bytes a value for integers and dictionary codes; implied by the encoding otherwise. */
  readonly width: 1 | 2 | 4 | 8 | 16;
  /** Whether any chunk may have nulls. */
  readonly nullable: boolean;
  /**
   * Bounds of the column's values as raw integers (unscaled decimals, days, µs …), when known for all chunks. Of an
   * `any` column: of those chunks all of whose values are int64.
   */
  readonly range?: readonly [bigint, bigint] | undefined;
  readonly dictionary?: Dictionary | undefined;
}

/**
 * The distinct values of a text column; a code is a position. It only grows, and codes never change, so that a code
 * identifies a value in all chunks of the column.
 */
export interface Dictionary {
  readonly id: number;
  /** u32 offsets into `heap`, one more than there are values. */
  readonly offsets: Uint32Array;
  readonly heap: Uint8Array;
  readonly size: number;
}

/** One column of a chunk. Byte arrays may be longer than needed. */
export interface ChunkColumn {
  readonly encoding: Encoding;
  readonly width: 1 | 2 | 4 | 8 | 16;
  /** Added to integers; 0n otherwise. */
  readonly base: bigint;
  readonly values: Uint8Array;
  readonly validity?: Uint8Array | undefined;
  readonly heap?: Uint8Array | undefined;
  readonly tags?: Uint8Array | undefined;
  /** For `any`: the tag of all values, where they have one and none is NULL. */
  readonly tag?: number | undefined;
  /** For `any`: columns of object fields that most rows have, by path (field-path.ts). The values have them too. */
  readonly shredded?: ReadonlyMap<string, ShreddedField> | undefined;
  readonly dictionary?: Dictionary | undefined;
  readonly nullCount: number;
  /** Zone map over raw integers, for the integers encoding (and `any` with the tag int64): bounds of the values that are not null. */
  readonly range?: readonly [bigint, bigint] | undefined;
}

/** A field of the objects in a chunk: a column of bool, int64, float64 or utf8 as the tag says. */
export interface ShreddedField {
  readonly tag: number;
  /** NULL where a row has no such field, or one of another kind. */
  readonly column: ChunkColumn;
  /** No row has the field with a value of another kind: NULL means that there is none. */
  readonly whole: boolean;
}

/** Rows of a chunk that a scan sees. Immutable, and the same object while nothing changes: the buffer pool knows it by that. */
export interface VisibleRows {
  /** One bit a row, least significant first, 1 = visible; whole 64-bit words, with 0 behind the last row. */
  readonly bitmap: Uint8Array;
  /** Of visible rows. */
  readonly count: number;
}

/** Up to 65,536 rows of a table, immutable. */
export interface Chunk {
  /** Unique in the process: the buffer pool's key. */
  readonly id: number;
  readonly rows: number;
  /** Row ids are `firstRowId + position` where the table has row ids. */
  readonly firstRowId: bigint;
  readonly columns: readonly ChunkColumn[];
  /** Absent: all rows are visible to the scan that delivered the chunk. */
  readonly visible?: VisibleRows | undefined;
}

export const CHUNK_ROWS = 65_536;

let lastId = 0;

/** A number that no other chunk or dictionary of this process has. */
export function nextBufferId(): number {
  return ++lastId;
}
