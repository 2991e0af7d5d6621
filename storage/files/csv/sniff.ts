import type { ColumnDefinition } from '../../../compiler/catalog/catalog.ts';
import { OrbitError } from '../../../compiler/types/error.ts';
import { parseText } from '../../../compiler/types/text.ts';
import { BOOL, DATE, FLOAT64, INT64, TIMESTAMP, type Type, UTF8 } from '../../../compiler/types/type.ts';
import { COMMA, type CsvDialect, type CsvOptions, DOUBLE_QUOTE } from './dialect.ts';

/** What a look at the beginning of a file tells. */
export interface CsvSniff {
  readonly dialect: CsvDialect;
  readonly columns: readonly ColumnDefinition[];
  /** Records in the sample, header included, and the characters that they take. */
  readonly records: number;
  readonly sampled: number;
}

interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

interface Sample {
  readonly records: readonly (readonly Cell[])[];
  readonly sampled: number;
}

const DELIMITERS = [',', ';', '\t', '|'];
/** A delimiter that splits no more of the records into as many values as the first is no delimiter. */
const LEAST_AGREEMENT = 0.5;

/**
 * `text` is the beginning of the file, `complete` whether it is all of it. Undefined if it does not even hold one
 * record.
 */
export function sniffCsv(text: string, complete: boolean, options: CsvOptions): CsvSniff | undefined {
  const quotes = options.quote === undefined ? ['"', "'"] : [options.quote];
  const delimiters = options.delimiter === undefined ? DELIMITERS : [options.delimiter];
  let best: { delimiter: string; quote: string; sample: Sample; score: number; width: number } | undefined;
  for (const quote of quotes) {
    for (const delimiter of delimiters) {
      const sample = splitSample(text, complete, delimiter, quote, options.escape ?? quote);
      const width = sample?.records[0]?.length ?? 0;
      if (sample === undefined || width === 0) continue;
      // Apostrophes are common in text; as quotes they must enclose values.
      const encloses = sample.records.some((record) => record.some((cell) => cell.quoted));
      if (quote === "'" && options.quote === undefined && !encloses) continue;
      const agreement = sample.records.filter((record) => record.length === width).length / sample.records.length;
      // Not splitting anything is better than splitting at random only.
      const score = width === 1 ? LEAST_AGREEMENT * agreement : agreement;
      if (best === undefined || score > best.score || (score === best.score && width > best.width)) {
        best = { delimiter, quote, sample, score, width };
      }
    }
  }
  if (best === undefined) return undefined;
  const { sample } = best;
  const nullText = options.nullText ?? '';
  const { header, columns } = describeColumns(sample, nullText, options.header);
  const dialect = createDialect({ ...options, delimiter: best.delimiter, quote: best.quote, header });
  return { dialect, columns, records: sample.records.length, sampled: sample.sampled };
}

/** What is not given takes its usual value: comma, double quote, no header. */
export function createDialect(options: CsvOptions): CsvDialect {
  const quote = options.quote === undefined ? DOUBLE_QUOTE : byteOf('quote', options.quote);
  const delimiter = options.delimiter === undefined ? COMMA : byteOf('delimiter', options.delimiter);
  const escapeByte = options.escape === undefined ? quote : byteOf('escape', options.escape);
  if (delimiter === quote || delimiter === escapeByte) {
    throw new OrbitError(
      'invalid_parameter_value',
      'the CSV delimiter cannot also be the quote or the escape character',
    );
  }
  const nullText = new TextEncoder().encode(options.nullText ?? '');
  return { delimiter, quote, escape: escapeByte, header: options.header ?? false, nullText };
}

function byteOf(what: string, text: string): number {
  const code = text.length === 1 ? text.charCodeAt(0) : 0;
  if (code > 0 && code < 0x80 && text !== '\n' && text !== '\r') return code;
  throw new OrbitError(
    'invalid_parameter_value',
    `the CSV ${what} must be a single ASCII character, not ${JSON.stringify(text)}`,
  );
}

/** The complete records of the sample. A quote that is not closed before its end ends the sample. */
function splitSample(
  text: string,
  complete: boolean,
  delimiter: string,
  quote: string,
  escapeCharacter: string,
): Sample | undefined {
  const records: Cell[][] = [];
  let record: Cell[] = [];
  let sampled = 0;
  let at = 0;
  while (at < text.length) {
    let value = '';
    const quoted = text[at] === quote;
    if (quoted) {
      at++;
      for (;;) {
        if (at >= text.length) return records.length > 0 ? { records, sampled } : undefined;
        if (text[at] === escapeCharacter && (text[at + 1] === quote || text[at + 1] === escapeCharacter)) at++;
        else if (text[at] === quote) break;
        value += text[at++];
      }
      at++;
    }
    const start = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
    // What follows a closing quote is an error that the real reader reports.
    value += text.slice(start, at);
    record.push({ text: value, quoted });
    if (text[at] === delimiter) {
      at++;
      if (at === text.length) record.push({ text: '', quoted: false });
      else continue;
    } else if (at < text.length) at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    else if (!complete) break;
    const blank = record.length === 1 && record[0]?.text === '' && !quoted;
    if (!blank) records.push(record);
    sampled = at;
    record = [];
  }
  return records.length > 0 ? { records, sampled } : undefined;
}

function describeColumns(
  { records }: Sample,
  nullText: string,
  givenHeader: boolean | undefined,
): { header: boolean; columns: readonly ColumnDefinition[] } {
  const first = records[0] ?? [];
  const alike = records.filter((record) => record.length === first.length);
  const typesOf = (rows: readonly (readonly Cell[])[]) =>
    first.map((_, column) =>
      sniffType(
        rows.map((row) => row[column]),
        nullText,
      ),
    );
  const belowTypes = typesOf(alike.slice(1));
  const header = givenHeader ?? looksLikeHeader(first, belowTypes, alike.length > 1);
  const types = header ? belowTypes : typesOf(alike);
  const names = columnNames(header ? first.map((cell) => cell.text) : first.map(() => ''));
  const columns = names.map((name, ordinal) => ({ name, type: types[ordinal] ?? UTF8, nullable: true }));
  return { header, columns };
}

/** A first record that is not of the types of those below it, or nothing but text above nothing but text. */
function looksLikeHeader(first: readonly Cell[], types: readonly Type[], hasRows: boolean): boolean {
  const cellTypes = first.map((cell) => sniffType([cell], ''));
  const allText = cellTypes.every((type) => type.kind === 'utf8') && first.every((cell) => cell.text.trim() !== '');
  if (!hasRows) return allText;
  if (types.every((type) => type.kind === 'utf8'))
    return allText && new Set(first.map((cell) => cell.text)).size === first.length;
  return types.some((type, column) => {
    const cell = first[column];
    return type.kind !== 'utf8' && cell !== undefined && (cell.text !== '' || cell.quoted) && !isOfType(cell, type);
  });
}

/** Names that are missing are made of the position, names that repeat get a number. */
function columnNames(given: readonly string[]): readonly string[] {
  const digits = String(given.length - 1).length;
  const used = new Set<string>();
  return given.map((text, ordinal) => {
    const name = text.trim() === '' ? `column${String(ordinal).padStart(digits, '0')}` : text.trim();
    let unique = name;
    for (let i = 1; used.has(unique.toLowerCase()); i++) unique = `${name}_${i}`;
    used.add(unique.toLowerCase());
    return unique;
  });
}

/** The first of these that all values of a column are of is its type. */
const CANDIDATES: readonly Type[] = [BOOL, INT64, FLOAT64, DATE, TIMESTAMP];

const PATTERNS: { readonly [kind in string]?: RegExp } = {
  bool: /^(true|false)$/i,
  int64: /^\s*[+-]?\d{1,19}\s*$/,
  float64: /^\s*([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?|nan)\s*$/i,
  date: /^\d{4}-\d{2}-\d{2}$/,
  timestamp: /^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z?)?$/,
};

function sniffType(cells: readonly (Cell | undefined)[], nullText: string): Type {
  let candidates = CANDIDATES;
  let values = 0;
  for (const cell of cells) {
    if (cell === undefined || (!cell.quoted && cell.text === nullText)) continue;
    values++;
    candidates = candidates.filter((type) => isOfType(cell, type));
    if (candidates.length === 0) return UTF8;
  }
  return values === 0 ? UTF8 : (candidates[0] ?? UTF8);
}

function isOfType({ text }: Cell, type: Type): boolean {
  if (PATTERNS[type.kind]?.test(text) !== true) return false;
  try {
    parseText(text, type);
    return true;
  } catch (error) {
    if (error instanceof OrbitError) return false;
    throw error;
  }
}
