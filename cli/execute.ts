import type { Database, Parameters, QueryResult } from '../engine/index.ts';
import type { ShownResult } from './format/format.ts';

/** Runs the statements of a text one after the other; each result comes when its statement has completed. */
export async function* execute(
  database: Database,
  text: string,
  parameters: Parameters | undefined,
  signal: AbortSignal,
): AsyncGenerator<ShownResult> {
  if (parameters === undefined) {
    for await (const result of database.run(text, { signal })) yield shown(result);
  } else {
    yield shown(await database.query(text, parameters, { signal }));
  }
}

const WRITING: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'COPY']);

function shown(result: QueryResult): ShownResult {
  const { command, columns, rowCount } = result;
  const writes = rowCount > 0 || WRITING.has(command);
  return { command, columns, batches: [result], affected: writes ? rowCount : undefined };
}
