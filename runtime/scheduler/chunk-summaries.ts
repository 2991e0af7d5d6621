import type { AggregateCall } from '../../compiler/ir/expression.ts';
import type { HashAggregate, TableScan } from '../../compiler/physical/plan.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { Chunk, ChunkColumn } from '../columns/chunk.ts';
import { hostInteger } from '../columns/values.ts';
import { counterOf, type Query } from './query.ts';

/** An aggregate of a whole table from what its chunks know of themselves. */
interface Summary {
  /** False where the chunk does not know. */
  readonly add: (chunk: Chunk) => boolean;
  readonly result: () => Value;
}

/**
 * The row of an aggregate without groups over a whole table where chunks have exact figures: how many rows are seen, and,
 * where all are, how many values are NULL and between which integers the others lie. Undefined where one of them has to be read.
 */
export async function summarized(query: Query, plan: HashAggregate): Promise<readonly Value[] | undefined> {
  const { input: scan } = plan;
  if (plan.groups.length > 0 || scan.kind !== 'tableScan' || scan.predicates.length > 0) return undefined;
  if (scan.keyFilters !== undefined && scan.keyFilters.length > 0) return undefined;
  const ordinals: number[] = [];
  const summaries: Summary[] = [];
  for (const call of plan.aggregates) {
    const summary = summaryOf(call, scan, ordinals);
    if (summary === undefined) return undefined;
    summaries.push(summary);
  }
  const { transaction, firstCommand } = query;
  const command = firstCommand + scan.command;
  const cursor = query.tables.source(scan.table).scan({ ordinals, prune: [], command, transaction });
  let rows = 0;
  try {
    if (cursor.transient === true) return undefined;
    for (;;) {
      const chunk = await cursor.next();
      if (chunk === undefined) break;
      if (!summaries.every((summary) => summary.add(chunk))) return undefined;
      rows += chunk.visible?.count ?? chunk.rows;
    }
  } finally {
    cursor.close();
  }
  if (query.analyze) {
    const counter = counterOf(query, scan);
    counter.loops++;
    counter.rows += rows;
  }
  return summaries.map((summary) => summary.result());
}

function summaryOf(call: AggregateCall, scan: TableScan, ordinals: number[]): Summary | undefined {
  if (call.distinct || call.filter !== undefined) return undefined;
  const [arg] = call.args;
  if (arg === undefined)
    return call.fn === 'count' ? counting((chunk) => chunk.visible?.count ?? chunk.rows) : undefined;
  if (arg.kind !== 'column') return undefined;
  const ordinal = scan.ordinals[scan.columns.findIndex(({ id }) => id === arg.id)] ?? -1;
  if (ordinal < 0) return undefined;
  const known = ordinals.indexOf(ordinal);
  const at = known < 0 ? ordinals.push(ordinal) - 1 : known;
  const columnOf = ({ columns, visible }: Chunk): ChunkColumn | undefined =>
    visible === undefined ? columns[at] : undefined;
  switch (call.fn) {
    case 'count':
      return counting((chunk) => {
        const column = columnOf(chunk);
        return column === undefined || column.encoding === 'any' ? undefined : chunk.rows - column.nullCount;
      });
    case 'min':
    case 'max': {
      const least = call.fn === 'min';
      let best: bigint | undefined;
      return {
        add: (chunk) => {
          const column = columnOf(chunk);
          if (column === undefined || column.encoding !== 'integers') return false;
          if (column.range === undefined) return column.nullCount === chunk.rows;
          const value = column.range[least ? 0 : 1];
          if (best === undefined || (least ? value < best : value > best)) best = value;
          return true;
        },
        result: () => (best === undefined ? null : hostInteger(best, call.type)),
      };
    }
    default:
      return undefined;
  }
}

function counting(rowsOf: (chunk: Chunk) => number | undefined): Summary {
  let count = 0;
  return {
    add: (chunk) => {
      const rows = rowsOf(chunk);
      count += rows ?? 0;
      return rows !== undefined;
    },
    result: () => BigInt(count),
  };
}
