import { internalError } from '../../compiler/types/error.ts';
import { indexed } from '../kernels/memory.ts';
import { asI64, or, part, type Val } from '../kernels/value.ts';
import { type Expr, i32, i64, type Local, load, op } from '../wasm/ir.ts';
import type { PipelineEmitter } from './emitter.ts';
import {
  builtDirectory,
  type DenseEntries,
  fieldAt,
  type JoinDirectory,
  type JoinKey,
  type JoinState,
} from './join-state.ts';
import { findInOrder, type KeyOrder, NO_ORDER } from './key-order.ts';
import { equalKeys, hashKeys } from './keys.ts';

/** What the code of a probe depends on: that of another build side with the same can probe this one. */
export function probeCode(state: JoinState): readonly unknown[] {
  const { unique, dense, ordered, rows, sawNull } = builtDirectory(state);
  const found = [dense === undefined, ordered === undefined];
  return [state, state.layout, state.passing, unique, ...found, rows > 0, sawNull];
}

/** The first build row with the probe's keys, or 0. */
export function lookUp(e: PipelineEmitter, keys: readonly JoinKey[], values: readonly Val[], state: JoinState): Local {
  const { k } = e;
  const { layout } = state;
  const directory = builtDirectory(state);
  if (layout === undefined) throw internalError('a join is probed before it is built');
  const now = (): JoinDirectory => builtDirectory(state);
  const base = e.constantWord(() => now().address);
  const found = k.local('i32', i32(0));
  let null_: Expr | undefined;
  keys.forEach((key, i) => {
    if (!key.nullsEqual) null_ = or(null_, values[i]?.null_);
  });
  const search = (): void => {
    const [only] = values;
    if (directory.ordered !== undefined && only !== undefined) {
      const order = (): KeyOrder => now().ordered ?? NO_ORDER;
      return findInOrder(e, order, fieldAt(layout, state.keyFields[0] ?? -1), only, found);
    }
    if (directory.dense !== undefined && only !== undefined) {
      const entries = (): DenseEntries => now().dense ?? { low: 0n, size: 0 };
      whereDense(e, only, entries, (index) => k.set(found, load('i32.load', indexed(base, index, 4))));
      return;
    }
    const mask = e.constantWord(() => now().mask);
    const shift = e.constantWord(() => now().shift);
    const hash = hashKeys(e, values);
    const at = k.local('i32', op('i32.shr_u', hash, shift));
    const keyFields = state.keyFields.map((f) => fieldAt(layout, f));
    k.block((done) => {
      k.loop((again) => {
        const entry = k.local('i64', load('i64.load', indexed(base, at, 8)));
        k.branch(done, op('i64.eqz', entry));
        k.if(op('i32.eq', op('i32.wrap_i64', op('i64.shr_u', entry, i64(32))), hash), () => {
          const row = k.local('i32', op('i32.wrap_i64', entry));
          const equal = equalKeys(
            e,
            row,
            keyFields,
            values,
            keys.map((key) => key.nullsEqual),
          );
          k.if(equal, () => {
            k.set(found, row);
            k.branch(done);
          });
        });
        k.set(at, op('i32.and', op('i32.add', at, i32(1)), mask));
        k.branch(again);
      });
    });
  };
  if (null_ === undefined) search();
  else k.if(op('i32.eqz', null_), search);
  return found;
}

/** Generates what happens where the key has an entry in a dense directory; `then` gets the entry's number. */
export function whereDense(
  e: PipelineEmitter,
  key: Val,
  entries: () => DenseEntries,
  then: (index: Expr) => void,
): void {
  const { k } = e;
  const wide = key.lane === 'i128';
  const index = k.local(
    'i64',
    op(
      'i64.sub',
      wide ? part(key) : asI64(key),
      e.constantLong(() => entries().low),
    ),
  );
  const size = e.constantLong(() => BigInt(entries().size));
  const within = op('i64.lt_u', index, size);
  // A decimal that needs more than 64 bits is none of the keys.
  const inReach = wide
    ? op('i32.and', within, op('i64.eq', part(key, 1), op('i64.shr_s', part(key), i64(63))))
    : within;
  k.if(inReach, () => then(op('i32.wrap_i64', index)));
}
