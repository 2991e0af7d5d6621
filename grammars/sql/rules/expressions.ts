import type { IToken, TokenType } from '../../toolkit/chevrotain.ts';
import { power, powerOfSymbol } from '../power.ts';
import { infixSymbol, k, label, prefixSymbol, t } from '../tokens.ts';
import type { Expression, Identifier, Operator, Quantified } from '../tree.ts';
import { PrimaryRules } from './primaries.ts';

type ExpressionAlternative = { readonly ALT: () => Expression; readonly GATE?: () => boolean };

const infixPowers: readonly number[] = (() => {
  const powers: number[] = [];
  const set = (type: TokenType, value: number) => {
    // `createToken` gives every type its index; it is optional in Chevrotain's declaration only.
    powers[type.tokenTypeIdx!] = value;
  };
  for (const type of [t.less, t.lessEqual, t.greater, t.greaterEqual, t.equal, t.notEqual]) set(type, power.comparison);
  for (const type of [t.operator, t.question]) set(type, power.other);
  for (const type of [t.plus, t.minus]) set(type, power.sum);
  for (const type of [t.star, t.slash, t.percent, t.doubleSlash]) set(type, power.product);
  for (const type of [t.caret, t.doubleStar]) set(type, power.exponent);
  set(k.or, power.or);
  set(k.and, power.and);
  for (const type of [k.is, k.isnull, k.notnull]) set(type, power.is);
  for (const type of [k.not, k.between, k.in, k.like, k.ilike, k.similar, k.glob]) set(type, power.predicate);
  for (const type of [k.overlaps, k.operator]) set(type, power.other);
  set(k.at, power.atTimeZone);
  set(k.collate, power.collate);
  set(t.doubleColon, power.cast);
  return powers;
})();

const predicates = new Set([k.between, k.in, k.like, k.ilike, k.similar, k.glob]);

/** Operators by binding power: one rule that calls itself for right operands only, so chains of any length need no stack. */
export abstract class ExpressionRules extends PrimaryRules {
  readonly #operandAlternatives: ExpressionAlternative[] = [
    { ALT: () => this.SUBRULE(this.primary) },
    { ALT: () => this.SUBRULE(this.not) },
    { ALT: () => this.SUBRULE(this.prefixed) },
  ];

  /** An expression whose operators all bind at least as tightly as given. */
  override readonly expression = this.rule(
    'expression',
    (minimumPower: number = 0): Expression => {
      this.guardDepth();
      const start = this.mark();
      let left = this.OR(this.#operandAlternatives);
      if (!this.RECORDING_PHASE && this.infixPower() < Math.max(minimumPower, 1)) return left;
      let closed = -1;
      this.MANY({
        GATE: () => this.infixPower() >= Math.max(minimumPower, 1),
        DEF: () => {
          const operator = this.LA(1);
          const operatorPower = this.infixPower();
          if (operatorPower === closed) this.reportChain(operator);
          left = this.OR1<ExpressionAlternative[]>([
            { ALT: () => this.SUBRULE(this.infix, { ARGS: [left, start] }) },
            {
              ALT: () => {
                const operands = [left];
                this.AT_LEAST_ONE(() => {
                  this.CONSUME(k.and);
                  operands.push(this.SUBRULE1(this.expression, { ARGS: [power.not] }));
                });
                return { kind: 'and', operands, range: this.since(start) };
              },
            },
            {
              ALT: () => {
                const operands = [left];
                this.AT_LEAST_ONE1(() => {
                  this.CONSUME(k.or);
                  operands.push(this.SUBRULE2(this.expression, { ARGS: [power.and] }));
                });
                return { kind: 'or', operands, range: this.since(start) };
              },
            },
            { ALT: () => this.SUBRULE(this.predicate, { ARGS: [left, start] }) },
            { ALT: () => this.SUBRULE(this.is, { ARGS: [left, start] }) },
            { ALT: () => this.SUBRULE(this.castTo, { ARGS: [left, start] }) },
            { ALT: () => this.SUBRULE(this.wordInfix, { ARGS: [left, start] }) },
          ]);
          closed = chains(left) ? operatorPower : -1;
        },
      });
      return left;
    },
    () => this.missing(),
  );

  private readonly not = this.rule('not', (): Expression => {
    const start = this.mark();
    this.CONSUME(k.not);
    const operand = this.SUBRULE(this.expression, { ARGS: [power.not] });
    return { kind: 'not', operand, range: this.since(start) };
  });

  private readonly prefixed = this.rule('prefixed', (): Expression => {
    const start = this.mark();
    const token = this.CONSUME(prefixSymbol);
    const operandPower = token.tokenType === t.operator ? power.other + 1 : power.sign;
    const operand = this.SUBRULE(this.expression, { ARGS: [operandPower] });
    return { kind: 'unary', operator: this.operatorOf(token), operand, range: this.since(start) };
  });

  private readonly infix = this.rule('infix', (left: Expression = this.missing(), start: number = 0): Expression => {
    const token = this.CONSUME(infixSymbol);
    const operator = this.operatorOf(token);
    return this.OR<ExpressionAlternative[]>([
      {
        ALT: () => {
          const right = this.SUBRULE(this.expression, { ARGS: [powerOfSymbol(operator.symbol) + 1] });
          return { kind: 'binary', operator, left, right, range: this.since(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.quantified, { ARGS: [operator, left, start] }) },
    ]);
  });

  /** From ANY, SOME or ALL on. */
  private readonly quantified = this.rule(
    'quantified',
    (operator: Operator = noOperator, operand: Expression = this.missing(), start: number = 0): Quantified => {
      const quantifier = this.OR([this.keyword(k.any, 'any'), this.keyword(k.some, 'any'), this.keyword(k.all, 'all')]);
      this.CONSUME(t.leftParen);
      const right = this.OR1([
        { GATE: () => this.queryInParens(0), ALT: (): Quantified['right'] => this.SUBRULE(this.query) },
        { ALT: () => this.SUBRULE(this.expression) },
      ]);
      this.CONSUME(t.rightParen);
      return { kind: 'quantified', operator, quantifier, operand, right, range: this.since(start) };
    },
  );

  /** [NOT] BETWEEN, IN, LIKE, ILIKE, SIMILAR TO, GLOB */
  private readonly predicate = this.rule(
    'predicate',
    (operand: Expression = this.missing(), start: number = 0): Expression => {
      const not = this.optional(0, k.not);
      return this.OR<ExpressionAlternative[]>([
        { ALT: () => this.SUBRULE(this.between, { ARGS: [operand, start, not] }) },
        { ALT: () => this.SUBRULE(this.in, { ARGS: [operand, start, not] }) },
        { ALT: () => this.SUBRULE(this.like, { ARGS: [operand, start, not] }) },
      ]);
    },
  );

  private readonly between = this.rule(
    'between',
    (operand: Expression = this.missing(), start: number = 0, not: boolean = false): Expression => {
      this.CONSUME(k.between);
      const symmetric =
        this.OPTION(() => this.OR([this.keyword(k.symmetric, true), this.keyword(k.asymmetric, false)])) ?? false;
      const low = this.SUBRULE(this.expression, { ARGS: [power.predicate + 1] });
      this.CONSUME(k.and);
      const high = this.SUBRULE1(this.expression, { ARGS: [power.predicate + 1] });
      return { kind: 'between', not, symmetric, operand, low, high, range: this.since(start) };
    },
  );

  private readonly in = this.rule(
    'in',
    (operand: Expression = this.missing(), start: number = 0, not: boolean = false): Expression => {
      this.CONSUME(k.in);
      return this.OR<ExpressionAlternative[]>([
        {
          GATE: () => this.queryInParens(),
          ALT: () => {
            this.CONSUME(t.leftParen);
            const query = this.SUBRULE(this.query);
            this.CONSUME(t.rightParen);
            return { kind: 'inQuery', not, operand, query, range: this.since(start) };
          },
        },
        {
          ALT: () => {
            const items = this.SUBRULE(this.inItems);
            return { kind: 'inList', not, operand, items, range: this.since(start) };
          },
        },
        {
          ALT: () => {
            const value = this.SUBRULE(this.primary);
            return { kind: 'inValue', not, operand, value, range: this.since(start) };
          },
        },
      ]);
    },
  );

  private readonly inItems = this.rule('inItems', (): readonly Expression[] => {
    this.CONSUME(t.leftParen);
    const items = [this.SUBRULE(this.expression)];
    this.MANY({
      GATE: () => !this.second(t.rightParen),
      DEF: () => {
        this.CONSUME(t.comma);
        items.push(this.SUBRULE1(this.expression));
      },
    });
    this.OPTION(() => this.CONSUME1(t.comma));
    this.CONSUME(t.rightParen);
    return items;
  });

  private readonly like = this.rule(
    'like',
    (operand: Expression = this.missing(), start: number = 0, not: boolean = false): Expression => {
      const operatorStart = this.mark();
      const form = this.OR([
        this.keyword(k.like, 'like'),
        this.keyword(k.ilike, 'ilike'),
        this.keywords([k.similar, k.to], 'similar'),
        this.keyword(k.glob, 'glob'),
      ]);
      const symbol = `${not ? '!' : ''}~~${form === 'ilike' ? '*' : ''}`;
      const operator: Operator = { kind: 'operator', symbol, schema: [], range: this.since(operatorStart) };
      return this.OR1<ExpressionAlternative[]>([
        {
          ALT: () => {
            const pattern = this.SUBRULE(this.expression, { ARGS: [power.predicate + 1] });
            const escaping = this.OPTION(() => {
              this.CONSUME(k.escape);
              return this.SUBRULE1(this.expression, { ARGS: [power.predicate + 1] });
            });
            return { kind: 'like', form, not, operand, pattern, escape: escaping, range: this.since(start) };
          },
        },
        {
          ALT: () => {
            if (form === 'similar' || form === 'glob') {
              this.report('only LIKE and ILIKE can be followed by ANY or ALL', this.rangeOf(this.LA(1)));
            }
            return this.SUBRULE(this.quantified, { ARGS: [operator, operand, start] });
          },
        },
      ]);
    },
  );

  /** IS …, ISNULL, NOTNULL */
  private readonly is = this.rule(
    'is',
    (operand: Expression = this.missing(), start: number = 0): Expression =>
      this.OR<ExpressionAlternative[]>([
        {
          ALT: () => {
            this.CONSUME(k.isnull);
            return { kind: 'isNull', not: false, operand, range: this.since(start) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(k.notnull);
            return { kind: 'isNull', not: true, operand, range: this.since(start) };
          },
        },
        { ALT: () => this.SUBRULE(this.isTest, { ARGS: [operand, start] }) },
      ]),
  );

  private readonly isTest = this.rule(
    'isTest',
    (operand: Expression = this.missing(), start: number = 0): Expression => {
      this.CONSUME(k.is);
      const not = this.optional(0, k.not);
      return this.OR<ExpressionAlternative[]>([
        {
          ALT: () => {
            this.CONSUME(k.null);
            return { kind: 'isNull', not, operand, range: this.since(start) };
          },
        },
        {
          ALT: () => {
            const truth = this.OR1([
              this.keyword(k.true, 'true'),
              this.keyword(k.false, 'false'),
              this.keyword(k.unknown, 'unknown'),
            ]);
            return { kind: 'isTruth', not, truth, operand, range: this.since(start) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(k.distinct);
            this.CONSUME(k.from);
            const right = this.SUBRULE(this.expression, { ARGS: [power.is + 1] });
            return { kind: 'isDistinct', not, left: operand, right, range: this.since(start) };
          },
        },
      ]);
    },
  );

  private readonly castTo = this.rule(
    'castTo',
    (operand: Expression = this.missing(), start: number = 0): Expression => {
      this.CONSUME(t.doubleColon);
      const type = this.SUBRULE(this.typeName);
      return { kind: 'cast', operand, type, try: false, form: 'colons', range: this.since(start) };
    },
  );

  /** COLLATE, AT TIME ZONE, OVERLAPS, OPERATOR(…) */
  private readonly wordInfix = this.rule(
    'wordInfix',
    (left: Expression = this.missing(), start: number = 0): Expression =>
      this.OR<ExpressionAlternative[]>([
        {
          ALT: () => {
            this.CONSUME(k.collate);
            const collation = this.SUBRULE(this.qualifiedName);
            return { kind: 'collate', operand: left, collation, range: this.since(start) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(k.at);
            const zone = this.OR1<{ ALT: () => Expression | undefined }[]>([
              this.keyword(k.local, undefined),
              {
                ALT: () => {
                  this.CONSUME(k.time);
                  this.CONSUME(k.zone);
                  return this.SUBRULE(this.expression, { ARGS: [power.atTimeZone + 1] });
                },
              },
            ]);
            return { kind: 'atTimeZone', operand: left, zone, range: this.since(start) };
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(k.overlaps);
            const operator: Operator = { kind: 'operator', symbol: 'overlaps', schema: [], range: this.rangeOf(token) };
            const right = this.SUBRULE1(this.expression, { ARGS: [power.other + 1] });
            return { kind: 'binary', operator, left, right, range: this.since(start) };
          },
        },
        {
          ALT: () => {
            const operator = this.SUBRULE(this.qualifiedOperator);
            return this.OR2<ExpressionAlternative[]>([
              {
                ALT: () => {
                  const right = this.SUBRULE2(this.expression, { ARGS: [power.other + 1] });
                  return { kind: 'binary', operator, left, right, range: this.since(start) };
                },
              },
              { ALT: () => this.SUBRULE(this.quantified, { ARGS: [operator, left, start] }) },
            ]);
          },
        },
      ]),
  );

  /** `OPERATOR(schema.symbol)` */
  protected readonly qualifiedOperator = this.rule('qualifiedOperator', (): Operator => {
    const start = this.mark();
    const schema: Identifier[] = [];
    this.CONSUME(k.operator);
    this.CONSUME(t.leftParen);
    this.MANY(() => {
      schema.push(this.identifierOf(this.CONSUME(label)));
      this.CONSUME(t.dot);
    });
    const { symbol } = this.operatorOf(this.CONSUME(infixSymbol));
    this.CONSUME(t.rightParen);
    return { kind: 'operator', symbol, schema, range: this.since(start) };
  });

  /* -------------------------------------------------------------------------------------------------------- decisions */

  /** The power of the operator that comes next; 0 when there is none, or it belongs to something else. */
  private infixPower(): number {
    const { tokenType } = this.LA(1);
    const found = infixPowers[tokenType.tokenTypeIdx!] ?? 0;
    if (tokenType === k.not) return predicates.has(this.LA(2).tokenType) ? found : 0;
    if (tokenType === k.at) return this.second(k.time) || this.second(k.local) ? found : 0;
    if (tokenType === k.similar) return this.second(k.to) ? found : 0;
    if (tokenType === k.operator) return this.second(t.leftParen) ? found : 0;
    // LIMIT 10 % ends a query.
    if (tokenType === t.percent) return endsOperand.has(this.LA(2).tokenType) ? 0 : found;
    return found;
  }

  private reportChain(operator: IToken): void {
    const comparison = infixSymbol.categoryMatchesMap?.[operator.tokenTypeIdx] === true;
    this.report(
      `"${operator.image}" cannot follow another operator of its kind without parentheses`,
      this.rangeOf(operator),
      comparison ? 'Write a < b AND b < c, or (a < b) < c.' : undefined,
    );
  }
}

const noOperator: Operator = { kind: 'operator', symbol: '', schema: [], range: { start: 0, end: 0 } };

const endsOperand: ReadonlySet<TokenType> = new Set([
  t.end,
  t.rightParen,
  k.offset,
  k.union,
  k.except,
  k.intersect,
  k.for,
]);

const comparisonSymbols: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '=', '<>']);

/** Whether another operator of the same power would have to be refused: PostgreSQL's comparisons and LIKE do not associate. */
function chains(left: Expression): boolean {
  if (left.kind === 'binary') return comparisonSymbols.has(left.operator.symbol);
  return left.kind === 'like' || left.kind === 'between';
}
