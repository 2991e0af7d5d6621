import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { internalError, OrbitError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import { writeValue } from '../columns/values.ts';
import { CONTEXT, type ContextLayout, STATUS } from '../kernels/context.ts';
import { laneOf } from '../kernels/value.ts';
import { emitPipeline, type Operator, type Sink, type Source } from '../operators/emitter.ts';
import type { SinkDriver } from './drivers.ts';
import { allocate, allocateZeroed, count, type Outer, type Query } from './query.ts';

/** A piece of a source's rows: the kernel gets `address` as its morsel and goes over `rows` rows. */
export interface Morsel {
  readonly address: number;
  readonly rows: number;
  /** The morsel has been processed: what it pinned can go. */
  readonly release?: (() => void) | undefined;
}

export interface OpenSource {
  readonly source: Source;
  readonly next: () => Morsel | undefined | Promise<Morsel | undefined>;
  readonly close?: (() => void) | undefined;
}

/** Rows on their way: a source and the operators that they go through. */
export interface Stream {
  readonly open: () => OpenSource | Promise<OpenSource>;
  readonly operators: readonly Operator[];
  /** Names the stream's operators in reports. */
  readonly label: string;
  /** Limits that count across the streams of one operator. */
  readonly limits: readonly LimitCount[];
}

export interface LimitCount {
  skip: bigint;
  pass: bigint;
  slots: { readonly skip: number; readonly pass: number } | undefined;
}

/** Rounds of expanding loops in one kernel call: a few milliseconds. */
const BUDGET = 1 << 18;

/** Runs one stream into a sink. */
export async function runPipeline(
  query: Query,
  stream: Stream,
  sink: Sink,
  driver: SinkDriver,
  outer: Outer,
  node: PhysicalPlan,
): Promise<void> {
  const { executor } = query;
  const { memory } = executor;
  if (stream.limits.some((limit) => limit.pass === 0n)) return runEmpty(query, stream, sink, driver, outer);
  const opened = await stream.open();
  const started = performance.now();
  const code = emitPipeline({
    source: opened.source,
    operators: stream.operators,
    sink,
    parameters: query.parameters,
    outer,
    analyze: query.analyze,
  });
  const kernel = executor.modules.instantiate([code.run, ...code.more]);
  const ctx = makeContext(query, code.layout);
  executor.hostCalls.set(ctx, { calls: code.layout.hostCalls, query });
  try {
    driver.start(ctx, kernel);
    for (const { slots, skip, pass } of stream.limits) {
      if (slots === undefined) continue;
      memory.view().setBigInt64(ctx + slots.skip, skip, true);
      memory.view().setBigInt64(ctx + slots.pass, pass, true);
    }
    let enough = false;
    while (!enough) {
      const next = opened.next();
      const morsel = next instanceof Promise ? await next : next;
      if (morsel === undefined) break;
      const view = memory.view();
      view.setUint32(ctx + CONTEXT.morsel, morsel.address, true);
      view.setUint32(ctx + CONTEXT.cursor, 0, true);
      view.setUint32(ctx + CONTEXT.end, morsel.rows, true);
      view.setUint32(ctx + CONTEXT.resume, 0, true);
      for (;;) {
        const status = kernel.run(ctx);
        if (status === STATUS.DONE) break;
        if (status === STATUS.ENOUGH) {
          enough = true;
          break;
        }
        if (status === STATUS.FULL) {
          const room = driver.full(ctx, kernel);
          if (room instanceof Promise) await room;
        } else if (status === STATUS.ERROR) throw kernelError(query, ctx, code.layout);
        else if (status === STATUS.MEMORY) throw memory.outOfMemory(query.budget, 0);
        else if (status !== STATUS.AGAIN) throw internalError(`a kernel ended with status ${status}`);
        const pause = query.breathe();
        if (pause !== undefined) await pause;
      }
      morsel.release?.();
      const pause = query.breathe();
      if (pause !== undefined) await pause;
    }
    driver.end(ctx);
    for (const limit of stream.limits) {
      if (limit.slots === undefined) continue;
      limit.skip = memory.view().getBigInt64(ctx + limit.slots.skip, true);
      limit.pass = memory.view().getBigInt64(ctx + limit.slots.pass, true);
    }
    const ms = performance.now() - started;
    for (const [id, offset] of code.counters) {
      const counted = query.nodes.get(id);
      if (counted !== undefined) count(query, counted, Number(memory.view().getBigInt64(ctx + offset, true)));
    }
    count(query, node, 0, ms);
    query.kernels.push({ operators: stream.label, bytes: kernel.bytes, compileMs: kernel.compileMs, ms });
  } finally {
    opened.close?.();
  }
}

/** Nothing will come, but sinks learn their layout from generated code. */
async function runEmpty(query: Query, stream: Stream, sink: Sink, driver: SinkDriver, outer: Outer): Promise<void> {
  const opened = await stream.open();
  opened.close?.();
  const code = emitPipeline({
    source: opened.source,
    operators: stream.operators,
    sink,
    parameters: query.parameters,
    outer,
    analyze: false,
  });
  const kernel = query.executor.modules.instantiate([code.run, ...code.more]);
  const ctx = makeContext(query, code.layout);
  driver.start(ctx, kernel);
  driver.end(ctx);
}

function kernelError(query: Query, ctx: number, layout: ContextLayout): OrbitError {
  const error = layout.errors[query.executor.memory.view().getUint32(ctx + CONTEXT.error, true)];
  if (error === undefined) return internalError('a kernel reported an unknown error');
  return new OrbitError(error.code, error.message, { range: error.range });
}

function makeContext(query: Query, layout: ContextLayout): number {
  const { memory } = query.executor;
  const ctx = allocateZeroed(query, layout.size());
  const view = memory.view();
  view.setUint32(ctx + CONTEXT.arena, query.arena, true);
  view.setUint32(ctx + CONTEXT.budget, BUDGET, true);
  for (const { offset, value } of layout.words) {
    if (typeof value === 'bigint') view.setBigInt64(ctx + offset, value, true);
    else view.setUint32(ctx + offset, value, true);
  }
  for (const { offset, type, value } of layout.constants) writeConstant(query, ctx + offset, type, value);
  return ctx;
}

function writeConstant(
  query: Query,
  address: number,
  type: ContextLayout['constants'][number]['type'],
  value: Value,
): void {
  writeValue(query.executor.memory, address, type, laneOf(type), value, (bytes) => allocate(query, bytes));
}
