import { internalError } from '../../compiler/types/error.ts';
import { hasCanonicalBytes } from '../columns/nested.ts';
import type { KernelScope } from '../kernels/context.ts';
import { asF64, compareVals } from '../kernels/functions/comparison.ts';
import { anyHash, listHash } from '../kernels/functions/nested-hash.ts';
import { canonicalFloat, hashBits, hashMore, hashWord } from '../kernels/library/hash.ts';
import { LIBRARY } from '../kernels/library/index.ts';
import { type Field, loadField } from '../kernels/memory.ts';
import { asI64, part, type Val } from '../kernels/value.ts';
import { call, type Expr, type FunctionBuilder, i32, i64, op, select } from '../wasm/ir.ts';

/** What the code of a key needs beside a builder: room in the context for texts that a view holds itself. */
export type KeyScope = Pick<KernelScope, 'k' | 'ctx' | 'layout'>;

/**
 * Keys of hash tables: values that are equal have equal words to hash, whatever lanes hold them. Floats have one zero
 * and one NaN; an interval counts by its estimated length, as PostgreSQL compares it; numbers of type `any` count by
 * value, fields of an object in any order.
 */
function keyWords(e: KeyScope, v: Val): readonly Expr[] {
  const { k } = e;
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
    case 'view': {
      if (v.type.kind !== 'list' || hasCanonicalBytes(v.type)) return [call(LIBRARY.viewHash, part(v), part(v, 1))];
      const { element } = v.type;
      return [unlessNull(k, v, () => call(listHash(element), call(LIBRARY.viewText, part(v), part(v, 1), room(e))))];
    }
    case 'interval': {
      const [days, micros] = intervalLength(k, v);
      return [days, micros];
    }
    case 'any':
      return [unlessNull(k, v, () => call(anyHash, part(v), part(v, 1)))];
  }
}

/** The word, computed only where the value is there: the addresses of NULLs lead nowhere. */
function unlessNull(k: FunctionBuilder, v: Val, word: () => Expr): Expr {
  if (v.null_ === undefined) return k.keep(word());
  const result = k.local('i64', i64(0));
  k.if(op('i32.eqz', v.null_), () => k.set(result, word()));
  return result;
}

/** Room for two short texts. */
function room({ k, ctx, layout }: KeyScope): Expr {
  return k.keep(op('i32.add', ctx, i32(layout.reserve(32))));
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

/** What takes the place of a NULL's words. */
const NULL_WORD = i64(0x5bd1e9955bd1e995n);

/** 32 bits for all keys together. */
export function hashKeys(e: KeyScope, keys: readonly Val[]): Expr {
  const { k } = e;
  let hash: Expr | undefined;
  for (const v of keys) {
    keyWords(e, v).forEach((word, i) => {
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
export function equalValues(e: KeyScope, a: Val, b: Val): Expr {
  const { k } = e;
  if (a.lane === 'interval' && b.lane === 'interval') {
    const [aDays, aMicros] = intervalLength(k, a);
    const [bDays, bMicros] = intervalLength(k, b);
    return op('i32.and', op('i64.eq', aDays, bDays), op('i64.eq', aMicros, bMicros));
  }
  const result = compareVals(k, () => room(e), 'eq', a, b);
  if (result === undefined) throw internalError(`no equality of ${a.lane} and ${b.lane}`);
  return result;
}

/** Whether the row's key fields equal the keys; a NULL equals a NULL where `nullsEqual`, and nothing otherwise. */
export function equalKeys(
  e: KeyScope,
  row: Expr,
  fields: readonly Field[],
  keys: readonly Val[],
  nullsEqual: readonly boolean[],
): Expr {
  const { k } = e;
  const equal = k.local('i32', i32(0));
  const step = (index: number): void => {
    const key = keys[index];
    const field = fields[index];
    if (key === undefined || field === undefined) return k.set(equal, i32(1));
    const stored = loadField(k, row, field);
    const bothNull = nullsEqual[index] === true;
    if (stored.null_ === undefined && key.null_ === undefined)
      return k.if(equalValues(e, stored, key), () => step(index + 1));
    const storedNull = stored.null_ ?? i32(0);
    const keyNull = key.null_ ?? i32(0);
    const same = k.local('i32', i32(0));
    k.if(
      op('i32.or', storedNull, keyNull),
      () => {
        if (bothNull) k.set(same, op('i32.and', storedNull, keyNull));
      },
      () => k.set(same, equalValues(e, stored, key)),
    );
    k.if(same, () => step(index + 1));
  };
  step(0);
  return equal;
}
