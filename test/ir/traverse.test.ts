import { describe, expect, test } from 'vitest';
import * as build from '../../compiler/ir/build.ts';
import { aggregateCall, call, equal } from '../../compiler/ir/call.ts';
import {
  columnIds,
  columnIdsAfter,
  expressionColumns,
  freeColumns,
  substitute,
  substitutePlan,
} from '../../compiler/ir/columns.ts';
import { hasEffects } from '../../compiler/ir/effects.ts';
import { expressionEquals } from '../../compiler/ir/equal.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import type { Plan } from '../../compiler/ir/plan.ts';
import { printExpression, printPlan } from '../../compiler/ir/print.ts';
import { mapExpression, mapPlan, planChildren, withChildren } from '../../compiler/ir/traverse.ts';
import { verify } from '../../compiler/ir/verify.ts';
import { DATE, decimal, INT32, INT64, INTERVAL, list, UTF8 } from '../../compiler/types/type.ts';
import { customers, orders } from './samples.ts';

function at(plan: Plan, position: number): Column {
  const column = plan.columns[position];
  if (column === undefined) throw new Error(`no column ${position}`);
  return column;
}

const ref = (plan: Plan, position: number): Expression => build.columnRef(at(plan, position));

function correlated() {
  const ids = columnIds();
  const left = build.scan(orders, ids);
  const right = build.scan(customers, ids);
  const inner = build.filter(right, equal(ref(right, 0), ref(left, 1)));
  return { ids, left, right, inner };
}

describe('columns', () => {
  test('free columns are the outer references', () => {
    const { left, inner } = correlated();
    expect([...freeColumns(inner)]).toEqual([at(left, 1).id]);
    expect([...freeColumns(build.apply('inner', left, inner))]).toEqual([]);
  });

  test('an expression uses what its subqueries need from outside', () => {
    const { left, inner } = correlated();
    const both = build.and([build.exists(inner), call('is_null', [ref(left, 0)])]);
    expect([...expressionColumns(both)].sort()).toEqual([at(left, 0).id, at(left, 1).id]);
  });

  test('parameters of a lambda are its own', () => {
    const ids = columnIds();
    const outer = build.newColumn(ids, 'outer', INT32, false);
    const x = build.newColumn(ids, 'x', INT32, false);
    const body = call('add', [build.columnRef(x), build.columnRef(outer)]);
    const lambda: Expression = { kind: 'lambda', parameters: [x], body, type: INT32, nullable: false };
    expect([...expressionColumns(lambda)]).toEqual([outer.id]);
  });

  test('substitution reaches into subqueries', () => {
    const { left, inner } = correlated();
    const by = new Map([[at(left, 1).id, build.constant(5, INT32)]]);
    const replaced = substitute(build.exists(inner), by);
    expect(expressionColumns(replaced).size).toBe(0);
    expect(freeColumns(substitutePlan(inner, by)).size).toBe(0);
    expect(substitutePlan(left, by)).toBe(left);
  });

  test('new ids are beyond all that a plan knows, inside subqueries too', () => {
    const { left, inner, right } = correlated();
    const highest = Math.max(...right.columns.map((column) => column.id));
    expect(columnIdsAfter(build.filter(left, build.exists(inner))).next()).toBe(highest + 1);
  });
});

describe('walks', () => {
  test('what changes nothing gives the same object back', () => {
    const { left, inner } = correlated();
    const plan = build.sort(build.apply('left', left, inner), [build.ascending(ref(left, 0))]);
    expect(mapPlan(plan, (node) => node)).toBe(plan);
    const expression = build.and([build.exists(inner), build.inList(ref(left, 1), [1, 2])]);
    expect(mapExpression(expression, (node) => node)).toBe(expression);
  });

  test('columns follow new inputs', () => {
    const { left, right } = correlated();
    const joined = build.join('left', left, right, equal(ref(left, 1), ref(right, 0)));
    const top = build.filter(joined, call('is_null', [ref(joined, 4)]));
    const inner = build.join('inner', left, right, joined.condition);
    const [column] = withChildren(top, [inner]).columns.slice(4);
    expect(column?.nullable).toBe(false);
    expect(planChildren(withChildren(top, [inner]))).toEqual([inner]);
  });

  test('effects are seen in subqueries', () => {
    const { left, inner } = correlated();
    const plan = build.filter(left, build.exists(inner));
    expect(hasEffects(plan)).toBe(false);
    expect(
      hasEffects({ kind: 'delete', table: orders, columns: plan.columns, input: plan, rowId: 1, command: 0 }),
    ).toBe(true);
  });
});

describe('equality', () => {
  const a: Column = { id: 1, name: 'a', type: INT32, nullable: false };
  const one = build.constant(1, INT32);

  test('is by structure and ignores ranges', () => {
    const x = call('add', [build.columnRef(a, { start: 0, end: 1 }), one]);
    expect(expressionEquals(x, call('add', [build.columnRef(a), one], { start: 5, end: 9 }))).toBe(true);
    expect(expressionEquals(x, call('subtract', [build.columnRef(a), one]))).toBe(false);
    expect(expressionEquals(x, call('add', [one, build.columnRef(a)]))).toBe(false);
  });

  test('tells values apart that SQL calls equal', () => {
    expect(expressionEquals(build.constant(0, { kind: 'float64' }), build.constant(-0, { kind: 'float64' }))).toBe(
      false,
    );
    expect(
      expressionEquals(
        build.constant(Number.NaN, { kind: 'float64' }),
        build.constant(Number.NaN, { kind: 'float64' }),
      ),
    ).toBe(true);
    expect(expressionEquals(build.constant(1n, INT64), build.constant(1n, decimal(1, 0)))).toBe(false);
  });

  test('compares lists and intervals by content', () => {
    const interval = (days: number) => build.constant({ months: 0, days, micros: 0n }, INTERVAL);
    expect(expressionEquals(interval(1), interval(1))).toBe(true);
    expect(expressionEquals(interval(1), interval(2))).toBe(false);
    expect(expressionEquals(build.constant(['x'], list(UTF8)), build.constant(['x'], list(UTF8)))).toBe(true);
  });
});

describe('logic', () => {
  const a: Column = { id: 1, name: 'a', type: { kind: 'bool' }, nullable: true };

  test('is flattened and loses neutral terms', () => {
    const term = build.columnRef(a);
    expect(build.and([])).toMatchObject({ kind: 'constant', value: true });
    expect(build.or([build.FALSE, term])).toBe(term);
    expect(printExpression(build.and([term, build.and([term, build.TRUE, term])]))).toBe('(#1 and #1 and #1)');
    expect(build.conjuncts(build.TRUE)).toEqual([]);
  });
});

describe('text', () => {
  test('of constants', () => {
    const show = (...args: Parameters<typeof build.constant>): string => printExpression(build.constant(...args));
    expect(show(-5, INT32)).toBe('-5');
    expect(show(5n, INT64)).toBe('5::int64');
    expect(show(-5n, decimal(4, 2))).toBe('-0.05::decimal(4,2)');
    expect(show("it's", UTF8)).toBe("'it''s'");
    expect(show(null, DATE)).toBe('null::date');
    expect(show(19_000, DATE)).toBe("date '2022-01-08'");
    expect(show(['a', null], list(UTF8))).toBe('["a", null]::utf8[]');
  });

  test('of long lists is cut', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i);
    expect(printExpression(build.inList(build.constant(1, INT32), values))).toMatch(/, 19 and 980 more\)$/);
  });

  test('of a plan with subqueries in subqueries', () => {
    const { ids, left, right } = correlated();
    const third = build.scan(orders, ids);
    const deepest = build.filter(third, equal(ref(third, 1), ref(right, 0)));
    const inner = build.filter(right, build.and([build.exists(deepest), equal(ref(right, 0), ref(left, 1))]));
    const plan = build.aggregate(
      build.filter(left, build.exists(inner)),
      [],
      [{ name: 'n', call: aggregateCall('count', []) }],
      ids,
    );
    verify(plan);
    expect(printPlan(plan)).toBe(`aggregate compute count() -> [n#13: int64]
  filter exists subquery 1
    subquery 1:
      filter (exists subquery 2 and eq(id#5, customer#2))
        subquery 2:
          filter eq(customer#10, id#5)
            scan orders -> [id#9: int64, customer#10: int32?, day#11: date, total#12: decimal(15,2)]
        scan customers -> [id#5: int32, name#6: utf8, active#7: bool?, tags#8: utf8[]?]
    scan orders -> [id#1: int64, customer#2: int32?, day#3: date, total#4: decimal(15,2)]
`);
  });
});
