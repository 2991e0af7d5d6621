import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { DATE, INT32, INT64, type Type, UTF8 } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { Chunk } from '../../runtime/columns/chunk.ts';
import type { Transaction } from '../../runtime/columns/source.ts';
import { loadRows } from '../../storage/tables/bulk-loader.ts';
import { readValue } from '../../storage/tables/decode.ts';
import { createMemoryTable, type MemoryTable } from '../../storage/tables/memory-table.ts';
import { createTransactionManager } from '../../storage/transactions/manager.ts';
import { positions } from './support.ts';

/** Looking a key up finds what a scan at the same time would find, for every viewer, whatever others write meanwhile. */

const KEYS = 12;

interface Viewer {
  readonly transaction: Transaction | undefined;
  command: number;
}

/** Keys of rows that the viewer sees, with their ids. */
async function scanned(table: MemoryTable, { transaction, command }: Viewer, key: readonly number[]) {
  const found = new Map<string, number>();
  const cursor = table.scan({ ordinals: key, prune: [], command, transaction });
  for (let chunk: Chunk | undefined = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
    for (const position of positions(chunk)) {
      const values = chunk.columns.map((column, i) => readValue(column, cursor.formats[i]?.type ?? INT64, position));
      if (values.includes(null)) continue;
      const name = values.join();
      expect(found.has(name), `key ${name} twice`).toBe(false);
      found.set(name, Number(chunk.firstRowId) + position);
    }
  }
  cursor.close();
  return found;
}

const number = fc.nat({ max: KEYS - 1 });
const viewer = fc.nat({ max: 3 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('begin' as const), viewer }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('commit' as const, 'rollback' as const), viewer }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('insert' as const), viewer, key: number }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), viewer, key: number }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('update' as const), viewer, key: number, to: number }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('load' as const),
      viewer: fc.option(viewer),
      keys: fc.uniqueArray(number, { minLength: 1, maxLength: 5 }),
      sorted: fc.boolean(),
    }),
  },
);

function valueFor(type: Type, key: number): Value {
  return type.kind === 'int64' ? BigInt(key) : type.kind === 'utf8' ? `k${key}` : key;
}

async function check(
  types: readonly Type[],
  steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
) {
  const columns = types.map((type, i): ColumnDefinition => ({ name: `k${i}`, type, nullable: false }));
  const key = types.map((_, i) => i).reverse();
  const transactions = createTransactionManager();
  const definition = { name: 't', columns: [...columns, { name: 'v', type: INT32, nullable: true }] };
  const table = createMemoryTable({ ...definition, keys: [key], transactions });
  const open: (Viewer | undefined)[] = [];
  // Of several columns all but one are the same for every three keys, so that they are no key alone.
  const rowOf = (k: number): Value[] => [...types.map((type, i) => valueFor(type, i === 0 ? k : Math.floor(k / 3))), k];
  const tolerant = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      const expected =
        error instanceof OrbitError && ['unique_violation', 'serialization_failure'].includes(error.code);
      if (!expected) throw error;
    }
  };
  const find = ({ transaction, command }: Viewer, k: number): number | undefined => {
    const row = rowOf(k);
    return table.lookup?.({ key, values: key.map((ordinal) => row[ordinal] ?? null), command, transaction });
  };
  for (const action of steps) {
    const at = action.viewer ?? 0;
    const own = open[at];
    switch (action.kind) {
      case 'begin':
        open[at] ??= { transaction: transactions.begin(), command: 1 };
        break;
      case 'commit':
      case 'rollback':
        if (own?.transaction === undefined) break;
        transactions[action.kind](own.transaction);
        open[at] = undefined;
        break;
      case 'load':
        tolerant(() => {
          const { keys, sorted } = action;
          const ordered = sorted ? [...keys].sort((a, b) => a - b) : keys;
          loadRows(
            table.bulkLoader(action.viewer === null ? undefined : own?.transaction, own?.command),
            ordered.map(rowOf),
          );
        });
        if (own !== undefined) own.command++;
        break;
      default: {
        if (own?.transaction === undefined) break;
        const { transaction, command } = own;
        const row = find(own, action.key);
        tolerant(() => {
          if (action.kind === 'insert') table.insert(transaction, command, rowOf(action.key));
          else if (row === undefined) return;
          else if (action.kind === 'delete') table.delete(transaction, command, BigInt(row));
          else {
            const to = rowOf(action.to);
            table.update(transaction, command, BigInt(row), [...to.keys()], to);
          }
        });
        own.command++;
      }
    }
    for (const one of [...open, { transaction: undefined, command: 0 }]) {
      if (one === undefined) continue;
      const expected = await scanned(table, one, key);
      for (let k = 0; k < KEYS; k++) {
        const row = rowOf(k);
        expect(find(one, k)).toBe(expected.get(key.map((ordinal) => row[ordinal]).join()));
      }
    }
  }
}

test('a key that a snapshot still sees is not given to another row', async () => {
  const steps = [
    { kind: 'begin', viewer: 0 },
    { kind: 'insert', viewer: 0, key: 0 },
    { kind: 'commit', viewer: 0 },
    { kind: 'begin', viewer: 1 },
    { kind: 'begin', viewer: 2 },
    { kind: 'update', viewer: 2, key: 0, to: 1 },
    { kind: 'commit', viewer: 2 },
    { kind: 'insert', viewer: 1, key: 0 },
    { kind: 'load', viewer: 1, keys: [0, 3], sorted: true },
  ] as const;
  await check(
    [UTF8, INT32],
    steps.map((one) => (one.kind === 'load' ? { ...one, keys: [...one.keys] } : one)),
  );
});

describe('a key that is looked up', () => {
  test.each([
    ['an integer', [INT64]],
    ['a date', [DATE]],
    ['a text', [UTF8]],
    ['two integers', [INT32, INT64]],
    ['a text and an integer', [UTF8, INT32]],
  ] as const)('%s: finds what a scan finds', async (_, types) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => check(types, steps)),
      { numRuns: 60 },
    );
  });

  test('is found in many chunks of ascending rows, and where integers are wide', () => {
    for (const factor of [1n, 3n, 1_000_000_007n]) {
      const columns = [{ name: 'k', type: INT64, nullable: false }];
      const table = createMemoryTable({ name: 't', columns, keys: [[0]] });
      for (let from = 0; from < 3000; from += 1000) {
        loadRows(
          table.bulkLoader(),
          Array.from({ length: 1000 }, (_, i) => [BigInt(from + i - 500) * factor]),
        );
      }
      const find = (value: bigint) => table.lookup?.({ key: [0], values: [value], command: 0, transaction: undefined });
      for (let i = 0; i < 3000; i++) expect(find(BigInt(i - 500) * factor)).toBe(i);
      for (const absent of [-501n * factor, 2500n * factor, 2n ** 62n, -(2n ** 62n)])
        expect(find(absent)).toBe(undefined);
      if (factor > 1n) for (let i = 0n; i < 100n; i++) expect(find(i * factor + 1n)).toBe(undefined);
    }
  });
});
