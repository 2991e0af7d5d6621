import { expect, it } from 'vitest';
import { columnRef, constant } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import * as T from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { difference } from './compare.ts';
import { executors, runExecutor, runReference } from './harness.ts';
import { Random } from './random.ts';
import { COMMAND, column, testTable } from './tables.ts';

// Predicates that scans test for 16 rows at a time: LIKE of patterns that search texts, comparisons of columns.

const PLANS = 150;
const ROWS = 900;
const random = new Random(11);

function text(letters: string, most: number): string {
  const all = Array.from(letters);
  return Array.from({ length: random.integer(0, most) }, () => random.pick(all)).join('');
}

const COLUMNS = [column('id', T.INT32, false), column('t', T.UTF8, true), column('u', T.UTF8, false)];
const table = testTable(
  'texts',
  COLUMNS,
  Array.from({ length: ROWS }, (_, i) => [
    i,
    random.chance(0.1) ? null : `${text('abé', 12)}${i}${text('abé', 20)}`,
    // The end of one text and the beginning of the next make what is searched for.
    `a${text('ab', 3)}${i % 7 === 0 ? `${i}` : ''}${text('ab', random.chance(0.1) ? 60 : 2)}b${i}`,
  ]),
  { batch: 170, holes: 13, single: 20 },
);

/** Numbers that take 2 or 4 bytes in most chunks, from ranges that overlap. */
const NUMBERS = [
  column('id', T.INT32, false),
  column('two', T.INT64, true),
  column('four', T.INT64, false),
  column('other', T.INT64, true),
  column('from', T.DATE, false),
  column('to', T.DATE, true),
];
const orNull = (value: Value): Value => (random.chance(0.1) ? null : value);
const numbers = testTable(
  'numbers',
  NUMBERS,
  Array.from({ length: ROWS }, (_, i) => {
    const day = random.integer(-400, 400);
    const number = (most: number): bigint => BigInt(random.integer(-most, most));
    return [i, orNull(number(400)), number(100_000), orNull(number(600)), day, orNull(day + random.integer(-2, 300))];
  }),
  { batch: 170, holes: 13, single: 20 },
);

function likes(columns: readonly Expression[]): readonly Expression[] {
  return Array.from({ length: random.integer(1, 2) }, (): Expression => {
    const needles = Array.from(
      { length: random.integer(1, 3) },
      () => `${text('ab1é', 2)}${random.pick(['a', 'b', '7'])}`,
    );
    const pattern = constant(`%${needles.join('%')}%`, T.UTF8);
    const like = call('like', [random.pick(columns.slice(1)), pattern, constant('\\', T.UTF8)]);
    return random.chance(0.4) ? call('not', [like]) : like;
  });
}

function comparisons([, two, four, other, from, to]: readonly Expression[]): readonly Expression[] {
  const pairs = [
    [two, other],
    [other, two],
    [four, two],
    [other, four],
    [from, to],
    [to, from],
  ];
  return Array.from({ length: random.integer(1, 2) }, () => {
    const sides = random.pick(pairs).flatMap((side) => side ?? []);
    return call(random.pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge']), sides);
  });
}

it.each([
  ['searches', table, likes],
  ['comparisons', numbers, comparisons],
] as const)(`agrees with the reference in ${PLANS} plans of %s`, async (_, { handle }, predicatesOver) => {
  const engines = executors(64 << 20);
  const columns = handle.columns.map(({ name, type, nullable }, id): Column => ({ id, name, type, nullable }));
  const refs = columns.map((own) => columnRef(own));
  const [id] = refs;
  if (id === undefined) throw new Error('no column');
  let some = 0;
  for (let seed = 0; seed < PLANS; seed++) {
    const predicates = predicatesOver(refs);
    const few = call('lt', [id, constant(random.integer(1, ROWS), T.INT32)]);
    const plan: PhysicalPlan = {
      kind: 'tableScan',
      table: handle,
      columns,
      ordinals: columns.map((own) => own.id),
      predicates: random.chance(0.5) ? predicates : [few, ...predicates],
      command: COMMAND,
    };
    const statement = { plan, tables: [table, numbers], parameters: [] };
    const expected = runReference(statement);
    const actual = await runExecutor(seed % 2 === 0 ? engines.shared : engines.unshared, statement);
    if ('error' in expected || 'error' in actual) return expect.fail(printPhysical(plan));
    if (expected.rows.length > 0 && expected.rows.length < ROWS) some++;
    const options = { ordered: false, exact: true, approximate: new Set<number>() };
    expect(difference(columns, expected.rows, actual.rows, options), printPhysical(plan)).toBeUndefined();
  }
  expect(some).toBeGreaterThan(PLANS / 2);
});
