import type { ErrorCode, SourceRange } from '../../compiler/types/error.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { HostCall, KernelError } from '../kernels/context.ts';
import type { EngineMemoryHandle } from '../memory/engine-memory.ts';
import type { DriverResult, DriverSpec } from './breaker.ts';
import type { SharedSpill } from './spill/space.ts';
import type { Tuning } from './task.ts';

/** What the coordinator says to a worker. A job is one pipeline of one query. */
export type ToWorker =
  | { readonly kind: 'attach'; readonly handle: EngineMemoryHandle }
  | {
      readonly kind: 'begin';
      readonly job: number;
      readonly module: WebAssembly.Module;
      readonly ctx: number;
      readonly arena: number;
      readonly rows: number;
      readonly spill: SharedSpill | undefined;
      readonly budget: number;
      readonly driver: DriverSpec;
      readonly errors: readonly KernelError[];
      readonly hostCalls: readonly HostCall[];
      readonly parameters: readonly Value[];
      readonly tuning: Tuning;
      /** Address of a word that is not 0 once the query is cancelled. */
      readonly cancel: number;
    }
  /** Process morsels of the list (u32 address, u32 rows each) as the shared counter gives them out. */
  | {
      readonly kind: 'work';
      readonly job: number;
      readonly morsels: number;
      readonly count: number;
      readonly counter: number;
    }
  /** The input is complete: give the result. */
  | { readonly kind: 'end'; readonly job: number }
  /** Drop the job, if it is there still, and answer under the number `farewell`: the job's memory is about to go. */
  | { readonly kind: 'forget'; readonly job: number; readonly farewell: number };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'worked'; readonly job: number }
  | { readonly kind: 'result'; readonly job: number; readonly result: DriverResult }
  | { readonly kind: 'failed'; readonly job: number; readonly error: PostedError };

/** An error as it crosses threads. */
export interface PostedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly range?: SourceRange | undefined;
  readonly hint?: string | undefined;
  readonly place?: string | undefined;
}

export function postError(error: unknown): PostedError {
  if (error instanceof OrbitError) {
    const { code, message, range, hint, place } = error;
    return { code, message, range, hint, place };
  }
  return { code: 'internal_error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function receiveError({ code, message, range, hint, place }: PostedError): OrbitError {
  return new OrbitError(code, message, { range, hint, place });
}

/** The coordinator's end of a worker thread. */
export interface WorkerLink {
  readonly post: (message: ToWorker) => void;
  readonly onMessage: (listener: (message: FromWorker) => void) => void;
  /** While unreferenced the thread does not keep the process alive. */
  readonly reference: (on: boolean) => void;
  readonly terminate: () => Promise<void>;
}
