import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import type {
  KeyLookup,
  PhysicalFetch,
  PhysicalPlan,
  PhysicalProject,
  PhysicalRepeat,
  PhysicalValues,
  TableScan,
  UnionAll,
} from '../../compiler/physical/plan.ts';
import { sameValue } from '../../compiler/types/compare.ts';
import { unreachable } from '../../compiler/types/error.ts';
import { toInteger } from '../../compiler/types/narrow.ts';
import type { Value } from '../../compiler/types/value.ts';
import { interpretAggregate } from './aggregates.ts';
import { interpretLet, interpretRecursive, interpretReference } from './bindings.ts';
import { bind, columnValue, pick, type ReferenceContext, type Relation } from './context.ts';
import { evaluate, isTrue } from './evaluate.ts';
import { interpretApply, interpretHashJoin, interpretNestedLoopJoin, interpretRangeJoin } from './joins.ts';
import { interpretLimit, interpretSort } from './sorting.ts';
import { interpretUnnest } from './unnest.ts';
import { interpretWindow } from './windows.ts';
import { interpretDelete, interpretInsert, interpretMerge, interpretUpdate } from './writes.ts';

/** What an operator's file needs to run the operator's inputs. */
export type Run = (plan: PhysicalPlan, context: ReferenceContext) => Relation;

/**
 * Runs the plan row by row and returns its rows, their values in the order of `plan.columns`. Slow and plain: it is
 * what the kernels are compared with.
 */
export function interpret(plan: PhysicalPlan, context: ReferenceContext): readonly (readonly Value[])[] {
  return run(plan, context).rows;
}

const run: Run = (plan, context) => ({ columns: plan.columns, rows: runRows(plan, context) });

function runRows(plan: PhysicalPlan, context: ReferenceContext): readonly (readonly Value[])[] {
  switch (plan.kind) {
    case 'tableScan':
      return scanTable(plan, context);
    case 'keyLookup':
      return lookUp(plan, context);
    case 'values':
      return listValues(plan, context);
    case 'filter': {
      const { columns, rows } = run(plan.input, context);
      return rows
        .map((row) => bind(columns, row, context.outer))
        .filter((row) => isTrue(plan.predicate, row, context))
        .map((row) => pick(plan.columns, row));
    }
    case 'project':
      return project(plan, context);
    case 'hashJoin':
      return interpretHashJoin(plan, context, run);
    case 'nestedLoopJoin':
      return interpretNestedLoopJoin(plan, context, run);
    case 'apply':
      return interpretApply(plan, context, run);
    case 'hashAggregate':
      return interpretAggregate(plan, context, run);
    case 'window':
      return interpretWindow(plan, context, run);
    case 'sort':
      return interpretSort(plan, context, run);
    case 'limit':
      return interpretLimit(plan, context, run);
    case 'repeat':
      return repeat(plan, context);
    case 'unionAll':
      return appendAll(plan, context);
    case 'unnest':
      return interpretUnnest(plan, context, run);
    case 'fetch':
      return fetchRows(plan, context);
    case 'let':
      return interpretLet(plan, context, run);
    case 'recursive':
      return interpretRecursive(plan, context, run);
    case 'reference':
      return interpretReference(plan, context);
    case 'rangeJoin':
      return interpretRangeJoin(plan, context, run);
    case 'insert':
      return interpretInsert(plan, context, run);
    case 'update':
      return interpretUpdate(plan, context, run);
    case 'delete':
      return interpretDelete(plan, context, run);
    case 'merge':
      return interpretMerge(plan, context, run);
    default:
      return unreachable(plan);
  }
}

function scanTable(plan: TableScan, context: ReferenceContext): readonly (readonly Value[])[] {
  return context.tables
    .scan(plan.table, plan.command)
    .map(({ id, values }) =>
      plan.ordinals.map((ordinal) => (ordinal === ROW_ID_ORDINAL ? id : (values[ordinal] ?? null))),
    )
    .filter((row) => {
      const bound = bind(plan.columns, row, context.outer);
      return plan.predicates.every((predicate) => isTrue(predicate, bound, context));
    });
}

/** A scan that keeps the rows with one of the keys: what looking them up must come to. */
function lookUp(plan: KeyLookup, context: ReferenceContext): readonly (readonly Value[])[] {
  const keys = plan.keys.map((key) =>
    key.map((expression) => {
      const value = evaluate(expression, context.outer, context);
      return typeof value === 'number' ? BigInt(value) : value;
    }),
  );
  const isWanted = (values: readonly Value[]): boolean =>
    keys.some((key) =>
      plan.key.every((ordinal, i) => {
        const stored = values[ordinal] ?? null;
        const wanted = key[i] ?? null;
        if (stored === null || wanted === null) return false;
        if (typeof stored === 'number') return BigInt(stored) === wanted;
        return sameValue(stored, wanted, plan.table.columns[ordinal]?.type ?? { kind: 'null' });
      }),
    );
  return context.tables
    .scan(plan.table, plan.command)
    .filter(({ values }) => isWanted(values))
    .map(({ id, values }) =>
      plan.ordinals.map((ordinal) => (ordinal === ROW_ID_ORDINAL ? id : (values[ordinal] ?? null))),
    )
    .filter((row) => {
      const bound = bind(plan.columns, row, context.outer);
      return plan.predicates.every((predicate) => isTrue(predicate, bound, context));
    });
}

function fetchRows(plan: PhysicalFetch, context: ReferenceContext): readonly (readonly Value[])[] {
  const stored = new Map(context.tables.scan(plan.table, plan.command).map(({ id, values }) => [id, values]));
  const { columns, rows } = run(plan.input, context);
  return rows.map((values) => {
    const row = bind(columns, values, context.outer);
    const rowId = columnValue(row, plan.rowId);
    const found = typeof rowId === 'bigint' ? stored.get(rowId) : undefined;
    const fetched = plan.ordinals.map((ordinal) => found?.[ordinal] ?? null);
    return pick(plan.columns, bind(plan.fetched, fetched, row));
  });
}

function listValues(plan: PhysicalValues, context: ReferenceContext): readonly (readonly Value[])[] {
  return plan.rows.map((row) => row.map((expression) => evaluate(expression, context.outer, context)));
}

function project(plan: PhysicalProject, context: ReferenceContext): readonly (readonly Value[])[] {
  const { columns, rows } = run(plan.input, context);
  return rows.map((row) => {
    const bound = bind(columns, row, context.outer);
    return plan.expressions.map((expression) => evaluate(expression, bound, context));
  });
}

function repeat(plan: PhysicalRepeat, context: ReferenceContext): readonly (readonly Value[])[] {
  const { columns, rows } = run(plan.input, context);
  return rows.flatMap((row) => {
    const bound = bind(columns, row, context.outer);
    const count = evaluate(plan.count, bound, context);
    const times = count === null ? 0 : Math.max(0, Number(toInteger(count)));
    return Array.from({ length: times }, () => pick(plan.columns, bound));
  });
}

function appendAll(plan: UnionAll, context: ReferenceContext): readonly (readonly Value[])[] {
  return plan.inputs.flatMap((input) => run(input, context).rows);
}
