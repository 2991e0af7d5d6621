import { type Format, valueText } from './format.ts';

const SPECIAL = /[",\r\n]/;

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/**
 * RFC 4180 with a header, and lines that end in a line feed. NULL is an empty field by default; an empty text, or any
 * other that would be taken for NULL, stands in quotes.
 */
export const csv: Format = async function* ({ columns, batches }, { nullText = '' }) {
  if (columns.length === 0) return;
  const field = (text: string): string => (SPECIAL.test(text) || text === nullText ? quoted(text) : text);
  const types = columns.map(({ type }) => type);
  // With the first rows: a statement that fails before it has any prints nothing.
  let head = `${columns.map(({ name }) => field(name)).join(',')}\n`;
  for await (const { texts } of batches) {
    let lines = head;
    head = '';
    for (const row of texts) {
      lines += row.map((text, i) => (text === null ? nullText : field(valueText(text, types[i] ?? '')))).join(',');
      lines += '\n';
    }
    yield lines;
  }
  if (head !== '') yield head;
};
