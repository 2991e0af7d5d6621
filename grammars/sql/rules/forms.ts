import type { IToken } from '../../toolkit/chevrotain.ts';
import { decimalDigits } from '../literals.ts';
import { k, label, t } from '../tokens.ts';
import type {
  Argument,
  Expression,
  FunctionCall,
  Identifier,
  MapEntry,
  NamedType,
  NumberLiteral,
  StringLiteral,
} from '../tree.ts';
import { CallRules } from './calls.ts';

type ExpressionAlternative = { readonly ALT: () => Expression; readonly GATE?: () => boolean };

/** The forms that begin with a word which is a name elsewhere: EXTRACT(…), INTERVAL '…', TRIM(…) and so on; and the literals they need. */
export abstract class FormRules extends CallRules {
  protected readonly number = this.rule('number', (): NumberLiteral => this.numberOf(this.CONSUME(t.number)));

  protected numberOf(token: IToken): NumberLiteral {
    const text = decimalDigits(token.image);
    const form = /[eE]/.test(text) ? 'exponent' : text.includes('.') ? 'decimal' : 'integer';
    return { kind: 'number', text, form, range: this.rangeOf(token) };
  }

  protected readonly string = this.rule('string', (): StringLiteral => this.stringOf(this.CONSUME(t.string)));

  protected stringOf(token: IToken): StringLiteral {
    return { kind: 'string', value: token.payload ?? '', range: this.rangeOf(token) };
  }

  protected typedLiteral(start: number, type: NamedType, value: string): Expression {
    return { kind: 'typedLiteral', type, value, range: this.since(start) };
  }

  protected readonly exists = this.rule('exists', (): Expression => {
    const start = this.mark();
    this.CONSUME(k.exists);
    this.CONSUME(t.leftParen);
    const query = this.SUBRULE(this.query);
    this.CONSUME(t.rightParen);
    return { kind: 'exists', query, range: this.since(start) };
  });

  protected readonly rowByKeyword = this.rule('rowByKeyword', (): Expression => {
    const start = this.mark();
    const fields: Expression[] = [];
    this.CONSUME(k.row);
    this.CONSUME(t.leftParen);
    this.MANY_SEP({ SEP: t.comma, DEF: () => fields.push(this.SUBRULE(this.expression)) });
    this.CONSUME(t.rightParen);
    return { kind: 'row', keyword: true, fields, range: this.since(start) };
  });

  /** `interval '1' day`, `interval '1 day'`, `interval(3) '…'`, `interval 1 day`, `interval (expression) day` */
  protected readonly interval = this.rule('interval', (): Expression => {
    const start = this.mark();
    this.CONSUME(k.interval);
    let precision: number | undefined;
    const value = this.OR<ExpressionAlternative[]>([
      {
        GATE: () => this.LA(this.aheadOfClosing(1)).tokenType === t.string,
        ALT: () => {
          this.CONSUME(t.leftParen);
          precision = this.SUBRULE(this.integer);
          this.CONSUME(t.rightParen);
          return this.SUBRULE(this.string);
        },
      },
      {
        ALT: () => {
          this.CONSUME1(t.leftParen);
          const inner = this.SUBRULE(this.expression);
          this.CONSUME1(t.rightParen);
          return inner;
        },
      },
      { ALT: () => this.SUBRULE1(this.string) },
      { ALT: () => this.SUBRULE(this.number) },
    ]);
    const fields = this.OPTION({
      GATE: () => this.intervalFieldAhead() && this.fieldsBelong(value),
      DEF: () => this.SUBRULE(this.intervalFields),
    });
    return { kind: 'interval', value, fields, precision, range: this.since(start) };
  });

  protected intervalLiteralAhead(): boolean {
    const second = this.LA(2).tokenType;
    if (second === t.string) return true;
    if (second === t.number) return this.intervalFieldAhead(3);
    if (second !== t.leftParen) return false;
    const behind = this.aheadOfClosing(2);
    return this.LA(behind).tokenType === t.string || this.intervalFieldAhead(behind);
  }

  /** Behind `interval '1 day'` a word like `days` is an alias; the six standard fields never are without AS. */
  private fieldsBelong(value: Expression): boolean {
    if (value.kind !== 'string') return true;
    return (
      this.LA(1).tokenType !== t.string &&
      (isStandardField(this.LA(1).image) || /^\s*[-+]?[\d.]+\s*$/.test(value.value))
    );
  }

  /** Types of several words, or with modifiers, in front of a string. */
  protected readonly longTypedLiteral = this.rule('longTypedLiteral', (): Expression => {
    const start = this.mark();
    const type = this.OR<{ ALT: () => NamedType }[]>([
      { ALT: () => this.SUBRULE(this.temporalType) },
      { ALT: () => this.SUBRULE(this.doublePrecision) },
      { ALT: () => this.SUBRULE(this.characterType) },
    ]);
    const text = this.CONSUME(t.string);
    return this.typedLiteral(start, type, text.payload ?? '');
  });

  protected typedLiteralAhead(): boolean {
    let ahead = 2;
    const skip = (...types: readonly unknown[]) => {
      while (types.includes(this.LA(ahead).tokenType)) ahead++;
    };
    skip(k.character, k.char, k.varying, k.precision);
    if (this.LA(ahead).tokenType === t.leftParen) ahead = this.aheadOfClosing(ahead);
    skip(k.with, k.without, k.time, k.zone);
    return this.LA(ahead).tokenType === t.string;
  }

  protected readonly extract = this.rule('extract', (): Expression => {
    const start = this.mark();
    this.CONSUME(k.extract);
    this.CONSUME(t.leftParen);
    const field = this.OR([
      { ALT: () => this.identifierOf(this.CONSUME(label)).text },
      { ALT: (): string => this.CONSUME(t.string).payload ?? '' },
    ]);
    this.CONSUME(k.from);
    const source = this.SUBRULE(this.expression);
    this.CONSUME(t.rightParen);
    return { kind: 'extract', field: String(field).toLowerCase(), source, range: this.since(start) };
  });

  protected readonly positionForm = this.rule('positionForm', (): Expression => {
    const start = this.mark();
    this.CONSUME(k.position);
    this.CONSUME(t.leftParen);
    // Above the power of IN, which separates the two.
    const needle = this.SUBRULE(this.expression, { ARGS: [7] });
    this.CONSUME(k.in);
    const source = this.SUBRULE1(this.expression);
    this.CONSUME(t.rightParen);
    return { kind: 'position', needle, source, range: this.since(start) };
  });

  protected readonly substring = this.rule('substring', (): Expression => {
    const start = this.mark();
    const name = this.identifierOf(this.CONSUME(k.substring));
    this.CONSUME(t.leftParen);
    const source = this.SUBRULE(this.expression);
    const build = this.OR<{ ALT: () => () => Expression }[]>([
      {
        ALT: () => {
          this.CONSUME(k.from);
          const from = this.SUBRULE1(this.expression);
          const length = this.OPTION(() => {
            this.CONSUME(k.for);
            return this.SUBRULE2(this.expression);
          });
          return () => ({ kind: 'substring', source, start: from, length, range: this.since(start) });
        },
      },
      {
        ALT: () => {
          this.CONSUME1(k.for);
          const length = this.SUBRULE3(this.expression);
          const from = this.OPTION1(() => {
            this.CONSUME1(k.from);
            return this.SUBRULE4(this.expression);
          });
          return () => ({ kind: 'substring', source, start: from, length, range: this.since(start) });
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.similar);
          const pattern = this.SUBRULE5(this.expression);
          this.CONSUME(k.escape);
          const escaping = this.SUBRULE6(this.expression);
          return () => ({ kind: 'substringSimilar', source, pattern, escape: escaping, range: this.since(start) });
        },
      },
      {
        ALT: () => {
          const rest = this.SUBRULE(this.restOfArguments);
          return () => this.plainCall(start, name, [source, ...rest]);
        },
      },
    ]);
    this.CONSUME(t.rightParen);
    return this.ACTION(build);
  });

  protected readonly overlay = this.rule('overlay', (): Expression => {
    const start = this.mark();
    const name = this.identifierOf(this.CONSUME(k.overlay));
    this.CONSUME(t.leftParen);
    const source = this.SUBRULE(this.expression);
    const build = this.OR<{ ALT: () => () => Expression }[]>([
      {
        ALT: () => {
          this.CONSUME(k.placing);
          const replacement = this.SUBRULE1(this.expression);
          this.CONSUME(k.from);
          const from = this.SUBRULE2(this.expression);
          const length = this.OPTION(() => {
            this.CONSUME(k.for);
            return this.SUBRULE3(this.expression);
          });
          return () => ({ kind: 'overlay', source, replacement, start: from, length, range: this.since(start) });
        },
      },
      {
        ALT: () => {
          const rest = this.SUBRULE(this.restOfArguments);
          return () => this.plainCall(start, name, [source, ...rest]);
        },
      },
    ]);
    this.CONSUME(t.rightParen);
    return this.ACTION(build);
  });

  protected readonly restOfArguments = this.rule('restOfArguments', (): readonly Expression[] => {
    const rest: Expression[] = [];
    this.MANY(() => {
      this.CONSUME(t.comma);
      rest.push(this.SUBRULE(this.expression));
    });
    return rest;
  });

  /** A form of SQL that was written as an ordinary call after all. */
  private plainCall(start: number, name: Identifier, values: readonly Expression[]): FunctionCall {
    return {
      kind: 'call',
      name: { kind: 'name', parts: [name], range: name.range },
      star: false,
      distinct: false,
      arguments: values.map(
        (value): Argument => ({ kind: 'argument', name: undefined, variadic: false, value, range: value.range }),
      ),
      orderBy: [],
      nullTreatment: undefined,
      withinGroup: [],
      filter: undefined,
      over: undefined,
      range: this.since(start),
    };
  }

  protected readonly trim = this.rule('trim', (): Expression => {
    const start = this.mark();
    this.CONSUME(k.trim);
    this.CONSUME(t.leftParen);
    const side =
      this.OPTION(() =>
        this.OR([
          this.keyword(k.both, 'both'),
          this.keyword(k.leading, 'leading'),
          this.keyword(k.trailing, 'trailing'),
        ]),
      ) ?? 'both';
    let characters: Expression | undefined;
    const source = this.OR1<ExpressionAlternative[]>([
      {
        ALT: () => {
          this.CONSUME(k.from);
          return this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          const first = this.SUBRULE1(this.expression);
          return (
            this.OPTION1(() =>
              this.OR2<ExpressionAlternative[]>([
                {
                  ALT: () => {
                    this.CONSUME1(k.from);
                    characters = first;
                    return this.SUBRULE2(this.expression);
                  },
                },
                {
                  ALT: () => {
                    this.CONSUME(t.comma);
                    characters = this.SUBRULE3(this.expression);
                    return first;
                  },
                },
              ]),
            ) ?? first
          );
        },
      },
    ]);
    // TRIM(FROM x, y) is PostgreSQL's too.
    this.OPTION2({
      GATE: () => characters === undefined,
      DEF: () => {
        this.CONSUME1(t.comma);
        characters = this.SUBRULE4(this.expression);
      },
    });
    this.CONSUME(t.rightParen);
    return { kind: 'trim', side, characters, source, range: this.since(start) };
  });

  protected readonly map = this.rule('map', (): Expression => {
    const start = this.mark();
    const entries: MapEntry[] = [];
    this.CONSUME(k.map);
    this.CONSUME(t.leftBrace);
    this.MANY_SEP({ SEP: t.comma, DEF: () => entries.push(this.SUBRULE(this.mapEntry)) });
    this.CONSUME(t.rightBrace);
    return { kind: 'map', entries, range: this.since(start) };
  });

  private readonly mapEntry = this.rule('mapEntry', (): MapEntry => {
    const start = this.mark();
    const key = this.SUBRULE(this.expression);
    this.CONSUME(t.colon);
    const value = this.SUBRULE1(this.expression);
    return { kind: 'mapEntry', key, value, range: this.since(start) };
  });
}

const standardFields = new Set(['year', 'month', 'day', 'hour', 'minute', 'second']);

function isStandardField(word: string): boolean {
  return standardFields.has(word.toLowerCase());
}
