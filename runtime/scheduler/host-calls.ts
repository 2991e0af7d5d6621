import type { Expression } from '../../compiler/ir/expression.ts';
import { internalError, OrbitError, type SourceRange } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import { readValue, writeValue } from '../columns/values.ts';
import type { HostCall } from '../kernels/context.ts';
import type { EngineMemory } from '../memory/engine-memory.ts';
import { evaluate } from '../reference/evaluate.ts';
import type { Task } from './task.ts';
import { valueContext } from './values-context.ts';

/** The host calls of a kernel that runs. */
export interface RegisteredCalls {
  readonly calls: readonly HostCall[];
  readonly parameters: readonly Value[];
  readonly task: Task;
}

/** What kernels import as `host.evaluate`; one for each thread. */
export interface HostEvaluate {
  readonly evaluate: (ctx: number, index: number, row: number) => void;
  readonly register: (ctx: number, calls: RegisteredCalls) => void;
  readonly forget: (ctx: number) => void;
}

/** Row implementations know nothing of the statement: their errors get the place of the words that called them. */
export function placedError(error: unknown, range: SourceRange | undefined): unknown {
  if (!(error instanceof OrbitError) || error.range !== undefined) return error;
  const { code, message, hint, place } = error;
  return new OrbitError(code, message, { range, hint, place, cause: error });
}

function placed(expression: Expression, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    throw placedError(error, expression.range);
  }
}

/** Evaluates by the row implementations: see kernels/host.ts. */
export function hostEvaluate(memoryOf: () => EngineMemory): HostEvaluate {
  const running = new Map<number, RegisteredCalls>();
  return {
    register: (ctx, calls) => {
      if (calls.calls.length > 0) running.set(ctx, calls);
    },
    forget: (ctx) => {
      running.delete(ctx);
    },
    evaluate: (ctx, index, row) => {
      const registered = running.get(ctx >>> 0);
      const call = registered?.calls[index];
      if (registered === undefined || call === undefined)
        throw internalError('a kernel made a host call that nobody knows');
      const memory = memoryOf();
      const address = row >>> 0;
      const values = new Map<number, Value>();
      for (const { id, field } of call.arguments) {
        const isNull = field.nullOffset !== undefined && memory.u8()[address + field.nullOffset] !== 0;
        values.set(id, isNull ? null : readValue(memory, address + field.offset, field.type, field.lane));
      }
      const result = placed(call.expression, () =>
        evaluate(call.expression, values, valueContext(registered.parameters, new Map())),
      );
      const { nullOffset, offset, type, lane } = call.result;
      if (nullOffset !== undefined) memory.u8()[address + nullOffset] = result === null ? 1 : 0;
      const { rows, budget } = registered.task;
      writeValue(memory, address + offset, type, lane, result, (bytes) => memory.arenaAlloc(rows, budget, bytes));
    },
  };
}
