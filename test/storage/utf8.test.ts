import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUtf8 } from '../../storage/files/csv/utf8.ts';

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

test('agrees with the decoder on every sequence of two bytes after every lead byte', () => {
  for (let lead = 0x7f; lead <= 0xff; lead++) {
    for (let second = 0x7f; second <= 0xc0; second++) {
      for (const rest of [[], [0x41], [0x80], [0xbf], [0x80, 0x80], [0xbf, 0xbf], [0x80, 0xc0], [0xc3, 0xa9]]) {
        const bytes = Uint8Array.from([lead, second, ...rest]);
        expect([...bytes, isUtf8(bytes, 0, bytes.length)]).toEqual([...bytes, decodes(bytes)]);
      }
    }
  }
});

test('agrees with the decoder on damaged text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.nat(),
      fc.nat({ max: 255 }),
      fc.boolean(),
      (text, place, byte, damage) => {
        const bytes = new TextEncoder().encode(text);
        if (damage && bytes.length > 0) bytes[place % bytes.length] = byte;
        expect(isUtf8(bytes, 0, bytes.length)).toBe(decodes(bytes));
      },
    ),
    { numRuns: 1000 },
  );
});
