import { internalError } from '../../compiler/types/error.ts';
import { asF64, compareVals } from '../kernels/functions/comparison.ts';
import { ANY_TAG } from '../kernels/library/any.ts';
import { canonicalFloat, hashBits, hashMore, hashWord } from '../kernels/library/hash.ts';
import { LIBRARY } from '../kernels/library/index.ts';
import { bytesEqual, viewEqual } from '../kernels/library/strings.ts';
import { type Field, loadField } from '../kernels/memory.ts';
import { asI64, part, type Val } from '../kernels/value.ts';
import { call, type Expr, type FunctionBuilder, i32, i64, op, select } from '../wasm/ir.ts';

/**
 * Keys of hash tables: values that are equal have equal words to hash, whatever lanes hold them. Floats have one zero
 * and one NaN; an interval counts by its estimated length, as PostgreSQL compares it; numbers of type `any` count by
 * value.
 */
function keyWords(k: FunctionBuilder, v: Val): readonly Expr[] {
  switch (v.lane) {
    case 'i32':
    case 'i64':
      return [asI64(v)];
    case 'i128': {
      // A value that fits 64 bits hashes as it does in that lane.
      const low = part(v);
      return [low, op('i64.xor', part(v, 1), op('i64.shr_s', low, i64(63)))];
    }
    case 'f32':
    case 'f64':
      return [canonicalFloat(k.keep(asF64(v)))];
    case 'view':
      return [call(LIBRARY.viewHash, part(v), part(v, 1))];
    case 'interval': {
      const [days, micros] = intervalLength(k, v);
      return [days, micros];
    }
    case 'any':
      return [anyKeyWord(k, v)];
  }
}

const DAY_MICROS = 86_400_000_000n;

/** Whole days (a month has 30) and the microseconds beyond them, 0 ≤ µs < one day. */
export function intervalLength(k: FunctionBuilder, v: Val): readonly [Expr, Expr] {
  const months = op('i64.extend32_s', part(v));
  const days = op('i64.shr_s', part(v), i64(32));
  const micros = k.keep(part(v, 1));
  const whole = k.local('i64', op('i64.div_s', micros, i64(DAY_MICROS)));
  const rest = k.local('i64', op('i64.sub', micros, op('i64.mul', whole, i64(DAY_MICROS))));
  k.if(op('i64.lt_s', rest, i64(0)), () => {
    k.set(rest, op('i64.add', rest, i64(DAY_MICROS)));
    k.set(whole, op('i64.sub', whole, i64(1)));
  });
  return [k.local('i64', op('i64.add', op('i64.add', op('i64.mul', months, i64(30)), days), whole)), rest];
}

function anyKeyWord(k: FunctionBuilder, v: Val): Expr {
  const [tag, payload] = [part(v), part(v, 1)];
  const word = k.local('i64', payload);
  k.if(op('i32.eq', tag, i32(ANY_TAG.int64)), () =>
    k.set(word, canonicalFloat(k.keep(op('f64.convert_i64_s', payload)))),
  );
  k.if(op('i32.eq', tag, i32(ANY_TAG.float64)), () =>
    k.set(word, canonicalFloat(k.keep(op('f64.reinterpret_i64', payload)))),
  );
  k.if(op('i32.ge_u', tag, i32(ANY_TAG.utf8)), () => {
    const text = op('i32.wrap_i64', payload);
    const length = op('i32.wrap_i64', op('i64.shr_u', payload, i64(32)));
    const low = k.keep(call(LIBRARY.viewLow, text, length));
    k.set(word, call(LIBRARY.viewHash, low, call(LIBRARY.viewHigh, text, length)));
  });
  return word;
}

/** What takes the place of a NULL's words. */
const NULL_WORD = i64(0x5bd1e9955bd1e995n);

/** 32 bits for all keys together. */
export function hashKeys(k: FunctionBuilder, keys: readonly Val[]): Expr {
  let hash: Expr | undefined;
  for (const v of keys) {
    keyWords(k, v).forEach((word, i) => {
      const effective = v.null_ === undefined ? word : select(v.null_, i === 0 ? NULL_WORD : i64(0), word);
      // A zero second word of a wide decimal must hash as no second word.
      if (hash === undefined) hash = hashWord(effective);
      else if (v.lane === 'i128' && i === 1) {
        const before: Expr = k.keep(hash);
        const kept = k.keep(effective);
        hash = select(op('i64.eqz', kept), before, hashMore(before, kept));
      } else hash = hashMore(hash, effective);
    });
  }
  return k.keep(hash === undefined ? i32(0) : hashBits(hash));
}

/** Whether two values that are not NULL are equal as keys. */
export function equalValues(k: FunctionBuilder, a: Val, b: Val): Expr {
  if (a.lane === 'view' && b.lane === 'view') return viewEqual(k, [part(a), part(a, 1)], [part(b), part(b, 1)]);
  if (a.lane === 'interval' && b.lane === 'interval') {
    const [aDays, aMicros] = intervalLength(k, a);
    const [bDays, bMicros] = intervalLength(k, b);
    return op('i32.and', op('i64.eq', aDays, bDays), op('i64.eq', aMicros, bMicros));
  }
  if (a.lane === 'any' && b.lane === 'any') return equalAny(k, a, b);
  const result = compareVals(k, () => i32(0), 'eq', a, b);
  if (result === undefined) throw internalError(`no equality of ${a.lane} and ${b.lane}`);
  return result;
}

function equalAny(k: FunctionBuilder, a: Val, b: Val): Expr {
  const result = k.local('i32', i32(0));
  const number = (v: Val): Expr =>
    op('i32.or', op('i32.eq', part(v), i32(ANY_TAG.int64)), op('i32.eq', part(v), i32(ANY_TAG.float64)));
  k.if(
    op('i32.eq', part(a), part(b)),
    () => {
      k.if(
        op('i32.ge_u', part(a), i32(ANY_TAG.utf8)),
        () => {
          const length = (v: Val): Expr => op('i32.wrap_i64', op('i64.shr_u', part(v, 1), i64(32)));
          k.if(op('i32.eq', length(a), length(b)), () => {
            k.set(result, call(bytesEqual, op('i32.wrap_i64', part(a, 1)), op('i32.wrap_i64', part(b, 1)), length(a)));
          });
        },
        () => {
          k.set(result, op('i64.eq', part(a, 1), part(b, 1)));
          k.if(op('i32.eq', part(a), i32(ANY_TAG.float64)), () =>
            k.set(result, op('i64.eq', anyKeyWord(k, a), anyKeyWord(k, b))),
          );
        },
      );
    },
    () => {
      // int64 against float64: equal exactly when the float is that integer.
      k.if(op('i32.and', number(a), number(b)), () => {
        const aIsInt = op('i32.eq', part(a), i32(ANY_TAG.int64));
        const integer = k.keep(select(aIsInt, part(a, 1), part(b, 1)));
        const float = k.keep(op('f64.reinterpret_i64', select(aIsInt, part(b, 1), part(a, 1))));
        const same = op('f64.eq', op('f64.convert_i64_s', integer), float);
        k.set(result, op('i32.and', same, op('i64.eq', op('i64.trunc_sat_f64_s', float), integer)));
      });
    },
  );
  return result;
}

/** Whether the row's key fields equal the keys; a NULL equals a NULL where `nullsEqual`, and nothing otherwise. */
export function equalKeys(
  k: FunctionBuilder,
  row: Expr,
  fields: readonly Field[],
  keys: readonly Val[],
  nullsEqual: readonly boolean[],
): Expr {
  const equal = k.local('i32', i32(0));
  const step = (index: number): void => {
    const key = keys[index];
    const field = fields[index];
    if (key === undefined || field === undefined) return k.set(equal, i32(1));
    const stored = loadField(k, row, field);
    const bothNull = nullsEqual[index] === true;
    if (stored.null_ === undefined && key.null_ === undefined)
      return k.if(equalValues(k, stored, key), () => step(index + 1));
    const storedNull = stored.null_ ?? i32(0);
    const keyNull = key.null_ ?? i32(0);
    const same = k.local('i32', i32(0));
    k.if(
      op('i32.or', storedNull, keyNull),
      () => {
        if (bothNull) k.set(same, op('i32.and', storedNull, keyNull));
      },
      () => k.set(same, equalValues(k, stored, key)),
    );
    k.if(same, () => step(index + 1));
  };
  step(0);
  return equal;
}
