import type { Catalog, ColumnStatistics, TableHandle, TableStatistics } from '../../compiler/catalog/catalog.ts';
import type { Distribution } from '../../compiler/catalog/distribution.ts';
import { bindSql } from '../../compiler/frontends/sql/bind.ts';
import type { Plan } from '../../compiler/ir/plan.ts';
import { verify } from '../../compiler/ir/verify.ts';
import { parseText } from '../../compiler/types/text.ts';
import { parseSql } from '../../grammars/sql/parser.ts';
import { catalogOf } from '../binder/catalog.ts';

/** A catalog of the schema's tables with statistics, which a text gives in lines as those of tpch-sf1.stats. */
export function catalogWithStatistics(schema: string, statistics: string): Catalog {
  const catalog = catalogOf(schema);
  const known = readStatistics(statistics);
  const handles = new Map<string, TableHandle>();
  const described = (table: TableHandle | undefined): TableHandle | undefined => {
    if (table === undefined) return undefined;
    const before = handles.get(table.name);
    if (before !== undefined) return before;
    const { rowCount = 1000, columns = new Map<string, readonly string[]>() } = known.get(table.name) ?? {};
    const result: TableStatistics = {
      rowCount,
      columns: table.columns.map(({ name, type }): ColumnStatistics => {
        const figures = columns.get(name) ?? [];
        const [distinct, min, max, nulls] = figures.filter((figure) => figure !== 'ascending');
        return {
          distinctCount: distinct === undefined ? undefined : Number(distinct),
          min: min === undefined ? undefined : parseText(min, type),
          max: max === undefined ? undefined : parseText(max, type),
          nullCount: nulls === undefined ? undefined : Number(nulls),
          distribution: figures.includes('ascending') ? () => ASCENDING : undefined,
        };
      }),
    };
    const handle: TableHandle = { ...table, statistics: () => result };
    handles.set(table.name, handle);
    return handle;
  };
  return {
    ...catalog,
    table: (name, inSchema) => described(catalog.table(name, inSchema)),
  };
}

/** Nothing is known but the order. */
const ASCENDING: Distribution = {
  common: new Map(),
  commonFraction: 0,
  bounds: new Float64Array(0),
  correlation: 1,
  ascending: true,
  averageLength: 0,
};

interface ParsedStatistics {
  readonly rowCount: number;
  readonly columns: Map<string, readonly string[]>;
}

function readStatistics(text: string): ReadonlyMap<string, ParsedStatistics> {
  const tables = new Map<string, ParsedStatistics>();
  let table: ParsedStatistics | undefined;
  for (const line of text.split('\n')) {
    const [name, ...figures] = line.trim().split(/ +/);
    if (name === undefined || name === '' || name === '#') continue;
    if (line.startsWith(' ')) table?.columns.set(name, figures);
    else {
      table = { rowCount: Number(figures[0]), columns: new Map() };
      tables.set(name, table);
    }
  }
  return tables;
}

/** The verified plan of a query, as the front end makes it. */
export function bindQueryPlan(text: string, catalog: Catalog): Plan {
  const { statements, errors } = parseSql(text);
  const [statement] = statements;
  if (errors.length > 0 || statement === undefined)
    throw new Error(`${text}: ${errors[0]?.message ?? 'nothing there'}`);
  const bound = bindSql(statement, { catalog });
  if (!('plan' in bound)) throw new Error(`${text} has no plan`);
  verify(bound.plan);
  return bound.plan;
}
