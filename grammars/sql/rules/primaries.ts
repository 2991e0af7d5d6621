import { columnNameWord, functionNameWord, k, label, t } from '../tokens.ts';
import type {
  ArrayLiteral,
  Case,
  CaseArm,
  Expression,
  FunctionCall,
  Identifier,
  Parameter,
  QualifiedName,
  SpecialValueName,
  Star,
  StructField,
} from '../tree.ts';
import { FormRules } from './forms.ts';

type ExpressionAlternative = { readonly ALT: () => Expression; readonly GATE?: () => boolean };

/** What stands between operators: literals, names, calls, special forms, and everything in brackets. */
export abstract class PrimaryRules extends FormRules {
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
