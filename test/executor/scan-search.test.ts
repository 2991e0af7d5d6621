import { expect, it } from 'vitest';
import { columnRef, constant } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import * as T from '../../compiler/types/type.ts';
import { difference } from './compare.ts';
import { executors, runExecutor, runReference } from './harness.ts';
import { Random } from './random.ts';
import { COMMAND, column, testTable } from './tables.ts';

// LIKE of patterns that search texts, which scans do for 16 rows at a time.

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

it(`agrees with the reference in ${PLANS} plans`, async () => {
  const engines = executors(64 << 20);
  const columns = COLUMNS.map(({ name, type, nullable }, id): Column => ({ id, name, type, nullable }));
  const [id, ...texts] = columns.map((own) => columnRef(own));
  if (id === undefined) throw new Error('no column');
  let some = 0;
  for (let seed = 0; seed < PLANS; seed++) {
    const likes = Array.from({ length: random.integer(1, 2) }, (): Expression => {
      const needles = Array.from(
        { length: random.integer(1, 3) },
        () => `${text('ab1é', 2)}${random.pick(['a', 'b', '7'])}`,
      );
      const pattern = `%${needles.join('%')}%`;
      const like = call('like', [random.pick(texts), constant(pattern, T.UTF8), constant('\\', T.UTF8)]);
      return random.chance(0.4) ? call('not', [like]) : like;
    });
    const few = call('lt', [id, constant(random.integer(1, ROWS), T.INT32)]);
    const plan: PhysicalPlan = {
      kind: 'tableScan',
      table: table.handle,
      columns,
      ordinals: [0, 1, 2],
      predicates: random.chance(0.5) ? likes : [few, ...likes],
      command: COMMAND,
    };
    const statement = { plan, tables: [table], parameters: [] };
    const expected = runReference(statement);
    const actual = await runExecutor(seed % 2 === 0 ? engines.shared : engines.unshared, statement);
    if ('error' in expected || 'error' in actual) return expect.fail(printPhysical(plan));
    if (expected.rows.length > 0 && expected.rows.length < ROWS) some++;
    const options = { ordered: false, exact: true, approximate: new Set<number>() };
    expect(difference(columns, expected.rows, actual.rows, options), printPhysical(plan)).toBeUndefined();
  }
  expect(some).toBeGreaterThan(PLANS / 2);
});
