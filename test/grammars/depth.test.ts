import { describe, expect, test } from 'vitest';
import { maxTreeDepth } from '../../grammars/sql/depth.ts';
import { parseSql } from '../../grammars/sql/parser.ts';
import { printSql } from '../../grammars/sql/printer/printer.ts';
import { depthOf } from './ranges.ts';

const nest = (open: string, inner: string, close: string) => (times: number) =>
  `${open.repeat(times)}${inner}${close.repeat(times)}`;
const select =
  (expression: (times: number) => string) =>
  (times: number): string =>
    `select ${expression(times)}`;

/** Texts whose trees, or whose parsing, get deeper with every repetition. */
const nested: Readonly<Record<string, (times: number) => string>> = {
  not: select(nest('not ', 'true', '')),
  'unary minus': select(nest('- ', '1', '')),
  'prefix operators': select(nest('~ ', '1', '')),
  case: select(nest('case when true then ', '1', ' end')),
  'case else': select(nest('case when true then 1 else ', '1', ' end')),
  subqueries: nest('select (', 'select 1', ')'),
  'derived tables': nest('select * from (', 'select 1', ') t'),
  exists: nest('select 1 where exists (', 'select 1', ')'),
  'common tables': nest('with a as (', 'select 1', ') select 1'),
  calls: select(nest('f(', '1', ')')),
  in: select(nest('1 in (', '1', ')')),
  lists: select(nest('[', '1', ']')),
  arrays: select(nest('array[', '1', ']')),
  structs: select(nest('{a: ', '1', '}')),
  intervals: select(nest('interval (', '1', ') day')),
  lambdas: select(nest('f(x -> x + ', '1', ')')),
  windows: select(nest('f() over (partition by ', '1', ')')),
  types: (times) => `select 1::${nest('struct(a ', 'int', ')')(times)}`,
  'array types': (times) => `select 1::int${'[]'.repeat(times)}`,
  'grouping sets': (times) => `select 1 group by ${nest('grouping sets (', 'a', ')')(times)}`,
  'joins in parentheses': (times) => `select * from ${nest('(', 'a join b on true', ' join c on true)')(times)}`,
  'joins to the right': (times) => `select * from a${' join b'.repeat(times)}${' on true'.repeat(times)}`,
  explain: nest('explain ', 'select 1', ''),
  prepare: nest('prepare a as ', 'select 1', ''),
  'copy options': (times) => `copy t to stdout (a ${nest('(', '1', ')')(times)})`,
};

/** The same with chains, which the parser reads in a loop. */
const chained: Readonly<Record<string, (times: number) => string>> = {
  '1+1+…': (times) => `select 1${'+1'.repeat(times)}`,
  concatenation: (times) => `select 'a'${"||'a'".repeat(times)}`,
  casts: (times) => `select 1${'::int'.repeat(times)}`,
  subscripts: (times) => `select a${'[1]'.repeat(times)}`,
  fields: (times) => `select (a)${'.b'.repeat(times)}`,
  methods: (times) => `select 'a'${'.f()'.repeat(times)}`,
  'is null': (times) => `select a${' is null'.repeat(times)}`,
  collate: (times) => `select a${' collate "C"'.repeat(times)}`,
  joins: (times) => `select * from a${' cross join b'.repeat(times)}`,
  'mixed set operations': (times) => `select 1${' union select 1 except select 2'.repeat(times)}`,
};

/** Long, and not deep. */
const flat: Readonly<Record<string, (times: number) => string>> = {
  and: (times) => `select 1 where true${' and a = 1'.repeat(times)}`,
  or: (times) => `select 1 where true${' or a = 1'.repeat(times)}`,
  'union all': (times) => `select 1${' union all select 1'.repeat(times)}`,
  'in list': (times) => `select 1 in (${'1, '.repeat(times)}1)`,
  values: (times) => `values (1)${', (1)'.repeat(times)}`,
  'select list': (times) => `select 1${', 1'.repeat(times)}`,
  tables: (times) => `select 1 from a${', a'.repeat(times)}`,
  'long names': (times) => `select a${'.b'.repeat(times)}`,
  statements: (times) => 'select 1;'.repeat(times),
  arms: (times) => `select case${' when 1 then 2'.repeat(times)} end`,
};

describe('10,000 levels are refused', () => {
  test.each(Object.entries({ ...nested, ...chained }))('%s', (_, text) => {
    const { statements, errors } = parseSql(text(10_000));
    expect(errors.map(({ code, message }) => `${code} ${message}`)).toEqual([
      '54001 the statement is nested too deeply',
    ]);
    expect(statements.map(({ kind }) => kind)).toEqual(['invalid']);
  });
});

describe('10,000 of them are accepted', () => {
  test.each(Object.entries(flat))('%s', (_, text) => {
    const { statements, errors } = parseSql(text(10_000));
    expect(errors).toEqual([]);
    expect(Math.max(...statements.map(depthOf))).toBeLessThan(20);
  });
});

/** A statement of a megabyte, right or wrong, comes back. */
describe('a megabyte', () => {
  test.each([
    ['of text', `select '${'x'.repeat(1_000_000)}'`, 0],
    ['of comment', `select /* ${'x'.repeat(1_000_000)} */ 1`, 0],
    ['of a name', `select ${'x'.repeat(1_000_000)}`, 0],
    ['of numbers', `select a in (${'1234567, '.repeat(110_000)}1)`, 0],
    ['of rows', `insert into t values ${"(1, 'a'), ".repeat(100_000)}(1, 'a')`, 0],
    ['of statements', 'select 1; '.repeat(100_000), 0],
    ['with a mistake at its end', `select ${'a, '.repeat(330_000)}from from t`, 1],
    ['with a misspelt word at its beginning', `selct ${'a, '.repeat(330_000)}b from t`, 1],
    ['of 1,000 joins', `select 1 from a${' cross join b'.repeat(100)}${', c cross join d'.repeat(1000)}`, 0],
    ['of 10,000 columns', `create table t (${'a int not null, '.repeat(10_000)}b text)`, 0],
  ])('%s', (_, text, errors) => {
    expect(parseSql(text).errors.length).toBe(errors);
  });
});

test('a bad statement leaves the trees of the others', () => {
  const { statements, errors } = parseSql('select 1; selct 2; delete from t; select (; create table t (a int)');
  expect(statements.map(({ kind }) => kind)).toEqual(['query', 'invalid', 'delete', 'invalid', 'createTable']);
  expect(errors.length).toBe(2);
});

test('parentheses alone are no depth of the tree, and are refused when there are 10,000', () => {
  const { statements, errors } = parseSql(select(nest('(', '1', ')'))(100));
  expect(errors).toEqual([]);
  expect(depthOf(statements[0]!)).toBe(4);
  expect(parseSql(select(nest('(', '1', ')'))(10_000)).errors[0]?.code).toBe('54001');
});

describe('50 levels are accepted, and no tree is deeper than the limit', () => {
  test.each(Object.entries({ ...nested, ...chained }))('%s', (_, text) => {
    for (const times of [50, 100, 200, 400, 800]) {
      const { statements, errors } = parseSql(text(times));
      if (times === 50) expect(errors).toEqual([]);
      expect(depthOf(statements[0]!)).toBeLessThanOrEqual(maxTreeDepth);
      printSql(statements[0]!);
    }
  });
});

/** What is never closed, or never makes sense, has to come back as well. */
test.each([
  '(',
  ')',
  '[',
  '{a:',
  'case ',
  'select ',
  'from ',
  ',',
  '/*',
  "'",
  '"',
  '?',
  '*',
  '::',
  'a.',
  'not ',
  'with a as (',
  '$',
  '1 ',
  'x -> ',
  'f(',
  ';',
])('10,000 times %s', (text) => {
  const { statements, errors } = parseSql(`select ${text.repeat(10_000)}`);
  for (const statement of statements) printSql(statement);
  expect(errors.length).toBeLessThan(10);
});

test('a caller that has used most of the stack gets the error too', () => {
  const text = select(nest('f(', '1', ')'))(150);
  expect(parseSql(text).errors).toEqual([]);
  const codes = below(Math.floor(framesThatFit() * 0.85), () => parseSql(text).errors.map(({ code }) => code));
  expect(codes).toEqual(['54001']);
});

function below<T>(frames: number, work: () => T): T {
  return frames === 0 ? work() : below(frames - 1, work);
}

function framesThatFit(): number {
  let fits = 1000;
  try {
    for (;;) {
      below(fits + 100, () => undefined);
      fits += 100;
    }
  } catch {
    return fits;
  }
}
