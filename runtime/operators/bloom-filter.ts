import type { ColumnId } from '../../compiler/ir/expression.ts';
import type { ContextLayout } from '../kernels/context.ts';
import { type Field, indexed, loadField, type RowLayout } from '../kernels/memory.ts';
import {
  defineFunction,
  type Expr,
  type FunctionBuilder,
  type FunctionDefinition,
  i64,
  type Local,
  load,
  op,
} from '../wasm/ir.ts';
import { BUILD_ROW, eachBuildRow } from './build-rows.ts';
import { whenTrue } from './condition.ts';
import type { Operator, PipelineEmitter } from './emitter.ts';
import { openTrial, type TriedFilter } from './filter-trial.ts';
import { hashKeys } from './keys.ts';

/**
 * Which hashes keys of a join's build side have: a Bloom filter whose blocks are 64-bit words, of which a hash has
 * one, and four bits in it (Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", JEA 2009).
 * A test reads one word.
 */
export interface KeyBloom {
  readonly address: number;
  /** Words, a power of two of at least 2. */
  readonly words: number;
}

/** A scan's test of the columns' values together. */
export interface ScanBloomFilter extends TriedFilter {
  readonly columns: readonly ColumnId[];
  readonly keys: KeyBloom;
}

/** What the product of the hash is shifted by to the right for the number of its word. */
export function bloomShift(words: number): bigint {
  return 64n - BigInt(Math.log2(words));
}

/** Spreads the 32 bits of a hash table's hash over 64: odd, with as many ones as zeros. */
const SPREAD = 0xd6e8feb86659fd93n;
const BITS = 4;

/** The word's address, and the bits that a key with this hash has in it. */
function place(k: FunctionBuilder, hash: Expr, words: Expr, shift: Expr): { readonly word: Expr; readonly bits: Expr } {
  const product = k.keep(op('i64.mul', op('i64.extend_i32_u', hash), i64(SPREAD)));
  const word = k.keep(indexed(words, op('i32.wrap_i64', op('i64.shr_u', product, shift)), 8));
  const mixed = k.keep(op('i64.xor', product, op('i64.shr_u', product, i64(32))));
  // Shifts count modulo 64.
  let bits: Expr = op('i64.shl', i64(1), mixed);
  for (let i = 1; i < BITS; i++) {
    bits = op('i64.or', bits, op('i64.shl', i64(1), op('i64.shr_u', mixed, i64(6 * i))));
  }
  return { word, bits: k.keep(bits) };
}

export function bloomKeysName(filter: number): string {
  return `bloom_keys_${filter}`;
}

const PARAMETERS = ['i32', 'i32', 'i32', 'i32', 'i64'] as const;

/**
 * `bloom_keys_<filter>(ctx, rows, count, words, shift)` sets the bits of build rows' keys `fields`; undefined: of all
 * keys of the join, whose hash the rows have.
 */
export function bloomFunction(
  filter: number,
  rowsLayout: RowLayout,
  fields: readonly Field[] | undefined,
  layout: ContextLayout,
): FunctionDefinition {
  return defineFunction(bloomKeysName(filter), PARAMETERS, undefined, (k, ctx, rows, count, words, shift) => {
    if (ctx === undefined || rows === undefined || count === undefined) return;
    if (words === undefined || shift === undefined) return;
    eachBuildRow(k, rows, count, rowsLayout.size, (row) => {
      const own = fields?.map((field) => loadField(k, row, field));
      const hash = own === undefined ? load('i32.load', row, BUILD_ROW.hash) : hashKeys({ k, ctx, layout }, own);
      const { word, bits } = place(k, hash, words, shift);
      k.store('i64.store', word, 0, op('i64.or', load('i64.load', word), bits));
    });
  });
}

/** Drops rows of which some column is NULL, or whose columns are together none of the keys. */
export function bloomFilter(filter: ScanBloomFilter): Operator {
  return {
    emit: (e, scope, next) => {
      const { k, ctx } = e;
      const { active, tested, dropped, words, shift } = e.once(filter, () => openBloom(e, filter));
      const countAt = (slot: number): void =>
        k.store('i64.store', ctx, slot, op('i64.add', load('i64.load', ctx, slot), i64(1)));
      // Outside of the condition: what reads them later finds them.
      const values = filter.columns.map((id) => scope.column(id));
      const passes = k.local('i32', op('i32.eqz', active));
      k.if(active, () => {
        const test = (): void => {
          const { word, bits } = place(k, hashKeys(e, values), words, shift);
          k.set(passes, op('i64.eq', op('i64.and', load('i64.load', word), bits), bits));
        };
        const present = values.flatMap(({ null_ }) => (null_ === undefined ? [] : [op('i32.eqz', null_)]));
        if (present.length === 0) test();
        else
          k.if(
            present.reduce((a, b) => op('i32.and', a, b)),
            test,
          );
        countAt(tested);
        k.if(op('i32.eqz', passes), () => countAt(dropped));
      });
      whenTrue(k, passes, () => next(scope));
    },
  };
}

/**
 * The rows of a call are counted in the context, since locals that live as long as the loop would take registers from
 * all code of the row, even where the filter is left out.
 */
function openBloom(
  e: PipelineEmitter,
  filter: ScanBloomFilter,
): {
  readonly active: Expr;
  /** Context offsets. */
  readonly tested: number;
  readonly dropped: number;
  readonly words: Expr;
  readonly shift: Expr;
} {
  const { k, ctx, layout } = e;
  const counts = { tested: layout.reserve(8), dropped: layout.reserve(8) };
  const words = e.constantWord(filter.keys.address);
  const shift = e.constantLong(bloomShift(filter.keys.words));
  // Ahead of the trial's way out, which adds up what the locals say.
  const taken = (slot: number, local: Local): void => {
    k.set(local, load('i64.load', ctx, slot));
    k.store('i64.store', ctx, slot, i64(0));
  };
  e.onExit(() => {
    taken(counts.tested, trial.tested);
    taken(counts.dropped, trial.dropped);
  });
  const trial = openTrial(e, filter);
  return { ...counts, active: trial.active, words, shift };
}
