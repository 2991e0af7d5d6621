import { OrbitError } from '../../../compiler/types/error.ts';
import { jsonError } from './problem.ts';

export type JsonForm = 'array' | 'newline_delimited' | 'unstructured';

/** One value of a file, as text. */
export interface JsonRecord {
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly column: number;
}

const MAX_RECORD = 128 * 1024 * 1024;
const LF = 0x0a;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Cuts the bytes of a file, which come in pieces, into the texts of values: lines, or elements of an array, or values one after the other. */
export class JsonRecords {
  private readonly path: string;
  private form: JsonForm | undefined;
  private buffer: Uint8Array = new Uint8Array(0);
  private start = 0;
  private end = 0;
  private final = false;
  private begun = false;
  /** The array is open, and whether an element has been read since its beginning. */
  private inArray = false;
  private elements = 0;
  private closed = false;
  private line = 1;
  /** Bytes of the line before `start`. */
  private column = 0;

  constructor(path: string, form: JsonForm | undefined) {
    this.path = path;
    this.form = form;
  }

  write(bytes: Uint8Array): void {
    const carried = this.end - this.start;
    if (carried > MAX_RECORD) throw this.problem(`a value is longer than ${MAX_RECORD} bytes`);
    const needed = carried + bytes.length;
    if (needed > this.buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * carried));
      larger.set(this.buffer.subarray(this.start, this.end));
      this.buffer = larger;
    } else this.buffer.copyWithin(0, this.start, this.end);
    this.buffer.set(bytes, carried);
    this.start = 0;
    this.end = needed;
  }

  finish(): void {
    this.final = true;
  }

  /** The next value; undefined if there is none before more bytes come. */
  next(): JsonRecord | undefined {
    if (!this.begin()) return undefined;
    if (this.form === 'newline_delimited') return this.nextLine();
    this.skipBlanks();
    if (this.form === 'array') {
      if (this.closed) return this.start < this.end ? this.fail('there is something behind the array') : undefined;
      if (!this.inArray) {
        this.skip(this.start + 1);
        this.inArray = true;
        this.skipBlanks();
      }
      if (this.start === this.end) return this.final ? this.fail('the array is not closed') : undefined;
      const byte = this.buffer[this.start];
      if (byte === CLOSE) {
        this.closed = true;
        this.skip(this.start + 1);
        return this.next();
      }
      if (this.elements > 0) {
        if (byte !== COMMA) return this.fail('a comma is missing between the elements of the array');
        // The comma goes with its element: it is looked at again when there are more bytes.
        const { start, line, column } = this;
        this.skip(this.start + 1);
        this.skipBlanks();
        const record = this.nextValue();
        if (record === undefined) Object.assign(this, { start, line, column });
        return record;
      }
    }
    return this.nextValue();
  }

  private begin(): boolean {
    if (this.begun) return true;
    const { buffer, start, end } = this;
    if (end - start < 3 && !this.final) return false;
    if (
      end - start >= 2 &&
      ((buffer[start] === 0xff && buffer[start + 1] === 0xfe) || (buffer[start] === 0xfe && buffer[start + 1] === 0xff))
    ) {
      throw new OrbitError('bad_file_format', 'the file is UTF-16; only UTF-8 can be read', { place: this.path });
    }
    if (buffer[start] === 0xef && buffer[start + 1] === 0xbb && buffer[start + 2] === 0xbf) this.start += 3;
    this.begun = true;
    if (this.form === undefined || this.form === 'array') {
      this.skipBlanks();
      const first = this.start < this.end ? this.buffer[this.start] : undefined;
      if (this.form === 'array' && first !== OPEN && first !== undefined)
        this.fail('the file does not begin with an array');
      this.form ??= first === OPEN ? 'array' : this.firstLineIsWhole() ? 'newline_delimited' : 'unstructured';
      if (first === undefined) this.form = 'newline_delimited';
    }
    return true;
  }

  private firstLineIsWhole(): boolean {
    const lineEnd = this.buffer.subarray(this.start, this.end).indexOf(LF);
    const end = lineEnd < 0 ? this.end : this.start + lineEnd;
    return valueEnd(this.buffer, this.start, end, true) !== undefined;
  }

  private nextLine(): JsonRecord | undefined {
    for (;;) {
      const found = this.buffer.subarray(this.start, this.end).indexOf(LF);
      if (found < 0 && (!this.final || this.start === this.end)) return undefined;
      const end = found < 0 ? this.end : this.start + found;
      const record = this.record(this.start, end);
      this.skip(found < 0 ? end : end + 1);
      if (record.text.trim() !== '') return record;
    }
  }

  private nextValue(): JsonRecord | undefined {
    if (this.start === this.end) return undefined;
    const end = valueEnd(this.buffer, this.start, this.end, this.final);
    if (end === undefined)
      return this.final ? this.fail('a value is not closed before the end of the file') : undefined;
    const record = this.record(this.start, end);
    this.skip(end);
    this.elements++;
    return record;
  }

  private record(start: number, end: number): JsonRecord {
    try {
      const text = decoder.decode(this.buffer.subarray(start, end));
      return { text, line: this.line, column: this.column + 1 };
    } catch (cause) {
      throw jsonError(
        'a text is not valid UTF-8',
        { path: this.path, line: this.line, column: this.column + 1 },
        cause,
      );
    }
  }

  private skipBlanks(): void {
    let at = this.start;
    while (at < this.end && isBlank(this.buffer[at]!)) at++;
    this.skip(at);
  }

  private skip(to: number): void {
    for (let at = this.start; at < to; at++) {
      if (this.buffer[at] === LF) {
        this.line++;
        this.column = 0;
      } else this.column++;
    }
    this.start = to;
  }

  private problem(message: string): OrbitError {
    return jsonError(message, { path: this.path, line: this.line, column: this.column + 1 });
  }

  private fail(message: string): never {
    throw this.problem(message);
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === LF || byte === 0x0d;
}

/** Where the value at `from` ends, by its brackets and quotes; undefined if it does not before `to`. */
function valueEnd(bytes: Uint8Array, from: number, to: number, final: boolean): number | undefined {
  let depth = 0;
  for (let at = from; at < to; at++) {
    switch (bytes[at]) {
      case 0x22:
        at++;
        while (at < to && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
        if (at >= to) return undefined;
        if (depth === 0) return at + 1;
        break;
      case 0x7b:
      case OPEN:
        depth++;
        break;
      case 0x7d:
      case CLOSE:
        if (depth === 0) return at === from ? at + 1 : at;
        depth--;
        if (depth === 0) return at + 1;
        break;
      case COMMA:
      case 0x20:
      case 0x09:
      case 0x0d:
      case LF:
        if (depth === 0) return at === from ? at + 1 : at;
        break;
      default:
        break;
    }
  }
  return depth === 0 && final ? to : undefined;
}
