import type { Completion, Connection, Parameters, ResultBatch, ResultStream } from '../engine/index.ts';
import type { ShownResult } from './format/format.ts';

/**
 * Runs the statements of a text one after the other. The rows of each come as they are computed, and the next one
 * begins when they have been read: no result is kept in memory.
 */
export async function* execute(
  connection: Connection,
  text: string,
  parameters: Parameters | undefined,
  signal: AbortSignal,
): AsyncGenerator<ShownResult> {
  for await (const stream of connection.streams(text, { parameters, signal })) yield shown(stream);
}

const WRITING: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY']);

function shown(stream: ResultStream): ShownResult {
  let completion: Completion | undefined;
  async function* batches(): AsyncGenerator<ResultBatch> {
    yield* stream;
  }
  return {
    columns: stream.columns,
    batches: batches(),
    finish: async () => {
      completion ??= await stream.finish();
      const { command, rowCount } = completion;
      return { command, affected: rowCount > 0 || WRITING.has(command) ? rowCount : undefined };
    },
  };
}
