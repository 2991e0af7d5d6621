import { constant } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import type {
  PhysicalDelete,
  PhysicalInsert,
  PhysicalMerge,
  PhysicalPlan,
  PhysicalUpdate,
} from '../../compiler/physical/plan.ts';
import { INT64 } from '../../compiler/types/type.ts';
import { makeHashJoin } from './make-joins.ts';
import { makeScan, pickTable } from './make-leaves.ts';
import { makeFilter } from './make-rows.ts';
import { type Making, NOTHING_OUTSIDE, type Outside } from './making.ts';
import { type Node, over, readable } from './node.ts';
import { COMMAND, type TestTable } from './tables.ts';
import { someValue } from './values.ts';

export type WriteKind = 'insert' | 'update' | 'delete' | 'merge';

export function makeWrite(making: Making, kind: WriteKind, input: Node, outside: Outside): Node {
  const table = pickTable(making, [
    [1, 'one'],
    [8, 'small'],
    [1, 'medium'],
  ]);
  switch (kind) {
    case 'insert':
      return insert(making, table, input, outside);
    case 'update':
      return update(making, table, input);
    case 'delete': {
      const target = targets(making, table, input);
      const plan: PhysicalDelete = {
        kind: 'delete',
        columns: target.plan.columns,
        table: table.handle,
        input: target.plan,
        rowId: rowIdOf(target).id,
        command: COMMAND,
      };
      return evaluated(making, plan, target, NOTHING_OUTSIDE);
    }
    case 'merge':
      return merge(making, table, input);
  }
}

function evaluated(making: Making, plan: PhysicalPlan, input: Node, outside: Outside): Node {
  return over(plan, making.evaluate(plan, [input], outside), [input]);
}

function written(making: Making, table: TestTable): readonly Column[] {
  return table.handle.columns.map(({ name, type, nullable }) => making.newColumn(`new ${name}`, type, nullable));
}

/** A value for the column, which is not NULL where the column may not be. */
function valueFor(
  making: Making,
  table: TestTable,
  ordinal: number,
  from: readonly Column[],
  outside = NOTHING_OUTSIDE,
): Expression {
  const definition = table.handle.columns[ordinal];
  if (definition === undefined) throw new Error(`no column ${ordinal}`);
  const { type, nullable } = definition;
  const value = making.expressions(from, outside).of(type, making.random.integer(0, 2));
  if (nullable || !value.nullable) return value;
  return call('coalesce', [value, constant(someValue(making.random, type), type)]);
}

function insert(making: Making, table: TestTable, input: Node, outside: Outside): Node {
  return making.attempt(
    8,
    () => {
      const values = table.handle.columns.map((_, ordinal) =>
        valueFor(making, table, ordinal, readable(input), outside),
      );
      const own = written(making, table);
      const plan: PhysicalInsert = {
        kind: 'insert',
        columns: [...input.plan.columns, ...own],
        table: table.handle,
        input: input.plan,
        values,
        written: own,
        command: COMMAND,
      };
      return evaluated(making, plan, input, outside);
    },
    ({ rows }) => rows.length > 0,
  );
}

/** Rows of the table with their ids, each once. */
function targets(making: Making, table: TestTable, other: Node): Node {
  const { random } = making;
  const scan = makeScan(making, NOTHING_OUTSIDE, { table, rowId: true });
  if (random.chance(0.3)) return makeFilter(making, scan, NOTHING_OUTSIDE);
  if (!random.chance(0.4)) return scan;
  return makeHashJoin(making, random.pick(['semi', 'mark', 'anti']), scan, other, NOTHING_OUTSIDE);
}

function rowIdOf({ plan }: Node): Column {
  const column = plan.columns.find(({ name, type }) => name === 'rowid' && type === INT64);
  if (column === undefined) throw new Error('no row id');
  return column;
}

function update(making: Making, table: TestTable, other: Node): Node {
  const { random } = making;
  const target = targets(making, table, other);
  return making.attempt(
    8,
    () => {
      const ordinals = random
        .shuffled(
          random.some(
            table.handle.columns.map((_, i) => i),
            1,
          ),
        )
        .slice(0, 3);
      const values = ordinals.map((ordinal) => valueFor(making, table, ordinal, readable(target)));
      const own = written(making, table);
      const plan: PhysicalUpdate = {
        kind: 'update',
        columns: [...target.plan.columns, ...own],
        table: table.handle,
        input: target.plan,
        rowId: rowIdOf(target).id,
        ordinals,
        values,
        written: own,
        command: COMMAND,
      };
      return evaluated(making, plan, target, NOTHING_OUTSIDE);
    },
    ({ rows }) => rows.length > 0,
  );
}

/** `input` must have an order: a later row sees what an earlier one has inserted. */
function merge(making: Making, table: TestTable, input: Node): Node {
  const { random } = making;
  return making.attempt(
    8,
    () => {
      const columns = table.handle.columns;
      const matchOrdinals = random.shuffled(columns.map((_, i) => i)).slice(0, random.integer(1, 2));
      const matchValues = matchOrdinals.map((ordinal) => valueFor(making, table, ordinal, readable(input)));
      const current = columns.map(({ name, type, nullable }) => making.newColumn(`old ${name}`, type, nullable));
      const assigned = random.chance(0.2)
        ? []
        : random.shuffled(columns.map((_, i) => i)).slice(0, random.integer(1, 2));
      const onMatch = assigned.map((ordinal) => ({
        ordinal,
        value: valueFor(making, table, ordinal, [...readable(input), ...current]),
      }));
      const insertValues = columns.map((_, ordinal) => valueFor(making, table, ordinal, readable(input)));
      const own = written(making, table);
      const plan: PhysicalMerge = {
        kind: 'merge',
        columns: [...input.plan.columns, ...own],
        table: table.handle,
        input: input.plan,
        matchOrdinals,
        matchValues,
        onMatch,
        current,
        insertValues,
        written: own,
        command: COMMAND,
      };
      return evaluated(making, plan, input, NOTHING_OUTSIDE);
    },
    ({ rows }) => rows.length > 0,
  );
}
