import { internalError, type OrbitError } from '../../../compiler/types/error.ts';
import { type CsvDialect, LF } from './dialect.ts';
import { csvError, shownText } from './problem.ts';
import { BATCH_ROWS, countLines, type FieldBatch, RecordSplitter, type SplitProblem } from './split.ts';

/** Bounds leave 29 bits for a position; a record must fit twice, as it may start anywhere in the buffer. */
const MAX_RECORD = 128 * 1024 * 1024;

/** Makes batches of rows from the bytes of a CSV file, which come in pieces of any size. */
export class RecordReader {
  private readonly splitter: RecordSplitter;
  private readonly path: string;
  private readonly columnNames: readonly string[];
  private buffer = new Uint8Array(1);
  /** The bytes at hand: from `start` up to `end`. */
  private start = 0;
  private end = 0;
  private final = false;
  private ascii = true;
  private begun = false;
  private headerDue: boolean;
  /** Malformed records are left out up to the end of their line. */
  private readonly skipsBad: boolean;
  /** The rest of a line is to be left out. */
  private skipping = false;
  /** Number of the line at `start`. */
  private line = 1;
  private batchStart = 0;
  private batchLine = 1;

  constructor(path: string, dialect: CsvDialect, columnNames: readonly string[], skipsBad = false) {
    this.skipsBad = skipsBad;
    this.path = path;
    this.columnNames = columnNames;
    this.splitter = new RecordSplitter(dialect, columnNames.length);
    this.headerDue = dialect.header;
  }

  /** Takes over the next bytes of the file. The batches given out so far are no longer valid. */
  write(bytes: Uint8Array): void {
    const carried = this.end - this.start;
    if (carried > MAX_RECORD) {
      const hint = 'Is a closing quote missing?';
      throw csvError('bad_file_format', `a record is longer than ${MAX_RECORD} bytes`, this.place(this.line), { hint });
    }
    const needed = carried + bytes.length + 1;
    if (needed > this.buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * carried));
      larger.set(this.buffer.subarray(this.start, this.end));
      this.buffer = larger;
    } else if (this.start > 0) this.buffer.copyWithin(0, this.start, this.end);
    this.buffer.set(bytes, carried);
    this.start = 0;
    this.end = carried + bytes.length;
    this.ascii = (carried === 0 || this.ascii) && isAscii(bytes);
  }

  /** Says that no more bytes will come. */
  finish(): void {
    this.final = true;
  }

  /** The next rows, at most `maxRows`; undefined if there are none before more bytes come. Fails at a malformed record. */
  next(maxRows: number): FieldBatch | undefined {
    if (!this.begin()) return undefined;
    if (this.headerDue) {
      if (this.split(1) === 0) return undefined;
      this.headerDue = false;
    }
    const rows = this.split(Math.min(maxRows, BATCH_ROWS));
    if (rows === 0) return undefined;
    const { bounds, stride } = this.splitter;
    return { bytes: this.buffer, bounds, stride, rows, ascii: this.ascii };
  }

  /** The line that value `column` of a row of the last batch is on. */
  lineOf(row: number, column: number): number {
    const at = this.splitter.bounds[row * this.splitter.stride + 2 * column];
    if (at === undefined) throw internalError(`row ${row} is in no batch`);
    return this.batchLine + countLines(this.buffer, this.batchStart, at);
  }

  private begin(): boolean {
    if (this.begun) return true;
    const { buffer, start, end } = this;
    if (end - start < 3 && !this.final) return false;
    if (end - start >= 3 && buffer[start] === 0xef && buffer[start + 1] === 0xbb && buffer[start + 2] === 0xbf) {
      this.start += 3;
    }
    this.begun = true;
    return true;
  }

  private split(maxRows: number): number {
    const { splitter } = this;
    for (;;) {
      const rows = this.splitSome(maxRows);
      if (rows > 0 || splitter.problem === undefined) return rows;
      this.leaveOut();
    }
  }

  /** Begins to leave out the malformed record at `start`. */
  private leaveOut(): void {
    if (!this.skipsBad && this.splitter.problem !== undefined) throw this.describe(this.splitter.problem);
    this.splitter.problem = undefined;
    this.skipping = true;
  }

  private splitSome(maxRows: number): number {
    const { splitter } = this;
    // Rows before a malformed record are delivered first.
    if (splitter.problem !== undefined) this.leaveOut();
    if (this.skipping) {
      const length = this.buffer.subarray(this.start, this.end).indexOf(LF);
      this.start = length < 0 ? this.end : this.start + length + 1;
      this.skipping = length < 0;
      if (length < 0) return 0;
      this.line++;
    }
    this.start = splitter.skipLineFeed(this.buffer, this.start, this.end);
    this.batchStart = this.start;
    this.batchLine = this.line;
    splitter.split(this.buffer, this.start, this.end, this.final, maxRows);
    this.start = splitter.consumed;
    this.line += splitter.lines;
    return splitter.rows;
  }

  private describe({ kind, recordStart, at, column }: SplitProblem): OrbitError {
    const lineAt = (offset: number) => this.batchLine + countLines(this.buffer, this.batchStart, offset);
    const width = this.columnNames.length;
    const expected = width === 1 ? '1 value' : `${width} values`;
    const shown = shownText(this.buffer, recordStart, at);
    switch (kind) {
      case 'tooFew':
        return csvError(
          'bad_file_format',
          `expected ${expected}, but this line has ${column + 1}: "${shown}"`,
          this.place(lineAt(recordStart)),
        );
      case 'tooMany':
        return csvError(
          'bad_file_format',
          `expected ${expected}, but this line has more: "${shown}"`,
          this.place(lineAt(recordStart)),
        );
      case 'afterQuote':
        return csvError(
          'bad_file_format',
          `a closing quote must be followed by a delimiter or the end of the line: "${shown}"`,
          this.place(lineAt(at), column),
        );
      case 'unterminated':
        return csvError(
          'bad_file_format',
          `a quoted value is not closed before the end of the file: "${shownText(this.buffer, at, this.end)}"`,
          this.place(lineAt(at), column),
        );
    }
  }

  private place(line: number, column?: number) {
    if (column === undefined) return { path: this.path, line };
    return { path: this.path, line, column: column + 1, columnName: this.columnNames[column] };
  }
}

/** Four bytes a step where the bytes are aligned. */
function isAscii(bytes: Uint8Array): boolean {
  const aligned = (bytes.byteOffset & 3) === 0 ? bytes.length >>> 2 : 0;
  const words = new Int32Array(bytes.buffer, aligned === 0 ? 0 : bytes.byteOffset, aligned);
  let seen = 0;
  for (let i = 0; i < aligned; i++) seen |= words[i]!;
  for (let at = 4 * aligned; at < bytes.length; at++) seen |= bytes[at]!;
  return (seen & 0x80808080) === 0;
}
