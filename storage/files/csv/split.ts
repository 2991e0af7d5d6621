import type { CsvDialect } from './dialect.ts';
import { CR, LF } from './dialect.ts';

/** Rows that are split before they are converted: their bytes and bounds stay in the processor's cache. */
export const BATCH_ROWS = 2048;

/** The value was in quotes, so it is no NULL. */
export const QUOTED = 1;
/** The value has escaped characters, which must be put right. */
export const ESCAPED = 2;
/** How far `end` is shifted to make room for the flags above. */
export const FLAG_BITS = 2;

/**
 * Where the values of up to BATCH_ROWS rows lie in `bytes`. Value `column` of row `row` starts at
 * `bounds[row * stride + 2 * column]`; the next element is its end, shifted by FLAG_BITS, and its flags.
 */
export interface FieldBatch {
  readonly bytes: Uint8Array;
  readonly bounds: Int32Array;
  readonly stride: number;
  readonly rows: number;
  /** Whether `bytes` are all ASCII, so that text needs no check. */
  readonly ascii: boolean;
}

/** What stops the splitter. Offsets are into the bytes it was given. */
export interface SplitProblem {
  readonly kind: 'tooFew' | 'tooMany' | 'afterQuote' | 'unterminated';
  readonly recordStart: number;
  readonly at: number;
  readonly column: number;
}

/**
 * Finds the values of records. Bytes are looked at one by one exactly once, except for a record that the bytes at hand
 * do not complete, which is started again when there are more.
 */
export class RecordSplitter {
  readonly bounds: Int32Array;
  readonly stride: number;
  /** Results of the last call: complete rows, where the next record starts, line ends passed, and what stopped it. */
  rows = 0;
  consumed = 0;
  lines = 0;
  problem: SplitProblem | undefined;

  private readonly dialect: CsvDialect;
  /** 1 for the bytes that may end a plain value. */
  private readonly plainStops = new Uint8Array(256);
  /** 1 for the bytes that matter inside quotes. */
  private readonly quotedStops = new Uint8Array(256);
  /** A line feed that comes next belongs to the line end before it. */
  private afterReturn = false;

  constructor(dialect: CsvDialect, columns: number) {
    this.dialect = dialect;
    this.stride = 2 * columns;
    this.bounds = new Int32Array(BATCH_ROWS * this.stride);
    for (const byte of [dialect.delimiter, CR, LF]) this.plainStops[byte] = 1;
    for (const byte of [dialect.quote, dialect.escape, CR, LF]) this.quotedStops[byte] = 1;
  }

  /** Steps over a line feed that belongs to a line end already passed. */
  skipLineFeed(bytes: Uint8Array, from: number, to: number): number {
    if (!this.afterReturn || from === to) return from;
    this.afterReturn = false;
    return bytes[from] === LF ? from + 1 : from;
  }

  /**
   * Splits the bytes from `from` up to `to`, of which there must be one more to write to: a line feed put there stops
   * every loop. `final`: no bytes follow, so the last record need not be closed by a line end.
   */
  split(bytes: Uint8Array, from: number, to: number, final: boolean, maxRows: number): void {
    const { bounds, stride, plainStops, quotedStops } = this;
    const { delimiter, quote, escape: escapeByte } = this.dialect;
    const doubled = escapeByte === quote;
    const last = stride - 2;
    let afterReturn = this.afterReturn;
    let at = from;
    let consumed = from;
    let rows = 0;
    let lines = 0;
    let problem: SplitProblem | undefined;
    bytes[to] = LF;

    records: while (rows < maxRows && at < to) {
      const recordStart = at;
      if (afterReturn) {
        afterReturn = false;
        if (bytes[at] === LF) {
          consumed = ++at;
          continue;
        }
      }
      // A line with nothing on it is a NULL where there is one column, and no record otherwise.
      if (last > 0 && (bytes[at] === LF || bytes[at] === CR)) {
        afterReturn = bytes[at] === CR;
        consumed = ++at;
        lines++;
        continue;
      }
      const row = rows * stride;
      let column = 0;
      let recordLines = 1;
      for (;;) {
        let start = at;
        let flags = 0;
        if (bytes[at] === quote) {
          start = ++at;
          flags = QUOTED;
          for (;;) {
            while (quotedStops[bytes[at]!] === 0) at++;
            if (at >= to) {
              if (final) problem = { kind: 'unterminated', recordStart, at: start - 1, column: column >> 1 };
              break records;
            }
            const byte = bytes[at];
            if (byte === quote && !(doubled && bytes[at + 1] === quote)) {
              // Whether the quote is doubled shows with the next byte only.
              if (doubled && at + 1 === to && !final) break records;
              break;
            }
            if (byte === escapeByte) {
              if (at + 1 === to && !final) break records;
              const escaped = doubled || bytes[at + 1] === quote || bytes[at + 1] === escapeByte;
              if (escaped) flags |= ESCAPED;
              at += escaped ? 2 : 1;
              if (at > to) at = to;
            } else {
              if (byte === LF || bytes[at + 1] !== LF) recordLines++;
              at++;
            }
          }
          bounds[row + column + 1] = (at << FLAG_BITS) | flags;
          at++;
        } else {
          // Four steps a turn: every turn of a loop has a cost of its own in V8.
          while (plainStops[bytes[at]!] === 0) {
            if (plainStops[bytes[++at]!] !== 0) break;
            if (plainStops[bytes[++at]!] !== 0) break;
            if (plainStops[bytes[++at]!] !== 0) break;
            at++;
          }
          bounds[row + column + 1] = at << FLAG_BITS;
        }
        bounds[row + column] = start;
        const stop = bytes[at];
        if (stop === delimiter) {
          if (column === last) {
            problem = { kind: 'tooMany', recordStart, at, column: column >> 1 };
            break records;
          }
          column += 2;
          at++;
          continue;
        }
        if (at >= to && !final) break records;
        if (stop !== LF && stop !== CR) {
          problem = { kind: 'afterQuote', recordStart, at, column: column >> 1 };
          break records;
        }
        if (column !== last) {
          problem = { kind: 'tooFew', recordStart, at, column: column >> 1 };
          break records;
        }
        afterReturn = stop === CR;
        at = at >= to ? to : at + 1;
        consumed = at;
        lines += recordLines;
        rows++;
        break;
      }
    }
    this.afterReturn = afterReturn;
    this.rows = rows;
    this.consumed = consumed;
    this.lines = lines;
    this.problem = problem;
  }
}

/** Copies the value from `start` up to `end` without its escapes into `into`, which must be long enough; returns its length. */
export function unescapeField(
  bytes: Uint8Array,
  start: number,
  end: number,
  { quote, escape: escapeByte }: CsvDialect,
  into: Uint8Array,
): number {
  let length = 0;
  for (let at = start; at < end; at++) {
    const next = bytes[at + 1];
    if (bytes[at] === escapeByte && at + 1 < end && (next === quote || next === escapeByte)) at++;
    into[length++] = bytes[at]!;
  }
  return length;
}

/** Line ends in the bytes from `from` up to `to`. */
export function countLines(bytes: Uint8Array, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at++) {
    if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF)) lines++;
  }
  return lines;
}
