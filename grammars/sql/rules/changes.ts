import { k, label, t } from '../tokens.ts';
import type {
  Assignment,
  AssignmentStep,
  AssignmentTarget,
  ChangedTable,
  Delete,
  DropBehavior,
  Expression,
  IndexElement,
  Insert,
  Merge,
  MergeAction,
  MergeClause,
  MergeInsert,
  OnConflict,
  Query,
  SelectItem,
  Truncate,
  Update,
  With,
} from '../tree.ts';
import { QueryRules } from './queries.ts';

type Change = Insert | Update | Delete | Merge;

/** INSERT, UPDATE, DELETE, MERGE, TRUNCATE */
export abstract class ChangeRules extends QueryRules {
  /** A query, or a statement that changes data: what WITH can stand in front of. */
  override readonly dataStatement = this.rule(
    'dataStatement',
    (): Query | Change => {
      this.guardDepth();
      const start = this.mark();
      const withClause = this.OPTION(() => this.SUBRULE(this.with));
      return this.OR<{ ALT: () => Query | Change }[]>([
        { ALT: () => this.SUBRULE(this.queryRest, { ARGS: [withClause, start] }) },
        { ALT: () => this.SUBRULE(this.insert, { ARGS: [withClause, start] }) },
        { ALT: () => this.SUBRULE(this.update, { ARGS: [withClause, start] }) },
        { ALT: () => this.SUBRULE(this.delete, { ARGS: [withClause, start] }) },
        { ALT: () => this.SUBRULE(this.merge, { ARGS: [withClause, start] }) },
      ]);
    },
    () => this.missingQuery(),
  );

  /* ----------------------------------------------------------------------------------------------------------- INSERT */

  private readonly insert = this.rule('insert', (withClause?: With, start: number = 0): Insert => {
    this.CONSUME(k.insert);
    const or = this.OPTION(() => {
      this.CONSUME(k.or);
      return this.OR([this.keyword(k.replace, 'replace'), this.keyword(k.ignore, 'ignore')]);
    });
    this.CONSUME(k.into);
    const tableStart = this.mark();
    const name = this.SUBRULE(this.qualifiedName);
    const alias = this.OPTION1(() => {
      this.CONSUME(k.as);
      return this.SUBRULE(this.name);
    });
    const table: ChangedTable = { kind: 'changedTable', name, only: false, alias, range: this.since(tableStart) };
    const columns = this.OPTION2({
      GATE: () => !this.queryInParens(),
      DEF: () => this.SUBRULE(this.assignmentTargets),
    });
    const byName = this.OPTION3(() => this.SUBRULE(this.byName)) ?? false;
    const overriding = this.OPTION4(() => this.SUBRULE(this.overriding));
    const source = this.OR1<{ ALT: () => Query | undefined }[]>([
      this.keywords([k.default, k.values], undefined),
      { ALT: () => this.SUBRULE(this.query) },
    ]);
    const onConflict = this.OPTION5(() => this.SUBRULE(this.onConflict));
    const returning = this.SUBRULE(this.returning);
    return {
      kind: 'insert',
      with: withClause,
      table,
      or,
      columns: columns ?? [],
      byName,
      overriding,
      source,
      onConflict,
      returning,
      range: this.since(start),
    };
  });

  private readonly overriding = this.rule('overriding', (): 'system' | 'user' => {
    this.CONSUME(k.overriding);
    const whose = this.OR([this.keyword(k.system, 'system'), this.keyword(k.user, 'user')]);
    this.CONSUME(k.value);
    return whose;
  });

  private readonly onConflict = this.rule('onConflict', (): OnConflict => {
    const start = this.mark();
    this.CONSUME(k.on);
    this.CONSUME(k.conflict);
    const target = this.OPTION(() =>
      this.OR<{ ALT: () => NonNullable<OnConflict['target']> }[]>([
        {
          ALT: () => {
            const targetStart = this.mark();
            const elements = this.SUBRULE(this.indexElements);
            const ordered = this.ACTION(() => elements.find(({ direction, nulls }) => direction || nulls));
            if (ordered) this.report('the columns of ON CONFLICT have no order', ordered.range);
            const condition = this.OPTION1(() => {
              this.CONSUME(k.where);
              return this.SUBRULE(this.expression);
            });
            return { kind: 'conflictColumns', elements, where: condition, range: this.since(targetStart) };
          },
        },
        {
          ALT: () => {
            const targetStart = this.mark();
            this.CONSUME1(k.on);
            this.CONSUME(k.constraint);
            const name = this.SUBRULE(this.name);
            return { kind: 'conflictConstraint', name, range: this.since(targetStart) };
          },
        },
      ]),
    );
    this.CONSUME(k.do);
    let set: readonly Assignment[] = [];
    let where: Expression | undefined;
    this.OR1([
      this.keyword(k.nothing, undefined),
      {
        ALT: () => {
          this.CONSUME(k.update);
          set = this.SUBRULE(this.setClause);
          where = this.OPTION2(() => {
            this.CONSUME1(k.where);
            return this.SUBRULE1(this.expression);
          });
        },
      },
    ]);
    return { kind: 'onConflict', target, set, where, range: this.since(start) };
  });

  /** Columns and expressions of an index, with their order. */
  protected readonly indexElements = this.rule('indexElements', (): readonly IndexElement[] => {
    const elements: IndexElement[] = [];
    this.CONSUME(t.leftParen);
    this.AT_LEAST_ONE_SEP({
      SEP: t.comma,
      DEF: () => {
        const start = this.mark();
        const element = this.SUBRULE(this.indexElement);
        const direction = this.OPTION(() => this.OR([this.keyword(k.asc, 'asc'), this.keyword(k.desc, 'desc')]));
        const nulls = this.OPTION1(() => {
          this.CONSUME(k.nulls);
          return this.OR1([this.keyword(k.first, 'first'), this.keyword(k.last, 'last')]);
        });
        elements.push({ ...element, direction, nulls, range: this.since(start) });
      },
    });
    this.CONSUME(t.rightParen);
    return elements;
  });

  private readonly indexElement = this.rule('indexElement', (): IndexElement => {
    const start = this.mark();
    const written = this.SUBRULE(this.expression);
    const operatorClass = this.OPTION({
      GATE: () => !this.next(k.nulls) || !(this.second(k.first) || this.second(k.last)),
      DEF: () => this.SUBRULE(this.qualifiedName),
    });
    const collated = written.kind === 'collate' ? written : undefined;
    return {
      kind: 'indexElement',
      expression: collated?.operand ?? written,
      collation: collated?.collation,
      operatorClass,
      direction: undefined,
      nulls: undefined,
      range: this.since(start),
    };
  });

  private readonly returning = this.rule('returning', (): readonly SelectItem[] =>
    this.OR<{ ALT: () => readonly SelectItem[] }[]>([
      {
        ALT: () => {
          this.CONSUME(k.returning);
          return this.SUBRULE(this.selectItems);
        },
      },
      { ALT: () => [] },
    ]),
  );

  /* ----------------------------------------------------------------------------------------------- UPDATE and DELETE */

  /** `[ONLY] name [*] [[AS] alias]` */
  private readonly changedTable = this.rule('changedTable', (): ChangedTable => {
    const start = this.mark();
    const only = this.optional(0, k.only);
    const name = this.SUBRULE(this.qualifiedName);
    this.OPTION1(() => this.CONSUME(t.star));
    const alias = this.SUBRULE(this.optionalAlias);
    this.ACTION(() => {
      if (alias && alias.columns.length > 0) {
        this.report('the table that is changed cannot have column aliases', alias.range);
      }
    });
    return { kind: 'changedTable', name, only, alias: alias?.name, range: this.since(start) };
  });

  private readonly update = this.rule('update', (withClause?: With, start: number = 0): Update => {
    this.CONSUME(k.update);
    const table = this.SUBRULE(this.changedTable);
    const set = this.SUBRULE(this.setClause);
    const from = this.OPTION(() => {
      this.CONSUME(k.from);
      return this.SUBRULE(this.tableExpressions);
    });
    const where = this.OPTION1(() => this.SUBRULE(this.changedRows));
    const returning = this.SUBRULE(this.returning);
    const range = this.since(start);
    return { kind: 'update', with: withClause, table, set, from: from ?? [], where, returning, range };
  });

  private readonly delete = this.rule('delete', (withClause?: With, start: number = 0): Delete => {
    this.CONSUME(k.delete);
    this.CONSUME(k.from);
    const table = this.SUBRULE(this.changedTable);
    const using = this.OPTION(() => {
      this.CONSUME(k.using);
      return this.SUBRULE(this.tableExpressions);
    });
    const where = this.OPTION1(() => this.SUBRULE(this.changedRows));
    const returning = this.SUBRULE(this.returning);
    return { kind: 'delete', with: withClause, table, using: using ?? [], where, returning, range: this.since(start) };
  });

  /** WHERE condition, WHERE CURRENT OF cursor */
  private readonly changedRows = this.rule('changedRows', (): Expression => {
    this.CONSUME(k.where);
    const start = this.mark();
    return this.OR<{ ALT: () => Expression; GATE?: () => boolean }[]>([
      {
        GATE: () => this.second(k.of),
        ALT: () => {
          this.CONSUME(k.current);
          this.CONSUME(k.of);
          return { kind: 'currentOf', cursor: this.SUBRULE(this.name), range: this.since(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
  });

  /** SET a = 1, (b, c) = (2, 3) */
  private readonly setClause = this.rule('setClause', (): readonly Assignment[] => {
    const assignments: Assignment[] = [];
    this.CONSUME(k.set);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => assignments.push(this.SUBRULE(this.assignment)) });
    return assignments;
  });

  private readonly assignment = this.rule('assignment', (): Assignment => {
    const start = this.mark();
    let row = false;
    const targets = this.OR<{ ALT: () => readonly AssignmentTarget[] }[]>([
      {
        ALT: () => {
          row = true;
          return this.SUBRULE(this.assignmentTargets);
        },
      },
      { ALT: () => [this.SUBRULE(this.assignmentTarget)] },
    ]);
    this.CONSUME(t.equal);
    const value = this.SUBRULE(this.expression);
    return { kind: 'assignment', row, targets, value, range: this.since(start) };
  });

  /** `(a, b.c, d[1])` */
  private readonly assignmentTargets = this.rule('assignmentTargets', (): readonly AssignmentTarget[] => {
    const targets: AssignmentTarget[] = [];
    this.CONSUME(t.leftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => targets.push(this.SUBRULE(this.assignmentTarget)) });
    this.CONSUME(t.rightParen);
    return targets;
  });

  private readonly assignmentTarget = this.rule('assignmentTarget', (): AssignmentTarget => {
    const start = this.mark();
    const path: AssignmentStep[] = [];
    const column = this.SUBRULE(this.name);
    this.MANY(() => path.push(this.SUBRULE(this.assignmentStep)));
    return { kind: 'assignmentTarget', column, path, range: this.since(start) };
  });

  private readonly assignmentStep = this.rule('assignmentStep', (): AssignmentStep => {
    const start = this.mark();
    return this.OR<{ ALT: () => AssignmentStep }[]>([
      {
        ALT: () => {
          this.CONSUME(t.dot);
          const field = this.identifierOf(this.CONSUME(label));
          return { kind: 'fieldStep', field, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          let slice = false;
          let upper: Expression | undefined;
          this.CONSUME(t.leftBracket);
          const lower = this.OPTION({ GATE: () => !this.next(t.colon), DEF: () => this.SUBRULE(this.expression) });
          this.OPTION1(() => {
            this.CONSUME(t.colon);
            slice = true;
            upper = this.OPTION2(() => this.SUBRULE1(this.expression));
          });
          this.CONSUME(t.rightBracket);
          if (slice) return { kind: 'sliceStep', lower, upper, range: this.since(start) };
          return { kind: 'indexStep', index: lower ?? this.missing(), range: this.since(start) };
        },
      },
    ]);
  });

  /* ------------------------------------------------------------------------------------------------------------ MERGE */

  private readonly merge = this.rule('merge', (withClause?: With, start: number = 0): Merge => {
    const clauses: MergeClause[] = [];
    this.CONSUME(k.merge);
    this.CONSUME(k.into);
    const table = this.SUBRULE(this.changedTable);
    this.CONSUME(k.using);
    const source = this.SUBRULE(this.tableExpression);
    const condition = this.SUBRULE(this.mergeCondition);
    this.AT_LEAST_ONE(() => clauses.push(this.SUBRULE(this.mergeClause)));
    const returning = this.SUBRULE(this.returning);
    return { kind: 'merge', with: withClause, table, source, condition, clauses, returning, range: this.since(start) };
  });

  private readonly mergeCondition = this.rule('mergeCondition', (): Merge['condition'] => {
    const condition = this.SUBRULE(this.joinCondition);
    return condition.kind === 'natural'
      ? { kind: 'on', expression: this.missing(), range: condition.range }
      : condition;
  });

  private readonly mergeClause = this.rule('mergeClause', (): MergeClause => {
    const start = this.mark();
    this.CONSUME(k.when);
    const not = this.optional(0, k.not);
    this.CONSUME(k.matched);
    const side = this.OPTION1({
      GATE: () => not,
      DEF: () => {
        this.CONSUME(k.by);
        return this.OR([this.keyword(k.source, 'source'), this.keyword(k.target, 'target')]);
      },
    });
    const condition = this.OPTION2(() => {
      this.CONSUME(k.and);
      return this.SUBRULE(this.expression);
    });
    this.CONSUME(k.then);
    const action = this.SUBRULE(this.mergeAction);
    const match = !not ? 'matched' : side === 'source' ? 'not matched by source' : 'not matched by target';
    return { kind: 'mergeClause', match, condition, action, range: this.since(start) };
  });

  private readonly mergeAction = this.rule('mergeAction', (): MergeAction => {
    const start = this.mark();
    return this.OR<{ ALT: () => MergeAction }[]>([
      {
        ALT: () => {
          this.CONSUME(k.update);
          const byName = this.OPTION(() => this.SUBRULE(this.byName)) ?? false;
          const set = this.OPTION1(() =>
            this.OR1<{ ALT: () => readonly Assignment[]; GATE?: () => boolean }[]>([
              { GATE: () => this.second(t.star), ALT: () => this.SUBRULE(this.setStar) },
              { ALT: () => this.SUBRULE(this.setClause) },
            ]),
          );
          return { kind: 'mergeUpdate', set: set ?? [], byName, range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.delete);
          return { kind: 'mergeDelete', range: this.since(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.mergeInsert) },
      {
        ALT: () => {
          this.CONSUME(k.do);
          this.CONSUME(k.nothing);
          return { kind: 'mergeNothing', range: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.error);
          const message = this.OPTION2(() => this.SUBRULE(this.expression));
          return { kind: 'mergeError', message, range: this.since(start) };
        },
      },
    ]);
  });

  /** DuckDB's UPDATE SET *, the same as UPDATE alone. */
  private readonly setStar = this.rule('setStar', (): readonly Assignment[] => {
    this.CONSUME(k.set);
    this.CONSUME(t.star);
    return [];
  });

  private readonly mergeInsert = this.rule('mergeInsert', (): MergeInsert => {
    const start = this.mark();
    this.CONSUME(k.insert);
    const byName = this.OPTION(() => this.SUBRULE(this.byName)) ?? false;
    const columns = this.OPTION1(() => this.SUBRULE(this.assignmentTargets)) ?? [];
    const overriding = this.OPTION2(() => this.SUBRULE(this.overriding));
    const values = this.OR<{ ALT: () => MergeInsert['values'] }[]>([
      this.keywords([k.default, k.values], 'default'),
      this.keyword(t.star, 'source'),
      {
        ALT: () => {
          this.CONSUME1(k.values);
          this.CONSUME(t.leftParen);
          const expressions = this.SUBRULE(this.expressions);
          this.CONSUME(t.rightParen);
          return expressions;
        },
      },
      { ALT: () => 'source' },
    ]);
    return { kind: 'mergeInsert', columns, byName, overriding, values, range: this.since(start) };
  });

  /* --------------------------------------------------------------------------------------------------------- TRUNCATE */

  protected readonly truncate = this.rule('truncate', (): Truncate => {
    const start = this.mark();
    const tables: ChangedTable[] = [];
    this.CONSUME(k.truncate);
    this.OPTION(() => this.CONSUME(k.table));
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => tables.push(this.SUBRULE(this.truncatedTable)) });
    const identity = this.OPTION1(() => {
      const what = this.OR([this.keyword(k.restart, 'restart'), this.keyword(k.continue, 'continue')]);
      this.CONSUME(k.identity);
      return what;
    });
    const behavior = this.SUBRULE(this.dropBehavior);
    return { kind: 'truncate', tables, identity, behavior, range: this.since(start) };
  });

  protected readonly truncatedTable = this.rule('truncatedTable', (): ChangedTable => {
    const start = this.mark();
    const only = this.optional(0, k.only);
    const name = this.SUBRULE(this.qualifiedName);
    this.OPTION1(() => this.CONSUME(t.star));
    return { kind: 'changedTable', name, only, alias: undefined, range: this.since(start) };
  });

  protected readonly dropBehavior = this.rule('dropBehavior', (): DropBehavior | undefined =>
    this.OR<{ ALT: () => DropBehavior | undefined }[]>([
      this.keyword(k.cascade, 'cascade'),
      this.keyword(k.restrict, 'restrict'),
      { ALT: () => undefined },
    ]),
  );
}
