import * as T from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { Random } from './random.ts';
import { column, type TestTable, testTable } from './tables.ts';
import { randomValue, type Spread, TYPES } from './values.ts';

export type Size = 'empty' | 'one' | 'small' | 'medium' | 'batches' | 'chunks' | 'keyed';

const ROWS: Readonly<Record<Size, readonly [number, number]>> = {
  empty: [0, 0],
  one: [1, 1],
  small: [2, 40],
  medium: [100, 300],
  batches: [2_100, 4_500],
  chunks: [66_000, 70_000],
  keyed: [0, 200],
};

/** A table of random columns; more rows have fewer of them. */
export function randomTable(random: Random, name: string, size: Size): TestTable {
  const [low, high] = ROWS[size];
  const count = random.integer(low, high);
  const width = size === 'chunks' ? 3 : size === 'batches' ? 4 : random.integer(3, 8);
  // Types that joins like to meet on are in most tables.
  const common: readonly T.Type[] = [T.INT32, T.UTF8, T.INT64, T.DATE, T.decimal(18, 3)];
  const columns = Array.from({ length: width }, (_, i) => {
    const type = random.chance(0.5) ? random.pick(common) : random.pick(TYPES);
    const spread: Spread = {
      values: random.weighted([
        [5, 'few'],
        [3, 'pool'],
        [2, 'unique'],
      ] as const),
      skewed: random.chance(0.15),
      nulls: random.chance(0.5) ? 0 : random.pick([0.05, 0.3, 1]),
    };
    const nulls = spread.nulls > 0 && !random.chance(0.85) ? 0 : spread.nulls;
    return { definition: column(`c${i}`, type, nulls > 0 || random.chance(0.2)), spread: { ...spread, nulls } };
  });
  const rows = Array.from({ length: count }, (_, row) =>
    columns.map(({ definition, spread }) => randomValue(random, definition.type, spread, row)),
  );
  const definitions = columns.map(({ definition }) => definition);
  const chunked = size === 'small' || size === 'medium' ? random.chance(0.4) : false;
  return testTable(name, definitions, rows, {
    holes: random.chance(0.25) ? random.integer(2, 5) : 0,
    batch: Math.max(1, chunked ? random.integer(1, count) : count),
    single: random.chance(0.4) ? random.integer(0, Math.min(count, 60)) : 0,
  });
}

/**
 * A table with keys: one of a column whose values ascend or not, one of two columns that are not unique alone. It is
 * only read.
 */
function keyedTable(random: Random, name: string): TestTable {
  const count = random.integer(...ROWS.keyed);
  const ascending = random.chance(0.5);
  const type = random.pick([T.INT16, T.INT32, T.INT64, T.DATE, T.UTF8, T.decimal(18, 3)]);
  const columns = [
    column('id', type, false),
    column('a', T.INT32, random.chance(0.3)),
    column('b', T.INT64, false),
    column('c', T.UTF8, true),
  ];
  const order = Array.from({ length: count }, (_, row) => row);
  const shuffled = ascending ? order : random.shuffled(order);
  const rows = shuffled.map((id): readonly Value[] => [
    keyValue(type, id * 3),
    columns[1]?.nullable === true && random.chance(0.1) ? null : id % 10,
    BigInt(Math.floor(id / 10)) * 5_000_000_000n,
    randomValue(random, T.UTF8, { values: 'few', skewed: false, nulls: 0.2 }, id),
  ]);
  return testTable(name, columns, rows, {
    holes: random.chance(0.4) ? random.integer(2, 5) : 0,
    batch: Math.max(1, random.chance(0.4) ? random.integer(1, Math.max(1, count)) : count),
    single: random.chance(0.4) ? random.integer(0, Math.min(count, 60)) : 0,
    keys: [[0], [2, 1]],
  });
}

/** A value of a key's type that belongs to the number, and to no other. */
export function keyValue(type: T.Type, number: number): Value {
  if (type.kind === 'utf8') return `key ${number}`;
  return type.kind === 'int64' || type.kind === 'decimal' ? BigInt(number) : number;
}

/** Tables of every size, among which plans choose. */
export function tablePool(seed: number): ReadonlyMap<Size, readonly TestTable[]> {
  const random = new Random(seed);
  const amounts: Readonly<Record<Size, number>> = {
    empty: 2,
    one: 3,
    small: 14,
    medium: 4,
    batches: 2,
    chunks: 0,
    keyed: 8,
  };
  return new Map(
    Object.entries(amounts).map(([size, amount]) => [
      size as Size,
      Array.from({ length: amount }, (_, i) =>
        size === 'keyed' ? keyedTable(random, `keyed${i}`) : randomTable(random, `${size}${i}`, size as Size),
      ),
    ]),
  );
}
