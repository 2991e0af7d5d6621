import {
  arraySubquery,
  caseOf,
  cast,
  columnRef,
  constant,
  exists,
  FALSE,
  limit,
  newColumn,
  scalarSubquery,
  TRUE,
} from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import type { ColumnIds } from '../../compiler/ir/columns.ts';
import { hasEffects } from '../../compiler/ir/effects.ts';
import type { Expression, Lambda } from '../../compiler/ir/expression.ts';
import type { Plan } from '../../compiler/ir/plan.ts';
import { OrbitError, unreachable } from '../../compiler/types/error.ts';
import { ANY, INT64, UTF8 } from '../../compiler/types/type.ts';
import {
  fieldOf,
  JSON_NULL,
  objectOf,
  present,
  toDynamic,
  unknownName,
  type Variables,
  variableField,
  wholeValue,
} from './scope.ts';
import { type BinaryOperator, type Clause, hasSubquery, type Node, type Query } from './tree.ts';

/** What expressions need of the statement around them. */
export interface ExpressionContext {
  readonly ids: ColumnIds;
  /** The plan of a subquery: one column, its rows in order. */
  readonly subquery: (query: Query, outer: Variables) => Plan;
}

const COMPARISONS: Readonly<Partial<Record<BinaryOperator, string>>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};

const ARITHMETIC: Readonly<Partial<Record<BinaryOperator, string>>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
};

/** The node as a dynamic value that is never NULL. */
export function compileValue(node: Node, scope: Variables, context: ExpressionContext): Expression {
  const value = (child: Node): Expression => compileValue(child, scope, context);
  switch (node.kind) {
    case 'literal':
      return literal(node.value);
    case 'name': {
      const variable = scope.get(node.name);
      if (variable === undefined) throw unknownName(node.name);
      return wholeValue(variable);
    }
    case 'field': {
      const variable = node.of.kind === 'name' ? scope.get(node.of.name) : undefined;
      return variable === undefined ? fieldOf(value(node.of), node.name) : variableField(variable, node.name);
    }
    case 'index':
      if (node.at.kind === 'literal' && typeof node.at.value === 'string')
        return fieldOf(value(node.of), node.at.value);
      return present(call('any_get', [value(node.of), cast(value(node.at), INT64)]));
    case 'list':
      return call('any_list', node.items.map(value));
    case 'object':
      return objectOf(node.fields.map((field) => [field.name, value(field.value)]));
    case 'negate':
      return present(call('subtract', [literal(0n), value(node.arg)]));
    case 'binary': {
      const fn = ARITHMETIC[node.op];
      if (fn === undefined) return cast(compileCondition(node, scope, context), ANY);
      return present(call(fn, [value(node.left), value(node.right)]));
    }
    case 'not':
      return cast(compileCondition(node, scope, context), ANY);
    case 'choice': {
      const when = compileCondition(node.condition, scope, context);
      return caseOf([{ when, then: value(node.then) }], value(node.otherwise));
    }
    case 'call':
      return compileCall(node.fn, node.args, scope, context);
    case 'subquery':
      return cast(arraySubquery(pure(context.subquery(node.query, scope))), ANY);
    case 'lambda':
      throw new OrbitError('syntax_error', 'a lambda is no value');
    default:
      return unreachable(node);
  }
}

/** The node as a condition: true or false. What is no condition by itself counts by its truth. */
export function compileCondition(node: Node, scope: Variables, context: ExpressionContext): Expression {
  const condition = (child: Node): Expression => compileCondition(child, scope, context);
  if (node.kind === 'not') return call('not', [condition(node.arg)]);
  if (node.kind === 'call' && node.fn === 'EXISTS') {
    const [only] = node.args;
    if (only?.kind === 'subquery') return exists(pure(context.subquery(only.query, scope)));
  }
  if (node.kind !== 'binary') return call('any_truth', [compileValue(node, scope, context)]);
  const { op, left, right } = node;
  // The right operand is not evaluated where the left one decides, which `and` of the IR does not promise.
  if (op === '&&') return caseOf([{ when: condition(left), then: condition(right) }], FALSE);
  if (op === '||') return caseOf([{ when: condition(left), then: TRUE }], condition(right));
  const [a, b] = [compileValue(left, scope, context), compileValue(right, scope, context)];
  if (op === 'IN') return call('coalesce', [call('list_contains', [asList(b), a]), FALSE]);
  const comparison = COMPARISONS[op];
  return comparison === undefined ? call('any_truth', [compileValue(node, scope, context)]) : call(comparison, [a, b]);
}

function literal(value: null | boolean | bigint | number | string): Expression {
  if (value === null) return JSON_NULL;
  if (typeof value === 'boolean') return constant({ tag: 'bool', value }, ANY);
  if (typeof value === 'bigint') return constant({ tag: 'int64', value }, ANY);
  return typeof value === 'number' ? constant({ tag: 'float64', value }, ANY) : constant({ tag: 'utf8', value }, ANY);
}

/** A static list of dynamic values; NULL for null, an error for what is no list. */
function asList(value: Expression): Expression {
  return call('any_items', [value]);
}

function pure(plan: Plan): Plan {
  if (!hasEffects(plan)) return plan;
  throw new OrbitError('feature_not_supported', 'a subquery that writes stands after LET only');
}

function compileCall(fn: string, args: readonly Node[], scope: Variables, context: ExpressionContext): Expression {
  const [first, second] = args;
  const value = (node: Node | undefined): Expression => {
    if (node === undefined) throw new OrbitError('undefined_function', `${fn} takes more arguments`);
    return compileValue(node, scope, context);
  };
  if (
    (fn === 'MAP' || fn === 'FILTER') &&
    first !== undefined &&
    second?.kind === 'lambda' &&
    hasSubquery(second.body)
  ) {
    return value(loop(fn, first, second.parameter, second.body));
  }
  switch (fn) {
    case 'MAP':
      return toDynamic(call('list_transform', [asList(value(first)), lambda(second, scope, context, compileValue)]));
    case 'FILTER':
      return toDynamic(call('list_filter', [asList(value(first)), lambda(second, scope, context, compileCondition)]));
    case 'LENGTH':
      return toDynamic(call('list_length', [asList(value(first))]));
    case 'CONCAT':
      return toDynamic(args.map((arg) => cast(value(arg), UTF8)).reduce((a, b) => call('concat_op', [a, b])));
    case 'ASSIGN':
      return call('any_merge', [value(first), value(second)]);
    case 'FIRST':
      if (first?.kind === 'subquery') {
        return present(scalarSubquery(limit(pure(context.subquery(first.query, scope)), constant(1n, INT64))));
      }
      return present(call('any_get', [value(first), constant(0n, INT64)]));
    case 'EXISTS':
      return cast(compileCondition({ kind: 'call', fn, args }, scope, context), ANY);
    default:
      throw new OrbitError('undefined_function', `there is no function ${fn}`);
  }
}

/** A lambda is run by the function that it is an argument of; one with a subquery needs the rows of a plan. */
function loop(fn: 'MAP' | 'FILTER', source: Node, name: string, body: Node): Node {
  const element: Node = { kind: 'name', name };
  const clauses: readonly Clause[] = [
    { kind: 'for', name, source },
    ...(fn === 'FILTER' ? [{ kind: 'filter', condition: body } as const] : []),
    { kind: 'return', distinct: false, value: fn === 'FILTER' ? element : body },
  ];
  return { kind: 'subquery', query: { clauses } };
}

function lambda(
  node: Node | undefined,
  scope: Variables,
  context: ExpressionContext,
  compile: typeof compileValue,
): Lambda {
  if (node?.kind !== 'lambda') throw new OrbitError('syntax_error', 'a lambda is missing');
  const parameter = newColumn(context.ids, node.parameter, ANY, true);
  const inner = new Map(scope).set(node.parameter, { kind: 'value', value: present(columnRef(parameter)) });
  const body = compile(node.body, inner, context);
  return { kind: 'lambda', parameters: [parameter], body, type: body.type, nullable: body.nullable };
}

/** The value, or NULL for null: aggregates leave it out then. */
export function absentIfNull(value: Expression): Expression {
  return call('nullif', [value, JSON_NULL]);
}
