import { k, label, t } from '../tokens.ts';
import type {
  Analyze,
  AnalyzedTable,
  Argument,
  Deallocate,
  Describe,
  Execute,
  Explain,
  Identifier,
  Option,
  Prepare,
  QualifiedName,
  Query,
  Statement,
  Summarize,
  TwoPhase,
  TypeName,
} from '../tree.ts';
import { SettingRules } from './settings.ts';

/** Every statement; EXPLAIN and its kin, prepared statements. */
export abstract class StatementRules extends SettingRules {
  override readonly statement = this.rule(
    'statement',
    (): Statement => {
      this.guardDepth();
      return this.OR<{ ALT: () => Statement; GATE?: () => boolean }[]>([
        { ALT: () => this.SUBRULE(this.dataStatement) },
        { ALT: () => this.SUBRULE(this.explain) },
        { ALT: () => this.SUBRULE(this.create) },
        { ALT: () => this.SUBRULE(this.alter) },
        { ALT: () => this.SUBRULE(this.drop) },
        { ALT: () => this.SUBRULE(this.refreshView) },
        { ALT: () => this.SUBRULE(this.callStatement) },
        { ALT: () => this.SUBRULE(this.do) },
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
        { ALT: () => this.SUBRULE(this.declareCursor) },
        { ALT: () => this.SUBRULE(this.fetchCursor) },
        { ALT: () => this.SUBRULE(this.closeCursor) },
        { ALT: () => this.SUBRULE(this.grant) },
        { ALT: () => this.SUBRULE(this.revoke) },
        { ALT: () => this.SUBRULE(this.comment) },
        { ALT: () => this.SUBRULE(this.listen) },
        { ALT: () => this.SUBRULE(this.unlisten) },
        { ALT: () => this.SUBRULE(this.notify) },
        { ALT: () => this.SUBRULE(this.vacuum) },
        { ALT: () => this.SUBRULE(this.cluster) },
        { ALT: () => this.SUBRULE(this.reindex) },
        { GATE: () => !this.second(k.install), ALT: () => this.SUBRULE(this.checkpoint) },
        { ALT: () => this.SUBRULE(this.discard) },
        { ALT: () => this.SUBRULE(this.lock) },
        { ALT: () => this.SUBRULE(this.pragma) },
        { ALT: () => this.SUBRULE(this.use) },
        { ALT: () => this.SUBRULE(this.attach) },
        { ALT: () => this.SUBRULE(this.detach) },
        { ALT: () => this.SUBRULE(this.extension) },
        { ALT: () => this.SUBRULE(this.databaseCopy) },
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
    const options = this.SUBRULE(this.optionsOrVerbose);
    const tables: AnalyzedTable[] = [];
    this.MANY_SEP({ SEP: t.comma, DEF: () => tables.push(this.SUBRULE(this.analyzedTable)) });
    return { kind: 'analyze', options, tables, range: this.since(start) };
  });

  /* ----------------------------------------------------------------------------------------------- prepared statements */

  private readonly prepare = this.rule('prepare', (): Prepare | TwoPhase => {
    const start = this.mark();
    this.CONSUME(k.prepare);
    const id = this.OPTION1({
      GATE: () => this.second(t.string),
      DEF: () => {
        this.CONSUME(k.transaction);
        return this.CONSUME(t.string).payload ?? '';
      },
    });
    if (id !== undefined && !this.RECORDING_PHASE) {
      return { kind: 'twoPhase', action: 'prepare', id, range: this.since(start) };
    }
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
