import type * as sql from '../../../grammars/sql/tree.ts';
import { resolveAggregate } from '../../functions/resolve.ts';
import { and, caseOf, constant, or, TRUE } from '../../ir/build.ts';
import { expressionColumns } from '../../ir/columns.ts';
import type { AggregateCall, Expression, SortKey } from '../../ir/expression.ts';
import { OrbitError } from '../../types/error.ts';
import { BOOL, FLOAT64, INT64 } from '../../types/type.ts';
import { aggregated, bindArguments, bindFilter, bindKey, insideAggregate } from './aggregates.ts';
import { besideEachOther, coerce, explicitCast } from './coerce.ts';
import type { Context } from './context.ts';
import { unsupported } from './errors.ts';
import { operation } from './operators.ts';

/** Aggregates WITHIN GROUP: ordered-set ones, and hypothetical-set ones, which are counts of rows before a row. */

/** The aggregate of the catalogue, by the name that the standard has for it with an order. */
const ORDERED_SET: Readonly<Record<string, string>> = {
  percentile_cont: 'quantile_cont',
  percentile_disc: 'quantile_disc',
  mode: 'mode',
};

const HYPOTHETICAL: ReadonlySet<string> = new Set(['rank', 'dense_rank', 'percent_rank', 'cume_dist']);

/** Whether the name means nothing without WITHIN GROUP. */
export function needsWithinGroup(name: string): boolean {
  return name === 'percentile_cont' || name === 'percentile_disc';
}

export function bindWithinGroup(tree: sql.FunctionCall, name: string, context: Context): Expression {
  const { range } = tree;
  const fn = Object.hasOwn(ORDERED_SET, name) ? ORDERED_SET[name] : undefined;
  if (fn === undefined && !HYPOTHETICAL.has(name)) {
    const message = `${name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP`;
    throw new OrbitError('wrong_object_type', message, { range });
  }
  if (tree.distinct) throw new OrbitError('syntax_error', 'cannot use DISTINCT with WITHIN GROUP', { range });
  if (tree.nullTreatment !== undefined) {
    throw unsupported(`${tree.nullTreatment.toUpperCase()} NULLS of an aggregate`, range);
  }
  if (tree.orderBy.length > 0) {
    throw new OrbitError('syntax_error', 'cannot use multiple ORDER BY clauses with WITHIN GROUP', { range });
  }
  const inside = insideAggregate(context);
  const direct = bindArguments(tree, name, inside);
  for (const arg of direct) checkDirect(arg, name, context);
  const keys = tree.withinGroup.map((element) => bindKey(element, inside));
  const filter = bindFilter(tree, inside);
  if (fn === undefined) return hypothetical(name, direct, keys, filter, tree, context);
  const [key] = keys;
  const most = fn === 'mode' ? 0 : 1;
  if (key === undefined || keys.length > 1 || direct.length !== most) {
    const message = `function ${name} takes ${most} direct argument${most === 1 ? '' : 's'} and one to order by`;
    throw new OrbitError('undefined_function', message, { range });
  }
  const args = [key.expression, ...direct, constant(key.descending, BOOL, range)];
  const { signature } = resolveAggregate(
    fn,
    args.map((arg) => arg.type),
    'sql',
    range,
  );
  const cast = args.map((arg, i) => coerce(arg, signature.parameters[i] ?? arg.type, context.statement));
  const call = { fn, args: cast, distinct: false, filter, orderBy: [], type: signature.result, nullable: true, range };
  return aggregated(call, name, context);
}

/** What is compared with the rows must be the same for all rows of a group. */
function checkDirect(arg: Expression, name: string, context: Context): void {
  const { scope } = context;
  const own = new Set([scope.columns, ...scope.relations.map(({ columns }) => columns)].flat().map((c) => c.column.id));
  const groups = new Set(
    scope.grouping?.expressions.flatMap((group) => (group.kind === 'column' ? [group.id] : [])) ?? [],
  );
  for (const id of expressionColumns(arg)) {
    if (!own.has(id) || groups.has(id)) continue;
    throw new OrbitError('grouping_error', `direct arguments of ${name} must use only grouped columns`, {
      range: arg.range,
    });
  }
}

function hypothetical(
  name: string,
  direct: readonly Expression[],
  keys: readonly SortKey[],
  filter: Expression | undefined,
  tree: sql.FunctionCall,
  context: Context,
): Expression {
  const { range } = tree;
  const { statement } = context;
  if (direct.length !== keys.length) {
    const message = `function ${name} takes as many direct arguments as there are expressions to order by`;
    throw new OrbitError('undefined_function', message, { range });
  }
  const rebind = (): readonly SortKey[] =>
    tree.withinGroup.map((element) => bindKey(element, insideAggregate(context)));
  const op = (fn: string, ...args: readonly Expression[]): Expression => operation(fn, args, range, statement);
  const one = constant(1n, INT64, range);
  const counted = (condition: Expression): Expression => count([], condition, filter, name, tree, context);
  const place = (includingPeers: boolean): Expression => counted(before(direct, rebind(), includingPeers, op, context));
  const float = (value: Expression): Expression => explicitCast(value, FLOAT64, 'error', statement, range);
  switch (name) {
    case 'rank':
      return op('add', place(false), one);
    case 'dense_rank': {
      const [key] = keys;
      if (key === undefined || keys.length > 1) throw unsupported('dense_rank within a group by several keys', range);
      const values = count([key.expression], before(direct, rebind(), false, op, context), filter, name, tree, context);
      const nulls = counted(and([before(direct, rebind(), false, op, context), op('is_null', key.expression)]));
      return op('add', op('add', values, op('least', nulls, one)), one);
    }
    case 'percent_rank': {
      const share = op('divide', float(place(false)), float(counted(TRUE)));
      const none = op('eq', counted(TRUE), constant(0n, INT64));
      return caseOf([{ when: none, then: constant(0, FLOAT64) }], share, range);
    }
    default:
      return op('divide', float(op('add', place(true), one)), float(op('add', counted(TRUE), one)));
  }
}

function count(
  args: readonly Expression[],
  condition: Expression,
  filter: Expression | undefined,
  name: string,
  { range }: sql.FunctionCall,
  context: Context,
): Expression {
  const both = and(filter === undefined ? [condition] : [filter, condition], range);
  const call: AggregateCall = {
    fn: 'count',
    args,
    distinct: args.length > 0,
    filter: both.kind === 'constant' ? undefined : both,
    orderBy: [],
    type: INT64,
    nullable: false,
    range,
  };
  return aggregated(call, name, context);
}

/** Whether a row sorts before the hypothetical one, or is its peer where that counts too. */
function before(
  direct: readonly Expression[],
  keys: readonly SortKey[],
  orSame: boolean,
  op: (fn: string, ...args: readonly Expression[]) => Expression,
  { statement }: Context,
): Expression {
  let result: Expression = constant(orSame, BOOL);
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i];
    const wanted = direct[i];
    if (key === undefined || wanted === undefined) continue;
    const [a = key.expression, b = wanted] = besideEachOther([key.expression, wanted], statement);
    const sooner = op(key.descending ? 'gt' : 'lt', a, b);
    const nulls = key.nullsFirst
      ? and([op('is_null', a), op('is_not_null', b)])
      : and([op('is_not_null', a), op('is_null', b)]);
    const same = and([op('is_not_distinct', a, b), result]);
    result = or([and([op('is_not_null', a), op('is_not_null', b), sooner]), nulls, same]);
  }
  return result;
}
