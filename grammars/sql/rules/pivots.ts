import type { ParserMethod } from '../../toolkit/chevrotain.ts';
import { k, t } from '../tokens.ts';
import type {
  Expression,
  Identifier,
  Pivot,
  PivotColumn,
  Query,
  SelectItem,
  TableExpression,
  Unpivot,
} from '../tree.ts';
import { noTable, TableRules } from './tables.ts';

/** PIVOT and UNPIVOT */
export abstract class PivotRules extends TableRules {
  abstract readonly selectItem: ParserMethod<[], SelectItem>;
  abstract readonly selectItems: ParserMethod<[], readonly SelectItem[]>;

  /* ----------------------------------------------------------------------------------------------- behind a table */

  override readonly pivotBehind = this.rule(
    'pivotBehind',
    (source: TableExpression = noTable, start: number = 0): Pivot => {
      const columns: PivotColumn[] = [];
      this.CONSUME(k.pivot);
      this.CONSUME(t.leftParen);
      const aggregates = this.SUBRULE(this.selectItems);
      this.CONSUME(k.for);
      this.AT_LEAST_ONE(() => columns.push(this.SUBRULE(this.pivotColumn, { ARGS: [true] })));
      const groupBy = this.OPTION(() => this.SUBRULE(this.pivotGroups));
      this.CONSUME(t.rightParen);
      const alias = this.SUBRULE(this.optionalAlias);
      return { kind: 'pivot', source, aggregates, columns, groupBy: groupBy ?? [], alias, range: this.since(start) };
    },
  );

  override readonly unpivotBehind = this.rule(
    'unpivotBehind',
    (source: TableExpression = noTable, start: number = 0): Unpivot => {
      const columns: SelectItem[] = [];
      this.CONSUME(k.unpivot);
      const includeNulls = this.SUBRULE(this.unpivotNulls);
      this.CONSUME(t.leftParen);
      const values = this.SUBRULE(this.nameOrNames);
      this.CONSUME(k.for);
      const name = this.SUBRULE(this.name);
      this.CONSUME(k.in);
      this.CONSUME1(t.leftParen);
      this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => columns.push(this.SUBRULE(this.selectItem)) });
      this.CONSUME1(t.rightParen);
      this.CONSUME(t.rightParen);
      const alias = this.SUBRULE(this.optionalAlias);
      return { kind: 'unpivot', source, includeNulls, values, name, columns, alias, range: this.since(start) };
    },
  );

  /** True for INCLUDE NULLS. */
  private readonly unpivotNulls = this.rule('unpivotNulls', (): boolean => {
    let include = false;
    this.OPTION(() => {
      include = this.OR([this.keyword(k.include, true), this.keyword(k.exclude, false)]);
      this.CONSUME(k.nulls);
    });
    return include;
  });

  private readonly nameOrNames = this.rule('nameOrNames', (): readonly Identifier[] =>
    this.OR<{ ALT: () => readonly Identifier[] }[]>([
      { ALT: () => this.SUBRULE(this.parenthesizedNames) },
      { ALT: () => [this.SUBRULE(this.name)] },
    ]),
  );

  private readonly pivotColumn = this.rule('pivotColumn', (needsValues: boolean = false): PivotColumn => {
    const start = this.mark();
    const values: SelectItem[] = [];
    let query: Query | undefined;
    const expression: Expression = this.SUBRULE(this.primary);
    const written = this.OPTION(() => {
      this.CONSUME(k.in);
      this.CONSUME(t.leftParen);
      this.OR<{ ALT: () => unknown; GATE?: () => boolean }[]>([
        {
          GATE: () => this.queryInParens(0),
          ALT: () => {
            query = this.SUBRULE(this.query);
          },
        },
        {
          ALT: () => this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => values.push(this.SUBRULE(this.selectItem)) }),
        },
      ]);
      this.CONSUME(t.rightParen);
      return true;
    });
    if (needsValues && !written) this.report('PIVOT needs IN and values behind the column', this.rangeOf(this.LA(0)));
    return { kind: 'pivotColumn', expression, values, query, range: this.since(start) };
  });

  private readonly pivotGroups = this.rule('pivotGroups', (): readonly Expression[] => {
    this.CONSUME(k.group);
    this.CONSUME(k.by);
    return this.SUBRULE(this.expressions);
  });

  /* ---------------------------------------------------------------------------------------------------- as a query */

  /** PIVOT table ON column [IN (…)], … USING aggregates GROUP BY columns */
  protected readonly pivotQuery = this.rule('pivotQuery', (): Pivot => {
    const start = this.mark();
    const columns: PivotColumn[] = [];
    this.CONSUME(k.pivot);
    const source = this.SUBRULE(this.tableExpression);
    this.CONSUME(k.on);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => columns.push(this.SUBRULE(this.pivotColumn, { ARGS: [false] })) });
    const aggregates = this.OPTION(() => {
      this.CONSUME(k.using);
      return this.SUBRULE(this.selectItems);
    });
    const groupBy = this.OPTION1(() => this.SUBRULE(this.pivotGroups));
    return {
      kind: 'pivot',
      source,
      aggregates: aggregates ?? [],
      columns,
      groupBy: groupBy ?? [],
      alias: undefined,
      range: this.since(start),
    };
  });

  /** UNPIVOT table ON columns INTO NAME n VALUE v, … */
  protected readonly unpivotQuery = this.rule('unpivotQuery', (): Unpivot => {
    const start = this.mark();
    const columns: SelectItem[] = [];
    this.CONSUME(k.unpivot);
    const source = this.SUBRULE(this.tableExpression);
    this.CONSUME(k.on);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => columns.push(this.SUBRULE(this.selectItem)) });
    let name: Identifier | undefined;
    const values = this.OPTION(() => {
      this.CONSUME(k.into);
      this.CONSUME(k.name);
      name = this.SUBRULE(this.name);
      this.CONSUME(k.value);
      return this.SUBRULE(this.names);
    });
    const range = this.since(start);
    return {
      kind: 'unpivot',
      source,
      includeNulls: false,
      values: values ?? [],
      name,
      columns,
      alias: undefined,
      range,
    };
  });
}
