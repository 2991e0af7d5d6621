import { conjuncts } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import { joinSides } from '../ir/derive.ts';
import type { Column, ColumnId, Expression } from '../ir/expression.ts';
import type { Join, Plan, Project, Scan, Window } from '../ir/plan.ts';
import { unreachable } from '../types/error.ts';
import { asComparison, ids } from './calls.ts';
import { isExactCast } from './cast-comparison.ts';
import { isDetermined } from './identity.ts';
import { isVolatile } from './volatility.ts';

/** Rows that agree on `from` agree on `to`, NULL agreeing with NULL. With an empty `from`, all rows agree. */
export interface Dependency {
  readonly from: readonly ColumnId[];
  readonly to: readonly ColumnId[];
}

/** What holds for all rows of a plan, whatever the data: keys and functional dependencies over its output columns. */
export interface Facts {
  /** Sets of columns on which no two rows agree; the empty set says that there is at most one row. */
  readonly keys: readonly (readonly ColumnId[])[];
  readonly dependencies: readonly Dependency[];
}

const NOTHING: Facts = { keys: [], dependencies: [] };
const MAX_KEYS = 6;
const known = new WeakMap<Plan, Facts>();

export function factsOf(plan: Plan): Facts {
  const facts = known.get(plan) ?? derive(plan);
  known.set(plan, facts);
  return facts;
}

/** All columns that the given ones determine, themselves included. */
export function closure(columns: Iterable<ColumnId>, dependencies: readonly Dependency[]): Set<ColumnId> {
  const determined = new Set(columns);
  let remaining = dependencies;
  for (;;) {
    const later: Dependency[] = [];
    for (const dependency of remaining) {
      if (dependency.from.every((id) => determined.has(id))) for (const id of dependency.to) determined.add(id);
      else later.push(dependency);
    }
    if (later.length === remaining.length) return determined;
    remaining = later;
  }
}

/** Whether no two rows of the plan agree on the columns. */
export function isUniqueOn(plan: Plan, columns: Iterable<ColumnId>): boolean {
  const { keys, dependencies } = factsOf(plan);
  if (keys.length === 0) return false;
  const determined = closure(columns, dependencies);
  return keys.some((key) => key.every((id) => determined.has(id)));
}

export function hasAtMostOneRow(plan: Plan): boolean {
  return isUniqueOn(plan, []);
}

/** The column whose value the expression keeps apart from every other: itself, or under exact casts. */
export function identifiedColumn(expression: Expression): ColumnId | undefined {
  if (expression.kind === 'column') return expression.id;
  if (expression.kind !== 'cast' || !isExactCast(expression.arg.type, expression.type)) return undefined;
  return identifiedColumn(expression.arg);
}

function derive(plan: Plan): Facts {
  switch (plan.kind) {
    case 'scan':
      return scanFacts(plan);
    case 'values':
      return plan.rows.length <= 1 ? { keys: [[]], dependencies: [] } : NOTHING;
    case 'filter': {
      const facts = factsOf(plan.input);
      return {
        keys: facts.keys,
        dependencies: [...facts.dependencies, ...conditionFacts(plan.predicate, plan.columns)],
      };
    }
    case 'project':
      return projectFacts(plan);
    case 'join':
      return joinFacts(plan);
    case 'apply': {
      const { keys, dependencies } = factsOf(plan.left);
      const multiplies = (plan.join === 'inner' || plan.join === 'left') && !hasAtMostOneRow(plan.right);
      return { keys: multiplies ? [] : keys, dependencies };
    }
    case 'aggregate': {
      if (plan.groupingSets !== undefined) return NOTHING;
      const groups = plan.columns.slice(0, plan.groups.length);
      const { dependencies } = projected(factsOf(plan.input), groups, plan.groups, plan.input.columns);
      return { keys: [groups.map((column) => column.id)], dependencies };
    }
    case 'window':
      return windowFacts(plan);
    case 'sort':
      return factsOf(plan.input);
    case 'limit': {
      const facts = factsOf(plan.input);
      const one = plan.count?.kind === 'constant' && (plan.count.value === 1n || plan.count.value === 0n);
      return one ? { ...facts, keys: [[], ...facts.keys] } : facts;
    }
    case 'distinct': {
      const facts = factsOf(plan.input);
      const on = plan.on ?? plan.columns.map((column): Expression => ({ kind: 'column', ...column }));
      const key = on.map((expression) => (expression.kind === 'column' ? expression.id : undefined));
      const isKey = key.every((id) => id !== undefined);
      return isKey ? { ...facts, keys: [...facts.keys, key.filter((id) => id !== undefined)] } : facts;
    }
    case 'setOperation':
      return plan.all ? NOTHING : { keys: [plan.columns.map((column) => column.id)], dependencies: [] };
    case 'unnest':
      return { keys: [], dependencies: factsOf(plan.input).dependencies };
    case 'fetch': {
      const { keys, dependencies } = factsOf(plan.input);
      const to = plan.fetched.map((column) => column.id);
      return { keys, dependencies: [...dependencies, { from: [plan.rowId], to }] };
    }
    case 'let':
      return factsOf(plan.body);
    case 'recursive':
      return plan.all ? NOTHING : { keys: [plan.columns.map((column) => column.id)], dependencies: [] };
    case 'asOfJoin':
      return factsOf(plan.left);
    case 'reference':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return NOTHING;
    default:
      return unreachable(plan);
  }
}

function scanFacts({ table, columns, ordinals }: Scan): Facts {
  const keys = table.keys.flatMap((key) => {
    const at = key.map((ordinal) => columns[ordinals.indexOf(ordinal)]);
    const usable = at.filter((column) => column !== undefined && !column.nullable);
    return usable.length < key.length ? [] : [usable.flatMap((column) => (column === undefined ? [] : [column.id]))];
  });
  const to = columns.map((column) => column.id);
  return { keys, dependencies: keys.map((from) => ({ from, to })) };
}

/** The partition and a row number in it tell rows apart; what is computed over a whole partition depends on it alone. */
function windowFacts(plan: Window): Facts {
  const { keys, dependencies } = factsOf(plan.input);
  const partition = plan.partitionBy.map(identifiedColumn);
  if (partition.some((id) => id === undefined)) return { keys, dependencies };
  const by = partition.filter((id) => id !== undefined);
  const numbers = plan.calls.flatMap(({ fn }, i) => (fn === 'row_number' ? (plan.results[i]?.id ?? []) : []));
  const wholes = plan.calls.flatMap(({ fn, frame, type }, i) => {
    const { start, end, exclude } = frame;
    const whole = start.kind === 'unbounded' && end.kind === 'unbounded' && exclude === 'nothing';
    const same = WHOLE_AGGREGATES.has(fn) && type.kind !== 'float32' && type.kind !== 'float64';
    return whole && same ? (plan.results[i]?.id ?? []) : [];
  });
  return {
    keys: [...keys, ...numbers.map((id) => [...by, id])].slice(0, MAX_KEYS),
    dependencies: wholes.length === 0 ? dependencies : [...dependencies, { from: by, to: wholes }],
  };
}

/** Aggregates whose result for a partition is one value that its equals cannot be told from. */
const WHOLE_AGGREGATES = new Set(['count', 'count_if', 'sum', 'avg', 'bool_and', 'bool_or']);

/** Dependencies between columns that hold where the condition is true. */
function conditionFacts(condition: Expression, columns: readonly Column[]): readonly Dependency[] {
  const own = ids(columns);
  return conjuncts(condition).flatMap((term): readonly Dependency[] => {
    const comparison = asComparison(term);
    if (comparison?.fn !== 'eq') return [];
    const left = identifiedColumn(comparison.left);
    const right = identifiedColumn(comparison.right);
    const isLeft = left !== undefined && own.has(left);
    const isRight = right !== undefined && own.has(right);
    if (isLeft && isRight) return mutual(left, right);
    if (isLeft && isConstantFor(comparison.right, own)) return [{ from: [], to: [left] }];
    if (isRight && isConstantFor(comparison.left, own)) return [{ from: [], to: [right] }];
    return [];
  });
}

function mutual(a: ColumnId, b: ColumnId): readonly Dependency[] {
  return [
    { from: [a], to: [b] },
    { from: [b], to: [a] },
  ];
}

function isConstantFor(expression: Expression, own: ReadonlySet<ColumnId>): boolean {
  if (isVolatile(expression)) return false;
  for (const id of expressionColumns(expression)) if (own.has(id)) return false;
  return true;
}

function projectFacts(plan: Project): Facts {
  const facts = projected(factsOf(plan.input), plan.columns, plan.expressions, plan.input.columns);
  const survivors = ids(plan.columns);
  const computed = plan.columns.flatMap((column, i): readonly Dependency[] => {
    const expression = plan.expressions[i];
    if (expression === undefined || expression.kind === 'column') return [];
    if (isVolatile(expression) || !isDetermined(expression)) return [];
    const from = [...expressionColumns(expression)];
    return from.every((id) => survivors.has(id)) ? [{ from, to: [column.id] }] : [];
  });
  return { keys: facts.keys, dependencies: [...facts.dependencies, ...computed] };
}

/** Facts over those columns that come through, some under new ids; lost columns are replaced by what determines them. */
function projected(
  facts: Facts,
  columns: readonly Column[],
  expressions: readonly Expression[],
  input: readonly Column[],
): Facts {
  const outputs = new Map<ColumnId, ColumnId>();
  const renames: Dependency[] = [];
  columns.forEach((column, i) => {
    const from = identifiedColumn(expressions[i] ?? { kind: 'column', ...column });
    if (from === undefined) return;
    const first = outputs.get(from);
    if (first === undefined) outputs.set(from, column.id);
    else renames.push(...mutual(first, column.id));
  });
  if (outputs.size === input.length && renames.length === 0 && [...outputs].every(([a, b]) => a === b)) return facts;
  const stands = (id: ColumnId): ColumnId | undefined => {
    const own = outputs.get(id);
    if (own !== undefined) return own;
    for (const other of closure([id], facts.dependencies)) {
      const output = outputs.get(other);
      if (output !== undefined && closure([other], facts.dependencies).has(id)) return output;
    }
    return undefined;
  };
  const translate = (set: readonly ColumnId[]): readonly ColumnId[] | undefined => {
    const fixed = closure([], facts.dependencies);
    const translated = set.filter((id) => !fixed.has(id)).map(stands);
    const all = translated.filter((id) => id !== undefined);
    return all.length === translated.length ? all : undefined;
  };
  const dependencies = facts.dependencies.flatMap((dependency): readonly Dependency[] => {
    const from = translate(dependency.from);
    if (from === undefined) return [];
    const to = [...closure(dependency.from, facts.dependencies)].flatMap((id) => outputs.get(id) ?? []);
    return to.length === 0 ? [] : [{ from, to }];
  });
  const keys = facts.keys.flatMap((key) => {
    const translated = translate(key);
    return translated === undefined ? [] : [translated];
  });
  return { keys, dependencies: [...dependencies, ...renames] };
}

function joinFacts(plan: Join): Facts {
  const left = factsOf(plan.left);
  const right = factsOf(plan.right);
  const sides = joinSides(plan.join);
  if (!sides.right) return left;
  if (plan.join === 'single') return { keys: left.keys, dependencies: left.dependencies };
  if (plan.join === 'inner') {
    const dependencies = [...left.dependencies, ...right.dependencies, ...conditionFacts(plan.condition, plan.columns)];
    return { keys: combinedKeys(left, right, dependencies), dependencies };
  }
  const dependencies = [
    ...(sides.padsLeft ? survivingPadding(left, plan.left.columns) : left.dependencies),
    ...survivingPadding(right, plan.right.columns),
  ];
  if (plan.join === 'left' && matchesOnce(plan)) return { keys: left.keys, dependencies };
  return { keys: combinedKeys(left, right, dependencies), dependencies };
}

/** Dependencies whose origin is NULL in padded rows only, where everything that depends on it is NULL too. */
function survivingPadding(facts: Facts, columns: readonly Column[]): readonly Dependency[] {
  const filled = ids(columns.filter((column) => !column.nullable));
  return facts.dependencies.filter((dependency) => dependency.from.some((id) => filled.has(id)));
}

function combinedKeys(left: Facts, right: Facts, dependencies: readonly Dependency[]): Facts['keys'] {
  const keys: (readonly ColumnId[])[] = [];
  for (const a of left.keys) {
    for (const b of right.keys) {
      const fromA = closure(a, dependencies);
      if (b.every((id) => fromA.has(id))) keys.push(a);
      const fromB = closure(b, dependencies);
      if (a.every((id) => fromB.has(id))) keys.push(b);
      if (keys.length === 0) keys.push([...a, ...b]);
    }
  }
  return keys.slice(0, MAX_KEYS);
}

/** Whether a row of the left side can match at most one row of the right side. */
export function matchesOnce(plan: Pick<Join, 'left' | 'right' | 'condition'>): boolean {
  const own = ids(plan.right.columns);
  const fixed = conjuncts(plan.condition).flatMap((term) => {
    const comparison = asComparison(term);
    if (comparison?.fn !== 'eq') return [];
    const left = identifiedColumn(comparison.left);
    const right = identifiedColumn(comparison.right);
    if (left !== undefined && own.has(left) && isConstantFor(comparison.right, own)) return [left];
    if (right !== undefined && own.has(right) && isConstantFor(comparison.left, own)) return [right];
    return [];
  });
  return isUniqueOn(plan.right, fixed);
}
