import { afterAll, describe, expect, it } from 'vitest';
import { cast, columnRef, constant } from '../../compiler/ir/build.ts';
import { aggregateCall, call } from '../../compiler/ir/call.ts';
import { joinColumns } from '../../compiler/ir/derive.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import { placeKeyFilters } from '../../compiler/physical/key-filters.ts';
import type { HashJoin, PhysicalPlan } from '../../compiler/physical/plan.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import * as T from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { checkPlan } from './check-plan.ts';
import { difference } from './compare.ts';
import { nodesOf } from './generate.ts';
import { executors, runExecutor, runReference } from './harness.ts';
import { Random } from './random.ts';
import { COMMAND, column, type TestTable, testTable } from './tables.ts';
import { TINY } from './tuning.ts';

// Joins over chunks of keys of all kinds, whose build sides filter the scans below their probe sides.

const PLANS = 300;
const BATCH = 50;
const engines = executors();

const COLUMNS = [
  column('id', T.INT32, false),
  column('narrow', T.INT64, true),
  column('medium', T.INT64, true),
  column('wide', T.INT64, true),
  column('day', T.DATE, true),
  column('amount', T.decimal(12, 2), false),
  column('fine', T.decimal(14, 4), true),
  column('huge', T.decimal(30, 2), true),
  column('ratio', T.FLOAT64, true),
  column('name', T.UTF8, true),
  column('span', T.INTERVAL, true),
  column('thing', T.ANY, true),
];
const ORDINALS = COLUMNS.map((_, i) => i);

/** Both zeros, NaN, and what follows from the number. */
function ratio(number: number): number {
  return number % 7 === 0 ? 0 : number % 7 === 1 ? -0 : number % 11 === 0 ? Number.NaN : number / 8;
}

/** Texts that fit a view, and that do not. */
function name(number: number): string {
  return number % 3 === 0 ? `n${number}` : `a name that is longer than a view ${number}`;
}

/** One length, written in several ways. */
function span(number: number): Value {
  return number % 2 === 0
    ? { months: number % 40, days: 0, micros: 0n }
    : { months: 0, days: 0, micros: BigInt(number % 40) * 30n * 86_400_000_000n };
}

function thing(number: number): Value {
  if (number % 4 === 0) return { tag: 'float64', value: number };
  return number % 4 === 1 ? { tag: 'utf8', value: name(number) } : { tag: 'int64', value: BigInt(number) };
}

/** Rows whose values come from a part of their domains, so that keys of one table are missing in the other. */
function rows(random: Random, count: number, from: number, values: number): readonly (readonly Value[])[] {
  const orNull = (value: Value): Value => (random.chance(0.1) ? null : value);
  const number = (): number => from + random.integer(0, values);
  return Array.from({ length: count }, (_, i) => [
    i + from,
    orNull(BigInt(number() - 40)),
    orNull(BigInt(number()) * 1009n),
    orNull(BigInt(number()) * 4_000_000_007n * (random.chance(0.5) ? 1n : -1n)),
    orNull(number() * 3),
    BigInt(number() * 25),
    orNull(BigInt(number() * 2500)),
    orNull(BigInt(number()) * (random.chance(0.3) ? 10n ** 24n : 1n)),
    orNull(ratio(number())),
    orNull(name(number())),
    orNull(span(number())),
    orNull(thing(number())),
  ]);
}

const random = new Random(7);
const tables: readonly TestTable[] = [
  testTable('facts', COLUMNS, rows(random, 900, 0, 900), { batch: 200, holes: 9 }),
  testTable('sorted', COLUMNS, rows(random, 400, 100, 400), { batch: 150, single: 30 }),
  testTable('some', COLUMNS, rows(random, 60, 50, 300)),
  testTable('few', COLUMNS, rows(random, 7, 200, 500)),
  testTable('none', COLUMNS, []),
];

const JOINS: readonly HashJoin['join'][] = [
  'inner',
  'inner',
  'inner',
  'semi',
  'buildSemi',
  'buildAnti',
  'buildLeft',
  'left',
  'anti',
];

/** Makes a plan from a random source of choices. */
class Maker {
  readonly #random: Random;
  #nextId = 0;

  constructor(choices: Random) {
    this.#random = choices;
  }

  side(depth: number): PhysicalPlan {
    const choices = this.#random;
    if (depth === 0) return this.#scan();
    switch (choices.integer(0, 6)) {
      case 0: {
        const input = this.side(depth - 1);
        const kept = choices.shuffled(input.columns);
        const columns = kept.map((own) => ({ ...own, id: this.#nextId++ }));
        return { kind: 'project', columns, input, expressions: kept.map((own) => columnRef(own)) };
      }
      case 1: {
        const input = this.side(depth - 1);
        const keys = choices.shuffled(input.columns).slice(0, 2);
        const groups = keys.map((own) => columnRef(own));
        const count = aggregateCall('count', []);
        const counted: Column = { id: this.#nextId++, name: 'count', type: count.type, nullable: count.nullable };
        const columns = [...keys.map((own) => ({ ...own, id: this.#nextId++ })), counted];
        return { kind: 'hashAggregate', columns, input, groups, aggregates: [count] };
      }
      case 2: {
        const input = this.side(depth - 1);
        const [first] = input.columns;
        if (first === undefined) return input;
        const keys = [{ expression: columnRef(first), descending: true, nullsFirst: true }];
        return { kind: 'sort', columns: input.columns, input, keys };
      }
      case 3: {
        const inputs = [this.#scan(), this.#scan()];
        const columns = (inputs[0]?.columns ?? []).map((own) => ({ ...own, id: this.#nextId++ }));
        return { kind: 'unionAll', columns, inputs };
      }
      case 4: {
        const input = this.side(depth - 1);
        const [first] = input.columns;
        if (first === undefined) return input;
        const limit = constant(BigInt(choices.integer(1, 400)), T.INT64);
        // All columns in order, so that it is known which rows are kept.
        const keys = input.columns.map((own) => ({
          expression: columnRef(own),
          descending: choices.chance(0.5),
          nullsFirst: false,
        }));
        return { kind: 'sort', columns: input.columns, input, keys, limit };
      }
      default:
        return this.join(depth);
    }
  }

  join(depth: number): PhysicalPlan {
    const choices = this.#random;
    const probe = this.side(depth - 1);
    const build = this.side(depth - 1);
    const join = choices.pick(JOINS);
    const pairs = probe.columns.flatMap((a) => build.columns.flatMap((b) => (a.name === b.name ? [{ a, b }] : [])));
    const keys = choices
      .shuffled(pairs)
      .slice(0, choices.chance(0.7) ? 1 : 2)
      .map(({ a, b }): HashJoin['keys'][number] => ({
        probe: columnRef(a),
        build: columnRef(b),
        nullsEqual: choices.chance(0.1),
      }));
    const fine = probe.columns.find((own) => own.name === 'fine');
    const amount = build.columns.find((own) => own.name === 'amount');
    // Of another scale, so that the key is not the column itself.
    if (fine !== undefined && amount !== undefined && choices.chance(0.15)) {
      keys.splice(0, 1, { probe: columnRef(fine), build: cast(columnRef(amount), fine.type), nullsEqual: false });
    }
    if (keys.length === 0) return probe;
    const isNumber = ({ type }: Column): boolean => type.kind === 'int32' || type.kind === 'int64';
    const [a] = probe.columns.filter(isNumber);
    const [b] = build.columns.filter(isNumber);
    const residual =
      a === undefined || b === undefined || choices.chance(0.6) ? undefined : call('lt', [columnRef(a), columnRef(b)]);
    const columns = joinColumns(
      join === 'buildSemi' ? 'semi' : join === 'buildAnti' ? 'anti' : join === 'buildLeft' ? 'left' : join,
      join.startsWith('build') ? build.columns : probe.columns,
      join.startsWith('build') ? probe.columns : build.columns,
      undefined,
    );
    return { kind: 'hashJoin', join, columns, probe, build, keys, residual, nullAware: false };
  }

  #scan(): PhysicalPlan {
    const { handle } = this.#random.pick(tables);
    const columns = COLUMNS.map(({ name, type, nullable }): Column => ({ id: this.#nextId++, name, type, nullable }));
    const [, narrow] = columns;
    const predicates: Expression[] =
      narrow === undefined || this.#random.chance(0.6)
        ? []
        : [call('lt', [columnRef(narrow), constant(BigInt(this.#random.integer(0, 400)), T.INT64)])];
    return { kind: 'tableScan', table: handle, columns, ordinals: ORDINALS, predicates, command: COMMAND };
  }
}

const MOST_ROWS = 10_000;
let dropped = 0;
let judged = 0;
let crossed = 0;
const bloomsOf = new Map<string, number>();
let together = 0;

async function check(seed: number): Promise<void> {
  const choices = new Random(seed);
  const plan = new Maker(choices).join(choices.integer(1, 3));
  const filtered = placeKeyFilters(plan, { all: true });
  if (filtered === plan) return;
  checkPlan(plan);
  const statement = { plan, tables, parameters: [] };
  const expected = runReference(statement);
  if ('error' in expected || expected.rows.length > MOST_ROWS) return;
  const executor = seed % 2 === 0 ? engines.shared : engines.unshared;
  const options = { analyze: true, tuning: seed % 3 === 0 ? TINY : {} };
  const actual = await runExecutor(executor, { ...statement, plan: filtered }, options);
  if ('error' in actual) return expect.fail(`seed ${seed}: ${actual.message}\n${printPhysical(filtered)}`);
  const found = difference(plan.columns, expected.rows, actual.rows, {
    ordered: false,
    exact: false,
    approximate: new Set(),
  });
  if (found !== undefined) expect.fail(`seed ${seed}: ${found}\n${printPhysical(filtered)}`);
  for (const reports of actual.report?.filters.values() ?? []) {
    for (const report of reports) {
      if (report.dropped > 0) dropped++;
      if (report.dropped > 0 && report.kind === 'bloom') {
        if (report.label.includes(', ')) together++;
        else bloomsOf.set(report.label, (bloomsOf.get(report.label) ?? 0) + 1);
      }
      if (report.tested > 0 && report.dropped * 8 < report.tested) judged++;
    }
  }
  crossed += nodesOf(filtered).filter((node) => node.kind === 'tableScan' && (node.keyFilters?.length ?? 0) > 1).length;
}

describe('filters by the keys of joins', () => {
  for (let from = 0; from < PLANS; from += BATCH) {
    it(`change no answer of plans ${from} to ${from + BATCH - 1}`, async () => {
      for (let seed = from; seed < from + BATCH; seed++) await check(seed);
    });
  }

  it('drop rows, are given up, and meet at scans', () => {
    expect(dropped, 'filters that drop rows').toBeGreaterThan(80);
    expect(judged, 'filters of little use').toBeGreaterThan(20);
    expect(crossed, 'scans with several filters').toBeGreaterThan(50);
  });

  it('drop rows by the hashes of keys of every kind, and of several keys', () => {
    for (const label of ['wide', 'huge', 'ratio', 'name', 'span', 'thing']) {
      expect(bloomsOf.get(label) ?? 0, `Bloom filters of ${label}`).toBeGreaterThan(1);
    }
    expect(together, 'Bloom filters of several keys').toBeGreaterThan(5);
  });

  afterAll(() => {
    for (const { memory, pool } of Object.values(engines)) {
      expect(memory.queriesBudget.used).toBe(0);
      expect(pool.statistics().pinnedBytes).toBe(0);
    }
  });
});
