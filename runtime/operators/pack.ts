import { ANY_TAG } from '../columns/any-tag.ts';
import { INLINE_BYTES } from '../kernels/library/strings.ts';
import { indexed, type RowLayout } from '../kernels/memory.ts';
import { defineFunction, type Expr, type FunctionBuilder, type FunctionDefinition, i32, load, op } from '../wasm/ir.ts';

/**
 * The form of rows that can leave memory and come back elsewhere. A page holds rows of one layout, one behind the other
 * from its beginning, and what they point to (texts beyond 12 bytes, lists, dynamic values) from its end backwards; where a
 * row in memory has an address, a row in a page has the distance from the end of the page, as a negative number.
 * So a page can be written without the gap in its middle, and loading one is to read it and to add its end's address to
 * each distance: its rows are then rows like all others.
 */
export interface PackSpec {
  /** Bytes of a row without what it points to; a multiple of 8. */
  readonly size: number;
  /** Where a row has the u32 that decides its partition. */
  readonly wordOffset: number;
  readonly variable: readonly VariableField[];
}

interface VariableField {
  readonly lane: 'view' | 'any';
  readonly offset: number;
  readonly nullOffset: number | undefined;
}

export function packSpec(layout: RowLayout, wordOffset: number): PackSpec {
  const variable = layout.fields.flatMap(({ lane, offset, nullOffset }): VariableField[] =>
    lane === 'view' || lane === 'any' ? [{ lane, offset, nullOffset }] : [],
  );
  return { size: layout.size, wordOffset, variable };
}

/**
 * `pack` gets a table: u32 number of the partition where it stopped and u32 bytes that it wants there, then for each
 * partition four u32: where the next row goes, where the bytes that rows point to begin, where the page ends, and the
 * number of its rows.
 */
export const PACK_TABLE = {
  partition: 0,
  wanted: 4,
  entries: 8,
  entryBytes: 16,
  front: 0,
  back: 4,
  end: 8,
  rows: 12,
} as const;

const PACK_PARAMETERS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

/**
 * The functions of rows of one shape:
 *
 * - `pack(rows, from, to, gather, table, multiplier, shift) -> row`: puts the rows `from` to `to` into the pages of their
 *   partitions, number `word × multiplier >>> shift`; stops at a row whose page has no room and gives its number, `to` if
 *   there is none. `gather` 1: `rows` is an array of row addresses.
 * - `unpack(rows, count, end)`: makes a loaded page's distances addresses.
 */
export function packFunctions(spec: PackSpec): readonly FunctionDefinition[] {
  const { size, wordOffset, variable } = spec;
  const pack = defineFunction('pack', PACK_PARAMETERS, 'i32', (k, rows, at, to, gather, table, multiplier, shift) => {
    if (rows === undefined || at === undefined || to === undefined || gather === undefined) return;
    if (table === undefined || multiplier === undefined || shift === undefined) return;
    k.while(
      () => op('i32.lt_u', at, to),
      () => {
        const row = k.local('i32');
        k.if(
          gather,
          () => k.set(row, load('i32.load', indexed(rows, at, 4))),
          () => k.set(row, indexed(rows, at, size)),
        );
        const number = k.local(
          'i32',
          op('i32.shr_u', op('i32.mul', load('i32.load', row, wordOffset), multiplier), shift),
        );
        const entry = k.local(
          'i32',
          op('i32.add', indexed(table, number, PACK_TABLE.entryBytes), i32(PACK_TABLE.entries)),
        );
        const front = k.local('i32', load('i32.load', entry, PACK_TABLE.front));
        const back = k.local('i32', load('i32.load', entry, PACK_TABLE.back));
        const wanted = k.local('i32', i32(size));
        for (const field of variable) {
          ifHeld(k, row, field, (length) => k.set(wanted, op('i32.add', wanted, length)));
        }
        k.if(op('i32.lt_u', op('i32.sub', back, front), wanted), () => {
          k.store('i32.store', table, PACK_TABLE.partition, number);
          k.store('i32.store', table, PACK_TABLE.wanted, wanted);
          k.return(at);
        });
        copyFixed(k, front, row, size);
        for (const field of variable) {
          ifHeld(k, row, field, (length, address) => {
            k.set(back, op('i32.sub', back, length));
            k.copy(back, address, length);
            const distance = op('i32.sub', back, load('i32.load', entry, PACK_TABLE.end));
            k.store('i32.store', front, field.offset + 8, distance);
          });
        }
        k.store('i32.store', entry, PACK_TABLE.front, op('i32.add', front, i32(size)));
        k.store('i32.store', entry, PACK_TABLE.back, back);
        k.store('i32.store', entry, PACK_TABLE.rows, op('i32.add', load('i32.load', entry, PACK_TABLE.rows), i32(1)));
        k.set(at, op('i32.add', at, i32(1)));
      },
    );
    k.return(at);
  });
  const unpack = defineFunction('unpack', ['i32', 'i32', 'i32'], undefined, (k, row, count, end) => {
    if (row === undefined || count === undefined || end === undefined) return;
    k.while(
      () => count,
      () => {
        for (const field of variable) {
          ifHeld(k, row, field, (_, distance) =>
            k.store('i32.store', row, field.offset + 8, op('i32.add', distance, end)),
          );
        }
        k.set(row, op('i32.add', row, i32(size)));
        k.set(count, op('i32.sub', count, i32(1)));
      },
    );
  });
  return [pack, unpack];
}

/** Runs `build` with the length and the address (or distance) where the field points to bytes outside of its row. */
function ifHeld(
  k: FunctionBuilder,
  row: Expr,
  { lane, offset, nullOffset }: VariableField,
  build: (length: Expr, address: Expr) => void,
): void {
  // What a NULL's field says of length and address means nothing.
  const present = (then: () => void): void =>
    nullOffset === undefined ? then() : k.if(op('i32.eqz', load('i32.load8_u', row, nullOffset)), then);
  present(() => {
    // The payload of a dynamic value is u32 address, u32 length; a view is u32 length, 4 bytes, u32 address.
    const length = k.local('i32', load('i32.load', row, lane === 'view' ? offset : offset + 12));
    const held =
      lane === 'view'
        ? op('i32.gt_u', length, i32(INLINE_BYTES))
        : op('i32.ge_u', load('i32.load', row, offset), i32(ANY_TAG.utf8));
    k.if(held, () => build(length, load('i32.load', row, offset + 8)));
  });
}

/** Rows beyond this many bytes are copied by the host's copy, whose call costs as much as a few dozen moves. */
const MOST_MOVED = 256;

function copyFixed(k: FunctionBuilder, to: Expr, from: Expr, size: number): void {
  if (size > MOST_MOVED) return k.copy(to, from, i32(size));
  for (let at = 0; at < size; at += 8) k.store('i64.store', to, at, load('i64.load', from, at));
}
