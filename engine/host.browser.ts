export function availableThreads(): number {
  return navigator.hardwareConcurrency;
}

/** Bytes that this process may have, if that is known. */
export function machineMemory(): number | undefined {
  const gibibytes = 'deviceMemory' in navigator ? navigator.deviceMemory : undefined;
  return typeof gibibytes === 'number' ? gibibytes * 2 ** 30 : undefined;
}
