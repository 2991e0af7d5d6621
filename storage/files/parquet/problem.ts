import { OrbitError } from '../../../compiler/types/error.ts';

/** Where in a Parquet file something is; row groups count from 1. */
export interface ParquetPlace {
  readonly path: string;
  readonly column?: string | undefined;
  readonly rowGroup?: number | undefined;
}

export function parquetError(message: string, { path, column, rowGroup }: ParquetPlace, cause?: unknown): OrbitError {
  const group = rowGroup === undefined ? '' : `: row group ${rowGroup}`;
  const name = column === undefined ? '' : `${group === '' ? ':' : ','} column "${column}"`;
  return new OrbitError('bad_file_format', message, { place: `${path}${group}${name}`, cause });
}

/** What decoders throw: whoever knows the place adds it. */
export class Malformed extends Error {}

/** The error for whatever reading damaged bytes led to: decoders may run past the end of what they were given. */
export function damaged(error: unknown, place: ParquetPlace): OrbitError {
  if (error instanceof OrbitError) {
    if (error.place !== undefined || error.code === 'internal_error') return error;
    const { place: text } = parquetError('', place);
    return new OrbitError(error.code, error.message, { hint: error.hint, place: text, cause: error });
  }
  const message = error instanceof Malformed ? error.message : `the file is damaged: ${String(error)}`;
  return parquetError(message, place, error);
}
