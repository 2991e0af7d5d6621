import { variesWith } from '../../compiler/physical/columns.ts';
import type { PhysicalPlan, PhysicalRecursive } from '../../compiler/physical/plan.ts';
import type { KernelError } from '../kernels/context.ts';
import type { RowLayout } from '../kernels/memory.ts';
import { laneOf } from '../kernels/value.ts';
import { aggregate, aggregateState } from '../operators/aggregate.ts';
import { rowsSource } from '../operators/basic.ts';
import type { Operator, PipelineCode, Sink } from '../operators/emitter.ts';
import { innerRows, innerState } from '../operators/nested-loop.ts';
import { appendGroups, appendRows, type Growing } from './append.ts';
import { openBound } from './bindings.ts';
import { aggregateDriverSpec, type RowBlock, required, rowCount, rowsSpec } from './drivers.ts';
import type { CompiledKernel } from './modules.ts';
import { runMorsel } from './morsel.ts';
import { countRows, preparePipeline, runPipeline, type Stream } from './pipeline.ts';
import type { Planner } from './planner.ts';
import type { Outer, Query } from './query.ts';
import { repeated } from './repeated.ts';
import { renamed } from './shapes.ts';

/** Rows of this many iterations are put out at once, in the end; the first ones come one by one. */
const MOST_AT_ONCE = 2048;

/**
 * Evaluates semi-naively: each iteration runs the step over the rows that the last one added. The rows lie one behind
 * the other in blocks, so the next iteration's input is a range of addresses. Iterations run when somebody asks for
 * more rows; their pipelines' code is generated once where the recursive rows only stream through the step.
 */
export async function recursion(
  query: Query,
  plan: PhysicalRecursive,
  outer: Outer,
  counted: readonly Operator[],
  planner: Planner,
): Promise<Stream> {
  const store = rowStore(query, plan);
  for (const stream of await planner.streams(query, plan.base, outer)) {
    const shaped = { ...stream, operators: [...stream.operators, ...renamed(plan.columns, plan.base)] };
    await runPipeline(query, shaped, { sink: store.sink, driver: store.rows }, outer, plan);
  }
  let working = store.rows.take();
  const queue: RowBlock[] = [...working];
  let failure: { readonly error: unknown } | undefined;
  let atOnce = 1;
  let step: Step | undefined;

  const iterate = async (): Promise<void> => {
    step ??= streamsThrough(plan.step, plan)
      ? await preparedStep(query, plan, outer, store, planner)
      : replannedStep(query, plan, outer, store, planner);
    await step.run(working);
    working = store.rows.take();
    for (const range of working) enqueue(queue, range, store.layout().size);
  };
  const produce = async (): Promise<void> => {
    store.rows.recycle(working);
    atOnce = Math.min(atOnce * 2, MOST_AT_ONCE);
    try {
      for (let i = 0; i < atOnce && working.length > 0 && rowCount(queue) < MOST_AT_ONCE; i++) {
        await iterate();
        const pause = query.breathe();
        if (pause !== undefined) await pause;
      }
    } catch (error) {
      // Whoever wants no more rows than there are already must not see it.
      if (queue.length === 0) throw error;
      failure = { error };
    }
  };
  return {
    open: () => ({
      ...openBound({ layout: store.layout(), blocks: [] }, plan.columns),
      mostRows: undefined,
      parallel: false,
      next: async () => {
        if (queue.length === 0) {
          if (failure !== undefined) throw failure.error;
          if (working.length > 0) await produce();
        }
        return queue.shift();
      },
      close: () => step?.close(),
    }),
    operators: counted,
    label: 'recursion',
    limits: [],
  };
}

/** Appends a range, to the last one if it goes on from there. */
function enqueue(queue: RowBlock[], range: RowBlock, rowSize: number): void {
  const last = queue.at(-1);
  if (last !== undefined && last.address + last.rows * rowSize === range.address) {
    queue[queue.length - 1] = { address: last.address, rows: last.rows + range.rows };
  } else queue.push(range);
}

/** Where the rows go, and how code is generated that puts them there. */
interface RowStore {
  readonly sink: Sink;
  readonly rows: Growing;
  readonly layout: () => RowLayout;
  /** What the code that was generated last needs of the driver, to be set again before that code runs. */
  readonly remember: () => () => void;
}

function rowStore(query: Query, plan: PhysicalRecursive): RowStore {
  if (plan.all) {
    const state = innerState();
    let fixed: ReturnType<typeof rowsSpec> | undefined;
    return {
      sink: innerRows(
        plan.columns.map((column) => column.id),
        state,
      ),
      rows: appendRows(query, () => fixed ?? rowsSpec(state)),
      layout: () => required(state.layout, 'the row layout'),
      remember: () => {
        const spec = rowsSpec(state);
        return () => {
          fixed = spec;
        };
      },
    };
  }
  const state = aggregateState();
  let fixed: ReturnType<typeof aggregateDriverSpec> | undefined;
  const groups = plan.columns.map(({ id, type, nullable }) => ({ kind: 'column', id, type, nullable }) as const);
  return {
    sink: aggregate({ groups, aggregates: [], expected: 0, expectedGroups: 0, mostDense: 0 }, state),
    rows: appendGroups(query, () => (fixed ?? aggregateDriverSpec(state)).main),
    layout: () => required(state.layout, 'the row layout'),
    remember: () => {
      const spec = aggregateDriverSpec(state);
      return () => {
        fixed = spec;
      };
    },
  };
}

interface Step {
  readonly run: (working: readonly RowBlock[]) => Promise<void>;
  readonly close: () => void;
}

/** Whether the recursive rows reach the step's end without being collected on the way, in every stream. */
function streamsThrough(plan: PhysicalPlan, recursion_: PhysicalRecursive): boolean {
  const bindings = new Set([recursion_.binding]);
  const varies = (node: PhysicalPlan): boolean => variesWith(node, new Set(), bindings);
  const visit = (node: PhysicalPlan): boolean => {
    switch (node.kind) {
      case 'reference':
        return node.binding === recursion_.binding;
      case 'filter':
      case 'project':
        return visit(node.input);
      case 'unionAll':
        return node.inputs.every(visit);
      case 'hashJoin':
        return node.join !== 'full' && !node.join.startsWith('build') && !varies(node.build) && visit(node.probe);
      case 'nestedLoopJoin':
      case 'rangeJoin':
        return node.join !== 'full' && !varies(node.inner) && visit(node.outer);
      default:
        return false;
    }
  };
  return visit(plan);
}

/** The step's pipelines are compiled once, and then run over other rows each time. */
async function preparedStep(
  query: Query,
  plan: PhysicalRecursive,
  outer: Outer,
  store: RowStore,
  planner: Planner,
): Promise<Step> {
  query.bindings.set(plan.binding, {
    open: (columns) => ({
      source: rowsSource(
        store.layout(),
        columns.map(({ id }, field) => ({ id, field })),
      ),
      next: () => undefined,
      parallel: false,
    }),
  });
  const pipelines: {
    readonly code: PipelineCode;
    readonly kernel: CompiledKernel;
    readonly ctx: number;
    readonly errors: readonly KernelError[];
    readonly activate: () => void;
  }[] = [];
  // A join that goes to disk takes its other side's rows there at once: here they come later, again and again.
  // So does what a region around this one keeps from run to run.
  const { repeated: around } = query;
  const noDisk = { spill: undefined, space: undefined };
  const inMemory: Query = {
    ...query,
    ...noDisk,
    repeated: around && { ...around, owner: { ...around.owner, ...noDisk } },
  };
  for (const stream of await planner.streams(inMemory, plan.step, outer)) {
    // A join with nothing has left an empty stream in place of the rows that it would get.
    if (stream.binding !== plan.binding) continue;
    const shaped = { ...stream, operators: [...stream.operators, ...renamed(plan.columns, plan.step)] };
    const { code, kernel, ctx } = preparePipeline(
      query,
      shaped,
      await stream.open(),
      { sink: store.sink, driver: store.rows },
      outer,
    );
    pipelines.push({ code, kernel, ctx, errors: code.layout.errors, activate: store.remember() });
  }
  return {
    run: async (working) => {
      for (const { kernel, ctx, errors, activate } of pipelines) {
        activate();
        store.rows.start(ctx, kernel.instance);
        for (const range of working) await runMorsel(query, kernel.instance, ctx, range, store.rows, errors);
        await store.rows.end(ctx, kernel.instance);
      }
    },
    close: () => {
      for (const { code, ctx } of pipelines) countRows(query, code, ctx);
    },
  };
}

/** The step is planned anew each time; what does not depend on the recursive rows is kept. */
function replannedStep(query: Query, plan: PhysicalRecursive, outer: Outer, store: RowStore, planner: Planner): Step {
  const loop = repeated(query, plan.step, new Set(), plan.binding);
  // Texts may lie where an operator of this iteration put them.
  const pointless = plan.columns.every(({ type }) => !['view', 'any'].includes(laneOf(type)));
  return {
    close: () => {},
    run: async (working) => {
      const { memory } = query;
      query.bindings.set(plan.binding, {
        open: (columns) => openBound({ layout: store.layout(), blocks: working }, columns),
      });
      const arena = pointless ? memory.createArena(query.budget) : query.arena;
      const own: Query = {
        ...query,
        repeated: loop,
        closers: [],
        arena,
        rows: arena,
      };
      try {
        for (const stream of await planner.streams(own, plan.step, outer)) {
          const shaped = { ...stream, operators: [...stream.operators, ...renamed(plan.columns, plan.step)] };
          const main: Query = { ...own, arena: query.arena, rows: query.rows };
          await runPipeline(main, shaped, { sink: store.sink, driver: store.rows }, outer, plan);
        }
      } finally {
        for (const close of own.closers) close();
        if (pointless) memory.destroyArena(own.arena);
      }
    },
  };
}
