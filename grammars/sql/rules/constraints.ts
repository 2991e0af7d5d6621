import { k, t } from '../tokens.ts';
import type {
  CheckConstraint,
  ColumnConstraint,
  ColumnDefinition,
  ForeignTarget,
  Identifier,
  ReferentialAction,
  TableConstraint,
} from '../tree.ts';
import { SequenceRules } from './sequences.ts';

interface Deferrability {
  readonly deferrable: boolean | undefined;
  readonly initially: 'deferred' | 'immediate' | undefined;
}

/** Columns of tables, and constraints. */
export abstract class ConstraintRules extends SequenceRules {
  protected readonly columnDefinition = this.rule('columnDefinition', (): ColumnDefinition => {
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

  protected readonly columnConstraint = this.rule('columnConstraint', (): ColumnConstraint => {
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
            const options = this.OPTION1(() => this.SUBRULE(this.identityOptions));
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

  protected readonly tableConstraint = this.rule('tableConstraint', (): TableConstraint => {
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
  protected readonly nullsDistinct = this.rule('nullsDistinct', (): boolean => {
    let distinct = true;
    this.OPTION(() => {
      this.CONSUME(k.nulls);
      distinct = !this.optional(1, k.not);
      this.CONSUME(k.distinct);
    });
    return distinct;
  });

  protected readonly deferrability = this.rule('deferrability', (): Deferrability => {
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
}
