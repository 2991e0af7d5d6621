import { type ErrorDetails, OrbitError, type SourceRange } from '../../types/error.ts';

/** A construct that is known and refused. */
export function unsupported(what: string, range: SourceRange, hint?: string): OrbitError {
  return new OrbitError('feature_not_supported', `${what} is not supported`, { range, hint });
}

/** As `unsupported`, for a plural. */
export function unsupportedAll(what: string, range: SourceRange, hint?: string): OrbitError {
  return new OrbitError('feature_not_supported', `${what} are not supported`, { range, hint });
}

/** Runs what may throw an error without a place in the statement, and gives it the place. */
export function at<T>(range: SourceRange | undefined, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof OrbitError) || error.range !== undefined || range === undefined) throw error;
    const details: ErrorDetails = { range, hint: error.hint, place: error.place, cause: error.cause };
    throw new OrbitError(error.code, error.message, details);
  }
}
