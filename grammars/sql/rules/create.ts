import { k } from '../tokens.ts';
import type {
  CreateDomain,
  CreateFunction,
  CreateIndex,
  CreateMacro,
  CreateMaterializedView,
  CreatePropertyGraph,
  CreateSchema,
  CreateSequence,
  CreateTable,
  CreateType,
  CreateView,
  Drop,
  DropFunction,
  RoleStatement,
} from '../tree.ts';
import { type CreateHead, noHead } from './create-head.ts';
import { RoutineRules } from './routines.ts';

type CreateStatement =
  | CreateTable
  | CreateView
  | CreateSchema
  | CreateIndex
  | CreateSequence
  | CreateMaterializedView
  | CreateType
  | CreateDomain
  | CreatePropertyGraph
  | CreateFunction
  | CreateMacro
  | RoleStatement;

/** CREATE and DROP, whatever the object. */
export abstract class CreateRules extends RoutineRules {
  protected readonly create = this.rule('create', (): CreateStatement => {
    const start = this.mark();
    this.CONSUME(k.create);
    let orReplace = false;
    this.OPTION(() => {
      this.CONSUME(k.or);
      this.CONSUME(k.replace);
      orReplace = true;
    });
    const persistence = this.OPTION1(() =>
      this.OR([
        this.keyword(k.temporary, 'temporary'),
        this.keyword(k.temp, 'temporary'),
        this.keyword(k.unlogged, 'unlogged'),
        {
          ALT: () => {
            this.OR1([this.keyword(k.local, undefined), this.keyword(k.global, undefined)]);
            return this.OR2([this.keyword(k.temporary, 'temporary', 1), this.keyword(k.temp, 'temporary', 1)]);
          },
        },
      ]),
    );
    const head: CreateHead = {
      start,
      orReplace,
      temporary: persistence === 'temporary',
      unlogged: persistence === 'unlogged',
    };
    return this.OR3<{ ALT: () => CreateStatement }[]>([
      { ALT: () => this.SUBRULE(this.createTable, { ARGS: [head] }) },
      { ALT: () => this.SUBRULE(this.createView, { ARGS: [head] }) },
      { ALT: () => this.SUBRULE(this.createSchema, { ARGS: [head] }) },
      { ALT: () => this.SUBRULE(this.createIndex, { ARGS: [head] }) },
      { ALT: () => this.SUBRULE(this.createSequence, { ARGS: [head] }) },
      { ALT: () => this.SUBRULE(this.createMaterializedView, { ARGS: [head] }) },
      { ALT: () => this.SUBRULE(this.createType, { ARGS: [head] }) },
      { ALT: () => this.SUBRULE(this.createDomain, { ARGS: [head] }) },
      { ALT: () => this.SUBRULE(this.createPropertyGraph, { ARGS: [head] }) },
      { ALT: () => this.SUBRULE(this.createFunction, { ARGS: [head] }) },
      { ALT: () => this.SUBRULE(this.roleStatement, { ARGS: ['create', start] }) },
    ]);
  });

  private readonly createSchema = this.rule('createSchema', (head: CreateHead = noHead): CreateSchema => {
    const keyword = this.CONSUME(k.schema);
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const name = this.OPTION(() => this.SUBRULE(this.qualifiedName));
    const authorization = this.OPTION1(() => {
      this.CONSUME(k.authorization);
      return this.SUBRULE(this.name);
    });
    if (head.orReplace || head.temporary || head.unlogged) {
      this.report('a schema is created without OR REPLACE, TEMPORARY and UNLOGGED', this.rangeOf(keyword));
    }
    if (!name && !authorization) this.report('CREATE SCHEMA needs a name', this.rangeOf(keyword));
    return { kind: 'createSchema', name, ifNotExists, authorization, range: this.since(head.start) };
  });

  protected readonly drop = this.rule('drop', (): Drop | DropFunction | RoleStatement => {
    const start = this.mark();
    this.CONSUME(k.drop);
    return this.OR<{ ALT: () => Drop | DropFunction | RoleStatement }[]>([
      { ALT: () => this.SUBRULE(this.roleStatement, { ARGS: ['drop', start] }) },
      { ALT: () => this.SUBRULE(this.dropFunction, { ARGS: [start] }) },
      { ALT: () => this.SUBRULE(this.dropObjects, { ARGS: [start] }) },
    ]);
  });

  private readonly dropObjects = this.rule('dropObjects', (start: number = 0): Drop => {
    const object = this.OR([
      this.keyword(k.table, 'table'),
      this.keyword(k.view, 'view'),
      this.keywords([k.materialized, k.view], 'materialized view', 1),
      this.keyword(k.schema, 'schema'),
      this.keyword(k.index, 'index'),
      this.keyword(k.sequence, 'sequence'),
      this.keyword(k.type, 'type'),
      this.keyword(k.domain, 'domain'),
      this.keywords([k.property, k.graph], 'property graph'),
    ]);
    const concurrently = this.OPTION1({
      GATE: () => object === 'index',
      DEF: () => {
        this.CONSUME(k.concurrently);
        return true;
      },
    });
    const ifExists = this.SUBRULE(this.ifExists);
    const names = this.SUBRULE(this.qualifiedNames);
    const behavior = this.SUBRULE(this.dropBehavior);
    return {
      kind: 'drop',
      object,
      concurrently: concurrently ?? false,
      ifExists,
      names,
      behavior,
      range: this.since(start),
    };
  });
}
