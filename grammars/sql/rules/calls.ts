import type { IToken } from '../../toolkit/chevrotain.ts';
import { columnNameWord, k, label, t } from '../tokens.ts';
import type {
  Argument,
  Expression,
  FrameBound,
  FunctionCall,
  Identifier,
  Lambda,
  OrderElement,
  QualifiedName,
  Star,
  StarRename,
  StarReplacement,
  WindowFrame,
  WindowSpecification,
} from '../tree.ts';
import { TypeRules } from './types.ts';

/** What stands in the parentheses of a call, and behind them. */
export abstract class CallRules extends TypeRules {
  /** From the opening parenthesis on. */
  protected readonly callTail = this.rule(
    'callTail',
    (name: QualifiedName = noName, start: number = 0): FunctionCall => {
      this.CONSUME(t.leftParen);
      const countStar = this.next(t.star) && this.second(t.rightParen);
      const distinct =
        this.OPTION(() => this.OR([this.keyword(k.distinct, true), this.keyword(k.all, false)])) ?? false;
      let written: Argument[] = [];
      this.MANY_SEP({ SEP: t.comma, DEF: () => written.push(this.SUBRULE(this.argument)) });
      if (countStar) written = [];
      const orderBy = this.OPTION1(() => this.SUBRULE(this.orderBy)) ?? [];
      let nullTreatment = this.OPTION2(() => this.SUBRULE(this.nullTreatment));
      this.CONSUME(t.rightParen);

      let withinGroup: readonly OrderElement[] = [];
      let filter: Expression | undefined;
      let over: FunctionCall['over'];
      if (this.RECORDING_PHASE || callSuffixes.has(this.LA(1).tokenType)) {
        this.OPTION3(() => {
          this.CONSUME(k.within);
          this.CONSUME(k.group);
          this.CONSUME1(t.leftParen);
          withinGroup = this.SUBRULE1(this.orderBy);
          this.CONSUME1(t.rightParen);
        });
        this.OPTION4({
          GATE: () => this.second(t.leftParen),
          DEF: () => {
            this.CONSUME(k.filter);
            this.CONSUME2(t.leftParen);
            this.OPTION5(() => this.CONSUME(k.where));
            filter = this.SUBRULE(this.expression);
            this.CONSUME2(t.rightParen);
          },
        });
        this.OPTION6({
          GATE: () => this.second(k.nulls),
          DEF: () => {
            nullTreatment = this.SUBRULE1(this.nullTreatment);
          },
        });
        this.OPTION7(() => {
          this.CONSUME(k.over);
          over = this.OR1<{ ALT: () => Identifier | WindowSpecification }[]>([
            { ALT: () => this.SUBRULE(this.name) },
            { ALT: () => this.SUBRULE(this.windowSpecification) },
          ]);
        });
      }
      return {
        kind: 'call',
        name,
        star: countStar,
        distinct,
        arguments: written,
        orderBy,
        nullTreatment,
        withinGroup,
        filter,
        over,
        range: this.since(start),
      };
    },
  );

  private readonly nullTreatment = this.rule('nullTreatment', (): 'ignore' | 'respect' => {
    const treatment = this.OR([this.keyword(k.ignore, 'ignore'), this.keyword(k.respect, 'respect')]);
    this.CONSUME(k.nulls);
    return treatment;
  });

  protected readonly argument = this.rule('argument', (): Argument => {
    const start = this.mark();
    let name: Identifier | undefined;
    let variadic = false;
    const value = this.OR<{ ALT: () => Expression; GATE?: () => boolean }[]>([
      {
        ALT: () => {
          this.CONSUME(k.variadic);
          variadic = true;
          return this.SUBRULE(this.expression);
        },
      },
      {
        GATE: () => this.second(t.fatArrow) || this.second(t.colonEquals),
        ALT: () => {
          name = this.identifierOf(this.CONSUME(label));
          this.OR1([{ ALT: () => this.CONSUME(t.fatArrow) }, { ALT: () => this.CONSUME(t.colonEquals) }]);
          return this.SUBRULE(this.lambdaOrExpression);
        },
      },
      { ALT: () => this.SUBRULE(this.star) },
      { GATE: () => this.lambdaKeywordAhead(), ALT: () => this.SUBRULE(this.lambdaByKeyword) },
      { GATE: () => this.arrowLambdaAhead(), ALT: () => this.SUBRULE(this.arrowLambda) },
      { ALT: () => this.SUBRULE1(this.expression) },
    ]);
    return { kind: 'argument', name, variadic, value, range: this.since(start) };
  });

  private readonly lambdaOrExpression = this.rule(
    'lambdaOrExpression',
    (): Expression =>
      this.OR<{ ALT: () => Expression; GATE?: () => boolean }[]>([
        { GATE: () => this.lambdaKeywordAhead(), ALT: () => this.SUBRULE(this.lambdaByKeyword) },
        { GATE: () => this.arrowLambdaAhead(), ALT: () => this.SUBRULE(this.arrowLambda) },
        { ALT: () => this.SUBRULE(this.expression) },
      ]),
  );

  /* ----------------------------------------------------------------------------------------------------------- lambdas */

  /** `lambda x, i: body` */
  private readonly lambdaByKeyword = this.rule('lambdaByKeyword', (): Lambda => {
    const start = this.mark();
    this.CONSUME(k.lambda);
    const parameters = this.SUBRULE(this.names);
    this.CONSUME(t.colon);
    const body = this.SUBRULE(this.expression);
    return { kind: 'lambda', parameters, body, range: this.since(start) };
  });

  /** `x -> body`, `(x, i) -> body` */
  private readonly arrowLambda = this.rule('arrowLambda', (): Lambda => {
    const start = this.mark();
    const parameters = this.OR<{ ALT: () => readonly Identifier[] }[]>([
      { ALT: () => [this.SUBRULE(this.name)] },
      { ALT: () => this.SUBRULE(this.parenthesizedNames) },
    ]);
    this.CONSUME(t.operator);
    const body = this.SUBRULE(this.expression);
    return { kind: 'lambda', parameters, body, range: this.since(start) };
  });

  private lambdaKeywordAhead(): boolean {
    if (!this.next(k.lambda) || !isName(this.LA(2))) return false;
    return this.LA(3).tokenType === t.colon || this.LA(3).tokenType === t.comma;
  }

  /**
   * `->` is also the JSON operator, which binds tighter than a lambda's arrow. `x -> …` is a lambda when the text up to the end of the
   * argument mentions x again: a document's field access does not mention the document a second time, and a lambda that ignores its
   * parameter still reaches the binder, as a binary operator with a name at its left.
   */
  private arrowLambdaAhead(): boolean {
    const first = this.LA(1);
    if (first.tokenType === t.leftParen) {
      let ahead = 2;
      while (isName(this.LA(ahead)) && this.LA(ahead + 1).tokenType === t.comma) ahead += 2;
      const closed = isName(this.LA(ahead)) && this.LA(ahead + 1).tokenType === t.rightParen;
      return closed && isArrow(this.LA(ahead + 2));
    }
    if (!isName(first) || !isArrow(this.LA(2))) return false;
    const parameter = foldedName(first);
    let depth = 0;
    for (let ahead = 3; ; ahead++) {
      const token = this.LA(ahead);
      const type = token.tokenType;
      if (type === t.end || (depth === 0 && type === t.comma)) return false;
      if (isName(token) && foldedName(token) === parameter) return true;
      if (type === t.leftParen || type === t.leftBracket || type === t.leftBrace) depth++;
      else if (type === t.rightParen || type === t.rightBracket || type === t.rightBrace) depth--;
      if (depth < 0) return false;
    }
  }

  /* ------------------------------------------------------------------------------------------------------------- stars */

  /** `*` with its modifiers, and `*COLUMNS(…)`. */
  protected readonly star = this.rule('star', (): Expression => {
    const start = this.mark();
    this.CONSUME(t.star);
    return this.OR<{ ALT: () => Expression; GATE?: () => boolean }[]>([
      {
        GATE: () => this.second(t.leftParen),
        ALT: () => this.SUBRULE(this.columns, { ARGS: [start, true] }),
      },
      { ALT: () => this.SUBRULE(this.starModifiers, { ARGS: [[], start] }) },
    ]);
  });

  /** From COLUMNS on. */
  protected readonly columns = this.rule('columns', (start: number = 0, unpack: boolean = false): Expression => {
    this.CONSUME(k.columns);
    this.CONSUME(t.leftParen);
    const selector = this.OR<{ ALT: () => Expression }[]>([
      { ALT: () => this.SUBRULE(this.star) },
      { ALT: () => this.SUBRULE(this.lambdaOrExpression) },
    ]);
    this.CONSUME(t.rightParen);
    return { kind: 'columns', selector, unpack, range: this.since(start) };
  });

  /** What follows the asterisk; it may be nothing. */
  protected readonly starModifiers = this.rule(
    'starModifiers',
    (qualifier: readonly Identifier[] = [], start: number = 0): Star => {
      const exclude: QualifiedName[] = [];
      const replace: StarReplacement[] = [];
      const rename: StarRename[] = [];
      this.OPTION(() => {
        this.CONSUME(k.exclude);
        this.OR([
          {
            ALT: () => {
              this.CONSUME(t.leftParen);
              exclude.push(...list(this.SUBRULE(this.qualifiedNames)));
              this.CONSUME(t.rightParen);
            },
          },
          { ALT: () => exclude.push(this.SUBRULE(this.qualifiedName)) },
        ]);
      });
      this.OPTION1(() => {
        this.CONSUME(k.replace);
        this.OR1([
          {
            ALT: () => {
              this.CONSUME1(t.leftParen);
              replace.push(...list(this.SUBRULE(this.starReplacements)));
              this.CONSUME1(t.rightParen);
            },
          },
          { ALT: () => replace.push(this.SUBRULE(this.starReplacement)) },
        ]);
      });
      this.OPTION2(() => {
        this.CONSUME(k.rename);
        this.OR2([
          {
            ALT: () => {
              this.CONSUME2(t.leftParen);
              rename.push(...list(this.SUBRULE(this.starRenames)));
              this.CONSUME2(t.rightParen);
            },
          },
          { ALT: () => rename.push(this.SUBRULE(this.starRename)) },
        ]);
      });
      return { kind: 'star', qualifier, exclude, replace, rename, range: this.since(start) };
    },
  );

  private readonly starReplacements = this.rule('starReplacements', (): readonly StarReplacement[] => {
    const items: StarReplacement[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => items.push(this.SUBRULE(this.starReplacement)) });
    return items;
  });

  private readonly starReplacement = this.rule('starReplacement', (): StarReplacement => {
    const start = this.mark();
    const expression = this.SUBRULE(this.expression);
    this.CONSUME(k.as);
    const name = this.identifierOf(this.CONSUME(label));
    return { kind: 'starReplacement', expression, name, range: this.since(start) };
  });

  private readonly starRenames = this.rule('starRenames', (): readonly StarRename[] => {
    const items: StarRename[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => items.push(this.SUBRULE(this.starRename)) });
    return items;
  });

  private readonly starRename = this.rule('starRename', (): StarRename => {
    const start = this.mark();
    const column = this.SUBRULE(this.qualifiedName);
    this.CONSUME(k.as);
    const name = this.identifierOf(this.CONSUME(label));
    return { kind: 'starRename', column, name, range: this.since(start) };
  });

  /* ----------------------------------------------------------------------------------------------------------- windows */

  readonly windowSpecification = this.rule('windowSpecification', (): WindowSpecification => {
    const start = this.mark();
    this.CONSUME(t.leftParen);
    const base = this.OPTION({
      GATE: () => !frameUnits.has(this.LA(1).tokenType) && !this.next(k.partition),
      DEF: () => this.SUBRULE(this.name),
    });
    const partitionBy = this.OPTION1(() => {
      this.CONSUME(k.partition);
      this.CONSUME(k.by);
      return this.SUBRULE(this.expressions);
    });
    const orderBy = this.OPTION2(() => this.SUBRULE(this.orderBy));
    const frame = this.OPTION3(() => this.SUBRULE(this.windowFrame));
    this.CONSUME(t.rightParen);
    return {
      kind: 'windowSpecification',
      base,
      partitionBy: partitionBy ?? [],
      orderBy: orderBy ?? [],
      frame,
      range: this.since(start),
    };
  });

  private readonly windowFrame = this.rule('windowFrame', (): WindowFrame => {
    const startOffset = this.mark();
    const unit = this.OR([
      this.keyword(k.rows, 'rows'),
      this.keyword(k.range, 'range'),
      this.keyword(k.groups, 'groups'),
    ]);
    const bounds = this.OR1<{ ALT: () => readonly FrameBound[]; GATE?: () => boolean }[]>([
      {
        GATE: () => this.next(k.between),
        ALT: () => {
          this.CONSUME(k.between);
          const from = this.SUBRULE(this.frameBound);
          this.CONSUME(k.and);
          return [from, this.SUBRULE1(this.frameBound)];
        },
      },
      { ALT: () => [this.SUBRULE2(this.frameBound)] },
    ]);
    const exclude = this.OPTION(() => this.SUBRULE(this.frameExclusion));
    return {
      kind: 'windowFrame',
      unit,
      // Both alternatives begin with a bound.
      start: bounds[0]!,
      end: bounds[1],
      exclude,
      range: this.since(startOffset),
    };
  });

  private readonly frameBound = this.rule('frameBound', (): FrameBound => {
    const start = this.mark();
    let bound: FrameBound['bound'] = 'current row';
    let offset: Expression | undefined;
    this.OR([
      {
        GATE: () => this.second(k.preceding) || this.second(k.following),
        ALT: () => {
          this.CONSUME(k.unbounded);
          bound = this.SUBRULE(this.frameDirection) === 'preceding' ? 'unbounded preceding' : 'unbounded following';
        },
      },
      {
        GATE: () => this.second(k.row),
        ALT: () => {
          this.CONSUME(k.current);
          this.CONSUME(k.row);
        },
      },
      {
        ALT: () => {
          offset = this.SUBRULE(this.expression);
          bound = this.SUBRULE1(this.frameDirection);
        },
      },
    ]);
    return { kind: 'frameBound', bound, offset, range: this.since(start) };
  });

  private readonly frameDirection = this.rule('frameDirection', (): 'preceding' | 'following' =>
    this.OR([this.keyword(k.preceding, 'preceding'), this.keyword(k.following, 'following')]),
  );

  private readonly frameExclusion = this.rule('frameExclusion', (): WindowFrame['exclude'] => {
    this.CONSUME(k.exclude);
    return this.OR([
      this.keywords([k.current, k.row], 'current row'),
      this.keyword(k.group, 'group'),
      this.keyword(k.ties, 'ties'),
      this.keywords([k.no, k.others], 'no others'),
    ]);
  });
}

const noName: QualifiedName = { kind: 'name', parts: [], range: { start: 0, end: 0 } };

/** What can stand behind the parentheses; seldom anything does. */
const callSuffixes = new Set([k.within, k.filter, k.ignore, k.respect, k.over]);

const frameUnits = new Set([k.rows, k.range, k.groups]);

/** While Chevrotain records the grammar, a rule gives a placeholder instead of its list. */
export function list<T>(of: readonly T[]): readonly T[] {
  return Array.isArray(of) ? of : [];
}

function isName(token: IToken): boolean {
  return columnNameWord.categoryMatchesMap?.[token.tokenTypeIdx] === true;
}

function isArrow(token: IToken): boolean {
  return token.tokenType === t.operator && token.image === '->';
}

function foldedName(token: IToken): string {
  return token.payload ?? token.image.toLowerCase();
}
