import { internalError } from '../../compiler/types/error.ts';
import { asF64 } from '../kernels/functions/comparison.ts';
import { canonicalFloat } from '../kernels/library/hash.ts';
import { type Field, indexed, loadField } from '../kernels/memory.ts';
import { asI64, part, type Val } from '../kernels/value.ts';
import {
  defineFunction,
  type Expr,
  type FunctionBuilder,
  type FunctionDefinition,
  i32,
  i64,
  load,
  op,
  select,
} from '../wasm/ir.ts';
import type { Key } from './sort-order.ts';

/**
 * Sort keys as numbers: the first 64 bits of what a row's keys are in order, so that most of a sort is a radix sort of
 * numbers. An integer counts from the least that was met, so that a few bits hold it; a NULL is a bit in front.
 *
 * The host asks for the extremes (`measure`), says how many bits each part gets, and has entries made (`encode`): eight
 * bytes of key and row address where the key has at most 32 bits, sixteen otherwise.
 */
export type KeyPart =
  /** Takes one bit: whether the value is NULL, or is not. */
  | { readonly kind: 'null' }
  /** Takes the bits of the distance between the extremes; `base` is the one that comes first. */
  | { readonly kind: 'integer'; readonly descending: boolean }
  /** Takes 64 bits. */
  | { readonly kind: 'float' }
  /** The first four bytes; equal ones say nothing about the texts. */
  | { readonly kind: 'text' };

export interface EncodedKeys {
  readonly parts: readonly KeyPart[];
  /** Whether keys that agree in all parts are equal. */
  readonly exact: boolean;
}

/** What the host says of each part, in bytes from its record's start. */
export const PART = { base: 0, bits: 8, drop: 16, used: 24, bytes: 32 } as const;
/** Extremes of each part's values, if they are integers. */
export const EXTREMES = { least: 0, greatest: 8, bytes: 16 } as const;

interface Piece {
  readonly part: KeyPart;
  readonly key: Key;
  readonly field: Field;
}

function pieces(
  keys: readonly Key[],
  fields: readonly Field[],
): { readonly list: readonly Piece[]; readonly exact: boolean } {
  const list: Piece[] = [];
  for (const key of keys) {
    const field = fields[key.field];
    if (field === undefined) throw internalError('a sort key without a field');
    const kind = kindOf(field);
    if (kind === undefined) return { list, exact: false };
    if (field.nullOffset !== undefined) list.push({ part: { kind: 'null' }, key, field });
    list.push({ part: kind === 'integer' ? { kind, descending: key.descending } : { kind }, key, field });
    if (kind === 'text') return { list, exact: false };
  }
  return { list, exact: true };
}

function kindOf({ lane, type }: Field): 'integer' | 'float' | 'text' | undefined {
  switch (lane) {
    case 'i32':
    case 'i64':
      return 'integer';
    case 'f32':
    case 'f64':
      return 'float';
    case 'view':
      return type.kind === 'utf8' || type.kind === 'binary' ? 'text' : undefined;
    case 'i128':
    case 'interval':
    case 'any':
      return undefined;
  }
}

export function encodedKeys(keys: readonly Key[], fields: readonly Field[]): EncodedKeys {
  const { list, exact } = pieces(keys, fields);
  return { parts: list.map(({ part: each }) => each), exact };
}

type Range = (k: FunctionBuilder, from: ReturnType<FunctionBuilder['local']>, to: Expr, body: () => void) => void;

const forEach: Range = (k, from, to, body) =>
  k.while(
    () => op('i32.lt_u', from, to),
    () => {
      body();
      k.set(from, op('i32.add', from, i32(1)));
    },
  );

/** `measure(array, from, to, extremes)` and `encode(array, from, to, parts, entries, packed)` for these keys. */
export function keyFunctions(keys: readonly Key[], fields: readonly Field[]): readonly FunctionDefinition[] {
  const { list } = pieces(keys, fields);
  const measure = defineFunction('measure', ['i32', 'i32', 'i32', 'i32'], undefined, (k, array, from, to, extremes) => {
    if (array === undefined || from === undefined || to === undefined || extremes === undefined) return;
    const integers = list.flatMap((piece, i) =>
      piece.part.kind === 'integer' ? [{ ...piece, at: i * EXTREMES.bytes }] : [],
    );
    if (integers.length === 0) return;
    const held = integers.map(({ at }) => ({
      least: k.local('i64', load('i64.load', extremes, at + EXTREMES.least)),
      greatest: k.local('i64', load('i64.load', extremes, at + EXTREMES.greatest)),
    }));
    forEach(k, from, to, () => {
      const row = k.local('i32', load('i32.load', indexed(array, from, 4)));
      integers.forEach(({ field }, i) => {
        const extreme = held[i];
        if (extreme === undefined) return;
        const v = loadField(k, row, field);
        const take = (): void => {
          const value = k.keep(asI64(v));
          k.set(extreme.least, select(op('i64.lt_s', value, extreme.least), value, extreme.least));
          k.set(extreme.greatest, select(op('i64.gt_s', value, extreme.greatest), value, extreme.greatest));
        };
        if (v.null_ === undefined) take();
        else k.if(op('i32.eqz', v.null_), take);
      });
    });
    integers.forEach(({ at }, i) => {
      const extreme = held[i];
      if (extreme === undefined) return;
      k.store('i64.store', extremes, at + EXTREMES.least, extreme.least);
      k.store('i64.store', extremes, at + EXTREMES.greatest, extreme.greatest);
    });
  });
  const encode = defineFunction(
    'encode',
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    undefined,
    (k, array, from, to, parts, entries, packed) => {
      if (array === undefined || from === undefined || to === undefined) return;
      if (parts === undefined || entries === undefined || packed === undefined) return;
      const words = list.map((_, i) => ({
        base: k.local('i64', load('i64.load', parts, i * PART.bytes + PART.base)),
        bits: k.local('i64', load('i64.load', parts, i * PART.bytes + PART.bits)),
        drop: k.local('i64', load('i64.load', parts, i * PART.bytes + PART.drop)),
        used: k.local('i32', load('i32.load', parts, i * PART.bytes + PART.used)),
      }));
      forEach(k, from, to, () => {
        const row = k.local('i32', load('i32.load', indexed(array, from, 4)));
        const code = k.local('i64', i64(0));
        list.forEach((piece, i) => {
          const word = words[i];
          if (word === undefined) return;
          k.if(word.used, () => {
            const own = op('i64.shr_u', codeOf(k, piece, loadField(k, row, piece.field), word.base), word.drop);
            k.set(code, op('i64.or', op('i64.shl', code, word.bits), own));
          });
        });
        k.if(
          packed,
          () => {
            const entry = op('i64.or', op('i64.shl', code, i64(32)), op('i64.extend_i32_u', row));
            k.store('i64.store', indexed(entries, from, 8), 0, entry);
          },
          () => {
            const at = k.local('i32', indexed(entries, from, 16));
            k.store('i64.store', at, 0, code);
            k.store('i32.store', at, 8, row);
          },
        );
      });
    },
  );
  return [measure, encode];
}

/** The part of a value as a number in order, before bits are dropped; 0 for NULL. */
function codeOf(k: FunctionBuilder, { part: { kind }, key }: Piece, v: Val, base: Expr): Expr {
  if (kind === 'null') {
    const null_ = v.null_ ?? i32(0);
    return op('i64.extend_i32_u', key.nullsFirst ? op('i32.eqz', null_) : null_);
  }
  const code = k.local('i64', i64(0));
  const take = (): void => k.set(code, valueCode(k, kind, key.descending, v, base));
  if (v.null_ === undefined) take();
  else k.if(op('i32.eqz', v.null_), take);
  return code;
}

function valueCode(
  k: FunctionBuilder,
  kind: 'integer' | 'float' | 'text',
  descending: boolean,
  v: Val,
  base: Expr,
): Expr {
  switch (kind) {
    case 'integer':
      return descending ? op('i64.sub', base, asI64(v)) : op('i64.sub', asI64(v), base);
    case 'float': {
      // Negative floats are in order when all their bits are turned round, others when they get a first bit.
      const bits = k.keep(canonicalFloat(k.keep(asF64(v))));
      const turn = op('i64.or', op('i64.shr_s', bits, i64(63)), i64(-(2n ** 63n)));
      const code = op('i64.xor', bits, turn);
      return descending ? op('i64.xor', code, i64(-1)) : code;
    }
    case 'text': {
      const first = k.keep(op('i32.wrap_i64', op('i64.shr_u', part(v), i64(32))));
      const mask = i32(0x00ff00ff);
      const pairs = k.keep(
        op(
          'i32.or',
          op('i32.shl', op('i32.and', first, mask), i32(8)),
          op('i32.and', op('i32.shr_u', first, i32(8)), mask),
        ),
      );
      const code = op('i64.extend_i32_u', op('i32.rotl', pairs, i32(16)));
      return descending ? op('i64.xor', code, i64(0xffffffffn)) : code;
    }
  }
}

/** Digits of a radix sort. */
export const DIGIT_BITS = 11;
export const DIGITS = 1 << DIGIT_BITS;

const digitOf = (word: Expr, shift: Expr): Expr =>
  op('i32.wrap_i64', op('i64.and', op('i64.shr_u', word, shift), i64(DIGITS - 1)));

/** `count(entries, from, to, bytes, shift, counts)`: how many entries there are of each digit. */
const count = defineFunction(
  'count_digits',
  ['i32', 'i32', 'i32', 'i32', 'i64', 'i32'],
  undefined,
  (k, entries, from, to, bytes, shift, counts) => {
    if (entries === undefined || from === undefined || to === undefined) return;
    if (bytes === undefined || shift === undefined || counts === undefined) return;
    const at = k.local('i32', op('i32.add', entries, op('i32.mul', from, bytes)));
    const end = k.local('i32', op('i32.add', entries, op('i32.mul', to, bytes)));
    k.while(
      () => op('i32.lt_u', at, end),
      () => {
        const slot = k.local('i32', indexed(counts, digitOf(load('i64.load', at), shift), 4));
        k.store('i32.store', slot, 0, op('i32.add', load('i32.load', slot), i32(1)));
        k.set(at, op('i32.add', at, bytes));
      },
    );
  },
);

/** `scatter(entries, from, to, bytes, shift, places)`: moves entries to the addresses at which their digits go on. */
const scatter = defineFunction(
  'scatter_digits',
  ['i32', 'i32', 'i32', 'i32', 'i64', 'i32'],
  undefined,
  (k, entries, from, to, bytes, shift, places) => {
    if (entries === undefined || from === undefined || to === undefined) return;
    if (bytes === undefined || shift === undefined || places === undefined) return;
    const at = k.local('i32', op('i32.add', entries, op('i32.mul', from, bytes)));
    const end = k.local('i32', op('i32.add', entries, op('i32.mul', to, bytes)));
    const wide = k.local('i32', op('i32.eq', bytes, i32(16)));
    k.while(
      () => op('i32.lt_u', at, end),
      () => {
        const word = k.local('i64', load('i64.load', at));
        const slot = k.local('i32', indexed(places, digitOf(word, shift), 4));
        const target = k.local('i32', load('i32.load', slot));
        k.store('i64.store', target, 0, word);
        k.if(wide, () => k.store('i32.store', target, 8, load('i32.load', at, 8)));
        k.store('i32.store', slot, 0, op('i32.add', target, bytes));
        k.set(at, op('i32.add', at, bytes));
      },
    );
  },
);

/** `rows_of(entries, from, to, bytes, array)`: the row addresses of entries. */
const rowsOf = defineFunction(
  'rows_of',
  ['i32', 'i32', 'i32', 'i32', 'i32'],
  undefined,
  (k, entries, from, to, bytes, array) => {
    if (entries === undefined || from === undefined || to === undefined || bytes === undefined || array === undefined)
      return;
    const at = k.local('i32', op('i32.add', entries, op('i32.mul', from, bytes)));
    // The address is the low half of a packed entry, and the third word of a wide one.
    k.if(op('i32.eq', bytes, i32(16)), () => k.set(at, op('i32.add', at, i32(8))));
    forEach(k, from, to, () => {
      k.store('i32.store', indexed(array, from, 4), 0, load('i32.load', at));
      k.set(at, op('i32.add', at, bytes));
    });
  },
);

/**
 * `tie(ctx, entries, from, to, n, bytes, keyShift, array, start) -> end`: sorts the short runs of rows whose keys are
 * equal that begin at `from` to before `to`, by `insertion`. At a longer one it stops: it goes from what is stored at
 * `start` to the result.
 */
export function tieFunction(insertion: FunctionDefinition, shortest: number): FunctionDefinition {
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i64', 'i32', 'i32'] as const;
  return defineFunction('tie', parameters, 'i32', (k, ctx, entries, from, to, n, bytes, keyShift, array, start) => {
    if (ctx === undefined || entries === undefined || from === undefined || to === undefined) return;
    if (n === undefined || bytes === undefined || keyShift === undefined) return;
    if (array === undefined || start === undefined) return;
    const keyAt = (index: Expr): Expr =>
      op('i64.shr_u', load('i64.load', op('i32.add', entries, op('i32.mul', index, bytes))), keyShift);
    k.while(
      () => op('i32.lt_u', from, to),
      () => {
        const key = k.local('i64', keyAt(from));
        const end = k.local('i32', op('i32.add', from, i32(1)));
        k.while(
          () => op('i32.lt_u', end, n),
          (exit) => {
            k.branch(exit, op('i64.ne', keyAt(end), key));
            k.set(end, op('i32.add', end, i32(1)));
          },
        );
        const length = k.local('i32', op('i32.sub', end, from));
        k.if(op('i32.gt_u', length, i32(shortest)), () => {
          k.store('i32.store', start, 0, from);
          k.return(end);
        });
        k.if(op('i32.gt_u', length, i32(1)), () => k.call(insertion, ctx, array, from, end));
        k.set(from, end);
      },
    );
    k.store('i32.store', start, 0, from);
    k.return(from);
  });
}

export const RADIX_FUNCTIONS: readonly FunctionDefinition[] = [count, scatter, rowsOf];
