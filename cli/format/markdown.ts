import { type Format, isNumber, valueText } from './format.ts';

/** A table as GitHub and most others read it. */
export const markdown: Format = async function* ({ columns, batches }, { nullText = '' }) {
  if (columns.length === 0) return;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const types = columns.map(({ type }) => type);
  let head =
    line(columns.map(({ name }) => escaped(name))) + line(types.map((type) => (isNumber(type) ? '---:' : '---')));
  for await (const { texts } of batches) {
    yield head +
      texts
        .map((row) => line(row.map((text, i) => (text === null ? nullText : escaped(valueText(text, types[i] ?? ''))))))
        .join('');
    head = '';
  }
  if (head !== '') yield head;
};

/** What would end the cell or begin markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\|`*_<>&[\]]/g, '\\$&').replaceAll(/\r?\n/g, '<br>');
}
