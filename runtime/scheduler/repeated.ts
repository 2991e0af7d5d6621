import type { ColumnId, Expression } from '../../compiler/ir/expression.ts';
import type { BindingId } from '../../compiler/ir/plan.ts';
import { expressionVaries, variesWith, walk } from '../../compiler/physical/columns.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import type { RememberedCode } from './code-memo.ts';
import type { Query } from './query.ts';

/** A part of the plan that runs again and again: what does not change in between is computed once. */
export interface Repeated {
  /** Whose arena holds what is kept. */
  readonly owner: Query;
  readonly varies: (plan: PhysicalPlan) => boolean;
  readonly expressionVaries: (expression: Expression) => boolean;
  readonly kept: Map<PhysicalPlan, unknown>;
  /** States of sinks: by the operator whose input they collect, all of it or a top-n, and by the plan whose results they put out. */
  readonly states: Readonly<Record<SinkKind, Map<PhysicalPlan, object>>>;
  /** Code by the state of its sink. */
  readonly codes: Map<object, RememberedCode>;
}

/** A sink's state, which is kept where the node runs again and again, so that its code can be used again. */
export function keptState<State extends object>(
  query: Query,
  kind: SinkKind,
  node: PhysicalPlan,
  make: () => State,
): State {
  const states = query.repeated?.states[kind];
  const known = states?.get(node);
  // A node always has states of one kind.
  if (known !== undefined) return known as State;
  const state = make();
  states?.set(node, state);
  return state;
}

/** Something else has generated code for the node's state. */
export function forgetState(query: Query, node: PhysicalPlan): void {
  const loop = query.repeated;
  for (const states of loop === undefined ? [] : [loop.states.input, loop.states.top]) {
    const state = states.get(node);
    if (state !== undefined) loop?.codes.delete(state);
    states.delete(node);
  }
}

type SinkKind = 'input' | 'top' | 'result';

/** `region` runs again and again, each time with other values of the columns, or other rows of the binding. */
export function repeated(
  owner: Query,
  region: PhysicalPlan,
  columns: ReadonlySet<ColumnId>,
  binding?: BindingId | undefined,
): Repeated {
  const bindings = new Set<BindingId>(binding === undefined ? [] : [binding]);
  // What is bound inside may be something else each time.
  walk(region, (node) => {
    if (node.kind === 'let' || node.kind === 'recursive') bindings.add(node.binding);
  });
  const known = new Map<PhysicalPlan, boolean>();
  return {
    owner,
    kept: new Map(),
    states: { input: new Map(), top: new Map(), result: new Map() },
    codes: new Map(),
    expressionVaries: (expression) => expressionVaries(expression, columns),
    varies: (plan) => {
      const before = known.get(plan);
      if (before !== undefined) return before;
      const result = variesWith(plan, columns, bindings);
      known.set(plan, result);
      return result;
    },
  };
}

/** What `compute` makes of an input and of expressions over it: from an earlier run, if it cannot have changed. */
export async function onceIfSame<T>(
  query: Query,
  node: PhysicalPlan,
  made: { readonly input: PhysicalPlan; readonly by: readonly Expression[] },
  compute: (query: Query) => Promise<T>,
  keeps: (result: T) => boolean = () => true,
): Promise<T> {
  const loop = query.repeated;
  if (loop === undefined || loop.varies(made.input) || made.by.some(loop.expressionVaries)) return compute(query);
  const known = loop.kept.get(node);
  // A node always keeps things of one kind.
  if (known !== undefined) return known as T;
  const { spill, space } = query;
  // In a recursive step nothing goes to disk, whoever keeps it.
  const result = await compute(spill === undefined ? { ...loop.owner, spill, space } : loop.owner);
  if (keeps(result)) loop.kept.set(node, result);
  return result;
}
