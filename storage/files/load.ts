import { OrbitError } from '../../compiler/types/error.ts';
import { typeEquals, typeName } from '../../compiler/types/type.ts';
import type { LoadTarget } from './csv/load-csv.ts';
import type { FileTable } from './file-table.ts';

/** Between two looks at whether the load is cancelled, in rows. */
const STEP_ROWS = 16_384;

/**
 * Loads columns `from` of files into columns `to` (default: all) of a table, without their values ever being rows; the
 * other columns become NULL. The types must be the same. Returns the number of rows, of which none is seen if it fails.
 */
export async function loadFile(
  files: FileTable,
  from: readonly number[],
  target: LoadTarget,
  to: readonly number[] | undefined,
  /** Runs now and then; what it throws ends the load. */
  afterStep: () => void,
): Promise<number> {
  const places = to ?? target.columns.map((_, ordinal) => ordinal);
  if (places.length !== from.length) {
    throw new OrbitError('bad_file_format', `the file has ${from.length} columns, ${places.length} are to be loaded`, {
      place: files.name,
    });
  }
  const loader = target.bulkLoader();
  const builders = from.map((ordinal, i) => {
    const column = files.columns[ordinal];
    const place = target.columns[places[i] ?? -1];
    const builder = loader.builders[places[i] ?? -1];
    if (column === undefined || place === undefined || builder === undefined || !typeEquals(column.type, place.type)) {
      const types =
        column === undefined || place === undefined ? '' : `${typeName(column.type)}, not ${typeName(place.type)}`;
      throw new OrbitError('datatype_mismatch', `column "${column?.name ?? ''}" of the file is of type ${types}`, {
        place: files.name,
        hint: 'INSERT … SELECT converts values.',
      });
    }
    return builder;
  });
  const others = loader.builders.filter((_, ordinal) => !places.includes(ordinal));
  const reader = files.read({ ordinals: from, builders, prune: [] });
  try {
    for (;;) {
      const rows = await reader.next(loader.room(STEP_ROWS));
      if (rows === 0) return loader.finish();
      for (const builder of others) for (let row = 0; row < rows; row++) builder.appendNull();
      loader.flush();
      afterStep();
    }
  } finally {
    await reader.close();
  }
}
