import * as fc from 'fast-check';
import { expect } from 'vitest';
import { columnRef, constant } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import { NULL, type Type, typeEquals, typeName } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { nullable } from './arbitraries.ts';
import { type Batch, type KernelOptions, runKernel, runReference } from './harness.ts';

/** The row implementations and the kernels, in every form they come in, must give the same values and errors. */
export function expectAgreement(batch: Batch): void {
  const expected = runReference(batch);
  const forms: readonly KernelOptions[] = [
    { shared: true, statistics: true },
    { shared: false, statistics: false },
  ];
  for (const form of forms) {
    const { outcomes } = runKernel(batch, form);
    outcomes.forEach((outcome, i) => {
      expect(outcome, describe(batch, i, form)).toStrictEqual(expected[i]);
    });
  }
}

function describe({ columns, rows }: Batch, index: number, form: KernelOptions): string {
  const shown = columns.map(({ type }, i) => `${typeName(type)} ${show(rows[index]?.[i] ?? null)}`);
  return `(${shown.join(', ')})${form.statistics ? ' with statistics' : ''}`;
}

function show(value: Value): string {
  return JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'bigint'
      ? `${v}n`
      : v instanceof Map
        ? [...v]
        : typeof v === 'number' && !Number.isFinite(v)
          ? String(v)
          : v,
  );
}

export function columnsOf(types: readonly Type[]): readonly Column[] {
  return types.map((type, id) => ({ id, name: `c${id}`, type, nullable: true }));
}

/** More of everything, for long runs: `KERNEL_EFFORT=20 npx vitest run test/kernels`. */
export const EFFORT = Number(process.env.KERNEL_EFFORT ?? 1);

export interface CheckOptions {
  readonly batches?: number;
  readonly rows?: number;
  /** Values for an argument instead of any of its type. */
  readonly values?: Readonly<Record<number, fc.Arbitrary<Value>>>;
  /** Arguments that are constants in the expression: other values in every batch. */
  readonly constants?: readonly number[];
}

/** `build` makes expressions of arguments of the types; many batches of arguments are evaluated. */
export function check(
  types: readonly Type[],
  build: (args: readonly Expression[]) => readonly Expression[],
  options: CheckOptions = {},
): void {
  const { batches = 8, rows = 40, constants = [] } = options;
  const columns = columnsOf(types);
  const value = (i: number, type: Type): fc.Arbitrary<Value> => options.values?.[i] ?? nullable(type);
  // Values of one type are the same now and then: few random ones are.
  const row = fc
    .tuple(fc.nat(7), ...types.map((type, i) => value(i, type)))
    .map(([twins, ...cells]) =>
      twins > 0
        ? cells
        : cells.map((cell, i) => (typeEquals(types[i] ?? NULL, types[0] ?? NULL) ? (cells[0] ?? null) : cell)),
    );
  fc.assert(
    fc.property(row, fc.array(row, { minLength: 1, maxLength: rows, size: 'max' }), (fixed, data) => {
      const args = columns.map((column, i) =>
        constants.includes(i) ? constant(fixed[i] ?? null, column.type) : columnRef(column),
      );
      const used = data.map((cells) => cells.map((cell, i) => (constants.includes(i) ? (fixed[i] ?? null) : cell)));
      expectAgreement({ columns, rows: used, expressions: build(args) });
    }),
    { numRuns: batches * EFFORT },
  );
}

/** A call of the function with arguments of these types. */
export function checkCall(fn: string, types: readonly Type[], options: CheckOptions = {}): void {
  check(types, (args) => [call(fn, args)], options);
}
