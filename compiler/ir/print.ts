import { unreachable } from '../types/error.ts';
import { typeName } from '../types/type.ts';
import type {
  AggregateCall,
  Column,
  ColumnId,
  Expression,
  FrameBound,
  SortKey,
  WindowCall,
  WindowFrame,
} from './expression.ts';
import { type Plan, ROW_ID_ORDINAL, type Window } from './plan.ts';
import { printConstant, printValues } from './print-value.ts';
import { expressionChildren, planChildren, planExpressions } from './traverse.ts';

/**
 * Stable text of plans for golden files and EXPLAIN: a line for each node (kind, what it does, `->` its columns with
 * their types, `?` for nullable, unless they are just its inputs' columns), inputs indented below it. Subqueries of expressions are numbered and follow the
 * node's line as `subquery n`. Columns are `name#id`, the name being the one they were defined with.
 */
export function printPlan(plan: Plan): string {
  const lines: string[] = [];
  printNode(plan, 0, { names: columnNames(plan), subqueries: [] }, lines);
  return `${lines.join('\n')}\n`;
}

/** The expression in function notation. Without names, columns are `#id`. */
export function printExpression(expression: Expression, names: ReadonlyMap<ColumnId, string> = new Map()): string {
  return text(expression, { names, subqueries: [] });
}

/** `name#id: type`, with `?` where it can be NULL. */
export function printColumn(column: Column): string {
  return `${column.name}#${column.id}: ${typeName(column.type)}${column.nullable ? '?' : ''}`;
}

interface Context {
  readonly names: ReadonlyMap<ColumnId, string>;
  /** Those met so far in this plan, which gives them their numbers. */
  readonly subqueries: Plan[];
}

function columnNames(plan: Plan): ReadonlyMap<ColumnId, string> {
  const names = new Map<ColumnId, string>();
  const define = (column: Column): void => {
    if (!names.has(column.id)) names.set(column.id, column.name);
  };
  const visitExpression = (expression: Expression): void => {
    if (expression.kind === 'subquery') visit(expression.plan);
    if (expression.kind === 'lambda') expression.parameters.forEach(define);
    for (const child of expressionChildren(expression)) visitExpression(child);
  };
  const visit = (node: Plan): void => {
    for (const child of planChildren(node)) visit(child);
    for (const expression of planExpressions(node)) visitExpression(expression);
    node.columns.forEach(define);
    if (node.kind === 'merge') node.current.forEach(define);
  };
  visit(plan);
  return names;
}

function printNode(plan: Plan, depth: number, context: Context, lines: string[]): void {
  const indent = '  '.repeat(depth);
  const first = context.subqueries.length;
  const essentials = describe(plan, context);
  const beyond = context.subqueries.length;
  lines.push(`${indent}${essentials}${columnsText(plan)}`);
  for (let i = first; i < beyond; i++) {
    const inner = context.subqueries[i];
    if (inner === undefined) continue;
    lines.push(`${indent}  subquery ${i + 1}:`);
    printNode(inner, depth + 2, context, lines);
  }
  for (const child of planChildren(plan)) printNode(child, depth + 1, context, lines);
}

function columnsText(plan: Plan): string {
  const inputs = planChildren(plan).flatMap((child) => child.columns);
  const own = plan.columns.map(printColumn);
  const same = own.length === inputs.length && own.every((text, i) => text === printColumnOf(inputs[i]));
  return same && own.length > 0 ? '' : ` -> [${own.join(', ')}]`;
}

function printColumnOf(column: Column | undefined): string | undefined {
  return column && printColumn(column);
}

function describe(plan: Plan, context: Context): string {
  const list = (expressions: readonly Expression[]): string => expressions.map((e) => text(e, context)).join(', ');
  switch (plan.kind) {
    case 'scan': {
      const alias = plan.alias === undefined || plan.alias === plan.table.name ? '' : ` as ${plan.alias}`;
      const columns = plan.ordinals.map((ordinal) => (ordinal === ROW_ID_ORDINAL ? 'rowid' : `${ordinal}`));
      const whole = plan.ordinals.length === plan.table.columns.length && plan.ordinals.every((o, i) => o === i);
      const command = plan.command === 0 ? '' : ` command ${plan.command}`;
      return `scan ${plan.table.name}${alias}${whole ? '' : ` columns ${columns.join(',')}`}${command}`;
    }
    case 'values': {
      const shown = plan.rows.slice(0, SHOWN_ROWS).map((row) => `(${list(row)})`);
      const more = plan.rows.length - shown.length;
      return `values ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    }
    case 'filter':
      return `filter ${text(plan.predicate, context)}`;
    case 'project': {
      const items = plan.expressions.map((expression, i) => {
        const column = plan.columns[i];
        const same = expression.kind === 'column' && expression.id === column?.id;
        return same ? text(expression, context) : `${column?.name}#${column?.id} = ${text(expression, context)}`;
      });
      return items.length === 0 ? 'project' : `project ${items.join(', ')}`;
    }
    case 'join': {
      const aware = plan.nullAware ? ' null-aware' : '';
      const mark = plan.mark === undefined ? '' : ` mark ${plan.mark.name}#${plan.mark.id}`;
      return `join ${plan.join}${aware}${mark} on ${text(plan.condition, context)}`;
    }
    case 'apply':
      return `apply ${plan.join}${plan.mark === undefined ? '' : ` mark ${plan.mark.name}#${plan.mark.id}`}`;
    case 'aggregate': {
      const by = plan.groups.length === 0 ? '' : ` by ${list(plan.groups)}`;
      const sets = plan.groupingSets?.map((set) => `(${set.join(',')})`);
      const calls = plan.aggregates.map((call) => aggregateText(call, context)).join(', ');
      return `aggregate${by}${sets === undefined ? '' : ` sets ${sets.join(' ')}`}${calls === '' ? '' : ` compute ${calls}`}`;
    }
    case 'window':
      return windowNodeText(plan, context);
    case 'sort':
      return `sort ${sortText(plan.keys, context)}`;
    case 'limit': {
      const count = plan.count === undefined ? '' : ` ${text(plan.count, context)}`;
      return `limit${count}${plan.offset === undefined ? '' : ` offset ${text(plan.offset, context)}`}`;
    }
    case 'distinct':
      return plan.on === undefined ? 'distinct' : `distinct on ${list(plan.on)}`;
    case 'setOperation':
      return `${plan.operation}${plan.all ? ' all' : ''}`;
    case 'let':
      return `let ${plan.binding}`;
    case 'recursive':
      return `recursive ${plan.binding}${plan.all ? ' all' : ''}`;
    case 'reference':
      return `reference ${plan.binding}`;
    case 'asOfJoin': {
      const { fn, left, right } = plan.order;
      const keys = plan.keys.map((key) => `eq(${text(key.left, context)}, ${text(key.right, context)})`);
      const order = `${fn}(${text(left, context)}, ${text(right, context)})`;
      return `as-of join${plan.outer ? ' left' : ''} on ${[...keys, order].join(' and ')}`;
    }
    case 'unnest':
      return `unnest${plan.outer ? ' outer' : ''} ${text(plan.expression, context)}`;
    case 'fetch': {
      const names = plan.ordinals.map((ordinal) => columnName(plan, ordinal)).join(', ');
      return `fetch ${names} of ${plan.table.name} at ${named(plan.rowId, context)}${commandText(plan.command)}`;
    }
    case 'insert':
      return `insert into ${plan.table.name} values ${list(plan.values)}${commandText(plan.command)}`;
    case 'update': {
      const set = plan.ordinals.map((ordinal, i) => {
        const value = plan.values[i];
        return `${columnName(plan, ordinal)} = ${value === undefined ? '?' : text(value, context)}`;
      });
      return `update ${plan.table.name} at ${named(plan.rowId, context)} set ${set.join(', ')}${commandText(plan.command)}`;
    }
    case 'delete':
      return `delete from ${plan.table.name} at ${named(plan.rowId, context)}${commandText(plan.command)}`;
    case 'merge': {
      const match = plan.matchOrdinals.map((ordinal, i) => {
        const value = plan.matchValues[i];
        return `${columnName(plan, ordinal)} = ${value === undefined ? '?' : text(value, context)}`;
      });
      const set = plan.onMatch.map(({ ordinal, value }) => `${columnName(plan, ordinal)} = ${text(value, context)}`);
      const onMatch = set.length === 0 ? '' : ` set ${set.join(', ')}`;
      const insert = ` insert ${list(plan.insertValues)}`;
      const keys = plan.conflict?.keys.map((key) => `(${key.map((ordinal) => columnName(plan, ordinal)).join(', ')})`);
      const where = plan.conflict === undefined ? '' : ` where ${text(plan.conflict.condition, context)}`;
      const on = keys === undefined ? match.join(' and ') : `keys ${keys.join(', ')}`;
      return `merge into ${plan.table.name} on ${on}${onMatch}${where}${insert}${commandText(plan.command)}`;
    }
    default:
      return unreachable(plan);
  }
}

const SHOWN_ROWS = 8;

function commandText(command: number): string {
  return command === 0 ? '' : ` command ${command}`;
}

function columnName(plan: Extract<Plan, { kind: 'update' | 'merge' | 'fetch' }>, ordinal: number): string {
  return plan.table.columns[ordinal]?.name ?? `column ${ordinal}`;
}

function named(id: ColumnId, context: Context): string {
  return `${context.names.get(id) ?? ''}#${id}`;
}

function sortText(keys: readonly SortKey[], context: Context): string {
  return keys
    .map((key) => {
      const direction = key.descending ? ' desc' : '';
      const usual = key.nullsFirst === key.descending;
      return `${text(key.expression, context)}${direction}${usual ? '' : key.nullsFirst ? ' nulls first' : ' nulls last'}`;
    })
    .join(', ');
}

function aggregateText(call: AggregateCall, context: Context): string {
  const args = call.args.map((arg) => text(arg, context)).join(', ');
  const order = call.orderBy.length === 0 ? '' : ` order by ${sortText(call.orderBy, context)}`;
  const filter = call.filter === undefined ? '' : ` filter ${text(call.filter, context)}`;
  return `${call.fn}(${call.distinct ? 'distinct ' : ''}${args}${order})${filter}`;
}

function windowCallText(call: WindowCall, context: Context): string {
  const args = call.args.map((arg) => text(arg, context)).join(', ');
  const filter = call.filter === undefined ? '' : ` filter ${text(call.filter, context)}`;
  const frame = frameText(call.frame, context);
  return `${call.fn}(${args}${call.ignoreNulls ? ' ignore nulls' : ''})${filter}${frame === '' ? '' : ` over ${frame}`}`;
}

/** Nothing for the whole partition. */
function frameText(frame: WindowFrame, context: Context): string {
  const exclude = frame.exclude === 'nothing' ? '' : ` exclude ${frame.exclude}`;
  const whole = frame.start.kind === 'unbounded' && frame.end.kind === 'unbounded';
  if (whole) return exclude.trim();
  const bound = (side: FrameBound, none: string): string => {
    if (side.kind === 'unbounded') return none;
    return side.kind === 'current' ? 'current' : `${text(side.offset, context)} ${side.kind}`;
  };
  return `${frame.unit} ${bound(frame.start, 'first')} to ${bound(frame.end, 'last')}${exclude}`;
}

/** As in plans, with the names of columns. */
export function printWindow(window: WindowParts, names: ReadonlyMap<ColumnId, string>): string {
  return windowNodeText(window, { names, subqueries: [] });
}

type WindowParts = Pick<Window, 'partitionBy' | 'orderBy' | 'calls'>;

function windowNodeText({ partitionBy, orderBy, calls }: WindowParts, context: Context): string {
  const by = partitionBy.length === 0 ? '' : ` by ${partitionBy.map((e) => text(e, context)).join(', ')}`;
  const order = orderBy.length === 0 ? '' : ` order ${sortText(orderBy, context)}`;
  return `window${by}${order} compute ${calls.map((call) => windowCallText(call, context)).join(', ')}`;
}

function text(expression: Expression, context: Context): string {
  switch (expression.kind) {
    case 'column':
      return named(expression.id, context);
    case 'constant':
      return printConstant(expression.value, expression.type);
    case 'parameter':
      return `$${expression.index + 1}::${typeName(expression.type)}`;
    case 'call':
      return `${expression.fn}(${expression.args.map((arg) => text(arg, context)).join(', ')})`;
    case 'and':
    case 'or':
      return `(${expression.args.map((arg) => text(arg, context)).join(` ${expression.kind} `)})`;
    case 'case': {
      const branches = expression.branches.map(
        ({ when, then }) => `when ${text(when, context)} then ${text(then, context)}`,
      );
      return `case ${branches.join(' ')} else ${text(expression.otherwise, context)} end`;
    }
    case 'cast': {
      const fn = expression.onError === 'null' ? 'try_cast' : 'cast';
      return `${fn}(${text(expression.arg, context)} as ${typeName(expression.type)})`;
    }
    case 'in':
      return `${text(expression.arg, context)} in (${printValues(expression.values, expression.arg.type)})`;
    case 'subquery': {
      const n = context.subqueries.push(expression.plan);
      const arg = expression.arg === undefined ? '' : `${text(expression.arg, context)} `;
      return `${arg}${expression.form} subquery ${n}`;
    }
    case 'lambda': {
      const parameters = expression.parameters.map((column) => `${column.name}#${column.id}`).join(', ');
      return `(${parameters}) => ${text(expression.body, context)}`;
    }
    default:
      return unreachable(expression);
  }
}
