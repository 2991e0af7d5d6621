import { k, t } from '../tokens.ts';
import type { CreateSequence, Expression, Identifier, Option, QualifiedName, SequenceOptions } from '../tree.ts';
import type { CreateHead } from './create-head.ts';
import { noHead } from './create-head.ts';
import { OptionRules } from './options.ts';

/** Sequences, and the options that identity columns share with them. */
export abstract class SequenceRules extends OptionRules {
  protected readonly createSequence = this.rule('createSequence', (head: CreateHead = noHead): CreateSequence => {
    this.CONSUME(k.sequence);
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.qualifiedName);
    const options = this.SUBRULE(this.sequenceOptions);
    const { temporary, unlogged, orReplace } = head;
    return {
      kind: 'createSequence',
      name,
      temporary,
      unlogged,
      orReplace,
      ifNotExists,
      options,
      range: this.since(head.start),
    };
  });

  /** `(START WITH 10 INCREMENT BY 5)` */
  protected readonly identityOptions = this.rule('identityOptions', (): readonly Option[] => {
    const options: Option[] = [];
    this.CONSUME(t.leftParen);
    this.MANY(() => options.push(this.SUBRULE(this.sequenceOption)));
    this.CONSUME(t.rightParen);
    return options;
  });

  /** `AS type`, `OWNED BY` and the options of numbers, in any order. */
  protected readonly sequenceOptions = this.rule('sequenceOptions', (): SequenceOptions => {
    const start = this.mark();
    const options: Option[] = [];
    let type: SequenceOptions['type'];
    let ownedBy: QualifiedName | undefined;
    this.MANY(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(k.as);
            type = this.SUBRULE(this.typeName);
          },
        },
        {
          ALT: () => {
            this.CONSUME(k.owned);
            this.CONSUME(k.by);
            ownedBy = this.SUBRULE(this.qualifiedName);
          },
        },
        { ALT: () => options.push(this.SUBRULE(this.sequenceOption)) },
      ]),
    );
    return { kind: 'sequenceOptions', type, numbers: options, ownedBy, range: this.since(start) };
  });

  /** The small words WITH and BY are dropped, NO CYCLE is the option `no_cycle`. */
  protected readonly sequenceOption = this.rule('sequenceOption', (): Option => {
    const start = this.mark();
    let value: Expression | undefined;
    const text = this.OR([
      {
        ALT: () => {
          this.CONSUME(k.increment);
          this.OPTION(() => this.CONSUME(k.by));
          value = this.SUBRULE(this.signedNumber);
          return 'increment' as const;
        },
      },
      {
        ALT: () => {
          const which = this.OR1([this.keyword(k.start, 'start'), this.keyword(k.restart, 'restart')]);
          this.OPTION1(() => this.CONSUME(k.with));
          // RESTART alone takes the number that the sequence began with.
          value = this.OPTION2(() => this.SUBRULE1(this.signedNumber));
          if (which === 'start' && !value) this.report('START needs a number', this.rangeOf(this.LA(0)));
          return which;
        },
      },
      {
        ALT: () => {
          const which = this.OR2([
            this.keyword(k.minvalue, 'minvalue'),
            this.keyword(k.maxvalue, 'maxvalue'),
            this.keyword(k.cache, 'cache'),
          ]);
          value = this.SUBRULE2(this.signedNumber);
          return which;
        },
      },
      this.keyword(k.cycle, 'cycle'),
      {
        ALT: () => {
          this.CONSUME(k.no);
          return this.OR3([
            this.keyword(k.minvalue, 'no_minvalue', 1),
            this.keyword(k.maxvalue, 'no_maxvalue', 1),
            this.keyword(k.cycle, 'no_cycle', 1),
          ]);
        },
      },
    ]);
    const range = this.since(start);
    const name: Identifier = { kind: 'identifier', text, quoted: false, range };
    return { kind: 'option', name, value, range };
  });
}
