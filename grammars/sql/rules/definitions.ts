import type { IToken, ParserMethod } from '../../toolkit/chevrotain.ts';
import { k, label, t } from '../tokens.ts';
import type {
  CheckConstraint,
  ColumnConstraint,
  ColumnDefinition,
  CreateSchema,
  CreateTable,
  CreateView,
  Drop,
  Execute,
  Expression,
  ForeignTarget,
  Identifier,
  LikeOption,
  LikeTable,
  Option,
  Query,
  ReferentialAction,
  TableConstraint,
  TableElement,
} from '../tree.ts';
import { ChangeRules } from './changes.ts';

type CreateStatement = CreateTable | CreateView | CreateSchema;

interface CreateHead {
  readonly start: number;
  readonly orReplace: boolean;
  readonly temporary: boolean;
  readonly unlogged: boolean;
}

interface Deferrability {
  readonly deferrable: boolean | undefined;
  readonly initially: 'deferred' | 'immediate' | undefined;
}

/** CREATE and DROP, and the options in parentheses that several statements have. */
export abstract class DefinitionRules extends ChangeRules {
  abstract readonly execute: ParserMethod<[], Execute>;

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
    ]);
  });

  /* ------------------------------------------------------------------------------------------------------------ tables */

  private readonly createTable = this.rule('createTable', (head: CreateHead = noHead): CreateTable => {
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

  private readonly columnDefinition = this.rule('columnDefinition', (): ColumnDefinition => {
    const start = this.mark();
    const constraints: ColumnConstraint[] = [];
    const name = this.SUBRULE(this.name);
    const type = this.OPTION({
      GATE: () => !this.next(k.generated),
      DEF: () => this.SUBRULE(this.typeName),
    });
    const collation = this.OPTION1(() => {
      this.CONSUME(k.collate);
      return this.SUBRULE(this.qualifiedName);
    });
    this.MANY(() => constraints.push(this.SUBRULE(this.columnConstraint)));
    return { kind: 'columnDefinition', name, type, collation, constraints, range: this.since(start) };
  });

  /* ------------------------------------------------------------------------------------------------------- constraints */

  private readonly constraintName = this.rule('constraintName', (): Identifier => {
    this.CONSUME(k.constraint);
    return this.SUBRULE(this.name);
  });

  private readonly columnConstraint = this.rule('columnConstraint', (): ColumnConstraint => {
    const start = this.mark();
    const name = this.OPTION(() => this.SUBRULE(this.constraintName));
    return this.OR<{ ALT: () => ColumnConstraint }[]>([
      {
        ALT: () => {
          const nullable = this.OR1([this.keywords([k.not, k.null], false), this.keyword(k.null, true, 1)]);
          return { kind: 'notNull', name, nullable, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.default);
          // Above NOT: what follows may be NOT NULL.
          const value = this.SUBRULE(this.expression, { ARGS: [4] });
          return { kind: 'defaultConstraint', name, value, range: this.since(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.generatedConstraint, { ARGS: [name, start] }) },
      {
        ALT: () => {
          this.CONSUME(k.primary);
          this.CONSUME(k.key);
          return {
            kind: 'primaryKey',
            name,
            columns: [],
            ...this.SUBRULE(this.deferrability),
            range: this.since(start),
          };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.unique);
          const nullsDistinct = this.SUBRULE(this.nullsDistinct);
          const deferrability = this.SUBRULE1(this.deferrability);
          return { kind: 'unique', name, columns: [], nullsDistinct, ...deferrability, range: this.since(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.checkConstraint, { ARGS: [name, start] }) },
      {
        ALT: () => {
          const target = this.SUBRULE(this.foreignTarget);
          const deferrability = this.SUBRULE2(this.deferrability);
          return { kind: 'references', name, target, ...deferrability, range: this.since(start) };
        },
      },
    ]);
  });

  /** GENERATED …, and DuckDB's bare AS (…). */
  private readonly generatedConstraint = this.rule(
    'generatedConstraint',
    (name?: Identifier, start: number = 0): ColumnConstraint => {
      let always = true;
      this.OPTION(() => {
        this.CONSUME(k.generated);
        always = this.OR([this.keyword(k.always, true), this.keywords([k.by, k.default], false)]);
      });
      this.CONSUME(k.as);
      return this.OR1<{ ALT: () => ColumnConstraint }[]>([
        {
          ALT: () => {
            this.CONSUME(k.identity);
            const options = this.OPTION1(() => this.SUBRULE(this.sequenceOptions));
            return { kind: 'identity', name, always, options: options ?? [], range: this.since(start) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.leftParen);
            const expression = this.SUBRULE(this.expression);
            this.CONSUME(t.rightParen);
            const storage = this.OPTION2(() =>
              this.OR2([this.keyword(k.stored, 'stored'), this.keyword(k.virtual, 'virtual')]),
            );
            return { kind: 'generated', name, expression, storage, range: this.since(start) };
          },
        },
      ]);
    },
  );

  /** `(START WITH 10 INCREMENT BY 5)`; the small words WITH and BY are dropped, NO CYCLE is the option `no_cycle`. */
  private readonly sequenceOptions = this.rule('sequenceOptions', (): readonly Option[] => {
    const options: Option[] = [];
    this.CONSUME(t.leftParen);
    this.MANY(() => {
      const start = this.mark();
      const no = this.optional(0, k.no);
      const word = this.identifierOf(this.CONSUME(label));
      this.OPTION1(() => this.OR([this.keyword(k.with, undefined), this.keyword(k.by, undefined)]));
      const value = this.OPTION2(() => this.SUBRULE(this.signedNumber));
      const name = no ? { ...word, text: `no_${word.text}` } : word;
      options.push({ kind: 'option', name, value, range: this.since(start) });
    });
    this.CONSUME(t.rightParen);
    return options;
  });

  private readonly tableConstraint = this.rule('tableConstraint', (): TableConstraint => {
    const start = this.mark();
    const name = this.OPTION(() => this.SUBRULE(this.constraintName));
    return this.OR<{ ALT: () => TableConstraint }[]>([
      {
        ALT: () => {
          this.CONSUME(k.primary);
          this.CONSUME(k.key);
          const columns = this.SUBRULE(this.parenthesizedNames);
          const deferrability = this.SUBRULE(this.deferrability);
          return { kind: 'primaryKey', name, columns, ...deferrability, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.unique);
          const nullsDistinct = this.SUBRULE(this.nullsDistinct);
          const columns = this.SUBRULE1(this.parenthesizedNames);
          const deferrability = this.SUBRULE1(this.deferrability);
          return { kind: 'unique', name, columns, nullsDistinct, ...deferrability, range: this.since(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.checkConstraint, { ARGS: [name, start] }) },
      {
        ALT: () => {
          this.CONSUME(k.foreign);
          this.CONSUME1(k.key);
          const columns = this.SUBRULE2(this.parenthesizedNames);
          const target = this.SUBRULE(this.foreignTarget);
          const deferrability = this.SUBRULE2(this.deferrability);
          return { kind: 'foreignKey', name, columns, target, ...deferrability, range: this.since(start) };
        },
      },
    ]);
  });

  private readonly checkConstraint = this.rule(
    'checkConstraint',
    (name?: Identifier, start: number = 0): CheckConstraint => {
      this.CONSUME(k.check);
      this.CONSUME(t.leftParen);
      const expression = this.SUBRULE(this.expression);
      this.CONSUME(t.rightParen);
      return { kind: 'check', name, expression, ...this.SUBRULE(this.deferrability), range: this.since(start) };
    },
  );

  /** NULLS [NOT] DISTINCT */
  private readonly nullsDistinct = this.rule('nullsDistinct', (): boolean => {
    let distinct = true;
    this.OPTION(() => {
      this.CONSUME(k.nulls);
      distinct = !this.optional(1, k.not);
      this.CONSUME(k.distinct);
    });
    return distinct;
  });

  private readonly deferrability = this.rule('deferrability', (): Deferrability => {
    let deferrable: boolean | undefined;
    let initially: Deferrability['initially'];
    this.OPTION({
      GATE: () => this.next(k.deferrable) || this.second(k.deferrable),
      DEF: () => {
        deferrable = !this.optional(1, k.not);
        this.CONSUME(k.deferrable);
      },
    });
    this.OPTION2(() => {
      this.CONSUME(k.initially);
      initially = this.OR([this.keyword(k.deferred, 'deferred'), this.keyword(k.immediate, 'immediate')]);
    });
    return { deferrable, initially };
  });

  private readonly foreignTarget = this.rule('foreignTarget', (): ForeignTarget => {
    const start = this.mark();
    this.CONSUME(k.references);
    const table = this.SUBRULE(this.qualifiedName);
    const columns = this.OPTION(() => this.SUBRULE(this.parenthesizedNames)) ?? [];
    const match = this.OPTION1(() => {
      this.CONSUME(k.match);
      return this.OR([
        this.keyword(k.full, 'full'),
        this.keyword(k.partial, 'partial'),
        this.keyword(k.simple, 'simple'),
      ]);
    });
    let onDelete: ReferentialAction | undefined;
    let onUpdate: ReferentialAction | undefined;
    this.MANY(() => {
      this.CONSUME(k.on);
      const isDelete = this.OR1([this.keyword(k.delete, true), this.keyword(k.update, false)]);
      const action = this.SUBRULE(this.referentialAction);
      if (isDelete) onDelete = action;
      else onUpdate = action;
    });
    return { kind: 'foreignTarget', table, columns, match, onDelete, onUpdate, range: this.since(start) };
  });

  private readonly referentialAction = this.rule(
    'referentialAction',
    (): ReferentialAction =>
      this.OR<{ ALT: () => ReferentialAction }[]>([
        this.keywords([k.no, k.action], 'no action'),
        this.keyword(k.restrict, 'restrict'),
        this.keyword(k.cascade, 'cascade'),
        {
          ALT: () => {
            this.CONSUME(k.set);
            return this.OR1([this.keyword(k.null, 'set null'), this.keyword(k.default, 'set default')]);
          },
        },
      ]),
  );

  /* ------------------------------------------------------------------------------------------------- views and schemas */

  private readonly createView = this.rule('createView', (head: CreateHead = noHead): CreateView => {
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

  protected readonly drop = this.rule('drop', (): Drop => {
    const start = this.mark();
    this.CONSUME(k.drop);
    const object = this.OR([
      this.keyword(k.table, 'table'),
      this.keyword(k.view, 'view'),
      this.keyword(k.schema, 'schema'),
    ]);
    const ifExists = this.SUBRULE(this.ifExists);
    const names = this.SUBRULE(this.qualifiedNames);
    const behavior = this.SUBRULE(this.dropBehavior);
    return { kind: 'drop', object, ifExists, names, behavior, range: this.since(start) };
  });

  /* ----------------------------------------------------------------------------------------------------------- options */

  /** `(name value, name = value, name)` */
  protected readonly options = this.rule('options', (): readonly Option[] => {
    const options: Option[] = [];
    this.CONSUME(t.leftParen);
    this.MANY_SEP({ SEP: t.comma, DEF: () => options.push(this.SUBRULE(this.optionItem)) });
    this.CONSUME(t.rightParen);
    return options;
  });

  private readonly optionItem = this.rule('optionItem', (): Option => {
    const start = this.mark();
    const name = this.identifierOf(this.CONSUME(label));
    this.OPTION(() => this.CONSUME(t.equal));
    const value = this.OPTION1(() => this.SUBRULE(this.optionValue));
    return { kind: 'option', name, value, range: this.since(start) };
  });

  protected readonly optionValue = this.rule('optionValue', (): Expression => {
    const start = this.mark();
    return this.OR<{ ALT: () => Expression; GATE?: () => boolean }[]>([
      { GATE: () => this.wordAlone(), ALT: () => this.SUBRULE(this.bareWord) },
      {
        ALT: () => {
          this.CONSUME(t.star);
          return { kind: 'star', qualifier: [], exclude: [], replace: [], rename: [], range: this.since(start) };
        },
      },
      {
        ALT: () => {
          const fields: Expression[] = [];
          this.CONSUME(t.leftParen);
          this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => fields.push(this.SUBRULE(this.optionValue)) });
          this.CONSUME(t.rightParen);
          return { kind: 'row', keyword: false, fields, range: this.since(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
  });

  protected readonly bareWord = this.rule('bareWord', (): Expression => {
    const word = this.identifierOf(this.CONSUME(label));
    return { kind: 'column', parts: [word], range: word.range };
  });

  /** A word that is the whole value; TRUE, FALSE and NULL are values of their own. */
  protected wordAlone(): boolean {
    const { tokenType } = this.LA(1);
    if (tokenType === k.true || tokenType === k.false || tokenType === k.null) return false;
    const behind = this.LA(2).tokenType;
    return behind === t.comma || behind === t.rightParen || behind === t.end;
  }

  protected readonly signedNumber = this.rule('signedNumber', (): Expression => {
    const start = this.mark();
    const sign = this.OPTION(() =>
      this.OR([{ ALT: () => this.CONSUME(t.minus) }, { ALT: () => this.CONSUME(t.plus) }]),
    );
    const number = this.SUBRULE(this.number);
    if (!sign) return number;
    return { kind: 'unary', operator: this.operatorOf(sign), operand: number, range: this.since(start) };
  });
}

const noHead: CreateHead = { start: 0, orReplace: false, temporary: false, unlogged: false };

/** PostgreSQL has tables without columns. */
function emptyParens(last: IToken): boolean {
  return last.tokenType === t.rightParen;
}
