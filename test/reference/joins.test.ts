import { describe, expect, it } from 'vitest';
import { call } from '../../compiler/ir/call.ts';
import type { Expression } from '../../compiler/ir/expression.ts';
import type { HashJoin, NestedLoopJoin, PhysicalApply, PhysicalPlan } from '../../compiler/physical/plan.ts';
import { BOOL } from '../../compiler/types/type.ts';
import { column, lit, ref, run, values } from './plans.ts';

const left = () => values('a int32, b utf8', ['1 | x', '2 | y', '2 | z', '- | n']);
const right = () => values('c int32, d utf8', ['2 | p', '3 | q', '- | r', '2 | s']);

const keepsOneSide = ['semi', 'anti', 'mark', 'buildSemi', 'buildAnti'];

function hashJoin(
  join: HashJoin['join'],
  probe: PhysicalPlan,
  build: PhysicalPlan,
  options: { readonly nullAware?: boolean; readonly nullsEqual?: boolean; readonly residual?: Expression } = {},
): HashJoin {
  const mark = join === 'mark' ? column('mark', BOOL) : undefined;
  const side = join === 'buildSemi' || join === 'buildAnti' ? build.columns : probe.columns;
  const both = keepsOneSide.includes(join) ? side : [...probe.columns, ...build.columns];
  return {
    kind: 'hashJoin',
    join,
    probe,
    build,
    columns: mark === undefined ? both : [...both, mark],
    keys: [{ probe: ref(probe, 'a'), build: ref(build, 'c'), nullsEqual: options.nullsEqual ?? false }],
    residual: options.residual,
    nullAware: options.nullAware ?? false,
    mark,
  };
}

describe('hash join', () => {
  it.each([
    ['inner', ['2 | y | 2 | p', '2 | y | 2 | s', '2 | z | 2 | p', '2 | z | 2 | s']],
    ['left', ['1 | x | - | -', '2 | y | 2 | p', '2 | y | 2 | s', '2 | z | 2 | p', '2 | z | 2 | s', '- | n | - | -']],
    [
      'full',
      [
        '1 | x | - | -',
        '2 | y | 2 | p',
        '2 | y | 2 | s',
        '2 | z | 2 | p',
        '2 | z | 2 | s',
        '- | n | - | -',
        '- | - | 3 | q',
        '- | - | - | r',
      ],
    ],
    ['semi', ['2 | y', '2 | z']],
    ['anti', ['1 | x', '- | n']],
    ['mark', ['1 | x | f', '2 | y | t', '2 | z | t', '- | n | f']],
    ['buildSemi', ['2 | p', '2 | s']],
    ['buildAnti', ['3 | q', '- | r']],
    [
      'buildLeft',
      ['2 | y | 2 | p', '2 | z | 2 | p', '- | - | 3 | q', '- | - | - | r', '2 | y | 2 | s', '2 | z | 2 | s'],
    ],
  ] as const)('%s', (join, expected) => {
    expect(run(hashJoin(join, left(), right()))).toEqual(expected);
  });

  it('matches NULLs where they are equal', () => {
    expect(run(hashJoin('inner', left(), right(), { nullsEqual: true }))).toContain('- | n | - | r');
    expect(run(hashJoin('anti', left(), right(), { nullsEqual: true }))).toEqual(['1 | x']);
  });

  it('asks the residual condition too', () => {
    const [probe, build] = [left(), right()];
    const residual = call('eq', [ref(probe, 'b'), lit('utf8', 'y')]);
    expect(run(hashJoin('semi', probe, build, { residual }))).toEqual(['2 | y']);
    expect(run(hashJoin('full', probe, build, { residual }))).toContain('2 | z | - | -');
  });

  it('is NOT IN when aware of NULLs', () => {
    expect(run(hashJoin('anti', left(), right(), { nullAware: true }))).toEqual([]);
    const noNulls = values('c int32, d utf8', ['2 | p']);
    expect(run(hashJoin('anti', left(), noNulls, { nullAware: true }))).toEqual(['1 | x']);
    const empty = values('c int32, d utf8', []);
    expect(run(hashJoin('anti', left(), empty, { nullAware: true }))).toEqual(run(left()));
  });

  it('is IN when it marks, aware of NULLs', () => {
    const expected = ['1 | x | -', '2 | y | t', '2 | z | t', '- | n | -'];
    expect(run(hashJoin('mark', left(), right(), { nullAware: true }))).toEqual(expected);
    const empty = values('c int32, d utf8', []);
    expect(run(hashJoin('mark', left(), empty, { nullAware: true }))).toEqual(run(left()).map((row) => `${row} | f`));
  });

  it('fails on a second match of a single join', () => {
    expect(() => run(hashJoin('single', left(), right()))).toThrow('more than one row returned by a subquery');
    const once = values('c int32, d utf8', ['2 | p', '3 | q']);
    expect(run(hashJoin('single', left(), once))).toEqual([
      '1 | x | - | -',
      '2 | y | 2 | p',
      '2 | z | 2 | p',
      '- | n | - | -',
    ]);
  });

  it('puts out columns in any order', () => {
    const plan = hashJoin('inner', left(), values('c int32, d utf8', ['2 | p']));
    expect(run({ ...plan, columns: [...plan.columns].reverse() })).toEqual(['p | 2 | y | 2', 'p | 2 | z | 2']);
  });

  it('compares floats as grouping does', () => {
    const probe = values('a float64', ['NaN', '-0']);
    const build = values('c float64', ['NaN', '0']);
    expect(run(hashJoin('semi', probe, build))).toEqual(['NaN', '-0']);
  });
});

describe('nested loop join', () => {
  const lessThan = (join: NestedLoopJoin['join'], nullAware = false): NestedLoopJoin => {
    const [outer, inner] = [left(), right()];
    const mark = join === 'mark' ? column('mark', BOOL) : undefined;
    const both = keepsOneSide.includes(join) ? outer.columns : [...outer.columns, ...inner.columns];
    const predicate = call('lt', [ref(outer, 'a'), ref(inner, 'c')]);
    const shown = mark === undefined ? both : [...both, mark];
    return { kind: 'nestedLoopJoin', join, outer, inner, predicate, columns: shown, nullAware, mark };
  };

  it.each([
    ['inner', ['1 | x | 2 | p', '1 | x | 3 | q', '1 | x | 2 | s', '2 | y | 3 | q', '2 | z | 3 | q']],
    ['semi', ['1 | x', '2 | y', '2 | z']],
    ['anti', ['- | n']],
    ['mark', ['1 | x | t', '2 | y | t', '2 | z | t', '- | n | f']],
  ] as const)('%s', (join, expected) => {
    expect(run(lessThan(join))).toEqual(expected);
  });

  it('keeps unmatched rows of both sides', () => {
    expect(run(lessThan('full'))).toContain('- | - | - | r');
    expect(run(lessThan('full'))).toContain('- | n | - | -');
    expect(run(lessThan('left'))).not.toContain('- | - | - | r');
  });

  it('knows the unknown', () => {
    expect(run(lessThan('mark', true))).toContain('- | n | -');
    expect(run(lessThan('anti', true))).toEqual([]);
  });
});

describe('apply', () => {
  const apply = (join: PhysicalApply['join']): PhysicalApply => {
    const [outer, source] = [left(), right()];
    const inner: PhysicalPlan = {
      kind: 'filter',
      input: source,
      predicate: call('eq', [ref(outer, 'a'), ref(source, 'c')]),
      columns: source.columns,
    };
    const mark = join === 'mark' ? column('mark', BOOL) : undefined;
    const both = keepsOneSide.includes(join) ? outer.columns : [...outer.columns, ...inner.columns];
    return { kind: 'apply', join, outer, inner, columns: mark === undefined ? both : [...both, mark], mark };
  };

  it.each(['inner', 'left', 'semi', 'anti', 'mark'] as const)('%s sees the outer row', (join) => {
    expect(run(apply(join))).toEqual(run(hashJoin(join, left(), right())));
  });

  it('fails on a second row of a single apply', () => {
    expect(() => run(apply('single'))).toThrow('more than one row returned by a subquery');
  });

  it('nests', () => {
    const outer = values('a int32', ['1', '2']);
    const middle = values('m int32', ['10', '20']);
    const source = values('z int32', ['0']);
    const sum = call('add', [ref(outer, 'a'), ref(middle, 'm')]);
    const inner: PhysicalPlan = {
      kind: 'project',
      input: source,
      expressions: [sum],
      columns: [column('s', sum.type)],
    };
    const second: PhysicalPlan = {
      kind: 'apply',
      join: 'inner',
      outer: middle,
      inner,
      columns: [...middle.columns, ...inner.columns],
    };
    const plan: PhysicalPlan = {
      kind: 'apply',
      join: 'inner',
      outer,
      inner: second,
      columns: [...outer.columns, ...second.columns],
    };
    expect(run(plan)).toEqual(['1 | 10 | 11', '1 | 20 | 21', '2 | 10 | 12', '2 | 20 | 22']);
  });
});
