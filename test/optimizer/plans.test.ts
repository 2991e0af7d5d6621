import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../compiler/catalog/catalog.ts';
import { printPlan } from '../../compiler/ir/print.ts';
import { optimize, PASSES } from '../../compiler/optimizer/index.ts';
import { lower } from '../../compiler/physical/lower.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { readCases, writeCases } from '../binder/cases.ts';
import { bindQueryPlan, catalogWithStatistics } from './support.ts';

// Golden plans. A case whose title begins with the name of a pass and a colon shows the logical plan before and after
// that pass (its first run that changes anything); any other the physical plan. In a file's schema, comments are
// statistics.

const folder = new URL('./', import.meta.url);
const update = process.env.UPDATE === '1';

for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt') && file !== 'tpch.txt')) {
  const path = new URL(name, folder);
  const file = readCases(readFileSync(path, 'utf8'));
  const lines = file.schema.split('\n');
  const statistics = lines.filter((line) => line.startsWith('--')).map((line) => line.replace(/^-- ?/, ''));
  const catalog = catalogWithStatistics(file.schema, statistics.join('\n'));
  if (update) {
    const cases = file.cases.map((each) => ({ ...each, expected: outcome(each.title, each.sql, catalog) }));
    writeFileSync(path, writeCases({ ...file, cases }));
  }
  describe(name, () => {
    for (const { title, sql, expected } of readCases(readFileSync(path, 'utf8')).cases) {
      test(title, () => {
        expect(outcome(title, sql, catalog)).toBe(expected);
      });
    }
  });
}

function outcome(title: string, sql: string, catalog: Catalog): string {
  try {
    const { plan, trace } = optimize(bindQueryPlan(sql, catalog), { verify: true, keepPlans: true });
    const physical = lower(plan);
    const pass = PASSES.find(({ name }) => title.startsWith(`${name}:`));
    if (pass === undefined) return printPhysical(physical, { estimates: true }).trim();
    const run = trace.find((each) => each.pass === pass.name && each.changed);
    if (run?.before === undefined || run.after === undefined) return 'unchanged';
    return `${printPlan(run.before).trim()}\n--\n${printPlan(run.after).trim()}`;
  } catch (error) {
    if (error instanceof OrbitError && error.code !== 'internal_error') return `${error.code}: ${error.message}`;
    throw error;
  }
}
