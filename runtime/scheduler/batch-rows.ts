import type { Value } from '../../compiler/types/value.ts';
import { readValue } from '../columns/values.ts';
import { LANE_BYTES } from '../kernels/memory.ts';
import type { MemoryViews } from '../memory/views.ts';
import type { BatchLayout } from '../operators/result.ts';

/** A batch's rows as host values. */
export function batchRows(memory: MemoryViews, layout: BatchLayout, batch: number, rows: number): Value[][] {
  const result: Value[][] = Array.from({ length: rows }, () => new Array<Value>(layout.columns.length).fill(null));
  layout.columns.forEach(({ type, lane, offset, nulls }, c) => {
    const bytes = LANE_BYTES[lane];
    for (let r = 0; r < rows; r++) {
      if (memory.u8()[batch + nulls + r] !== 0) continue;
      const row = result[r];
      if (row !== undefined) row[c] = readValue(memory, batch + offset + r * bytes, type, lane);
    }
  });
  return result;
}
