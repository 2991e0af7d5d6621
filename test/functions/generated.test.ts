import fc from 'fast-check';
import { expect, it } from 'vitest';
import { literals } from './arbitrary.ts';
import { type Argument, type CallCase, parseType, runCall, sqlOf } from './cases.ts';
import { openPostgres } from './postgres.ts';

const SEED = 20_240_229;
const RUNS = 30;

/** Calls whose arguments are generated, as the types they take. */
const CALLS = `
eq(int32, int64) lt(float64, int32) lt(float32, float64) eq(decimal(10,2), int32) lt(decimal(10,2), decimal(8,5))
lt(utf8, utf8) lt(interval, interval) eq(interval, interval) lt(date, date) lt(timestamp, timestamp) lt(time, time) is_distinct(float64, float64)
add(int16, int16) add(int32, int32) add(int64, int64) add(int32, int64) subtract(int64, int64) multiply(int32, int32)
multiply(int64, int64) divide(int32, int32) divide(int64, int32) modulo(int32, int32) modulo(int64, int64)
add(decimal(10,2), decimal(12,5)) subtract(decimal(18,4), int32) multiply(decimal(10,2), decimal(12,5)) modulo(decimal(10,2), decimal(8,3))
add(float64, float64) subtract(float64, float64) multiply(float64, float64) divide(float64, float64) add(float32, float32)
multiply(float32, float32) divide(float32, float32) add(float32, float64) multiply(float64, decimal(10,2)) add(float32, int32)
negate(int64) abs(float64) sign(decimal(10,2)) ceil(decimal(10,2)) floor(decimal(10,2)) round(decimal(10,2)) trunc(decimal(10,2))
ceil(float64) floor(float64) round(float64) trunc(float64) sqrt(float64)
coalesce(int32, float64) nullif(int32, int32) greatest(utf8, utf8) least(float64, float64) greatest(decimal(10,2), decimal(10,2))
concat_op(utf8, float64) concat_op(utf8, interval) concat(utf8, timestamp, bool) lower(utf8) upper(utf8) initcap(utf8) length(utf8)
octet_length(utf8) reverse(utf8) replace(utf8, utf8, utf8) position(utf8, utf8) trim(utf8, utf8) starts_with(utf8, utf8)
translate(utf8, utf8, utf8) md5(utf8) md5(binary) concat_op(binary, binary) like(utf8, utf8, utf8='') ilike(utf8, utf8, utf8='')
substring(utf8, int16) substring(utf8, int16, int16) left(utf8, int16) right(utf8, int16) split_part(utf8, utf8, int16)
add(date, int32) subtract(date, date) subtract(date, int32) add(date, interval) subtract(date, interval) add(timestamp, interval)
subtract(timestamp, timestamp) subtract(timestamp, interval) add(interval, interval) subtract(interval, interval)
add(time, interval) subtract(time, interval) subtract(time, time) add(date, time) multiply(interval, decimal(8,3))
multiply(interval, int32) divide(interval, float64) negate(interval)
`
  .trim()
  .split(/(?<=\))\s+(?=\w+\()/);

const FIELDS = 'microseconds minute hour day week month quarter year decade century millennium'.split(' ');
const DAY_FIELDS = ['isoyear', 'dow', 'isodow', 'doy'];

const CASTS = `
int32>int16 int64>int32 int64>float32 int64>float64 int32>decimal(10,2) int32>decimal(5,2) int32>bool int32>utf8
decimal(10,2)>int16 decimal(10,2)>int32 decimal(12,5)>decimal(10,2) decimal(12,5)>float64 decimal(12,5)>float32 decimal(38,10)>float64
decimal(10,2)>utf8 float64>int32 float64>int64 float64>float32 float64>decimal(20,10) float64>decimal(38,0) float64>utf8
float32>float64 float32>utf8 float32>int64 float32>decimal(20,10) bool>int32 bool>utf8
date>timestamp date>utf8 timestamp>date timestamp>time timestamp>utf8 time>interval time>utf8 interval>time interval>utf8 binary>utf8
`
  .trim()
  .split(/\s+/);

interface Generated {
  readonly call: CallCase;
  readonly sql: string;
}

function argument(text: string): fc.Arbitrary<Argument> {
  const { type, rest } = parseType(text.trim());
  const fixed = /^='(.*)'$/.exec(rest);
  return (fixed === null ? literals(type) : fc.constant(fixed[1] ?? '')).map((literal) => ({ type, text: literal }));
}

function callsOf(shape: string): fc.Arbitrary<CallCase> {
  const [, name = '', list = ''] = /^(\w+)\((.*)\)$/.exec(shape) ?? [];
  const args = list.split(/,(?!\d)/).map(argument);
  return fc.tuple(...args).map((values) => ({ name, args: values }));
}

function castsOf(shape: string): fc.Arbitrary<CallCase> {
  const [from = '', to = ''] = shape.split('>');
  // A decimal of ours has no NaN.
  const source = argument(from).filter(({ text }) => text !== 'NaN' || !to.startsWith('decimal'));
  return source.map((value) => ({ name: 'cast', args: [value, { type: parseType(to).type, text: undefined }] }));
}

function fieldsOf(fn: string, field: string, source: string): fc.Arbitrary<CallCase> {
  return argument(source).map((value) => ({ name: fn, args: [{ type: { kind: 'utf8' }, text: field }, value] }));
}

/** Where the digits that are enough are hardest to find: powers of two, and numbers with arbitrary bits. */
function floatTexts(): readonly CallCase[] {
  const bits = fc.sample(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { seed: SEED, numRuns: 300 });
  const view = new DataView(new ArrayBuffer(8));
  const random = bits.flatMap((pattern) => {
    view.setBigUint64(0, pattern);
    const [single, double] = [view.getFloat32(0), view.getFloat64(0)];
    return Number.isFinite(single) && Number.isFinite(double)
      ? [toText('float32', single), toText('float64', double)]
      : [];
  });
  const powers = Array.from({ length: 277 }, (_, index) => toText('float32', 2 ** (index - 149)));
  return [...random, ...powers];
}

function toText(kind: 'float32' | 'float64', value: number): CallCase {
  const target = { type: { kind: 'utf8' }, text: undefined } as const;
  return { name: 'cast', args: [{ type: { kind }, text: String(value) }, target] };
}

function withSql(call: CallCase): readonly Generated[] {
  const sql = sqlOf(call);
  return sql === undefined ? [] : [{ call, sql }];
}

function generate(): readonly Generated[] {
  const arbitraries = [
    ...CALLS.map(callsOf),
    ...CASTS.map(castsOf),
    ...FIELDS.flatMap((field) => ['timestamp', 'interval'].map((source) => fieldsOf('extract', field, source))),
    ...DAY_FIELDS.map((field) => fieldsOf('extract', field, 'timestamp')),
    ...['date', 'timestamp', 'interval', 'time'].map((source) => fieldsOf('extract_decimal', 'epoch', source)),
    ...FIELDS.flatMap((field) => ['timestamp', 'interval'].map((source) => fieldsOf('date_trunc', field, source))),
  ];
  const generated = arbitraries.flatMap((arbitrary) => fc.sample(arbitrary, { seed: SEED, numRuns: RUNS }));
  return [...generated, ...floatTexts()].flatMap(withSql);
}

/** PostgreSQL's code for an error of a class that we do not split; a whole epoch without its decimals. */
function comparable(result: string): string {
  return result.replace(/^error (..).*$/s, 'error $1').replace(/^(-?\d+)\.000000$/, '$1');
}

it('agrees with PostgreSQL on generated calls', { timeout: 300_000 }, async () => {
  const postgres = await openPostgres();
  const cases = generate();
  const results = await postgres.evaluate(cases.map(({ sql }) => sql));
  await postgres.close();
  const differences = cases.flatMap(({ call, sql }, index) => {
    const ours = runCall(call);
    const theirs = results[index] ?? '';
    return comparable(ours) === comparable(theirs) ? [] : [`${sql}\n  ours   ${ours}\n  theirs ${theirs}`];
  });
  expect(cases.length).toBeGreaterThan(3000);
  expect(differences.slice(0, 40).join('\n')).toBe('');
});
