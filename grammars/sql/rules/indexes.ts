import { k } from '../tokens.ts';
import type { CreateIndex, Option } from '../tree.ts';
import { type CreateHead, noHead } from './create-head.ts';
import { ViewRules } from './views.ts';

/** CREATE INDEX */
export abstract class IndexRules extends ViewRules {
  protected readonly createIndex = this.rule('createIndex', (head: CreateHead = noHead): CreateIndex => {
    const unique = this.optional(0, k.unique);
    const keyword = this.CONSUME(k.index);
    const concurrently = this.optional(1, k.concurrently);
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const name = this.OPTION2(() => this.SUBRULE(this.qualifiedName));
    this.CONSUME(k.on);
    const only = this.optional(3, k.only);
    const table = this.SUBRULE1(this.qualifiedName);
    const method = this.OPTION4(() => {
      this.CONSUME(k.using);
      return this.SUBRULE(this.name);
    });
    const elements = this.SUBRULE(this.indexElements);
    const include = this.OPTION5(() => {
      this.CONSUME(k.include);
      return this.SUBRULE(this.parenthesizedNames);
    });
    const nullsDistinct = this.SUBRULE(this.nullsDistinct);
    const options = this.OPTION6((): readonly Option[] => {
      this.CONSUME(k.with);
      return this.SUBRULE(this.options);
    });
    const tablespace = this.OPTION7(() => {
      this.CONSUME(k.tablespace);
      return this.SUBRULE1(this.name);
    });
    const where = this.OPTION8(() => {
      this.CONSUME(k.where);
      return this.SUBRULE(this.expression);
    });
    if (head.temporary || head.unlogged || head.orReplace) {
      this.report('an index is created without OR REPLACE, TEMPORARY and UNLOGGED', this.rangeOf(keyword));
    }
    return {
      kind: 'createIndex',
      unique,
      concurrently,
      ifNotExists,
      name,
      table,
      only,
      method,
      elements,
      include: include ?? [],
      nullsDistinct,
      options: options ?? [],
      tablespace,
      where,
      range: this.since(head.start),
    };
  });
}
