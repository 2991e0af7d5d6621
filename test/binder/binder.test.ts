import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../compiler/catalog/catalog.ts';
import { bindSql } from '../../compiler/frontends/sql/bind.ts';
import type { BoundBody } from '../../compiler/frontends/sql/bound.ts';
import { verify } from '../../compiler/ir/verify.ts';
import { parseSql } from '../../grammars/sql/parser.ts';
import { readCases, writeCases } from './cases.ts';
import { catalogOf } from './catalog.ts';
import { printBound, printError } from './print-bound.ts';

const folder = new URL('./', import.meta.url);
const update = process.env.UPDATE === '1';

for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
  const path = new URL(name, folder);
  const file = readCases(readFileSync(path, 'utf8'));
  const catalog = catalogOf(file.schema);
  if (update) {
    const cases = file.cases.map((each) => ({ ...each, expected: outcome(each.sql, catalog) }));
    writeFileSync(path, writeCases({ ...file, cases }));
  }
  describe(name, () => {
    for (const { title, sql, expected } of readCases(readFileSync(path, 'utf8')).cases) {
      test(title, () => {
        expect(outcome(sql, catalog)).toBe(expected);
      });
    }
  });
}

function outcome(text: string, catalog: Catalog): string {
  const { statements, errors } = parseSql(text);
  const [statement] = statements;
  if (errors.length > 0 || statement === undefined)
    throw new Error(`${text}: ${errors[0]?.message ?? 'nothing there'}`);
  try {
    const bound = bindSql(statement, { catalog });
    verifyBound(bound);
    return printBound(bound, bound.parameters);
  } catch (error) {
    return printError(error, text);
  }
}

function verifyBound(bound: BoundBody): void {
  if ('plan' in bound) verify(bound.plan);
  if (bound.kind === 'explain') verifyBound(bound.inner);
}
