import { verify } from '../../compiler/ir/verify.ts';
import { optimize, PASSES } from '../../compiler/optimizer/index.ts';
import { lower } from '../../compiler/physical/lower.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { OrbitError, SQLSTATES } from '../../compiler/types/error.ts';
import { formatJson } from '../../compiler/types/json.ts';
import { toAny } from '../../compiler/types/narrow.ts';
import { type Compiled, compile } from './compile.ts';
import type { Database } from './databases.ts';
import { applySubqueries } from './naive.ts';
import { parse } from './parser.ts';

export type Compiling = 'optimized' | 'decorrelated' | 'naive';

const DECORRELATE = 'decorrelate';

/** By all passes; by the one that removes subqueries from expressions alone; without it, by an Apply for each of them. */
export const COMPILINGS: readonly Compiling[] = ['optimized', 'decorrelated', 'naive'];

const OFF: Readonly<Record<Compiling, readonly string[]>> = {
  optimized: [],
  decorrelated: PASSES.map(({ name }) => name).filter((name) => name !== DECORRELATE),
  naive: [DECORRELATE],
};

export function physicalPlan(compiled: Compiled, compiling: Compiling): PhysicalPlan {
  verify(compiled.plan);
  const plan = compiling === 'naive' ? applySubqueries(compiled.plan) : compiled.plan;
  verify(plan);
  return lower(optimize(plan, { off: OFF[compiling], verify: true }).plan);
}

/** The statement's rows as JSON, a line each, sorted where they have no order; or its error. */
export async function runStatement(text: string, database: Database, compiling: Compiling): Promise<string> {
  try {
    const compiled = compile(parse(text), database.table);
    const rows = await database.run(physicalPlan(compiled, compiling));
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
  compiling: Compiling,
): Promise<string> {
  const results: string[] = [];
  for (const statement of statements) results.push(await runStatement(statement, database, compiling));
  return results.map((result) => (result === '' ? ';' : `${result}\n;`)).join('\n');
}
