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

/** The smallest range around all of them. */
export function around(ranges: readonly SourceRange[]): SourceRange | undefined {
  if (ranges.length === 0) return undefined;
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const range of ranges) {
    start = Math.min(start, range.start);
    end = Math.max(end, range.end);
  }
  return { start, end };
}
