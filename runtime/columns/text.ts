/** Texts up to this length are made without the decoder, whose calls cost more than a short loop (measured on Node 20). */
const SHORT_TEXT = 32;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** One array for each length, so that `apply` gets exactly the units of the text. */
const units: readonly number[][] = Array.from({ length: SHORT_TEXT + 1 }, (_, length) =>
  new Array<number>(length).fill(0),
);

/** The text whose UTF-8 bytes begin at `start`. The bytes may be shared memory, which decoders refuse: they are copied. */
export function decodeText(bytes: Uint8Array, start: number, length: number): string {
  const codes = units[length];
  if (codes === undefined) return decoder.decode(bytes.slice(start, start + length));
  let all = 0;
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i] ?? 0;
    all |= byte;
    codes[i] = byte;
  }
  return all < 0x80 ? String.fromCharCode.apply(null, codes) : decoder.decode(bytes.slice(start, start + length));
}

let buffer = new Uint8Array(256);

/** The UTF-8 bytes of the text, in a buffer that the next call writes again. */
export function encodeText(text: string): Uint8Array {
  if (buffer.length < text.length * 3) buffer = new Uint8Array(text.length * 3);
  let length = 0;
  if (text.length <= SHORT_TEXT) {
    while (length < text.length) {
      const unit = text.charCodeAt(length);
      if (unit >= 0x80) break;
      buffer[length++] = unit;
    }
    if (length === text.length) return buffer.subarray(0, length);
  }
  return buffer.subarray(0, encoder.encodeInto(text, buffer).written);
}
