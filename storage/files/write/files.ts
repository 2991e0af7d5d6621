import { OrbitError } from '../../../compiler/types/error.ts';
import { gzip } from '../compression/gzip.node.ts';
import type { FileHost, OutputFile } from '../host.ts';
import { encodeCsv } from './csv.ts';
import { encodeJson } from './json.ts';
import { encodeParquet, type ParquetCodec } from './parquet.ts';
import type { RowEncoder, WrittenColumn } from './writer.ts';

export type WriteOptions =
  | {
      readonly format: 'csv';
      readonly delimiter?: string | undefined;
      readonly quote?: string | undefined;
      readonly escape?: string | undefined;
      readonly nullText?: string | undefined;
      readonly header?: boolean | undefined;
    }
  | { readonly format: 'json'; readonly array?: boolean | undefined }
  | { readonly format: 'parquet'; readonly codec: ParquetCodec };

/** Makes the bytes of a file of the format; `compressible` unless the format compresses for itself. */
export function createEncoder(
  columns: readonly WrittenColumn[],
  options: WriteOptions,
): RowEncoder & { readonly compressible: boolean } {
  switch (options.format) {
    case 'csv': {
      const { delimiter = ',', quote = '"', nullText = '', header = false } = options;
      const { escape: before = quote } = options;
      for (const [what, text] of Object.entries({ delimiter, quote, escape: before })) {
        if (text.length === 1 && text !== '\n' && text !== '\r') continue;
        throw new OrbitError('invalid_parameter_value', `the CSV ${what} must be a single character`);
      }
      if (delimiter === quote) {
        throw new OrbitError('invalid_parameter_value', 'the CSV delimiter cannot also be the quote');
      }
      const all = { delimiter, quote, escape: before, nullText, header };
      return { ...encodeCsv(columns, all), compressible: true };
    }
    case 'json':
      return { ...encodeJson(columns, options.array === true), compressible: true };
    case 'parquet':
      return { ...encodeParquet(columns, options.codec), compressible: false };
  }
}

/** Bytes are compressed so many at a time, each piece a member of its own, as gzip allows. */
const MEMBER_BYTES = 1024 * 1024;

/** The file to be, in which nothing is seen before it is finished. */
export async function outputFile(host: FileHost, path: string, compressed: boolean): Promise<OutputFile> {
  const file = await host.create(path);
  if (!compressed) return file;
  let held: Uint8Array[] = [];
  let size = 0;
  async function flush(): Promise<void> {
    const all = new Uint8Array(size);
    let at = 0;
    for (const piece of held) {
      all.set(piece, at);
      at += piece.length;
    }
    held = [];
    size = 0;
    await file.write(await gzip(all));
  }
  let written = false;
  return {
    write: async (bytes) => {
      held.push(bytes);
      size += bytes.length;
      if (size < MEMBER_BYTES) return;
      written = true;
      await flush();
    },
    finish: async () => {
      if (size > 0 || !written) await flush();
      await file.finish();
    },
    abort: () => file.abort(),
  };
}
