import { paint } from '../terminal.ts';
import { displayWidth } from './display-width.ts';
import { type Format, valueText } from './format.ts';
import { rowCount, shownLines, statementLine } from './words.ts';

/** A line a column, for rows that are too wide to be read as a table. */
export const expanded: Format = async function* (result, { appearance, nullText = 'NULL', quiet }) {
  const { columns, batches } = result;
  if (columns.length === 0) {
    if (!quiet) yield `${statementLine(await result.finish())}\n`;
    return;
  }
  const names = columns.map(({ name }) => shownLines(name).join(' '));
  const width = Math.max(...names.map(displayWidth));
  const labels = names.map((name) => paint(name, 'bold', appearance) + ' '.repeat(width - displayWidth(name)));
  let count = 0;
  for await (const { texts } of batches) {
    let text = '';
    for (const row of texts) {
      count++;
      text += `─ row ${count} ${'─'.repeat(Math.max(0, width + 10 - String(count).length))}\n`;
      row.forEach((value, i) => {
        const lines =
          value === null ? [paint(nullText, 'dim', appearance)] : shownLines(valueText(value, columns[i]?.type ?? ''));
        text += `${labels[i]} │ ${lines.join(`\n${' '.repeat(width)} │ `)}\n`;
      });
    }
    yield text;
  }
  if (!quiet) yield `${rowCount(count)}\n`;
};
