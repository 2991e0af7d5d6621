import type { ParserMethod, TokenType } from '../../toolkit/chevrotain.ts';
import { bareLabel, infixSymbol, k, label, t } from '../tokens.ts';
import type {
  CommonTable,
  CycleClause,
  Distinct,
  Expression,
  GroupBy,
  GroupingElement,
  GroupingSet,
  Identifier,
  Limit,
  Locking,
  Operator,
  OrderElement,
  OrderItem,
  Query,
  QueryBody,
  Sample,
  SearchClause,
  Select,
  SelectItem,
  SetOperation,
  TableExpression,
  Values,
  ValuesRow,
  WindowDefinition,
  With,
} from '../tree.ts';
import { list } from './calls.ts';
import { PivotRules } from './pivots.ts';

type BodyAlternative = { readonly ALT: () => QueryBody; readonly GATE?: () => boolean };

/** UNION and EXCEPT, then INTERSECT. */
const unionPower = 1;
const intersectPower = 2;

export abstract class QueryRules extends PivotRules {
  abstract readonly dataStatement: ParserMethod<[], CommonTable['statement']>;

  override readonly query = this.rule(
    'query',
    (): Query => {
      this.guardDepth();
      const start = this.mark();
      const withClause = this.OPTION(() => this.SUBRULE(this.with));
      return this.SUBRULE(this.queryRest, { ARGS: [withClause, start] });
    },
    () => this.missingQuery(),
  );

  /** A query behind its WITH clause. */
  protected readonly queryRest = this.rule('queryRest', (withClause?: With, start: number = 0): Query => {
    const body = this.SUBRULE(this.queryBody);
    const orderBy = this.OPTION(() => this.SUBRULE(this.orderBy)) ?? [];
    let limit: Limit | undefined;
    let offset: Expression | undefined;
    const locking: Locking[] = [];
    let clauses = orderBy.length;
    this.MANY(() => {
      clauses++;
      const first = this.LA(1);
      const repeated = this.OR<{ ALT: () => boolean }[]>([
        {
          ALT: () => {
            const again = limit !== undefined;
            limit = this.SUBRULE(this.limit) ?? limit;
            return again;
          },
        },
        {
          ALT: () => {
            const again = limit !== undefined;
            limit = this.SUBRULE(this.fetch);
            return again;
          },
        },
        {
          ALT: () => {
            const again = offset !== undefined;
            offset = this.SUBRULE(this.offset);
            return again;
          },
        },
        {
          ALT: () => {
            locking.push(this.SUBRULE(this.locking));
            return false;
          },
        },
      ]);
      if (repeated) this.report(`only one ${first.image.toUpperCase()} clause is allowed`, this.rangeOf(first));
    });
    if (body.kind === 'query' && !withClause && clauses === 0) return body;
    return { kind: 'query', with: withClause, body, orderBy, limit, offset, locking, range: this.since(start) };
  });

  protected missingQuery(): Query {
    const range = this.here();
    const body: Values = { kind: 'values', rows: [], range };
    return {
      kind: 'query',
      with: undefined,
      body,
      orderBy: [],
      limit: undefined,
      offset: undefined,
      locking: [],
      range,
    };
  }

  /* ------------------------------------------------------------------------------------------------------------- WITH */

  protected readonly with = this.rule('with', (): With => {
    const start = this.mark();
    const tables: CommonTable[] = [];
    this.CONSUME(k.with);
    const recursive = this.optional(0, k.recursive);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => tables.push(this.SUBRULE(this.commonTable)) });
    return { kind: 'with', recursive, tables, range: this.since(start) };
  });

  private readonly commonTable = this.rule('commonTable', (): CommonTable => {
    const start = this.mark();
    const name = this.SUBRULE(this.name);
    const columns = this.OPTION(() => this.SUBRULE(this.parenthesizedNames)) ?? [];
    const usingKey = this.OPTION1(() => {
      this.CONSUME(k.using);
      this.CONSUME(k.key);
      return this.SUBRULE1(this.parenthesizedNames);
    });
    this.CONSUME(k.as);
    let materialized: boolean | undefined;
    this.OPTION2(() => {
      materialized = !this.optional(3, k.not);
      this.CONSUME(k.materialized);
    });
    this.CONSUME(t.leftParen);
    const statement = this.SUBRULE(this.dataStatement);
    this.CONSUME(t.rightParen);
    const search = this.OPTION4(() => this.SUBRULE(this.search));
    const cycle = this.OPTION5(() => this.SUBRULE(this.cycle));
    return {
      kind: 'commonTable',
      name,
      columns,
      materialized,
      statement,
      usingKey: usingKey ?? [],
      search,
      cycle,
      range: this.since(start),
    };
  });

  private readonly search = this.rule('search', (): SearchClause => {
    const start = this.mark();
    this.CONSUME(k.search);
    const order = this.OR([this.keyword(k.depth, 'depth'), this.keyword(k.breadth, 'breadth')]);
    this.CONSUME(k.first);
    this.CONSUME(k.by);
    const by = this.SUBRULE(this.names);
    this.CONSUME(k.set);
    const set = this.SUBRULE(this.name);
    return { kind: 'search', order, by, set, range: this.since(start) };
  });

  private readonly cycle = this.rule('cycle', (): CycleClause => {
    const start = this.mark();
    this.CONSUME(k.cycle);
    const columns = this.SUBRULE(this.names);
    this.CONSUME(k.set);
    const mark = this.SUBRULE(this.name);
    let markValue: Expression | undefined;
    let markDefault: Expression | undefined;
    this.OPTION(() => {
      this.CONSUME(k.to);
      markValue = this.SUBRULE(this.expression);
      this.CONSUME(k.default);
      markDefault = this.SUBRULE1(this.expression);
    });
    this.CONSUME(k.using);
    const path = this.SUBRULE1(this.name);
    return { kind: 'cycle', columns, mark, markValue, markDefault, path, range: this.since(start) };
  });

  /* --------------------------------------------------------------------------------------------------- set operations */

  private readonly queryBody = this.rule('queryBody', (minimumPower: number = 0): QueryBody => {
    const start = this.mark();
    let left = this.OR<BodyAlternative[]>([
      { ALT: () => this.SUBRULE(this.select) },
      { ALT: () => this.SUBRULE(this.values) },
      { ALT: () => this.SUBRULE(this.tableQuery) },
      { ALT: () => this.SUBRULE(this.pivotQuery) },
      { ALT: () => this.SUBRULE(this.unpivotQuery) },
      { ALT: () => this.SUBRULE(this.queryInBrackets) },
    ]);
    // The chain that a next operand extends; parentheses end it.
    let chain: { operator: SetOperation['operator']; all: boolean; byName: boolean; operands: QueryBody[] } | undefined;
    this.MANY({
      GATE: () => (this.next(k.intersect) ? intersectPower : unionPower) > minimumPower,
      DEF: () => {
        const operator = this.OR1([
          this.keyword(k.union, 'union'),
          this.keyword(k.intersect, 'intersect'),
          this.keyword(k.except, 'except'),
        ]);
        const all = this.OPTION(() => this.OR2([this.keyword(k.all, true), this.keyword(k.distinct, false)])) ?? false;
        const byName = this.OPTION1(() => this.SUBRULE(this.byName)) ?? false;
        const power = operator === 'intersect' ? intersectPower : unionPower;
        const right = this.SUBRULE(this.queryBody, { ARGS: [power] });
        if (chain && chain.operator === operator && chain.all === all && chain.byName === byName) {
          chain.operands.push(right);
        } else {
          chain = { operator, all, byName, operands: [left, right] };
        }
        left = { kind: 'setOperation', ...chain, range: this.since(start) };
      },
    });
    return left;
  });

  /** BY NAME; false for BY POSITION, which is what happens anyway. */
  protected readonly byName = this.rule('byName', (): boolean => {
    this.CONSUME(k.by);
    return this.OR([this.keyword(k.name, true), this.keyword(k.position, false)]);
  });

  private readonly queryInBrackets = this.rule('queryInBrackets', (): QueryBody => {
    this.CONSUME(t.leftParen);
    const query = this.SUBRULE(this.query);
    this.CONSUME(t.rightParen);
    return hasClauses(query) ? query : query.body;
  });

  private readonly values = this.rule('values', (): Values => {
    const start = this.mark();
    const rows: ValuesRow[] = [];
    this.CONSUME(k.values);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => rows.push(this.SUBRULE(this.valuesRow)) });
    return { kind: 'values', rows, range: this.since(start) };
  });

  private readonly valuesRow = this.rule('valuesRow', (): ValuesRow => {
    const start = this.mark();
    this.CONSUME(t.leftParen);
    const values = this.SUBRULE(this.expressions);
    this.CONSUME(t.rightParen);
    return { kind: 'valuesRow', values, range: this.since(start) };
  });

  private readonly tableQuery = this.rule('tableQuery', (): QueryBody => {
    const start = this.mark();
    this.CONSUME(k.table);
    const name = this.SUBRULE(this.qualifiedName);
    return { kind: 'tableQuery', name, range: this.since(start) };
  });

  /* ----------------------------------------------------------------------------------------------------------- SELECT */

  /** SELECT … [FROM …], or DuckDB's FROM … [SELECT …]. */
  private readonly select = this.rule('select', (): Select => {
    const start = this.mark();
    let distinct: Distinct | undefined;
    let items: readonly SelectItem[] = [];
    let from: readonly TableExpression[] = [];
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.select);
          distinct = this.SUBRULE(this.distinctness);
          items = this.OPTION(() => this.SUBRULE(this.selectItems)) ?? [];
          this.OPTION1(() => {
            const into = this.CONSUME(k.into);
            this.SUBRULE(this.qualifiedName);
            this.report('SELECT INTO is not supported', this.rangeOf(into), 'Use CREATE TABLE name AS SELECT …');
          });
          this.OPTION2(() => {
            this.CONSUME(k.from);
            from = this.SUBRULE(this.tableExpressions);
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME1(k.from);
          from = this.SUBRULE1(this.tableExpressions);
          items = [this.impliedStar()];
          this.OPTION3(() => {
            this.CONSUME1(k.select);
            distinct = this.SUBRULE1(this.distinctness);
            items = this.SUBRULE1(this.selectItems);
          });
        },
      },
    ]);
    const where = this.OPTION4(() => {
      this.CONSUME(k.where);
      return this.SUBRULE(this.expression);
    });
    const groupBy = this.OPTION5(() => this.SUBRULE(this.groupBy));
    const having = this.OPTION6(() => {
      this.CONSUME(k.having);
      return this.SUBRULE1(this.expression);
    });
    const windows = this.OPTION7(() => this.SUBRULE(this.windowClause)) ?? [];
    const qualify = this.OPTION8(() => {
      this.CONSUME(k.qualify);
      return this.SUBRULE2(this.expression);
    });
    const sample = this.OPTION9(() => this.SUBRULE(this.usingSample));
    return {
      kind: 'select',
      distinct,
      items,
      from,
      where,
      groupBy,
      having,
      windows,
      qualify,
      sample,
      range: this.since(start),
    };
  });

  private impliedStar(): SelectItem {
    const range = this.here();
    const expression: Expression = { kind: 'star', qualifier: [], exclude: [], replace: [], rename: [], range };
    return { kind: 'selectItem', expression, alias: undefined, range };
  }

  /** ALL, DISTINCT, DISTINCT ON (…), or nothing. */
  private readonly distinctness = this.rule('distinctness', (): Distinct | undefined => {
    const start = this.mark();
    return this.OR<{ ALT: () => Distinct | undefined }[]>([
      this.keyword(k.all, undefined),
      {
        ALT: () => {
          this.CONSUME(k.distinct);
          const on = this.OPTION(() => {
            this.CONSUME(k.on);
            this.CONSUME(t.leftParen);
            const expressions = this.SUBRULE(this.expressions);
            this.CONSUME(t.rightParen);
            return expressions;
          });
          return { kind: 'distinct', on: on ?? [], range: this.since(start) };
        },
      },
      { ALT: () => undefined },
    ]);
  });

  override readonly selectItems = this.rule('selectItems', (): readonly SelectItem[] => {
    const items = [this.SUBRULE(this.selectItem)];
    this.MANY({
      // A comma may trail in front of the next clause.
      GATE: () => !afterSelectItems.has(this.LA(2).tokenType),
      DEF: () => {
        this.CONSUME(t.comma);
        items.push(this.SUBRULE1(this.selectItem));
      },
    });
    this.OPTION(() => this.CONSUME1(t.comma));
    return items;
  });

  override readonly selectItem = this.rule('selectItem', (): SelectItem => {
    const start = this.mark();
    let alias: Identifier | undefined;
    const expression = this.OR<{ ALT: () => Expression; GATE?: () => boolean }[]>([
      { ALT: () => this.SUBRULE(this.star) },
      {
        GATE: () => this.second(t.colon),
        ALT: () => {
          alias = this.identifierOf(this.CONSUME(bareLabel));
          this.CONSUME(t.colon);
          return this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          const value = this.SUBRULE1(this.expression);
          alias = this.SUBRULE(this.itemAlias);
          return value;
        },
      },
    ]);
    return { kind: 'selectItem', expression, alias, range: this.since(start) };
  });

  private readonly itemAlias = this.rule('itemAlias', (): Identifier | undefined =>
    this.OR<{ ALT: () => Identifier | undefined }[]>([
      {
        ALT: () => {
          this.CONSUME(k.as);
          return this.identifierOf(this.CONSUME(label));
        },
      },
      { ALT: () => this.identifierOf(this.CONSUME(bareLabel)) },
      { ALT: () => undefined },
    ]),
  );

  private readonly groupBy = this.rule('groupBy', (): GroupBy => {
    const start = this.mark();
    this.CONSUME(k.group);
    this.CONSUME(k.by);
    let all = false;
    const distinct =
      this.OPTION(() =>
        this.OR([
          {
            ALT: () => {
              this.CONSUME(k.all);
              all = true;
              return false;
            },
          },
          this.keyword(k.distinct, true),
        ]),
      ) ?? false;
    const elements =
      this.OPTION1({
        GATE: () => !all || !afterGroupByAll.has(this.LA(1).tokenType),
        DEF: () => this.SUBRULE(this.groupingElements),
      }) ?? [];
    // GROUP BY ALL a, b is the standard's way to say that duplicate grouping sets stay.
    return { kind: 'groupBy', all: all && elements.length === 0, distinct, elements, range: this.since(start) };
  });

  private readonly groupingElements = this.rule('groupingElements', (): readonly GroupingElement[] => {
    const elements = [this.SUBRULE(this.groupingElement)];
    this.MANY({
      GATE: () => !afterSelectItems.has(this.LA(2).tokenType) && this.LA(2).tokenType !== t.end,
      DEF: () => {
        this.CONSUME(t.comma);
        elements.push(this.SUBRULE1(this.groupingElement));
      },
    });
    this.OPTION(() => this.CONSUME1(t.comma));
    return elements;
  });

  private readonly groupingElement = this.rule('groupingElement', (): GroupingElement => {
    this.guardDepth();
    const start = this.mark();
    return this.OR<{ ALT: () => GroupingElement; GATE?: () => boolean }[]>([
      {
        GATE: () => this.second(t.leftParen),
        ALT: () => {
          const kind = this.OR1([this.keyword(k.rollup, 'rollup'), this.keyword(k.cube, 'cube')]);
          const sets = this.SUBRULE(this.groupingSets);
          return { kind, sets, range: this.since(start) };
        },
      },
      {
        GATE: () => this.second(k.sets),
        ALT: () => {
          this.CONSUME(k.grouping);
          this.CONSUME(k.sets);
          this.CONSUME(t.leftParen);
          const elements = this.SUBRULE(this.groupingElements);
          this.CONSUME(t.rightParen);
          return { kind: 'groupingSets', elements, range: this.since(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.groupingSet) },
    ]);
  });

  private readonly groupingSets = this.rule('groupingSets', (): readonly GroupingSet[] => {
    const sets: GroupingSet[] = [];
    this.CONSUME(t.leftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => sets.push(this.SUBRULE(this.groupingSet)) });
    this.CONSUME(t.rightParen);
    return sets;
  });

  private readonly groupingSet = this.rule('groupingSet', (): GroupingSet => {
    const start = this.mark();
    const expressions = this.OR<{ ALT: () => readonly Expression[]; GATE?: () => boolean }[]>([
      {
        GATE: () => this.second(t.rightParen),
        ALT: () => {
          this.CONSUME(t.leftParen);
          this.CONSUME(t.rightParen);
          return [];
        },
      },
      {
        ALT: () => {
          const expression = this.SUBRULE(this.expression);
          return expression.kind === 'row' && !expression.keyword ? expression.fields : [expression];
        },
      },
    ]);
    return { kind: 'groupingSet', expressions, range: this.since(start) };
  });

  private readonly windowClause = this.rule('windowClause', (): readonly WindowDefinition[] => {
    const windows: WindowDefinition[] = [];
    this.CONSUME(k.window);
    this.AT_LEAST_ONE_SEP({
      SEP: t.comma,
      DEF: () => {
        const start = this.mark();
        const name = this.SUBRULE(this.name);
        this.CONSUME(k.as);
        const window = this.SUBRULE(this.windowSpecification);
        windows.push({ kind: 'windowDefinition', name, window, range: this.since(start) });
      },
    });
    return windows;
  });

  private readonly usingSample = this.rule('usingSample', (): Sample => {
    const start = this.mark();
    this.CONSUME(k.using);
    this.CONSUME(k.sample);
    const sample = this.SUBRULE(this.sampleSize);
    return { ...sample, range: this.since(start) };
  });

  /* -------------------------------------------------------------------------------------------------- ORDER BY, LIMIT */

  override readonly orderBy = this.rule('orderBy', (): readonly OrderElement[] => {
    const elements: OrderElement[] = [];
    this.CONSUME(k.order);
    this.CONSUME(k.by);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => elements.push(this.SUBRULE(this.orderElement)) });
    return elements;
  });

  private readonly orderElement = this.rule('orderElement', (): OrderElement => {
    const start = this.mark();
    const expression = this.OR<{ ALT: () => Expression | undefined }[]>([
      this.keyword(k.all, undefined),
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
    let direction: OrderItem['direction'];
    let using: Operator | undefined;
    this.OPTION(() => {
      this.OR1([
        {
          ALT: () => {
            this.CONSUME(k.asc);
            direction = 'asc';
          },
        },
        {
          ALT: () => {
            this.CONSUME(k.desc);
            direction = 'desc';
          },
        },
        {
          ALT: () => {
            this.CONSUME(k.using);
            using = this.OR2<{ ALT: () => Operator }[]>([
              { ALT: () => this.operatorOf(this.CONSUME(infixSymbol)) },
              { ALT: () => this.SUBRULE(this.qualifiedOperator) },
            ]);
          },
        },
      ]);
    });
    const nulls = this.OPTION1(() => {
      this.CONSUME(k.nulls);
      return this.OR3([this.keyword(k.first, 'first'), this.keyword(k.last, 'last')]);
    });
    const range = this.since(start);
    if (!expression) return { kind: 'orderAll', direction, nulls, range };
    return { kind: 'orderItem', expression, direction, using, nulls, range };
  });

  /** LIMIT n, LIMIT n%, LIMIT n PERCENT; undefined for LIMIT ALL. */
  private readonly limit = this.rule('limit', (): Limit | undefined => {
    const start = this.mark();
    this.CONSUME(k.limit);
    return this.OR<{ ALT: () => Limit | undefined }[]>([
      this.keyword(k.all, undefined),
      {
        ALT: () => {
          const count = this.SUBRULE(this.expression);
          const percent =
            this.OPTION(() => this.OR1([this.keyword(k.percent, true), this.keyword(t.percent, true)])) ?? false;
          return { kind: 'limit', count, percent, withTies: false, range: this.since(start) };
        },
      },
    ]);
  });

  /** FETCH FIRST n ROWS ONLY, FETCH NEXT ROW WITH TIES */
  private readonly fetch = this.rule('fetch', (): Limit => {
    const start = this.mark();
    this.CONSUME(k.fetch);
    this.OR([this.keyword(k.first, undefined), this.keyword(k.next, undefined)]);
    const one: Expression = { kind: 'number', text: '1', form: 'integer', range: this.here() };
    const count =
      this.OPTION({
        GATE: () => !this.next(k.row) && !this.next(k.rows),
        DEF: () => this.SUBRULE(this.primary),
      }) ?? one;
    const percent = this.optional(1, k.percent);
    this.OR1([this.keyword(k.row, undefined, 1), this.keyword(k.rows, undefined, 1)]);
    const withTies = this.OR2([this.keyword(k.only, false), this.keywords([k.with, k.ties], true)]);
    return { kind: 'limit', count, percent, withTies, range: this.since(start) };
  });

  private readonly offset = this.rule('offset', (): Expression => {
    this.CONSUME(k.offset);
    const count = this.SUBRULE(this.expression);
    this.OPTION(() => this.OR([this.keyword(k.row, undefined), this.keyword(k.rows, undefined)]));
    return count;
  });

  private readonly locking = this.rule('locking', (): Locking => {
    const start = this.mark();
    this.CONSUME(k.for);
    const strength = this.OR([
      this.keyword(k.update, 'update'),
      this.keyword(k.share, 'share'),
      this.keywords([k.no, k.key, k.update], 'no key update', 1),
      this.keywords([k.key, k.share], 'key share', 2),
    ]);
    const of = this.OPTION(() => {
      this.CONSUME(k.of);
      return list(this.SUBRULE(this.qualifiedNames));
    });
    const wait = this.OPTION1(() =>
      this.OR1([this.keyword(k.nowait, 'nowait'), this.keywords([k.skip, k.locked], 'skip locked')]),
    );
    return { kind: 'locking', strength, of: of ?? [], wait, range: this.since(start) };
  });
}

/** Whether the query is more than its body. */
function hasClauses(query: Query): boolean {
  return Boolean(query.with || query.orderBy?.length || query.limit || query.offset || query.locking?.length);
}

const afterSelectItems: ReadonlySet<TokenType> = new Set([
  k.from,
  k.where,
  k.group,
  k.having,
  k.window,
  k.order,
  k.limit,
  k.offset,
  k.fetch,
  k.union,
  k.intersect,
  k.except,
  k.into,
  t.rightParen,
]);

const afterGroupByAll: ReadonlySet<TokenType> = new Set([
  t.end,
  t.rightParen,
  k.having,
  k.window,
  k.qualify,
  k.using,
  k.order,
  k.limit,
  k.offset,
  k.fetch,
  k.for,
  k.union,
  k.intersect,
  k.except,
]);
