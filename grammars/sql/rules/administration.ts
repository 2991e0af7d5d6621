import { k, label, t } from '../tokens.ts';
import type {
  AnalyzedTable,
  Attach,
  ChangedTable,
  Checkpoint,
  Cluster,
  DatabaseCopy,
  Detach,
  Discard,
  Expression,
  Extension,
  Identifier,
  Listen,
  LockTables,
  Notify,
  Option,
  Pragma,
  Reindex,
  Unlisten,
  Use,
  Vacuum,
} from '../tree.ts';
import { PrivilegeRules } from './privileges.ts';

/** Notifications, the care of tables, and DuckDB's databases. */
export abstract class AdministrationRules extends PrivilegeRules {
  /* ----------------------------------------------------------------------------------------------------- notifications */

  protected readonly listen = this.rule('listen', (): Listen => {
    const start = this.mark();
    this.CONSUME(k.listen);
    return { kind: 'listen', channel: this.SUBRULE(this.name), range: this.since(start) };
  });

  protected readonly unlisten = this.rule('unlisten', (): Unlisten => {
    const start = this.mark();
    this.CONSUME(k.unlisten);
    const channel = this.OR<{ ALT: () => Identifier | undefined }[]>([
      this.keyword(t.star, undefined),
      { ALT: () => this.SUBRULE(this.name) },
    ]);
    return { kind: 'unlisten', channel, range: this.since(start) };
  });

  protected readonly notify = this.rule('notify', (): Notify => {
    const start = this.mark();
    this.CONSUME(k.notify);
    const channel = this.SUBRULE(this.name);
    const payload = this.OPTION(() => {
      this.CONSUME(t.comma);
      return this.CONSUME(t.string).payload ?? '';
    });
    return { kind: 'notify', channel, payload, range: this.since(start) };
  });

  /* -------------------------------------------------------------------------------------------------------------- care */

  protected readonly vacuum = this.rule('vacuum', (): Vacuum => {
    const start = this.mark();
    const tables: AnalyzedTable[] = [];
    this.CONSUME(k.vacuum);
    const options = this.OR<{ ALT: () => readonly Option[] }[]>([
      { ALT: () => this.SUBRULE(this.options) },
      { ALT: () => this.SUBRULE(this.vacuumWords) },
    ]);
    this.MANY_SEP({ SEP: t.comma, DEF: () => tables.push(this.SUBRULE(this.analyzedTable)) });
    return { kind: 'vacuum', options, tables, range: this.since(start) };
  });

  /** FULL FREEZE VERBOSE ANALYZE, each of them or not. */
  private readonly vacuumWords = this.rule('vacuumWords', (): readonly Option[] => {
    const options: Option[] = [];
    const add = (name: Identifier) => options.push({ kind: 'option', name, value: undefined, range: name.range });
    this.OPTION(() => add(this.identifierOf(this.CONSUME(k.full))));
    this.OPTION1(() => add(this.identifierOf(this.CONSUME(k.freeze))));
    this.OPTION2(() => add(this.identifierOf(this.CONSUME(k.verbose))));
    this.OPTION3(() => add(this.identifierOf(this.CONSUME(k.analyze))));
    return options;
  });

  protected readonly analyzedTable = this.rule('analyzedTable', (): AnalyzedTable => {
    const start = this.mark();
    const name = this.SUBRULE(this.qualifiedName);
    const columns = this.OPTION(() => this.SUBRULE(this.parenthesizedNames)) ?? [];
    return { kind: 'analyzedTable', name, columns, range: this.since(start) };
  });

  protected readonly cluster = this.rule('cluster', (): Cluster => {
    const start = this.mark();
    this.CONSUME(k.cluster);
    const options = this.SUBRULE(this.optionsOrVerbose);
    const table = this.OPTION(() => this.SUBRULE(this.qualifiedName));
    const index = this.OPTION1({
      GATE: () => table !== undefined,
      DEF: () => {
        this.CONSUME(k.using);
        return this.SUBRULE(this.name);
      },
    });
    return { kind: 'cluster', options, table, index, range: this.since(start) };
  });

  protected readonly optionsOrVerbose = this.rule('optionsOrVerbose', (): readonly Option[] =>
    this.OR<{ ALT: () => readonly Option[] }[]>([
      { ALT: () => this.SUBRULE(this.options) },
      {
        ALT: () => {
          const name = this.identifierOf(this.CONSUME(k.verbose));
          return [{ kind: 'option', name, value: undefined, range: name.range }];
        },
      },
      { ALT: () => [] },
    ]),
  );

  protected readonly reindex = this.rule('reindex', (): Reindex => {
    const start = this.mark();
    this.CONSUME(k.reindex);
    const options = this.OPTION(() => this.SUBRULE(this.options)) ?? [];
    const object = this.OR<{ ALT: () => Reindex['object'] }[]>([
      this.keyword(k.index, 'index'),
      this.keyword(k.table, 'table'),
      this.keyword(k.schema, 'schema'),
      this.keyword(k.database, 'database'),
      this.keyword(k.system, 'system'),
    ]);
    const concurrently = this.optional(1, k.concurrently);
    const name = this.OPTION2(() => this.SUBRULE(this.qualifiedName));
    if (!name && object !== 'database' && object !== 'system') {
      this.report(`REINDEX ${object.toUpperCase()} needs a name`, this.rangeOf(this.LA(0)));
    }
    return { kind: 'reindex', options, object, concurrently, name, range: this.since(start) };
  });

  protected readonly checkpoint = this.rule('checkpoint', (): Checkpoint => {
    const start = this.mark();
    const force = this.optional(0, k.force);
    this.CONSUME(k.checkpoint);
    const name = this.OPTION1(() => this.SUBRULE(this.name));
    return { kind: 'checkpoint', force, name, range: this.since(start) };
  });

  protected readonly discard = this.rule('discard', (): Discard => {
    const start = this.mark();
    this.CONSUME(k.discard);
    const what = this.OR<{ ALT: () => Discard['what'] }[]>([
      this.keyword(k.all, 'all'),
      this.keyword(k.plans, 'plans'),
      this.keyword(k.sequences, 'sequences'),
      this.keyword(k.temporary, 'temporary'),
      this.keyword(k.temp, 'temporary'),
    ]);
    return { kind: 'discard', what, range: this.since(start) };
  });

  protected readonly lock = this.rule('lock', (): LockTables => {
    const start = this.mark();
    const tables: ChangedTable[] = [];
    this.CONSUME(k.lock);
    this.OPTION(() => this.CONSUME(k.table));
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => tables.push(this.SUBRULE(this.truncatedTable)) });
    const mode = this.OPTION1(() => {
      this.CONSUME(k.in);
      const words = this.SUBRULE(this.lockMode);
      this.CONSUME(k.mode);
      return words;
    });
    const nowait = this.optional(2, k.nowait);
    return { kind: 'lock', tables, mode, nowait, range: this.since(start) };
  });

  private readonly lockMode = this.rule('lockMode', (): string =>
    this.OR<{ ALT: () => string }[]>([
      {
        ALT: () => {
          const first = this.OR1([this.keyword(k.access, 'access'), this.keyword(k.row, 'row')]);
          const second = this.OR2([this.keyword(k.share, 'share'), this.keyword(k.exclusive, 'exclusive')]);
          return `${first} ${second}`;
        },
      },
      {
        ALT: () => {
          this.CONSUME1(k.share);
          return this.OR3<{ ALT: () => string }[]>([
            this.keywords([k.update, k.exclusive], 'share update exclusive', 2),
            this.keywords([k.row, k.exclusive], 'share row exclusive', 3),
            { ALT: () => 'share' },
          ]);
        },
      },
      this.keyword(k.exclusive, 'exclusive', 1),
    ]),
  );

  /* ----------------------------------------------------------------------------------------------- DuckDB's databases */

  protected readonly pragma = this.rule('pragma', (): Pragma => {
    const start = this.mark();
    const values: Expression[] = [];
    this.CONSUME(k.pragma);
    const name = this.identifierOf(this.CONSUME(label));
    const form = this.OR<{ ALT: () => Pragma['form'] }[]>([
      {
        ALT: () => {
          this.CONSUME(t.equal);
          this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => values.push(this.SUBRULE(this.optionValue)) });
          return 'assignment';
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.leftParen);
          this.MANY_SEP({ SEP: t.comma, DEF: () => values.push(this.SUBRULE1(this.optionValue)) });
          this.CONSUME(t.rightParen);
          return 'call';
        },
      },
      { ALT: () => 'name' },
    ]);
    return { kind: 'pragma', name, form, values, range: this.since(start) };
  });

  protected readonly use = this.rule('use', (): Use => {
    const start = this.mark();
    this.CONSUME(k.use);
    return { kind: 'use', name: this.SUBRULE(this.qualifiedName), range: this.since(start) };
  });

  protected readonly attach = this.rule('attach', (): Attach => {
    const start = this.mark();
    this.CONSUME(k.attach);
    this.OPTION(() => this.CONSUME(k.database));
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const path = this.CONSUME(t.string).payload ?? '';
    const alias = this.OPTION1(() => {
      this.CONSUME(k.as);
      return this.SUBRULE(this.name);
    });
    const options = this.OPTION2(() => this.SUBRULE(this.options)) ?? [];
    return { kind: 'attach', ifNotExists, path, alias, options, range: this.since(start) };
  });

  protected readonly detach = this.rule('detach', (): Detach => {
    const start = this.mark();
    this.CONSUME(k.detach);
    this.OPTION({ GATE: () => !this.second(t.end), DEF: () => this.CONSUME(k.database) });
    const ifExists = this.SUBRULE(this.ifExists);
    return { kind: 'detach', ifExists, name: this.SUBRULE(this.name), range: this.since(start) };
  });

  protected readonly extension = this.rule('extension', (): Extension => {
    const start = this.mark();
    let force = false;
    const action = this.OR<{ ALT: () => Extension['action'] }[]>([
      {
        ALT: () => {
          force = this.optional(0, k.force);
          this.CONSUME(k.install);
          return 'install';
        },
      },
      this.keyword(k.load, 'load'),
    ]);
    const name = this.SUBRULE(this.nameOrPath);
    const from = this.OPTION1({
      GATE: () => action === 'install',
      DEF: () => {
        this.CONSUME(k.from);
        return this.SUBRULE1(this.nameOrPath);
      },
    });
    return { kind: 'extension', action, force, name, from, range: this.since(start) };
  });

  /** A string is a quoted name here. */
  private readonly nameOrPath = this.rule(
    'nameOrPath',
    (): Identifier =>
      this.OR<{ ALT: () => Identifier }[]>([
        { ALT: () => this.identifierOf(this.CONSUME(t.string)) },
        { ALT: () => this.SUBRULE(this.name) },
      ]),
  );

  protected readonly databaseCopy = this.rule('databaseCopy', (): DatabaseCopy => {
    const start = this.mark();
    const direction = this.OR([this.keyword(k.export, 'export'), this.keyword(k.import, 'import')]);
    this.CONSUME(k.database);
    const database = this.OPTION({
      GATE: () => direction === 'export',
      DEF: () => {
        const name = this.SUBRULE(this.name);
        this.CONSUME(k.to);
        return name;
      },
    });
    const path = this.CONSUME(t.string).payload ?? '';
    const options = this.OPTION1({
      GATE: () => direction === 'export',
      DEF: () => this.SUBRULE(this.options),
    });
    return { kind: 'databaseCopy', direction, database, path, options: options ?? [], range: this.since(start) };
  });
}
