import { type ColumnIds, columnIds } from '../../compiler/ir/columns.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import { children, mapChildren } from '../../compiler/physical/columns.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { Row } from '../../runtime/reference/context.ts';
import { interpret } from '../../runtime/reference/interpret.ts';
import { checkRows } from './check-plan.ts';
import { Expressions } from './expressions.ts';
import type { Rows } from './harness.ts';
import { asValues, type Node } from './node.ts';
import type { Random } from './random.ts';
import type { Size } from './table-pool.ts';
import { ReferenceTables, type TestTable } from './tables.ts';

export type Pool = ReadonlyMap<Size, readonly TestTable[]>;

/** The columns of the outer sides of enclosing Apply nodes, and one of their rows to try things with. */
export interface Outside {
  readonly columns: readonly Column[];
  readonly row: Row;
}

export const NOTHING_OUTSIDE: Outside = { columns: [], row: new Map() };

/** More rows than this make the reference slow: its joins compare every pair. */
const MOST_ROWS = 6_000;

export function writes(plan: PhysicalPlan): boolean {
  return (
    plan.kind === 'insert' ||
    plan.kind === 'update' ||
    plan.kind === 'delete' ||
    plan.kind === 'merge' ||
    children(plan).some(writes)
  );
}

/** Thrown where a choice turns out not to work: another one is made then. */
export class Unfit extends Error {}

/** What the making of one plan shares. */
export class Making {
  readonly random: Random;
  readonly pool: Pool;
  readonly ids: ColumnIds = columnIds(1);
  readonly parameters: Value[] = [];
  readonly tables = new Set<TestTable>();
  /** Rows of what is bound around. */
  readonly bindings = new Map<number, Rows>();
  readonly #tables: ReferenceTables;

  constructor(random: Random, pool: Pool, tables: ReferenceTables) {
    this.random = random;
    this.pool = pool;
    this.#tables = tables;
  }

  newColumn(name: string, type: Type, nullable: boolean): Column {
    return { id: this.ids.next(), name, type, nullable };
  }

  expressions(columns: readonly Column[], outside: Outside): Expressions {
    return new Expressions(this.random, [...columns, ...outside.columns], this.parameters, this.ids);
  }

  /** The rows of a node over inputs that are known. */
  evaluate(plan: PhysicalPlan, inputs: readonly Node[], { row }: Outside): Rows {
    const known = new Map(inputs.map((input) => [input.plan, input]));
    const shallow = mapChildren(plan, (child) => {
      const input = known.get(child);
      return input === undefined ? child : asValues(input);
    });
    try {
      const tables = writes(shallow) ? new ReferenceTables([...this.tables]) : this.#tables;
      const rows = interpret(shallow, { parameters: this.parameters, tables, outer: row, bindings: this.bindings });
      if (rows.length > MOST_ROWS) throw new Unfit('too many rows');
      checkRows(plan.columns, rows);
      return rows;
    } catch (error) {
      if (error instanceof OrbitError && error.code !== 'internal_error') throw new Unfit(error.message);
      throw error;
    }
  }

  /** Makes sure that the expressions fail for none of the input's rows, whichever of them the plan will need. */
  tryOut(expressions: readonly Expression[], input: Node, outside: Outside): void {
    const columns = expressions.map(({ type, nullable }) => this.newColumn('tried', type, nullable));
    this.evaluate({ kind: 'project', columns, input: input.plan, expressions }, [input], outside);
  }

  /** Up to so many tries of something that may throw Unfit; the last one that is `good`, or any. */
  attempt<R>(tries: number, make: () => R, good: (result: R) => boolean): R {
    let last: R | undefined;
    let unfit: unknown;
    for (let i = 0; i < tries; i++) {
      try {
        last = make();
        if (good(last)) return last;
      } catch (error) {
        if (!(error instanceof Unfit)) throw error;
        unfit = error;
      }
    }
    if (last === undefined) throw unfit;
    return last;
  }
}
