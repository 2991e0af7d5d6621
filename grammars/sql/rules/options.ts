import { k, label, t } from '../tokens.ts';
import type { Expression, Option } from '../tree.ts';
import { ChangeRules } from './changes.ts';

/** Lists of options in parentheses, which many statements have. */
export abstract class OptionRules extends ChangeRules {
  /** `(name value, name = value, name)` */
  protected readonly options = this.rule('options', (): readonly Option[] => {
    const options: Option[] = [];
    this.CONSUME(t.leftParen);
    this.MANY_SEP({ SEP: t.comma, DEF: () => options.push(this.SUBRULE(this.optionItem)) });
    this.CONSUME(t.rightParen);
    return options;
  });

  private readonly optionItem = this.rule('optionItem', (): Option => {
    const start = this.mark();
    const name = this.identifierOf(this.CONSUME(label));
    this.OPTION(() => this.CONSUME(t.equal));
    const value = this.OPTION1(() => this.SUBRULE(this.optionValue));
    return { kind: 'option', name, value, range: this.since(start) };
  });

  protected readonly optionValue = this.rule('optionValue', (): Expression => {
    const start = this.mark();
    return this.OR<{ ALT: () => Expression; GATE?: () => boolean }[]>([
      { GATE: () => this.wordAlone(), ALT: () => this.SUBRULE(this.bareWord) },
      {
        ALT: () => {
          this.CONSUME(t.star);
          return { kind: 'star', qualifier: [], exclude: [], replace: [], rename: [], range: this.since(start) };
        },
      },
      {
        ALT: () => {
          const fields: Expression[] = [];
          this.CONSUME(t.leftParen);
          this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => fields.push(this.SUBRULE(this.optionValue)) });
          this.CONSUME(t.rightParen);
          return { kind: 'row', keyword: false, fields, range: this.since(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
  });

  protected readonly bareWord = this.rule('bareWord', (): Expression => {
    const word = this.identifierOf(this.CONSUME(label));
    return { kind: 'column', parts: [word], range: word.range };
  });

  /** A word that is the whole value; TRUE, FALSE and NULL are values of their own. */
  protected wordAlone(): boolean {
    const { tokenType } = this.LA(1);
    if (tokenType === k.true || tokenType === k.false || tokenType === k.null) return false;
    const behind = this.LA(2).tokenType;
    return behind === t.comma || behind === t.rightParen || behind === t.end;
  }

  protected readonly signedNumber = this.rule('signedNumber', (): Expression => {
    const start = this.mark();
    const sign = this.OPTION(() =>
      this.OR([{ ALT: () => this.CONSUME(t.minus) }, { ALT: () => this.CONSUME(t.plus) }]),
    );
    const number = this.SUBRULE(this.number);
    if (!sign) return number;
    return { kind: 'unary', operator: this.operatorOf(sign), operand: number, range: this.since(start) };
  });
}
