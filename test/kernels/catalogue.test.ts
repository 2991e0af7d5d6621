import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SCALARS } from '../../compiler/functions/catalogue.ts';
import type { ScalarFunction, Signature } from '../../compiler/functions/declaration.ts';
import { listSignatures } from '../../compiler/functions/resolve.ts';
import { columnRef, constant } from '../../compiler/ir/build.ts';
import type { Call, Expression } from '../../compiler/ir/expression.ts';
import * as T from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { check, columnsOf } from './agree.ts';
import { runKernel } from './harness.ts';

/** Interpreter and executor apply these to lambdas: see lambdas.test.ts. */
const HIGHER_ORDER: ReadonlySet<string> = new Set(['list_transform', 'list_filter']);

/** Every way the catalogue lists to call a function; types that it leaves open are texts. */
function signaturesOf(fn: ScalarFunction): readonly Signature[] {
  return listSignatures(fn, 40).map(({ parameters, result }) => ({
    parameters: parameters.map((type) => (type.kind === 'null' ? T.UTF8 : type)),
    result: result.kind === 'null' ? T.UTF8 : result,
  }));
}

function callOf(fn: ScalarFunction, { result }: Signature, args: readonly Expression[]): Call {
  return { kind: 'call', fn: fn.name, args, type: result, nullable: true };
}

/** Counts that make texts of a length that can be waited for. */
const COUNTS: Readonly<Record<string, number>> = { repeat: 1, lpad: 1, rpad: 1 };

const functions = SCALARS.filter((fn) => !HIGHER_ORDER.has(fn.name) && fn.volatility === 'immutable');

describe('every function', () => {
  test.each(functions.map((fn) => [fn.name, fn] as const))('%s', (_, fn) => {
    const count = COUNTS[fn.name];
    const values: Record<number, fc.Arbitrary<Value>> = count === undefined
      ? {}
      : { [count]: fc.integer({ min: -2, max: 40 }) };
    for (const signature of signaturesOf(fn)) {
      check(signature.parameters, (args) => [callOf(fn, signature, args)], { batches: 3, rows: 30, values });
    }
  });
});

/** Arguments that are constants wherever such calls are written. */
const CONSTANTS: Readonly<Record<string, Readonly<Record<number, Value>>>> = {
  like: { 1: '%a_b%', 2: '\\' },
  ilike: { 1: '%a_b%', 2: '\\' },
  extract: { 0: 'day' },
  extract_decimal: { 0: 'second' },
  date_part: { 0: 'year' },
  date_trunc: { 0: 'month' },
  trim: { 1: 'xy' },
  ltrim: { 1: 'xy' },
  rtrim: { 1: 'xy' },
};

type Service = 'kernel' | 'kernel, some rows by the host' | 'host';

function serviceOf(fn: ScalarFunction, signature: Signature): Service {
  const columns = columnsOf(signature.parameters);
  const args = columns.map((column, i): Expression => {
    const rounds = fn.name === 'round' || fn.name === 'trunc';
    const value = rounds && i === 1 ? 2 : CONSTANTS[fn.name]?.[i];
    return value === undefined ? columnRef(column) : constant(value, column.type);
  });
  const { hosted, partlyHosted } = runKernel(
    { columns, rows: [], expressions: [callOf(fn, signature, args)] },
    { shared: true, statistics: false },
  );
  if (hosted.length > 0) return 'host';
  return partlyHosted.length > 0 ? 'kernel, some rows by the host' : 'kernel';
}

/** A line for each function and way to serve it: `add: kernel (int32, int32) (date, int32)`. */
function report(fn: ScalarFunction): readonly string[] {
  const services = new Map<Service, Set<string>>();
  for (const signature of signaturesOf(fn)) {
    const service = serviceOf(fn, signature);
    const forms = services.get(service) ?? new Set();
    services.set(service, forms.add(`(${signature.parameters.map(T.typeName).join(', ')})`));
  }
  return [...services].map(([service, forms]) => {
    const shown = services.size === 1 ? 'all types' : [...forms].join(' ');
    return `${fn.name}: ${service}: ${shown}`;
  });
}

test('which functions have kernels', () => {
  const text = `${functions.flatMap(report).join('\n')}\n`;
  const path = fileURLToPath(new URL('served.golden.txt', import.meta.url));
  if (process.env.UPDATE === '1') writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
});
