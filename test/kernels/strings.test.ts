import * as fc from 'fast-check';
import { describe, test } from 'vitest';
import * as T from '../../compiler/types/type.ts';
import { checkCall } from './agree.ts';
import { nullable, text } from './arbitraries.ts';

const small = fc.option(fc.oneof(fc.integer({ min: -3, max: 12 }), fc.integer({ min: -40, max: 40 })), { freq: 10 });
const anyCount = fc.oneof(small, nullable(T.INT32));
/** Found in about half of the texts. */
const piece = fc.option(
  fc.oneof(fc.constantFrom('', 'a', 'b', 'ab', 'é', '日', 'special', 'requests', ' ', 'bc'), text),
  { freq: 10 },
);

const ONE_TEXT = [
  'lower',
  'upper',
  'initcap',
  'length',
  'octet_length',
  'trim',
  'ltrim',
  'rtrim',
  'reverse',
  'ascii',
  'md5',
];

test.each(ONE_TEXT)('%s', (fn) => {
  checkCall(fn, [T.UTF8], { batches: 40 });
});

test.each(['length', 'octet_length', 'md5'])('%s of bytes', (fn) => {
  checkCall(fn, [T.BINARY]);
});

test.each(['left', 'right', 'substring'])('%s', (fn) => {
  checkCall(fn, [T.UTF8, T.INT32], { values: { 1: anyCount }, batches: 40 });
  checkCall(fn, [T.UTF8, T.INT32], { values: { 1: small }, constants: [1], batches: 40 });
});

// The host makes texts of up to 2^28 characters; the tests would have to wait for them.
test.each(['repeat', 'lpad', 'rpad'])('%s', (fn) => {
  checkCall(fn, [T.UTF8, T.INT32], { values: { 1: small } });
});

describe('substring', () => {
  const types = [T.UTF8, T.INT32, T.INT32];
  test('of each row', () => {
    checkCall('substring', types, { values: { 1: anyCount, 2: anyCount }, batches: 40 });
  });

  test('at constant places', () => {
    checkCall('substring', types, { values: { 1: small, 2: small }, constants: [1, 2], batches: 80, rows: 20 });
  });

  test('at the beginning', () => {
    checkCall('substring', types, {
      values: { 1: fc.constant(1), 2: fc.integer({ min: 0, max: 6 }) },
      constants: [1, 2],
      batches: 40,
    });
  });
});

describe.each(['position', 'contains', 'starts_with', 'ends_with'])('%s', (fn) => {
  test('of each row', () => {
    checkCall(fn, [T.UTF8, T.UTF8], { values: { 1: piece }, batches: 40 });
  });

  test('of a constant', () => {
    checkCall(fn, [T.UTF8, T.UTF8], { values: { 1: piece }, constants: [1], batches: 40 });
  });
});

describe.each(['trim', 'ltrim', 'rtrim'])('%s of a set', (fn) => {
  const set = fc.option(fc.constantFrom('', ' ', 'ab', 'a\t0', '\u007f?@', 'é', 'abé '), { freq: 10 });
  test('that is constant', () => {
    checkCall(fn, [T.UTF8, T.UTF8], { values: { 1: set }, constants: [1], batches: 60, rows: 20 });
  });

  test('of each row', () => {
    checkCall(fn, [T.UTF8, T.UTF8], { values: { 1: set } });
  });
});

describe('joining', () => {
  test('two texts', () => {
    checkCall('concat_op', [T.UTF8, T.UTF8], { batches: 40 });
    checkCall('concat_op', [T.UTF8, T.INT32]);
  });

  test('two binary values', () => {
    checkCall('concat_op', [T.BINARY, T.BINARY]);
  });

  test('lists and elements', () => {
    checkCall('concat_op', [T.list(T.INT32), T.list(T.INT32)]);
    checkCall('concat_op', [T.list(T.INT32), T.INT32]);
    checkCall('concat_op', [T.UTF8, T.list(T.UTF8)]);
  });

  test('many values', () => {
    checkCall('concat', [T.UTF8]);
    checkCall('concat', [T.UTF8, T.UTF8, T.UTF8], { batches: 40 });
    checkCall('concat', [T.UTF8, T.BOOL, T.INT32, T.DATE]);
    checkCall('concat_ws', [T.UTF8, T.UTF8, T.BOOL, T.UTF8]);
  });
});

test('replace, translate, split_part, chr', () => {
  checkCall('replace', [T.UTF8, T.UTF8, T.UTF8], { values: { 1: piece } });
  checkCall('translate', [T.UTF8, T.UTF8, T.UTF8], { values: { 1: piece } });
  checkCall('split_part', [T.UTF8, T.UTF8, T.INT32], { values: { 1: piece, 2: small } });
  checkCall('chr', [T.INT32]);
});
