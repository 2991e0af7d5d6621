import { unreachable } from '../types/error.ts';
import type { Column } from './expression.ts';
import type { JoinKind, Plan } from './plan.ts';

/** Which sides a join of this kind puts out, and which of them it pads with NULLs. */
export function joinSides(kind: JoinKind): {
  readonly right: boolean;
  readonly padsLeft: boolean;
  readonly padsRight: boolean;
} {
  switch (kind) {
    case 'inner':
      return { right: true, padsLeft: false, padsRight: false };
    case 'left':
    case 'single':
      return { right: true, padsLeft: false, padsRight: true };
    case 'full':
      return { right: true, padsLeft: true, padsRight: true };
    case 'semi':
    case 'anti':
    case 'mark':
      return { right: false, padsLeft: false, padsRight: false };
    default:
      return unreachable(kind);
  }
}

/** The output columns of a join or apply. */
export function joinColumns(
  kind: JoinKind,
  left: readonly Column[],
  right: readonly Column[],
  mark?: Column | undefined,
): readonly Column[] {
  const sides = joinSides(kind);
  return [
    ...(sides.padsLeft ? left.map(asNullable) : left),
    ...(sides.right ? (sides.padsRight ? right.map(asNullable) : right) : []),
    ...(mark === undefined ? [] : [mark]),
  ];
}

export function asNullable(column: Column): Column {
  return column.nullable ? column : { ...column, nullable: true };
}

/**
 * The node with those output columns derived again that follow from its inputs. What a project, aggregate or set
 * operation puts out is its own; only the nullability of columns that it passes through is followed.
 */
export function derivedColumns(plan: Plan): Plan {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'setOperation':
    case 'recursive':
    case 'reference':
      return plan;
    case 'let':
      return { ...plan, columns: plan.body.columns };
    case 'asOfJoin': {
      const kind = plan.outer ? 'left' : 'inner';
      return { ...plan, columns: joinColumns(kind, plan.left.columns, plan.right.columns) };
    }
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'delete':
      return { ...plan, columns: plan.input.columns };
    case 'project':
    case 'aggregate':
      return { ...plan, columns: followNullability(plan.columns, plan.input.columns) };
    case 'window':
      return { ...plan, columns: [...plan.input.columns, ...plan.results] };
    case 'join':
      return { ...plan, columns: joinColumns(plan.join, plan.left.columns, plan.right.columns, plan.mark) };
    case 'apply':
      return { ...plan, columns: joinColumns(plan.join, plan.left.columns, plan.right.columns, plan.mark) };
    case 'unnest':
      return {
        ...plan,
        columns: [...plan.input.columns, plan.element, ...(plan.ordinality === undefined ? [] : [plan.ordinality])],
      };
    case 'fetch':
      return { ...plan, columns: [...plan.input.columns, ...plan.fetched] };
    case 'insert':
    case 'update':
    case 'merge':
      return { ...plan, columns: [...plan.input.columns, ...plan.written] };
    default:
      return unreachable(plan);
  }
}

function followNullability(columns: readonly Column[], input: readonly Column[]): readonly Column[] {
  const nullable = new Map(input.map((column) => [column.id, column.nullable]));
  return columns.map((column) => {
    const now = nullable.get(column.id);
    return now === undefined || now === column.nullable ? column : { ...column, nullable: now };
  });
}
