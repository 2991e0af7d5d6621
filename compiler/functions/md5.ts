// RFC 1321, for SQL's md5(); of no use for security.

const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const SINES = Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32));

export function md5Hex(bytes: Uint8Array): string {
  const padded = pad(bytes);
  let state: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let offset = 0; offset < padded.byteLength; offset += 64) state = digestBlock(state, padded, offset);
  const output = new DataView(new ArrayBuffer(16));
  for (const [index, word] of state.entries()) output.setUint32(index * 4, word, true);
  return Array.from(new Uint8Array(output.buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

type State = readonly [number, number, number, number];

function pad(bytes: Uint8Array): DataView {
  const length = Math.ceil((bytes.length + 9) / 64) * 64;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n, true);
  return view;
}

function digestBlock(state: State, block: DataView, offset: number): State {
  let [a, b, c, d] = state;
  for (let step = 0; step < 64; step += 1) {
    const round = step >> 4;
    const { mix, word } = mixRound(round, step, b, c, d);
    const sum = a + mix + (SINES[step] ?? 0) + block.getUint32(offset + word * 4, true);
    const shift = SHIFTS[round]?.[step & 3] ?? 0;
    [a, d, c, b] = [d, c, b, (b + rotate(sum | 0, shift)) | 0];
  }
  return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
}

function mixRound(round: number, step: number, b: number, c: number, d: number): { mix: number; word: number } {
  switch (round) {
    case 0:
      return { mix: (b & c) | (~b & d), word: step };
    case 1:
      return { mix: (d & b) | (~d & c), word: (5 * step + 1) & 15 };
    case 2:
      return { mix: b ^ c ^ d, word: (3 * step + 5) & 15 };
    default:
      return { mix: c ^ (b | ~d), word: (7 * step) & 15 };
  }
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
