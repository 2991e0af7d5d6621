import { OrbitError } from '../../engine/index.ts';

/** The error that the work fails with. */
export async function failure(work: Promise<unknown>): Promise<OrbitError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OrbitError)) throw new Error(`expected an OrbitError, not ${String(error)}`);
  return error;
}
