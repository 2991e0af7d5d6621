import { decompress as unzstd } from 'fzstd';
import { snappyUncompressor } from 'hysnappy';
import { OrbitError } from '../../../compiler/types/error.ts';
import { gunzip } from '../compression/gzip.node.ts';
import { Malformed } from './problem.ts';

/** A page larger than this is taken for damage. */
const MAX_PAGE_BYTES = 512 * 1024 * 1024;
/** Snappy's shortest copy takes three bytes and gives 64. */
const SNAPPY_RATIO = 24;

let unsnappy: ReturnType<typeof snappyUncompressor> | undefined;

/** The `size` bytes that a page's bytes stand for. */
export async function decompress(codec: string | undefined, bytes: Uint8Array, size: number): Promise<Uint8Array> {
  if (!(size >= 0 && size <= MAX_PAGE_BYTES)) throw new Malformed(`a page of ${size} bytes`);
  const result = await decompressed(codec, bytes, size);
  if (result.length !== size) throw new Malformed(`a page has ${result.length} bytes instead of ${size}`);
  return result;
}

async function decompressed(codec: string | undefined, bytes: Uint8Array, size: number): Promise<Uint8Array> {
  switch (codec) {
    case 'UNCOMPRESSED':
      return bytes;
    case 'SNAPPY': {
      if (size === 0) return new Uint8Array(0);
      if (size > SNAPPY_RATIO * bytes.length + 64 || snappyLength(bytes) !== size) {
        throw new Malformed('a compressed page has another length than its header says');
      }
      unsnappy ??= snappyUncompressor();
      return unsnappy(bytes, size);
    }
    case 'GZIP':
      return gunzip(bytes, size);
    case 'ZSTD':
      return unzstd(bytes, new Uint8Array(size));
    case undefined:
      throw new Malformed('the compression of a column is unknown');
    default:
      throw new OrbitError('feature_not_supported', `Parquet pages compressed with ${codec} cannot be read yet`);
  }
}

/** The length that compressed bytes begin with; -1 if there is none. */
function snappyLength(bytes: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[i];
    if (byte === undefined) return -1;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length;
  }
  return -1;
}

const TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
  return crc;
});

/** CRC-32 of IEEE 802.3, as a signed number: Parquet's page checksum. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc;
}
