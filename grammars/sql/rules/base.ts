import type { IToken, ParserMethod, TokenType } from '../../toolkit/chevrotain.ts';
import { TreeParser } from '../../toolkit/tree-parser.ts';
import { columnNameWord, k, label, reservedTypes, t, vocabulary } from '../tokens.ts';
import type {
  Expression,
  Identifier,
  Missing,
  Operator,
  OrderElement,
  QualifiedName,
  Query,
  Statement,
} from '../tree.ts';

/**
 * Rules that may be active at once. A level of parentheses takes two rules, a call four, a subquery eight. Every rule takes up to 1.1 kB of
 * the stack before V8 has optimized it, and Node's default is 984 kB.
 */
const maxRuleDepth = 700;

/** Names, and the decisions that need more than one token of lookahead. */
export abstract class BaseRules extends TreeParser {
  /** Index of each parenthesis' counterpart in the input; made when the first decision needs it. */
  #counterparts: readonly number[] | undefined;
  #anonymousParameters = 0;

  abstract readonly expression: ParserMethod<[minimumPower?: number], Expression>;
  abstract readonly query: ParserMethod<[], Query>;
  abstract readonly orderBy: ParserMethod<[], readonly OrderElement[]>;
  abstract readonly statement: ParserMethod<[], Statement>;

  protected constructor(validate: boolean) {
    super({ vocabulary, validate, maxRuleDepth, resumesAt });
  }

  override reset(): void {
    super.reset();
    this.#counterparts = undefined;
    this.#anonymousParameters = 0;
  }

  protected nextParameterIndex(): number {
    return ++this.#anonymousParameters;
  }

  /* ------------------------------------------------------------------------------------------------------------- names */

  protected identifierOf(token: IToken): Identifier {
    const quoted = token.payload !== undefined;
    return { kind: 'identifier', text: quoted ? token.payload : token.image, quoted, range: this.rangeOf(token) };
  }

  protected missingIdentifier(): Identifier {
    return { kind: 'identifier', text: '', quoted: false, range: this.here() };
  }

  protected missing(): Missing {
    return { kind: 'missing', range: this.here() };
  }

  /** The symbol of the operator, with the spellings that mean the same made one. */
  protected operatorOf(token: IToken): Operator {
    const symbol = token.image === '!=' ? '<>' : token.image === '==' ? '=' : token.image;
    return { kind: 'operator', symbol, schema: [], range: this.rangeOf(token) };
  }

  readonly name = this.rule(
    'name',
    (): Identifier => this.identifierOf(this.CONSUME(columnNameWord)),
    () => this.missingIdentifier(),
  );

  readonly qualifiedName = this.rule(
    'qualifiedName',
    (): QualifiedName => {
      const start = this.mark();
      const parts = [this.identifierOf(this.CONSUME(columnNameWord))];
      this.MANY(() => {
        this.CONSUME(t.dot);
        parts.push(this.identifierOf(this.CONSUME(label)));
      });
      return { kind: 'name', parts, range: this.since(start) };
    },
    (): QualifiedName => ({ kind: 'name', parts: [this.missingIdentifier()], range: this.here() }),
  );

  readonly qualifiedNames = this.rule('qualifiedNames', (): readonly QualifiedName[] => {
    const names: QualifiedName[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => names.push(this.SUBRULE(this.qualifiedName)) });
    return names;
  });

  readonly names = this.rule('names', (): readonly Identifier[] => {
    const names: Identifier[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => names.push(this.SUBRULE(this.name)) });
    return names;
  });

  /** `(a, b)` */
  readonly parenthesizedNames = this.rule('parenthesizedNames', (): readonly Identifier[] => {
    this.CONSUME(t.leftParen);
    const names = this.SUBRULE(this.names);
    this.CONSUME(t.rightParen);
    return names;
  });

  readonly expressions = this.rule('expressions', (): readonly Expression[] => {
    const expressions: Expression[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => expressions.push(this.SUBRULE(this.expression)) });
    return expressions;
  });

  /** Consumes the token if it is next. The occurrence numbers both the OPTION and the CONSUME. */
  protected optional(occurrence: number, type: TokenType): boolean {
    let written = false;
    this.option(occurrence, () => {
      this.consume(occurrence, type);
      written = true;
    });
    return written;
  }

  /** Several keywords together or not at all; once a rule. */
  protected optionalWords(types: readonly TokenType[]): boolean {
    let written = false;
    this.option(9, {
      // The first word alone may be a name.
      GATE: () => types[1] === undefined || this.second(types[1]),
      DEF: () => {
        for (const type of types) this.CONSUME(type);
        written = true;
      },
    });
    return written;
  }

  /** An alternative that is one keyword, and what it means. */
  protected keyword<const T>(type: TokenType, meaning: T, occurrence = 0): { readonly ALT: () => T } {
    return {
      ALT: () => {
        this.consume(occurrence, type);
        return meaning;
      },
    };
  }

  /** An alternative of several keywords that starts like no other. */
  protected keywords<const T>(types: readonly TokenType[], meaning: T, occurrence = 0): { readonly ALT: () => T } {
    return {
      ALT: () => {
        for (const type of types) this.consume(occurrence, type);
        return meaning;
      },
    };
  }

  /** IF EXISTS; true when it is there. */
  readonly ifExists = this.rule('ifExists', (): boolean => this.optionalWords([k.if, k.exists]));

  readonly ifNotExists = this.rule('ifNotExists', (): boolean => this.optionalWords([k.if, k.not, k.exists]));

  /* --------------------------------------------------------------------------------------------------------- decisions */

  /** Whether the parenthesis that comes `ahead` tokens from here encloses a query, and not an expression or a join. */
  protected queryInParens(ahead = 1): boolean {
    if (this.LA(ahead).tokenType !== t.leftParen) return false;
    if (this.LA(ahead + 1).tokenType !== t.leftParen) return this.startsQuery(ahead + 1);
    let depth = 1;
    while (this.LA(ahead + depth).tokenType === t.leftParen) depth++;
    if (!this.startsQuery(ahead + depth)) return false;
    // ((SELECT …) + 1) is an expression, ((SELECT …) UNION …) a query: what follows the inner parentheses tells.
    const position = this.lastIndex + ahead;
    const counterparts = this.counterparts();
    for (let inner = position + depth - 1; inner > position; inner--) {
      const close = counterparts[inner] ?? -1;
      if (close < 0) return true;
      const after = this.input[close + 1]?.tokenType;
      const continues = after === t.rightParen || (after !== undefined && queryContinuations.has(after));
      if (!continues) return false;
    }
    return true;
  }

  protected startsQuery(ahead: number): boolean {
    const type = this.LA(ahead).tokenType;
    if (type === k.values) return this.LA(ahead + 1).tokenType === t.leftParen;
    if (type === k.pivot || type === k.unpivot) {
      const { tokenType, tokenTypeIdx } = this.LA(ahead + 1);
      return tokenType === t.string || columnNameWord.categoryMatchesMap?.[tokenTypeIdx] === true;
    }
    return type === k.select || type === k.with || type === k.table || type === k.from;
  }

  /** How far ahead the token is that follows the counterpart of the parenthesis `ahead` tokens from here. */
  protected aheadOfClosing(ahead: number): number {
    const position = this.lastIndex + ahead;
    const close = this.counterparts()[position] ?? -1;
    return close < 0 ? Number.MAX_SAFE_INTEGER : close - this.lastIndex + 1;
  }

  /** Index of the last consumed token in the input. */
  private get lastIndex(): number {
    return this.currIdx;
  }

  private counterparts(): readonly number[] {
    this.#counterparts ??= matchParens(this.input);
    return this.#counterparts;
  }
}

const closers: ReadonlySet<TokenType> = new Set([t.comma, t.rightParen, t.rightBracket, t.rightBrace]);

function resumesAt(type: TokenType): boolean {
  return closers.has(type) || reservedTypes.has(type);
}

const queryContinuations = new Set([k.union, k.intersect, k.except, k.order, k.limit, k.offset, k.fetch, k.for]);

/** -1 where there is no counterpart. */
function matchParens(tokens: readonly IToken[]): readonly number[] {
  const counterparts = new Array<number>(tokens.length).fill(-1);
  const open: number[] = [];
  tokens.forEach((token, index) => {
    if (token.tokenType === t.leftParen) open.push(index);
    else if (token.tokenType === t.rightParen) {
      const start = open.pop();
      if (start !== undefined) counterparts[start] = index;
    }
  });
  return counterparts;
}
