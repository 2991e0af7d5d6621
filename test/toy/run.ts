import { verify } from '../../compiler/ir/verify.ts';
import { optimize, PASSES } from '../../compiler/optimizer/index.ts';
import { lower } from '../../compiler/physical/lower.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { OrbitError, SQLSTATES } from '../../compiler/types/error.ts';
import { formatJson } from '../../compiler/types/json.ts';
import { toAny } from '../../compiler/types/narrow.ts';
import { type Compiled, compile } from './compile.ts';
import type { Database } from './databases.ts';
import { parse } from './parser.ts';

/** All passes but the one that every plan needs. */
export const OPTIONAL_PASSES: readonly string[] = PASSES.map(({ name }) => name).filter(
  (name) => name !== 'decorrelate',
);

export function plan(compiled: Compiled, off: readonly string[] = []): PhysicalPlan {
  verify(compiled.plan);
  return lower(optimize(compiled.plan, { off, verify: true }).plan);
}

/** The statement's rows as JSON, a line each, sorted where they have no order; or its error. */
export async function runStatement(text: string, database: Database, off: readonly string[]): Promise<string> {
  try {
    const compiled = compile(parse(text), database.table);
    const rows = await database.run(plan(compiled, off));
    if (compiled.plan.columns.length === 0) return '';
    const lines = rows.map(([value]) => formatJson(toAny(value)));
    return (compiled.ordered ? lines : lines.sort()).join('\n');
  } catch (error) {
    if (!(error instanceof OrbitError) || error.code === 'internal_error') throw error;
    return `error ${SQLSTATES[error.code]}: ${error.message}`;
  }
}

export async function runScript(
  statements: readonly string[],
  database: Database,
  off: readonly string[],
): Promise<string> {
  const results: string[] = [];
  for (const statement of statements) results.push(await runStatement(statement, database, off));
  return results.map((result) => (result === '' ? ';' : `${result}\n;`)).join('\n');
}
