import type * as sql from '../../../grammars/sql/tree.ts';
import { ascending, columnRef, constant, filter, limit, newColumn, selectColumns, sort } from '../../ir/build.ts';
import { call } from '../../ir/call.ts';
import { expressionColumns } from '../../ir/columns.ts';
import { type Column, type Expression, ROW_NUMBER } from '../../ir/expression.ts';
import { type Plan, ROW_ID_ORDINAL } from '../../ir/plan.ts';
import { OrbitError } from '../../types/error.ts';
import { FLOAT64, INT64 } from '../../types/type.ts';
import { coerce } from './coerce.ts';
import { emptyScope, type QueryContext, within } from './context.ts';
import { unsupported } from './errors.ts';
import type { FromItem } from './from-item.ts';
import { fold } from './names.ts';

/** Rows that a sample by blocks takes or leaves together. */
const BLOCK_ROWS = 1024n;

const METHODS: ReadonlySet<string> = new Set(['bernoulli', 'system', 'reservoir']);

/**
 * The item with some of its rows: those whose place, a hash of the row's number and the seed, is below the fraction, or
 * the rows with the least places. So a sample is the same for a seed, and each of its rows is found without the others.
 * Rows of `stored` tables have their ids as numbers; others are counted.
 */
export function sampled(
  item: FromItem,
  sample: sql.Sample | undefined,
  stored: boolean,
  context: QueryContext,
): FromItem {
  if (sample === undefined) return item;
  const { method, unit, range } = sample;
  const name = method === undefined ? (unit === 'rows' ? 'reservoir' : 'system') : fold(method);
  if (!METHODS.has(name)) {
    throw new OrbitError('undefined_object', `tablesample method ${name} does not exist`, { range: method?.range });
  }
  if ((name === 'reservoir') !== (unit === 'rows')) {
    const what = unit === 'rows' ? `a ${name} sample of a number of rows` : 'a reservoir of a share of the rows';
    throw unsupported(what, range, 'Write reservoir(n ROWS), bernoulli(p) or system(p).');
  }
  const seed = seedOf(sample, context);
  const { plan, number } = numbered(item.plan, stored, context);
  const row = columnRef(number);
  const unitNumber = name === 'system' ? call('divide', [row, constant(BLOCK_ROWS, INT64)]) : row;
  const place = call('sample_place', [unitNumber, seed]);
  const size = argument(sample.size, context);
  const chosen =
    unit === 'rows'
      ? limit(sort(plan, [ascending(place)]), coerce(size, INT64, context.statement))
      : filter(plan, call('lt', [place, call('sample_fraction', [coerce(size, FLOAT64, context.statement)])]));
  return { ...item, plan: selectColumns(chosen, item.plan.columns) };
}

function seedOf({ seed }: sql.Sample, context: QueryContext): Expression {
  if (seed !== undefined) {
    const value = coerce(argument(seed, context), FLOAT64, context.statement);
    return value.kind === 'constant' && value.value !== null ? value : call('sample_seed', [value]);
  }
  context.statement.once();
  return constant(Math.random(), FLOAT64);
}

/** Sizes and seeds are the same for all rows. */
function argument(tree: sql.Expression, context: QueryContext): Expression {
  const scope = emptyScope('TABLESAMPLE', context.outer);
  const bound = context.statement.bind.expression(tree, within(context, scope));
  if (expressionColumns(bound).size > 0) throw unsupported('a column in TABLESAMPLE', tree.range);
  return bound;
}

/** The rows with a number each, in the order in which they come. */
export function numbered(
  plan: Plan,
  stored: boolean,
  { statement: { ids } }: QueryContext,
): { readonly plan: Plan; readonly number: Column } {
  const number = newColumn(ids, 'row', INT64, false);
  if (stored && plan.kind === 'scan') {
    const scan = { ...plan, columns: [...plan.columns, number], ordinals: [...plan.ordinals, ROW_ID_ORDINAL] };
    return { plan: scan, number };
  }
  const columns = [...plan.columns, number];
  const window: Plan = {
    kind: 'window',
    columns,
    input: plan,
    partitionBy: [],
    orderBy: [],
    calls: [ROW_NUMBER],
    results: [number],
  };
  return { plan: window, number };
}
