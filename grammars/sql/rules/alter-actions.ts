import type { ParserMethod } from '../../toolkit/chevrotain.ts';
import { columnNameWord, k, t } from '../tokens.ts';
import type {
  AlterAction,
  AlterColumn,
  ColumnChange,
  Expression,
  Identifier,
  Option,
  RoleStatement,
  SetDefault,
  SetProperty,
  SimpleColumnChange,
} from '../tree.ts';
import { IndexRules } from './indexes.ts';

/** What ALTER does to tables, and to other objects alike. */
export abstract class AlterActionRules extends IndexRules {
  abstract readonly roleStatement: ParserMethod<[action?: RoleStatement['action'], start?: number], RoleStatement>;

  /** A role, or a word for one. */
  protected readonly role = this.rule(
    'role',
    (): Identifier =>
      this.OR<{ ALT: () => Identifier }[]>([
        { ALT: () => this.identifierOf(this.CONSUME(k.current_user)) },
        { ALT: () => this.identifierOf(this.CONSUME(k.current_role)) },
        { ALT: () => this.identifierOf(this.CONSUME(k.session_user)) },
        { ALT: () => this.SUBRULE(this.name) },
      ]),
  );

  /* ----------------------------------------------------------------------------------------- RENAME, OWNER, SET SCHEMA */

  protected readonly renameObject = this.rule('renameObject', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.rename);
    this.CONSUME(k.to);
    return { kind: 'renameObject', to: this.SUBRULE(this.name), range: this.since(start) };
  });

  /** RENAME TO, RENAME CONSTRAINT, RENAME [COLUMN]. */
  protected readonly renameInTable = this.rule('renameInTable', (): AlterAction => {
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
          const part = this.OR1<{ ALT: () => 'column' | 'constraint' }[]>([
            this.keyword(k.constraint, 'constraint'),
            this.keyword(k.column, 'column'),
            { ALT: () => 'column' },
          ]);
          const from = this.SUBRULE1(this.name);
          this.CONSUME1(k.to);
          const to = this.SUBRULE2(this.name);
          return { kind: 'renamePart', part, from, to, behavior: undefined, range: this.since(start) };
        },
      },
    ]);
  });

  protected readonly setOwner = this.rule('setOwner', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.owner);
    this.CONSUME(k.to);
    return { kind: 'setOwner', role: this.SUBRULE(this.role), range: this.since(start) };
  });

  protected readonly setSchema = this.rule('setSchema', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.set);
    this.CONSUME(k.schema);
    return { kind: 'setSchema', schema: this.SUBRULE(this.name), range: this.since(start) };
  });

  protected readonly setOfTable = this.rule('setOfTable', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.set);
    const property = (what: SetProperty['property'], name?: Identifier): SetProperty => ({
      kind: 'setProperty',
      property: what,
      name,
      range: this.since(start),
    });
    return this.OR<{ ALT: () => AlterAction }[]>([
      {
        ALT: () => {
          this.CONSUME(k.schema);
          return { kind: 'setSchema', schema: this.SUBRULE(this.name), range: this.since(start) };
        },
      },
      {
        ALT: () => {
          const options = this.SUBRULE(this.options);
          return { kind: 'setOptions', options, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.logged);
          return property('set logged');
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.unlogged);
          return property('set unlogged');
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.without);
          this.CONSUME(k.cluster);
          return property('set without cluster');
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.tablespace);
          return property('set tablespace', this.SUBRULE1(this.name));
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.access);
          this.CONSUME(k.method);
          return property('set access method', this.SUBRULE2(this.name));
        },
      },
    ]);
  });

  protected readonly resetOptions = this.rule('resetOptions', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.reset);
    const options = this.SUBRULE(this.options);
    return { kind: 'resetOptions', options, range: this.since(start) };
  });

  /* ------------------------------------------------------------------------------------------------ ADD, DROP, ALTER */

  protected readonly addToTable = this.rule('addToTable', (): AlterAction => {
    const start = this.mark();
    return this.OR<{ ALT: () => AlterAction; GATE?: () => boolean }[]>([
      {
        GATE: () => constraintWords.has(this.LA(2).tokenType),
        ALT: () => this.SUBRULE(this.addConstraint),
      },
      {
        ALT: () => {
          this.CONSUME(k.add);
          this.OPTION(() => this.CONSUME(k.column));
          const ifNotExists = this.SUBRULE(this.ifNotExists);
          const column = this.SUBRULE(this.columnDefinition);
          return { kind: 'addColumn', ifNotExists, column, behavior: undefined, range: this.since(start) };
        },
      },
    ]);
  });

  protected readonly addConstraint = this.rule('addConstraint', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.add);
    const constraint = this.SUBRULE(this.tableConstraint);
    const notValid = this.optionalWords([k.not, k.valid]);
    return { kind: 'addConstraint', constraint, notValid, range: this.since(start) };
  });

  protected readonly dropFromTable = this.rule('dropFromTable', (): AlterAction => {
    const start = this.mark();
    return this.OR<{ ALT: () => AlterAction; GATE?: () => boolean }[]>([
      { GATE: () => this.second(k.constraint), ALT: () => this.SUBRULE(this.dropConstraint) },
      {
        ALT: () => {
          this.CONSUME(k.drop);
          this.OPTION(() => this.CONSUME(k.column));
          const ifExists = this.SUBRULE(this.ifExists);
          const name = this.SUBRULE(this.name);
          const behavior = this.SUBRULE(this.dropBehavior);
          return { kind: 'dropColumn', ifExists, name, behavior, range: this.since(start) };
        },
      },
    ]);
  });

  protected readonly dropConstraint = this.rule('dropConstraint', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.drop);
    this.CONSUME(k.constraint);
    const ifExists = this.SUBRULE(this.ifExists);
    const name = this.SUBRULE(this.name);
    const behavior = this.SUBRULE(this.dropBehavior);
    return { kind: 'dropConstraint', ifExists, name, behavior, range: this.since(start) };
  });

  protected readonly validateConstraint = this.rule('validateConstraint', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.validate);
    this.CONSUME(k.constraint);
    const name = this.SUBRULE(this.name);
    const range = this.since(start);
    return { kind: 'constraintAction', action: 'validate', name, deferrable: undefined, initially: undefined, range };
  });

  protected readonly alterInTable = this.rule('alterInTable', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.alter);
    return this.OR<{ ALT: () => AlterAction }[]>([
      {
        ALT: () => {
          this.CONSUME(k.constraint);
          const name = this.SUBRULE(this.name);
          const deferrability = this.SUBRULE(this.deferrability);
          return { kind: 'constraintAction', action: 'alter', name, ...deferrability, range: this.since(start) };
        },
      },
      {
        ALT: (): AlterColumn => {
          this.OPTION(() => this.CONSUME(k.column));
          const name = this.SUBRULE1(this.name);
          const change = this.SUBRULE(this.columnChange);
          return { kind: 'alterColumn', name, change, range: this.since(start) };
        },
      },
    ]);
  });

  /* --------------------------------------------------------------------------------------------------------- columns */

  private readonly columnChange = this.rule(
    'columnChange',
    (): ColumnChange =>
      this.OR<{ ALT: () => ColumnChange; GATE?: () => boolean }[]>([
        {
          GATE: () => this.next(k.type) || (this.next(k.set) && this.second(k.data)),
          ALT: () => this.SUBRULE(this.setType),
        },
        {
          GATE: () => this.second(k.default) || this.second(k.not),
          ALT: () => this.SUBRULE(this.defaultOrNull),
        },
        { ALT: () => this.SUBRULE(this.dropOfColumn) },
        { ALT: () => this.SUBRULE(this.addIdentity) },
        { GATE: () => this.second(k.expression), ALT: () => this.SUBRULE(this.setExpression) },
        { GATE: () => columnProperties.has(this.LA(2).tokenType), ALT: () => this.SUBRULE(this.setColumnProperty) },
        {
          GATE: () => this.next(k.set) && this.second(t.leftParen),
          ALT: () => {
            const start = this.mark();
            this.CONSUME(k.set);
            const options = this.SUBRULE(this.options);
            return { kind: 'setOptions', options, range: this.since(start) };
          },
        },
        {
          ALT: () => {
            const start = this.mark();
            this.CONSUME(k.reset);
            const options = this.SUBRULE1(this.options);
            return { kind: 'resetOptions', options, range: this.since(start) };
          },
        },
        { ALT: () => this.SUBRULE(this.alterIdentity) },
      ]),
  );

  private readonly setType = this.rule('setType', (): ColumnChange => {
    const start = this.mark();
    this.OPTION(() => {
      this.CONSUME(k.set);
      this.CONSUME(k.data);
    });
    this.CONSUME(k.type);
    const type = this.SUBRULE(this.typeName);
    const collation = this.OPTION1(() => {
      this.CONSUME(k.collate);
      return this.SUBRULE(this.qualifiedName);
    });
    const using = this.OPTION2((): Expression => {
      this.CONSUME(k.using);
      return this.SUBRULE(this.expression);
    });
    return { kind: 'setType', type, collation, using, behavior: undefined, range: this.since(start) };
  });

  /** SET DEFAULT, DROP DEFAULT, SET NOT NULL, DROP NOT NULL */
  protected readonly defaultOrNull = this.rule('defaultOrNull', (): SetDefault | SimpleColumnChange => {
    const start = this.mark();
    const set = this.OR([this.keyword(k.set, true), this.keyword(k.drop, false)]);
    return this.OR1<{ ALT: () => SetDefault | SimpleColumnChange; GATE?: () => boolean }[]>([
      {
        GATE: () => set,
        ALT: () => {
          this.CONSUME(k.default);
          return { kind: 'setDefault', value: this.SUBRULE(this.expression), range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME1(k.default);
          return { kind: 'simpleColumnChange', change: 'drop default', ifExists: false, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.not);
          this.CONSUME(k.null);
          const change = set ? 'set not null' : 'drop not null';
          return { kind: 'simpleColumnChange', change, ifExists: false, range: this.since(start) };
        },
      },
    ]);
  });

  private readonly dropOfColumn = this.rule('dropOfColumn', (): SimpleColumnChange => {
    const start = this.mark();
    this.CONSUME(k.drop);
    const change = this.OR([this.keyword(k.identity, 'drop identity'), this.keyword(k.expression, 'drop expression')]);
    const ifExists = this.SUBRULE(this.ifExists);
    return { kind: 'simpleColumnChange', change, ifExists, range: this.since(start) };
  });

  private readonly addIdentity = this.rule('addIdentity', (): ColumnChange => {
    const start = this.mark();
    this.CONSUME(k.add);
    this.CONSUME(k.generated);
    const always = this.OR([this.keyword(k.always, true), this.keywords([k.by, k.default], false)]);
    this.CONSUME(k.as);
    this.CONSUME(k.identity);
    const options = this.OPTION(() => this.SUBRULE(this.identityOptions)) ?? [];
    return { kind: 'addIdentity', always, options, range: this.since(start) };
  });

  private readonly alterIdentity = this.rule('alterIdentity', (): ColumnChange => {
    const start = this.mark();
    const options: Option[] = [];
    let always: boolean | undefined;
    this.AT_LEAST_ONE(() =>
      this.OR<{ ALT: () => unknown; GATE?: () => boolean }[]>([
        {
          GATE: () => this.second(k.generated),
          ALT: () => {
            this.CONSUME(k.set);
            this.CONSUME(k.generated);
            always = this.OR1([this.keyword(k.always, true), this.keywords([k.by, k.default], false)]);
          },
        },
        {
          ALT: () => {
            this.CONSUME1(k.set);
            options.push(this.SUBRULE(this.sequenceOption));
          },
        },
        {
          GATE: () => this.next(k.restart),
          ALT: () => options.push(this.SUBRULE1(this.sequenceOption)),
        },
      ]),
    );
    return { kind: 'alterIdentity', always, options, range: this.since(start) };
  });

  private readonly setExpression = this.rule('setExpression', (): ColumnChange => {
    const start = this.mark();
    this.CONSUME(k.set);
    this.CONSUME(k.expression);
    this.CONSUME(k.as);
    this.CONSUME(t.leftParen);
    const expression = this.SUBRULE(this.expression);
    this.CONSUME(t.rightParen);
    return { kind: 'setExpression', expression, range: this.since(start) };
  });

  private readonly setColumnProperty = this.rule('setColumnProperty', (): ColumnChange => {
    const start = this.mark();
    this.CONSUME(k.set);
    const property = this.OR([
      this.keyword(k.statistics, 'statistics'),
      this.keyword(k.storage, 'storage'),
      this.keyword(k.compression, 'compression'),
    ]);
    const value = this.OR1<{ ALT: () => Expression }[]>([
      { ALT: () => this.SUBRULE(this.signedNumber) },
      { ALT: () => this.SUBRULE(this.bareWord) },
    ]);
    return { kind: 'setColumnProperty', property, value, range: this.since(start) };
  });

  /* ------------------------------------------------------------------------------------- CLUSTER, triggers, INHERIT */

  protected readonly clusterOn = this.rule('clusterOn', (): AlterAction => {
    const start = this.mark();
    this.CONSUME(k.cluster);
    this.CONSUME(k.on);
    const name = this.SUBRULE(this.name);
    return { kind: 'setProperty', property: 'cluster on', name, range: this.since(start) };
  });

  /** ENABLE and DISABLE TRIGGER or ROW LEVEL SECURITY, and FORCE. */
  protected readonly triggersAndSecurity = this.rule('triggersAndSecurity', (): AlterAction => {
    const start = this.mark();
    let name: Identifier | undefined;
    const property = this.OR<{ ALT: () => SetProperty['property'] }[]>([
      {
        ALT: () => {
          const what = this.OR1([this.keyword(k.enable, 'enable'), this.keyword(k.disable, 'disable')]);
          return this.OR2<{ ALT: () => SetProperty['property'] }[]>([
            {
              ALT: () => {
                this.CONSUME(k.trigger);
                name = this.OR3<{ ALT: () => Identifier }[]>([
                  { ALT: () => this.identifierOf(this.CONSUME(k.all)) },
                  { ALT: () => this.identifierOf(this.CONSUME(k.user)) },
                  { ALT: () => this.identifierOf(this.CONSUME(columnNameWord)) },
                ]);
                return `${what} trigger` as const;
              },
            },
            this.keywords([k.row, k.level, k.security], `${what} row level security` as const),
          ]);
        },
      },
      this.keywords([k.force, k.row, k.level, k.security], 'force row level security', 1),
      {
        ALT: () => {
          this.CONSUME(k.no);
          this.CONSUME(k.force);
          for (const type of [k.row, k.level, k.security]) this.CONSUME2(type);
          return 'no force row level security';
        },
      },
    ]);
    return { kind: 'setProperty', property, name, range: this.since(start) };
  });

  protected readonly inherit = this.rule('inherit', (): AlterAction => {
    const start = this.mark();
    const inherits = !this.optional(0, k.no);
    this.CONSUME(k.inherit);
    const parent = this.SUBRULE(this.qualifiedName);
    return { kind: 'inherit', inherits, parent, range: this.since(start) };
  });
}

const constraintWords = new Set([k.constraint, k.primary, k.unique, k.check, k.foreign]);
const columnProperties = new Set([k.statistics, k.storage, k.compression]);
