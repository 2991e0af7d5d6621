import type { Column, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { type ErrorCode, OrbitError } from '../../compiler/types/error.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { readValue, writeValue } from '../../runtime/columns/values.ts';
import {
  CONTEXT,
  createContextLayout,
  createKernelScope,
  type HostCall,
  STATUS,
} from '../../runtime/kernels/context.ts';
import { expressionCompiler, type RowScope, rowScope } from '../../runtime/kernels/expression.ts';
import { type Field, LANE_BYTES, loadField, rowLayout, storeField } from '../../runtime/kernels/memory.ts';
import { I32_RANGE, I64_RANGE, type Lane, laneOf, type Val, within } from '../../runtime/kernels/value.ts';
import { createEngineMemory, type EngineMemory } from '../../runtime/memory/engine-memory.ts';
import { evaluate } from '../../runtime/reference/evaluate.ts';
import { valueContext } from '../../runtime/scheduler/values-context.ts';
import { emitModule } from '../../runtime/wasm/emit.ts';
import { FunctionBuilder, i32 } from '../../runtime/wasm/ir.ts';

/** What a row comes to: the value of each expression, or the error of the first that fails. */
export type Outcome = readonly Value[] | { readonly code: ErrorCode; readonly message: string };

export interface Batch {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Value[])[];
  readonly expressions: readonly Expression[];
}

export interface KernelOptions {
  readonly shared: boolean;
  /** Tell the kernel the bounds of integers and whether there are NULLs, as statistics do; it then leaves out checks. */
  readonly statistics: boolean;
}

export interface KernelRun {
  readonly outcomes: readonly Outcome[];
  /** Calls that the kernel leaves to the host, for all rows and for some, by function. */
  readonly hosted: readonly string[];
  readonly partlyHosted: readonly string[];
}

/** The expressions of these tests see their columns and nothing else. */
const CONTEXTLESS = valueContext([], new Map());

function outcomeOf(run: () => readonly Value[]): Outcome {
  try {
    return run();
  } catch (error) {
    if (error instanceof OrbitError && error.code !== 'internal_error') {
      return { code: error.code, message: error.message };
    }
    throw error;
  }
}

export function runReference({ columns, rows, expressions }: Batch): readonly Outcome[] {
  return rows.map((row) => {
    const byId = new Map(columns.map((column, i) => [column.id, row[i] ?? null]));
    return outcomeOf(() => expressions.map((e) => evaluate(e, byId, CONTEXTLESS)));
  });
}

function bounds(values: readonly Value[], type: Type): readonly [bigint, bigint] | undefined {
  const lane = laneOf(type);
  if (lane !== 'i32' && lane !== 'i64' && lane !== 'i128') return undefined;
  const raw = values.flatMap((v) => (v === null ? [] : [typeof v === 'bigint' ? v : BigInt(Number(v))]));
  raw.sort((a, b) => (a < b ? -1 : Number(a > b)));
  const [least] = raw;
  const greatest = raw.at(-1);
  return least === undefined || greatest === undefined ? undefined : [least, greatest];
}

function shapeOf(
  column: Column,
  values: readonly Value[],
  statistics: boolean,
): Pick<Val, 'type' | 'lane' | 'range' | 'null_'> {
  const { type } = column;
  const range = statistics ? bounds(values, type) : undefined;
  const nullable = statistics ? values.includes(null) : column.nullable;
  const wide = laneOf(type);
  const lane: Lane = wide === 'i128' && range !== undefined && within(range, I64_RANGE) ? 'i64' : wide;
  if (lane === 'i32' && range !== undefined && !within(range, I32_RANGE))
    throw new Error('a value that is none of its type');
  return { type, lane, range, null_: nullable ? i32(0) : undefined };
}

const memories = new Map<boolean, EngineMemory>();

function memoryOf(shared: boolean): EngineMemory {
  let memory = memories.get(shared);
  if (memory === undefined) {
    memory = createEngineMemory({ shared, maximumBytes: 256 << 20 });
    memories.set(shared, memory);
  }
  return memory;
}

export function runKernel({ columns, rows, expressions }: Batch, options: KernelOptions): KernelRun {
  const memory = memoryOf(options.shared);
  const budget = memory.createBudget('test', 128 << 20);
  const arena = memory.createArena(budget);
  try {
    const layout = createContextLayout();
    const k = new FunctionBuilder('kernel', { parameters: ['i32', 'i32', 'i32'], result: 'i32' });
    const [ctx, input, output] = [k.parameter(0), k.parameter(1), k.parameter(2)];
    const compiler = expressionCompiler(createKernelScope(k, ctx, layout), []);
    const partlyHosted: string[] = [];
    const { host } = compiler;
    Object.assign(compiler, {
      host: (expression: Expression, inner: RowScope): Val => {
        partlyHosted.push(nameOf(expression));
        return host(expression, inner);
      },
    });
    const inputRow = rowLayout(
      columns.map((column, i) =>
        shapeOf(
          column,
          rows.map((row) => row[i] ?? null),
          options.statistics,
        ),
      ),
    );
    const fieldAt = (i: number): Field => inputRow.fields[i] ?? expectField();
    const scope = rowScope(new Map(columns.map((column, i) => [column.id, () => loadField(k, input, fieldAt(i))])));
    const values = expressions.map((e) => compiler.value(e, scope));
    const outputRow = rowLayout(values);
    values.forEach((value, i) => {
      storeField(k, output, outputRow.fields[i] ?? expectField(), value);
    });
    k.return(i32(STATUS.DONE));

    const bytes = emitModule([k.build()], { shared: options.shared, maximumPages: 65_536 });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: memory.memory },
      library: memory.library.exports,
      host: { evaluate: (_: number, index: number, row: number) => hostEvaluate(layout.hostCalls[index], row >>> 0) },
    });
    const { kernel } = instance.exports;
    if (typeof kernel !== 'function') throw new Error('no kernel');

    const allocate = (size: number): number => memory.arenaAlloc(arena, budget, size);
    const read = (row: number, { type, lane, offset, nullOffset }: Field): Value => {
      if (nullOffset !== undefined && memory.u8()[row + nullOffset] !== 0) return null;
      return readValue(memory, row + offset, type, lane);
    };
    const write = (row: number, { type, lane, offset, nullOffset }: Field, value: Value): void => {
      writeValue(memory, row + offset, type, lane, value, allocate);
      if (nullOffset !== undefined) memory.u8()[row + nullOffset] = value === null ? 1 : 0;
      else if (value === null) throw new Error('NULL in a field that has no room for it');
    };
    const hostEvaluate = (call: HostCall | undefined, row: number): void => {
      if (call === undefined) throw new Error('no such host call');
      const args = new Map<ColumnId, Value>(call.arguments.map(({ id, field }) => [id, read(row, field)]));
      write(row, call.result, evaluate(call.expression, args, CONTEXTLESS));
    };

    const context = allocate(layout.size());
    memory.u8().fill(0, context, context + layout.size());
    memory.view().setUint32(context + CONTEXT.arena, arena, true);
    for (const { offset, type, value } of layout.constants) {
      writeValue(memory, context + offset, type, laneOf(type), value, allocate);
    }
    const inputAddress = allocate(inputRow.size);
    const outputAddress = allocate(outputRow.size);
    const outcomes = rows.map((row, rowIndex) =>
      outcomeOf(() => {
        inputRow.fields.forEach((field, i) => {
          write(inputAddress, field, row[i] ?? null);
          if (row[i] === null) spoil(memory.u8(), inputAddress, field, rowIndex);
        });
        const status: unknown = kernel(context, inputAddress, outputAddress);
        if (status === STATUS.ERROR) {
          const error = layout.errors[memory.view().getUint32(context + CONTEXT.error, true)];
          throw new OrbitError(error?.code ?? 'internal_error', error?.message ?? 'an error without a number');
        }
        if (status !== STATUS.DONE) throw new Error(`the kernel gave up with status ${String(status)}`);
        return outputRow.fields.map((field) => read(outputAddress, field));
      }),
    );
    const hosted = layout.hostCalls.map(({ expression }) => nameOf(expression));
    for (const name of partlyHosted) hosted.splice(hosted.indexOf(name), 1);
    return { outcomes, hosted, partlyHosted };
  } finally {
    memory.destroyArena(arena);
    memory.destroyBudget(budget);
  }
}

/** What a NULL hides may be anything but for addresses, which can be followed. */
function spoil(u8: Uint8Array, row: number, { lane, offset }: Field, seed: number): void {
  if (lane === 'view' || lane === 'any') return;
  const bytes = LANE_BYTES[lane];
  const [first, last] = JUNK[seed % JUNK.length] ?? [0, 0];
  u8.fill(first, row + offset, row + offset + bytes);
  u8[row + offset + bytes - 1] = last;
}

/** Of the lower bytes and of the last: the least and greatest integers, -1, 0, NaN and numbers between. */
const JUNK: readonly (readonly [number, number])[] = [
  [0x00, 0x80],
  [0xff, 0x7f],
  [0xff, 0xff],
  [0x00, 0x00],
  [0x5a, 0x5a],
];

function nameOf(e: Expression): string {
  return e.kind === 'call' ? e.fn : e.kind === 'cast' ? `cast_${e.onError}` : e.kind;
}

function expectField(): never {
  throw new Error('a row layout lost a field');
}
