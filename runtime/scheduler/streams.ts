import { writes } from '../../compiler/physical/columns.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import { hasAggregateKernel } from '../operators/aggregate-functions.ts';
import { counter, filter, limit, project } from '../operators/basic.ts';
import type { Operator } from '../operators/emitter.ts';
import { repeat } from '../operators/repeat.ts';
import { batchLayout, type ResultSlots, resultSink } from '../operators/result.ts';
import { isIntegerSeries, seriesRows } from '../operators/series.ts';
import { aggregation, hostAggregated } from './aggregation.ts';
import { applying } from './applying.ts';
import { lazily } from './bindings.ts';
import { summarized } from './chunk-summaries.ts';
import { resultDriver } from './drivers.ts';
import { hashJoin } from './hash-joins.ts';
import { fetchRows, lookUp, unnestRows, writeRows } from './host-operators.ts';
import { evaluateRows, hostStream } from './host-stream.ts';
import { limitOf } from './limits.ts';
import { loopJoin, materialized } from './loop-joins.ts';
import { runPipeline, type Stream } from './pipeline.ts';
import { extended, extendedBy, type Planner } from './planner.ts';
import { counterOf, type Outer, type Query } from './query.ts';
import { rangeJoining } from './range-joins.ts';
import { recursion } from './recursion.ts';
import { keptState, onceIfSame } from './repeated.ts';
import { renamed } from './shapes.ts';
import { sorting } from './sorts.ts';
import { openScan } from './sources.ts';
import { windowing } from './windowing.ts';

/**
 * Turns a plan into streams of rows, to be run one after the other. What breaks pipelines below (join builds,
 * aggregates, sorts) has been run when this returns, so that the code of a pipeline is generated with what is known
 * then: sizes, uniqueness of keys, layouts.
 */
export async function streams(query: Query, plan: PhysicalPlan, outer: Outer): Promise<readonly Stream[]> {
  if (!query.analyze) return streamsOf(query, plan, outer);
  counterOf(query, plan).loops++;
  const list = await streamsOf(query, plan, outer);
  return list.map((stream) => ({ ...stream, nodes: [...(stream.nodes ?? []), plan] }));
}

async function streamsOf(query: Query, plan: PhysicalPlan, outer: Outer): Promise<readonly Stream[]> {
  const counted: readonly Operator[] = query.analyze ? [counter(nodeId(query, plan))] : [];

  switch (plan.kind) {
    case 'tableScan': {
      const open = () => openScan(query, plan);
      return [{ open, operators: counted, label: `scan ${plan.table.name}`, limits: [], code: [plan] }];
    }
    case 'keyLookup':
      return [hostStream(query, plan.columns, lookUp(query, plan, outer), `lookup ${plan.table.name}`, counted)];
    case 'values':
      return [hostStream(query, plan.columns, evaluateRows(query, plan.rows, outer), 'values', counted)];
    case 'filter':
      return extendedBy(
        await streams(query, plan.input, outer),
        'filter',
        [plan],
        filter([plan.predicate]),
        ...counted,
      );
    case 'project':
      return extendedBy(
        await streams(query, plan.input, outer),
        'project',
        [plan],
        project(plan.columns, plan.expressions),
        ...counted,
      );
    case 'hashJoin':
      return hashJoin(PLANNER, query, plan, outer, counted);
    case 'nestedLoopJoin':
      return loopJoin(PLANNER, query, plan, outer, counted);
    case 'hashAggregate': {
      const summary = await summarized(query, plan);
      if (summary !== undefined) return [hostStream(query, plan.columns, [summary], 'chunk summaries', counted)];
      if (plan.aggregates.every(hasAggregateKernel)) {
        return [
          await onceIfSame(
            query,
            plan,
            { input: plan, by: [] },
            (own) => aggregation(PLANNER, own, plan, outer, counted),
            isReadable,
          ),
        ];
      }
      return [await hostAggregated(runToBatches, query, plan, outer, counted)];
    }
    case 'window':
      return [await windowing(PLANNER, query, plan, outer, counted)];
    case 'sort':
      return [
        await onceIfSame(
          query,
          plan,
          { input: plan, by: [] },
          (own) => sorting(PLANNER, own, plan, outer, counted),
          isReadable,
        ),
      ];
    case 'limit': {
      const limitCount = limitOf(query, plan.count, plan.offset, outer);
      const inputs = await streams(query, plan.input, outer);
      return inputs.map((s) => ({
        ...s,
        limits: [...s.limits, limitCount],
        operators: [
          ...s.operators,
          limit((skip, pass) => {
            limitCount.slots = { skip, pass };
          }),
          ...counted,
        ],
        label: `${s.label} → limit`,
        code: s.code && [...s.code, plan],
      }));
    }
    case 'repeat':
      return extended(await streams(query, plan.input, outer), 'repeat', repeat(plan.count), ...counted);
    case 'unionAll': {
      const all: Stream[] = [];
      for (const input of plan.inputs) {
        const inputs = await streams(query, input, outer);
        all.push(...extended(inputs, 'union', ...renamed(plan.columns, input), ...counted));
      }
      return all;
    }
    case 'let': {
      const { definition, body } = plan;
      const bound = lazily(query.tuning.parallelRows, () => materialized(PLANNER, query, definition, outer, plan));
      query.bindings.set(plan.binding, bound);
      if (writes(definition)) await bound.now();
      return extended(await streams(query, body, outer), 'let', ...counted);
    }
    case 'reference': {
      const binding = query.bindings.get(plan.binding);
      if (binding === undefined) throw internalError(`nothing is bound as ${plan.binding}`);
      const open = () => binding.open(plan.columns);
      return [{ open, operators: counted, label: 'reference', limits: [], binding: plan.binding }];
    }
    case 'recursive':
      return [await recursion(query, plan, outer, counted, PLANNER)];
    case 'rangeJoin':
      return rangeJoining(PLANNER, query, plan, outer, counted);
    case 'apply':
      return [await applying(query, plan, outer, counted)];
    case 'unnest': {
      if (isIntegerSeries(plan)) {
        return extended(await streams(query, plan.input, outer), 'series', seriesRows(plan), ...counted);
      }
      const rows = await query.collect(query, plan.input, outer);
      return [hostStream(query, plan.columns, await unnestRows(query, plan, rows, outer), 'unnest', counted)];
    }
    case 'fetch': {
      const rows = await query.collect(query, plan.input, outer);
      const fetched = await fetchRows(query, plan, rows);
      return [hostStream(query, plan.columns, fetched, `fetch from ${plan.table.name}`, counted)];
    }
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge': {
      const rows = await query.collect(query, plan.input, outer);
      return [hostStream(query, plan.columns, await writeRows(query, plan, rows, outer), plan.kind, counted)];
    }
  }
}

const PLANNER: Planner = { streams };

/** Whether a stream can be opened more than once. */
function isReadable(stream: Stream): boolean {
  return stream.readOnce !== true;
}

function nodeId(query: Query, plan: PhysicalPlan): number {
  const id = query.nodes.size;
  query.nodes.set(id, plan);
  return id;
}

/** Runs the plan; `deliver` gets its batches. */
export async function runToBatches(
  query: Query,
  plan: PhysicalPlan,
  outer: Outer,
  deliver: (batch: number, rows: number) => void | Promise<void>,
): Promise<void> {
  const layout = batchLayout(plan.columns);
  const slots = keptState(query, 'result', plan, (): ResultSlots => ({ batch: 0, count: 0 }));
  const driver = resultDriver(query, layout, slots, deliver);
  const list = await streams(query, plan, outer);
  const state = list.length === 1 ? slots : undefined;
  for (const stream of list) {
    await runPipeline(query, stream, { sink: resultSink(plan.columns, layout, slots), driver, state }, outer, plan);
  }
  await driver.flush();
}
