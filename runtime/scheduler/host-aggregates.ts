import type { AggregateState } from '../../compiler/functions/declaration.ts';
import { aggregateFunction } from '../../compiler/functions/resolve.ts';
import type { AggregateCall, Column, Expression } from '../../compiler/ir/expression.ts';
import type { HashAggregate, PhysicalProject } from '../../compiler/physical/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { isInterval } from '../../compiler/types/value.ts';
import { valueKey } from '../columns/value-key.ts';
import { resolvedSignature } from '../reference/signature.ts';
import { compareByKeys } from '../reference/sorting.ts';
import { allocate, type Task } from './task.ts';

type Values = readonly Value[];

/** An aggregation by the host. `input` computes all that it needs; its rows are handed in as they come. */
export interface HostAggregation {
  readonly input: PhysicalProject;
  readonly add: (rows: readonly Values[]) => void;
  /** The groups in the order in which they came up, as rows. */
  readonly result: () => readonly Values[];
}

/**
 * Aggregates for which there is no kernel, by the catalogue's row implementations: of lists, of texts in an order, of
 * dynamic values. Kernels compute groups and arguments; the host keeps what each group's state needs.
 */
export function hostAggregation(task: Task, plan: HashAggregate): HostAggregation {
  const columns: Column[] = [];
  const expressions: Expression[] = [];
  const place = (expression: Expression): number => {
    const { type, nullable } = expression;
    columns.push({ id: FIRST_ID - columns.length, name: 'value', type, nullable });
    return expressions.push(expression) - 1;
  };
  plan.groups.forEach(place);
  const types = plan.groups.map((group) => group.type);
  const budget = chargeTo(task);
  const makers = plan.aggregates.map((call) => accumulatorOf(call, place, budget));

  const groups = new Map<string, Group>();
  const newGroup = (keys: Values): Group => {
    budget(GROUP_BYTES + sizeOf(keys));
    return { keys, accumulators: makers.map((make) => make()) };
  };
  if (plan.groups.length === 0) groups.set('', newGroup([]));
  return {
    input: { kind: 'project', columns, input: plan.input, expressions, estimate: plan.input.estimate },
    add: (rows) => {
      for (const row of rows) {
        const key = types.map((type, i) => valueKey(row[i] ?? null, type)).join('');
        let group = groups.get(key);
        if (group === undefined) {
          group = newGroup(row.slice(0, types.length));
          groups.set(key, group);
        }
        for (const accumulator of group.accumulators) accumulator.add(row);
      }
    },
    result: () =>
      [...groups.values()].map(({ keys, accumulators }) => [...keys, ...accumulators.map((one) => one.result())]),
  };
}

/** Ids that the compiler never gives out. */
const FIRST_ID = -3_000_001;

interface Group {
  readonly keys: Values;
  readonly accumulators: readonly Accumulator[];
}

interface Accumulator {
  readonly add: (row: Values) => void;
  readonly result: () => Value;
}

/** Puts what the call needs into the input's rows; gives what makes a group's state. */
function accumulatorOf(
  call: AggregateCall,
  place: (expression: Expression) => number,
  budget: (bytes: number) => void,
): () => Accumulator {
  const fn = aggregateFunction(call.fn);
  if (fn === undefined) throw internalError(`no aggregate ${call.fn} in the catalogue`);
  const { filter, orderBy } = call;
  const signature = resolvedSignature(call.args, call.type);
  const filterAt = filter === undefined ? undefined : place(filter);
  // Arguments are not evaluated for rows that the filter keeps out: they may fail there.
  const guarded = (expression: Expression): Expression => {
    if (filter === undefined) return expression;
    const { type } = expression;
    const otherwise: Expression = { kind: 'constant', value: null, type, nullable: true };
    return { kind: 'case', branches: [{ when: filter, then: expression }], otherwise, type, nullable: true };
  };
  const argsAt = call.args.map((arg) => place(guarded(arg)));
  const keysAt = orderBy.map((key) => place(guarded(key.expression)));
  const keeps = fn.keeps === true;

  return () => {
    const state = fn.create(signature);
    const step = stepper(state, call, fn.nulls === 'see', signature.parameters, keeps, budget);
    const waiting: { readonly args: Values; readonly keys: Values }[] = [];
    return {
      add: (row) => {
        if (filterAt !== undefined && row[filterAt] !== true) return;
        const args = argsAt.map((at) => row[at] ?? null);
        if (orderBy.length === 0) return step(args);
        const keys = keysAt.map((at) => row[at] ?? null);
        budget(sizeOf(args) + sizeOf(keys));
        waiting.push({ args, keys });
      },
      result: () => {
        waiting.sort((a, b) => compareByKeys(a.keys, b.keys, orderBy));
        for (const { args } of waiting) step(args);
        return state.result();
      },
    };
  };
}

function stepper(
  state: AggregateState,
  call: AggregateCall,
  seesNulls: boolean,
  types: readonly Type[],
  keeps: boolean,
  budget: (bytes: number) => void,
): (args: Values) => void {
  const seen = call.distinct ? new Set<string>() : undefined;
  return (args) => {
    if (!seesNulls && args.includes(null)) return;
    if (seen !== undefined) {
      const key = types.map((type, i) => valueKey(args[i] ?? null, type)).join('');
      if (seen.has(key)) return;
      seen.add(key);
      budget(SEEN_BYTES + 2 * key.length);
    }
    if (keeps) budget(sizeOf(args));
    state.step(args);
  };
}

const GROUP_BYTES = 256;
/** A text's header and its place in a set. */
const SEEN_BYTES = 48;
const CHARGED_AT_ONCE = 1 << 16;

/** The host's memory has no budget of its own: as much as it is taken for is taken of the query's. */
function chargeTo(task: Task): (bytes: number) => void {
  let open = 0;
  return (bytes) => {
    open += bytes;
    while (open >= CHARGED_AT_ONCE) {
      allocate(task, CHARGED_AT_ONCE);
      open -= CHARGED_AT_ONCE;
    }
  };
}

/** Bytes that the host takes for the values, roughly. */
function sizeOf(values: Values): number {
  let bytes = 16;
  for (const value of values) bytes += valueSize(value);
  return bytes;
}

function valueSize(value: Value): number {
  if (typeof value === 'string') return 16 + 2 * value.length;
  if (typeof value !== 'object' || value === null) return 16;
  if (value instanceof Uint8Array) return 96 + value.length;
  if (isInterval(value)) return 64;
  if (!('tag' in value)) return sizeOf(value);
  switch (value.tag) {
    case 'utf8':
    case 'list':
      return 32 + valueSize(value.value);
    case 'object': {
      let bytes = 128;
      for (const [name, field] of value.value) bytes += 48 + name.length + valueSize(field);
      return bytes;
    }
    default:
      return 32;
  }
}
