import { OrbitError } from '../types/error.ts';
import { toBigint, toBytes, toNumber, toText } from '../types/narrow.ts';
import { BINARY, INT32, INT64, type Type, UTF8 } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { Overload, ScalarFunction } from './declaration.ts';
import { fixed, unary } from './overload.ts';
import { crc32, crc32c, sha1, sha224, sha256, sha384, sha512 } from './sha.ts';
import { scalar } from './shorthand.ts';

// Bytes and their texts: encodings, hashes, and single bytes and bits.

const oneBinary = (result: Type): Overload => fixed([BINARY], result);

/** A text that is known to be one; a bare literal is taken for bytes, as in PostgreSQL. */
const knownText = (result: Type): Overload =>
  unary((arg) => (arg.kind === 'utf8' ? { parameter: UTF8, result } : undefined));

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const bytesOf = (value: Value | undefined): Uint8Array => (typeof value === 'string' ? utf8(value) : toBytes(value));

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const bad = (message: string): OrbitError => new OrbitError('invalid_parameter_value', message);

function fromHex(text: string): Uint8Array {
  const digits = text.replace(/[ \n\t\r]/g, '');
  const wrong = /[^0-9a-fA-F]/u.exec(digits);
  if (wrong !== null) throw bad(`invalid hexadecimal digit: "${wrong[0]}"`);
  if (digits.length % 2 !== 0) throw bad('invalid hexadecimal data: odd number of digits');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const letter = (at: number): string => ALPHABET[(word >> (18 - 6 * at)) & 63] ?? '';
    text += letter(0) + letter(1) + (left > 1 ? letter(2) : '=') + (left > 2 ? letter(3) : '=');
  }
  return text;
}

const BASE64_LINE = 76;

function fromBase64(text: string): Uint8Array {
  const bytes: number[] = [];
  let word = 0;
  let count = 0;
  let end = 0;
  for (const letter of text) {
    if (' \t\n\r'.includes(letter)) continue;
    if (letter === '=') {
      if (end === 0) {
        if (count < 2) throw bad('unexpected "=" while decoding base64 sequence');
        end = count === 2 ? 1 : 2;
      }
      word <<= 6;
    } else {
      const value = ALPHABET.indexOf(letter);
      if (value < 0 || end > 0) throw bad(`invalid symbol "${letter}" found while decoding base64 sequence`);
      word = (word << 6) | value;
    }
    count++;
    if (count < 4) continue;
    bytes.push((word >> 16) & 255);
    if (end === 0 || end > 1) bytes.push((word >> 8) & 255);
    if (end === 0) bytes.push(word & 255);
    word = 0;
    count = 0;
  }
  if (count !== 0) throw bad('invalid base64 end sequence');
  return Uint8Array.from(bytes);
}

function toEscaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    if (byte === 0x5c) return '\\\\';
    return byte === 0 || byte > 127 ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte);
  }).join('');
}

function fromEscaped(text: string): Uint8Array {
  const bytes: number[] = [];
  const source = utf8(text);
  for (let i = 0; i < source.length; i++) {
    if (source[i] !== 0x5c) {
      bytes.push(source[i]!);
    } else if (source[i + 1] === 0x5c) {
      bytes.push(0x5c);
      i++;
    } else {
      const octal = String.fromCharCode(...source.slice(i + 1, i + 4));
      if (!/^[0-3][0-7]{2}$/.test(octal)) {
        throw new OrbitError('invalid_text_representation', 'invalid input syntax for type bytea');
      }
      bytes.push(Number.parseInt(octal, 8));
      i += 3;
    }
  }
  return Uint8Array.from(bytes);
}

const unknownEncoding = (name: string): OrbitError => bad(`unrecognized encoding: "${name}"`);

function encode(bytes: Uint8Array, format: string): string {
  switch (format.toLowerCase()) {
    case 'hex':
      return hex(bytes);
    case 'base64':
      return toBase64(bytes).replace(new RegExp(`.{${BASE64_LINE}}(?=.)`, 'g'), '$&\n');
    case 'escape':
      return toEscaped(bytes);
    default:
      throw unknownEncoding(format);
  }
}

function decode(text: string, format: string): Uint8Array {
  switch (format.toLowerCase()) {
    case 'hex':
      return fromHex(text);
    case 'base64':
      return fromBase64(text);
    case 'escape':
      return fromEscaped(text);
    default:
      throw unknownEncoding(format);
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Falls through to the error.
  }
  throw new OrbitError('character_not_in_repertoire', 'invalid byte sequence for encoding "UTF8"');
}

function checkEncoding(name: string, direction: string): void {
  if (/^utf-?8$|^unicode$/i.test(name)) return;
  const known = /^(latin\d+|iso|win|koi|euc|sjis|big5|gb|sql_ascii)/i.test(name);
  if (known) throw new OrbitError('feature_not_supported', `the encoding ${name} is not supported`);
  throw bad(`invalid ${direction} encoding name "${name}"`);
}

const inHex =
  (hash: (bytes: Uint8Array) => Uint8Array): ScalarFunction['row'] =>
  ([value]) =>
    typeof value === 'string' ? hex(hash(utf8(value))) : hash(toBytes(value));

function sha(name: string, hash: (bytes: Uint8Array) => Uint8Array, bits: number, start: string): ScalarFunction {
  return scalar(
    name,
    [oneBinary(BINARY), knownText(UTF8)],
    inHex(hash),
    `The SHA-2 hash of ${bits} bits: bytes of bytes; of a text, in hexadecimal.`,
    [`left(encode(${name}('\\x616263'), 'hex'), 16)`, start],
  );
}

const indexError = (index: bigint | number, length: number): OrbitError =>
  new OrbitError('array_subscript_error', `index ${index} out of valid range, 0..${length - 1}`);

function bitPlace(bytes: Uint8Array, n: bigint): readonly [number, number] {
  if (n < 0n || n >= BigInt(bytes.length) * 8n) throw indexError(n, bytes.length * 8);
  return [Number(n >> 3n), Number(n & 7n)];
}

function byteAt(bytes: Uint8Array, n: number): number {
  const byte = n < 0 ? undefined : bytes[n];
  if (byte === undefined) throw indexError(n, bytes.length);
  return byte;
}

function urlEncode(text: string): string {
  return Array.from(utf8(text), (byte) => {
    const letter = String.fromCharCode(byte);
    return /[A-Za-z0-9_.~-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function urlDecode(text: string): string {
  const source = utf8(text);
  const bytes: number[] = [];
  for (let i = 0; i < source.length; i++) {
    const digits = String.fromCharCode(...source.slice(i + 1, i + 3));
    if (source[i] === 0x25 && /^[0-9a-fA-F]{2}$/.test(digits)) {
      bytes.push(Number.parseInt(digits, 16));
      i += 2;
    } else {
      bytes.push(source[i]!);
    }
  }
  return decodeUtf8(Uint8Array.from(bytes));
}

/** Bits from the first that is set; bytes whole. */
function inDigits(value: Value | undefined, radix: 2 | 16): string {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return BigInt.asUintN(64, BigInt(value)).toString(radix).toUpperCase();
  }
  const width = radix === 2 ? 8 : 2;
  return Array.from(bytesOf(value), (byte) => byte.toString(radix).toUpperCase().padStart(width, '0')).join('');
}

function fromBinary(text: string): Uint8Array {
  if (/[^01]/u.test(text)) throw bad('a text of binary digits has others');
  const padded = text.padStart(Math.ceil(text.length / 8) * 8, '0');
  return Uint8Array.from({ length: padded.length / 8 }, (_, i) => Number.parseInt(padded.slice(i * 8, i * 8 + 8), 2));
}

const digitsOf: readonly Overload[] = [fixed([UTF8], UTF8), fixed([BINARY], UTF8), fixed([INT64], UTF8)];

export const BYTE_FUNCTIONS: readonly ScalarFunction[] = [
  scalar(
    'encode',
    [fixed([BINARY, UTF8], UTF8), fixed([UTF8], BINARY)],
    ([value, format]) => (format === undefined ? utf8(toText(value)) : encode(toBytes(value), toText(format))),
    'Bytes as text: hex, base64 or escape. Of a text alone, its bytes as UTF-8.',
    ["encode('\\x1234', 'hex')", '1234'],
  ),
  scalar(
    'decode',
    [fixed([UTF8, UTF8], BINARY), fixed([BINARY], UTF8)],
    ([value, format]) => (format === undefined ? decodeUtf8(toBytes(value)) : decode(toText(value), toText(format))),
    'Bytes of a text: hex, base64 or escape. Of bytes alone, the text that they are as UTF-8.',
    ["decode('1234', 'hex')", '\\x1234'],
  ),
  scalar(
    'convert_to',
    fixed([UTF8, UTF8], BINARY),
    ([value, name]) => {
      checkEncoding(toText(name), 'destination');
      return utf8(toText(value));
    },
    'The bytes of a text in an encoding, which can be UTF8.',
    ["convert_to('é', 'UTF8')", '\\xc3a9'],
  ),
  scalar(
    'convert_from',
    fixed([BINARY, UTF8], UTF8),
    ([value, name]) => {
      checkEncoding(toText(name), 'source');
      return decodeUtf8(toBytes(value));
    },
    'The text of bytes in an encoding, which can be UTF8.',
    ["convert_from('\\xc3a9', 'UTF8')", 'é'],
  ),
  sha('sha224', sha224, 224, '23097d223405d822'),
  sha('sha256', sha256, 256, 'ba7816bf8f01cfea'),
  sha('sha384', sha384, 384, 'cb00753f45a35e8b'),
  sha('sha512', sha512, 512, 'ddaf35a193617aba'),
  scalar(
    'sha1',
    [fixed([UTF8], UTF8), fixed([BINARY], UTF8)],
    ([value]) => hex(sha1(bytesOf(value))),
    'The SHA-1 hash in hexadecimal; of no use for security.',
    ["sha1('abc')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ),
  scalar('crc32', oneBinary(INT64), ([value]) => BigInt(crc32(toBytes(value))), 'The CRC-32 of bytes.', [
    "crc32('abc'::bytea)",
    '891568578',
  ]),
  scalar('crc32c', oneBinary(INT64), ([value]) => BigInt(crc32c(toBytes(value))), 'The CRC-32C of bytes.', [
    "crc32c('abc'::bytea)",
    '910901175',
  ]),
  scalar(
    'get_byte',
    fixed([BINARY, INT32], INT32),
    ([value, n]) => byteAt(toBytes(value), toNumber(n)),
    'The byte at a place, from 0.',
    ["get_byte('\\x1234', 1)", '52'],
  ),
  scalar(
    'set_byte',
    fixed([BINARY, INT32, INT32], BINARY),
    ([value, n, byte]) => {
      byteAt(toBytes(value), toNumber(n));
      return toBytes(value).with(toNumber(n), toNumber(byte) & 255);
    },
    'The bytes with another one at a place, from 0.',
    ["set_byte('\\x1234', 1, 64)", '\\x1240'],
  ),
  scalar(
    'get_bit',
    fixed([BINARY, INT64], INT32),
    ([value, n]) => {
      const [byte, bit] = bitPlace(toBytes(value), toBigint(n));
      return (toBytes(value)[byte]! >> bit) & 1;
    },
    'The bit at a place, from 0; of each byte the lowest comes first.',
    ["get_bit('\\x12'::bytea, 1)", '1'],
  ),
  scalar(
    'set_bit',
    fixed([BINARY, INT64, INT32], BINARY),
    ([value, n, on]) => {
      const bytes = toBytes(value);
      const [byte, bit] = bitPlace(bytes, toBigint(n));
      const wanted = toNumber(on);
      if (wanted !== 0 && wanted !== 1) throw bad('new bit must be 0 or 1');
      return bytes.with(byte, (bytes[byte]! & ~(1 << bit)) | (wanted << bit));
    },
    'The bytes with another bit at a place, from 0.',
    ["set_bit('\\x12'::bytea, 0, 1)", '\\x13'],
  ),
  scalar('hex', digitsOf, ([value]) => inDigits(value, 16), 'A text, bytes or a number in hexadecimal, in capitals.', [
    "hex('hi'::text)",
    '6869',
  ]),
  scalar(
    'bin',
    [fixed([UTF8], UTF8), fixed([INT64], UTF8)],
    ([value]) => inDigits(value, 2),
    'A text or a number in binary.',
    ['bin(10)', '1010'],
    { names: ['bin', 'to_binary'] },
  ),
  scalar(
    'unhex',
    fixed([UTF8], BINARY),
    ([value]) => {
      const text = toText(value);
      return fromHex(text.length % 2 === 0 ? text : `0${text}`);
    },
    'The bytes that a text has in hexadecimal.',
    ["unhex('6869')", '\\x6869'],
    { names: ['unhex', 'from_hex'] },
  ),
  scalar(
    'unbin',
    fixed([UTF8], BINARY),
    ([value]) => fromBinary(toText(value)),
    'The bytes that a text has in binary.',
    ["unbin('0110')", '\\x06'],
    { names: ['unbin', 'from_binary'] },
  ),
  scalar(
    'to_base64',
    oneBinary(UTF8),
    ([value]) => toBase64(toBytes(value)),
    'Bytes in base64, on one line.',
    ["to_base64('\\x6869')", 'aGk='],
    { names: ['to_base64', 'base64'] },
  ),
  scalar(
    'from_base64',
    fixed([UTF8], BINARY),
    ([value]) => fromBase64(toText(value)),
    'The bytes of a text in base64.',
    ["from_base64('aGk=')", '\\x6869'],
  ),
  scalar(
    'url_encode',
    fixed([UTF8], UTF8),
    ([value]) => urlEncode(toText(value)),
    'The text with %xx for all bytes that a URL may not have in a value.',
    ["url_encode('a b&c')", 'a%20b%26c'],
  ),
  scalar(
    'url_decode',
    fixed([UTF8], UTF8),
    ([value]) => urlDecode(toText(value)),
    'The text with the bytes that %xx stand for.',
    ["url_decode('a%20b')", 'a b'],
  ),
  scalar(
    'bit_length',
    [fixed([UTF8], INT32), oneBinary(INT32)],
    ([value]) => bytesOf(value).length * 8,
    'The number of bits; a text counts as UTF-8.',
    ["bit_length('jose')", '32'],
  ),
];
