import { resultNullable, scalarFunction } from '../functions/resolve.ts';
import { castNullable } from '../ir/build.ts';
import { substitute } from '../ir/columns.ts';
import { joinColumns } from '../ir/derive.ts';
import type { Column, ColumnId, Expression } from '../ir/expression.ts';
import type { Plan } from '../ir/plan.ts';
import { mapArray, mapExpressionChildren, mapPlanExpressions, planChildren, withChildren } from '../ir/traverse.ts';

/**
 * The plan with the nullability of all columns and expressions derived again from the leaves up. A rewrite that lets
 * fewer or more columns be NULL calls this once, instead of following the consequences itself. The plan has no
 * subqueries in expressions.
 */
export function deriveNullability(plan: Plan): Plan {
  return derive(plan, new Map());
}

/**
 * The expression with others in place of columns, whose nullability may differ from theirs. Every substitution of a
 * pass goes through here.
 */
export function replaceColumns(expression: Expression, by: ReadonlyMap<ColumnId, Expression>): Expression {
  const replaced = substitute(expression, by);
  return replaced === expression ? expression : rederive(replaced, NOTHING_KNOWN);
}

type Nullability = ReadonlyMap<ColumnId, boolean>;

const NOTHING_KNOWN: Nullability = new Map();

function derive(plan: Plan, outer: Nullability): Plan {
  const [first, second] = planChildren(plan);
  const children: Plan[] = [];
  if (first !== undefined) children.push(derive(first, outer));
  if (second !== undefined) {
    const left = children[0];
    const scope = plan.kind === 'apply' && left !== undefined ? extended(outer, left.columns) : outer;
    children.push(derive(second, scope));
  }
  const rebuilt = withChildren(plan, children);
  const inputs = children.flatMap((child) => child.columns);
  const merged = rebuilt.kind === 'merge' ? [...inputs, ...rebuilt.current] : inputs;
  const scope = merged.length === 0 ? outer : extended(outer, merged);
  const node = mapPlanExpressions(rebuilt, (expression) => rederive(expression, scope));
  switch (node.kind) {
    case 'project': {
      const columns = declared(node.columns, (i) => node.expressions[i]?.nullable);
      return columns === node.columns ? node : { ...node, columns };
    }
    case 'aggregate': {
      const { groups, aggregates, groupingSets: sets } = node;
      const columns = declared(node.columns, (i) => {
        const group = groups[i];
        if (group === undefined) return aggregates[i - groups.length]?.nullable;
        // A set that leaves a group out makes it NULL.
        return group.nullable || sets?.every((set) => set.includes(i)) === false;
      });
      return columns === node.columns ? node : { ...node, columns };
    }
    case 'values': {
      const columns = declared(node.columns, (i) => node.rows.some((row) => row[i]?.nullable === true));
      return columns === node.columns ? node : { ...node, columns };
    }
    case 'setOperation': {
      const columns = declared(node.columns, (i) => {
        const a = node.left.columns[i]?.nullable === true;
        const b = node.right.columns[i]?.nullable === true;
        if (node.operation === 'union') return a || b;
        return node.operation === 'intersect' ? a && b : a;
      });
      return columns === node.columns ? node : { ...node, columns };
    }
    case 'join': {
      if (!node.nullAware || node.mark === undefined || node.mark.nullable === node.condition.nullable) return node;
      const mark = { ...node.mark, nullable: node.condition.nullable };
      return { ...node, mark, columns: joinColumns(node.join, node.left.columns, node.right.columns, mark) };
    }
    default:
      return node;
  }
}

function extended(outer: Nullability, columns: readonly Column[]): Nullability {
  const scope = new Map(outer);
  for (const column of columns) scope.set(column.id, column.nullable);
  return scope;
}

function declared(columns: readonly Column[], nullable: (i: number) => boolean | undefined): readonly Column[] {
  let i = 0;
  return mapArray(columns, (column) => {
    const now = nullable(i++);
    return now === undefined || now === column.nullable ? column : { ...column, nullable: now };
  });
}

function rederive(expression: Expression, scope: Nullability): Expression {
  const mapped = mapExpressionChildren(expression, (child) => rederive(child, scope));
  const nullable = nullabilityOf(mapped, scope);
  return nullable === mapped.nullable ? mapped : { ...mapped, nullable };
}

/** The expression with its nullability derived from its parts', which are right. */
export function rederived(expression: Expression): Expression {
  const nullable = nullabilityOf(expression, NOTHING_KNOWN);
  return nullable === expression.nullable ? expression : { ...expression, nullable };
}

function nullabilityOf(expression: Expression, scope: Nullability): boolean {
  switch (expression.kind) {
    case 'column':
      return scope.get(expression.id) ?? expression.nullable;
    case 'call': {
      const fn = scalarFunction(expression.fn);
      if (fn === undefined) return expression.nullable;
      const signature = { parameters: expression.args.map((arg) => arg.type), result: expression.type };
      return resultNullable(
        fn,
        expression.args.map((arg) => arg.nullable),
        signature,
      );
    }
    case 'and':
    case 'or':
      return expression.args.some((arg) => arg.nullable);
    case 'case':
      return expression.otherwise.nullable || expression.branches.some((branch) => branch.then.nullable);
    case 'cast':
      return castNullable(expression.arg, expression.onError);
    case 'in':
      return expression.arg.nullable || expression.values.includes(null);
    default:
      return expression.nullable;
  }
}
