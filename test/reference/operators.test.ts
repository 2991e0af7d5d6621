import { describe, expect, it } from 'vitest';
import { constant, parameter } from '../../compiler/ir/build.ts';
import { aggregateCall, call } from '../../compiler/ir/call.ts';
import type { AggregateCall, Expression } from '../../compiler/ir/expression.ts';
import type { HashAggregate, PhysicalPlan, PhysicalSort, PhysicalUnnest } from '../../compiler/physical/plan.ts';
import { ANY, INT32, INT64 } from '../../compiler/types/type.ts';
import { MemoryTables } from '../../runtime/reference/memory-tables.ts';
import { column, keep, lit, literal, project, ref, rowsOf, run, scan, table, values } from './plans.ts';

const int64 = (value: bigint | null): Expression => literal(value, INT64);

describe('scan and filter', () => {
  const people = table('people', 'name utf8, age int32');
  const tables = new MemoryTables();
  tables.load(people, rowsOf(people.columns, ['ann | 30', 'bob | -', 'cid | 40']));

  it('reads columns and row ids', () => {
    expect(run(scan(people), tables)).toEqual(['ann | 30 | 1', 'bob | - | 2', 'cid | 40 | 3']);
  });

  it('applies every predicate; unknown is not true', () => {
    const plan = scan(people);
    const older = call('gt', [ref(plan, 'age'), lit('int32', '20')]);
    const named = call('ne', [ref(plan, 'name'), lit('utf8', 'ann')]);
    expect(run({ ...plan, predicates: [older, named] }, tables)).toEqual(['cid | 40 | 3']);
    expect(run({ kind: 'filter', input: plan, predicate: older, columns: plan.columns }, tables)).toHaveLength(2);
  });

  it('reads parameters', () => {
    const plan = scan(people);
    const predicate = call('eq', [ref(plan, 'age'), parameter(0, INT32)]);
    expect(run({ ...plan, predicates: [predicate] }, tables, [40])).toEqual(['cid | 40 | 3']);
    expect(run({ ...plan, predicates: [predicate] }, tables, [null])).toEqual([]);
  });
});

describe('aggregate', () => {
  const input = () =>
    values('g utf8, x int32, y utf8', ['a | 1 | p', 'b | 2 | q', 'a | 3 | -', '- | 1 | r', 'a | 1 | s', '- | - | t']);

  const aggregate = (
    plan: PhysicalPlan,
    groups: readonly Expression[],
    calls: Readonly<Record<string, AggregateCall>>,
  ): HashAggregate => ({
    kind: 'hashAggregate',
    input: plan,
    groups,
    aggregates: Object.values(calls),
    columns: [
      ...groups.map((group) => column('group', group.type)),
      ...Object.entries(calls).map(([name, { type, nullable }]) => column(name, type, nullable)),
    ],
  });

  it('groups NULLs together and skips them in aggregates', () => {
    const plan = input();
    const x = ref(plan, 'x');
    const calls = {
      all: aggregateCall('count', []),
      count: aggregateCall('count', [x]),
      sum: aggregateCall('sum', [x]),
    };
    expect(run(aggregate(plan, [ref(plan, 'g')], calls))).toEqual(['a | 3 | 3 | 5', 'b | 1 | 1 | 2', '- | 2 | 1 | 1']);
  });

  it('has one row without groups, and none for no rows with groups', () => {
    const empty = values('g utf8, x int32, y utf8', []);
    const calls = { count: aggregateCall('count', []), sum: aggregateCall('sum', [ref(empty, 'x')]) };
    expect(run(aggregate(empty, [], calls))).toEqual(['0 | -']);
    expect(run(aggregate(empty, [ref(empty, 'g')], calls))).toEqual([]);
  });

  it('knows DISTINCT, FILTER and ORDER BY', () => {
    const plan = input();
    const [x, y] = [ref(plan, 'x'), ref(plan, 'y')];
    const orderBy = [{ expression: y, descending: true, nullsFirst: true }];
    const calls = {
      distinct: aggregateCall('count', [x], { distinct: true }),
      filtered: aggregateCall('count', [], { filter: call('eq', [x, lit('int32', '1')]) }),
      texts: aggregateCall('string_agg', [y, lit('utf8', ',')], { orderBy }),
      list: aggregateCall('array_agg', [x], { orderBy }),
      unique: aggregateCall('array_agg', [x], { distinct: true }),
    };
    expect(run(aggregate(plan, [], calls))).toEqual(['3 | 3 | t,s,r,q,p | {3,NULL,1,1,2,1} | {1,2,3,NULL}']);
  });

  it('is exact', () => {
    const plan = values('i int64, d decimal(10,2), f float64', [
      '9223372036854775807 | 0.01 | 1',
      '9223372036854775807 | 0.02 | 3',
      '1 | 99999999.99 | NaN',
    ]);
    const [i, d, f] = [ref(plan, 'i'), ref(plan, 'd'), ref(plan, 'f')];
    const calls = {
      si: aggregateCall('sum', [i]),
      ai: aggregateCall('avg', [i]),
      sd: aggregateCall('sum', [d]),
      ad: aggregateCall('avg', [d]),
      max: aggregateCall('max', [f]),
      min: aggregateCall('min', [f]),
    };
    expect(run(aggregate(plan, [], calls))).toEqual([
      '18446744073709551615 | 6148914691236517205.0000000000000000 | 100000000.02 | 33333333.3400000000000000 | NaN | 1',
    ]);
  });

  it('refuses a sum of int32 beyond int64 only', () => {
    const plan = values('x int32', ['2147483647', '2147483647']);
    expect(run(aggregate(plan, [], { sum: aggregateCall('sum', [ref(plan, 'x')]) }))).toEqual(['4294967294']);
  });

  it.each([
    ['bool_and', 'b', 'f'],
    ['bool_or', 'b', 't'],
    ['count_if', 'b', '1'],
    ['any_value', 'f', '2'],
    ['var_samp', 'f', '4'],
    ['var_pop', 'f', '2.6666666666666665'],
    ['stddev_samp', 'f', '2'],
    ['stddev_pop', 'f', '1.632993161855452'],
    ['avg', 'f', '4'],
  ])('%s(%s)', (fn, name, expected) => {
    const plan = values('b bool, f float64', ['- | -', 't | 2', 'f | 4', '- | 6']);
    expect(run(aggregate(plan, [], { result: aggregateCall(fn, [ref(plan, name)]) }))).toEqual([expected]);
  });

  it('groups -0 with 0 and NaN with NaN', () => {
    const plan = values('f float64', ['0', '-0', 'NaN', 'NaN']);
    const calls = { count: aggregateCall('count', []) };
    expect(run(aggregate(plan, [ref(plan, 'f')], calls))).toEqual(['0 | 2', 'NaN | 2']);
  });
});

describe('sort and limit', () => {
  const input = () => values('x int32, y utf8', ['2 | a', '- | b', '1 | c', '2 | d', '1 | e']);

  const sort = (descending: boolean, nullsFirst: boolean, rest: Partial<PhysicalSort> = {}): PhysicalSort => {
    const plan = input();
    return {
      kind: 'sort',
      input: plan,
      columns: plan.columns,
      keys: [{ expression: ref(plan, 'x'), descending, nullsFirst }],
      ...rest,
    };
  };

  it('is stable, and puts NULLs where it is told', () => {
    expect(run(sort(false, false))).toEqual(['1 | c', '1 | e', '2 | a', '2 | d', '- | b']);
    expect(run(sort(true, true))).toEqual(['- | b', '2 | a', '2 | d', '1 | c', '1 | e']);
    expect(run(sort(true, false))).toEqual(['2 | a', '2 | d', '1 | c', '1 | e', '- | b']);
    expect(run(sort(false, true))).toEqual(['- | b', '1 | c', '1 | e', '2 | a', '2 | d']);
  });

  it('keeps the first rows', () => {
    expect(run(sort(false, false, { limit: int64(2n), offset: int64(1n) }))).toEqual(['1 | e', '2 | a']);
  });

  it.each([
    [2n, undefined, ['2 | a', '- | b']],
    [undefined, 3n, ['2 | d', '1 | e']],
    [null, 4n, ['1 | e']],
    [0n, 0n, []],
    [9n, 9n, []],
  ])('limit %s offset %s', (count, offset, expected) => {
    const plan = input();
    const bounds = {
      ...(count === undefined ? {} : { count: int64(count) }),
      ...(offset === undefined ? {} : { offset: int64(offset) }),
    };
    expect(run({ kind: 'limit', input: plan, columns: plan.columns, ...bounds })).toEqual(expected);
  });

  it('refuses negative bounds', () => {
    const plan = input();
    expect(() => run({ kind: 'limit', input: plan, columns: plan.columns, count: int64(-1n) })).toThrow(
      'LIMIT must not',
    );
    expect(() => run({ kind: 'limit', input: plan, columns: plan.columns, offset: int64(-1n) })).toThrow('OFFSET must');
  });
});

describe('union and unnest', () => {
  it('appends inputs by position', () => {
    const [a, b] = [values('x int32', ['1', '-']), values('y int32', ['1', '2'])];
    expect(run({ kind: 'unionAll', inputs: [a, b], columns: [column('z', INT32)] })).toEqual(['1', '-', '1', '2']);
  });

  const unnest = (outer: boolean): PhysicalUnnest => {
    const input = values('k utf8, l int32[]', ['a | {1,NULL}', 'b | {}', 'c | -', 'd | {5}']);
    const [element, ordinality] = [column('e', INT32), column('n', INT64)];
    const shown = [ref(input, 'k').id];
    return {
      kind: 'unnest',
      input,
      expression: ref(input, 'l'),
      element,
      ordinality,
      outer,
      columns: [...input.columns.filter(({ id }) => shown.includes(id)), element, ordinality],
    };
  };

  it('numbers the elements from 1', () => {
    expect(run(unnest(false))).toEqual(['a | 1 | 1', 'a | - | 2', 'd | 5 | 1']);
    expect(run(unnest(true))).toEqual(['a | 1 | 1', 'a | - | 2', 'b | - | -', 'c | - | -', 'd | 5 | 1']);
  });

  it('takes dynamic lists', () => {
    const input = values('v any', ['[1, "a"]', '{}', 'null']);
    const element = column('e', ANY);
    const plan: PhysicalUnnest = {
      kind: 'unnest',
      input,
      expression: ref(input, 'v'),
      element,
      outer: false,
      columns: [element],
    };
    expect(run(plan)).toEqual(['1', '"a"']);
  });
});

describe('expressions', () => {
  const t = constant(true, { kind: 'bool' });
  const f = constant(false, { kind: 'bool' });
  const u = constant(null, { kind: 'bool' });
  const fails = call('eq', [call('divide', [lit('int32', '1'), lit('int32', '0')]), lit('int32', '1')]);
  const one = (expression: Expression) => run(project(values('x int32', ['1']), { result: expression }))[0];
  const logic = (kind: 'and' | 'or', args: readonly Expression[]): Expression => ({
    kind,
    args,
    type: { kind: 'bool' },
    nullable: true,
  });

  it.each([
    ['and', [t, t], 't'],
    ['and', [t, u], '-'],
    ['and', [u, f], 'f'],
    ['and', [f, fails], 'f'],
    ['or', [f, f], 'f'],
    ['or', [f, u], '-'],
    ['or', [u, t], 't'],
    ['or', [t, fails], 't'],
  ] as const)('%s', (kind, args, expected) => {
    expect(one(logic(kind, args))).toBe(expected);
  });

  it('evaluates only the branch taken', () => {
    const branches = [
      { when: u, then: fails },
      { when: t, then: f },
    ];
    expect(one({ kind: 'case', branches, otherwise: fails, type: { kind: 'bool' }, nullable: true })).toBe('f');
    expect(one(call('coalesce', [u, t, fails]))).toBe('t');
  });

  it('is in a list, is not, or may be', () => {
    const inList = (value: number | null, list: readonly (number | null)[]): Expression => ({
      kind: 'in',
      arg: constant(value, INT32),
      values: list,
      type: { kind: 'bool' },
      nullable: true,
    });
    expect(one(inList(1, [1, null]))).toBe('t');
    expect(one(inList(2, [1, null]))).toBe('-');
    expect(one(inList(2, [1]))).toBe('f');
    expect(one(inList(null, [1]))).toBe('-');
    expect(one(inList(null, []))).toBe('f');
  });

  it('casts, and forgives on demand', () => {
    const cast = (onError: 'error' | 'null'): Expression => ({
      kind: 'cast',
      arg: lit('utf8', 'x'),
      onError,
      type: INT32,
      nullable: true,
    });
    expect(one(cast('null'))).toBe('-');
    expect(() => one(cast('error'))).toThrow('invalid input syntax for type integer: "x"');
  });

  it('applies lambdas, which see the row', () => {
    const input = values('l int32[], k int32', ['{1,2,NULL,3} | 2', '- | 1']);
    const element = column('e', INT32);
    const item: Expression = { kind: 'column', id: element.id, type: INT32, nullable: true };
    const product = call('multiply', [item, ref(input, 'k')]);
    const lambda = (body: Expression): Expression => ({
      kind: 'lambda',
      parameters: [element],
      body,
      type: body.type,
      nullable: true,
    });
    const l = ref(input, 'l');
    const transformed = call('list_transform', [l, lambda(product)]);
    const filtered = call('list_filter', [l, lambda(call('ge', [item, ref(input, 'k')]))]);
    expect(run(project(input, { transformed, filtered }))).toEqual(['{2,4,NULL,6} | {2,3}', '- | -']);
  });

  it('keeps only the columns asked for', () => {
    expect(run(keep(values('a int32, b utf8', ['1 | x']), 'b a'))).toEqual(['x | 1']);
  });
});
