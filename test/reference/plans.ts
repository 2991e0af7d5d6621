import type { TableHandle } from '../../compiler/catalog/catalog.ts';
import { columnRef, constant } from '../../compiler/ir/build.ts';
import type { Column, ColumnRef, Expression } from '../../compiler/ir/expression.ts';
import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import type { PhysicalPlan, PhysicalProject, PhysicalValues, TableScan } from '../../compiler/physical/plan.ts';
import { formatValue, parseText } from '../../compiler/types/text.ts';
import { BOOL, INT64, type Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { interpret } from '../../runtime/reference/interpret.ts';
import { MemoryTables } from '../../runtime/reference/memory-tables.ts';
import { parseType } from '../functions/cases.ts';

// Physical plans and tables in few words.

let nextId = 1;

export function column(name: string, type: Type, nullable = true): Column {
  nextId += 1;
  return { id: nextId, name, type, nullable };
}

/** `a int32, b utf8 not null` */
export function columns(text: string): readonly Column[] {
  return text.split(/,\s*(?!\d)/).map((part) => {
    const [, name = '', rest = ''] = /^(\w+) (.*)$/.exec(part.trim()) ?? [];
    const { type, rest: constraint } = parseType(rest);
    return column(name, type, constraint.trim() !== 'not null');
  });
}

export function table(name: string, shape: string): TableHandle {
  return { name, columns: columns(shape), version: 1, statistics: () => ({ rowCount: 0, columns: [] }), keys: [] };
}

/** Rows as lines of literals, `1 | a`; `-` is NULL. */
export function rowsOf(types: readonly { readonly type: Type }[], lines: readonly string[]): readonly Value[][] {
  return lines.map((line) => {
    const cells = line.split(' | ');
    return types.map(({ type }, index) => (cells[index] === '-' ? null : parseText(cells[index] ?? '', type)));
  });
}

export function values(shape: string, lines: readonly string[]): PhysicalValues {
  const shaped = columns(shape);
  const rows = rowsOf(shaped, lines).map((row) =>
    row.map((value, index) => literal(value, shaped[index]?.type ?? BOOL)),
  );
  return { kind: 'values', columns: shaped, rows };
}

export function literal(value: Value, type: Type): Expression {
  return constant(value, type);
}

/** A value by its text, `lit('int32', '1')`. */
export function lit(type: string, text: string): Expression {
  const parsed = parseType(type).type;
  return constant(parseText(text, parsed), parsed);
}

/** The column of that name that a node puts out. */
export function ref(plan: { readonly columns: readonly Column[] }, name: string): ColumnRef {
  const found = plan.columns.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no column ${name}`);
  return columnRef(found);
}

/** All columns of a table, and its row id as `id`. */
export function scan(handle: TableHandle, command = 0): TableScan {
  const own = handle.columns.map((definition) => column(definition.name, definition.type, definition.nullable));
  const ordinals = [...handle.columns.keys(), ROW_ID_ORDINAL];
  return {
    kind: 'tableScan',
    table: handle,
    ordinals,
    predicates: [],
    command,
    columns: [...own, column('id', INT64, false)],
  };
}

export function project(input: PhysicalPlan, expressions: Readonly<Record<string, Expression>>): PhysicalProject {
  const entries = Object.entries(expressions);
  return {
    kind: 'project',
    input,
    columns: entries.map(([name, expression]) => column(name, expression.type, expression.nullable)),
    expressions: entries.map(([, expression]) => expression),
  };
}

export function keep(input: PhysicalPlan, names: string): PhysicalProject {
  return project(input, Object.fromEntries(names.split(' ').map((name) => [name, ref(input, name)])));
}

/** The plan's rows as lines, NULL as `-`. */
export function run(
  plan: PhysicalPlan,
  tables = new MemoryTables(),
  parameters: readonly Value[] = [],
): readonly string[] {
  const rows = interpret(plan, { parameters, tables, outer: new Map() });
  return rows.map((row) =>
    plan.columns
      .map((shown, index) => {
        const value = row[index] ?? null;
        return value === null ? '-' : formatValue(value, shown.type);
      })
      .join(' | '),
  );
}
