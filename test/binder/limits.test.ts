import { describe, expect, test } from 'vitest';
import { bindSql } from '../../compiler/frontends/sql/bind.ts';
import { printPlan } from '../../compiler/ir/print.ts';
import { verify } from '../../compiler/ir/verify.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { maxTreeDepth } from '../../grammars/sql/depth.ts';
import { parseSql } from '../../grammars/sql/parser.ts';
import { catalogOf } from './catalog.ts';

const catalog = catalogOf('create table t (a integer not null, b text, f boolean)');

/** Whether a statement binds, verifies and prints, or the code of its error. */
function outcome(text: string): string {
  const { statements, errors } = parseSql(text);
  const [statement] = statements;
  if (errors.length > 0 || statement === undefined) return `syntax: ${errors[0]?.message}`;
  try {
    const bound = bindSql(statement, { catalog });
    if (bound.kind !== 'query') return bound.kind;
    verify(bound.plan);
    printPlan(bound.plan);
    return 'bound';
  } catch (error) {
    if (error instanceof OrbitError) return error.code;
    throw error;
  }
}

const many = (count: number, part: (i: number) => string, between: string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(between);

describe('long statements bind', () => {
  const terms = 10_000;
  test('AND', () => expect(outcome(`select 1 from t where ${many(terms, (i) => `a <> ${i}`, ' and ')}`)).toBe('bound'));
  test('OR', () => expect(outcome(`select 1 from t where ${many(terms, (i) => `a = ${i}`, ' or ')}`)).toBe('bound'));
  test('IN', () => expect(outcome(`select 1 from t where a in (${many(terms, String, ', ')})`)).toBe('bound'));
  test('NOT IN of text', () => {
    expect(outcome(`select 1 from t where b not in (${many(terms, (i) => `'x${i}'`, ', ')})`)).toBe('bound');
  });
  test('VALUES', () => expect(outcome(`values ${many(terms, (i) => `(${i}, 'x')`, ', ')}`)).toBe('bound'));
  test('CASE', () => {
    expect(outcome(`select case ${many(1000, (i) => `when a = ${i} then ${i}`, ' ')} end from t`)).toBe('bound');
  });
  test('select list', () => {
    expect(outcome(`select ${many(2000, (i) => `a + ${i} as c${i}`, ', ')} from t order by c1999`)).toBe('bound');
  });
  test('UNION', () => expect(outcome(many(500, (i) => `select ${i}, a from t`, ' union all '))).toBe('bound'));
  test('FROM', () => expect(outcome(`select x0.a from ${many(300, (i) => `t as x${i}`, ', ')}`)).toBe('bound'));
});

describe('deep statements bind, or are refused by name', () => {
  const depths = [50, 200, 450, maxTreeDepth - 20, maxTreeDepth * 2];
  const shapes: Record<string, (depth: number) => string> = {
    parentheses: (n) => `select ${'('.repeat(n)}a${')'.repeat(n)} from t`,
    sum: (n) => `select ${many(n, () => 'a', ' + ')} from t`,
    'nested calls': (n) => `select ${'lower('.repeat(n)}b${')'.repeat(n)} from t`,
    negation: (n) => `select ${'not '.repeat(n)}f from t`,
    'nested CASE': (n) => `select ${'case when f then a else '.repeat(n)}a${' end'.repeat(n)} from t`,
    casts: (n) => `select a${'::int::bigint'.repeat(n / 2)} from t`,
    'derived tables': (n) => `${'select a from ('.repeat(n / 3)}select a from t${') s'.repeat(n / 3)}`,
    'scalar subqueries': (n) => `select ${'(select '.repeat(n / 4)}a${' limit 1)'.repeat(n / 4)} from t`,
    'nested EXISTS': (n) =>
      `select 1 from t where ${'exists (select 1 from t where '.repeat(n / 4)}f${')'.repeat(n / 4)}`,
    joins: (n) => `select x0.a from t x0 ${many(n / 2, (i) => `left join t y${i} on y${i}.a = x0.a`, ' ')}`,
    'WITH inside WITH': (n) => `${'with w as ('.repeat(n / 4)}select a from t${') select a from w'.repeat(n / 4)}`,
  };
  for (const [shape, text] of Object.entries(shapes)) {
    test(shape, () => {
      const [shallow, ...outcomes] = depths.map((depth) => outcome(text(depth)));
      expect(shallow).toBe('bound');
      for (const each of outcomes)
        expect(each).toMatch(/^(bound|statement_too_complex|syntax: .*(deep|nest|complex).*)$/);
    });
  }
});

describe('short statements with exponential plans are refused', () => {
  test('WITH queries that double', () => {
    const steps = many(40, (i) => `w${i + 1} as (select x.a from w${i} x, w${i} y)`, ', ');
    expect(outcome(`with w0 as (select a from t), ${steps} select * from w40`)).toBe('statement_too_complex');
  });
  test('BETWEEN of BETWEEN', () => {
    const text = `${'('.repeat(40)}f${' between false and true)'.repeat(40)}`;
    expect(outcome(`select ${text} from t`)).toBe('statement_too_complex');
  });
});
