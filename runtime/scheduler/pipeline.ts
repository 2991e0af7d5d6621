import { scalarFunction } from '../../compiler/functions/resolve.ts';
import type { Expression } from '../../compiler/ir/expression.ts';
import type { BindingId } from '../../compiler/ir/plan.ts';
import { someExpression } from '../../compiler/ir/traverse.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { writeValue } from '../columns/values.ts';
import { CONTEXT, type ContextLayout } from '../kernels/context.ts';
import { laneOf } from '../kernels/value.ts';
import { emitPipeline, type Operator, type PipelineCode, type Sink, type Source } from '../operators/emitter.ts';
import type { Breaker } from './breaker.ts';
import { codeMemo } from './code-memo.ts';
import { type Driver, required } from './drivers.ts';
import type { CompiledKernel } from './modules.ts';
import { type Morsel, runMorsel } from './morsel.ts';
import { runWindows } from './parallel.ts';
import { counterOf, type Outer, type Query } from './query.ts';
import { allocateZeroed, type Task } from './task.ts';

/** A morsel, and what to do when it has been processed: what it pinned can go. */
export interface SourceMorsel extends Morsel {
  readonly release?: (() => void) | undefined;
}

export interface OpenSource {
  readonly source: Source;
  /** What the source leaves to do before the stream's operators. */
  readonly operators?: readonly Operator[] | undefined;
  readonly next: () => SourceMorsel | undefined | Promise<SourceMorsel | undefined>;
  /** For sources whose morsels may be processed at once, by several threads: whether it is worth it. */
  readonly parallel: boolean;
  /** What a morsel's rows point to goes with the morsel. */
  readonly passing?: boolean | undefined;
  /** Rows that come at most, if that is certain. */
  readonly mostRows?: bigint | undefined;
  /** What the source's code depends on beside the stream's `code`. */
  readonly code?: readonly unknown[] | undefined;
  /** A thread's kernel has run to its end; its context is still there. */
  readonly finished?: ((ctx: number) => void) | undefined;
  readonly close?: (() => void) | undefined;
}

/** Rows on their way: a source and the operators that they go through. */
export interface Stream {
  readonly open: () => OpenSource | Promise<OpenSource>;
  readonly operators: readonly Operator[];
  /** The plan's operators that these are, for reports. */
  readonly nodes?: readonly PhysicalPlan[] | undefined;
  /** Names the stream's operators in reports. */
  readonly label: string;
  /** Limits count across the streams of their operator. */
  readonly limits: readonly LimitCount[];
  /** Its rows go as they are read. */
  readonly readOnce?: boolean | undefined;
  /** Of a reference: what it reads. */
  readonly binding?: BindingId | undefined;
  /** All that the stream's code depends on, if it can run again: streams of which these are the same have the same code. */
  readonly code?: readonly unknown[] | undefined;
}

export interface LimitCount {
  skip: bigint;
  pass: bigint;
  slots: { readonly skip: number; readonly pass: number } | undefined;
}

/** What a run left: sinks may need the kernel's other functions, and its context, after it. */
export interface RunKernel {
  readonly kernel: CompiledKernel;
  readonly ctx: number;
}

/** A stream's code, and a parameter block to run it with. */
export interface PreparedPipeline extends RunKernel {
  readonly code: PipelineCode;
  /** How long it took to generate. */
  readonly generateMs: number;
}

export interface Target {
  readonly sink: Sink;
  readonly driver: Driver<unknown>;
  /** Where the sink's state is kept from run to run: what its code has told of itself. */
  readonly state?: object | undefined;
}

export function preparePipeline(
  query: Query,
  stream: Stream,
  opened: OpenSource,
  { sink, driver, state }: Target,
  outer: Outer,
): PreparedPipeline {
  const { executor } = query;
  const started = performance.now();
  const memo = codeMemo(query, stream, opened, state);
  const known = memo?.known();
  const code =
    known?.code ??
    emitPipeline({
      source: opened.source,
      mostRows: memo === undefined ? opened.mostRows : memo.mostRows,
      operators: [...(opened.operators ?? []), ...stream.operators],
      sink,
      parameters: query.parameters,
      outer,
      analyze: query.analyze,
    });
  const generateMs = performance.now() - started;
  const kernel = known?.kernel ?? executor.modules.compile([code.run, ...code.more]);
  if (known === undefined) memo?.remember({ code, kernel });
  const task = { ...query, rows: driver.rows ?? query.rows };
  const ctx = makeContext(query, task, code.layout, outer);
  executor.hostCalls.register(ctx, { calls: code.layout.hostCalls, parameters: query.parameters, task });
  query.closers.push(() => executor.hostCalls.forget(ctx));
  return { code, kernel, ctx, generateMs };
}

/** Runs one stream into a driver's sink. */
export async function runPipeline(
  query: Query,
  stream: Stream,
  target: Target & { readonly breaker?: Breaker<unknown> | undefined },
  outer: Outer,
  node: PhysicalPlan,
): Promise<RunKernel> {
  const { executor } = query;
  const { driver, breaker } = target;
  const opened = await stream.open();
  try {
    const started = performance.now();
    const { code, kernel, ctx, generateMs } = preparePipeline(query, stream, opened, target, outer);
    const begunMs = performance.now() - query.started;
    let threads = 1;
    const remote = breaker?.remote;
    // Sinks learn their layout from generated code, so even a stream that nobody reads gets this far.
    const isRead = !stream.limits.some((limit) => limit.pass === 0n);
    if (
      isRead &&
      opened.parallel &&
      stream.limits.length === 0 &&
      executor.workers !== undefined &&
      !code.layout.hostCalls.some(({ expression }) => someExpression(expression, isLocalCall)) &&
      breaker !== undefined &&
      remote !== undefined
    ) {
      threads = executor.workers.size;
      const { contexts, release } = await runWindows(
        query,
        opened,
        { code, kernel, breaker, remote: remote() },
        (own) => makeContext(query, own, code.layout, outer),
      );
      for (const own of contexts) {
        countRows(query, code, own);
        opened.finished?.(own);
      }
      release();
    } else {
      driver.start(ctx, kernel.instance);
      if (isRead) await runInline(query, stream, opened, kernel, ctx, driver, code);
      await driver.end(ctx, kernel.instance);
      countRows(query, code, ctx);
      opened.finished?.(ctx);
    }
    const ms = performance.now() - started;
    counterOf(query, node).ms += ms;
    const { bytes, emitMs, moduleMs, cached } = kernel;
    const { nodes = [] } = stream;
    query.kernels.push({
      operators: stream.label,
      nodes: nodes.includes(node) ? nodes : [...nodes, node],
      hostFunctions: [...new Set(code.layout.hostCalls.map(({ expression }) => hostFunction(expression)))],
      bytes,
      generateMs,
      emitMs,
      moduleMs,
      cached,
      begunMs,
      ms,
      threads,
    });
    return { kernel, ctx };
  } finally {
    opened.close?.();
  }
}

function hostFunction(expression: Expression): string {
  return expression.kind === 'call' ? expression.fn : expression.kind;
}

async function runInline(
  query: Query,
  stream: Stream,
  opened: OpenSource,
  kernel: CompiledKernel,
  ctx: number,
  driver: Driver<unknown>,
  code: PipelineCode,
): Promise<void> {
  const { memory } = query;
  for (const { slots, skip, pass } of stream.limits) {
    if (slots === undefined) continue;
    memory.view().setBigInt64(ctx + slots.skip, skip, true);
    memory.view().setBigInt64(ctx + slots.pass, pass, true);
  }
  for (;;) {
    const next = opened.next();
    const morsel = next instanceof Promise ? await next : next;
    if (morsel === undefined) break;
    try {
      const more = await runMorsel(query, kernel.instance, ctx, morsel, driver, code.layout.errors);
      if (opened.passing === true) await driver.passed?.(ctx);
      if (!more) break;
    } finally {
      morsel.release?.();
    }
    const pause = query.breathe();
    if (pause !== undefined) await pause;
  }
  for (const limit of stream.limits) {
    if (limit.slots === undefined) continue;
    limit.skip = memory.view().getBigInt64(ctx + limit.slots.skip, true);
    limit.pass = memory.view().getBigInt64(ctx + limit.slots.pass, true);
  }
}

export function countRows(query: Query, code: PipelineCode, ctx: number): void {
  for (const [id, offset] of code.counters) {
    const node = query.nodes.get(id);
    if (node !== undefined) counterOf(query, node).rows += Number(query.memory.view().getBigInt64(ctx + offset, true));
  }
}

/** The parameter block of one thread's kernel. Rows may point to its texts, so they live as long as the query does. */
function makeContext(query: Query, task: Task, layout: ContextLayout, outer: Outer): number {
  const { memory } = task;
  const ctx = allocateZeroed(task, layout.size());
  const view = memory.view();
  view.setUint32(ctx + CONTEXT.arena, task.rows, true);
  view.setUint32(ctx + CONTEXT.budget, task.tuning.loopBudget, true);
  for (const { offset, value: given } of layout.words) {
    const value = typeof given === 'function' ? given() : given;
    if (typeof value === 'bigint') view.setBigInt64(ctx + offset, value, true);
    else view.setUint32(ctx + offset, value, true);
  }
  const text = (bytes: number): number => memory.arenaAlloc(query.arena, query.budget, bytes);
  for (const { offset, type, value } of layout.constants) {
    writeValue(memory, ctx + offset, type, laneOf(type), value, text);
  }
  for (const { id, type, lane, offset, nullOffset } of layout.outer) {
    const { value } = required(outer.get(id), 'a column of the outer row');
    writeValue(memory, ctx + offset, type, lane, value, text);
    if (nullOffset !== undefined) memory.view().setUint32(ctx + nullOffset, value === null ? 1 : 0, true);
  }
  return ctx;
}

/** Other threads have functions of the catalogue, but none that were defined in this one. */
function isLocalCall(node: Expression): boolean {
  return node.kind === 'call' && scalarFunction(node.fn)?.local === true;
}
