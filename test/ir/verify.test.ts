import { describe, expect, test } from 'vitest';
import * as build from '../../compiler/ir/build.ts';
import { aggregateCall, call, equal } from '../../compiler/ir/call.ts';
import { columnIds } from '../../compiler/ir/columns.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import { type Plan, ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import { verify } from '../../compiler/ir/verify.ts';
import { BOOL, decimal, FLOAT64, INT32, INT64, NULL, UTF8 } from '../../compiler/types/type.ts';
import { customers, orders } from './samples.ts';

function at(plan: Plan, position: number): Column {
  const column = plan.columns[position];
  if (column === undefined) throw new Error(`no column ${position}`);
  return column;
}

const ref = (plan: Plan, position: number): Expression => build.columnRef(at(plan, position));

function sample() {
  const ids = columnIds();
  const left = build.scan(orders, ids);
  const right = build.scan(customers, ids);
  const on = equal(ref(left, 1), ref(right, 0));
  return { ids, left, right, on };
}

describe('sound plans', () => {
  test('a join with everything on top', () => {
    const { ids, left, right, on } = sample();
    const joined = build.join('left', left, right, on);
    const filtered = build.filter(joined, call('is_not_null', [ref(joined, 5)]));
    const grouped = build.aggregate(
      filtered,
      [{ name: 'name', expression: ref(filtered, 5) }],
      [{ name: 'sum', call: aggregateCall('sum', [ref(filtered, 3)], { filter: ref(filtered, 6) }) }],
      ids,
    );
    const items = [{ name: 'twice', expression: call('add', [ref(grouped, 1), ref(grouped, 1)]) }];
    const projected = build.project(grouped, [...items, { name: 'n', expression: ref(grouped, 0) }], ids);
    const sorted = build.sort(build.distinct(projected), [build.ascending(ref(projected, 1))]);
    verify(build.limit(sorted, build.constant(10n, INT64), build.parameter(0, INT64)));
  });

  test('apply and subqueries use outer columns', () => {
    const { left, right, on } = sample();
    verify(build.apply('semi', left, build.filter(right, on)));
    verify(build.filter(left, build.exists(build.filter(right, on))));
  });

  test('changes, with what they wrote', () => {
    const { ids, left } = sample();
    const rows = build.scan(orders, ids, { ordinals: [0, 1, 2, 3, ROW_ID_ORDINAL] });
    const written = orders.columns.map(({ name, type, nullable }) => build.newColumn(ids, name, type, nullable));
    const rowId = at(rows, 4).id;
    const common = { table: orders, input: rows, columns: [...rows.columns, ...written], written, command: 0 };
    verify({ kind: 'update', rowId, ordinals: [1], values: [build.constant(7, INT32)], ...common });
    verify({ kind: 'insert', ...common, values: rows.columns.slice(0, 4).map((column) => build.columnRef(column)) });
    verify({ kind: 'delete', table: orders, input: rows, columns: rows.columns, rowId, command: 0 });
    verify(left);
  });

  test('a column may be declared nullable although it never is', () => {
    const { ids, left } = sample();
    const projected = build.project(left, [{ name: 'day', expression: ref(left, 2) }], ids);
    verify({ ...projected, columns: projected.columns.map((column) => ({ ...column, nullable: true })) });
  });
});

describe('broken plans', () => {
  const broken: Record<string, [() => Plan, string]> = {
    'an id that two scans define': [
      () => {
        const { left } = sample();
        return build.join('inner', left, build.scan(customers, columnIds()));
      },
      'defined twice',
    ],
    'the same plan twice': [
      () => {
        const { left } = sample();
        return build.setOperation('union', true, left, left, columnIds(100));
      },
      'defined twice',
    ],
    'a column that is not in scope': [
      () => {
        const { left, right } = sample();
        return build.filter(left, call('is_null', [ref(right, 0)]));
      },
      'not in scope',
    ],
    'a join side that looks at the other': [
      () => {
        const { left, right, on } = sample();
        return build.join('inner', left, build.filter(right, on));
      },
      'not in scope',
    ],
    'a reference of the wrong type': [
      () => {
        const { left } = sample();
        return build.filter(left, call('is_null', [{ ...build.columnRef(at(left, 0)), type: UTF8 }]));
      },
      'column has type utf8',
    ],
    'a reference that forgets NULL': [
      () => {
        const { left } = sample();
        return build.filter(left, call('is_null', [{ ...build.columnRef(at(left, 1)), nullable: false }]));
      },
      'cannot be NULL',
    ],
    'a call that forgets NULL': [
      () => {
        const { ids, left } = sample();
        const sum = { ...call('add', [ref(left, 1), ref(left, 1)]), nullable: false };
        return build.project(left, [{ name: 'x', expression: sum }], ids);
      },
      'cannot be NULL',
    ],
    'a call without an overload': [
      () => {
        const { ids, left } = sample();
        const sum: Expression = {
          kind: 'call',
          fn: 'add',
          args: [ref(left, 0), ref(left, 1)],
          type: INT64,
          nullable: true,
        };
        return build.project(left, [{ name: 'x', expression: sum }], ids);
      },
      'add takes no (int64, int32)',
    ],
    'a call of an unknown function': [
      () => build.filter(sample().left, { kind: 'call', fn: 'no_such', args: [], type: BOOL, nullable: false }),
      'no function no_such',
    ],
    'a call with the wrong result': [
      () => {
        const { ids, left } = sample();
        const wrong = { ...call('add', [ref(left, 1), ref(left, 1)]), type: INT64 };
        return build.project(left, [{ name: 'x', expression: wrong }], ids);
      },
      'has type int64 instead of int32',
    ],
    'a predicate that is no bool': [
      () => {
        const { left } = sample();
        return build.filter(left, ref(left, 0));
      },
      'instead of bool',
    ],
    'a join condition that is no bool': [
      () => {
        const { left, right } = sample();
        return build.join('inner', left, right, ref(left, 0));
      },
      'instead of bool',
    ],
    'an and of one': [
      () => build.filter(sample().left, { kind: 'and', args: [build.TRUE], type: BOOL, nullable: false }),
      'fewer than two terms',
    ],
    'a constant that does not fit': [
      () => build.project(build.singleRow(), [{ name: 'x', expression: build.constant(1, INT64) }], columnIds()),
      'constant is no int64',
    ],
    'a decimal with too many digits': [
      () =>
        build.project(build.singleRow(), [{ name: 'x', expression: build.constant(100n, decimal(2, 0)) }], columnIds()),
      'constant is no decimal(2,0)',
    ],
    'an untyped output': [
      () => build.project(build.singleRow(), [{ name: 'x', expression: build.nullOf(NULL) }], columnIds()),
      'has no type',
    ],
    'a filter that drops a column': [
      () => {
        const { left } = sample();
        return { kind: 'filter', columns: left.columns.slice(1), input: left, predicate: build.FALSE };
      },
      '3 columns are put out instead of 4',
    ],
    'a left join that does not pad': [
      () => {
        const { left, right, on } = sample();
        return { ...build.join('left', left, right, on), columns: [...left.columns, ...right.columns] };
      },
      'can be NULL',
    ],
    'a semi join that puts out its right side': [
      () => {
        const { left, right, on } = sample();
        return { ...build.join('semi', left, right, on), columns: [...left.columns, ...right.columns] };
      },
      'columns are put out',
    ],
    'a mark join without a mark': [
      () => {
        const { left, right, on } = sample();
        return build.join('mark', left, right, on);
      },
      'a mark join has a mark',
    ],
    'a project that passes an outer column through': [
      () => {
        const { left } = sample();
        const inner: Plan = {
          kind: 'project',
          columns: [at(left, 0)],
          input: build.singleRow(),
          expressions: [ref(left, 0)],
        };
        return build.filter(left, build.exists(inner));
      },
      'is an outer column',
    ],
    'a column that is put out twice': [
      () => {
        const { left } = sample();
        return {
          kind: 'project',
          columns: [at(left, 0), at(left, 0)],
          input: left,
          expressions: [ref(left, 0), ref(left, 0)],
        };
      },
      'put out twice',
    ],
    'a set operation over different types': [
      () => {
        const { ids, left, right } = sample();
        const a = build.selectColumns(left, [at(left, 0)]);
        const b = build.selectColumns(right, [at(right, 0)]);
        return build.setOperation('union', true, a, b, ids);
      },
      'int64 at the left, int32 at the right',
    ],
    'a set operation over different numbers of columns': [
      () => {
        const { ids, left, right } = sample();
        return build.setOperation('union', true, left, build.selectColumns(right, [at(right, 0)]), ids);
      },
      'number of columns',
    ],
    'a grouped column that is nullable in some grouping set': [
      () => {
        const { ids, left } = sample();
        const grouped = build.aggregate(left, [{ name: 'day', expression: ref(left, 2) }], [], ids);
        const column = { ...at(grouped, 0), id: ids.next() };
        return { ...grouped, columns: [column], groupingSets: [[0], []] };
      },
      'can be NULL',
    ],
    'an aggregate of the wrong type': [
      () => {
        const { ids, left } = sample();
        const wrong = { ...aggregateCall('sum', [ref(left, 1)]), type: FLOAT64 };
        return build.aggregate(left, [], [{ name: 'sum', call: wrong }], ids);
      },
      'sum gives a int64',
    ],
    'a limit by a column': [
      () => {
        const { left } = sample();
        return build.limit(left, ref(left, 0));
      },
      'limit is not constant',
    ],
    'an IN list of another type': [
      () => {
        const { left } = sample();
        return build.filter(left, build.inList(ref(left, 1), ['x']));
      },
      'a value of an IN list is no int32',
    ],
    'a subquery of two columns': [
      () => {
        const { left, right } = sample();
        const type = at(right, 0).type;
        return build.filter(
          left,
          equal(ref(left, 1), { kind: 'subquery', form: 'scalar', plan: right, type, nullable: true }),
        );
      },
      'has not one column',
    ],
    'a subquery that writes': [
      () => build.filter(sample().left, build.exists(deletion())),
      'a subquery of an expression writes',
    ],
    'a join with a change': [
      () => {
        const inner = deletion();
        return build.join('inner', inner, build.scan(customers, columnIds(100)));
      },
      'a side of a join writes',
    ],
    'an insert that leaves out a column': [
      () => ({
        kind: 'insert',
        table: orders,
        columns: [],
        input: build.singleRow(),
        values: [build.constant(1n, INT64)],
        written: [],
        command: 0,
      }),
      'one value for each column',
    ],
    'an update without row ids': [
      () => {
        const { left } = sample();
        const { columns } = left;
        return {
          kind: 'update',
          table: orders,
          columns,
          input: left,
          rowId: 99,
          ordinals: [],
          values: [],
          written: [],
          command: 0,
        };
      },
      'no row id',
    ],
    'a lambda outside of a call': [
      () => {
        const { ids, left } = sample();
        const x = build.newColumn(ids, 'x', BOOL, false);
        const body = build.columnRef(x);
        return build.filter(left, { kind: 'lambda', parameters: [x], body, type: BOOL, nullable: false });
      },
      'lambda',
    ],
  };
  for (const [title, [make, message]] of Object.entries(broken)) {
    test(title, () => {
      const plan = make();
      expect(() => verify(plan)).toThrow(message);
    });
  }

  test('the message shows the node', () => {
    const { left } = sample();
    const plan = build.filter(left, ref(left, 0));
    expect(() => verify(plan)).toThrow('filter id#1\n  scan orders');
  });
});

function deletion(): Plan {
  const rows = build.scan(orders, columnIds(50), { ordinals: [ROW_ID_ORDINAL] });
  const rowId = at(rows, 0).id;
  return { kind: 'delete', table: orders, columns: rows.columns, input: rows, rowId, command: 0 };
}
