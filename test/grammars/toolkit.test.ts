import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectedAt } from '../../grammars/sql/expected.ts';
import { keywordClasses } from '../../grammars/sql/keywords.ts';
import { SqlParser } from '../../grammars/sql/rules/parser.ts';
import { editDistance, nearMisses } from '../../grammars/toolkit/edit-distance.ts';
import { lineColumn } from '../../grammars/toolkit/parse-error.ts';

describe('the grammar', () => {
  test('passes the checks that are skipped in production', () => {
    expect(() => new SqlParser(true)).not.toThrow();
  });

  test('mentions every keyword of the table', () => {
    const used = new Set<string>();
    const collect = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const part of Object.values(value)) {
        if (Array.isArray(part)) part.forEach(collect);
        else if (typeof part === 'object' && part !== null && 'name' in part) used.add(String(part.name).toLowerCase());
      }
    };
    Object.values(new SqlParser().getGAstProductions()).forEach(collect);
    const unused = [...keywordClasses].filter(([word, kind]) => kind !== 'reserved' && !used.has(word));
    expect(unused.map(([word]) => word).sort()).toEqual([...unusedByDesign].sort());
  });

  test('has the members of Chevrotain that the toolkit builds on', () => {
    const engine = new SqlParser();
    for (const member of ['RULE_STACK', 'RULE_STACK_IDX', 'RULE_OCCURRENCE_STACK', 'currIdx', 'recoveryEnabled']) {
      expect(engine).toHaveProperty(member);
    }
    for (const method of ['consumeInternal', 'getFollowSetFromFollowKey', 'shortRuleNameToFullName']) {
      expect(engine).toHaveProperty(method, expect.any(Function));
    }
    const { version } = JSON.parse(readFileSync('node_modules/chevrotain/package.json', 'utf8')) as { version: string };
    expect(version).toMatch(/^13\./);
  });
});

const unusedByDesign = [
  // PostgreSQL does not take them as a column's name, though nothing begins with them here.
  'collation',
  // Recognized by their text among the other fields of intervals; as keywords they cannot be an alias without AS.
  ...['year', 'month', 'day', 'hour', 'minute', 'second'],
];

describe('expectedAt', () => {
  const keywordsAt = (marked: string) => {
    const offset = marked.indexOf('|');
    const expected = expectedAt(marked.replace('|', ''), offset);
    return expected && { ...expected, types: undefined };
  };

  test.each([
    ['select a from t wh|', ['WHERE'], ['SELECT', 'WHEN']],
    ['select a from t |', ['WHERE', 'GROUP', 'JOIN', 'LEFT', 'UNION', 'LIMIT', 'AS'], ['SELECT', 'THEN', 'VALUES']],
    ['|', ['SELECT', 'WITH', 'INSERT', 'CREATE', 'EXPLAIN'], ['WHERE', 'FROM_']],
    ['select 1; |', ['SELECT', 'UPDATE'], ['WHERE']],
    ['select * from t order |', ['BY'], ['WHERE', 'ASC']],
    ['select * from t order by a |', ['ASC', 'DESC', 'NULLS', 'LIMIT'], ['WHERE', 'FROM']],
    ['select case |', ['WHEN', 'NOT', 'CASE'], ['THEN', 'END']],
    ['select case when a |', ['THEN', 'AND', 'IS', 'BETWEEN', 'NOT'], ['END', 'ELSE']],
    ['select a in (|', ['SELECT', 'WITH', 'VALUES', 'NULL', 'CASE'], ['FROM_', 'WHERE']],
    ['create |', ['TABLE', 'VIEW', 'SCHEMA', 'OR', 'TEMP'], ['SELECT']],
    ['create table t (a int |', ['NOT', 'PRIMARY', 'DEFAULT', 'REFERENCES', 'CHECK'], ['WHERE']],
    ['insert into t |', ['VALUES', 'SELECT', 'DEFAULT'], ['FROM_', 'WHERE']],
    ['update t |', ['SET', 'AS'], ['WHERE']],
    ['with a as (select 1) |', ['SELECT', 'INSERT', 'UPDATE'], ['WHERE']],
    ['select f(x) o| from t', ['OVER'], []],
    ['select a, from t where b = 1 a|nd', ['AND'], ['WHERE']],
  ])('%s', (marked, offered, notOffered) => {
    const { keywords } = keywordsAt(marked)!;
    expect(keywords).toEqual(expect.arrayContaining(offered));
    for (const keyword of notOffered) expect(keywords).not.toContain(keyword);
  });

  test('says whether a name can stand there, and what a completion replaces', () => {
    expect(keywordsAt('select na|me from t')).toMatchObject({ name: true, replace: { start: 7, end: 11 } });
    expect(keywordsAt('select * from |')).toMatchObject({ name: true, replace: { start: 14, end: 14 } });
    expect(keywordsAt('select * from t limit 1 |')).toMatchObject({ name: false });
    expect(keywordsAt('select t.|')).toMatchObject({ name: true });
  });

  test('is silent in strings and comments', () => {
    for (const marked of ["select 'a|b'", 'select /* a|b */ 1', 'select -- a|', "select 'a|", 'select 12|3 from t']) {
      expect(keywordsAt(marked), marked).toBeUndefined();
    }
  });
});

describe('edit distance', () => {
  test.each([
    ['', '', 2, 0],
    ['abc', 'abc', 2, 0],
    ['selct', 'select', 2, 1],
    ['form', 'from', 2, 1],
    ['wehre', 'where', 2, 1],
    ['abc', 'xyz', 2, 3],
    ['abcdef', 'abc', 2, 3],
    ['gruop', 'group', 1, 1],
  ])('%s to %s', (a, b, limit, distance) => {
    expect(editDistance(a, b, limit)).toBe(distance);
    expect(editDistance(b, a, limit)).toBe(distance);
  });

  test('near misses come nearest first', () => {
    expect(nearMisses('wher', ['when', 'where', 'their', 'select'])).toEqual(['when', 'where']);
    expect(nearMisses('selecd', ['select', 'seleced'])).toEqual(['seleced', 'select']);
    expect(nearMisses('a', ['as', 'at'])).toEqual([]);
  });
});

test.each([
  ['abc', 0, 1, 1],
  ['abc', 3, 1, 4],
  ['a\nb', 2, 2, 1],
  ['a\r\nb', 3, 2, 1],
  ['a\rb', 2, 2, 1],
  ['a\n\nb', 99, 3, 2],
  ['😀\nx', 4, 2, 2],
])('line and column of %j at %i', (text, offset, line, column) => {
  expect(lineColumn(text, offset)).toEqual({ line, column });
});
