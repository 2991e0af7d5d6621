import { k, t } from '../tokens.ts';
import type {
  Expression,
  QualifiedName,
  Reset,
  SetConstraints,
  SetSnapshot,
  SetSqlVariable,
  SetTransaction,
  SetVariable,
  Show,
} from '../tree.ts';
import { TransactionRules } from './transactions.ts';

type SetStatement = SetVariable | SetTransaction | SetConstraints | SetSnapshot | SetSqlVariable;

/** SET, SHOW, RESET */
export abstract class SettingRules extends TransactionRules {
  protected readonly set = this.rule('set', (): SetStatement => {
    const start = this.mark();
    this.CONSUME(k.set);
    const scope = this.OPTION({
      GATE: () => this.LA(2).tokenType !== k.to && this.LA(2).tokenType !== t.equal,
      DEF: () =>
        this.OR([this.keyword(k.session, 'session'), this.keyword(k.local, 'local'), this.keyword(k.global, 'global')]),
    });
    return this.OR1<{ ALT: () => SetStatement; GATE?: () => boolean }[]>([
      {
        GATE: () => !this.assignmentAhead(),
        ALT: () => {
          const first = this.CONSUME(k.role);
          const name = this.variable('role', first.startOffset);
          return { kind: 'set', scope, name, values: [this.SUBRULE(this.wordOrString)], range: this.since(start) };
        },
      },
      {
        GATE: () => !this.assignmentAhead(),
        ALT: () => {
          const first = this.CONSUME(k.authorization);
          const name = this.variable('session_authorization', first.startOffset);
          const values = this.SUBRULE(this.authorizationValues);
          // SESSION is part of the name here.
          return { kind: 'set', scope: scope === 'local' ? scope : undefined, name, values, range: this.since(start) };
        },
      },
      {
        GATE: () => !this.assignmentAhead(),
        ALT: () => this.SUBRULE(this.setConstraints, { ARGS: [start] }),
      },
      {
        GATE: () => !this.assignmentAhead(),
        ALT: () => {
          this.CONSUME(k.variable);
          const name = this.SUBRULE(this.name);
          this.OR3([this.keyword(t.equal, undefined, 1), this.keyword(k.to, undefined, 1)]);
          const value = this.SUBRULE(this.expression);
          return { kind: 'setSqlVariable', name, value, range: this.since(start) };
        },
      },
      {
        GATE: () => this.second(k.snapshot),
        ALT: () => {
          this.CONSUME2(k.transaction);
          this.CONSUME(k.snapshot);
          const id = this.CONSUME(t.string).payload ?? '';
          return { kind: 'setSnapshot', id, range: this.since(start) };
        },
      },
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

  /** Whether the next word is the name of a setting, whatever else it means. */
  private assignmentAhead(): boolean {
    return this.second(t.equal) || this.second(k.to) || this.second(t.dot);
  }

  /** Empty for DEFAULT. */
  private readonly authorizationValues = this.rule('authorizationValues', (): readonly Expression[] =>
    this.OR<{ ALT: () => readonly Expression[] }[]>([
      this.keyword(k.default, []),
      { ALT: () => [this.SUBRULE(this.wordOrString)] },
    ]),
  );

  private readonly setConstraints = this.rule('setConstraints', (start: number = 0): SetConstraints => {
    this.CONSUME(k.constraints);
    const names = this.OR<{ ALT: () => readonly QualifiedName[] }[]>([
      this.keyword(k.all, []),
      { ALT: () => this.SUBRULE(this.qualifiedNames) },
    ]);
    const deferred = this.OR1([this.keyword(k.deferred, true), this.keyword(k.immediate, false)]);
    return { kind: 'setConstraints', names, deferred, range: this.since(start) };
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

  protected readonly show = this.rule('show', (): Show => {
    const start = this.mark();
    this.CONSUME(k.show);
    const name = this.SUBRULE(this.settingName);
    return { kind: 'show', name, range: this.since(start) };
  });

  protected readonly resetSetting = this.rule('resetSetting', (): Reset => {
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
      {
        GATE: () => this.second(k.authorization),
        ALT: () => {
          this.CONSUME(k.session);
          this.CONSUME(k.authorization);
          return this.variable('session_authorization', start);
        },
      },
      { ALT: () => this.SUBRULE(this.qualifiedName) },
    ]);
  });
}
