import type { Type } from '../../../compiler/types/type.ts';
import type { Value } from '../../../compiler/types/value.ts';
import type { ColumnBuilder } from '../../tables/builder.ts';
import type { CsvDialect } from './dialect.ts';
import { FieldError, isNullText, parseField } from './field.ts';
import type { FieldBatch } from './split.ts';

interface Wanted {
  /** Position in the file, from 0. */
  readonly column: number;
  readonly builder: ColumnBuilder;
}

/**
 * Appends the wanted values of the rows of a batch all of whose values are of their types, and returns the number of these
 * rows: it must not depend on which columns are wanted. A row is complete before
 * any of it is appended, so its values are made one by one: several times slower than the conversion of whole columns.
 */
export function convertGoodRows(
  batch: FieldBatch,
  types: readonly Type[],
  wanted: readonly Wanted[],
  dialect: CsvDialect,
): number {
  let rows = 0;
  for (let row = 0; row < batch.rows; row++) {
    const values = valuesOf(batch, row, types, dialect);
    if (values === undefined) continue;
    for (const { builder, column } of wanted) builder.appendValue(values[column] ?? null);
    rows++;
  }
  return rows;
}

function valuesOf(
  batch: FieldBatch,
  row: number,
  types: readonly Type[],
  dialect: CsvDialect,
): readonly Value[] | undefined {
  const { bytes, bounds, stride } = batch;
  try {
    return types.map((type, column) => {
      const at = row * stride + 2 * column;
      const start = bounds[at]!;
      const coded = bounds[at + 1]!;
      if (isNullText(bytes, start, coded, dialect.nullText)) return null;
      return parseField(batch, row, start, coded, type, dialect);
    });
  } catch (error) {
    if (error instanceof FieldError) return undefined;
    throw error;
  }
}
