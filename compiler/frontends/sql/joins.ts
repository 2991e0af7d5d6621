import type * as sql from '../../../grammars/sql/tree.ts';
import { and, apply, columnRef, conjuncts, filter, join, type ProjectItem, project, TRUE } from '../../ir/build.ts';
import { call } from '../../ir/call.ts';
import { expressionColumns, freeColumns } from '../../ir/columns.ts';
import type { Column, Expression } from '../../ir/expression.ts';
import type { AsOfJoin, Plan } from '../../ir/plan.ts';
import { internalError, OrbitError, type SourceRange, unreachable } from '../../types/error.ts';
import { messageTypeName } from '../../types/names.ts';
import { typeEquals } from '../../types/type.ts';
import { unify } from '../../types/unify.ts';
import { coerce, toBoolean } from './coerce.ts';
import { type QueryContext, type ScopeColumn, type StatementContext, within } from './context.ts';
import { unsupported } from './errors.ts';
import { combined, type FromItem, itemScope } from './from-item.ts';
import { fold, matching, suggestion } from './names.ts';
import { infix } from './operators.ts';

/** Join conditions, and the columns that USING and NATURAL merge. */

export interface Condition {
  readonly predicate: Expression;
  /** Merges the columns that both sides share by name. */
  readonly finish: (joined: FromItem) => FromItem;
}

const unmerged = (joined: FromItem): FromItem => joined;

/** The join as Apply where the right side uses columns of the left (LATERAL), and as Join otherwise. */
export function joinedItems(
  kind: 'inner' | 'left' | 'semi' | 'anti',
  left: FromItem,
  right: FromItem,
  predicate: Expression | undefined,
): FromItem {
  const plan = joinedPlans(kind, left.plan, right.plan, predicate ?? TRUE);
  return combined(left, right, plan);
}

function joinedPlans(kind: 'inner' | 'left' | 'semi' | 'anti', left: Plan, right: Plan, predicate: Expression): Plan {
  const free = freeColumns(right);
  const lateral = left.columns.some((column) => free.has(column.id));
  return lateral ? apply(kind, left, filter(right, predicate)) : join(kind, left, right, predicate);
}

export function bindCondition(tree: sql.Join, left: FromItem, right: FromItem, context: QueryContext): Condition {
  const { condition } = tree;
  if (condition === undefined) return { predicate: TRUE, finish: unmerged };
  switch (condition.kind) {
    case 'on':
      return { predicate: bindOn(condition.expression, left, right, context), finish: unmerged };
    case 'using':
      if (condition.alias !== undefined) throw unsupported('an alias of USING', condition.alias.range);
      return bindShared(
        condition.columns.map((name) => sharedByName(name, left, right)),
        tree,
        context,
      );
    case 'natural':
      return bindShared(sharedByAccident(left, right, tree.range), tree, context);
    default:
      return unreachable(condition);
  }
}

/** What an as-of join goes by: equalities, and one inequality whose nearest row counts. */
interface AsOf extends Condition {
  readonly keys: AsOfJoin['keys'];
  readonly order: AsOfJoin['order'];
  /** Conditions on the right side alone. */
  readonly rightOnly: readonly Expression[];
}

/** ASOF JOIN: equalities and one inequality in ON; or in USING, where the last column is the one that is at least. */
export function bindAsOf(tree: sql.Join, left: FromItem, right: FromItem, context: QueryContext): AsOf {
  const { condition } = tree;
  if (condition?.kind === 'using') {
    const shared = condition.columns.map((name) => sharedByName(name, left, right));
    const last = shared.at(-1);
    const terms = shared.map((one) => sharedComparison(one === last ? 'ge' : 'eq', one, context));
    const finish = (joined: FromItem): FromItem => merge(joined, shared, tree.type, context.statement);
    return { ...asOfTerms(terms, left, right, tree.range), predicate: TRUE, finish };
  }
  if (condition?.kind !== 'on') throw asOfCondition(tree.range);
  const predicate = bindOn(condition.expression, left, right, context);
  return { ...asOfTerms(conjuncts(predicate), left, right, tree.range), predicate, finish: unmerged };
}

const MIRRORED = { ge: 'le', gt: 'lt', le: 'ge', lt: 'gt' } as const;

function asOfTerms(
  terms: readonly Expression[],
  left: FromItem,
  right: FromItem,
  range: SourceRange,
): Pick<AsOf, 'keys' | 'order' | 'rightOnly'> {
  const sideOf = (expression: Expression): 'left' | 'right' | 'none' | 'both' => {
    const used = expressionColumns(expression);
    const uses = (item: FromItem): boolean => item.plan.columns.some((column) => used.has(column.id));
    return uses(left) ? (uses(right) ? 'both' : 'left') : uses(right) ? 'right' : 'none';
  };
  const keys: AsOfJoin['keys'][number][] = [];
  const orders: AsOfJoin['order'][] = [];
  const rightOnly: Expression[] = [];
  for (const term of terms) {
    const [a, b] = term.kind === 'call' ? term.args : [];
    const sides = a === undefined || b === undefined ? '' : `${sideOf(a)} ${sideOf(b)}`;
    if (sideOf(term) === 'right') rightOnly.push(term);
    else if (term.kind !== 'call' || a === undefined || b === undefined) throw asOfCondition(term.range ?? range);
    else if (sides !== 'left right' && sides !== 'right left') throw asOfCondition(term.range ?? range);
    else {
      const turned = sides === 'right left';
      const pair = turned ? { left: b, right: a } : { left: a, right: b };
      const { fn } = term;
      if (fn === 'eq') keys.push(pair);
      else if (fn === 'ge' || fn === 'gt' || fn === 'le' || fn === 'lt') {
        orders.push({ ...pair, fn: turned ? MIRRORED[fn] : fn });
      } else throw asOfCondition(term.range ?? range);
    }
  }
  const [order] = orders;
  if (order === undefined || orders.length > 1) throw asOfCondition(range);
  return { keys, order, rightOnly };
}

function asOfCondition(range: SourceRange): OrbitError {
  return new OrbitError('syntax_error', 'ASOF JOIN takes equalities and one inequality between its sides', {
    range,
    hint: 'For example: a ASOF JOIN b ON a.key = b.key AND a.time >= b.time',
  });
}

function bindOn(tree: sql.Expression, left: FromItem, right: FromItem, context: QueryContext): Expression {
  const scope = itemScope(
    {
      plan: left.plan,
      relations: [...left.relations, ...right.relations],
      columns: [...left.columns, ...right.columns],
    },
    'JOIN conditions',
    context.outer,
  );
  const bound = context.statement.bind.expression(tree, { ...within(context, scope), truth: true });
  return toBoolean(bound, 'JOIN/ON', context.statement);
}

interface Shared {
  readonly left: ScopeColumn;
  readonly right: ScopeColumn;
  readonly range: SourceRange;
}

function sharedByName(name: sql.Identifier, left: FromItem, right: FromItem): Shared {
  const one = (item: FromItem, side: string): ScopeColumn => {
    const found = matching(item.columns, name, (column) => column.name);
    const [column] = found;
    const label = fold(name);
    if (found.length > 1) {
      const message = `common column name "${label}" appears more than once in ${side} table`;
      throw new OrbitError('ambiguous_column', message, { range: name.range });
    }
    if (column !== undefined) return column;
    const hint = suggestion(
      label,
      item.columns.map((other) => other.name),
    );
    const message = `column "${label}" specified in USING clause does not exist in ${side} table`;
    throw new OrbitError('undefined_column', message, { range: name.range, hint });
  };
  return { left: one(left, 'left'), right: one(right, 'right'), range: name.range };
}

/** NATURAL: all names that both sides have. */
function sharedByAccident(left: FromItem, right: FromItem, range: SourceRange): readonly Shared[] {
  return left.columns.flatMap((column): readonly Shared[] => {
    const others = right.columns.filter((other) => other.name === column.name);
    const [other] = others;
    if (other === undefined) return [];
    if (others.length > 1 || left.columns.filter((same) => same.name === column.name).length > 1) {
      const message = `common column name "${column.name}" appears more than once in a table of NATURAL JOIN`;
      throw new OrbitError('ambiguous_column', message, { range });
    }
    return [{ left: column, right: other, range }];
  });
}

function bindShared(shared: readonly Shared[], tree: sql.Join, context: QueryContext): Condition {
  const { statement } = context;
  const terms = shared.map((one) => sharedComparison('eq', one, context));
  const finish = (joined: FromItem): FromItem => merge(joined, shared, tree.type, statement);
  return { predicate: and(terms, tree.condition?.range), finish };
}

function sharedComparison(fn: 'eq' | 'ge', { left, right, range }: Shared, { statement }: QueryContext): Expression {
  if (unify([left.column.type, right.column.type]) === undefined) throw cannotJoin(left, right, range);
  return infix(fn, columnRef(left.column, range), columnRef(right.column, range), range, statement);
}

function cannotJoin(left: ScopeColumn, right: ScopeColumn, range: SourceRange): OrbitError {
  const types = `${messageTypeName(left.column.type)} and ${messageTypeName(right.column.type)}`;
  return new OrbitError('datatype_mismatch', `JOIN/USING types ${types} cannot be matched`, { range });
}

/**
 * A merged column is the side's that is never padded, and for a full join whichever is not NULL. Bare names mean it,
 * and it comes first in `*`; the sides' own columns can still be reached through their tables' names.
 */
function merge(
  joined: FromItem,
  shared: readonly Shared[],
  type: sql.Join['type'],
  statement: StatementContext,
): FromItem {
  const now = new Map(joined.plan.columns.map((column) => [column.id, column]));
  const current = (column: ScopeColumn): Column => {
    const found = now.get(column.column.id);
    if (found === undefined) throw internalError('a join lost a column of USING');
    return found;
  };
  const added: ProjectItem[] = [];
  const merged = shared.map(({ left, right, range }) => {
    const kept = current(type === 'right' ? right : left);
    const common = unify([left.column.type, right.column.type]) ?? kept.type;
    if (type !== 'full' && typeEquals(kept.type, common)) return { name: left.name, column: kept };
    const sides = [columnRef(current(left), range), columnRef(current(right), range)];
    const value =
      type === 'full'
        ? call(
            'coalesce',
            sides.map((side) => coerce(side, common, statement)),
            range,
          )
        : coerce(columnRef(kept, range), common, statement);
    added.push({ name: left.name, expression: value });
    return { name: left.name, computed: added.length - 1 };
  });
  const plan = extended(joined.plan, added, statement);
  const first = joined.plan.columns.length;
  const columns = merged.map((item): ScopeColumn => {
    const column = 'column' in item ? item.column : plan.columns[first + item.computed];
    if (column === undefined) throw internalError('a merged column is missing');
    return { name: item.name, column };
  });
  const hidden = new Set(shared.flatMap(({ left, right }) => [left.column.id, right.column.id]));
  const rest = joined.columns.filter((column) => !hidden.has(column.column.id));
  return { plan, relations: joined.relations, columns: [...columns, ...rest] };
}

function extended(plan: Plan, added: readonly ProjectItem[], statement: StatementContext): Plan {
  if (added.length === 0) return plan;
  const kept = plan.columns.map((column) => ({ name: column.name, expression: columnRef(column) }));
  return project(plan, [...kept, ...added], statement.ids);
}
