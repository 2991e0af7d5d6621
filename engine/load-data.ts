import { OrbitError } from '../compiler/types/error.ts';
import type { Value } from '../compiler/types/value.ts';
import { UTC } from '../compiler/types/zones.ts';
import type { MemoryTable } from '../storage/tables/memory-table.ts';
import { toValue } from './parameters.ts';
import { pause } from './pause.node.ts';
import { typeNamed } from './prepared.ts';
import {
  type ArrowLike,
  type ColumnData,
  type RegisteredData,
  type RegisterOptions,
  type RowData,
  registeredData,
} from './register.ts';
import type { Session } from './session.ts';

/** Rows that are converted before others get a turn. */
const ROWS_BETWEEN_PAUSES = 4096;

/** Makes a table of data. Nothing is left of it when the data does not fit. */
export async function loadData(
  session: Session,
  name: string,
  data: RowData | ColumnData | ArrowLike,
  { types, replace = false }: RegisterOptions = {},
): Promise<number> {
  const registered = registeredData(data, types);
  const columns = await converted(registered);
  const table = quoted(name);
  const definitions = registered.columns.map((column) => `${quoted(column.name)} ${column.type}`);
  if (replace) await session.query(`DROP TABLE IF EXISTS ${table}`);
  await session.query(`CREATE TABLE ${table} (${definitions.join(', ')})`);
  const handle = await session.tableNamed(table);
  await load(handle, columns, registered.rowCount);
  return registered.rowCount;
}

/** All values before anything is made: one that does not fit leaves nothing behind. */
async function converted({ rowCount, columns }: RegisteredData): Promise<readonly (readonly Value[])[]> {
  const result: Value[][] = [];
  for (const { name, type: written, at } of columns) {
    const type = typeNamed(written);
    const values: Value[] = [];
    for (let row = 0; row < rowCount; row++) {
      values.push(toValue(at(row), type, `row ${row + 1} of column "${name}"`, UTC));
      if (row % ROWS_BETWEEN_PAUSES === 0) await pause();
    }
    result.push(values);
  }
  return result;
}

async function load(table: MemoryTable, columns: readonly (readonly Value[])[], rowCount: number): Promise<void> {
  const loader = table.bulkLoader();
  for (let from = 0; from < rowCount; ) {
    const count = loader.room(Math.min(rowCount - from, ROWS_BETWEEN_PAUSES));
    loader.builders.forEach((builder, ordinal) => {
      for (let row = from; row < from + count; row++) builder.appendValue(columns[ordinal]?.[row] ?? null);
    });
    loader.flush();
    from += count;
    await pause();
  }
  loader.finish();
}

function quoted(name: string): string {
  if (name === '') throw new OrbitError('invalid_parameter_value', 'a name must not be empty');
  return `"${name.replaceAll('"', '""')}"`;
}
