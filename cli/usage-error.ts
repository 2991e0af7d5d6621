/** The command line cannot be understood: nothing has been run. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
