import type { IToken } from '../../toolkit/chevrotain.ts';
import { k, label, t } from '../tokens.ts';
import type { Copy, CopyPlace, CopyTable, Expression, Identifier, Option } from '../tree.ts';
import { CreateRules } from './create.ts';

/** COPY */
export abstract class CopyRules extends CreateRules {
  protected readonly copy = this.rule('copy', (): Copy => {
    const start = this.mark();
    this.CONSUME(k.copy);
    const subject = this.OR<{ ALT: () => Copy['subject'] }[]>([
      {
        ALT: () => {
          this.CONSUME(t.leftParen);
          const statement = this.SUBRULE(this.dataStatement);
          this.CONSUME(t.rightParen);
          return statement;
        },
      },
      { ALT: () => this.SUBRULE(this.copyTable) },
    ]);
    const direction = this.OR1([this.keyword(k.from, 'from'), this.keyword(k.to, 'to')]);
    const place = this.SUBRULE(this.copyPlace);
    this.OPTION(() => this.CONSUME(k.with));
    const options = this.OR2<{ ALT: () => readonly Option[] }[]>([
      { ALT: () => this.SUBRULE(this.options) },
      { ALT: () => this.SUBRULE(this.oldOptions) },
    ]);
    const where = this.OPTION1(() => {
      this.CONSUME(k.where);
      return this.SUBRULE(this.expression);
    });
    this.ACTION(() => {
      if (direction === 'from' && subject.kind !== 'copyTable') {
        this.report('COPY FROM needs a table, not a query', subject.range);
      }
    });
    return { kind: 'copy', direction, subject, place, options, where, range: this.since(start) };
  });

  private readonly copyTable = this.rule('copyTable', (): CopyTable => {
    const start = this.mark();
    const name = this.SUBRULE(this.qualifiedName);
    const columns = this.OPTION(() => this.SUBRULE(this.parenthesizedNames)) ?? [];
    return { kind: 'copyTable', name, columns, range: this.since(start) };
  });

  private readonly copyPlace = this.rule('copyPlace', (): CopyPlace => {
    const start = this.mark();
    return this.OR<{ ALT: () => CopyPlace }[]>([
      {
        ALT: () => {
          this.OR1([this.keyword(k.stdin, undefined), this.keyword(k.stdout, undefined)]);
          return { kind: 'copyStream', range: this.since(start) };
        },
      },
      {
        ALT: () => {
          const path = this.OR2<{ ALT: () => Expression }[]>([
            { ALT: () => this.SUBRULE(this.string) },
            { ALT: () => this.SUBRULE(this.parameter) },
          ]);
          return { kind: 'copyFile', path, range: this.since(start) };
        },
      },
    ]);
  });

  /** The form of old: `CSV HEADER DELIMITER AS ';'`. It becomes the options that it means. */
  private readonly oldOptions = this.rule('oldOptions', (): readonly Option[] => {
    const options: Option[] = [];
    this.MANY({ GATE: () => !this.next(k.where), DEF: () => options.push(this.SUBRULE(this.oldOption)) });
    return options;
  });

  private readonly oldOption = this.rule('oldOption', (): Option => {
    const start = this.mark();
    return this.OR<{ ALT: () => Option; GATE?: () => boolean }[]>([
      {
        // CSV and BINARY are formats.
        GATE: () => /^(csv|binary)$/i.test(this.LA(1).image),
        ALT: () => {
          const word = this.CONSUME(label);
          const value: Expression = { kind: 'column', parts: [this.identifierOf(word)], range: this.rangeOf(word) };
          return { kind: 'option', name: this.named('format', word), value, range: this.since(start) };
        },
      },
      {
        // FORCE QUOTE a, b and FORCE NOT NULL a, b
        GATE: () => /^force$/i.test(this.LA(1).image),
        ALT: () => {
          const first = this.CONSUME1(label);
          const property = this.OR1([
            this.keywords([k.not, k.null], 'force_not_null'),
            this.keyword(k.null, 'force_null', 1),
            {
              ALT: () => {
                this.CONSUME2(label);
                return 'force_quote' as const;
              },
            },
          ]);
          const value = this.SUBRULE(this.forcedColumns);
          return { kind: 'option', name: this.named(property, first), value, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          const name = this.identifierOf(this.CONSUME3(label));
          this.OPTION(() => this.CONSUME(k.as));
          const value = this.OPTION1(() => this.SUBRULE(this.string));
          return { kind: 'option', name, value, range: this.since(start) };
        },
      },
    ]);
  });

  private readonly forcedColumns = this.rule('forcedColumns', (): Expression => {
    const start = this.mark();
    return this.OR<{ ALT: () => Expression }[]>([
      {
        ALT: () => {
          this.CONSUME(t.star);
          return { kind: 'star', qualifier: [], exclude: [], replace: [], rename: [], range: this.since(start) };
        },
      },
      {
        ALT: () => {
          const names = this.SUBRULE(this.names);
          const fields = this.ACTION(() =>
            names.map((name): Expression => ({ kind: 'column', parts: [name], range: name.range })),
          );
          return { kind: 'row', keyword: false, fields, range: this.since(start) };
        },
      },
    ]);
  });

  private named(text: string, where: IToken): Identifier {
    return { kind: 'identifier', text, quoted: false, range: this.rangeOf(where) };
  }
}
