import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SimpleKind } from '../../compiler/types/type.ts';
import { literals } from './arbitrary.ts';
import { type CallCase, runCall, sqlOf } from './cases.ts';
import { openPostgres } from './postgres.ts';

const SEED = 7;
const RUNS = 300;

const KINDS: readonly SimpleKind[] = [
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'interval',
  'int32',
  'float64',
  'bool',
];

const PIECES: Partial<Record<SimpleKind, readonly string[]>> = {
  date: ['-', '/', '.', ' ', 'jan', 'Feb', 'BC', '1', '31', '1999', ',', 'mon', '10:20'],
  time: [':', '.', ' ', 'am', 'PM', '24', '60', '5', 'T', 'z', '+02'],
  timestamp: ['-', ':', ' ', 'T', 'Z', 'BC', 'pm', '24', '1', '.5', '+02:30', 'jan'],
  interval: ['1', '-', '.5', ' ', 'day', 'mon', 'ago', ':', '2-3', 'h', 'P', 'T', 'D', '@', 'week', '+'],
  int32: ['0x', '_', ' ', '+', '-', '.', 'e1', '9', '0b1'],
  float64: ['e', 'E5', '-', '.', ' ', 'inf', 'nan', '_', '9', '0x1'],
  bool: ['t', 'y', 'o', 'n', 'f', ' ', '1', 'on', 'true', 'ff'],
};

/** A good literal with a few pieces put in, or parts taken out. */
function mutated(kind: SimpleKind): fc.Arbitrary<string> {
  const edit = fc.tuple(fc.nat(40), fc.nat(3), fc.constantFrom('', ...(PIECES[kind] ?? [])));
  return fc.tuple(literals({ kind }), fc.array(edit, { minLength: 1, maxLength: 3 })).map(([text, edits]) =>
    edits.reduce((current, [position, length, piece]) => {
      const at = position % (current.length + 1);
      return current.slice(0, at) + piece + current.slice(at + length);
    }, text),
  );
}

it('never reads a text otherwise than PostgreSQL does', { timeout: 300_000 }, async () => {
  const calls = KINDS.flatMap((kind) =>
    fc.sample(mutated(kind), { seed: SEED, numRuns: RUNS }).map(
      (text): CallCase => ({
        name: 'cast',
        args: [
          { type: { kind: 'utf8' }, text },
          { type: { kind }, text: undefined },
        ],
      }),
    ),
  );
  const postgres = await openPostgres();
  const theirs = await postgres.evaluate(calls.map((call) => sqlOf(call) ?? ''));
  await postgres.close();
  const ours = calls.map(runCall);
  const wrong = calls.flatMap((call, index) => {
    const mine = ours[index] ?? '';
    // We may refuse what nobody should write, but then as bad text.
    if (mine.startsWith('error 22')) return [];
    return mine === theirs[index] ? [] : [`${sqlOf(call)}\n  ours   ${mine}\n  theirs ${theirs[index]}`];
  });
  const refused = calls.flatMap((call, index) =>
    ours[index]?.startsWith('error') && !theirs[index]?.startsWith('error')
      ? [`${sqlOf(call)} = ${theirs[index]}`]
      : [],
  );
  if (process.env.SHOW_REFUSED) console.log(refused.join('\n'));
  expect(wrong.join('\n')).toBe('');
});
