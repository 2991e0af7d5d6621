import { k, label, t } from '../tokens.ts';
import type {
  Analyze,
  AnalyzedTable,
  Argument,
  Begin,
  Commit,
  Deallocate,
  Describe,
  Execute,
  Explain,
  Expression,
  Identifier,
  Option,
  Prepare,
  QualifiedName,
  Query,
  ReleaseSavepoint,
  Reset,
  Rollback,
  Savepoint,
  SetTransaction,
  SetVariable,
  Show,
  Statement,
  Summarize,
  TransactionModes,
  TypeName,
} from '../tree.ts';
import { CopyRules } from './copies.ts';

type SetStatement = SetVariable | SetTransaction;

/** Every statement, and those that are about the session: SET, transactions, prepared statements, EXPLAIN and its kin. */
export abstract class StatementRules extends CopyRules {
  override readonly statement = this.rule(
    'statement',
    (): Statement => {
      this.guardDepth();
      return this.OR<{ ALT: () => Statement }[]>([
        { ALT: () => this.SUBRULE(this.dataStatement) },
        { ALT: () => this.SUBRULE(this.explain) },
        { ALT: () => this.SUBRULE(this.create) },
        { ALT: () => this.SUBRULE(this.alter) },
        { ALT: () => this.SUBRULE(this.drop) },
        { ALT: () => this.SUBRULE(this.refreshView) },
        { ALT: () => this.SUBRULE(this.truncate) },
        { ALT: () => this.SUBRULE(this.copy) },
        { ALT: () => this.SUBRULE(this.set) },
        { ALT: () => this.SUBRULE(this.show) },
        { ALT: () => this.SUBRULE(this.resetSetting) },
        { ALT: () => this.SUBRULE(this.begin) },
        { ALT: () => this.SUBRULE(this.commit) },
        { ALT: () => this.SUBRULE(this.rollback) },
        { ALT: () => this.SUBRULE(this.savepoint) },
        { ALT: () => this.SUBRULE(this.release) },
        { ALT: () => this.SUBRULE(this.prepare) },
        { ALT: () => this.SUBRULE(this.execute) },
        { ALT: () => this.SUBRULE(this.deallocate) },
        { ALT: () => this.SUBRULE(this.describe) },
        { ALT: () => this.SUBRULE(this.summarize) },
        { ALT: () => this.SUBRULE(this.analyze) },
      ]);
    },
    (): Statement => ({ kind: 'invalid', keyword: '', range: this.here() }),
  );

  /* ------------------------------------------------------------------------------------------ EXPLAIN, DESCRIBE, ANALYZE */

  private readonly explain = this.rule('explain', (): Explain => {
    const start = this.mark();
    this.CONSUME(k.explain);
    const options = this.OR<{ ALT: () => readonly Option[]; GATE?: () => boolean }[]>([
      { GATE: () => !this.queryInParens(), ALT: () => this.SUBRULE(this.options) },
      { ALT: () => this.SUBRULE(this.explainWords) },
    ]);
    const statement = this.SUBRULE(this.statement);
    return { kind: 'explain', options, statement, range: this.since(start) };
  });

  /** ANALYZE, VERBOSE, both or neither. */
  private readonly explainWords = this.rule('explainWords', (): readonly Option[] => {
    const options: Option[] = [];
    const add = (name: Identifier) => options.push({ kind: 'option', name, value: undefined, range: name.range });
    this.OPTION(() =>
      this.OR([
        { ALT: () => add(this.identifierOf(this.CONSUME(k.analyze))) },
        { ALT: () => add(this.identifierOf(this.CONSUME(k.analyse))) },
      ]),
    );
    this.OPTION1(() => add(this.identifierOf(this.CONSUME(k.verbose))));
    return options;
  });

  private readonly describe = this.rule('describe', (): Describe => {
    const start = this.mark();
    this.OR([this.keyword(k.describe, undefined), this.keyword(k.desc, undefined)]);
    const subject = this.OPTION(() => this.SUBRULE(this.subject));
    return { kind: 'describe', subject, range: this.since(start) };
  });

  private readonly summarize = this.rule('summarize', (): Summarize => {
    const start = this.mark();
    this.CONSUME(k.summarize);
    const subject = this.SUBRULE(this.subject);
    return { kind: 'summarize', subject, range: this.since(start) };
  });

  private readonly subject = this.rule('subject', (): Query | QualifiedName =>
    this.OR<{ ALT: () => Query | QualifiedName; GATE?: () => boolean }[]>([
      // VALUES is a name as well.
      { GATE: () => this.startsQuery(1) || this.next(t.leftParen), ALT: () => this.SUBRULE(this.query) },
      { ALT: () => this.SUBRULE(this.qualifiedName) },
    ]),
  );

  private readonly analyze = this.rule('analyze', (): Analyze => {
    const start = this.mark();
    this.OR([this.keyword(k.analyze, undefined), this.keyword(k.analyse, undefined)]);
    const options = this.OR1<{ ALT: () => readonly Option[] }[]>([
      { ALT: () => this.SUBRULE(this.options) },
      {
        ALT: () => {
          const name = this.identifierOf(this.CONSUME(k.verbose));
          return [{ kind: 'option', name, value: undefined, range: name.range }];
        },
      },
      { ALT: () => [] },
    ]);
    const tables: AnalyzedTable[] = [];
    this.MANY_SEP({ SEP: t.comma, DEF: () => tables.push(this.SUBRULE(this.analyzedTable)) });
    return { kind: 'analyze', options, tables, range: this.since(start) };
  });

  private readonly analyzedTable = this.rule('analyzedTable', (): AnalyzedTable => {
    const start = this.mark();
    const name = this.SUBRULE(this.qualifiedName);
    const columns = this.OPTION(() => this.SUBRULE(this.parenthesizedNames)) ?? [];
    return { kind: 'analyzedTable', name, columns, range: this.since(start) };
  });

  /* -------------------------------------------------------------------------------------------------------- SET, SHOW */

  private readonly set = this.rule('set', (): SetStatement => {
    const start = this.mark();
    this.CONSUME(k.set);
    const scope = this.OPTION({
      GATE: () => this.LA(2).tokenType !== k.to && this.LA(2).tokenType !== t.equal,
      DEF: () =>
        this.OR([this.keyword(k.session, 'session'), this.keyword(k.local, 'local'), this.keyword(k.global, 'global')]),
    });
    return this.OR1<{ ALT: () => SetStatement; GATE?: () => boolean }[]>([
      {
        GATE: () => this.second(k.zone),
        ALT: () => {
          const first = this.CONSUME(k.time);
          this.CONSUME(k.zone);
          const name = this.variable('timezone', first.startOffset);
          const values = this.SUBRULE(this.setValues);
          return { kind: 'set', scope, name, values, range: this.since(start) };
        },
      },
      {
        GATE: () => this.second(t.string) || this.second(k.default),
        ALT: () => {
          const first = this.CONSUME(k.names);
          const name = this.variable('client_encoding', first.startOffset);
          const values = this.SUBRULE1(this.setValues);
          return { kind: 'set', scope, name, values, range: this.since(start) };
        },
      },
      {
        GATE: () => this.second(t.string),
        ALT: () => {
          const first = this.CONSUME(k.schema);
          const name = this.variable('search_path', first.startOffset);
          const values = this.SUBRULE2(this.setValues);
          return { kind: 'set', scope, name, values, range: this.since(start) };
        },
      },
      {
        GATE: () => this.second(k.isolation) || this.second(k.read) || this.second(k.deferrable) || this.second(k.not),
        ALT: () => {
          this.CONSUME(k.transaction);
          const modes = this.SUBRULE(this.transactionModes);
          return { kind: 'setTransaction', session: false, modes, range: this.since(start) };
        },
      },
      {
        GATE: () => this.second(k.as),
        ALT: () => {
          this.CONSUME(k.characteristics);
          this.CONSUME(k.as);
          this.CONSUME1(k.transaction);
          const modes = this.SUBRULE1(this.transactionModes);
          return { kind: 'setTransaction', session: true, modes, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          const name = this.SUBRULE(this.qualifiedName);
          this.OR2([this.keyword(t.equal, undefined), this.keyword(k.to, undefined)]);
          const values = this.SUBRULE3(this.setValues);
          return { kind: 'set', scope, name, values, range: this.since(start) };
        },
      },
    ]);
  });

  /** The name of a setting that has a form of its own. */
  private variable(text: string, start: number): QualifiedName {
    const range = this.since(start);
    return { kind: 'name', parts: [{ kind: 'identifier', text, quoted: false, range }], range };
  }

  /** Empty for DEFAULT. */
  private readonly setValues = this.rule('setValues', (): readonly Expression[] =>
    this.OR<{ ALT: () => readonly Expression[] }[]>([
      this.keyword(k.default, []),
      {
        ALT: () => {
          const values: Expression[] = [];
          this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => values.push(this.SUBRULE(this.optionValue)) });
          return values;
        },
      },
    ]),
  );

  private readonly show = this.rule('show', (): Show => {
    const start = this.mark();
    this.CONSUME(k.show);
    const name = this.SUBRULE(this.settingName);
    return { kind: 'show', name, range: this.since(start) };
  });

  private readonly resetSetting = this.rule('resetSetting', (): Reset => {
    const start = this.mark();
    this.CONSUME(k.reset);
    const name = this.SUBRULE(this.settingName);
    return { kind: 'reset', name, range: this.since(start) };
  });

  /** Undefined for ALL. */
  private readonly settingName = this.rule('settingName', (): QualifiedName | undefined => {
    const start = this.mark();
    return this.OR<{ ALT: () => QualifiedName | undefined; GATE?: () => boolean }[]>([
      this.keyword(k.all, undefined),
      {
        GATE: () => this.second(k.zone),
        ALT: () => {
          this.CONSUME(k.time);
          this.CONSUME(k.zone);
          return this.variable('timezone', start);
        },
      },
      {
        GATE: () => this.second(k.isolation),
        ALT: () => {
          this.CONSUME(k.transaction);
          this.CONSUME(k.isolation);
          this.CONSUME(k.level);
          return this.variable('transaction_isolation', start);
        },
      },
      { ALT: () => this.SUBRULE(this.qualifiedName) },
    ]);
  });

  /* ----------------------------------------------------------------------------------------------------- transactions */

  private readonly begin = this.rule('begin', (): Begin => {
    const start = this.mark();
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.begin);
          this.SUBRULE(this.transactionWord);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.start);
          this.CONSUME(k.transaction);
        },
      },
    ]);
    const modes = this.SUBRULE(this.transactionModes);
    return { kind: 'begin', modes, range: this.since(start) };
  });

  /** TRANSACTION and WORK, which mean nothing. */
  private readonly transactionWord = this.rule('transactionWord', (): void => {
    this.OPTION(() => this.OR([this.keyword(k.transaction, undefined), this.keyword(k.work, undefined)]));
  });

  private readonly transactionModes = this.rule('transactionModes', (): TransactionModes => {
    const start = this.mark();
    let isolation: TransactionModes['isolation'];
    let readOnly: boolean | undefined;
    let deferrable: boolean | undefined;
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            isolation = this.SUBRULE(this.isolationLevel);
          },
        },
        {
          ALT: () => {
            this.CONSUME(k.read);
            readOnly = this.OR1([this.keyword(k.only, true), this.keyword(k.write, false)]);
          },
        },
        {
          ALT: () => {
            deferrable = !this.optional(0, k.not);
            this.CONSUME(k.deferrable);
          },
        },
      ]);
      this.OPTION1(() => this.CONSUME(t.comma));
    });
    if (this.LA(0).tokenType === t.comma) this.report('a comma must not end the list', this.rangeOf(this.LA(0)));
    return { kind: 'transactionModes', isolation, readOnly, deferrable, range: this.since(start) };
  });

  private readonly isolationLevel = this.rule('isolationLevel', (): NonNullable<TransactionModes['isolation']> => {
    this.CONSUME(k.isolation);
    this.CONSUME(k.level);
    return this.OR<{ ALT: () => NonNullable<TransactionModes['isolation']> }[]>([
      this.keyword(k.serializable, 'serializable'),
      this.keywords([k.repeatable, k.read], 'repeatable read'),
      {
        ALT: () => {
          this.CONSUME1(k.read);
          return this.OR1([
            this.keyword(k.committed, 'read committed'),
            this.keyword(k.uncommitted, 'read uncommitted'),
          ]);
        },
      },
    ]);
  });

  private readonly commit = this.rule('commit', (): Commit => {
    const start = this.mark();
    this.OR([this.keyword(k.commit, undefined), this.keyword(k.end, undefined)]);
    this.SUBRULE(this.transactionWord);
    const chain = this.SUBRULE(this.andChain);
    return { kind: 'commit', chain, range: this.since(start) };
  });

  private readonly rollback = this.rule('rollback', (): Rollback => {
    const start = this.mark();
    this.OR([this.keyword(k.rollback, undefined), this.keyword(k.abort, undefined)]);
    this.SUBRULE(this.transactionWord);
    const savepoint = this.OPTION(() => {
      this.CONSUME(k.to);
      return this.SUBRULE(this.savepointName);
    });
    const chain = this.SUBRULE(this.andChain);
    return { kind: 'rollback', chain, savepoint, range: this.since(start) };
  });

  /** AND [NO] CHAIN */
  private readonly andChain = this.rule('andChain', (): boolean => {
    let chain = false;
    this.OPTION(() => {
      this.CONSUME(k.and);
      chain = !this.optional(1, k.no);
      this.CONSUME(k.chain);
    });
    return chain;
  });

  private readonly savepoint = this.rule('savepoint', (): Savepoint => {
    const start = this.mark();
    this.CONSUME(k.savepoint);
    const name = this.SUBRULE(this.name);
    return { kind: 'savepoint', name, range: this.since(start) };
  });

  private readonly release = this.rule('release', (): ReleaseSavepoint => {
    const start = this.mark();
    this.CONSUME(k.release);
    const name = this.SUBRULE(this.savepointName);
    return { kind: 'release', name, range: this.since(start) };
  });

  private readonly savepointName = this.rule('savepointName', (): Identifier => {
    this.OPTION({
      // A savepoint may have the name "savepoint".
      GATE: () => this.LA(2).tokenType !== t.end && this.LA(2).tokenType !== k.and,
      DEF: () => this.CONSUME(k.savepoint),
    });
    return this.SUBRULE(this.name);
  });

  /* ----------------------------------------------------------------------------------------------- prepared statements */

  private readonly prepare = this.rule('prepare', (): Prepare => {
    const start = this.mark();
    this.CONSUME(k.prepare);
    const name = this.SUBRULE(this.name);
    const types = this.OPTION(() => this.SUBRULE(this.typeNames)) ?? [];
    this.CONSUME(k.as);
    const statement = this.SUBRULE(this.statement);
    return { kind: 'prepare', name, types, statement, range: this.since(start) };
  });

  private readonly typeNames = this.rule('typeNames', (): readonly TypeName[] => {
    const types: TypeName[] = [];
    this.CONSUME(t.leftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => types.push(this.SUBRULE(this.typeName)) });
    this.CONSUME(t.rightParen);
    return types;
  });

  override readonly execute = this.rule('execute', (): Execute => {
    const start = this.mark();
    const values: Argument[] = [];
    this.CONSUME(k.execute);
    const name = this.SUBRULE(this.name);
    this.OPTION(() => {
      this.CONSUME(t.leftParen);
      this.MANY_SEP({ SEP: t.comma, DEF: () => values.push(this.SUBRULE(this.argument)) });
      this.CONSUME(t.rightParen);
    });
    return { kind: 'execute', name, arguments: values, range: this.since(start) };
  });

  private readonly deallocate = this.rule('deallocate', (): Deallocate => {
    const start = this.mark();
    this.CONSUME(k.deallocate);
    this.OPTION({
      GATE: () => this.LA(2).tokenType !== t.end,
      DEF: () => this.CONSUME(k.prepare),
    });
    const name = this.OR<{ ALT: () => Identifier | undefined }[]>([
      this.keyword(k.all, undefined),
      { ALT: () => this.identifierOf(this.CONSUME(label)) },
    ]);
    return { kind: 'deallocate', name, range: this.since(start) };
  });
}
