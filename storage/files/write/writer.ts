import type { Type } from '../../../compiler/types/type.ts';
import type { Value } from '../../../compiler/types/value.ts';

export interface WrittenColumn {
  readonly name: string;
  readonly type: Type;
}

/** Makes the bytes of a file of rows, which come in order; the pieces belong to whoever gets them. */
export interface RowEncoder {
  readonly rows: (rows: readonly (readonly Value[])[]) => Uint8Array;
  /** What stands behind the last row. */
  readonly end: () => Uint8Array;
}
