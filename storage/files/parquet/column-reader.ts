import { parquetHeader } from 'hyparquet/src/column.js';
import type { Value } from '../../../compiler/types/value.ts';
import type { ColumnBuilder } from '../../tables/builder.ts';
import { appendPayload, type CodeMap } from './append.ts';
import { crc32, decompress } from './codecs.ts';
import { decodeCodes, decodePlain, decodeValues } from './decode.ts';
import { bitsOf, decodeHybrid } from './levels.ts';
import { hostValue, type Payload, payloadOf } from './payload.ts';
import { Malformed } from './problem.ts';
import type { Leaf } from './schema.ts';

/** A header may claim any number of values; pages with more are not read. */
const MAX_PAGE_VALUES = 1 << 24;

interface Page {
  readonly payload: Payload;
  /** Where the values have codes: positions in `payload`, which is the dictionary. */
  readonly codes: Int32Array | undefined;
  /** Absent where every value is there. */
  readonly definitions: Int32Array | undefined;
  readonly repetitions: Int32Array | undefined;
  /** Values, those that are NULL included. */
  readonly size: number;
}

interface Levels {
  readonly definitions: Int32Array | undefined;
  readonly repetitions: Int32Array | undefined;
  /** Values that are there. */
  readonly present: number;
  /** Where in the page the values begin. */
  readonly at: number;
}

/** Reads the values of one column of one row group, whose bytes are at hand. */
export class ColumnReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly leaf: Leaf;
  private readonly codec: string;
  /** Values in pages to come. */
  private left: number;
  private at = 0;
  private dictionary: Payload | undefined;
  private readonly codeMap: CodeMap = { codes: undefined };
  private page: Page | undefined;
  /** Positions in the page: of the next value, and of the next that is there. */
  private next = 0;
  private nextPresent = 0;

  constructor(bytes: Uint8Array, leaf: Leaf, codec: string, values: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.leaf = leaf;
    this.codec = codec;
    this.left = values;
  }

  /** Appends `rows` rows. */
  async read(builder: ColumnBuilder, rows: number): Promise<void> {
    if (this.leaf.maxRepetition > 0) return this.readLists(builder, rows);
    while (rows > 0) {
      const page = await this.current();
      if (page === undefined) throw new Malformed(`the column ends ${rows} rows early`);
      const count = Math.min(rows, page.size - this.next);
      const from = { row: this.next, present: this.nextPresent };
      this.nextPresent += appendPayload(builder, page, this.codeMap, from, count);
      this.next += count;
      rows -= count;
    }
  }

  private async readLists(builder: ColumnBuilder, rows: number): Promise<void> {
    const { type, maxDefinition, listLevel } = this.leaf;
    while (rows > 0) {
      let row: Value[] | null | undefined;
      for (;;) {
        const page = await this.current();
        const starts = page?.repetitions === undefined || page.repetitions[this.next] === 0;
        if (page === undefined || (starts && row !== undefined)) break;
        if (!starts && (row === undefined || row === null)) throw new Malformed('a list begins in its middle');
        const definition = page.definitions?.[this.next] ?? maxDefinition;
        this.next++;
        if (definition < listLevel) row = null;
        else {
          row ??= [];
          if (definition === maxDefinition) {
            const i = this.nextPresent++;
            row.push(hostValue(page.payload, page.codes === undefined ? i : page.codes[i]!, type));
          } else if (definition > listLevel) row.push(null);
        }
      }
      if (row === undefined) throw new Malformed(`the column ends ${rows} rows early`);
      builder.appendValue(row);
      rows--;
    }
  }

  /** The page that has the next value; undefined at the end. */
  private async current(): Promise<Page | undefined> {
    while (this.page === undefined || this.next >= this.page.size) {
      this.page = undefined;
      if (this.left === 0) return undefined;
      await this.readPage();
      this.next = 0;
      this.nextPresent = 0;
    }
    return this.page;
  }

  private async readPage(): Promise<void> {
    const { bytes, codec, leaf } = this;
    if (this.at >= bytes.length) throw new Malformed('pages end early');
    const reader = { view: this.view, offset: this.at };
    const header = parquetHeader(reader);
    const stored = header.compressed_page_size;
    const size = header.uncompressed_page_size;
    if (!(stored >= 0 && stored <= bytes.length - reader.offset)) {
      throw new Malformed(`a page of ${stored} bytes reaches beyond its column`);
    }
    const body = bytes.subarray(reader.offset, reader.offset + stored);
    this.at = reader.offset + stored;
    if (header.crc !== undefined && header.crc !== crc32(body)) throw new Malformed('the checksum of a page is wrong');
    const dictionary = header.dictionary_page_header;
    const first = header.data_page_header;
    const second = header.data_page_header_v2;
    if (header.type === 'DICTIONARY_PAGE' && dictionary !== undefined) {
      const page = await decompress(codec, body, size);
      const count = checkCount(dictionary.num_values);
      this.dictionary = payloadOf(decodePlain(page, 0, page.length, leaf, count), leaf);
      this.codeMap.codes = undefined;
    } else if (header.type === 'DATA_PAGE' && first !== undefined) {
      const count = this.take(first.num_values);
      const page = await decompress(codec, body, size);
      this.page = this.decode(page, count, first.encoding, this.levels(page, count));
    } else if (header.type === 'DATA_PAGE_V2' && second !== undefined) {
      const count = this.take(second.num_values);
      const lengths = [second.repetition_levels_byte_length, second.definition_levels_byte_length] as const;
      const at = lengths[0] + lengths[1];
      if (!(lengths[0] >= 0 && lengths[1] >= 0 && at <= body.length)) throw new Malformed('levels reach beyond a page');
      const levels = this.separateLevels(body, count, lengths);
      const rest = body.subarray(at);
      const page = second.is_compressed === false ? rest : await decompress(codec, rest, size - at);
      this.page = this.decode(page, count, second.encoding, { ...levels, at: 0 });
    } else if (header.type !== 'INDEX_PAGE') throw new Malformed(`a page of type ${String(header.type)}`);
  }

  private take(count: number): number {
    if (!(checkCount(count) <= this.left)) throw new Malformed('pages have more values than their column');
    this.left -= count;
    return count;
  }

  /** Levels at the beginning of a page, each with its length before it. */
  private levels(page: Uint8Array, count: number): Levels {
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    let at = 0;
    const read = (largest: number): Int32Array | undefined => {
      if (largest === 0) return undefined;
      const end = at + 4 + view.getUint32(at, true);
      if (end > page.length) throw new Malformed('levels reach beyond a page');
      const levels = decodeHybrid(page, at + 4, end, bitsOf(largest), count);
      at = end;
      return levels;
    };
    const repetitions = read(this.leaf.maxRepetition);
    const definitions = read(this.leaf.maxDefinition);
    return { repetitions, ...this.present(definitions, count), at };
  }

  private separateLevels(body: Uint8Array, count: number, lengths: readonly [number, number]): Levels {
    const { maxRepetition, maxDefinition } = this.leaf;
    const read = (at: number, length: number, largest: number): Int32Array | undefined =>
      largest === 0 ? undefined : decodeHybrid(body, at, at + length, bitsOf(largest), count);
    const repetitions = read(0, lengths[0], maxRepetition);
    const definitions = read(lengths[0], lengths[1], maxDefinition);
    return { repetitions, ...this.present(definitions, count), at: 0 };
  }

  /** How many values are there; the levels are left out where all are. */
  private present(definitions: Int32Array | undefined, count: number): Pick<Levels, 'definitions' | 'present'> {
    if (definitions === undefined) return { definitions, present: count };
    const { maxDefinition } = this.leaf;
    let present = 0;
    for (let i = 0; i < count; i++) {
      const level = definitions[i]!;
      if (level === maxDefinition) present++;
      else if (level > maxDefinition) throw new Malformed(`a definition level of ${level}`);
    }
    return { definitions: present === count ? undefined : definitions, present };
  }

  private decode(page: Uint8Array, size: number, encoding: string, levels: Levels): Page {
    const { leaf, dictionary } = this;
    const { definitions, repetitions, present, at } = levels;
    const common = { definitions, repetitions, size };
    if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
      if (dictionary === undefined) throw new Malformed('a page has codes, but there is no dictionary');
      const codes = decodeCodes(page, at, page.length, present, dictionary.size);
      return { ...common, payload: dictionary, codes };
    }
    const stored = decodeValues(encoding, page, at, page.length, leaf, present);
    return { ...common, payload: payloadOf(stored, leaf), codes: undefined };
  }
}

function checkCount(count: number): number {
  if (Number.isInteger(count) && count >= 0 && count <= MAX_PAGE_VALUES) return count;
  throw new Malformed(`a page of ${count} values`);
}
