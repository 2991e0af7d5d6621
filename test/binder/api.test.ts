import { describe, expect, test } from 'vitest';
import { bindSql } from '../../compiler/frontends/sql/bind.ts';
import { filesNamedBy } from '../../compiler/frontends/sql/files.ts';
import type { Expression } from '../../compiler/ir/expression.ts';
import { expressionChildren, planChildren, planExpressions } from '../../compiler/ir/traverse.ts';
import { decimal, INT64, type Type } from '../../compiler/types/type.ts';
import { parseSql } from '../../grammars/sql/parser.ts';
import type { Statement } from '../../grammars/sql/tree.ts';
import { catalogOf } from './catalog.ts';

const catalog = catalogOf('create table t (a integer not null, b text, d numeric(10,2))');

function parsed(text: string): Statement {
  const [statement] = parseSql(text).statements;
  if (statement === undefined) throw new Error(`${text} is no statement`);
  return statement;
}

describe('files', () => {
  test('are found wherever FROM may stand, once each, in the order of the text', () => {
    const text = `with x as (select * from 'one.csv') insert into t select a from 'two.parquet' u
      where exists (select 1 from x, 'one.csv' where a in (table t union select k from lateral (from 'three.csv') s))`;
    expect(filesNamedBy(parsed(text)).map((file) => file.paths[0])).toEqual(['one.csv', 'two.parquet', 'three.csv']);
  });

  test('come with their places', () => {
    const text = `explain select * from 'one.csv'`;
    expect(filesNamedBy(parsed(text))).toMatchObject([{ paths: ['one.csv'], range: { start: 22, end: 31 } }]);
  });

  test('are not what COPY reads or writes', () => {
    expect(filesNamedBy(parsed(`copy t from 'x.csv'`))).toEqual([]);
  });
});

describe('parameters', () => {
  const types = (text: string, ...positional: (Type | undefined)[]) =>
    bindSql(parsed(text), { catalog, parameters: { positional } }).parameters.map((parameter) => parameter.type);

  test('have the type that was declared, and values are cast where another is asked for', () => {
    expect(types('select 1 from t where a = $1', INT64)).toEqual([INT64]);
    expect(types('select 1 from t limit $1', { kind: 'int32' })).toEqual([{ kind: 'int32' }]);
  });

  test('that are declared and not used are there all the same', () => {
    expect(types('select 1', INT64, undefined)).toEqual([INT64, { kind: 'utf8' }]);
  });

  test('beside a decimal keep decimals of their own', () => {
    expect(types('select d * $1 from t')).toEqual([decimal(38, 10)]);
  });

  test('of one name are one', () => {
    const bound = bindSql(parsed('select :x + a, :x from t where b = :y'), { catalog });
    expect(bound.parameters.map((parameter) => parameter.name).sort()).toEqual(['x', 'y']);
  });
});

describe('ranges', () => {
  test('lead from every expression that was written to its words', () => {
    const text = `select lower(b) || 'x', case when a > 1 then d else 0 end, sum(a) from t
      where a between 1 and 5 and b in ('p', 'q') group by b, a, d having count(*) > 1 order by sum(d)`;
    const bound = bindSql(parsed(text), { catalog });
    if (bound.kind !== 'query') throw new Error('no query');
    const words = new Set<string>();
    const visitExpression = (expression: Expression): void => {
      const { range } = expression;
      // A column that a projection only hands on was not written there.
      if (expression.kind !== 'column') expect(range).toBeDefined();
      if (range !== undefined) words.add(text.slice(range.start, range.end));
      expressionChildren(expression).forEach(visitExpression);
    };
    const visit = (plan: typeof bound.plan): void => {
      planExpressions(plan).forEach(visitExpression);
      planChildren(plan).forEach(visit);
    };
    visit(bound.plan);
    for (const word of [
      "lower(b) || 'x'",
      'lower(b)',
      'a > 1',
      'a between 1 and 5',
      "b in ('p', 'q')",
      'count(*) > 1',
    ]) {
      expect(words).toContain(word);
    }
  });
});
