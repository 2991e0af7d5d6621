import { k, t } from '../tokens.ts';
import type {
  Alter,
  AlterAction,
  AlteredObject,
  DropBehavior,
  Identifier,
  QualifiedName,
  RoleStatement,
  TypeName,
} from '../tree.ts';
import { AlterActionRules } from './alter-actions.ts';

interface AlterHead {
  readonly start: number;
  readonly object: AlteredObject;
}

const noAlterHead: AlterHead = { start: 0, object: 'table' };

/** ALTER, by kinds of objects. */
export abstract class AlterRules extends AlterActionRules {
  protected readonly alter = this.rule('alter', (): Alter | RoleStatement => {
    const start = this.mark();
    this.CONSUME(k.alter);
    const head = (object: AlteredObject): AlterHead => ({ start, object });
    return this.OR<{ ALT: () => Alter | RoleStatement }[]>([
      { ALT: () => this.SUBRULE(this.roleStatement, { ARGS: ['alter', start] }) },
      {
        ALT: () => {
          this.CONSUME(k.table);
          return this.SUBRULE(this.alterTable, { ARGS: [head('table')] });
        },
      },
      {
        ALT: () => {
          const object = this.OR1([
            this.keyword(k.view, 'view'),
            this.keywords([k.materialized, k.view], 'materialized view', 1),
            this.keyword(k.index, 'index'),
          ]);
          return this.SUBRULE(this.alterRelation, { ARGS: [head(object)] });
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.sequence);
          return this.SUBRULE(this.alterSequence, { ARGS: [head('sequence')] });
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.schema);
          const name = this.SUBRULE(this.qualifiedName);
          const action = this.OR2<{ ALT: () => AlterAction }[]>([
            { ALT: () => this.SUBRULE(this.renameObject) },
            { ALT: () => this.SUBRULE(this.setOwner) },
          ]);
          return this.altered(head('schema'), name, false, false, [action]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.type);
          return this.SUBRULE(this.alterType, { ARGS: [head('type')] });
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.domain);
          return this.SUBRULE(this.alterDomain, { ARGS: [head('domain')] });
        },
      },
    ]);
  });

  private altered(
    { start, object }: AlterHead,
    name: QualifiedName,
    ifExists: boolean,
    only: boolean,
    actions: readonly AlterAction[],
  ): Alter {
    return { kind: 'alter', object, ifExists, only, name, actions, range: this.since(start) };
  }

  private readonly alterTable = this.rule('alterTable', (head: AlterHead = noAlterHead): Alter => {
    const ifExists = this.SUBRULE(this.ifExists);
    const only = this.optional(0, k.only);
    const name = this.SUBRULE(this.qualifiedName);
    this.OPTION1(() => this.CONSUME(t.star));
    const actions: AlterAction[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => actions.push(this.SUBRULE(this.tableAction)) });
    return this.altered(head, name, ifExists, only, actions);
  });

  private readonly tableAction = this.rule(
    'tableAction',
    (): AlterAction =>
      this.OR<{ ALT: () => AlterAction; GATE?: () => boolean }[]>([
        { ALT: () => this.SUBRULE(this.addToTable) },
        { ALT: () => this.SUBRULE(this.dropFromTable) },
        { ALT: () => this.SUBRULE(this.alterInTable) },
        { ALT: () => this.SUBRULE(this.renameInTable) },
        { ALT: () => this.SUBRULE(this.validateConstraint) },
        { ALT: () => this.SUBRULE(this.setOwner) },
        { ALT: () => this.SUBRULE(this.setOfTable) },
        { ALT: () => this.SUBRULE(this.resetOptions) },
        { ALT: () => this.SUBRULE(this.clusterOn) },
        { GATE: () => this.next(k.inherit) || this.second(k.inherit), ALT: () => this.SUBRULE(this.inherit) },
        { ALT: () => this.SUBRULE(this.triggersAndSecurity) },
      ]),
  );

  /** Views and indexes. */
  private readonly alterRelation = this.rule('alterRelation', (head: AlterHead = noAlterHead): Alter => {
    const ifExists = this.SUBRULE(this.ifExists);
    const name = this.SUBRULE(this.qualifiedName);
    const action = this.OR<{ ALT: () => AlterAction }[]>([
      { ALT: () => this.SUBRULE(this.alterInTable) },
      { ALT: () => this.SUBRULE(this.renameInTable) },
      { ALT: () => this.SUBRULE(this.setOwner) },
      { ALT: () => this.SUBRULE(this.setOfTable) },
      { ALT: () => this.SUBRULE(this.resetOptions) },
      { ALT: () => this.SUBRULE(this.clusterOn) },
    ]);
    return this.altered(head, name, ifExists, false, [action]);
  });

  private readonly alterSequence = this.rule('alterSequence', (head: AlterHead = noAlterHead): Alter => {
    const ifExists = this.SUBRULE(this.ifExists);
    const name = this.SUBRULE(this.qualifiedName);
    const action = this.OR<{ ALT: () => AlterAction }[]>([
      { ALT: () => this.SUBRULE(this.renameObject) },
      { ALT: () => this.SUBRULE(this.setOwner) },
      { ALT: () => this.SUBRULE(this.setOfTable) },
      {
        ALT: () => {
          const start = this.mark();
          const options = this.SUBRULE(this.sequenceOptions);
          this.ACTION(() => {
            if (options.range.start === options.range.end) {
              this.report('ALTER SEQUENCE needs something to change', this.rangeOf(this.LA(0)));
            }
          });
          return { kind: 'alterSequence', options, range: this.since(start) };
        },
      },
    ]);
    return this.altered(head, name, ifExists, false, [action]);
  });

  /* --------------------------------------------------------------------------------------------------- types, domains */

  private readonly alterType = this.rule('alterType', (head: AlterHead = noAlterHead): Alter => {
    const name = this.SUBRULE(this.qualifiedName);
    const actions: AlterAction[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => actions.push(this.SUBRULE(this.typeAction)) });
    return this.altered(head, name, false, false, actions);
  });

  private readonly typeAction = this.rule(
    'typeAction',
    (): AlterAction =>
      this.OR<{ ALT: () => AlterAction; GATE?: () => boolean }[]>([
        { GATE: () => this.second(k.value), ALT: () => this.SUBRULE(this.addEnumValue) },
        { ALT: () => this.SUBRULE(this.addAttribute) },
        { ALT: () => this.SUBRULE(this.dropAttribute) },
        { ALT: () => this.SUBRULE(this.alterAttribute) },
        { ALT: () => this.SUBRULE(this.renameInType) },
        { ALT: () => this.SUBRULE(this.setOwner) },
        { ALT: () => this.SUBRULE(this.setSchema) },
      ]),
  );

  private readonly addEnumValue = this.rule('addEnumValue', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.add);
    this.CONSUME(k.value);
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const value = this.CONSUME(t.string).payload ?? '';
    const position = this.OPTION(() => this.OR([this.keyword(k.before, 'before'), this.keyword(k.after, 'after')]));
    const neighbour = this.OPTION1({
      GATE: () => position !== undefined,
      DEF: () => this.CONSUME1(t.string).payload ?? '',
    });
    return { kind: 'addEnumValue', ifNotExists, value, position, neighbour, range: this.since(start) };
  });

  private readonly addAttribute = this.rule('addAttribute', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.add);
    this.CONSUME(k.attribute);
    const column = this.SUBRULE(this.columnDefinition);
    const behavior = this.SUBRULE(this.dropBehavior);
    return { kind: 'addColumn', ifNotExists: false, column, behavior, range: this.since(start) };
  });

  private readonly dropAttribute = this.rule('dropAttribute', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.drop);
    this.CONSUME(k.attribute);
    const ifExists = this.SUBRULE(this.ifExists);
    const name = this.SUBRULE(this.name);
    const behavior = this.SUBRULE(this.dropBehavior);
    return { kind: 'dropColumn', ifExists, name, behavior, range: this.since(start) };
  });

  private readonly alterAttribute = this.rule('alterAttribute', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.alter);
    this.CONSUME(k.attribute);
    const name = this.SUBRULE(this.name);
    const changeStart = this.mark();
    this.OPTION(() => {
      this.CONSUME(k.set);
      this.CONSUME(k.data);
    });
    this.CONSUME(k.type);
    const type: TypeName = this.SUBRULE(this.typeName);
    const collation = this.OPTION1(() => {
      this.CONSUME(k.collate);
      return this.SUBRULE(this.qualifiedName);
    });
    const behavior: DropBehavior | undefined = this.SUBRULE(this.dropBehavior);
    const range = this.since(changeStart);
    const change = { kind: 'setType', type, collation, using: undefined, behavior, range } as const;
    return { kind: 'alterColumn', name, change, range: this.since(start) };
  });

  private readonly renameInType = this.rule('renameInType', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.rename);
    return this.OR<{ ALT: () => AlterAction }[]>([
      {
        ALT: () => {
          this.CONSUME(k.to);
          return { kind: 'renameObject', to: this.SUBRULE(this.name), range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.value);
          const from: Identifier = this.identifierOf(this.CONSUME(t.string));
          this.CONSUME1(k.to);
          const to = this.identifierOf(this.CONSUME1(t.string));
          return { kind: 'renamePart', part: 'value', from, to, behavior: undefined, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.attribute);
          const from = this.SUBRULE1(this.name);
          this.CONSUME2(k.to);
          const to = this.SUBRULE2(this.name);
          const behavior = this.SUBRULE(this.dropBehavior);
          return { kind: 'renamePart', part: 'attribute', from, to, behavior, range: this.since(start) };
        },
      },
    ]);
  });

  private readonly alterDomain = this.rule('alterDomain', (head: AlterHead = noAlterHead): Alter => {
    const name = this.SUBRULE(this.qualifiedName);
    const action = this.OR<{ ALT: () => AlterAction; GATE?: () => boolean }[]>([
      {
        GATE: () => this.second(k.default) || this.second(k.not),
        ALT: () => this.SUBRULE(this.domainAction),
      },
      { ALT: () => this.SUBRULE(this.addConstraint) },
      { ALT: () => this.SUBRULE(this.dropConstraint) },
      { ALT: () => this.SUBRULE(this.validateConstraint) },
      { ALT: () => this.SUBRULE(this.renameInTable) },
      { ALT: () => this.SUBRULE(this.setOwner) },
      { ALT: () => this.SUBRULE(this.setSchema) },
    ]);
    return this.altered(head, name, false, false, [action]);
  });

  private readonly domainAction = this.rule('domainAction', (): AlterAction => {
    const start = this.mark();
    const change = this.SUBRULE(this.defaultOrNull);
    return { kind: 'domainAction', change, range: this.since(start) };
  });
}
