import { k, t } from '../tokens.ts';
import type {
  Begin,
  Commit,
  Identifier,
  ReleaseSavepoint,
  Rollback,
  Savepoint,
  TransactionModes,
  TwoPhase,
} from '../tree.ts';
import { AdministrationRules } from './administration.ts';

/** Transactions and savepoints. */
export abstract class TransactionRules extends AdministrationRules {
  protected readonly begin = this.rule('begin', (): Begin => {
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

  protected readonly transactionModes = this.rule('transactionModes', (): TransactionModes => {
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

  protected readonly commit = this.rule('commit', (): Commit | TwoPhase => {
    const start = this.mark();
    const prepared = this.OR([
      {
        ALT: () => {
          this.CONSUME(k.commit);
          return this.OPTION(() => this.SUBRULE(this.prepared));
        },
      },
      this.keyword(k.end, undefined),
    ]);
    if (prepared !== undefined && !this.RECORDING_PHASE)
      return { kind: 'twoPhase', action: 'commit', id: prepared, range: this.since(start) };
    this.SUBRULE(this.transactionWord);
    const chain = this.SUBRULE(this.andChain);
    return { kind: 'commit', chain, range: this.since(start) };
  });

  protected readonly rollback = this.rule('rollback', (): Rollback | TwoPhase => {
    const start = this.mark();
    const prepared = this.OR([
      {
        ALT: () => {
          this.CONSUME(k.rollback);
          return this.OPTION(() => this.SUBRULE(this.prepared));
        },
      },
      this.keyword(k.abort, undefined),
    ]);
    if (prepared !== undefined && !this.RECORDING_PHASE)
      return { kind: 'twoPhase', action: 'rollback', id: prepared, range: this.since(start) };
    this.SUBRULE(this.transactionWord);
    const savepoint = this.OPTION1(() => {
      this.CONSUME(k.to);
      return this.SUBRULE(this.savepointName);
    });
    const chain = this.SUBRULE(this.andChain);
    return { kind: 'rollback', chain, savepoint, range: this.since(start) };
  });

  /** PREPARED 'id' */
  private readonly prepared = this.rule('prepared', (): string => {
    this.CONSUME(k.prepared);
    return this.CONSUME(t.string).payload ?? '';
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

  protected readonly savepoint = this.rule('savepoint', (): Savepoint => {
    const start = this.mark();
    this.CONSUME(k.savepoint);
    const name = this.SUBRULE(this.name);
    return { kind: 'savepoint', name, range: this.since(start) };
  });

  protected readonly release = this.rule('release', (): ReleaseSavepoint => {
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
}
