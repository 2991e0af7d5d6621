import type { ColumnId } from '../../../compiler/ir/expression.ts';
import type { HashAggregate } from '../../../compiler/physical/plan.ts';
import { type AggregateState, groupsSource, mergeGroups } from '../../operators/aggregate.ts';
import { packSpec } from '../../operators/pack.ts';
import { aggregateDriver, aggregateDriverSpec, type RowBlock, required } from '../drivers.ts';
import { type OpenSource, runPipeline, type Stream } from '../pipeline.ts';
import { counterOf, type Outer, type Query } from '../query.ts';
import { withOwnArenas } from '../task.ts';
import { openPages } from './open-pages.ts';
import type { Page, SpilledRows } from './pages.ts';

/**
 * Groups of which some went to disk as partial states, maybe several times: partition by partition is read and merged. One
 * whose groups do not fit in memory either is divided again by other bits of the hash.
 */
export function openSpilledGroups(
  query: Query,
  plan: HashAggregate,
  outer: Outer,
  state: AggregateState,
  parts: readonly SpilledRows[],
): OpenSource {
  const spec = packSpec(required(state.layout, 'the row layout'), 0);
  const waiting: { readonly pages: readonly Page[]; readonly level: number }[] = [];
  const divide = (spilled: readonly SpilledRows[], level: number): void => {
    const count = spilled[0]?.partitions.length ?? 0;
    for (let p = count - 1; p >= 0; p--) {
      const pages = spilled.flatMap(({ partitions }) => partitions[p] ?? []);
      if (pages.length > 0) waiting.push({ pages, level });
    }
  };
  divide(parts, 1);
  let blocks: RowBlock[] = [];
  let free: (() => void) | undefined;

  /** The groups of the next partition. */
  const load = async (): Promise<boolean> => {
    free?.();
    free = undefined;
    const next = waiting.pop();
    if (next === undefined) return false;
    const own = withOwnArenas(query);
    free = own.free;
    const merge = mergeGroups(state, true);
    const driver = aggregateDriver(own.task, () => aggregateDriverSpec(state), next.level);
    const stream: Stream = {
      open: () => openPages(query, merge.source, spec, next.pages),
      operators: [],
      label: 'merge spilled groups',
      limits: [],
    };
    await runPipeline(query, stream, { sink: merge.sink, driver }, outer, plan);
    const { groups, spilled } = await driver.result();
    for (const part of spilled) counterOf(query, plan).spilledBytes += part.bytes;
    divide(spilled, next.level + 1);
    blocks = [...groups];
    return true;
  };

  const ids: readonly ColumnId[] = plan.columns.map((c) => c.id);
  return {
    source: groupsSource(state, ids, true),
    parallel: false,
    passing: true,
    next: async () => {
      for (;;) {
        const block = blocks.shift();
        if (block !== undefined) return block;
        if (!(await load())) return undefined;
      }
    },
    close: () => free?.(),
  };
}
