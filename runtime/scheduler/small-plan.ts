import type { Column, Expression } from '../../compiler/ir/expression.ts';
import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import { writes } from '../../compiler/physical/columns.ts';
import type {
  KeyLookup,
  PhysicalApply,
  PhysicalDelete,
  PhysicalInsert,
  PhysicalPlan,
  PhysicalSort,
  PhysicalUpdate,
} from '../../compiler/physical/plan.ts';
import { internalError, OrbitError } from '../../compiler/types/error.ts';
import { isInteger, type Type, typeEquals } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { Transaction } from '../columns/source.ts';
import { compareByKeys } from '../reference/sorting.ts';
import type { Tables } from './query.ts';
import { type Bound, type Places, type Row, type RowExpression, rowExpression } from './small-expression.ts';

/**
 * Plans over a handful of rows, such as point queries and INSERT … VALUES: closures that run at once on the caller's
 * thread, without modules, arenas or pauses. The rows are bounded by the plan itself, so there is nothing to cancel.
 */
export interface SmallPlan {
  readonly run: (context: SmallContext) => readonly Row[];
  /** Whether it changes tables. */
  readonly writes: boolean;
}

export interface SmallContext extends Bound {
  readonly tables: Tables;
  readonly transaction: Transaction | undefined;
  /** As in an execution: the command ids of the plan count from here. */
  readonly firstCommand: number;
  /** Told how many rows an operator has put out. */
  readonly count?: ((plan: PhysicalPlan, rows: number) => void) | undefined;
}

type Run = (context: SmallContext) => readonly Row[];

/** Rows of VALUES that are still a handful. */
const MOST_ROWS = 256;

/** The plan as closures, if its rows are few whatever the tables hold and its operators are among those that work so. */
export function smallPlan(plan: PhysicalPlan): SmallPlan | undefined {
  const run = compile(plan);
  return run === undefined ? undefined : { run, writes: writes(plan) };
}

function compile(plan: PhysicalPlan): Run | undefined {
  const run = compileNode(plan);
  if (run === undefined) return undefined;
  return (context) => {
    const rows = run(context);
    context.count?.(plan, rows.length);
    return rows;
  };
}

function compileNode(plan: PhysicalPlan): Run | undefined {
  switch (plan.kind) {
    case 'values': {
      if (plan.rows.length > MOST_ROWS) return undefined;
      const rows = plan.rows.map((row) => rowMaker(row, NOWHERE));
      return (context) => rows.map((make) => make(NO_VALUES, context));
    }
    case 'keyLookup':
      return keyLookup(plan);
    case 'filter': {
      const input = compile(plan.input);
      const predicate = rowExpression(plan.predicate, placesOf(plan.input.columns));
      const pick = picker(plan.columns, plan.input.columns);
      return input && ((context) => pick(input(context).filter((row) => predicate(row, context) === true)));
    }
    case 'project': {
      const input = compile(plan.input);
      const make = rowMaker(plan.expressions, placesOf(plan.input.columns));
      return input && ((context) => input(context).map((row) => make(row, context)));
    }
    case 'limit': {
      const input = compile(plan.input);
      const pick = picker(plan.columns, plan.input.columns);
      const cut = cutter(plan.count, plan.offset);
      return input && ((context) => cut(pick(input(context)), context));
    }
    case 'sort':
      return sort(plan);
    case 'apply':
      return apply(plan);
    case 'insert':
      return insert(plan);
    case 'update':
      return update(plan);
    case 'delete':
      return remove(plan);
    default:
      return undefined;
  }
}

const NO_VALUES: Row = [];
const NOWHERE: Places = new Map();

function placesOf(columns: readonly Column[]): Places {
  return new Map(columns.map(({ id }, place) => [id, place]));
}

type MakeRow = (row: Row, bound: Bound) => Row;

function rowMaker(expressions: readonly Expression[], places: Places): MakeRow {
  const makers = expressions.map((expression) => rowExpression(expression, places));
  return (row, bound) => makers.map((make) => make(row, bound));
}

/** Rows of other columns from rows that have them all. */
function picker(wanted: readonly Column[], given: readonly Column[]): (rows: readonly Row[]) => readonly Row[] {
  const places = placesOf(given);
  const from = wanted.map(({ id }) => places.get(id) ?? -1);
  if (from.includes(-1)) throw internalError('an operator puts out a column that its input has not');
  if (from.length === given.length && from.every((place, i) => place === i)) return (rows) => rows;
  return (rows) => rows.map((row) => from.map((place) => row[place] ?? null));
}

export function keyLookup(plan: KeyLookup): Run {
  const { table, key, ordinals, command } = plan;
  const types = key.map((ordinal) => table.columns[ordinal]?.type ?? { kind: 'null' as const });
  const keys = plan.keys.map((expressions) =>
    expressions.map((expression, i) => keyPart(expression, types[i] ?? { kind: 'null' })),
  );
  const places = placesOf(plan.columns);
  const predicates = plan.predicates.map((predicate) => rowExpression(predicate, places));
  const stored = ordinals.filter((ordinal) => ordinal !== ROW_ID_ORDINAL);
  const withId = stored.length < ordinals.length;
  return (context) => {
    const source = context.tables.source(table);
    const { lookup, fetch } = source;
    if (lookup === undefined || fetch === undefined) throw internalError(`rows of ${table.name} cannot be looked up`);
    const found: Row[] = [];
    const seen: number[] = [];
    for (const parts of keys) {
      const values: Value[] = [];
      for (const part of parts) {
        const value = part(NO_VALUES, context);
        if (value === null) break;
        values.push(value);
      }
      if (values.length < parts.length) continue;
      const { transaction, firstCommand } = context;
      const id = lookup({ key, values, command: firstCommand + command, transaction });
      if (id === undefined || (keys.length > 1 && seen.includes(id))) continue;
      seen.push(id);
      let row: Row = fetch(id, stored);
      if (withId) {
        let next = 0;
        const without = row;
        row = ordinals.map((ordinal) => (ordinal === ROW_ID_ORDINAL ? BigInt(id) : (without[next++] ?? null)));
      }
      if (predicates.every((predicate) => predicate(row, context) === true)) found.push(row);
    }
    return found;
  };
}

/** A key's value in the column's type; NULL also for an integer that the column cannot have. */
function keyPart(expression: Expression, column: Type): RowExpression {
  const value = rowExpression(expression, NOWHERE);
  if (typeEquals(expression.type, column) || !isInteger(column)) return value;
  if (column.kind === 'int64') {
    return (row, bound) => {
      const given = value(row, bound);
      return typeof given === 'number' ? BigInt(given) : given;
    };
  }
  const bits = column.kind === 'int8' ? 8 : column.kind === 'int16' ? 16 : 32;
  return (row, bound) => {
    const given = value(row, bound);
    if (typeof given !== 'bigint' && typeof given !== 'number') return null;
    const integer = BigInt(given);
    return BigInt.asIntN(bits, integer) === integer ? Number(integer) : null;
  };
}

/** For each outer row the inner rows: a join by key, most of the time. */
function apply(plan: PhysicalApply): Run | undefined {
  const outer = compile(plan.outer);
  const inner = compile(plan.inner);
  if (outer === undefined || inner === undefined) return undefined;
  const { join } = plan;
  const given = plan.outer.columns;
  const all = join === 'inner' || join === 'left' || join === 'single' ? plan.inner.columns : [];
  const pick = picker(plan.columns, [...given, ...all, ...(plan.mark === undefined ? [] : [plan.mark])]);
  const padding = all.map(() => null);
  return (context) => {
    const rows: Row[] = [];
    for (const row of outer(context)) {
      const bound = new Map(context.outer);
      given.forEach(({ id }, i) => bound.set(id, row[i] ?? null));
      const found = inner({ ...context, outer: bound });
      switch (join) {
        case 'inner':
        case 'left':
          for (const match of found) rows.push([...row, ...match]);
          if (join === 'left' && found.length === 0) rows.push([...row, ...padding]);
          break;
        case 'single':
          if (found.length > 1) throw severalRows();
          rows.push([...row, ...(found[0] ?? padding)]);
          break;
        case 'semi':
          if (found.length > 0) rows.push(row);
          break;
        case 'anti':
          if (found.length === 0) rows.push(row);
          break;
        case 'mark':
          rows.push([...row, found.length > 0]);
          break;
      }
    }
    return pick(rows);
  };
}

function severalRows(): OrbitError {
  return new OrbitError('cardinality_violation', 'more than one row returned by a subquery used as an expression');
}

function sort(plan: PhysicalSort): Run | undefined {
  const input = compile(plan.input);
  if (input === undefined) return undefined;
  const makeKeys = rowMaker(
    plan.keys.map(({ expression }) => expression),
    placesOf(plan.input.columns),
  );
  const pick = picker(plan.columns, plan.input.columns);
  const cut = cutter(plan.limit, plan.offset);
  return (context) => {
    const rows = input(context).map((row) => ({ row, keys: makeKeys(row, context) }));
    rows.sort((a, b) => compareByKeys(a.keys, b.keys, plan.keys));
    return cut(pick(rows.map(({ row }) => row)), context);
  };
}

function cutter(
  count: Expression | undefined,
  offset: Expression | undefined,
): (rows: readonly Row[], context: SmallContext) => readonly Row[] {
  const read = (
    expression: Expression | undefined,
    clause: string,
  ): ((context: SmallContext) => number | undefined) => {
    if (expression === undefined) return () => undefined;
    const value = rowExpression(expression, NOWHERE);
    return (context) => {
      const given = value(NO_VALUES, context);
      if (given === null) return undefined;
      const rows = Number(given);
      if (rows < 0) {
        const message = `${clause} must not be negative`;
        throw new OrbitError('invalid_row_count_in_limit', message, { range: expression.range });
      }
      return rows;
    };
  };
  const skip = read(offset, 'OFFSET');
  const pass = read(count, 'LIMIT');
  return (rows, context) => {
    const length = pass(context);
    const from = skip(context) ?? 0;
    return length === undefined && from === 0
      ? rows
      : rows.slice(from, length === undefined ? undefined : from + length);
  };
}

/* Writes, as the interpreter does them: their input is complete before the first one. */

function insert(plan: PhysicalInsert): Run | undefined {
  const input = compile(plan.input);
  if (input === undefined) return undefined;
  const { table, command } = plan;
  const make = rowMaker(plan.values, placesOf(plan.input.columns));
  const pick = picker(plan.columns, [...plan.input.columns, ...plan.written]);
  return (context) => {
    const rows = input(context);
    return pick(
      rows.map((row) => {
        const written = make(row, context);
        context.tables.writer.insert(table, written, command);
        return [...row, ...written];
      }),
    );
  };
}

function update(plan: PhysicalUpdate): Run | undefined {
  const input = compile(plan.input);
  if (input === undefined) return undefined;
  const { table, command, ordinals } = plan;
  const places = placesOf(plan.input.columns);
  const make = rowMaker(plan.values, places);
  const pick = picker(plan.columns, [...plan.input.columns, ...plan.written]);
  const idOf = rowIdAt(plan, places);
  return (context) => {
    const { writer } = context.tables;
    const changed: Row[] = [];
    for (const row of input(context)) {
      const id = idOf(row);
      const newest = id === undefined ? undefined : writer.newest(table, id);
      if (newest === undefined || newest.command === command) continue;
      const written = newest.row.values.slice();
      const values = make(row, context);
      ordinals.forEach((ordinal, i) => {
        written[ordinal] = values[i] ?? null;
      });
      writer.update(table, newest.row.id, written, command);
      changed.push([...row, ...written]);
    }
    return pick(changed);
  };
}

function remove(plan: PhysicalDelete): Run | undefined {
  const input = compile(plan.input);
  if (input === undefined) return undefined;
  const { table, command } = plan;
  const pick = picker(plan.columns, plan.input.columns);
  const idOf = rowIdAt(plan, placesOf(plan.input.columns));
  return (context) => {
    const { writer } = context.tables;
    const gone = input(context).filter((row) => {
      const id = idOf(row);
      const newest = id === undefined ? undefined : writer.newest(table, id);
      if (newest === undefined || newest.command === command) return false;
      writer.delete(table, newest.row.id, command);
      return true;
    });
    return pick(gone);
  };
}

function rowIdAt(plan: PhysicalUpdate | PhysicalDelete, places: Places): (row: Row) => bigint | undefined {
  const place = places.get(plan.rowId);
  if (place === undefined) throw internalError('a change of rows without ids');
  return (row) => {
    const id = row[place];
    return typeof id === 'bigint' ? id : undefined;
  };
}
