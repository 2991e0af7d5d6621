import type { IToken, ParserMethod } from '../../toolkit/chevrotain.ts';
import { k, label, t } from '../tokens.ts';
import type { CreateTable, Execute, LikeOption, LikeTable, Query, TableElement } from '../tree.ts';
import { ConstraintRules } from './constraints.ts';
import { type CreateHead, noHead } from './create-head.ts';

/** CREATE TABLE */
export abstract class CreateTableRules extends ConstraintRules {
  abstract readonly execute: ParserMethod<[], Execute>;

  protected readonly createTable = this.rule('createTable', (head: CreateHead = noHead): CreateTable => {
    this.CONSUME(k.table);
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.qualifiedName);
    const elements = this.OPTION(() => this.SUBRULE(this.tableElements)) ?? [];
    const options = this.OPTION1(() => {
      this.CONSUME(k.with);
      return this.SUBRULE(this.options);
    });
    const onCommit = this.OPTION2(() => {
      this.CONSUME(k.on);
      this.CONSUME(k.commit);
      return this.OR([
        this.keywords([k.delete, k.rows], 'delete rows'),
        this.keyword(k.drop, 'drop'),
        {
          ALT: () => {
            // PRESERVE is no keyword anywhere else.
            this.CONSUME(label);
            this.CONSUME1(k.rows);
            return 'preserve rows' as const;
          },
        },
      ]);
    });
    let query: Query | Execute | undefined;
    let withData = true;
    this.OPTION3(() => {
      this.CONSUME(k.as);
      query = this.OR1<{ ALT: () => Query | Execute }[]>([
        { ALT: () => this.SUBRULE(this.query) },
        { ALT: () => this.SUBRULE(this.execute) },
      ]);
      this.OPTION4(() => {
        this.CONSUME1(k.with);
        withData = !this.optional(5, k.no);
        this.CONSUME(k.data);
      });
    });
    if (elements.length === 0 && !query && !emptyParens(this.LA(0))) {
      this.report('CREATE TABLE needs columns in parentheses, or AS and a query', this.rangeOf(this.LA(0)));
    }
    return {
      kind: 'createTable',
      name,
      temporary: head.temporary,
      unlogged: head.unlogged,
      orReplace: head.orReplace,
      ifNotExists,
      elements,
      options: options ?? [],
      onCommit,
      query,
      withData,
      range: this.since(head.start),
    };
  });

  private readonly tableElements = this.rule('tableElements', (): readonly TableElement[] => {
    const elements: TableElement[] = [];
    this.CONSUME(t.leftParen);
    this.OPTION(() => {
      elements.push(this.SUBRULE(this.tableElement));
      this.MANY({
        GATE: () => !this.second(t.rightParen),
        DEF: () => {
          this.CONSUME(t.comma);
          elements.push(this.SUBRULE1(this.tableElement));
        },
      });
      this.OPTION1(() => this.CONSUME1(t.comma));
    });
    this.CONSUME(t.rightParen);
    return elements;
  });

  private readonly tableElement = this.rule(
    'tableElement',
    (): TableElement =>
      this.OR<{ ALT: () => TableElement }[]>([
        { ALT: () => this.SUBRULE(this.tableConstraint) },
        { ALT: () => this.SUBRULE(this.likeTable) },
        { ALT: () => this.SUBRULE(this.columnDefinition) },
      ]),
  );

  private readonly likeTable = this.rule('likeTable', (): LikeTable => {
    const start = this.mark();
    const options: LikeOption[] = [];
    this.CONSUME(k.like);
    const name = this.SUBRULE(this.qualifiedName);
    this.MANY(() => {
      const optionStart = this.mark();
      const including = this.OR([this.keyword(k.including, true), this.keyword(k.excluding, false)]);
      const property = this.CONSUME(label).image.toLowerCase();
      options.push({ kind: 'likeOption', including, property, range: this.since(optionStart) });
    });
    return { kind: 'likeTable', name, options, range: this.since(start) };
  });
}

/** PostgreSQL has tables without columns. */
function emptyParens(last: IToken): boolean {
  return last.tokenType === t.rightParen;
}
