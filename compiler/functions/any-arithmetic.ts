import { divisionByZero, OrbitError } from '../types/error.ts';
import { fromInteger } from '../types/integers.ts';
import { toAny } from '../types/narrow.ts';
import { INT64 } from '../types/type.ts';
import type { AnyValue, Value } from '../types/value.ts';

/** int64 while both operands are, float64 if either is a float; JSON's null makes it NULL. */
function dynamicOperator(
  verb: string,
  integer: (a: bigint, b: bigint) => bigint,
  float: (a: number, b: number) => number,
): (args: readonly Value[]) => Value {
  return (args) => {
    const a = toAny(args[0]);
    const b = toAny(args[1]);
    if (a.tag === 'null' || b.tag === 'null') return null;
    if (a.tag === 'int64' && b.tag === 'int64') {
      const value = integer(a.value, b.value);
      fromInteger(value, INT64);
      return { tag: 'int64', value };
    }
    if (!isNumber(a) || !isNumber(b)) {
      throw new OrbitError('datatype_mismatch', `cannot ${verb} values of dynamic types ${a.tag} and ${b.tag}`);
    }
    return { tag: 'float64', value: float(Number(a.value), Number(b.value)) };
  };
}

function notZero<N extends bigint | number>(divisor: N): N {
  if (Number(divisor) === 0) throw divisionByZero();
  return divisor;
}

function isNumber(value: AnyValue): value is Extract<AnyValue, { tag: 'int64' | 'float64' }> {
  return value.tag === 'int64' || value.tag === 'float64';
}

export const addAny = dynamicOperator(
  'add',
  (a, b) => a + b,
  (a, b) => a + b,
);
export const subtractAny = dynamicOperator(
  'subtract',
  (a, b) => a - b,
  (a, b) => a - b,
);
export const divideAny = dynamicOperator(
  'divide',
  (a, b) => a / notZero(b),
  (a, b) => a / notZero(b),
);
export const moduloAny = dynamicOperator(
  'divide',
  (a, b) => a % notZero(b),
  (a, b) => a % notZero(b),
);
export const multiplyAny = dynamicOperator(
  'multiply',
  (a, b) => a * b,
  (a, b) => a * b,
);
