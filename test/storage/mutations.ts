import { OrbitError } from '../../compiler/types/error.ts';
import { createMemoryFileHost } from '../../storage/files/host.memory.ts';
import { openFileTable } from '../../storage/files/open.ts';
import { readTable } from './support.ts';

// Files with damage: reading them must end in rows or in a clear error, whatever is in them.

/** Numbers below `limit` by a seed: the same damage each time (mulberry32). */
export function randomOf(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** What lengths, counts, offsets and codes are hostile as: most signed and unsigned bounds, and varints that never end. */
const HOSTILE: readonly (readonly number[])[] = [
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0x00, 0x00, 0x00, 0x80],
  [0x00, 0x00, 0x00, 0x00],
  [0xfe, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
];

export function damaged(bytes: Uint8Array, seed: number): Uint8Array {
  const random = randomOf(seed);
  // The end of a file, where many formats have their index, gets its share.
  const place = (): number => (random(3) === 0 ? Math.max(0, bytes.length - 1 - random(600)) : random(bytes.length));
  switch (random(6)) {
    case 0:
      return bytes.slice(0, random(bytes.length));
    case 1:
    case 2: {
      const copy = bytes.slice();
      for (let i = random(6); i >= 0; i--) copy[place()]! ^= 1 << random(8);
      return copy;
    }
    case 3: {
      const copy = bytes.slice();
      const at = place();
      copy.set((HOSTILE[random(HOSTILE.length)] ?? []).slice(0, copy.length - at), at);
      return copy;
    }
    case 4: {
      // Bytes that go, or come twice: everything behind lies elsewhere.
      const from = place();
      const to = Math.min(bytes.length, from + 1 + random(40));
      const [head, tail] =
        random(2) === 0 ? [bytes.subarray(0, from), bytes.subarray(to)] : [bytes.subarray(0, to), bytes.subarray(from)];
      const copy = new Uint8Array(head.length + tail.length);
      copy.set(head);
      copy.set(tail, head.length);
      return copy;
    }
    default: {
      const copy = bytes.slice();
      const from = place();
      copy.copyWithin(place(), from, from + 1 + random(64));
      return copy;
    }
  }
}

/** What comes of reading the bytes: rows or the error's code. Throws what must not happen. */
export async function readDamaged(path: string, bytes: Uint8Array): Promise<string> {
  const host = createMemoryFileHost();
  host.put(path, bytes);
  try {
    const table = await openFileTable(host, { key: path, format: undefined, paths: [path], options: new Map() });
    const rows = await readTable(table);
    return rows.every((row) => row.length === table.columns.length) ? 'rows' : 'ragged';
  } catch (error) {
    if (!(error instanceof OrbitError)) throw error;
    const { code, message, place = '' } = error;
    if (code === 'internal_error') throw error;
    if (!`${place} ${message}`.includes(path))
      throw new Error(`the error does not name the file: ${message}`, { cause: error });
    return code;
  }
}

const SAMPLE = `select i, case when i % 7 = 0 then null else i * 1000003 end as n, i % 3 = 0 as flag, (i / 7)::double as f,
  (i * 1.25)::decimal(9, 2) as d, (i * 12345678901234567.5)::decimal(38, 1) as wide, date '2000-01-01' + i::integer as day,
  'text ' || (i % 10) as few, 'größer ' || i as many, case when i % 4 = 0 then null else 'maybe ' || (i % 6) end as maybe,
  case when i % 5 = 0 then null else [i, null, -i] end as l from range(400) r(i)`;

/** Undamaged files by name, with what DuckDB is to run to write each. */
export function intactFiles(folder: string): ReadonlyMap<string, string> {
  const copy = (name: string, options: string): readonly [string, string] => [
    name,
    `copy (${SAMPLE}) to '${folder}/${name}' (${options})`,
  ];
  return new Map([
    copy('snappy.parquet', "format parquet, compression 'snappy', row_group_size 200"),
    copy('zstd.parquet', "format parquet, compression 'zstd', parquet_version 'V2'"),
    copy('plain.parquet', "format parquet, compression 'uncompressed', row_group_size 150"),
    copy('gzip.parquet', "format parquet, compression 'gzip'"),
    copy('values.csv', 'format csv, header'),
    copy('lines.json', 'format json'),
    copy('array.json', 'format json, array true'),
    copy('packed.csv.gz', 'format csv, header, compression gzip'),
    copy('packed.json.zst', 'format json, compression zstd'),
  ]);
}
