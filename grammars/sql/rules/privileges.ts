import { columnNameWord, k, label, t } from '../tokens.ts';
import type {
  Comment,
  Expression,
  FunctionReference,
  Grant,
  GrantTarget,
  Identifier,
  Option,
  Privilege,
  QualifiedName,
  RoleStatement,
} from '../tree.ts';
import { CursorRules } from './cursors.ts';

/** GRANT, REVOKE, roles, COMMENT */
export abstract class PrivilegeRules extends CursorRules {
  protected readonly grant = this.rule('grant', (): Grant => {
    const start = this.mark();
    this.CONSUME(k.grant);
    const privileges = this.SUBRULE(this.privileges);
    const on = this.OPTION(() => this.SUBRULE(this.grantTarget));
    this.CONSUME(k.to);
    const roles = this.SUBRULE(this.roles);
    const withOption = this.OPTION1(() => {
      this.CONSUME(k.with);
      const word = this.OR([
        { ALT: () => this.CONSUME1(k.grant) },
        { ALT: () => this.CONSUME(k.admin) },
        { ALT: () => this.CONSUME(k.inherit) },
        { ALT: () => this.CONSUME(k.set) },
      ]);
      this.CONSUME(k.option);
      return this.identifierOf(word);
    });
    const grantedBy = this.OPTION2(() => this.SUBRULE(this.grantedBy));
    return {
      kind: 'grant',
      revoke: false,
      optionFor: undefined,
      privileges,
      on,
      roles,
      withOption,
      grantedBy,
      behavior: undefined,
      range: this.since(start),
    };
  });

  protected readonly revoke = this.rule('revoke', (): Grant => {
    const start = this.mark();
    this.CONSUME(k.revoke);
    const optionFor = this.OPTION({
      GATE: () => this.second(k.option),
      DEF: () => {
        const word = this.OR([{ ALT: () => this.CONSUME(k.grant) }, { ALT: () => this.CONSUME(k.admin) }]);
        this.CONSUME(k.option);
        this.CONSUME(k.for);
        return this.identifierOf(word);
      },
    });
    const privileges = this.SUBRULE(this.privileges);
    const on = this.OPTION1(() => this.SUBRULE(this.grantTarget));
    this.CONSUME(k.from);
    const roles = this.SUBRULE(this.roles);
    const grantedBy = this.OPTION2(() => this.SUBRULE(this.grantedBy));
    const behavior = this.SUBRULE(this.dropBehavior);
    return {
      kind: 'grant',
      revoke: true,
      optionFor,
      privileges,
      on,
      roles,
      withOption: undefined,
      grantedBy,
      behavior,
      range: this.since(start),
    };
  });

  private readonly grantedBy = this.rule('grantedBy', (): Identifier => {
    this.CONSUME(k.granted);
    this.CONSUME(k.by);
    return this.SUBRULE(this.role);
  });

  private readonly roles = this.rule('roles', (): readonly Identifier[] => {
    const roles: Identifier[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: t.comma,
      DEF: () => {
        this.OPTION({ GATE: () => !this.second(t.comma), DEF: () => this.CONSUME(k.group) });
        roles.push(this.SUBRULE(this.role));
      },
    });
    return roles;
  });

  /** Empty for ALL [PRIVILEGES]. */
  private readonly privileges = this.rule('privileges', (): readonly Privilege[] =>
    this.OR<{ ALT: () => readonly Privilege[] }[]>([
      {
        ALT: () => {
          this.CONSUME(k.all);
          this.OPTION(() => this.CONSUME(k.privileges));
          return [];
        },
      },
      {
        ALT: () => {
          const privileges: Privilege[] = [];
          this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => privileges.push(this.SUBRULE(this.privilege)) });
          return privileges;
        },
      },
    ]),
  );

  private readonly privilege = this.rule('privilege', (): Privilege => {
    const start = this.mark();
    const name = this.OR<{ ALT: () => Identifier; GATE?: () => boolean }[]>([
      {
        GATE: () => this.second(k.system),
        ALT: () => {
          this.CONSUME(k.alter);
          this.CONSUME(k.system);
          return { kind: 'identifier', text: 'alter system', quoted: false, range: this.since(start) };
        },
      },
      // SELECT, CREATE and REFERENCES are reserved.
      { ALT: () => this.identifierOf(this.CONSUME(label)) },
    ]);
    const columns = this.OPTION(() => this.SUBRULE(this.parenthesizedNames)) ?? [];
    return { kind: 'privilege', name, columns, range: this.since(start) };
  });

  private readonly grantTarget = this.rule('grantTarget', (): GrantTarget => {
    const start = this.mark();
    this.CONSUME(k.on);
    const object = this.OR<{ ALT: () => string; GATE?: () => boolean }[]>([
      {
        ALT: () => {
          this.CONSUME(k.all);
          const what = this.OR1([
            this.keyword(k.tables, 'tables'),
            this.keyword(k.sequences, 'sequences'),
            this.keyword(k.functions, 'functions'),
            this.keyword(k.procedures, 'procedures'),
            this.keyword(k.routines, 'routines'),
          ]);
          this.CONSUME(k.in);
          this.CONSUME(k.schema);
          return `all ${what} in schema`;
        },
      },
      this.keyword(k.table, 'table'),
      {
        // The words for other objects are names of tables too.
        GATE: () => !this.second(t.comma) && !this.second(k.to) && !this.second(k.from) && !this.second(t.dot),
        ALT: () =>
          this.OR2([
            this.keyword(k.sequence, 'sequence'),
            this.keyword(k.function, 'function'),
            this.keyword(k.procedure, 'procedure'),
            this.keyword(k.routine, 'routine'),
            this.keyword(k.schema, 'schema', 1),
            this.keyword(k.database, 'database'),
            this.keyword(k.domain, 'domain'),
            this.keyword(k.type, 'type'),
            this.keyword(k.language, 'language'),
            this.keyword(k.tablespace, 'tablespace'),
            this.keyword(k.parameter, 'parameter'),
            this.keywords([k.property, k.graph], 'property graph'),
          ]),
      },
      { ALT: () => 'table' },
    ]);
    const names: FunctionReference[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => names.push(this.SUBRULE(this.functionReference)) });
    return { kind: 'grantTarget', object, names, range: this.since(start) };
  });

  /* ------------------------------------------------------------------------------------------------------------- roles */

  /** From ROLE, USER or GROUP on. */
  override readonly roleStatement = this.rule(
    'roleStatement',
    (action: RoleStatement['action'] = 'create', start: number = 0): RoleStatement => {
      const what = this.OR([
        this.keyword(k.role, 'role'),
        this.keyword(k.user, 'user'),
        this.keyword(k.group, 'group'),
      ]);
      const ifExists = this.OPTION({ GATE: () => action === 'drop', DEF: () => this.SUBRULE(this.someExist) }) ?? false;
      const names: Identifier[] = [];
      const options: Option[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => names.push(this.SUBRULE(this.role)) });
      this.OPTION1(() => this.CONSUME(k.with));
      this.MANY({ GATE: () => action !== 'drop', DEF: () => options.push(this.SUBRULE(this.roleOption)) });
      if (action !== 'drop' && names.length > 1) {
        this.report('only one role can be created or altered at a time', this.rangeOf(this.LA(0)));
      }
      return { kind: 'roleStatement', action, what, ifExists, names, options, range: this.since(start) };
    },
  );

  private readonly someExist = this.rule('someExist', (): boolean => {
    this.CONSUME(k.if);
    this.CONSUME(k.exists);
    return true;
  });

  /** A word, and a number, string or list of roles behind it: SUPERUSER, PASSWORD 'x', CONNECTION LIMIT 5, IN ROLE a, b. */
  private readonly roleOption = this.rule('roleOption', (): Option => {
    const start = this.mark();
    let value: Expression | undefined;
    const text = this.OR<{ ALT: () => string; GATE?: () => boolean }[]>([
      {
        ALT: () => {
          this.CONSUME(k.connection);
          this.CONSUME(k.limit);
          value = this.SUBRULE(this.signedNumber);
          return 'connection_limit';
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.valid);
          this.CONSUME(k.until);
          value = this.SUBRULE(this.string);
          return 'valid_until';
        },
      },
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(k.encrypted));
          this.CONSUME(k.password);
          value = this.OR1<{ ALT: () => Expression }[]>([
            { ALT: () => this.SUBRULE1(this.string) },
            { ALT: () => ({ kind: 'null', range: this.rangeOf(this.CONSUME(k.null)) }) },
          ]);
          return 'password';
        },
      },
      {
        ALT: () => {
          const what = this.OR2([
            this.keywords([k.in, k.role], 'in_role'),
            this.keyword(k.role, 'role', 1),
            this.keyword(k.admin, 'admin'),
            this.keyword(k.user, 'user'),
          ]);
          const first = this.mark();
          const names = this.SUBRULE(this.roles);
          const fields = this.ACTION(() =>
            names.map((name): Expression => ({ kind: 'column', parts: [name], range: name.range })),
          );
          value = { kind: 'row', keyword: false, fields, range: this.since(first) };
          return what;
        },
      },
      { ALT: () => this.CONSUME(columnNameWord).image.toLowerCase() },
    ]);
    const range = this.since(start);
    return { kind: 'option', name: { kind: 'identifier', text, quoted: false, range }, value, range };
  });

  /* ---------------------------------------------------------------------------------------------------------- COMMENT */

  protected readonly comment = this.rule('comment', (): Comment => {
    const start = this.mark();
    this.CONSUME(k.comment);
    this.CONSUME(k.on);
    let table: QualifiedName | undefined;
    const object = this.OR<{ ALT: () => string }[]>([
      this.keyword(k.table, 'table'),
      this.keyword(k.column, 'column'),
      this.keyword(k.view, 'view'),
      this.keywords([k.materialized, k.view], 'materialized view', 1),
      this.keyword(k.index, 'index'),
      this.keyword(k.sequence, 'sequence'),
      this.keyword(k.schema, 'schema'),
      this.keyword(k.database, 'database'),
      this.keyword(k.type, 'type'),
      this.keyword(k.domain, 'domain'),
      this.keyword(k.role, 'role'),
      this.keyword(k.function, 'function'),
      this.keyword(k.procedure, 'procedure'),
      this.keyword(k.routine, 'routine'),
      this.keyword(k.macro, 'macro'),
      this.keyword(k.extension, 'extension'),
      this.keyword(k.language, 'language'),
      this.keyword(k.tablespace, 'tablespace'),
      this.keywords([k.property, k.graph], 'property graph'),
      this.keyword(k.constraint, 'constraint'),
      this.keyword(k.trigger, 'trigger'),
      this.keyword(k.policy, 'policy'),
      this.keyword(k.rule, 'rule'),
    ]);
    const name = this.SUBRULE(this.functionReference);
    this.OPTION({
      GATE: () => objectsOfTables.has(object),
      DEF: () => {
        this.CONSUME1(k.on);
        this.OPTION1(() => this.CONSUME1(k.domain));
        table = this.SUBRULE(this.qualifiedName);
      },
    });
    this.CONSUME(k.is);
    const text = this.OR1<{ ALT: () => string | undefined }[]>([
      this.keyword(k.null, undefined),
      { ALT: () => this.CONSUME(t.string).payload ?? '' },
    ]);
    return { kind: 'comment', object, name, table, text, range: this.since(start) };
  });
}

const objectsOfTables: ReadonlySet<string> = new Set(['constraint', 'trigger', 'policy', 'rule']);
