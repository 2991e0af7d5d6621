import { columnRef, constant, parameter } from '../../compiler/ir/build.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import type { KeyLookup, PhysicalValues, TableScan } from '../../compiler/physical/plan.ts';
import { INT64, type Type, typeEquals } from '../../compiler/types/type.ts';
import type { Making, Outside } from './making.ts';
import { leaf, type Node } from './node.ts';
import { keyValue, type Size } from './table-pool.ts';
import { COMMAND, type TestTable } from './tables.ts';
import { NESTED_TYPES, randomValue, TYPES } from './values.ts';

export function pickTable(making: Making, sizes: readonly (readonly [number, Size])[]): TestTable {
  const size = making.random.weighted(sizes.filter(([, name]) => (making.pool.get(name) ?? []).length > 0));
  const table = making.random.pick(making.pool.get(size) ?? []);
  making.tables.add(table);
  return table;
}

export const SIZES: readonly (readonly [number, Size])[] = [
  [2, 'empty'],
  [4, 'one'],
  [80, 'small'],
  [10, 'medium'],
  [4, 'batches'],
];

export interface ScanOptions {
  readonly table?: TestTable | undefined;
  readonly rowId?: boolean | undefined;
  readonly predicates?: number | undefined;
}

export function makeScan(making: Making, outside: Outside, options: ScanOptions = {}): Node {
  const { random } = making;
  const table = options.table ?? pickTable(making, SIZES);
  making.tables.add(table);
  const all = table.handle.columns.map((_, ordinal) => ordinal);
  const chosen = random.chance(0.03) ? [] : random.shuffled(random.some(all, 1)).slice(0, 6);
  const ordinals = options.rowId === true || random.chance(0.1) ? [...chosen, ROW_ID_ORDINAL] : chosen;
  const columns = ordinals.map((ordinal) => {
    if (ordinal === ROW_ID_ORDINAL) return making.newColumn('rowid', INT64, false);
    const definition = table.handle.columns[ordinal];
    if (definition === undefined) throw new Error(`no column ${ordinal}`);
    return making.newColumn(definition.name, definition.type, definition.nullable);
  });
  const count = options.predicates ?? (random.chance(0.4) ? random.integer(1, 2) : 0);
  return making.attempt(
    6,
    () => {
      const expressions = making.expressions(columns, outside);
      const predicates = Array.from({ length: count }, () =>
        random.chance(0.5) ? expressions.bound() : expressions.condition(random.integer(1, 2)),
      );
      const plan: TableScan = {
        kind: 'tableScan',
        table: table.handle,
        columns,
        ordinals,
        predicates,
        command: COMMAND,
      };
      return leaf(plan, making.evaluate(plan, [], outside), floats(columns));
    },
    ({ rows }) => rows.length > 0,
  );
}

/** Rows of a table by one of its keys: some that are there, some that are not, some twice, some NULL. */
export function makeKeyLookup(making: Making, outside: Outside): Node {
  const { random } = making;
  const table = pickTable(making, [[1, 'keyed']]);
  const key = random.pick(table.handle.keys);
  const ordinals = random.shuffled([...table.handle.columns.keys(), ...(random.chance(0.3) ? [ROW_ID_ORDINAL] : [])]);
  const columns = ordinals.map((ordinal) => {
    const definition = table.handle.columns[ordinal];
    if (definition === undefined) return making.newColumn('rowid', INT64, false);
    return making.newColumn(definition.name, definition.type, definition.nullable);
  });
  const keyOf = (): readonly Expression[] => {
    const row = table.rows.length > 0 && random.chance(0.9) ? random.pick(table.rows) : undefined;
    return key.map((ordinal): Expression => {
      const type = table.handle.columns[ordinal]?.type ?? INT64;
      const around = outside.columns.filter((column) => typeEquals(column.type, type));
      if (around.length > 0 && random.chance(0.7)) return columnRef(random.pick(around));
      const absent = ordinal === 0 ? keyValue(type, 3 * random.integer(-2, 300) + 1) : type.kind === 'int64' ? 7n : 7;
      const value = random.chance(0.03) ? null : (row?.[ordinal] ?? absent);
      // A wider integer than the column's is compared too, also where it is out of its range.
      const wide = type.kind === 'int16' || type.kind === 'int32' ? random.chance(0.3) : false;
      const given = wide && typeof value === 'number' ? BigInt(value) + (random.chance(0.2) ? 2n ** 32n : 0n) : value;
      const givenType = wide ? INT64 : type;
      if (random.chance(0.6)) return constant(given, givenType);
      making.parameters.push(given);
      return parameter(making.parameters.length - 1, givenType);
    });
  };
  return making.attempt(
    6,
    () => {
      const keys = Array.from({ length: random.integer(1, random.chance(0.3) ? 40 : 4) }, keyOf);
      const predicates = random.chance(0.2) ? [making.expressions(columns, outside).bound()] : [];
      const plan: KeyLookup = {
        kind: 'keyLookup',
        table: table.handle,
        columns,
        ordinals,
        key,
        keys,
        predicates,
        command: COMMAND,
      };
      return leaf(plan, making.evaluate(plan, [], outside));
    },
    ({ rows }) => rows.length > 0,
  );
}

function floats(columns: readonly Column[]): readonly Column[] {
  return columns.filter(({ type }) => type.kind === 'float32' || type.kind === 'float64');
}

export function makeValues(making: Making, outside: Outside, type?: Type): Node {
  const { random } = making;
  const count = random.weighted([
    [1, 0],
    [3, 1],
    [10, random.integer(2, 12)],
    [2, random.integer(20, 60)],
  ]);
  const width = random.chance(0.04) && type === undefined ? 0 : random.integer(1, 4);
  const shapes = Array.from({ length: width }, (_, i) => {
    const own = random.pick(random.chance(0.5) ? NESTED_TYPES : TYPES);
    const nulls = random.pick([0, 0, 0.2]);
    return { type: i === 0 && type !== undefined ? type : own, nulls };
  });
  return making.attempt(
    6,
    () => {
      const expressions = making.expressions([], outside);
      const rows = Array.from({ length: count }, (_, row) =>
        shapes.map((shape) =>
          random.chance(0.12)
            ? expressions.of(shape.type, 2)
            : constant(
                randomValue(random, shape.type, { values: 'few', skewed: false, nulls: shape.nulls }, row),
                shape.type,
              ),
        ),
      );
      const columns = shapes.map((shape, i) =>
        making.newColumn(
          `v${i}`,
          shape.type,
          rows.some((row) => row[i]?.nullable === true),
        ),
      );
      const plan: PhysicalValues = { kind: 'values', columns, rows };
      return leaf(plan, making.evaluate(plan, [], outside));
    },
    () => true,
  );
}
