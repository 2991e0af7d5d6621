import { k, t } from '../tokens.ts';
import type { ColumnConstraint, ColumnDefinition, CreateDomain, CreateType, Query, TypeDefinition } from '../tree.ts';
import { AlterRules } from './alter.ts';
import { type CreateHead, noHead } from './create-head.ts';

/** CREATE TYPE, CREATE DOMAIN */
export abstract class NewTypeRules extends AlterRules {
  protected readonly createType = this.rule('createType', (head: CreateHead = noHead): CreateType => {
    this.CONSUME(k.type);
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.qualifiedName);
    const definition = this.SUBRULE(this.typeDefinition);
    const { orReplace, temporary } = head;
    return { kind: 'createType', name, orReplace, temporary, ifNotExists, definition, range: this.since(head.start) };
  });

  private readonly typeDefinition = this.rule('typeDefinition', (): TypeDefinition => {
    const start = this.mark();
    return this.OR<{ ALT: () => TypeDefinition; GATE?: () => boolean }[]>([
      {
        ALT: () => {
          this.CONSUME(k.as);
          return this.SUBRULE(this.typeBody);
        },
      },
      { ALT: () => ({ kind: 'baseType', options: this.SUBRULE(this.options), range: this.since(start) }) },
      { ALT: () => ({ kind: 'baseType', options: [], range: this.here() }) },
    ]);
  });

  /** Behind AS. */
  private readonly typeBody = this.rule('typeBody', (): TypeDefinition => {
    const start = this.mark();
    return this.OR<{ ALT: () => TypeDefinition; GATE?: () => boolean }[]>([
      {
        GATE: () => this.second(t.leftParen),
        ALT: () => this.SUBRULE(this.enumDefinition),
      },
      {
        GATE: () => this.second(t.leftParen),
        ALT: () => {
          this.CONSUME(k.range);
          const options = this.SUBRULE(this.options);
          return { kind: 'rangeDefinition', options, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          const attributes: ColumnDefinition[] = [];
          this.CONSUME(t.leftParen);
          this.MANY_SEP({ SEP: t.comma, DEF: () => attributes.push(this.SUBRULE(this.columnDefinition)) });
          this.CONSUME(t.rightParen);
          return { kind: 'compositeDefinition', attributes, range: this.since(start) };
        },
      },
      { ALT: () => ({ kind: 'typeAlias', type: this.SUBRULE(this.typeName), range: this.since(start) }) },
    ]);
  });

  private readonly enumDefinition = this.rule('enumDefinition', (): TypeDefinition => {
    const start = this.mark();
    const labels: string[] = [];
    let query: Query | undefined;
    this.CONSUME(k.enum);
    this.CONSUME(t.leftParen);
    this.OR([
      {
        ALT: () => {
          query = this.SUBRULE(this.query);
        },
      },
      {
        ALT: () => {
          this.MANY_SEP({ SEP: t.comma, DEF: () => labels.push(this.CONSUME(t.string).payload ?? '') });
        },
      },
    ]);
    this.CONSUME(t.rightParen);
    return { kind: 'enumDefinition', labels, query, range: this.since(start) };
  });

  protected readonly createDomain = this.rule('createDomain', (head: CreateHead = noHead): CreateDomain => {
    const constraints: ColumnConstraint[] = [];
    const keyword = this.CONSUME(k.domain);
    const name = this.SUBRULE(this.qualifiedName);
    this.OPTION(() => this.CONSUME(k.as));
    const type = this.SUBRULE(this.typeName);
    const collation = this.OPTION1(() => {
      this.CONSUME(k.collate);
      return this.SUBRULE1(this.qualifiedName);
    });
    this.MANY(() => constraints.push(this.SUBRULE(this.columnConstraint)));
    if (head.orReplace || head.temporary || head.unlogged) {
      this.report('a domain is created without OR REPLACE, TEMPORARY and UNLOGGED', this.rangeOf(keyword));
    }
    return { kind: 'createDomain', name, type, collation, constraints, range: this.since(head.start) };
  });
}
