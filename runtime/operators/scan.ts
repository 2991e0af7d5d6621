import type { ColumnId } from '../../compiler/ir/expression.ts';
import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import { INT64 } from '../../compiler/types/type.ts';
import type { ColumnFormat } from '../columns/chunk.ts';
import { CONTEXT } from '../kernels/context.ts';
import { rowScope } from '../kernels/expression.ts';
import { columnReader, DESCRIPTOR, fieldReader } from '../kernels/frame.ts';
import type { Val } from '../kernels/value.ts';
import { type Expr, i32, type Label, type Local, load, op } from '../wasm/ir.ts';
import type { PipelineEmitter, Source } from './emitter.ts';
import { keyFilterMask, type ScanKeyFilter } from './key-filter.ts';
import { compareMask, type ScanComparison } from './scan-compare.ts';
import { GROUP, rangeMask, type ScanRange } from './scan-range.ts';
import { type ScanSearch, searchMask } from './scan-search.ts';

export interface ScanColumn {
  readonly id: ColumnId;
  readonly ordinal: number;
  /** Absent for the row id. */
  readonly format?: ColumnFormat | undefined;
}

/** Where a scan's descriptor has the chunk's first row id. */
export function rowIdOffset(columns: number): number {
  return DESCRIPTOR.columns + columns * DESCRIPTOR.column.bytes;
}

/** Where it says whether the chunk's `any` columns have the tags that the special loop is made for. */
export function specialOffset(columns: number): number {
  return rowIdOffset(columns) + 8;
}

/** Where fields are among the descriptor's columns: last. The row id and the flag take the place of one. */
export function fieldIndex(columns: number, field: number): number {
  return columns + 1 + field;
}

/** Where the descriptor ends. */
export function descriptorBytes(columns: number, fields: number): number {
  return DESCRIPTOR.columns + fieldIndex(columns, fields) * DESCRIPTOR.column.bytes;
}

/** What the loop for expected dynamic values is told, and what it tells of the chunks that it will do. */
export interface SpecialScan {
  /** Whether there is such a loop. */
  readonly exists: boolean;
  /** For each stored column, the tag of all its `any` values. */
  readonly tags: readonly (number | undefined)[];
  /** The loop reads a field of a stored column as the `field`-th, if this gives its format. */
  readonly field: (
    column: number,
    path: string,
  ) => { readonly field: number; readonly tag: number; readonly format: ColumnFormat } | undefined;
  /** The loop reads the stored column itself. */
  readonly reads: (column: number) => void;
}

export interface ScanOptions {
  /** The frames stay pinned until the query ends. */
  readonly stable: boolean;
  readonly special: SpecialScan;
}

/** What a row must pass, by its encoded values, before it is looked at. */
export interface ScanTests {
  readonly ranges: readonly ScanRange[];
  readonly comparisons: readonly ScanComparison[];
  /** The most selective first. */
  readonly filters: readonly ScanKeyFilter[];
  readonly searches: readonly ScanSearch[];
}

/**
 * The rows of a chunk, decoded from its frames as columns are used. Rows that a snapshot does not see, and rows
 * outside `ranges`, are passed over by masks of 16 rows, made by vector comparisons of the encoded values: most
 * filters of analytical queries never look at a row by itself. The row id is the chunk's first one, which stands in
 * the descriptor behind the columns, plus the position.
 *
 * Dynamic values are specialized by chunk: where all values of the `any` columns have the expected tags, a second loop
 * runs, in whose code the tags are constants, so that of each dynamic operation only the case for those tags is left.
 * That loop also reads fields that are stored by themselves (storage/tables/shredding.ts) instead of the objects.
 */
export function scanSource(
  columns: readonly ScanColumn[],
  { ranges, comparisons, filters, searches }: ScanTests,
  options: ScanOptions,
): Source {
  const stored = columns.filter((c) => c.format !== undefined);
  const { exists, tags, field, reads } = options.special;
  let special = false;
  return {
    emit: (e, row) => {
      const { k } = e;
      const morsel = morselOf(e);
      const readers = new Map<ColumnId, () => Val>();
      stored.forEach(({ id, format }, i) => {
        if (format === undefined) return;
        const isSpecial = special;
        const read = columnReader(k, format, i, morsel, options.stable, isSpecial ? tags[i] : undefined);
        readers.set(id, () => {
          if (isSpecial) reads(i);
          return read(row);
        });
      });
      for (const { id, ordinal } of columns) {
        if (ordinal !== ROW_ID_ORDINAL) continue;
        const first = k.local('i64');
        k.prologue(() => k.set(first, load('i64.load', morsel, rowIdOffset(stored.length))));
        readers.set(id, () => ({
          type: INT64,
          lane: 'i64',
          parts: [k.keep(op('i64.add', first, op('i64.extend_i32_u', row)))],
        }));
      }
      if (!special) return rowScope(readers);
      return rowScope(readers, undefined, (id, path) => {
        const found = field(
          stored.findIndex((c) => c.id === id),
          path,
        );
        if (found === undefined) return undefined;
        const index = fieldIndex(stored.length, found.field);
        return fieldReader(k, found.format, index, morsel, options.stable, found.tag)(row);
      });
    },
    loop: (e, row, end, body) => {
      const { k } = e;
      const morsel = morselOf(e);
      const rows = (): void => eachRow(e, morsel, { ranges, comparisons, filters, searches }, row, end, body);
      if (!exists) return rows();
      // The loop for all values comes first: what both share is laid out by it.
      const general = k.local('i32');
      k.prologue(() => k.set(general, op('i32.eqz', load('i32.load', morsel, specialOffset(stored.length)))));
      k.if(general, rows, () => {
        special = true;
        rows();
        special = false;
      });
    },
  };
}

function eachRow(
  e: PipelineEmitter,
  morsel: Local,
  { ranges, comparisons, filters, searches }: ScanTests,
  row: Local,
  end: Local,
  body: () => void,
): void {
  const { k } = e;
  const visible = k.local('i32');
  k.prologue(() => k.set(visible, load('i32.load', morsel, DESCRIPTOR.visible)));
  const masks = [
    ...ranges.map((range) => rangeMask(e, morsel, range)),
    ...comparisons.map((comparison) => compareMask(e, morsel, comparison)),
  ];
  const tests = [
    ...filters.map((filter) => keyFilterMask(e, morsel, filter)),
    ...searches.map((search) => searchMask(e, morsel, search)),
  ];
  if (masks.length === 0 && tests.length === 0) return eachVisible(e, row, end, visible, body);
  const base = k.local('i32');
  const mask = k.local('i32');
  k.while(
    () => op('i32.lt_u', row, end),
    () => {
      k.set(base, op('i32.and', row, i32(-GROUP)));
      k.set(
        mask,
        masks.length === 0 ? i32(0xffff) : masks.map((make) => make(base)).reduce((a, b) => op('i32.and', a, b)),
      );
      k.if(visible, () => k.set(mask, op('i32.and', mask, bitsAt(visible, base))));
      // Rows of the group before the cursor, and behind the end.
      k.set(mask, op('i32.and', mask, op('i32.shl', i32(-1), op('i32.and', row, i32(GROUP - 1)))));
      k.if(op('i32.lt_u', op('i32.sub', end, base), i32(GROUP)), () => {
        const beyond = op('i32.shl', i32(-1), op('i32.sub', end, base));
        k.set(mask, op('i32.and', mask, op('i32.xor', beyond, i32(-1))));
      });
      for (const test of tests) test(base, mask);
      k.while(
        () => mask,
        () => {
          k.set(row, op('i32.add', base, op('i32.ctz', mask)));
          body();
          k.set(mask, op('i32.and', mask, op('i32.sub', mask, i32(1))));
        },
      );
      k.set(row, op('i32.add', base, i32(GROUP)));
    },
  );
}

function morselOf({ k, ctx }: PipelineEmitter): Local {
  const morsel = k.local('i32');
  k.prologue(() => k.set(morsel, load('i32.load', ctx, CONTEXT.morsel)));
  return morsel;
}

function bitsAt(bitmap: Expr, base: Expr): Expr {
  return load('i32.load16_u', op('i32.add', bitmap, op('i32.shr_u', base, i32(3))));
}

function eachVisible(e: PipelineEmitter, row: Local, end: Local, visible: Local, body: () => void): void {
  const { k } = e;
  k.while(
    () => op('i32.lt_u', row, end),
    () => {
      k.block((skip: Label) => {
        k.if(visible, () => {
          const byte = load('i32.load8_u', op('i32.add', visible, op('i32.shr_u', row, i32(3))));
          const bit = op('i32.and', op('i32.shr_u', byte, op('i32.and', row, i32(7))), i32(1));
          k.branch(skip, op('i32.eqz', bit));
        });
        body();
      });
      k.set(row, op('i32.add', row, i32(1)));
    },
  );
}
