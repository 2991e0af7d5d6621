import { describe, expect, it } from 'vitest';
import { call } from '../../compiler/ir/call.ts';
import type { PhysicalInsert, PhysicalMerge, PhysicalPlan, PhysicalUpdate } from '../../compiler/physical/plan.ts';
import { MemoryTables } from '../../runtime/reference/memory-tables.ts';
import { columns, keep, lit, ref, rowsOf, run, scan, table, values } from './plans.ts';

const shape = 'k int32 not null, v utf8';

function items(lines: readonly string[] = ['1 | a', '2 | b']) {
  const handle = table('items', shape);
  const tables = new MemoryTables();
  tables.load(handle, rowsOf(handle.columns, lines));
  const content = (command = 99) => run(keep(scan(handle, command), 'k v'), tables);
  return { handle, tables, content };
}

const insertOf = (handle: PhysicalInsert['table'], input: PhysicalPlan, command: number): PhysicalInsert => {
  const written = columns(shape);
  const rows = [ref(input, 'k'), ref(input, 'v')];
  return { kind: 'insert', table: handle, input, values: rows, written, command, columns: written };
};

describe('insert', () => {
  it('puts out the rows written, which later commands see', () => {
    const { handle, tables, content } = items();
    const input = values(shape, ['3 | c', '4 | -']);
    expect(run(insertOf(handle, input, 5), tables)).toEqual(['3 | c', '4 | -']);
    expect(content(5)).toEqual(['1 | a', '2 | b']);
    expect(content(6)).toEqual(['1 | a', '2 | b', '3 | c', '4 | -']);
  });

  it('does not read what it writes', () => {
    const { handle, tables, content } = items();
    run(insertOf(handle, scan(handle, 5), 5), tables);
    expect(content()).toEqual(['1 | a', '2 | b', '1 | a', '2 | b']);
  });

  it('refuses NULL where the table does', () => {
    const { handle, tables } = items();
    expect(() => run(insertOf(handle, values(shape, ['- | x']), 1), tables)).toThrow(
      'null value in column "k" of table "items" violates its NOT NULL constraint',
    );
  });
});

describe('update and delete', () => {
  const update = (input: PhysicalPlan, handle: PhysicalUpdate['table'], command = 1): PhysicalUpdate => {
    const written = columns(shape);
    return {
      kind: 'update',
      table: handle,
      input,
      rowId: ref(input, 'id').id,
      ordinals: [0],
      values: [call('add', [ref(input, 'k'), lit('int32', '10')])],
      written,
      command,
      columns: [...input.columns.slice(0, 1), ...written],
    };
  };

  it('changes the columns named and keeps the row id', () => {
    const { handle, tables, content } = items();
    expect(run(update(scan(handle, 1), handle), tables)).toEqual(['1 | 11 | a', '2 | 12 | b']);
    expect(content(1)).toEqual(['1 | a', '2 | b']);
    expect(content(2)).toEqual(['11 | a', '12 | b']);
    expect(run(keep(scan(handle, 2), 'id k'), tables)).toEqual(['1 | 11', '2 | 12']);
  });

  it('changes a row once, however often it is named', () => {
    const { handle, tables, content } = items(['1 | a']);
    const [a, b] = [scan(handle, 1), scan(handle, 1)];
    const twice: PhysicalPlan = { kind: 'unionAll', inputs: [a, b], columns: a.columns };
    expect(run(update(twice, handle), tables)).toEqual(['1 | 11 | a']);
    expect(content()).toEqual(['11 | a']);
    expect(run(update(scan(handle, 2), handle, 2), tables)).toEqual(['11 | 21 | a']);
  });

  it('deletes the rows named', () => {
    const { handle, tables, content } = items();
    const input = scan(handle, 1);
    const first = { ...input, predicates: [call('eq', [ref(input, 'k'), lit('int32', '1')])] };
    const rowId = ref(input, 'id').id;
    const plan: PhysicalPlan = {
      kind: 'delete',
      table: handle,
      input: first,
      rowId,
      command: 1,
      columns: input.columns,
    };
    expect(run(plan, tables)).toEqual(['1 | a | 1']);
    expect(run(plan, tables)).toEqual([]);
    expect(content(1)).toEqual(['1 | a', '2 | b']);
    expect(content(2)).toEqual(['2 | b']);
  });
});

describe('merge', () => {
  const merge = (handle: PhysicalMerge['table'], lines: readonly string[], append: boolean): PhysicalMerge => {
    const input = values('x int32, y utf8', lines);
    const [current, written] = [columns(shape), columns(shape)];
    const [x, y] = [ref(input, 'x'), ref(input, 'y')];
    const joined = call('concat_op', [ref({ columns: current }, 'v'), y]);
    return {
      kind: 'merge',
      table: handle,
      input,
      matchOrdinals: [0],
      matchValues: [x],
      onMatch: append ? [{ ordinal: 1, value: joined }] : [],
      current,
      insertValues: [x, y],
      written,
      command: 1,
      columns: [...input.columns.slice(1), ...written],
    };
  };

  it('inserts what is not there, its own insertions included', () => {
    const { handle, tables, content } = items();
    const plan = merge(handle, ['2 | p', '3 | q', '3 | r'], false);
    expect(run(plan, tables)).toEqual(['p | 2 | b', 'q | 3 | q', 'r | 3 | q']);
    expect(content()).toEqual(['1 | a', '2 | b', '3 | q']);
  });

  it('changes what is there, as often as it is named', () => {
    const { handle, tables, content } = items(['1 | a', '1 | b']);
    const plan = merge(handle, ['1 | x', '1 | y', '2 | z', '2 | w'], true);
    expect(run(plan, tables)).toEqual([
      'x | 1 | ax',
      'x | 1 | bx',
      'y | 1 | axy',
      'y | 1 | bxy',
      'z | 2 | z',
      'w | 2 | zw',
    ]);
    expect(content(1)).toEqual(['1 | a', '1 | b']);
    expect(content(2)).toEqual(['1 | axy', '1 | bxy', '2 | zw']);
  });
});
