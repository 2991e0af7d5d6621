import { OrbitError } from '../../../compiler/types/error.ts';

/** Where in a JSON file something is; lines and columns (in bytes) count from 1. */
export interface JsonPlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

export function jsonError(
  message: string,
  { path, line, column }: JsonPlace,
  cause?: unknown,
  hint?: string,
): OrbitError {
  const code = cause instanceof OrbitError ? cause.code : 'bad_file_format';
  return new OrbitError(code, message, { place: `${path}: line ${line}, column ${column}`, hint, cause });
}
