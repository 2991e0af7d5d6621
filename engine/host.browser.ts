export function availableThreads(): number {
  return navigator.hardwareConcurrency;
}
