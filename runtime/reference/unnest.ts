import type { PhysicalUnnest } from '../../compiler/physical/plan.ts';
import { isList, toAny } from '../../compiler/types/narrow.ts';
import { isAnyValue, type Value } from '../../compiler/types/value.ts';
import { bind, pick, type ReferenceContext } from './context.ts';
import { evaluate } from './evaluate.ts';
import type { Run } from './interpret.ts';

/** Positions count from 1. */
export function interpretUnnest(
  plan: PhysicalUnnest,
  context: ReferenceContext,
  run: Run,
): readonly (readonly Value[])[] {
  const { columns, rows } = run(plan.input, context);
  return rows.flatMap((values) => {
    const row = bind(columns, values, context.outer);
    const emit = (element: Value, position: Value) => {
      const withElement = bind([plan.element], [element], row);
      const full = plan.ordinality === undefined ? withElement : bind([plan.ordinality], [position], withElement);
      return pick(plan.columns, full);
    };
    const items = elementsOf(evaluate(plan.expression, row, context));
    if (items.length === 0 && plan.outer) return [emit(null, null)];
    return items.map((item, index) => emit(item, BigInt(index + 1)));
  });
}

/** NULL, and a dynamic value that is no list, has no elements. */
function elementsOf(value: Value): readonly Value[] {
  if (value === null) return [];
  if (isList(value)) return value;
  if (!isAnyValue(value)) return [];
  const dynamic = toAny(value);
  return dynamic.tag === 'list' ? dynamic.value : [];
}
