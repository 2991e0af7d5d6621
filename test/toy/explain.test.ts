import { afterAll, describe, expect, it } from 'vitest';
import { printPlan } from '../../compiler/ir/print.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import { readCases, writeCases } from './cases.ts';
import { compile } from './compile.ts';
import { storedDatabase } from './databases.ts';
import { parse } from './parser.ts';
import { physicalPlan } from './run.ts';

const update = process.env.UPDATE === '1';

/** The plan that the front end makes, and what the optimizer and lowering make of it. */
describe('plans', () => {
  const file = readCases('explain.txt');
  const results = new Map<string, string>();

  it.each(file.cases.map((each) => [each.name, each] as const))('%s', (name, { statements, expected }) => {
    const { table } = storedDatabase(file.tables);
    const texts = statements.map((statement) => {
      const compiled = compile(parse(statement), table);
      return `${printPlan(compiled.plan)};\n${printPhysical(physicalPlan(compiled, 'optimized'))};`;
    });
    const result = texts.join('\n');
    results.set(name, result);
    if (!update) expect(result).toBe(expected);
  });

  afterAll(() => {
    if (update) writeCases(file, results);
  });
});
