import { k } from '../tokens.ts';
import type { CreateMaterializedView, CreateView, RefreshView } from '../tree.ts';
import { type CreateHead, noHead } from './create-head.ts';
import { CreateTableRules } from './create-table.ts';

/** Views, materialized ones too. */
export abstract class ViewRules extends CreateTableRules {
  protected readonly createView = this.rule('createView', (head: CreateHead = noHead): CreateView => {
    const recursive = this.optional(0, k.recursive);
    this.CONSUME(k.view);
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.qualifiedName);
    const columns = this.OPTION1(() => this.SUBRULE(this.parenthesizedNames));
    const options = this.OPTION2(() => {
      this.CONSUME(k.with);
      return this.SUBRULE(this.options);
    });
    this.CONSUME(k.as);
    const query = this.SUBRULE(this.query);
    const checkOption = this.OPTION3(() => {
      this.CONSUME1(k.with);
      const scope =
        this.OPTION4(() => this.OR([this.keyword(k.local, 'local'), this.keyword(k.cascaded, 'cascaded')])) ??
        'cascaded';
      this.CONSUME(k.check);
      this.CONSUME(k.option);
      return scope;
    });
    if (head.unlogged) this.report('a view cannot be UNLOGGED', { start: head.start, end: head.start });
    return {
      kind: 'createView',
      name,
      orReplace: head.orReplace,
      temporary: head.temporary,
      recursive,
      ifNotExists,
      columns: columns ?? [],
      options: options ?? [],
      query,
      checkOption,
      range: this.since(head.start),
    };
  });

  protected readonly createMaterializedView = this.rule(
    'createMaterializedView',
    (head: CreateHead = noHead): CreateMaterializedView => {
      const keyword = this.CONSUME(k.materialized);
      this.CONSUME(k.view);
      const ifNotExists = this.SUBRULE(this.ifNotExists);
      const name = this.SUBRULE(this.qualifiedName);
      const columns = this.OPTION(() => this.SUBRULE(this.parenthesizedNames)) ?? [];
      const method = this.OPTION1(() => {
        this.CONSUME(k.using);
        return this.SUBRULE(this.name);
      });
      const options = this.OPTION2(() => {
        this.CONSUME(k.with);
        return this.SUBRULE(this.options);
      });
      const tablespace = this.OPTION3(() => {
        this.CONSUME(k.tablespace);
        return this.SUBRULE1(this.name);
      });
      this.CONSUME(k.as);
      const query = this.SUBRULE(this.query);
      const withData = this.SUBRULE(this.withData);
      if (head.temporary || head.unlogged) {
        this.report('a materialized view is neither TEMPORARY nor UNLOGGED', this.rangeOf(keyword));
      }
      return {
        kind: 'createMaterializedView',
        name,
        orReplace: head.orReplace,
        ifNotExists,
        columns,
        method,
        options: options ?? [],
        tablespace,
        query,
        withData,
        range: this.since(head.start),
      };
    },
  );

  /** WITH [NO] DATA; true when it is not written. */
  protected readonly withData = this.rule('withData', (): boolean => {
    let withData = true;
    this.OPTION(() => {
      this.CONSUME(k.with);
      withData = !this.optional(1, k.no);
      this.CONSUME(k.data);
    });
    return withData;
  });

  protected readonly refreshView = this.rule('refreshView', (): RefreshView => {
    const start = this.mark();
    this.CONSUME(k.refresh);
    this.CONSUME(k.materialized);
    this.CONSUME(k.view);
    const concurrently = this.optional(0, k.concurrently);
    const name = this.SUBRULE(this.qualifiedName);
    const withData = this.SUBRULE(this.withData);
    return { kind: 'refreshView', name, concurrently, withData, range: this.since(start) };
  });
}
