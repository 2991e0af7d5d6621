import type { AggregateCall, ColumnId, Expression, SortKey } from '../ir/expression.ts';
import { printExpression, printWindow } from '../ir/print.ts';
import { unreachable } from '../types/error.ts';
import { children, walk } from './columns.ts';
import type { KeyFilter, PhysicalPlan } from './plan.ts';

export interface PrintOptions {
  /** The rows that are expected of each node. */
  readonly estimates?: boolean | undefined;
  /** More about a node, behind its line. */
  readonly annotate?: ((node: PhysicalPlan) => string) | undefined;
}

/**
 * Stable text of a physical plan, a line for each node, inputs indented below it: of a join the streamed side first,
 * then the side that is built or materialized.
 */
export function printPhysical(plan: PhysicalPlan, options: PrintOptions = {}): string {
  const names = columnNames(plan);
  const lines: string[] = [];
  const visit = (node: PhysicalPlan, depth: number): void => {
    const rows = options.estimates && node.estimate !== undefined ? `  ~${node.estimate}` : '';
    const more = options.annotate?.(node) ?? '';
    lines.push(`${'  '.repeat(depth)}${describe(node, names)}${rows}${more}`);
    for (const child of children(node)) visit(child, depth + 1);
  };
  visit(plan, 0);
  return `${lines.join('\n')}\n`;
}

/** What each node of the plan does, as its line in the printed plan says. */
export function nodeDescriptions(plan: PhysicalPlan): (node: PhysicalPlan) => string {
  const names = columnNames(plan);
  return (node) => describe(node, names);
}

type Names = ReadonlyMap<ColumnId, string>;

/** The equality of the join that makes the filter, as the scan sees it. */
function keyFilterText({ kind, columns, among }: KeyFilter, names: Names): string {
  const tested = columns.map((column) => `${names.get(column)}#${column}`).join(', ');
  const keys = among.map((key) => printExpression(key, names)).join(', ');
  const text = columns.length === 1 ? `${tested} = ${keys}` : `(${tested}) = (${keys})`;
  return kind === 'bloom' ? `${text} (bloom)` : text;
}

function columnNames(plan: PhysicalPlan): Names {
  const names = new Map<ColumnId, string>();
  walk(plan, (node) => {
    for (const column of node.columns) names.set(column.id, column.name);
  });
  return names;
}

function describe(plan: PhysicalPlan, names: Names): string {
  const text = (expression: Expression): string => printExpression(expression, names);
  const texts = (expressions: readonly Expression[]): string => expressions.map(text).join(', ');
  switch (plan.kind) {
    case 'tableScan': {
      const columns = plan.columns.map((column) => `${column.name}#${column.id}`).join(', ');
      const where = plan.predicates.length === 0 ? '' : ` where ${plan.predicates.map(text).join(' and ')}`;
      const filters = (plan.keyFilters ?? []).map((filter) => ` filtered by ${keyFilterText(filter, names)}`).join('');
      return `scan ${plan.table.name} [${columns}]${where}${filters}${commandText(plan.command)}`;
    }
    case 'keyLookup': {
      const columns = plan.columns.map((column) => `${column.name}#${column.id}`).join(', ');
      const key = plan.key.map((ordinal) => plan.table.columns[ordinal]?.name ?? `column ${ordinal}`);
      const shown = plan.keys.slice(0, SHOWN_ROWS).map((values) => `(${texts(values)})`);
      const more = plan.keys.length - shown.length;
      const wanted = [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
      const where = plan.predicates.length === 0 ? '' : ` where ${plan.predicates.map(text).join(' and ')}`;
      return `lookup ${plan.table.name} [${columns}] by (${key.join(', ')}) = ${wanted}${where}${commandText(plan.command)}`;
    }
    case 'values': {
      const shown = plan.rows.slice(0, SHOWN_ROWS).map((row) => `(${texts(row)})`);
      const more = plan.rows.length - shown.length;
      const rows = [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
      return rows === '' ? 'no rows' : `values ${rows}`;
    }
    case 'filter':
      return `filter ${text(plan.predicate)}`;
    case 'project': {
      const items = plan.expressions.map((expression, i) => {
        const column = plan.columns[i];
        const same = expression.kind === 'column' && expression.id === column?.id;
        return same ? text(expression) : `${column?.name}#${column?.id} = ${text(expression)}`;
      });
      return `project [${items.join(', ')}]`;
    }
    case 'hashJoin': {
      const keys = plan.keys.map(
        ({ probe, build, nullsEqual }) => `${text(probe)} ${nullsEqual ? 'is' : '='} ${text(build)}`,
      );
      const residual = plan.residual === undefined ? '' : ` residual ${text(plan.residual)}`;
      const algorithm = plan.groupJoin === true ? 'group' : plan.ordered === true ? 'merge' : 'hash';
      return `${algorithm} join ${joinText(plan)} on ${keys.join(' and ')}${residual}`;
    }
    case 'nestedLoopJoin':
      return `nested loop join ${joinText(plan)} on ${text(plan.predicate)}`;
    case 'rangeJoin': {
      const keys = plan.keys.map((key) => `${text(key.outer)} = ${text(key.inner)}`);
      const order = text(plan.order);
      const lower = plan.lower && `${order} ${plan.lower.strict ? '>' : '>='} ${text(plan.lower.value)}`;
      const upper = plan.upper && `${order} ${plan.upper.strict ? '<' : '<='} ${text(plan.upper.value)}`;
      const terms = [...keys, ...(lower === undefined ? [] : [lower]), ...(upper === undefined ? [] : [upper])];
      const residual = plan.residual === undefined ? '' : ` residual ${text(plan.residual)}`;
      const mark = plan.mark === undefined ? '' : ` mark ${plan.mark.name}#${plan.mark.id}`;
      return `range join ${plan.join}${plan.nearest ? ' nearest' : ''}${mark} on ${terms.join(' and ')}${residual}`;
    }
    case 'let':
      return `let ${plan.binding}`;
    case 'recursive':
      return `recursive ${plan.binding}${plan.all ? ' all' : ''}`;
    case 'reference':
      return `reference ${plan.binding} [${plan.columns.map((column) => `${column.name}#${column.id}`).join(', ')}]`;
    case 'apply':
      return `apply ${plan.join}${plan.uncorrelated === true ? ' once' : ''}${plan.mark === undefined ? '' : ` mark ${plan.mark.name}#${plan.mark.id}`}`;
    case 'hashAggregate': {
      const by = plan.groups.length === 0 ? '' : ` by ${texts(plan.groups)}`;
      const calls = plan.aggregates.map((call) => aggregateText(call, names)).join(', ');
      return `aggregate${by}${calls === '' ? '' : ` compute ${calls}`}`;
    }
    case 'window': {
      const first = plan.first === undefined ? '' : ` first ${plan.first.count} by ${plan.first.by}`;
      return `${plan.isSorted === true ? 'sorted ' : ''}${printWindow(plan, names)}${first}`;
    }
    case 'sort': {
      const limit = plan.limit === undefined ? '' : ` limit ${text(plan.limit)}`;
      const offset = plan.offset === undefined ? '' : ` offset ${text(plan.offset)}`;
      return `sort ${sortText(plan.keys, names)}${limit}${offset}`;
    }
    case 'limit': {
      const count = plan.count === undefined ? '' : ` ${text(plan.count)}`;
      return `limit${count}${plan.offset === undefined ? '' : ` offset ${text(plan.offset)}`}`;
    }
    case 'repeat':
      return `repeat ${text(plan.count)}`;
    case 'unionAll':
      return 'union all';
    case 'unnest':
      return `unnest${plan.outer ? ' outer' : ''} ${text(plan.expression)}`;
    case 'fetch': {
      const fetched = plan.ordinals.map((ordinal) => plan.table.columns[ordinal]?.name ?? `column ${ordinal}`);
      return `fetch ${fetched.join(', ')} of ${plan.table.name}`;
    }
    case 'insert':
      return `insert into ${plan.table.name}${commandText(plan.command)}`;
    case 'update': {
      const targets = plan.ordinals.map((ordinal) => plan.table.columns[ordinal]?.name ?? `column ${ordinal}`);
      const set = plan.values.map((value, i) => `${targets[i]} = ${text(value)}`).join(', ');
      return `update ${plan.table.name} set ${set}${commandText(plan.command)}`;
    }
    case 'delete':
      return `delete from ${plan.table.name}${commandText(plan.command)}`;
    case 'merge': {
      const ordinals = plan.conflict?.keys.flat() ?? plan.matchOrdinals;
      const match = ordinals.map((ordinal) => plan.table.columns[ordinal]?.name ?? `column ${ordinal}`);
      return `merge into ${plan.table.name} on ${match.join(', ')}${commandText(plan.command)}`;
    }
    default:
      return unreachable(plan);
  }
}

const SHOWN_ROWS = 8;

function commandText(command: number): string {
  return command === 0 ? '' : ` command ${command}`;
}

function joinText(plan: Extract<PhysicalPlan, { kind: 'hashJoin' | 'nestedLoopJoin' }>): string {
  const aware = plan.nullAware ? ' null-aware' : '';
  return `${plan.join}${aware}${plan.mark === undefined ? '' : ` mark ${plan.mark.name}#${plan.mark.id}`}`;
}

function sortText(keys: readonly SortKey[], names: Names): string {
  return keys
    .map(({ expression, descending, nullsFirst }) => {
      const nulls = nullsFirst === descending ? '' : nullsFirst ? ' nulls first' : ' nulls last';
      return `${printExpression(expression, names)}${descending ? ' desc' : ''}${nulls}`;
    })
    .join(', ');
}

function aggregateText(call: AggregateCall, names: Names): string {
  const args = call.args.map((arg) => printExpression(arg, names)).join(', ');
  const order = call.orderBy.length === 0 ? '' : ` order by ${sortText(call.orderBy, names)}`;
  const filter = call.filter === undefined ? '' : ` filter ${printExpression(call.filter, names)}`;
  return `${call.fn}(${call.distinct ? 'distinct ' : ''}${args}${order})${filter}`;
}
