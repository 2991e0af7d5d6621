import { aggregateFunction } from '../../compiler/functions/resolve.ts';
import type { AggregateCall } from '../../compiler/ir/expression.ts';
import type { HashAggregate } from '../../compiler/physical/plan.ts';
import { sameValue } from '../../compiler/types/compare.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { valueKey } from '../columns/value-key.ts';
import { bind, type ReferenceContext, type Row } from './context.ts';
import { evaluate, isTrue } from './evaluate.ts';
import type { Run } from './interpret.ts';
import { resolvedSignature } from './signature.ts';
import { sortRows } from './sorting.ts';

type Values = readonly Value[];

interface Group {
  readonly keys: Values;
  readonly rows: Row[];
}

/** Groups in the order of their first rows. Without grouping there is one group, even of no rows. */
export function interpretAggregate(plan: HashAggregate, context: ReferenceContext, run: Run): readonly Values[] {
  const { columns, rows } = run(plan.input, context);
  const types = plan.groups.map((group) => group.type);
  const groups: Group[] = plan.groups.length === 0 ? [{ keys: [], rows: [] }] : [];
  // Comparing every row with every group would take long where there are many; what is equal has equal keys.
  const byKey = new Map<string, Group[]>([['', [...groups]]]);
  for (const values of rows) {
    const row = bind(columns, values, context.outer);
    const keys = plan.groups.map((group) => evaluate(group, row, context));
    const key = types.map((type, i) => valueKey(keys[i] ?? null, type)).join('');
    const candidates = byKey.get(key) ?? [];
    const group = candidates.find((candidate) => sameRow(candidate.keys, keys, types));
    if (group === undefined) {
      const fresh = { keys, rows: [row] };
      groups.push(fresh);
      byKey.set(key, [...candidates, fresh]);
    } else group.rows.push(row);
  }
  return groups.map((group) => [
    ...group.keys,
    ...plan.aggregates.map((aggregate) => evaluateAggregate(aggregate, group.rows, context)),
  ]);
}

function sameRow(a: Values, b: Values, types: readonly Type[]): boolean {
  return types.every((type, index) => sameValue(a[index] ?? null, b[index] ?? null, type));
}

function evaluateAggregate(call: AggregateCall, rows: readonly Row[], context: ReferenceContext): Value {
  const fn = aggregateFunction(call.fn);
  if (fn === undefined) throw internalError(`no aggregate ${call.fn} in the catalogue`);
  const { filter } = call;
  const kept = filter === undefined ? rows : rows.filter((row) => isTrue(filter, row, context));
  const ordered = sortRows(kept, (row) => row, call.orderBy, context);
  let args = ordered.map((row) => call.args.map((arg) => evaluate(arg, row, context)));
  if (fn.nulls !== 'see') args = args.filter((values) => !values.includes(null));
  if (call.distinct)
    args = firstOfEach(
      args,
      call.args.map((arg) => arg.type),
    );
  const state = fn.create(resolvedSignature(call.args, call.type));
  for (const values of args) state.step(values);
  return state.result();
}

function firstOfEach(rows: readonly Value[][], types: readonly Type[]): Value[][] {
  const kept: Value[][] = [];
  for (const row of rows) if (!kept.some((other) => sameRow(other, row, types))) kept.push(row);
  return kept;
}
