import { OrbitError } from './error.ts';

// A uuid is 128 bits in the order of their bytes; less 2^127, so that they are a signed number of the same order.

const BIAS = 1n << 127n;

export function formatUuid(value: bigint): string {
  const digits = (value + BIAS).toString(16).padStart(32, '0');
  const ends = [8, 12, 16, 20, 32];
  return ends.map((end, i) => digits.slice(i === 0 ? 0 : ends[i - 1], end)).join('-');
}

/** Thirty-two hexadecimal digits, a hyphen allowed after each four, braces around all allowed. */
export function parseUuid(text: string): bigint {
  const inner = /^\{(.*)\}$/s.exec(text)?.[1] ?? text;
  if (!/^([0-9a-f]{4}-?){7}[0-9a-f]{4}$/i.test(inner)) {
    throw new OrbitError('invalid_text_representation', `invalid input syntax for type uuid: "${text}"`);
  }
  return BigInt(`0x${inner.replaceAll('-', '')}`) - BIAS;
}

/** From its sixteen bytes. */
export function uuidOfBytes(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value - BIAS;
}
