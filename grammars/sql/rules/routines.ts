import { columnNameWord, k, t, typeNameWord } from '../tokens.ts';
import type {
  AtomicBody,
  Call,
  CreateFunction,
  CreateMacro,
  Do,
  DropFunction,
  Expression,
  FunctionParameter,
  FunctionReference,
  FunctionResult,
  Identifier,
  MacroOverload,
  MacroParameter,
  Option,
  Query,
  ReturnBody,
  SetVariable,
  Statement,
} from '../tree.ts';
import { type CreateHead, noHead } from './create-head.ts';
import { GraphRules } from './graphs.ts';

/** Functions, procedures and macros. */
export abstract class RoutineRules extends GraphRules {
  protected readonly createFunction = this.rule(
    'createFunction',
    (head: CreateHead = noHead): CreateFunction | CreateMacro =>
      this.OR<{ ALT: () => CreateFunction | CreateMacro; GATE?: () => boolean }[]>([
        { GATE: () => this.macroAhead(), ALT: () => this.SUBRULE(this.createMacro, { ARGS: [head] }) },
        { ALT: () => this.SUBRULE(this.createRoutine, { ARGS: [head] }) },
      ]),
  );

  /** MACRO, or a FUNCTION whose body is an expression. */
  private macroAhead(): boolean {
    if (this.next(k.macro)) return true;
    if (!this.next(k.function)) return false;
    let ahead = 2;
    if (this.LA(ahead).tokenType === k.if) ahead += 3;
    while (this.LA(ahead + 1).tokenType === t.dot) ahead += 2;
    if (this.LA(ahead + 1).tokenType !== t.leftParen) return false;
    const behind = this.aheadOfClosing(ahead + 1);
    if (behind === Number.MAX_SAFE_INTEGER || this.LA(behind).tokenType !== k.as) return false;
    const body = this.LA(behind + 1).tokenType;
    return body !== t.string && body !== t.end;
  }

  private readonly createRoutine = this.rule('createRoutine', (head: CreateHead = noHead): CreateFunction => {
    const what = this.OR([this.keyword(k.function, 'function'), this.keyword(k.procedure, 'procedure')]);
    const name = this.SUBRULE(this.qualifiedName);
    const parameters = this.SUBRULE(this.functionParameters);
    const returns = this.OPTION({
      GATE: () => !this.second(k.null),
      DEF: () => this.SUBRULE(this.functionResult),
    });
    const options: Option[] = [];
    const settings: SetVariable[] = [];
    this.MANY(() =>
      this.OR1([
        { ALT: () => options.push(this.SUBRULE(this.functionOption)) },
        { ALT: () => settings.push(this.SUBRULE(this.functionSetting)) },
      ]),
    );
    const body = this.OPTION1(() => this.SUBRULE(this.functionBody));
    return {
      kind: 'createFunction',
      what,
      name,
      orReplace: head.orReplace,
      parameters,
      returns,
      options,
      settings,
      body,
      range: this.since(head.start),
    };
  });

  private readonly functionParameters = this.rule('functionParameters', (): readonly FunctionParameter[] => {
    const parameters: FunctionParameter[] = [];
    this.CONSUME(t.leftParen);
    this.MANY_SEP({ SEP: t.comma, DEF: () => parameters.push(this.SUBRULE(this.functionParameter)) });
    this.CONSUME(t.rightParen);
    return parameters;
  });

  private readonly functionParameter = this.rule('functionParameter', (): FunctionParameter => {
    const start = this.mark();
    const mode = this.OPTION({
      GATE: () => !this.second(t.comma) && !this.second(t.rightParen),
      DEF: () =>
        this.OR<{ ALT: () => NonNullable<FunctionParameter['mode']> }[]>([
          this.keyword(k.in, 'in'),
          this.keyword(k.out, 'out'),
          this.keyword(k.inout, 'inout'),
          this.keyword(k.variadic, 'variadic'),
        ]),
    });
    const name = this.OPTION1({
      GATE: () => this.parameterNameAhead(),
      DEF: () => this.identifierOf(this.CONSUME(columnNameWord)),
    });
    const setOf = this.optional(2, k.setof);
    const type = this.SUBRULE(this.typeName);
    const value = this.OPTION3(() => {
      this.OR1([this.keyword(k.default, undefined), this.keyword(t.equal, undefined)]);
      return this.SUBRULE(this.expression);
    });
    return { kind: 'functionParameter', mode, name, type, setOf, default: value, range: this.since(start) };
  });

  /** Two words are a name and its type, unless they are one type of two words. */
  private parameterNameAhead(): boolean {
    const first = this.LA(1).tokenType;
    const { tokenType: second, tokenTypeIdx } = this.LA(2);
    if (second === t.dot || second === t.leftParen) return false;
    const typeWord = typeNameWord.categoryMatchesMap?.[tokenTypeIdx] === true || typeStarts.has(second);
    if (!typeWord) return false;
    if (first === k.double && second === k.precision) return false;
    if (second === k.varying) return false;
    return !(twoWordTypes.has(first) && (second === k.with || second === k.without));
  }

  private readonly functionResult = this.rule('functionResult', (): FunctionResult => {
    const start = this.mark();
    this.CONSUME(k.returns);
    return this.OR<{ ALT: () => FunctionResult }[]>([
      {
        ALT: () => {
          this.CONSUME(k.table);
          const columns = this.SUBRULE(this.functionParameters);
          return { kind: 'functionResult', setOf: true, type: undefined, columns, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          const setOf = this.optional(0, k.setof);
          const type = this.SUBRULE(this.typeName);
          return { kind: 'functionResult', setOf, type, columns: [], range: this.since(start) };
        },
      },
    ]);
  });

  private readonly functionOption = this.rule('functionOption', (): Option => {
    const start = this.mark();
    let value: Expression | undefined;
    const text = this.OR<{ ALT: () => string }[]>([
      {
        ALT: () => {
          this.CONSUME(k.language);
          value = this.SUBRULE(this.wordOrString);
          return 'language';
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.as);
          value = this.SUBRULE(this.functionText);
          return 'as';
        },
      },
      this.keyword(k.immutable, 'immutable'),
      this.keyword(k.stable, 'stable'),
      this.keyword(k.volatile, 'volatile'),
      this.keyword(k.strict, 'strict'),
      this.keyword(k.leakproof, 'leakproof'),
      this.keyword(k.window, 'window'),
      this.keywords([k.not, k.leakproof], 'not_leakproof', 1),
      this.keywords([k.called, k.on, k.null, k.input], 'called_on_null_input'),
      {
        ALT: () => {
          // RETURNS NULL ON NULL INPUT, the same as STRICT.
          this.CONSUME(k.returns);
          this.CONSUME2(k.null);
          this.CONSUME2(k.on);
          this.CONSUME3(k.null);
          this.CONSUME2(k.input);
          return 'strict';
        },
      },
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(k.external));
          this.CONSUME(k.security);
          return this.OR1([this.keyword(k.definer, 'security_definer'), this.keyword(k.invoker, 'security_invoker')]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.parallel);
          value = this.SUBRULE(this.bareWord);
          return 'parallel';
        },
      },
      {
        ALT: () => {
          const what = this.OR2([this.keyword(k.cost, 'cost'), this.keyword(k.rows, 'rows')]);
          value = this.SUBRULE(this.signedNumber);
          return what;
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.support);
          const { parts, range } = this.SUBRULE(this.qualifiedName) ?? { parts: [], range: this.here() };
          value = { kind: 'column', parts, range };
          return 'support';
        },
      },
    ]);
    const range = this.since(start);
    return { kind: 'option', name: { kind: 'identifier', text, quoted: false, range }, value, range };
  });

  protected readonly wordOrString = this.rule(
    'wordOrString',
    (): Expression =>
      this.OR<{ ALT: () => Expression }[]>([
        { ALT: () => this.SUBRULE(this.string) },
        { ALT: () => this.SUBRULE(this.bareWord) },
      ]),
  );

  /** The text of a body, or a library and a symbol in it. */
  private readonly functionText = this.rule('functionText', (): Expression => {
    const start = this.mark();
    const first = this.SUBRULE(this.string);
    const second = this.OPTION(() => {
      this.CONSUME(t.comma);
      return this.SUBRULE1(this.string);
    });
    if (!second) return first;
    return { kind: 'row', keyword: false, fields: [first, second], range: this.since(start) };
  });

  private readonly functionSetting = this.rule('functionSetting', (): SetVariable => {
    const start = this.mark();
    this.CONSUME(k.set);
    const name = this.SUBRULE(this.qualifiedName);
    const values = this.OR<{ ALT: () => readonly Expression[] }[]>([
      {
        ALT: () => {
          this.OR1([this.keyword(t.equal, undefined), this.keyword(k.to, undefined)]);
          return this.SUBRULE(this.settingValues);
        },
      },
      {
        ALT: () => {
          const current = this.mark();
          this.CONSUME(k.from);
          const word = this.identifierOf(this.CONSUME(k.current));
          return [{ kind: 'column', parts: [{ ...word, text: 'current' }], range: this.since(current) }];
        },
      },
    ]);
    return { kind: 'set', scope: 'local', name, values, range: this.since(start) };
  });

  private readonly settingValues = this.rule('settingValues', (): readonly Expression[] => {
    const values: Expression[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: t.comma,
      DEF: () =>
        values.push(
          this.OR<{ ALT: () => Expression }[]>([
            { ALT: () => this.SUBRULE(this.wordOrString) },
            { ALT: () => this.SUBRULE(this.signedNumber) },
          ]),
        ),
    });
    return values;
  });

  private readonly functionBody = this.rule('functionBody', (): ReturnBody | AtomicBody => {
    const start = this.mark();
    return this.OR<{ ALT: () => ReturnBody | AtomicBody }[]>([
      {
        ALT: () => {
          this.CONSUME(k.return);
          const expression = this.SUBRULE(this.expression);
          return { kind: 'returnBody', expression, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          const statements: Statement[] = [];
          this.CONSUME(k.begin);
          this.CONSUME(k.atomic);
          this.MANY(() => {
            statements.push(this.SUBRULE(this.atomicStatement));
            this.CONSUME(t.semicolon);
          });
          this.CONSUME(k.end);
          return { kind: 'atomicBody', statements, range: this.since(start) };
        },
      },
    ]);
  });

  private readonly atomicStatement = this.rule('atomicStatement', (): Statement => this.SUBRULE(this.dataStatement));

  /* ------------------------------------------------------------------------------------------------------------ macros */

  private readonly createMacro = this.rule('createMacro', (head: CreateHead = noHead): CreateMacro => {
    const overloads: MacroOverload[] = [];
    this.OR([this.keyword(k.macro, undefined), this.keyword(k.function, undefined)]);
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.qualifiedName);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => overloads.push(this.SUBRULE(this.macroOverload)) });
    const { orReplace, temporary, start } = head;
    return { kind: 'createMacro', name, orReplace, temporary, ifNotExists, overloads, range: this.since(start) };
  });

  private readonly macroOverload = this.rule('macroOverload', (): MacroOverload => {
    const start = this.mark();
    const parameters: MacroParameter[] = [];
    this.CONSUME(t.leftParen);
    this.MANY_SEP({ SEP: t.comma, DEF: () => parameters.push(this.SUBRULE(this.macroParameter)) });
    this.CONSUME(t.rightParen);
    this.CONSUME(k.as);
    const body = this.OR<{ ALT: () => Expression | Query; GATE?: () => boolean }[]>([
      {
        ALT: () => {
          this.CONSUME(k.table);
          return this.SUBRULE(this.query);
        },
      },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
    return { kind: 'macroOverload', parameters, body, range: this.since(start) };
  });

  private readonly macroParameter = this.rule('macroParameter', (): MacroParameter => {
    const start = this.mark();
    const name: Identifier = this.SUBRULE(this.name);
    const type = this.OPTION(() => this.SUBRULE(this.typeName));
    const value = this.OPTION1(() => {
      this.OR([this.keyword(t.colonEquals, undefined), this.keyword(t.fatArrow, undefined)]);
      return this.SUBRULE(this.expression);
    });
    return { kind: 'macroParameter', name, type, default: value, range: this.since(start) };
  });

  /* ------------------------------------------------------------------------------------------------- DROP, CALL, DO */

  /** From the word for the object on. */
  protected readonly dropFunction = this.rule('dropFunction', (start: number = 0): DropFunction => {
    const functions: FunctionReference[] = [];
    const object = this.OR<{ ALT: () => DropFunction['object'] }[]>([
      this.keyword(k.function, 'function'),
      this.keyword(k.procedure, 'procedure'),
      this.keyword(k.routine, 'routine'),
      {
        ALT: () => {
          this.CONSUME(k.macro);
          return this.OPTION(() => this.CONSUME(k.table)) ? 'macro table' : 'macro';
        },
      },
    ]);
    const ifExists = this.SUBRULE(this.ifExists);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => functions.push(this.SUBRULE(this.functionReference)) });
    const behavior = this.SUBRULE(this.dropBehavior);
    return { kind: 'dropFunction', object, ifExists, functions, behavior, range: this.since(start) };
  });

  protected readonly functionReference = this.rule('functionReference', (): FunctionReference => {
    const start = this.mark();
    const name = this.SUBRULE(this.qualifiedName);
    const parameters = this.OPTION(() => this.SUBRULE(this.functionParameters));
    return { kind: 'functionReference', name, parameters, range: this.since(start) };
  });

  protected readonly callStatement = this.rule('callStatement', (): Call => {
    const start = this.mark();
    this.CONSUME(k.call);
    const { call } = this.SUBRULE(this.tableFunctionCall) ?? { call: this.missing() };
    return { kind: 'callStatement', call, range: this.since(start) };
  });

  protected readonly do = this.rule('do', (): Do => {
    const start = this.mark();
    let language: Identifier | undefined;
    let code: string | undefined;
    const doToken = this.CONSUME(k.do);
    this.AT_LEAST_ONE(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(k.language);
            language = this.SUBRULE(this.name);
          },
        },
        {
          ALT: () => {
            const text = this.CONSUME(t.string);
            if (code !== undefined) this.report('DO has one text of code', this.rangeOf(text));
            code = text.payload ?? '';
          },
        },
      ]),
    );
    if (code === undefined) this.report('DO needs a text of code', this.rangeOf(doToken));
    return { kind: 'do', language, code: code ?? '', range: this.since(start) };
  });
}

const typeStarts = new Set([k.setof]);
const twoWordTypes = new Set([k.time, k.timestamp]);
