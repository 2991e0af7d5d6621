import type { ColumnId, Expression } from '../../compiler/ir/expression.ts';
import type { PhysicalDelete, PhysicalInsert, PhysicalMerge, PhysicalUpdate } from '../../compiler/physical/plan.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { toBigint } from '../../compiler/types/narrow.ts';
import type { Value } from '../../compiler/types/value.ts';
import { bind, columnValue, pick, type ReferenceContext, type Row } from './context.ts';
import { evaluate } from './evaluate.ts';
import type { Run } from './interpret.ts';
import type { StoredRow } from './tables.ts';

type Values = readonly Value[];

// The input is complete before the first write, but for Merge, whose every row must see the writes of those before.

export function interpretInsert(plan: PhysicalInsert, context: ReferenceContext, run: Run): readonly Values[] {
  const { columns, rows } = run(plan.input, context);
  return rows.map((values) => {
    const row = bind(columns, values, context.outer);
    const written = evaluateAll(plan.values, row, context);
    context.tables.insert(plan.table, written, plan.command);
    return pick(plan.columns, bind(plan.written, written, row));
  });
}

/** A row that the input names twice is changed by the first one only, as in PostgreSQL. */
export function interpretUpdate(plan: PhysicalUpdate, context: ReferenceContext, run: Run): readonly Values[] {
  const { columns, rows } = run(plan.input, context);
  return rows.flatMap((values) => {
    const row = bind(columns, values, context.outer);
    const target = writableRow(plan, row, context);
    if (target === undefined) return [];
    const written = assign(target.values, plan.ordinals, evaluateAll(plan.values, row, context));
    context.tables.update(plan.table, target.id, written, plan.command);
    return [pick(plan.columns, bind(plan.written, written, row))];
  });
}

export function interpretDelete(plan: PhysicalDelete, context: ReferenceContext, run: Run): readonly Values[] {
  const { columns, rows } = run(plan.input, context);
  return rows.flatMap((values) => {
    const row = bind(columns, values, context.outer);
    const target = writableRow(plan, row, context);
    if (target === undefined) return [];
    context.tables.delete(plan.table, target.id, plan.command);
    return [pick(plan.columns, row)];
  });
}

/** The row to write; undefined if there is none (an outer join's NULL), or this very command has written it. */
function writableRow(
  plan: { readonly table: PhysicalUpdate['table']; readonly rowId: ColumnId; readonly command: number },
  row: Row,
  context: ReferenceContext,
): StoredRow | undefined {
  const id = columnValue(row, plan.rowId);
  if (id === null) return undefined;
  const newest = context.tables.newest(plan.table, toBigint(id));
  return newest === undefined || newest.command === plan.command ? undefined : newest.row;
}

export function interpretMerge(plan: PhysicalMerge, context: ReferenceContext, run: Run): readonly Values[] {
  const { columns, rows } = run(plan.input, context);
  return rows.flatMap((values) => {
    const row = bind(columns, values, context.outer);
    if (plan.conflict !== undefined) return insertOrMerge(plan, plan.conflict, row, context);
    const wanted = evaluateAll(plan.matchValues, row, context);
    const matches = context.tables.find(plan.table, plan.matchOrdinals, wanted, plan.command);
    const written =
      matches.length > 0
        ? matches.map((match) => mergeInto(plan, match, row, context))
        : [mergeNew(plan, row, context)];
    return written.map((result) => pick(plan.columns, bind(plan.written, result, row)));
  });
}

function insertOrMerge(
  plan: PhysicalMerge,
  { keys, condition }: NonNullable<PhysicalMerge['conflict']>,
  row: Row,
  context: ReferenceContext,
): readonly Values[] {
  const fresh = evaluateAll(plan.insertValues, row, context);
  for (const key of keys) {
    const wanted = key.map((ordinal) => fresh[ordinal] ?? null);
    const [match] = context.tables.find(plan.table, key, wanted, plan.command);
    if (match === undefined) continue;
    if (evaluate(condition, bind(plan.current, match.values, row), context) !== true) return [];
    if (context.tables.newest(plan.table, match.id)?.command === plan.command) {
      throw new OrbitError(
        'cardinality_violation',
        'a command cannot change a row a second time that it has written itself',
        {
          hint: 'No two rows of the same command may have the same key.',
        },
      );
    }
    return [pick(plan.columns, bind(plan.written, mergeInto(plan, match, row, context), row))];
  }
  context.tables.insert(plan.table, fresh, plan.command);
  return [pick(plan.columns, bind(plan.written, fresh, row))];
}

function mergeNew(plan: PhysicalMerge, row: Row, context: ReferenceContext): Values {
  const written = evaluateAll(plan.insertValues, row, context);
  context.tables.insert(plan.table, written, plan.command);
  return written;
}

function mergeInto(plan: PhysicalMerge, match: StoredRow, row: Row, context: ReferenceContext): Values {
  if (plan.onMatch.length === 0) return match.values;
  const scope = bind(plan.current, match.values, row);
  const ordinals = plan.onMatch.map(({ ordinal }) => ordinal);
  const changed = evaluateAll(
    plan.onMatch.map(({ value }) => value),
    scope,
    context,
  );
  const written = assign(match.values, ordinals, changed);
  context.tables.update(plan.table, match.id, written, plan.command);
  return written;
}

function evaluateAll(expressions: readonly Expression[], row: Row, context: ReferenceContext): readonly Value[] {
  return expressions.map((expression) => evaluate(expression, row, context));
}

function assign(row: Values, ordinals: readonly number[], values: Values): Values {
  return row.map((old, ordinal) => {
    const index = ordinals.indexOf(ordinal);
    return index < 0 ? old : (values[index] ?? null);
  });
}
