import type { ParserMethod, TokenType } from '../../toolkit/chevrotain.ts';
import type { TextRange } from '../../toolkit/parse-error.ts';
import { k, label, t, tableAlias } from '../tokens.ts';
import type {
  AliasColumn,
  DerivedTable,
  Expression,
  FunctionCall,
  Join,
  JoinCondition,
  Pivot,
  QualifiedName,
  Sample,
  TableAlias,
  TableExpression,
  TableFunction,
  TableFunctionCall,
  Unpivot,
} from '../tree.ts';
import { ExpressionRules } from './expressions.ts';

type TableAlternative = { readonly ALT: () => TableExpression; readonly GATE?: () => boolean };

interface JoinHead {
  readonly type: Join['type'];
  readonly asof: boolean;
  /** Where NATURAL stands. */
  readonly natural: TextRange | undefined;
}

/** What can stand in FROM. */
export abstract class TableRules extends ExpressionRules {
  abstract readonly pivotBehind: ParserMethod<[source?: TableExpression, start?: number], Pivot>;
  abstract readonly unpivotBehind: ParserMethod<[source?: TableExpression, start?: number], Unpivot>;

  readonly tableExpressions = this.rule('tableExpressions', (): readonly TableExpression[] => {
    const tables: TableExpression[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => tables.push(this.SUBRULE(this.tableExpression)) });
    return tables;
  });

  /** A table with everything that is joined to it. */
  protected readonly tableExpression = this.rule('tableExpression', (): TableExpression => {
    this.guardDepth();
    const start = this.mark();
    let left = this.SUBRULE(this.tablePrimary);
    this.MANY({
      GATE: () => this.joinAhead() || this.pivotAhead(),
      DEF: () => {
        left = this.OR<TableAlternative[]>([
          { ALT: () => this.SUBRULE(this.pivotBehind, { ARGS: [left, start] }) },
          { ALT: () => this.SUBRULE(this.unpivotBehind, { ARGS: [left, start] }) },
          { ALT: () => this.SUBRULE(this.joinTo, { ARGS: [left, start] }) },
        ]);
      },
    });
    return left;
  });

  /* ------------------------------------------------------------------------------------------------------------ joins */

  private readonly joinTo = this.rule('joinTo', (left: TableExpression = noTable, start: number = 0): Join => {
    this.guardDepth();
    const head = this.SUBRULE(this.joinHead);
    const rightStart = this.mark();
    let right = this.SUBRULE(this.tablePrimary);
    // a JOIN b JOIN c ON … ON …: the inner join is the right side of the outer one.
    this.MANY({
      GATE: () => this.needsCondition(head) && this.joinAhead(),
      DEF: () => {
        right = this.SUBRULE(this.joinTo, { ARGS: [right, rightStart] });
      },
    });
    const condition = this.OR<{ ALT: () => JoinCondition | undefined; GATE?: () => boolean }[]>([
      {
        GATE: () => !this.needsCondition(head),
        ALT: () => (head.natural ? { kind: 'natural', range: head.natural } : undefined),
      },
      { ALT: () => this.SUBRULE(this.joinCondition) },
    ]);
    return {
      kind: 'join',
      type: head.type,
      asof: head.asof,
      left,
      right,
      condition,
      alias: undefined,
      range: this.since(start),
    };
  });

  private needsCondition(head: JoinHead): boolean {
    return !head.natural && head.type !== 'cross' && head.type !== 'positional';
  }

  protected readonly joinCondition = this.rule('joinCondition', (): JoinCondition => {
    const start = this.mark();
    return this.OR<{ ALT: () => JoinCondition }[]>([
      {
        ALT: () => {
          this.CONSUME(k.on);
          const expression = this.SUBRULE(this.expression);
          return { kind: 'on', expression, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.using);
          const columns = this.SUBRULE(this.parenthesizedNames);
          const alias = this.OPTION(() => {
            this.CONSUME(k.as);
            return this.SUBRULE(this.name);
          });
          return { kind: 'using', columns, alias, range: this.since(start) };
        },
      },
    ]);
  });

  /** Everything up to the word JOIN. */
  private readonly joinHead = this.rule('joinHead', (): JoinHead => {
    const natural = this.OPTION(() => this.rangeOf(this.CONSUME(k.natural)));
    const asof = this.optional(1, k.asof);
    const type =
      this.OPTION2(() =>
        this.OR<{ ALT: () => Join['type'] }[]>([
          this.keyword(k.inner, 'inner'),
          this.keyword(k.cross, 'cross'),
          this.keyword(k.semi, 'semi'),
          this.keyword(k.anti, 'anti'),
          this.keyword(k.positional, 'positional'),
          { ALT: () => this.SUBRULE(this.outerSide) },
        ]),
      ) ?? 'inner';
    this.CONSUME(k.join);
    return { type, asof, natural };
  });

  private readonly outerSide = this.rule('outerSide', (): 'left' | 'right' | 'full' => {
    const side = this.OR([this.keyword(k.left, 'left'), this.keyword(k.right, 'right'), this.keyword(k.full, 'full')]);
    this.OPTION(() => this.CONSUME(k.outer));
    return side;
  });

  /** PIVOT and UNPIVOT are names unless their parenthesis follows them. */
  private pivotAhead(): boolean {
    if (this.next(k.pivot)) return this.second(t.leftParen);
    return this.next(k.unpivot) && (this.second(t.leftParen) || this.second(k.include) || this.second(k.exclude));
  }

  /** SEMI, ANTI, ASOF and POSITIONAL are names unless JOIN follows them. */
  private joinAhead(ahead = 1): boolean {
    const type = this.LA(ahead).tokenType;
    if (certainJoins.has(type)) return true;
    if (!possibleJoins.has(type)) return false;
    const second = this.LA(ahead + 1).tokenType;
    return second === k.join || (type === k.asof && certainJoins.has(second));
  }

  /* ----------------------------------------------------------------------------------------------------------- tables */

  protected readonly tablePrimary = this.rule(
    'tablePrimary',
    (): TableExpression =>
      this.OR<TableAlternative[]>([
        { ALT: () => this.SUBRULE(this.fileReference) },
        { ALT: () => this.SUBRULE(this.lateralTable) },
        { ALT: () => this.SUBRULE(this.onlyTable) },
        { GATE: () => this.second(k.from), ALT: () => this.SUBRULE(this.rowsFrom) },
        { GATE: () => this.queryInParens(), ALT: () => this.SUBRULE(this.derivedTable) },
        { ALT: () => this.SUBRULE(this.joinInParens) },
        { GATE: () => this.second(t.colon), ALT: () => this.SUBRULE(this.prefixedTable) },
        { GATE: () => this.callAhead(), ALT: () => this.SUBRULE(this.tableFunction) },
        { ALT: () => this.SUBRULE(this.namedTable) },
      ]),
    (): TableExpression => ({
      kind: 'table',
      name: { kind: 'name', parts: [this.missingIdentifier()], range: this.here() },
      only: false,
      alias: undefined,
      sample: undefined,
      range: this.here(),
    }),
  );

  private readonly namedTable = this.rule('namedTable', (): TableExpression => {
    const start = this.mark();
    const name = this.SUBRULE(this.qualifiedName);
    this.OPTION(() => this.CONSUME(t.star));
    const alias = this.SUBRULE(this.optionalAlias);
    const sample = this.OPTION1(() => this.SUBRULE(this.tableSample));
    return { kind: 'table', name, only: false, alias, sample, range: this.since(start) };
  });

  private readonly onlyTable = this.rule('onlyTable', (): TableExpression => {
    const start = this.mark();
    this.CONSUME(k.only);
    const name = this.OR([
      {
        ALT: () => {
          this.CONSUME(t.leftParen);
          const inner = this.SUBRULE(this.qualifiedName);
          this.CONSUME(t.rightParen);
          return inner;
        },
      },
      { ALT: () => this.SUBRULE1(this.qualifiedName) },
    ]);
    const alias = this.SUBRULE(this.optionalAlias);
    const sample = this.OPTION(() => this.SUBRULE(this.tableSample));
    return { kind: 'table', name, only: true, alias, sample, range: this.since(start) };
  });

  private readonly fileReference = this.rule('fileReference', (): TableExpression => {
    const start = this.mark();
    const path = this.CONSUME(t.string).payload ?? '';
    const alias = this.SUBRULE(this.optionalAlias);
    const sample = this.OPTION(() => this.SUBRULE(this.tableSample));
    return { kind: 'file', path, alias, sample, range: this.since(start) };
  });

  /** DuckDB's alias in front: `t: tbl`. */
  private readonly prefixedTable = this.rule('prefixedTable', (): TableExpression => {
    const start = this.mark();
    const name = this.identifierOf(this.CONSUME(tableAlias));
    this.CONSUME(t.colon);
    const table = this.SUBRULE(this.tablePrimary);
    const alias: TableAlias = { kind: 'tableAlias', name, columns: [], range: name.range };
    if (table.alias?.name) this.report('a table cannot have two aliases', table.alias.range);
    return { ...table, alias, range: this.since(start) };
  });

  private readonly lateralTable = this.rule('lateralTable', (): TableExpression => {
    const start = this.mark();
    this.CONSUME(k.lateral);
    const table = this.OR<{ ALT: () => DerivedTable | TableFunction; GATE?: () => boolean }[]>([
      { GATE: () => this.second(k.from), ALT: () => this.SUBRULE(this.rowsFrom) },
      { ALT: () => this.SUBRULE(this.derivedTable) },
      { ALT: () => this.SUBRULE(this.tableFunction) },
    ]);
    return { ...table, lateral: true, range: this.since(start) };
  });

  private readonly derivedTable = this.rule('derivedTable', (): DerivedTable => {
    const start = this.mark();
    this.CONSUME(t.leftParen);
    const query = this.SUBRULE(this.query);
    this.CONSUME(t.rightParen);
    const alias = this.SUBRULE(this.optionalAlias);
    const sample = this.OPTION(() => this.SUBRULE(this.tableSample));
    return { kind: 'derivedTable', query, lateral: false, alias, sample, range: this.since(start) };
  });

  private readonly joinInParens = this.rule('joinInParens', (): TableExpression => {
    const start = this.mark();
    this.CONSUME(t.leftParen);
    const inner = this.SUBRULE(this.tableExpression);
    this.CONSUME(t.rightParen);
    const alias = this.SUBRULE(this.optionalAlias);
    if (!alias) return inner;
    if (inner.alias) this.report('a table cannot have two aliases', alias.range);
    return { ...inner, alias, range: this.since(start) };
  });

  private readonly tableFunction = this.rule('tableFunction', (): TableFunction => {
    const start = this.mark();
    const call = this.SUBRULE(this.tableFunctionCall);
    const ordinality = this.SUBRULE(this.withOrdinality);
    const alias = this.SUBRULE(this.optionalAlias);
    const sample = this.OPTION(() => this.SUBRULE(this.tableSample));
    const range = this.since(start);
    return { kind: 'tableFunction', calls: [call], rowsFrom: false, lateral: false, ordinality, alias, sample, range };
  });

  private readonly rowsFrom = this.rule('rowsFrom', (): TableFunction => {
    const start = this.mark();
    const calls: TableFunctionCall[] = [];
    this.CONSUME(k.rows);
    this.CONSUME(k.from);
    this.CONSUME(t.leftParen);
    this.AT_LEAST_ONE_SEP({
      SEP: t.comma,
      DEF: () => {
        const callStart = this.mark();
        const { call } = this.SUBRULE(this.tableFunctionCall);
        const columns = this.OPTION(() => {
          this.CONSUME(k.as);
          return this.SUBRULE(this.aliasColumns);
        });
        calls.push({ kind: 'tableFunctionCall', call, columns: columns ?? [], range: this.since(callStart) });
      },
    });
    this.CONSUME(t.rightParen);
    const ordinality = this.SUBRULE(this.withOrdinality);
    const alias = this.SUBRULE(this.optionalAlias);
    const range = this.since(start);
    return {
      kind: 'tableFunction',
      calls,
      rowsFrom: true,
      lateral: false,
      ordinality,
      alias,
      sample: undefined,
      range,
    };
  });

  protected readonly tableFunctionCall = this.rule('tableFunctionCall', (): TableFunctionCall => {
    const start = this.mark();
    const call = this.OR<{ ALT: () => Expression; GATE?: () => boolean }[]>([
      { ALT: () => this.SUBRULE(this.functionWordCall) },
      { ALT: () => this.SUBRULE(this.specialValue) },
      { ALT: () => this.SUBRULE(this.cast) },
      { ALT: () => this.SUBRULE(this.qualifiedCall) },
    ]);
    return { kind: 'tableFunctionCall', call, columns: [], range: this.since(start) };
  });

  private readonly qualifiedCall = this.rule('qualifiedCall', (): FunctionCall => {
    const start = this.mark();
    const name = this.SUBRULE(this.qualifiedName);
    return this.SUBRULE(this.callTail, { ARGS: [name, start] });
  });

  private readonly withOrdinality = this.rule('withOrdinality', (): boolean => {
    let written = false;
    this.OPTION({
      GATE: () => this.second(k.ordinality),
      DEF: () => {
        this.CONSUME(k.with);
        this.CONSUME(k.ordinality);
        written = true;
      },
    });
    return written;
  });

  /** A name, with dots, and a parenthesis behind it; or a word that can be nothing else than a call. */
  private callAhead(): boolean {
    let ahead = 2;
    while (this.LA(ahead).tokenType === t.dot) ahead += 2;
    return this.LA(ahead).tokenType === t.leftParen || callWords.has(this.LA(1).tokenType);
  }

  /* ---------------------------------------------------------------------------------------------- aliases and samples */

  protected readonly optionalAlias = this.rule('optionalAlias', (): TableAlias | undefined => {
    const start = this.mark();
    return this.OR<{ ALT: () => TableAlias | undefined; GATE?: () => boolean }[]>([
      {
        ALT: () => {
          this.CONSUME(k.as);
          const name = this.OPTION(() => this.SUBRULE(this.name));
          const columns = this.OPTION1(() => this.SUBRULE(this.aliasColumns)) ?? [];
          if (!name && columns.length === 0) this.report('an alias is missing behind AS', this.rangeOf(this.LA(0)));
          return { kind: 'tableAlias', name, columns, range: this.since(start) };
        },
      },
      {
        GATE: () => !this.joinAhead() && !this.pivotAhead(),
        ALT: () => {
          const name = this.identifierOf(this.CONSUME(tableAlias));
          const columns = this.OPTION2(() => this.SUBRULE1(this.aliasColumns)) ?? [];
          return { kind: 'tableAlias', name, columns, range: this.since(start) };
        },
      },
      { ALT: () => undefined },
    ]);
  });

  private readonly aliasColumns = this.rule('aliasColumns', (): readonly AliasColumn[] => {
    const columns: AliasColumn[] = [];
    this.CONSUME(t.leftParen);
    this.AT_LEAST_ONE_SEP({
      SEP: t.comma,
      DEF: () => {
        const start = this.mark();
        const name = this.SUBRULE(this.name);
        const type = this.OPTION(() => this.SUBRULE(this.typeName));
        columns.push({ kind: 'aliasColumn', name, type, range: this.since(start) });
      },
    });
    this.CONSUME(t.rightParen);
    return columns;
  });

  /** `TABLESAMPLE method(10) REPEATABLE (1)`, `TABLESAMPLE 10%`, `TABLESAMPLE reservoir(10 ROWS)` */
  protected readonly tableSample = this.rule('tableSample', (): Sample => {
    const start = this.mark();
    this.CONSUME(k.tablesample);
    const sample = this.SUBRULE(this.sampleSize);
    const seed = this.OPTION(() => {
      this.CONSUME(k.repeatable);
      this.CONSUME(t.leftParen);
      const expression = this.SUBRULE(this.expression);
      this.CONSUME(t.rightParen);
      return expression;
    });
    return { ...sample, seed, range: this.since(start) };
  });

  /** `10%`, `10 ROWS`, `method(10 PERCENT)`, and DuckDB's `10% (method, seed)`. */
  protected readonly sampleSize = this.rule('sampleSize', (): Sample => {
    const start = this.mark();
    return this.OR<{ ALT: () => Sample; GATE?: () => boolean }[]>([
      {
        ALT: () => {
          const method = this.identifierOf(this.CONSUME(label));
          this.CONSUME(t.leftParen);
          const size = this.SUBRULE(this.expression);
          const unit = this.SUBRULE(this.sampleUnit) ?? 'percent';
          this.CONSUME(t.rightParen);
          return { kind: 'sample', method, size, unit, seed: undefined, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          const size = this.SUBRULE(this.primary);
          const unit = this.SUBRULE1(this.sampleUnit) ?? 'rows';
          let method: Sample['method'];
          let seed: Expression | undefined;
          this.OPTION(() => {
            this.CONSUME1(t.leftParen);
            method = this.identifierOf(this.CONSUME1(label));
            this.OPTION1(() => {
              this.CONSUME(t.comma);
              seed = this.SUBRULE1(this.expression);
            });
            this.CONSUME1(t.rightParen);
          });
          return { kind: 'sample', method, size, unit, seed, range: this.since(start) };
        },
      },
    ]);
  });

  private readonly sampleUnit = this.rule('sampleUnit', (): Sample['unit'] | undefined =>
    this.OR<{ ALT: () => Sample['unit'] | undefined }[]>([
      this.keyword(k.rows, 'rows'),
      this.keyword(k.percent, 'percent'),
      this.keyword(t.percent, 'percent'),
      { ALT: () => undefined },
    ]),
  );
}

const certainJoins: ReadonlySet<TokenType> = new Set([k.join, k.inner, k.left, k.right, k.full, k.cross, k.natural]);
const possibleJoins: ReadonlySet<TokenType> = new Set([k.asof, k.semi, k.anti, k.positional]);

const callWords: ReadonlySet<TokenType> = new Set([
  k.cast,
  k.try_cast,
  k.current_date,
  k.current_time,
  k.current_timestamp,
  k.localtime,
  k.localtimestamp,
  k.current_user,
  k.session_user,
  k.current_role,
  k.user,
  k.current_catalog,
  k.current_schema,
]);

const noName: QualifiedName = { kind: 'name', parts: [], range: { start: 0, end: 0 } };
export const noTable: TableExpression = {
  kind: 'table',
  name: noName,
  only: false,
  alias: undefined,
  sample: undefined,
  range: noName.range,
};
