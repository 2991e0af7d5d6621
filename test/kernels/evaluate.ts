import { resultNullable, scalarFunction } from '../../compiler/functions/resolve.ts';
import type { ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { castValue } from '../../compiler/types/cast.ts';
import { sameValue } from '../../compiler/types/compare.ts';
import type { Value } from '../../compiler/types/value.ts';

/** Evaluates expressions by the row implementations of the catalogue, and by nothing else. */
export function evaluate(e: Expression, columns: ReadonlyMap<ColumnId, Value>): Value {
  switch (e.kind) {
    case 'column':
      return columns.get(e.id) ?? null;
    case 'constant':
      return e.value;
    case 'and':
    case 'or': {
      const decisive = e.kind === 'or';
      const values = e.args.map((arg) => evaluate(arg, columns));
      return values.includes(decisive) ? decisive : values.includes(null) ? null : !decisive;
    }
    case 'case':
      for (const branch of e.branches) {
        if (evaluate(branch.when, columns) === true) return evaluate(branch.then, columns);
      }
      return evaluate(e.otherwise, columns);
    case 'call': {
      const fn = scalarFunction(e.fn);
      if (fn === undefined) throw new Error(`no function ${e.fn}`);
      if (e.fn === 'coalesce') {
        for (const arg of e.args) {
          const value = evaluate(arg, columns);
          if (value !== null) return value;
        }
        return null;
      }
      const args = e.args.map((arg) => evaluate(arg, columns));
      if (fn.nulls === 'strict' && args.includes(null)) return null;
      const signature = { parameters: e.args.map((arg) => arg.type), result: e.type };
      const value = fn.row(args, signature);
      const mayBeNull = resultNullable(
        fn,
        e.args.map((arg) => arg.nullable),
        signature,
      );
      if (value === null && !mayBeNull) throw new Error(`${e.fn} gave NULL where it says that it does not`);
      return value;
    }
    case 'cast':
      return castValue(evaluate(e.arg, columns), e.arg.type, e.type, e.onError);
    case 'in': {
      const value = evaluate(e.arg, columns);
      if (value === null) return null;
      if (e.values.some((other) => other !== null && sameValue(value, other, e.arg.type))) return true;
      return e.values.includes(null) ? null : false;
    }
    case 'parameter':
    case 'subquery':
    case 'lambda':
      throw new Error(`no ${e.kind} in these tests`);
  }
}
