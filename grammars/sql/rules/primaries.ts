import type { IToken } from '../../toolkit/chevrotain.ts';
import { decimalDigits } from '../literals.ts';
import { columnNameWord, functionNameWord, k, label, t } from '../tokens.ts';
import type {
  Argument,
  ArrayLiteral,
  Case,
  CaseArm,
  Expression,
  FunctionCall,
  Identifier,
  MapEntry,
  NamedType,
  NumberLiteral,
  Parameter,
  QualifiedName,
  SpecialValueName,
  Star,
  StringLiteral,
  StructField,
} from '../tree.ts';
import { CallRules } from './calls.ts';

type ExpressionAlternative = { readonly ALT: () => Expression; readonly GATE?: () => boolean };

/** What stands between operators: literals, names, calls, special forms, and everything in brackets. */
export abstract class PrimaryRules extends CallRules {
  /* Made once: the alternatives use nothing but the parser, and this is the most frequent decision of all. */
  readonly #primaryAlternatives: ExpressionAlternative[] = [
    { ALT: () => this.numberOf(this.CONSUME(t.number)) },
    { ALT: () => this.stringOf(this.CONSUME(t.string)) },
    { ALT: () => this.inParens() },
    { ALT: () => this.SUBRULE(this.constant) },
    { ALT: () => this.SUBRULE(this.parameter) },
    { ALT: () => this.SUBRULE(this.case) },
    { ALT: () => this.SUBRULE(this.cast) },
    { ALT: () => this.SUBRULE(this.arrayByKeyword) },
    { ALT: () => this.SUBRULE(this.list) },
    { ALT: () => this.SUBRULE(this.struct) },
    { ALT: () => this.SUBRULE(this.specialValue) },
    // Words that begin a special form, and are names where they do not.
    { GATE: () => this.second(t.leftParen), ALT: () => this.SUBRULE(this.exists) },
    { GATE: () => this.second(t.leftParen), ALT: () => this.SUBRULE(this.rowByKeyword) },
    { GATE: () => this.second(t.leftParen), ALT: () => this.SUBRULE(this.extract) },
    { GATE: () => this.second(t.leftParen), ALT: () => this.SUBRULE(this.positionForm) },
    { GATE: () => this.second(t.leftParen), ALT: () => this.SUBRULE(this.substring) },
    { GATE: () => this.second(t.leftParen), ALT: () => this.SUBRULE(this.overlay) },
    { GATE: () => this.second(t.leftParen), ALT: () => this.SUBRULE(this.trim) },
    { GATE: () => this.second(t.leftParen), ALT: () => this.SUBRULE(this.columns, { ARGS: [this.mark(), false] }) },
    { GATE: () => this.second(t.leftBrace), ALT: () => this.SUBRULE(this.map) },
    { GATE: () => this.intervalLiteralAhead(), ALT: () => this.SUBRULE(this.interval) },
    { GATE: () => this.typedLiteralAhead(), ALT: () => this.SUBRULE(this.longTypedLiteral) },
    { ALT: () => this.SUBRULE(this.functionWordCall) },
    { ALT: () => this.nameExpression() },
  ];

  /** With subscripts, field accesses and chained calls behind it. */
  protected readonly primary = this.rule('primary', (): Expression => {
    const start = this.mark();
    let operand = this.OR(this.#primaryAlternatives);
    if (!this.RECORDING_PHASE && !this.next(t.leftBracket) && !this.next(t.dot)) return operand;
    this.MANY(() => {
      operand = this.OR1<ExpressionAlternative[]>([
        { ALT: () => this.SUBRULE(this.subscript, { ARGS: [operand, start] }) },
        { ALT: () => this.SUBRULE(this.member, { ARGS: [operand, start] }) },
      ]);
    });
    return operand;
  });

  /* ---------------------------------------------------------------------------------------------------------- literals */

  protected readonly number = this.rule('number', (): NumberLiteral => this.numberOf(this.CONSUME(t.number)));

  private numberOf(token: IToken): NumberLiteral {
    const text = decimalDigits(token.image);
    const form = /[eE]/.test(text) ? 'exponent' : text.includes('.') ? 'decimal' : 'integer';
    return { kind: 'number', text, form, range: this.rangeOf(token) };
  }

  protected readonly string = this.rule('string', (): StringLiteral => this.stringOf(this.CONSUME(t.string)));

  private stringOf(token: IToken): StringLiteral {
    return { kind: 'string', value: token.payload ?? '', range: this.rangeOf(token) };
  }

  private readonly constant = this.rule('constant', (): Expression => {
    const range = this.rangeOf(this.LA(1));
    return this.OR<ExpressionAlternative[]>([
      this.keyword(k.null, { kind: 'null', range }),
      this.keyword(k.true, { kind: 'boolean', value: true, range }),
      this.keyword(k.false, { kind: 'boolean', value: false, range }),
      this.keyword(k.default, { kind: 'default', range }),
      {
        ALT: () => {
          const token = this.CONSUME(t.bitString);
          const base = /^b/i.test(token.image) ? 'binary' : 'hexadecimal';
          return { kind: 'bitString', base, digits: token.payload ?? '', range };
        },
      },
    ]);
  });

  protected readonly parameter = this.rule('parameter', (): Parameter => {
    const start = this.mark();
    return this.OR<{ ALT: () => Parameter }[]>([
      {
        ALT: () => {
          const { image } = this.CONSUME(t.parameter);
          const name = image.slice(1);
          const index = /^\d+$/.test(name) ? Number(name) : undefined;
          const named = index === undefined ? name : undefined;
          return { kind: 'parameter', style: '$', index, name: named, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.question);
          const index = this.nextParameterIndex();
          return { kind: 'parameter', style: '?', index, name: undefined, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.colon);
          const name = this.identifierOf(this.CONSUME(label)).text;
          return { kind: 'parameter', style: ':', index: undefined, name, range: this.since(start) };
        },
      },
    ]);
  });

  protected readonly specialValue = this.rule('specialValue', (): Expression => {
    const start = this.mark();
    const name = this.OR<{ ALT: () => SpecialValueName }[]>([
      this.keyword(k.current_date, 'current_date'),
      this.keyword(k.current_time, 'current_time'),
      this.keyword(k.current_timestamp, 'current_timestamp'),
      this.keyword(k.localtime, 'localtime'),
      this.keyword(k.localtimestamp, 'localtimestamp'),
      this.keyword(k.current_user, 'current_user'),
      this.keyword(k.session_user, 'session_user'),
      this.keyword(k.current_role, 'current_role'),
      this.keyword(k.user, 'user'),
      this.keyword(k.current_catalog, 'current_catalog'),
      this.keyword(k.current_schema, 'current_schema'),
    ]);
    let precision: number | undefined;
    this.OPTION(() => {
      this.CONSUME(t.leftParen);
      this.OPTION1(() => {
        precision = this.SUBRULE(this.integer);
      });
      this.CONSUME(t.rightParen);
    });
    return { kind: 'specialValue', name, precision, range: this.since(start) };
  });

  /* ------------------------------------------------------------------------------------------------------------- names */

  /** A column, a call, a typed literal (`name 'text'`), `t.*`. Part of `primary`: a rule of its own would be entered too often. */
  private nameExpression(): Expression {
    const start = this.mark();
    const parts = [this.identifierOf(this.CONSUME(columnNameWord))];
    let star: Star | undefined;
    if (this.RECORDING_PHASE || this.next(t.dot)) {
      this.MANY1({
        GATE: () => star === undefined,
        DEF: () => {
          this.CONSUME(t.dot);
          this.OR2([
            {
              ALT: () => {
                this.CONSUME(t.star);
                star = this.SUBRULE(this.starModifiers, { ARGS: [parts, start] });
              },
            },
            { ALT: () => parts.push(this.identifierOf(this.CONSUME(label))) },
          ]);
        },
      });
    }
    const range = this.since(start);
    const name: QualifiedName = { kind: 'name', parts, range };
    const call = this.OPTION(() => this.SUBRULE(this.callTail, { ARGS: [name, start] }));
    if (call && !this.RECORDING_PHASE) return call;
    const text = this.OPTION1(() => this.CONSUME1(t.string));
    if (text) return this.typedLiteral(start, this.namedType(start, parts, []), text.payload);
    return star ?? { kind: 'column', parts, range };
  }

  /** `left(…)` and other words that name functions but not columns. */
  protected readonly functionWordCall = this.rule('functionWordCall', (): FunctionCall => {
    const start = this.mark();
    const word = this.identifierOf(this.CONSUME(functionNameWord));
    const name: QualifiedName = { kind: 'name', parts: [word], range: word.range };
    return this.SUBRULE(this.callTail, { ARGS: [name, start] });
  });

  private typedLiteral(start: number, type: NamedType, value: string): Expression {
    return { kind: 'typedLiteral', type, value, range: this.since(start) };
  }

  /* ---------------------------------------------------------------------------------------------- words with two lives */

  private readonly exists = this.rule('exists', (): Expression => {
    const start = this.mark();
    this.CONSUME(k.exists);
    this.CONSUME(t.leftParen);
    const query = this.SUBRULE(this.query);
    this.CONSUME(t.rightParen);
    return { kind: 'exists', query, range: this.since(start) };
  });

  private readonly rowByKeyword = this.rule('rowByKeyword', (): Expression => {
    const start = this.mark();
    const fields: Expression[] = [];
    this.CONSUME(k.row);
    this.CONSUME(t.leftParen);
    this.MANY_SEP({ SEP: t.comma, DEF: () => fields.push(this.SUBRULE(this.expression)) });
    this.CONSUME(t.rightParen);
    return { kind: 'row', keyword: true, fields, range: this.since(start) };
  });

  /** `interval '1' day`, `interval '1 day'`, `interval(3) '…'`, `interval 1 day`, `interval (expression) day` */
  private readonly interval = this.rule('interval', (): Expression => {
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

  private intervalLiteralAhead(): boolean {
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
  private readonly longTypedLiteral = this.rule('longTypedLiteral', (): Expression => {
    const start = this.mark();
    const type = this.OR<{ ALT: () => NamedType }[]>([
      { ALT: () => this.SUBRULE(this.temporalType) },
      { ALT: () => this.SUBRULE(this.doublePrecision) },
      { ALT: () => this.SUBRULE(this.characterType) },
    ]);
    const text = this.CONSUME(t.string);
    return this.typedLiteral(start, type, text.payload ?? '');
  });

  private typedLiteralAhead(): boolean {
    let ahead = 2;
    const skip = (...types: readonly unknown[]) => {
      while (types.includes(this.LA(ahead).tokenType)) ahead++;
    };
    skip(k.character, k.char, k.varying, k.precision);
    if (this.LA(ahead).tokenType === t.leftParen) ahead = this.aheadOfClosing(ahead);
    skip(k.with, k.without, k.time, k.zone);
    return this.LA(ahead).tokenType === t.string;
  }

  private readonly extract = this.rule('extract', (): Expression => {
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

  private readonly positionForm = this.rule('positionForm', (): Expression => {
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

  private readonly substring = this.rule('substring', (): Expression => {
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

  private readonly overlay = this.rule('overlay', (): Expression => {
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

  private readonly restOfArguments = this.rule('restOfArguments', (): readonly Expression[] => {
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

  private readonly trim = this.rule('trim', (): Expression => {
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

  private readonly map = this.rule('map', (): Expression => {
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

  /* ------------------------------------------------------------------------------------------------- CASE, CAST, ARRAY */

  private readonly case = this.rule('case', (): Case => {
    const start = this.mark();
    const arms: CaseArm[] = [];
    this.CONSUME(k.case);
    const operand = this.OPTION(() => this.SUBRULE(this.expression));
    this.AT_LEAST_ONE(() => arms.push(this.SUBRULE(this.caseArm)));
    const otherwise = this.OPTION1(() => {
      this.CONSUME(k.else);
      return this.SUBRULE1(this.expression);
    });
    this.CONSUME(k.end);
    return { kind: 'case', operand, arms, otherwise, range: this.since(start) };
  });

  private readonly caseArm = this.rule('caseArm', (): CaseArm => {
    const start = this.mark();
    this.CONSUME(k.when);
    const when = this.SUBRULE(this.expression);
    this.CONSUME(k.then);
    const then = this.SUBRULE1(this.expression);
    return { kind: 'caseArm', when, then, range: this.since(start) };
  });

  protected readonly cast = this.rule('cast', (): Expression => {
    const start = this.mark();
    const tries = this.OR([this.keyword(k.cast, false), this.keyword(k.try_cast, true)]);
    this.CONSUME(t.leftParen);
    const operand = this.SUBRULE(this.expression);
    this.CONSUME(k.as);
    const type = this.SUBRULE(this.typeName);
    this.CONSUME(t.rightParen);
    return { kind: 'cast', operand, type, try: tries, form: 'function', range: this.since(start) };
  });

  private readonly arrayByKeyword = this.rule('arrayByKeyword', (): Expression => {
    const start = this.mark();
    this.CONSUME(k.array);
    return this.OR<ExpressionAlternative[]>([
      {
        ALT: () => {
          const array = this.SUBRULE(this.list);
          if (array.kind !== 'array') return array;
          return { ...array, keyword: true, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.leftParen);
          const query = this.SUBRULE(this.query);
          this.CONSUME(t.rightParen);
          return { kind: 'arraySubquery', query, range: this.since(start) };
        },
      },
    ]);
  });

  /* ---------------------------------------------------------------------------------------------------------- brackets */

  /** A subquery, a row, or an expression in parentheses. Part of `primary`, because parentheses nest deepest of all. */
  private inParens(): Expression {
    const start = this.mark();
    this.CONSUME2(t.leftParen);
    const inner = this.OR3<ExpressionAlternative[]>([
      {
        GATE: () => this.queryInParens(0),
        ALT: () => {
          const query = this.SUBRULE2(this.query);
          return { kind: 'scalarSubquery', query, range: query.range };
        },
      },
      {
        ALT: () => {
          const first = this.SUBRULE2(this.expression);
          const rest = this.SUBRULE2(this.restOfArguments);
          return rest.length > 0
            ? { kind: 'row', keyword: false, fields: [first, ...rest], range: first.range }
            : first;
        },
      },
    ]);
    this.CONSUME2(t.rightParen);
    // The node of a subquery or a row includes its parentheses; any other one leaves no trace of them.
    if (inner.kind === 'scalarSubquery' || (inner.kind === 'row' && !inner.keyword)) {
      return { ...inner, range: this.since(start) };
    }
    return inner;
  }

  /** `[a, b]` and `[element FOR x IN source IF condition]` */
  private readonly list = this.rule('list', (): Expression => {
    const start = this.mark();
    const elements: Expression[] = [];
    this.CONSUME(t.leftBracket);
    const comprehension = this.OPTION(() => {
      const first = this.SUBRULE(this.expression);
      return this.OR<{ ALT: () => (() => Expression) | undefined }[]>([
        {
          ALT: () => {
            this.CONSUME(k.for);
            const variables = this.SUBRULE(this.names);
            this.CONSUME(k.in);
            const source = this.SUBRULE1(this.expression);
            const condition = this.OPTION1(() => {
              this.CONSUME(k.if);
              return this.SUBRULE2(this.expression);
            });
            return () => ({
              kind: 'comprehension',
              element: first,
              variables,
              source,
              condition,
              range: this.since(start),
            });
          },
        },
        {
          ALT: () => {
            elements.push(first);
            this.MANY({
              GATE: () => !this.second(t.rightBracket),
              DEF: () => {
                this.CONSUME(t.comma);
                elements.push(this.SUBRULE3(this.expression));
              },
            });
            this.OPTION2(() => this.CONSUME1(t.comma));
            return undefined;
          },
        },
      ]);
    });
    this.CONSUME(t.rightBracket);
    const array: ArrayLiteral = { kind: 'array', keyword: false, elements, range: this.since(start) };
    return comprehension ? this.ACTION(comprehension) : array;
  });

  private readonly struct = this.rule('struct', (): Expression => {
    const start = this.mark();
    const fields: StructField[] = [];
    this.CONSUME(t.leftBrace);
    this.OPTION(() => {
      fields.push(this.SUBRULE(this.structField));
      this.MANY({
        GATE: () => !this.second(t.rightBrace),
        DEF: () => {
          this.CONSUME(t.comma);
          fields.push(this.SUBRULE1(this.structField));
        },
      });
      this.OPTION1(() => this.CONSUME1(t.comma));
    });
    this.CONSUME(t.rightBrace);
    return { kind: 'struct', fields, range: this.since(start) };
  });

  private readonly structField = this.rule('structField', (): StructField => {
    const start = this.mark();
    const name = this.OR<{ ALT: () => Identifier }[]>([
      { ALT: () => this.identifierOf(this.CONSUME(label)) },
      // The payload makes it a quoted name.
      { ALT: () => this.identifierOf(this.CONSUME(t.string)) },
    ]);
    this.CONSUME(t.colon);
    const value = this.SUBRULE(this.expression);
    return { kind: 'structField', name, value, range: this.since(start) };
  });

  /* ---------------------------------------------------------------------------------------------------------- suffixes */

  /** `[index]`, `[lower:upper:step]` */
  private readonly subscript = this.rule(
    'subscript',
    (operand: Expression = this.missing(), start: number = 0): Expression => {
      this.CONSUME(t.leftBracket);
      let slice = false;
      let upper: Expression | undefined;
      let step: Expression | undefined;
      const lower = this.OPTION({
        GATE: () => !this.next(t.colon),
        DEF: () => this.SUBRULE(this.expression),
      });
      this.OPTION1(() => {
        this.CONSUME(t.colon);
        slice = true;
        this.OR([
          {
            // DuckDB's `[:-:step]`: no upper bound.
            GATE: () => this.second(t.colon),
            ALT: () => this.CONSUME(t.minus),
          },
          {
            ALT: () => {
              upper = this.OPTION2({
                GATE: () => !this.next(t.colon),
                DEF: () => this.SUBRULE1(this.expression),
              });
            },
          },
        ]);
        this.OPTION3(() => {
          this.CONSUME1(t.colon);
          step = this.SUBRULE2(this.expression);
        });
      });
      if (!slice && !lower) this.report('a subscript needs an index or a slice', this.rangeOf(this.LA(1)));
      this.CONSUME(t.rightBracket);
      const range = this.since(start);
      if (slice) return { kind: 'slice', operand, lower, upper, step, range };
      return { kind: 'subscript', operand, index: lower ?? this.missing(), range };
    },
  );

  /** `.field`, `.*`, `.function(…)` */
  private readonly member = this.rule(
    'member',
    (operand: Expression = this.missing(), start: number = 0): Expression => {
      this.CONSUME(t.dot);
      return this.OR<ExpressionAlternative[]>([
        {
          ALT: () => {
            this.CONSUME(t.star);
            return { kind: 'fieldStar', operand, range: this.since(start) };
          },
        },
        {
          ALT: () => {
            const nameStart = this.mark();
            const field = this.identifierOf(this.CONSUME(label));
            const name: QualifiedName = { kind: 'name', parts: [field], range: field.range };
            const call = this.OPTION(() => this.SUBRULE(this.callTail, { ARGS: [name, nameStart] }));
            if (call) return { kind: 'methodCall', operand, call, range: this.since(start) };
            return { kind: 'field', operand, field, range: this.since(start) };
          },
        },
      ]);
    },
  );
}

const standardFields = new Set(['year', 'month', 'day', 'hour', 'minute', 'second']);

function isStandardField(word: string): boolean {
  return standardFields.has(word.toLowerCase());
}
