/**
 * Chevrotain 13 calls `Object.groupBy` while it analyses a grammar; Node 20 does not have it. This module has to be evaluated
 * before Chevrotain's, so it is imported by ./chevrotain.ts only, in front.
 */

function groupBy<T>(items: Iterable<T>, keyOf: (item: T, index: number) => PropertyKey): Record<PropertyKey, T[]> {
  const groups: Record<PropertyKey, T[]> = Object.create(null);
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups[key];
    if (group) group.push(item);
    else groups[key] = [item];
  }
  return groups;
}

if (!('groupBy' in Object)) {
  Object.defineProperty(Object, 'groupBy', { value: groupBy, writable: true, configurable: true });
}
