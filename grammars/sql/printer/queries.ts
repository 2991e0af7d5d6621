import type {
  AliasColumn,
  Cast,
  CommonTable,
  Expression,
  GroupBy,
  GroupingElement,
  GroupingSet,
  Join,
  Limit,
  Locking,
  Pivot,
  Query,
  QueryBody,
  Sample,
  Select,
  SelectItem,
  SetOperation,
  TableAlias,
  TableExpression,
  TableFunction,
  Unpivot,
  With,
} from '../tree.ts';
import { window } from './expressions.ts';
import { clause, identifier, identifiers, orderBy, type Print, qualifiedName, string, words } from './print.ts';

export function printQuery(print: Print, query: Query): string {
  return words(
    query.with && withClause(print, query.with),
    body(print, query.body),
    orderBy(print, query.orderBy),
    query.limit && limit(print, query.limit),
    query.offset && `OFFSET ${print.expression(query.offset)}`,
    ...query.locking.map(locking),
  );
}

/* ---------------------------------------------------------------------------------------------------------------- WITH */

export function withClause(print: Print, node: With): string {
  const tables = node.tables.map((table) => commonTable(print, table)).join(', ');
  return words('WITH', node.recursive && 'RECURSIVE', tables);
}

function commonTable(print: Print, node: CommonTable): string {
  const materialized = node.materialized === undefined ? '' : node.materialized ? 'MATERIALIZED' : 'NOT MATERIALIZED';
  const { search, cycle } = node;
  const values =
    cycle?.markValue &&
    cycle.markDefault &&
    `TO ${print.expression(cycle.markValue)} DEFAULT ${print.expression(cycle.markDefault)}`;
  return words(
    identifier(node.name) + clause(' (', node.columns.map(identifier), ')'),
    clause('USING KEY (', node.usingKey.map(identifier), ')'),
    'AS',
    materialized,
    `(${print.statement(node.statement)})`,
    search && `SEARCH ${search.order.toUpperCase()} FIRST BY ${identifiers(search.by)} SET ${identifier(search.set)}`,
    cycle &&
      words(
        'CYCLE',
        identifiers(cycle.columns),
        'SET',
        identifier(cycle.mark),
        values,
        'USING',
        identifier(cycle.path),
      ),
  );
}

/* ---------------------------------------------------------------------------------------------------------------- body */

function body(print: Print, node: QueryBody): string {
  switch (node.kind) {
    case 'select':
      return select(print, node);
    case 'setOperation':
      return setOperation(print, node);
    case 'values':
      return `VALUES ${node.rows.map(({ values }) => `(${list(print, values)})`).join(', ')}`;
    case 'tableQuery':
      return `TABLE ${qualifiedName(node.name)}`;
    case 'pivot':
      return printPivot(print, node, true);
    case 'unpivot':
      return printUnpivot(print, node, true);
    case 'query':
      return `(${print.query(node)})`;
  }
}

function setOperation(print: Print, node: SetOperation): string {
  const operator = words(node.operator.toUpperCase(), node.all && 'ALL', node.byName && 'BY NAME');
  return node.operands
    .map((operand) => (operand.kind === 'setOperation' ? `(${setOperation(print, operand)})` : body(print, operand)))
    .join(` ${operator} `);
}

function select(print: Print, node: Select): string {
  const on =
    node.distinct &&
    clause(
      ' ON (',
      node.distinct.on.map((expression) => print.expression(expression)),
      ')',
    );
  const windows = node.windows.map(
    (definition) => `${identifier(definition.name)} AS ${window(print, definition.window)}`,
  );
  return words(
    'SELECT',
    on === undefined ? '' : `DISTINCT${on}`,
    selectItems(print, node.items),
    clause('FROM ', tables(print, node.from)),
    node.where && `WHERE ${print.expression(node.where)}`,
    node.groupBy && groupBy(print, node.groupBy),
    node.having && `HAVING ${print.expression(node.having)}`,
    clause('WINDOW ', windows),
    node.qualify && `QUALIFY ${print.expression(node.qualify)}`,
    node.sample && `USING SAMPLE ${sample(print, node.sample)}`,
  );
}

export function selectItems(print: Print, items: readonly SelectItem[]): string {
  return items
    .map(({ expression, alias }) => words(print.expression(expression), alias && `AS ${identifier(alias)}`))
    .join(', ');
}

function groupBy(print: Print, node: GroupBy): string {
  const elements = node.elements.map((element) => groupingElement(print, element));
  return words('GROUP BY', node.all && 'ALL', node.distinct && 'DISTINCT', elements.join(', '));
}

function groupingElement(print: Print, node: GroupingElement): string {
  switch (node.kind) {
    case 'groupingSet':
      return groupingSet(print, node);
    case 'rollup':
    case 'cube':
      return `${node.kind.toUpperCase()} (${node.sets.map((set) => groupingSet(print, set)).join(', ')})`;
    case 'groupingSets':
      return `GROUPING SETS (${node.elements.map((element) => groupingElement(print, element)).join(', ')})`;
  }
}

function groupingSet(print: Print, { expressions }: GroupingSet): string {
  const text = list(print, expressions);
  return expressions.length === 1 ? text : `(${text})`;
}

function limit(print: Print, node: Limit): string {
  if (!node.withTies) return words('LIMIT', print.expression(node.count), node.percent && 'PERCENT');
  const count = node.count.kind === 'number' ? node.count.text : `(${print.expression(node.count)})`;
  return words('FETCH FIRST', count, node.percent && 'PERCENT', 'ROWS WITH TIES');
}

function locking(node: Locking): string {
  return words(
    `FOR ${node.strength.toUpperCase()}`,
    clause('OF ', node.of.map(qualifiedName)),
    node.wait?.toUpperCase(),
  );
}

/* -------------------------------------------------------------------------------------------------------------- tables */

export function tables(print: Print, nodes: readonly TableExpression[]): readonly string[] {
  return nodes.map((node) => table(print, node));
}

export function table(print: Print, node: TableExpression): string {
  switch (node.kind) {
    case 'table':
      return words(node.only && 'ONLY', qualifiedName(node.name), tail(print, node));
    case 'file':
      return words(string(node.path), tail(print, node));
    case 'derivedTable':
      return words(node.lateral && 'LATERAL', `(${print.query(node.query)})`, tail(print, node));
    case 'tableFunction':
      return tableFunction(print, node);
    case 'pivot':
      return printPivot(print, node, false);
    case 'unpivot':
      return printUnpivot(print, node, false);
    case 'join':
      return node.alias ? words(`(${join(print, node)})`, alias(print, node.alias)) : join(print, node);
  }
}

function tail(
  print: Print,
  node: { readonly alias: TableAlias | undefined; readonly sample: Sample | undefined },
): string {
  return words(
    node.alias && alias(print, node.alias),
    node.sample && words('TABLESAMPLE', sample(print, { ...node.sample, seed: undefined }), seed(print, node.sample)),
  );
}

function seed(print: Print, node: Sample): string | undefined {
  return node.seed && `REPEATABLE (${print.expression(node.seed)})`;
}

/** A size in front has rows or percent behind it; a method has its size, and in TABLESAMPLE means percent, in parentheses. */
function sample(print: Print, node: Sample): string {
  const size = words(print.expression(node.size), node.unit.toUpperCase());
  if (node.seed)
    return `${sizeAlone(print, node)} (${node.method ? identifier(node.method) : 'system'}, ${print.expression(node.seed)})`;
  return node.method ? `${identifier(node.method)}(${size})` : sizeAlone(print, node);
}

function sizeAlone(print: Print, node: Sample): string {
  const simple = node.size.kind === 'number' || node.size.kind === 'parameter';
  const size = print.expression(node.size);
  return words(simple ? size : `(${size})`, node.unit.toUpperCase());
}

function tableFunction(print: Print, node: TableFunction): string {
  const calls = node.calls.map((call) =>
    words(functionText(print, call.call), clause('AS (', aliasColumns(print, call.columns), ')')),
  );
  return words(
    node.lateral && 'LATERAL',
    node.rowsFrom ? `ROWS FROM (${calls.join(', ')})` : calls.join(', '),
    node.ordinality && 'WITH ORDINALITY',
    tail(print, node),
  );
}

/** A cast has to look like a call to be a table function. */
function functionText(print: Print, call: Expression): string {
  const asFunction: Cast | undefined = call.kind === 'cast' ? { ...call, form: 'function' } : undefined;
  return print.expression(asFunction ?? call);
}

function join(print: Print, node: Join): string {
  const type = node.type === 'inner' ? '' : node.type.toUpperCase();
  const left = table(print, node.left);
  const right =
    node.right.kind === 'join' && !node.right.alias ? `(${table(print, node.right)})` : table(print, node.right);
  const { condition } = node;
  const natural = condition?.kind === 'natural' && 'NATURAL';
  const head = words(natural, node.asof && 'ASOF', type, 'JOIN');
  if (condition?.kind === 'on') return words(left, head, right, 'ON', print.expression(condition.expression));
  if (condition?.kind !== 'using') return words(left, head, right);
  const using = `USING (${identifiers(condition.columns)})`;
  return words(left, head, right, using, condition.alias && `AS ${identifier(condition.alias)}`);
}

export function alias(print: Print, node: TableAlias): string {
  return words('AS', node.name && identifier(node.name), clause('(', aliasColumns(print, node.columns), ')'));
}

function aliasColumns(print: Print, columns: readonly AliasColumn[]): readonly string[] {
  return columns.map(({ name, type }) => words(identifier(name), type && print.type(type)));
}

function list(print: Print, expressions: readonly Expression[]): string {
  return expressions.map((expression) => print.expression(expression)).join(', ');
}

/** As a table in FROM, or as a query of its own. */
function printPivot(print: Print, node: Pivot, query: boolean): string {
  const columns = node.columns.map(({ expression, values, query: inner }) => {
    const list = inner ? print.query(inner) : selectItems(print, values);
    return words(print.expression(expression), list && `IN (${list})`);
  });
  const groups = clause(
    'GROUP BY ',
    node.groupBy.map((expression) => print.expression(expression)),
  );
  const aggregates = selectItems(print, node.aggregates);
  if (query) {
    const using = aggregates && `USING ${aggregates}`;
    return words('PIVOT', table(print, node.source), 'ON', columns.join(', '), using, groups);
  }
  return words(
    table(print, node.source),
    `PIVOT (${words(aggregates, 'FOR', ...columns, groups)})`,
    node.alias && alias(print, node.alias),
  );
}

function printUnpivot(print: Print, node: Unpivot, query: boolean): string {
  const columns = selectItems(print, node.columns);
  if (query) {
    const into = node.name && `INTO NAME ${identifier(node.name)} VALUE ${identifiers(node.values)}`;
    return words('UNPIVOT', table(print, node.source), 'ON', columns, into);
  }
  const values = node.values.length === 1 ? identifiers(node.values) : `(${identifiers(node.values)})`;
  return words(
    table(print, node.source),
    'UNPIVOT',
    node.includeNulls && 'INCLUDE NULLS',
    `(${values} FOR ${node.name ? identifier(node.name) : ''} IN (${columns}))`,
    node.alias && alias(print, node.alias),
  );
}
