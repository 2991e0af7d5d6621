// Generated calls of ours beside those of PostgreSQL, or of DuckDB where only it has the function.
import { resultNullable } from '../../compiler/functions/resolve.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { formatValue } from '../../compiler/types/text.ts';
import type { Type } from '../../compiler/types/type.ts';
import { calls, type GeneratedCall } from './calls.ts';
import { DIFFERENT, type Difference } from './different.ts';
import { type Dialect, dialectType, literal, openDuck } from './oracles.ts';
import { openPostgres } from './postgres.ts';

export interface Outcome {
  readonly sql: string;
  readonly ours: string;
  readonly theirs: string;
  readonly dialect: Dialect;
  readonly name: string;
  readonly agrees: boolean;
}

function run({ fn, args, signature }: GeneratedCall): string {
  const values = args.map(({ value }) => value);
  try {
    const value = fn.nulls === 'strict' && values.includes(null) ? null : fn.row(values, signature);
    if (value === null) {
      const nullable = resultNullable(
        fn,
        args.map(({ value: arg }) => arg === null),
        signature,
      );
      return nullable ? 'NULL' : 'NULL, which the declaration denies';
    }
    return formatValue(value, signature.result);
  } catch (error) {
    if (error instanceof OrbitError && error.code !== 'internal_error')
      return `error ${error.sqlstate}: ${error.message}`;
    return `BROKEN ${error instanceof Error ? error.stack : error}`;
  }
}

const isFloat = (type: Type): boolean =>
  type.kind === 'float64' || type.kind === 'float32' || (type.kind === 'list' && isFloat(type.element));

/** Library functions of floats differ in the last bits. */
function sameFloats(a: string, b: string): boolean {
  const [xs, ys] = [a, b].map((text) => text.replace(/[{}]/g, '').split(','));
  return (
    xs?.length === ys?.length &&
    (xs ?? []).every((text, i) => {
      const [x, y] = [Number(text), Number(ys?.[i])];
      return text === ys?.[i] || Math.abs(x - y) <= 2e-13 * Math.max(Math.abs(x), Math.abs(y), 1e-3);
    })
  );
}

/** Of an error of PostgreSQL's the code counts; DuckDB's errors have none. */
function agree(ours: string, theirs: string, dialect: Dialect, type: Type): boolean {
  if (ours === theirs) return true;
  if (ours.startsWith('error') || theirs.startsWith('error')) {
    return dialect === 'duckdb' ? ours.slice(0, 5) === theirs.slice(0, 5) : ours.slice(0, 11) === theirs.slice(0, 11);
  }
  if (isFloat(type)) return sameFloats(ours, theirs);
  // How many decimals are shown follows from our static types.
  if (type.kind === 'decimal' && dialect === 'duckdb' && sameFloats(ours, theirs)) return true;
  const number = /^-?\d+(\.\d+)?$/;
  if (type.kind === 'decimal' && number.test(ours) && number.test(theirs)) return trimmed(ours) === trimmed(theirs);
  return false;
}

const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** The types of a call of PostgreSQL's that does not exist there: 42883, or 42725 for one of several. */
const MISSING = /^error (42883|42725|42804|42P13|42846)/;

export interface Differential {
  readonly outcomes: readonly Outcome[];
  /** Functions of which no call has a counterpart. */
  readonly alone: ReadonlySet<string>;
  /** Calls that a rule of different.ts excuses. */
  readonly excused: number;
}

export async function differential(seed: number, each: number, only?: RegExp): Promise<Differential> {
  const postgres = await openPostgres();
  const duck = await openDuck();
  // Types that only one of us has are for tests of their own.
  const common = (type: Type): boolean => dialectType(type, 'duckdb') !== undefined;
  const generated = calls(seed, each).filter(
    ({ name, signature }) =>
      (only === undefined || only.test(name)) && [...signature.parameters, signature.result].every(common),
  );
  const writable = (call: GeneratedCall, dialect: Dialect): string | undefined => {
    const shown = DIFFERENT[call.name];
    if (shown?.[dialect] === 'none') return undefined;
    if (call.args.some(({ type }) => dialectType(type, dialect) === undefined)) return undefined;
    const args = call.args.map((arg) => literal(arg, dialect));
    const form = shown?.[dialect];
    return typeof form === 'function' ? form(args) : `${form ?? call.name}(${args.join(', ')})`;
  };
  const sqls = generated.map((call) => writable(call, 'postgres'));
  const asked = await postgres.evaluate(sqls.map((sql) => sql ?? 'nothing()'));
  const outcomes: Outcome[] = [];
  const met = new Set<string>();
  let excused = 0;
  for (const [i, call] of generated.entries()) {
    const rule: Difference | undefined = DIFFERENT[call.name];
    let theirs = asked[i] ?? '';
    let dialect: Dialect = 'postgres';
    let sql = sqls[i];
    if (sql === undefined || MISSING.test(theirs)) {
      sql = writable(call, 'duckdb');
      if (sql === undefined) continue;
      if (!/^\w+\(/.test(sql) || duck.functions.has(sql.slice(0, sql.indexOf('(')))) {
        theirs = await duck.evaluate(sql, call.signature.result);
        dialect = 'duckdb';
      } else continue;
      if (/^error (Binder|Catalog|Parser|Not impl)/.test(theirs)) continue;
    }
    met.add(call.fn.name);
    const ours = run(call);
    const agrees = agree(ours, theirs, dialect, call.signature.result);
    if (
      !agrees &&
      rule?.excuses?.(
        call.args.map(({ value }) => value),
        ours,
        theirs,
      ) === true
    ) {
      excused++;
      continue;
    }
    outcomes.push({ sql, ours, theirs, dialect, name: call.name, agrees });
  }
  await postgres.close();
  duck.close();
  const alone = new Set(generated.flatMap(({ fn }) => (met.has(fn.name) ? [] : [fn.name])));
  return { outcomes, alone, excused };
}
