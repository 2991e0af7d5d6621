import type { Column, Expression } from '../../compiler/ir/expression.ts';
import type { PhysicalUnnest } from '../../compiler/physical/plan.ts';
import { INT64 } from '../../compiler/types/type.ts';
import type { ColumnReader } from '../kernels/expression.ts';
import { asI64, or, part, type Val } from '../kernels/value.ts';
import { type Expr, i32, i64, op } from '../wasm/ir.ts';
import type { Operator } from './emitter.ts';

/** An unnest of a series of integers, whose elements can be counted without making a list of them. */
export interface SeriesUnnest extends PhysicalUnnest {
  readonly expression: Extract<Expression, { kind: 'call' }>;
}

export function isIntegerSeries(plan: PhysicalUnnest): plan is SeriesUnnest {
  const { expression } = plan;
  if (expression.kind !== 'call' || (expression.fn !== 'series' && expression.fn !== 'series_below')) return false;
  const kind = expression.type.kind === 'list' ? expression.type.element.kind : undefined;
  return kind === 'int32' || kind === 'int64';
}

const ZERO_STEP = { code: 'invalid_parameter_value', message: 'step size cannot equal zero' } as const;

/** Each row once for each element of its series. */
export function seriesRows(plan: SeriesUnnest): Operator {
  return {
    emit: (e, scope, next) => {
      const { k } = e;
      const values = plan.expression.args.map((arg) => e.compiler.value(arg, scope));
      const [start, stop, step] = values.map((v) => k.local('i64', v.lane === 'i64' ? part(v) : asI64(v)));
      if (start === undefined || stop === undefined || step === undefined) return;
      const null_ = values.reduce<Expr | undefined>((any, v) => or(any, v.null_), undefined);
      const count = k.local('i64', i64(0));
      const measure = (): void => {
        e.compiler.kernel.failIf(op('i64.eqz', step), ZERO_STEP);
        const inclusive = plan.expression.fn === 'series';
        const lengthOf = (low: Expr, high: Expr, by: Expr): void => {
          k.if(op(inclusive ? 'i64.le_s' : 'i64.lt_s', low, high), () => {
            const beyond = op('i64.sub', high, low);
            const last = inclusive ? beyond : op('i64.sub', beyond, i64(1));
            k.set(count, op('i64.add', op('i64.div_u', last, by), i64(1)));
          });
        };
        k.if(
          op('i64.gt_s', step, i64(0)),
          () => lengthOf(start, stop, step),
          () => lengthOf(stop, start, op('i64.sub', i64(0), step)),
        );
      };
      if (null_ === undefined) measure();
      else k.if(op('i32.eqz', null_), measure);
      const isEmpty = plan.outer ? k.local('i32', op('i64.eqz', count)) : undefined;
      if (isEmpty !== undefined) k.if(isEmpty, () => k.set(count, i64(1)));

      // The place is saved in words of 32 bits.
      const [low, high] = [k.local('i32'), k.local('i32')];
      const done = k.local('i64');
      e.expand(
        [low, high],
        () => {
          k.set(low, i32(0));
          k.set(high, i32(0));
        },
        () => {
          const word = (half: Expr): Expr => op('i64.extend_i32_u', half);
          k.set(done, op('i64.or', word(low), op('i64.shl', word(high), i64(32))));
          k.while(
            () => op('i64.lt_u', done, count),
            () => {
              e.checkBudget();
              const value = k.local('i64', op('i64.add', start, op('i64.mul', done, step)));
              const readers = new Map([[plan.element.id, elementOf(k, plan.element, value, isEmpty)]]);
              const { ordinality } = plan;
              if (ordinality !== undefined) {
                readers.set(ordinality.id, () => ({
                  type: INT64,
                  lane: 'i64',
                  parts: [k.keep(op('i64.add', done, i64(1)))],
                  null_: isEmpty,
                }));
              }
              next(scope.define(readers));
              k.set(done, op('i64.add', done, i64(1)));
              k.set(low, op('i32.wrap_i64', done));
              k.set(high, op('i32.wrap_i64', op('i64.shr_u', done, i64(32))));
            },
          );
        },
      );
    },
  };
}

function elementOf(
  k: { readonly keep: (value: Expr) => Expr },
  { type }: Column,
  value: Expr,
  null_: Expr | undefined,
): ColumnReader {
  return (): Val =>
    type.kind === 'int64'
      ? { type, lane: 'i64', parts: [value], null_ }
      : { type, lane: 'i32', parts: [k.keep(op('i32.wrap_i64', value))], null_ };
}
