import type { Source } from '../../operators/emitter.ts';
import type { PackSpec } from '../../operators/pack.ts';
import { required } from '../drivers.ts';
import type { OpenSource, SourceMorsel } from '../pipeline.ts';
import type { Query } from '../query.ts';
import { allocate, withOwnArenas } from '../task.ts';
import { type Page, pageReader } from './pages.ts';

/** Fewer rows are done before other threads have been told of them. */
const PARALLEL_ROWS = 200_000;

/** Rows in pages, page by page: each is in memory until its morsel is released. */
export function openPages(query: Query, source: Source, spec: PackSpec, pages: readonly Page[]): OpenSource {
  const { task, free } = withOwnArenas(query);
  const reader = pageReader(query, required(query.spill, 'the temporary file'), spec);
  const bytes = pages.reduce((most, page) => Math.max(most, page.bytes), 8);
  const rows = pages.reduce((sum, page) => sum + page.rows, 0);
  const idle: number[] = [];
  // The next page is on its way while one is processed.
  let [buffer, other] = [new Uint8Array(bytes), new Uint8Array(bytes)];
  let ahead: Promise<void> | undefined;
  let at = 0;
  const ask = (): void => {
    const page = pages[at];
    ahead = page === undefined ? undefined : reader.fetch(page, buffer);
    // Told when it is waited for, if it ever is.
    ahead?.catch(() => {});
  };
  return {
    source,
    parallel: rows >= PARALLEL_ROWS,
    mostRows: BigInt(rows),
    passing: true,
    next: async (): Promise<SourceMorsel | undefined> => {
      const page = pages[at];
      if (page === undefined) return undefined;
      if (at === 0) ask();
      await ahead;
      [buffer, other] = [other, buffer];
      at++;
      ask();
      const address = idle.pop() ?? allocate(task, bytes);
      reader.place(page, other, address);
      return { address, rows: page.rows, release: () => idle.push(address) };
    },
    close: free,
  };
}
