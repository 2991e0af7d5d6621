import * as fc from 'fast-check';
import { describe, test } from 'vitest';
import * as T from '../../compiler/types/type.ts';
import { checkCall } from './agree.ts';
import { text } from './arbitraries.ts';

const LETTERS = ['a', 'b', 'ab', 'é', '日', '🦆', 'special', 'requests', 'K'];
const subject = fc.option(
  fc.oneof(
    fc
      .array(fc.constantFrom(...LETTERS, ' ', 'A', '%', '_', '\\', 'k'), { maxLength: 24, size: 'max' })
      .map((p) => p.join('')),
    text,
  ),
  { freq: 10 },
);
const pattern = fc.option(
  fc.oneof(
    fc.array(fc.constantFrom(...LETTERS, '%', '%', '_', '\\%', '\\_', '\\\\'), { maxLength: 6 }).map((p) => p.join('')),
    fc.constantFrom(
      '',
      '%',
      '%%',
      '_',
      '%special%requests%',
      'special%',
      '%requests',
      'special%requests',
      'a\\',
      '%_%',
      '%__',
    ),
    fc.tuple(fc.constantFrom('', '%'), fc.string({ maxLength: 30 }), fc.constantFrom('', '%')).map((p) => p.join('')),
  ),
  { freq: 20 },
);
const escaping = fc.oneof(
  { weight: 8, arbitrary: fc.constant('\\') },
  { weight: 2, arbitrary: fc.constantFrom('', 'a', 'é', 'ab', '%') },
  {
    weight: 1,
    arbitrary: fc.constant(null),
  },
);
const types = [T.UTF8, T.UTF8, T.UTF8];

describe.each(['like', 'ilike'])('%s', (fn) => {
  test('a constant pattern', () => {
    checkCall(fn, types, {
      values: { 0: subject, 1: pattern, 2: escaping },
      constants: [1, 2],
      batches: 400,
      rows: 20,
    });
  });

  test('a pattern of each row', () => {
    checkCall(fn, types, { values: { 0: subject, 1: pattern, 2: escaping }, batches: 40 });
  });
});

test('a piece anywhere in long texts', () => {
  const filler = fc.string({ unit: fc.constantFrom('s', 'p', 'l', 'é', ' '), maxLength: 60, size: 'max' });
  const hidden = fc.tuple(filler, fc.constantFrom('special', 'specia', ''), filler).map((p) => p.join(''));
  const searched = fc.constantFrom('%special%', '%special', 'special%', '%s%l%', '%p%special%s%', '%special%special%');
  checkCall('like', types, {
    values: { 0: hidden, 1: searched, 2: fc.constant('\\') },
    constants: [1, 2],
    batches: 60,
    rows: 60,
  });
});
