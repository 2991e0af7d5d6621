import type { ResultBatch } from '../../engine/index.ts';
import { type Appearance, paint } from '../terminal.ts';
import { displayWidth, truncate } from './display-width.ts';
import { type Format, isNumber, type ShownResult, valueText } from './format.ts';
import { rowCount, shownLines, statementLine } from './words.ts';

/** So many rows decide how wide the columns are; the others need not be kept. */
const MEASURED_ROWS = 1000;
/** A terminal too narrow for a result narrows no column further than this. */
const NARROWEST = 6;

/** A cell: its lines, or NULL. */
type Cell = readonly string[] | null;

interface Column {
  readonly numeric: boolean;
  readonly width: number;
  /** Whether longer cells are cut. */
  readonly cut: boolean;
}

/** A table in boxes, and the number of its rows. */
export const table: Format = async function* (result, { appearance, nullText = 'NULL', quiet }) {
  if (result.columns.length === 0) {
    if (!quiet) yield `${statementLine(await result.finish())}\n`;
    return;
  }
  const header: readonly Cell[] = result.columns.map(({ name }) => shownLines(name));
  let measured: (readonly Cell[])[] | undefined = [];
  let columns: readonly Column[] = [];
  let count = 0;
  const start = (rows: readonly (readonly Cell[])[]): string => {
    columns = layOut(result, [header, ...rows], appearance, displayWidth(nullText));
    const head = rowText(header, columns, nullText, (text) => paint(text, 'bold', appearance));
    return rule(columns, '┌┬┐') + head + rule(columns, '├┼┤') + body(rows);
  };
  const body = (rows: readonly (readonly Cell[])[]): string =>
    rows
      .map((row) => rowText(row, columns, nullText, (text, isNull) => (isNull ? paint(text, 'dim', appearance) : text)))
      .join('');

  for await (const batch of result.batches) {
    const rows = cells(result, batch);
    count += rows.length;
    if (measured === undefined) {
      yield body(rows);
      continue;
    }
    for (const row of rows) measured.push(row);
    if (measured.length >= MEASURED_ROWS) {
      yield start(measured);
      measured = undefined;
    }
  }
  if (measured !== undefined) yield start(measured);
  yield `${rule(columns, '└┴┘')}${quiet ? '' : `${rowCount(count)}\n`}`;
};

function cells({ columns }: ShownResult, { texts }: ResultBatch): readonly (readonly Cell[])[] {
  return texts.map((row) =>
    row.map((text, i) => (text === null ? null : shownLines(valueText(text, columns[i]?.type ?? '')))),
  );
}

function layOut(
  { columns }: ShownResult,
  rows: readonly (readonly Cell[])[],
  { width: available }: Appearance,
  nullWidth: number,
): readonly Column[] {
  const natural = columns.map((_, i) =>
    rows.reduce((widest, row) => {
      const cell = row[i] ?? null;
      return Math.max(widest, cell === null ? nullWidth : Math.max(...cell.map(displayWidth)));
    }, 0),
  );
  const numeric = columns.map(({ type }) => isNumber(type));
  // Half of a number or of a date is a wrong one, and half of a plan is none: other columns give way.
  const giving = columns.map(({ name, type }) => name !== 'QUERY PLAN' && /^(utf8|any|binary)$|\[\]$/.test(type));
  const narrowed = (limit: number): readonly number[] =>
    natural.map((width, i) => (giving[i] ? Math.min(width, limit) : width));
  const total = (limit: number): number => narrowed(limit).reduce((sum, width) => sum + width + 3, 1);
  const widest = Math.max(...natural);
  let limit = Math.max(NARROWEST, widest);
  while (available !== undefined && limit > NARROWEST && total(limit) > available) limit--;
  // Without need, a later row that is wider than those measured is still shown in full.
  const cut = limit < widest;
  return narrowed(limit).map((width, i) => ({
    numeric: numeric[i] ?? false,
    width,
    cut: cut && giving[i] === true,
  }));
}

function rule(columns: readonly Column[], [left, middle, right]: string): string {
  return `${left}${columns.map(({ width }) => '─'.repeat(width + 2)).join(middle)}${right}\n`;
}

function rowText(
  row: readonly Cell[],
  columns: readonly Column[],
  nullText: string,
  painted: (text: string, isNull: boolean) => string,
): string {
  const height = Math.max(1, ...row.map((cell) => cell?.length ?? 1));
  let text = '';
  for (let line = 0; line < height; line++) {
    const parts = columns.map(({ numeric, width, cut }, i) => {
      const cell = row[i] ?? null;
      const whole = cell === null ? (line === 0 ? nullText : '') : (cell[line] ?? '');
      const shown = cut ? truncate(whole, width) : whole;
      const padding = ' '.repeat(Math.max(0, width - displayWidth(shown)));
      return numeric ? padding + painted(shown, cell === null) : painted(shown, cell === null) + padding;
    });
    text += `│ ${parts.join(' │ ')} │\n`;
  }
  return text;
}
