import type { NewCheck } from '../compiler/frontends/sql/bound.ts';
import { OrbitError } from '../compiler/types/error.ts';
import type { Value } from '../compiler/types/value.ts';
import { rowExpression } from '../runtime/scheduler/small-expression.ts';

/** What a table asks of each row before it stores it. */
export function rowCheck(table: string, checks: readonly NewCheck[]): (row: readonly Value[]) => void {
  const conditions = checks.map(({ name, columns, condition }) => ({
    name,
    holds: rowExpression(condition, new Map(columns.map(({ id }, place) => [id, place]))),
  }));
  conditions.sort((a, b) => (a.name < b.name ? -1 : 1));
  return (row) => {
    for (const { name, holds } of conditions) {
      if (holds(row, NOTHING) !== false) continue;
      const message = `new row for relation "${table}" violates check constraint "${name}"`;
      throw new OrbitError('check_violation', message);
    }
  };
}

const NOTHING = { parameters: [], outer: new Map() };
