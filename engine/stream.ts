import type { ResultColumn as BoundColumn } from '../compiler/frontends/sql/bound.ts';
import { type Type, typeName } from '../compiler/types/type.ts';
import type { Value } from '../compiler/types/value.ts';
import type { Zone } from '../compiler/types/zones.ts';
import type { ResultStream } from './database.ts';
import { type ResultBatch, type ResultColumn, toBatch } from './result.ts';
import type { Outcome } from './run.ts';

/** Where the rows of a statement go; `columns` comes first. */
export interface Deliver {
  readonly columns: (columns: readonly BoundColumn[]) => void;
  readonly rows: (rows: readonly (readonly Value[])[]) => void | Promise<void>;
}

export function publicColumns(columns: readonly BoundColumn[]): readonly ResultColumn[] {
  return columns.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable }));
}

export function typesOf(columns: readonly BoundColumn[]): readonly Type[] {
  return columns.map(({ type }) => type);
}

/**
 * Turns a push of batches into a pull: the query goes on when the batch before has been taken. Leaving the loop early
 * cancels it.
 */
export async function streamed(
  start: (deliver: Deliver, signal: AbortSignal) => Promise<Outcome>,
  outer: AbortSignal | undefined,
  zone: () => Zone,
): Promise<ResultStream> {
  const abort = new AbortController();
  const cancel = (): void => abort.abort();
  outer?.addEventListener('abort', cancel);
  if (outer?.aborted === true) cancel();
  let types: readonly Type[] = [];
  let columns: readonly ResultColumn[] | undefined;
  let described: (() => void) | undefined;
  const knowsColumns = new Promise<void>((resolve) => {
    described = resolve;
  });
  // One batch waits at most; `taken` lets the query go on.
  let waiting: { readonly batch: ResultBatch; readonly taken: () => void } | undefined;
  let wake: (() => void) | undefined;
  let ended = false;
  let left = false;
  let failure: unknown;
  let outcome: Outcome | undefined;
  let delivered = 0;
  const finished = start(
    {
      columns: (bound) => {
        types = typesOf(bound);
        columns = publicColumns(bound);
        described?.();
      },
      rows: (rows) =>
        new Promise((taken) => {
          delivered += rows.length;
          waiting = { batch: toBatch(columns ?? [], types, rows, zone()), taken };
          wake?.();
        }),
    },
    abort.signal,
  )
    .then((result) => {
      outcome = result;
    })
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      outer?.removeEventListener('abort', cancel);
      ended = true;
      described?.();
      wake?.();
    });
  await knowsColumns;
  if (columns === undefined) {
    await finished;
    if (failure !== undefined) throw failure;
  }
  async function* batches(): AsyncGenerator<ResultBatch> {
    let release: (() => void) | undefined;
    try {
      for (;;) {
        release?.();
        release = undefined;
        if (waiting !== undefined) {
          const { batch, taken } = waiting;
          waiting = undefined;
          release = taken;
          yield batch;
        } else if (ended) {
          if (failure !== undefined) throw failure;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      // The reader may leave between a batch and the next: the query must not wait for it.
      left = !ended;
      abort.abort();
      release?.();
      waiting?.taken();
      await finished;
    }
  }

  return {
    columns: columns ?? [],
    [Symbol.asyncIterator]: batches,
    finish: async () => {
      if (!left) for await (const _ of batches());
      const { command = 'CANCELLED', affected = delivered } = outcome ?? {};
      return { command, rowCount: affected };
    },
  };
}
