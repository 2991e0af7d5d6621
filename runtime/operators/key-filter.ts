import type { ColumnFormat } from '../columns/chunk.ts';
import { DESCRIPTOR } from '../kernels/frame.ts';
import { type Field, indexed, loadField, type RowLayout } from '../kernels/memory.ts';
import { asI64 } from '../kernels/value.ts';
import { defineFunction, type Expr, type FunctionDefinition, i32, type Local, load, op } from '../wasm/ir.ts';
import { eachBuildRow } from './build-rows.ts';
import type { PipelineEmitter } from './emitter.ts';
import { openTrial, type Trial, type TriedFilter } from './filter-trial.ts';
import { GROUP } from './scan-range.ts';

/**
 * Which integers are keys of a join's build side: a bitmap, bit (value - low) modulo its size, which is a power of two
 * of at least 32. Values outside of the keys' range are taken out by a range comparison; a scan that does not need
 * one, knowing the bounds of its column, sees no value twice in the bitmap either.
 */
export interface KeyBitmap {
  readonly address: number;
  readonly bits: number;
  /** Least and greatest key; low > high: there are none. */
  readonly low: bigint;
  readonly high: bigint;
}

/** A scan's test of a stored column (its position among them) against a bitmap of keys. */
export interface ScanKeyFilter extends TriedFilter {
  readonly column: number;
  readonly format: ColumnFormat;
  readonly keys: KeyBitmap;
}

const RANGE_PARAMETERS = ['i32', 'i32', 'i32'] as const;
const MARK_PARAMETERS = ['i32', 'i32', 'i32', 'i32', 'i64'] as const;

export function keyRangeName(filter: number): string {
  return `key_range_${filter}`;
}

export function markKeysName(filter: number): string {
  return `mark_keys_${filter}`;
}

/**
 * For one key of build rows, if it is an integer: `key_range_<n>(rows, count, bounds)` widens the i64 pair at `bounds`
 * to it, `mark_keys_<n>(rows, count, bitmap, bits - 1, low)` sets its bits.
 */
export function keyFilterFunctions(layout: RowLayout, field: Field, filter: number): readonly FunctionDefinition[] {
  if (field.lane !== 'i32' && field.lane !== 'i64') return [];
  return [
    defineFunction(keyRangeName(filter), RANGE_PARAMETERS, undefined, (k, rows, count, bounds) => {
      if (rows === undefined || count === undefined || bounds === undefined) return;
      const low = k.local('i64', load('i64.load', bounds));
      const high = k.local('i64', load('i64.load', bounds, 8));
      eachBuildRow(k, rows, count, layout.size, (row) => {
        const value = k.local('i64', asI64(loadField(k, row, field)));
        k.if(op('i64.lt_s', value, low), () => k.set(low, value));
        k.if(op('i64.gt_s', value, high), () => k.set(high, value));
      });
      k.store('i64.store', bounds, 0, low);
      k.store('i64.store', bounds, 8, high);
    }),
    defineFunction(markKeysName(filter), MARK_PARAMETERS, undefined, (k, rows, count, bitmap, last, low) => {
      if (rows === undefined || count === undefined || bitmap === undefined) return;
      if (last === undefined || low === undefined) return;
      eachBuildRow(k, rows, count, layout.size, (row) => {
        const distance = op('i64.sub', asI64(loadField(k, row, field)), low);
        const bit = k.local('i32', op('i32.and', op('i32.wrap_i64', distance), last));
        const word = k.local('i32', wordOf(bitmap, bit));
        k.store('i32.store', word, 0, op('i32.or', load('i32.load', word), op('i32.shl', i32(1), bit)));
      });
    }),
  ];
}

/** Where the 32 bits are that have bit `bit`, whose place among them is `bit` modulo 32, as shifts count. */
function wordOf(bitmap: Expr, bit: Expr): Expr {
  return indexed(bitmap, op('i32.shr_u', bit, i32(5)), 4);
}

/** What a filter's code keeps in locals while a call lasts. */
interface OpenFilter extends Trial {
  readonly values: Local;
  readonly bitmap: Expr;
  readonly last: Expr;
  /** Added to encoded values: bits of the bitmap. */
  readonly shift: Local;
}

/**
 * Generates the test of 16 rows: takes the bits of rows without a match out of `mask`.
 */
export function keyFilterMask(
  e: PipelineEmitter,
  morsel: Local,
  filter: ScanKeyFilter,
): (base: Expr, mask: Local) => void {
  const { k } = e;
  const { width } = filter.format;
  const { values, bitmap, last, shift, active, tested, dropped } = e.once(filter, () => openFilter(e, morsel, filter));
  const load32 = width >= 4 ? 'i32.load' : `i32.load${width * 8}_u`;
  const passes = (address: Expr, offset: number): Expr => {
    const bit = k.local('i32', op('i32.and', op('i32.add', load(load32, address, offset), shift), last));
    return op('i32.and', op('i32.shr_u', load('i32.load', wordOf(bitmap, bit)), bit), i32(1));
  };
  return (base, mask) => {
    k.if(op('i32.and', active, op('i32.ne', mask, i32(0))), () => {
      const address = k.local('i32', indexed(values, base, width));
      const found = k.local('i32', passes(address, (GROUP - 1) * width));
      for (let i = GROUP - 2; i >= 0; i--) {
        k.set(found, op('i32.or', op('i32.shl', found, i32(1)), passes(address, i * width)));
      }
      k.set(tested, op('i64.add', tested, op('i64.extend_i32_u', op('i32.popcnt', mask))));
      const gone = op('i32.and', mask, op('i32.xor', found, i32(-1)));
      k.set(dropped, op('i64.add', dropped, op('i64.extend_i32_u', op('i32.popcnt', gone))));
      k.set(mask, op('i32.and', mask, found));
    });
  };
}

function openFilter(e: PipelineEmitter, morsel: Local, filter: ScanKeyFilter): OpenFilter {
  const { k } = e;
  const { column, keys } = filter;
  const at = DESCRIPTOR.columns + column * DESCRIPTOR.column.bytes;
  const low = e.constantLong(keys.low);
  const open: OpenFilter = {
    ...openTrial(e, filter),
    bitmap: e.constantWord(keys.address),
    last: e.constantWord(keys.bits - 1),
    values: k.local('i32'),
    shift: k.local('i32'),
  };
  k.prologue(() => {
    k.set(open.values, load('i32.load', morsel, at + DESCRIPTOR.column.values));
    // Modulo the size of the bitmap, so that 32 bits will do.
    const base = load('i64.load', morsel, at + DESCRIPTOR.column.base);
    k.set(open.shift, op('i32.wrap_i64', op('i64.sub', base, low)));
  });
  return open;
}
