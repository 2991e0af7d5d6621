import type { ColumnId, Expression } from '../../compiler/ir/expression.ts';
import type { ErrorCode, SourceRange } from '../../compiler/types/error.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { type Expr, type FunctionBuilder, i32, load } from '../wasm/ir.ts';
import type { Field } from './memory.ts';
import type { Lane } from './value.ts';

/**
 * The parameter block of a kernel: one for each (pipeline, worker), in engine memory. Code is the same for all
 * constants and addresses, so that equal shapes share a compiled module.
 */
export const CONTEXT = {
  /** Index into the kernel's error table, when the status is ERROR. */
  error: 0,
  /** Next row of the morsel to process, and the row behind the last. */
  cursor: 4,
  end: 8,
  /** 1: go on inside row `cursor` from the saved positions. */
  resume: 12,
  /** The morsel's descriptor: see sources. */
  morsel: 16,
  /** The arena that rows and strings of this worker are put into. */
  arena: 20,
  /** Kernels poll it in loops that a morsel does not bound; not 0: give up with status CANCELLED. */
  cancel: 24,
  /** Loop rounds that are left before the kernel returns with status AGAIN. */
  budget: 28,
  slots: 64,
} as const;

/** What a kernel call returns. */
export const STATUS = {
  /** The morsel is done. */
  DONE: 0,
  /** The output has no room, or the sink must grow: deal with it, then call again. */
  FULL: 1,
  /** A bounded amount of work was done: call again. */
  AGAIN: 2,
  /** See CONTEXT.error. */
  ERROR: 3,
  /** Memory or budget is exhausted. */
  MEMORY: 4,
  /** No more rows are wanted. */
  ENOUGH: 5,
} as const;

/** What a kernel reports by index. */
export interface KernelError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly range?: SourceRange | undefined;
  readonly hint?: string | undefined;
}

/** A slot that holds a constant of the statement: written when the context is made. */
export interface ConstantSlot {
  readonly offset: number;
  readonly type: Type;
  readonly value: Value;
}

/** A slot for a column of an outer row: written when the context is made. */
export interface OuterSlot {
  readonly id: ColumnId;
  readonly type: Type;
  readonly lane: Lane;
  readonly offset: number;
  /** Of a word that is 1 for NULL; undefined where the column never is. */
  readonly nullOffset: number | undefined;
}

/** An expression that the host evaluates: from the arguments' fields of a row to the result's field in it. */
export interface HostCall {
  readonly expression: Expression;
  readonly arguments: readonly { readonly id: ColumnId; readonly field: Field }[];
  readonly result: Field;
}

/** Gathers what one kernel needs of its context while its code is generated. */
export interface ContextLayout {
  readonly size: () => number;
  /** Reserves bytes, 8-byte aligned. */
  readonly reserve: (bytes: number) => number;
  readonly errors: KernelError[];
  readonly constants: ConstantSlot[];
  readonly outer: OuterSlot[];
  readonly hostCalls: HostCall[];
  /** Addresses and sizes: u32 for a number, i64 for a bigint. */
  readonly words: { readonly offset: number; readonly value: number | bigint | (() => number | bigint) }[];
  /** Index of the error, to be stored before returning STATUS.ERROR. */
  readonly errorIndex: (error: KernelError) => number;
}

export function createContextLayout(): ContextLayout {
  let size: number = CONTEXT.slots;
  const errors: KernelError[] = [];
  return {
    size: () => size,
    reserve: (bytes) => {
      const offset = size;
      size += (bytes + 7) & ~7;
      return offset;
    },
    errors,
    constants: [],
    outer: [],
    hostCalls: [],
    words: [],
    errorIndex: (error) => errors.push(error) - 1,
  };
}

/** Code generation state of one kernel function: builder, context and the way out on errors. */
export interface KernelScope {
  readonly k: FunctionBuilder;
  readonly ctx: Expr;
  readonly layout: ContextLayout;
  /** Leaves the kernel with a status of STATUS. */
  readonly leave: (status: number) => void;
  /** Leaves the kernel with an error when `condition` holds. */
  readonly failIf: (condition: Expr, error: KernelError) => void;
  /** What follows takes as long as so many rounds of a loop: the kernel stops the sooner. */
  readonly spend: (rounds: number) => void;
}

/** `leave` generates the way out with a status, where that is more than a return. */
export function createKernelScope(
  k: FunctionBuilder,
  ctx: Expr,
  layout: ContextLayout,
  leave: (status: number) => void = (status) => k.return(i32(status)),
  spend: (rounds: number) => void = () => {},
): KernelScope {
  return {
    k,
    ctx,
    layout,
    leave,
    spend,
    failIf: (condition, error) => {
      k.if(condition, () => {
        k.store('i32.store', ctx, CONTEXT.error, i32(layout.errorIndex(error)));
        leave(STATUS.ERROR);
      });
    },
  };
}

export function contextField(ctx: Expr, field: keyof typeof CONTEXT): Expr {
  return load('i32.load', ctx, CONTEXT[field]);
}
