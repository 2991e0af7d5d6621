import { formatValue } from '../../../compiler/types/text.ts';
import type { RowEncoder, WrittenColumn } from './writer.ts';

export interface CsvWriteOptions {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly nullText: string;
  readonly header: boolean;
}

/** CSV as COPY writes it: values as text, in quotes where they would be read as something else without. */
export function encodeCsv(columns: readonly WrittenColumn[], options: CsvWriteOptions): RowEncoder {
  const { delimiter, quote, escape: before, nullText, header } = options;
  const encoder = new TextEncoder();
  const special = [delimiter, quote, before, '\n', '\r'];
  const quoted = (text: string): string => {
    let inside = '';
    for (const character of text)
      inside += character === quote || character === before ? before + character : character;
    return quote + inside + quote;
  };
  const cell = (text: string): string =>
    text === nullText || special.some((character) => text.includes(character)) ? quoted(text) : text;
  let begun = !header;
  const head = (): string => {
    if (begun) return '';
    begun = true;
    return `${columns.map(({ name }) => cell(name)).join(delimiter)}\n`;
  };
  return {
    rows: (rows) => {
      let text = head();
      for (const row of rows) {
        const cells = row.map((value, i) => (value === null ? nullText : cell(formatValue(value, columns[i]!.type))));
        text += `${cells.join(delimiter)}\n`;
      }
      return encoder.encode(text);
    },
    end: () => encoder.encode(head()),
  };
}
