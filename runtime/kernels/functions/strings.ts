import { call, type Expr, i32, i64, op, select } from '../../wasm/ir.ts';
import type { KernelScope } from '../context.ts';
import { findBytes, isAsciiView, NOT_FOUND, splatByte } from '../library/search.ts';
import { bytesEqual, viewLength } from '../library/strings.ts';
import {
  caseBounds,
  changeCase,
  changeTextCase,
  copyText,
  countPoints,
  skipPoints,
  trimEnd,
  trimStart,
  viewPoints,
} from '../library/texts.ts';
import { asI64, part, rangeOf, type Val } from '../value.ts';
import type { Built } from './decimals.ts';
import { type FunctionKernel, strict, unlessNull } from './kernel.ts';
import { servedOrHosted } from './partial.ts';
import { allocate, type Text, textBuffer, textOf, viewOf } from './text-buffer.ts';

/** Lengths fit int32 for any text that fits the memory's half; longer ones no text has. */
const LENGTHS: readonly [bigint, bigint] = [0n, 2n ** 31n - 1n];

type View = readonly [Expr, Expr];

const wordsOf = (v: Val): View => [part(v), part(v, 1)];

/** The view that `build` makes, or the empty one for NULL rows, for which it does not run. */
export function textUnlessNull(kernel: KernelScope, null_: Expr | undefined, build: () => View): View {
  const { k } = kernel;
  if (null_ === undefined) return build();
  const low = k.local('i64', i64(0));
  const high = k.local('i64', i64(0));
  k.if(op('i32.eqz', null_), () => {
    const view = build();
    k.set(low, view[0]);
    k.set(high, view[1]);
  });
  return [low, high];
}

const endOf = ({ address, length }: Text): Expr => op('i32.add', address, length);

/** The view of the bytes from one address to another: nothing is copied but what fits the view. */
function viewBetween(kernel: KernelScope, from: Expr, to: Expr): View {
  const { k } = kernel;
  const start = k.keep(from);
  return viewOf(kernel, { address: start, length: k.keep(op('i32.sub', to, start)) });
}

const length = strict(({ compiler: { kernel } }, [v]) => {
  if (v === undefined || v.lane !== 'view') return undefined;
  if (v.type.kind === 'binary') return { lane: 'i32', parts: [viewLength(part(v))], range: LENGTHS };
  return { lane: 'i32', parts: [kernel.k.keep(call(viewPoints, ...wordsOf(v)))], range: LENGTHS };
});

const octetLength = strict((_, [v]) => {
  if (v === undefined || v.lane !== 'view') return undefined;
  return { lane: 'i32', parts: [viewLength(part(v))], range: LENGTHS };
});

/** Up to this many bytes are in the first word of the view. */
const HEAD_BYTES = 4;

const substring = strict(({ compiler, args, range }, [v, start, count], null_) => {
  if (v === undefined || start === undefined) return undefined;
  const { kernel } = compiler;
  const { k } = kernel;
  if (count !== undefined && rangeOf(count)[0] < 0n) {
    kernel.failIf(unlessNull(op('i32.lt_s', part(count), i32(0)), null_), {
      code: 'substring_error',
      message: 'negative substring length not allowed',
      range,
    });
  }
  const general = (): View => {
    const text = textOf(kernel, v);
    const end = k.keep(endOf(text));
    // In 64 bits, where neither sum can overflow.
    const before = k.keep(op('i64.sub', asI64(start), i64(1)));
    const from = k.keep(call(skipPoints, text.address, end, before));
    if (count === undefined) return viewBetween(kernel, from, end);
    const skipped = select(op('i64.gt_s', before, i64(0)), before, i64(0));
    const wanted = op('i64.sub', op('i64.add', before, asI64(count)), skipped);
    return viewBetween(kernel, from, call(skipPoints, from, end, wanted));
  };
  const [, startArg, countArg] = args;
  const first = startArg === undefined ? undefined : compiler.known(startArg);
  const few = countArg === undefined ? undefined : compiler.known(countArg);
  const isHead = first === 1 && typeof few === 'number' && few > 0 && few <= HEAD_BYTES;
  const parts = textUnlessNull(kernel, null_, isHead ? () => headOf(kernel, v, few, general) : general);
  return { lane: 'view', parts, stable: v.stable };
});

/** The first characters, which are in the view's first word if they are ASCII. */
function headOf(kernel: KernelScope, v: Val, count: number, otherwise: () => View): View {
  const { k } = kernel;
  const bits = (1n << BigInt(8 * count)) - 1n;
  const low = k.local('i64');
  const high = k.local('i64', i64(0));
  k.if(
    op('i64.eqz', op('i64.and', part(v), i64((bits & 0x80808080n) << 32n))),
    () => {
      const size = viewLength(part(v));
      const shorter = select(op('i32.lt_u', size, i32(count)), size, i32(count));
      k.set(low, op('i64.or', op('i64.and', part(v), i64(bits << 32n)), op('i64.extend_i32_u', shorter)));
    },
    () => {
      const view = otherwise();
      k.set(low, view[0]);
      k.set(high, view[1]);
    },
  );
  return [low, high];
}

/** The first characters, or the last; with a negative count all but those of the other end. */
function end(side: 'left' | 'right'): FunctionKernel {
  return strict(({ compiler: { kernel } }, [v, count], null_) => {
    if (v === undefined || count === undefined) return undefined;
    const { k } = kernel;
    const parts = textUnlessNull(kernel, null_, () => {
      const text = textOf(kernel, v);
      const stop = k.keep(endOf(text));
      const wanted = k.keep(asI64(count));
      // Counted only where the number is needed: from the other end.
      const fromOther = side === 'left' ? op('i64.lt_s', wanted, i64(0)) : op('i64.ge_s', wanted, i64(0));
      const place = k.local('i64', side === 'left' ? wanted : op('i64.sub', i64(0), wanted));
      k.if(fromOther, () => {
        const all = op('i64.extend_i32_u', call(countPoints, text.address, text.length));
        k.set(place, op('i64.add', all, place));
      });
      const border = k.keep(call(skipPoints, text.address, stop, place));
      return side === 'left' ? viewBetween(kernel, text.address, border) : viewBetween(kernel, border, stop);
    });
    return { lane: 'view', parts, stable: v.stable };
  });
}

/** Texts one behind the other; those of NULL rows may be any. */
function join(kernel: KernelScope, views: readonly Val[]): View {
  const { k } = kernel;
  const texts = views.map((v) => textOf(kernel, v));
  const total = texts.map((t) => op('i64.extend_i32_u', t.length)).reduce((a, b) => op('i64.add', a, b));
  const wide = k.keep(total);
  const size = k.keep(op('i32.wrap_i64', select(op('i64.gt_s', wide, i64(LENGTHS[1])), i64(LENGTHS[1]), wide)));
  const target = textBuffer(kernel, size);
  const at = k.local('i32', target);
  for (const text of texts) {
    k.call(copyText, at, text.address, text.length);
    k.set(at, op('i32.add', at, text.length));
  }
  return viewOf(kernel, { address: target, length: size });
}

const concatOp = strict(({ compiler: { kernel } }, [a, b], null_) => {
  if (a?.lane !== 'view' || b?.lane !== 'view' || a.type.kind === 'list') return undefined;
  if (b.type.kind !== a.type.kind) return undefined;
  return { lane: 'view', parts: textUnlessNull(kernel, null_, () => join(kernel, [a, b])), stable: true };
});

/** NULL counts as empty. */
const concat: FunctionKernel = ({ compiler, scope, args, type }) => {
  const { kernel } = compiler;
  const { k } = kernel;
  if (args.some((arg) => arg.type.kind !== 'utf8')) return undefined;
  const views = args.map((arg): Val => {
    const v = compiler.value(arg, scope);
    const { null_ } = v;
    if (null_ === undefined) return v;
    return { type, lane: 'view', parts: wordsOf(v).map((word) => k.keep(select(null_, i64(0), word))) };
  });
  return { type, lane: 'view', parts: join(kernel, views), stable: true };
};

function letterCase(first: 'A' | 'a'): FunctionKernel {
  return strict((call_, [v], null_) => {
    if (v === undefined) return undefined;
    const { kernel } = call_.compiler;
    const { k } = kernel;
    const [reaches, passes] = caseBounds(first);
    const ascii = isAsciiView(k, part(v), part(v, 1));
    const value = servedOrHosted(call_, ascii, null_, 'view', () => {
      const low = k.local('i64', part(v));
      const high = k.local('i64', part(v, 1));
      k.if(
        unlessNull(op('i32.gt_u', viewLength(low), i32(12)), null_),
        () => {
          const size = k.keep(viewLength(part(v)));
          const target = allocate(kernel, size);
          k.call(changeTextCase, target, op('i32.wrap_i64', part(v, 1)), size, reaches, passes);
          const view = viewOf(kernel, { address: target, length: size });
          k.set(low, view[0]);
          k.set(high, view[1]);
        },
        () => {
          // The length, at most 12, is no letter; padding is none either.
          k.set(low, changeCase(part(v), reaches, passes));
          k.set(high, changeCase(part(v, 1), reaches, passes));
        },
      );
      return { type: call_.type, lane: 'view', parts: [low, high], null_ };
    });
    // The host's texts are in the arena too.
    return { ...value, stable: true };
  });
}

function trimming(ends: 'both' | 'left' | 'right'): FunctionKernel {
  return strict(({ compiler, args }, [v], null_) => {
    if (v === undefined) return undefined;
    const { kernel } = compiler;
    const [, setArg] = args;
    const set = setArg === undefined ? ' ' : compiler.known(setArg);
    if (typeof set !== 'string' || Array.from(set).some((c) => (c.codePointAt(0) ?? 0) > 0x7f)) return undefined;
    const bits = Array.from(set).reduce((all, c) => all | (1n << BigInt(c.charCodeAt(0))), 0n);
    const words: View = [i64(BigInt.asIntN(64, bits)), i64(BigInt.asIntN(64, bits >> 64n))];
    const { k } = kernel;
    const parts = textUnlessNull(kernel, null_, () => {
      const text = textOf(kernel, v);
      const stop = k.keep(endOf(text));
      const from = ends === 'right' ? text.address : k.keep(call(trimStart, text.address, stop, ...words));
      const to = ends === 'left' ? stop : call(trimEnd, from, stop, ...words);
      return viewBetween(kernel, from, to);
    });
    return { lane: 'view', parts, stable: v.stable };
  });
}

/** The byte at which `needle` begins in `v`, NOT_FOUND where it does not occur; an empty one is at 0. */
function find(kernel: KernelScope, v: Text, needle: Text): Expr {
  const { k } = kernel;
  const place = k.local('i32', i32(0));
  k.if(needle.length, () => {
    const last = op('i32.sub', endOf(needle), i32(1));
    const { address, length: size } = needle;
    k.set(place, call(findBytes, v.address, v.length, address, size, splatByte(address), splatByte(last)));
  });
  return place;
}

/** An integer computed from two texts; 0 for NULL rows. */
function ofTwoTexts(
  compute: (kernel: KernelScope, a: Text, b: Text) => Expr,
  range: readonly [bigint, bigint],
): FunctionKernel {
  return strict(({ compiler: { kernel } }, [a, b], null_): Built | undefined => {
    if (a?.lane !== 'view' || b?.lane !== 'view') return undefined;
    const { k } = kernel;
    const result = k.local('i32', i32(0));
    k.if(null_ === undefined ? i32(1) : op('i32.eqz', null_), () =>
      k.set(result, compute(kernel, textOf(kernel, a), textOf(kernel, b))),
    );
    return { lane: 'i32', parts: [result], range };
  });
}

const position = ofTwoTexts((kernel, text, needle) => {
  const { k } = kernel;
  const place = k.keep(find(kernel, text, needle));
  const result = k.local('i32', i32(0));
  k.if(op('i32.ne', place, i32(NOT_FOUND)), () =>
    k.set(result, op('i32.add', call(countPoints, text.address, place), i32(1))),
  );
  return result;
}, LENGTHS);

const contains = ofTwoTexts(
  (kernel, text, needle) => op('i32.ne', find(kernel, text, needle), i32(NOT_FOUND)),
  [0n, 1n],
);

function hasEnd(side: 'start' | 'end'): FunctionKernel {
  return ofTwoTexts(
    ({ k }, text, piece) => {
      const result = k.local('i32', i32(0));
      k.if(op('i32.le_u', piece.length, text.length), () => {
        const at = side === 'start' ? text.address : op('i32.sub', endOf(text), piece.length);
        k.set(result, call(bytesEqual, at, piece.address, piece.length));
      });
      return result;
    },
    [0n, 1n],
  );
}

export const STRING_KERNELS: readonly (readonly [string, FunctionKernel])[] = [
  ['length', length],
  ['octet_length', octetLength],
  ['substring', substring],
  ['left', end('left')],
  ['right', end('right')],
  ['concat_op', concatOp],
  ['concat', concat],
  ['lower', letterCase('A')],
  ['upper', letterCase('a')],
  ['trim', trimming('both')],
  ['ltrim', trimming('left')],
  ['rtrim', trimming('right')],
  ['position', position],
  ['contains', contains],
  ['starts_with', hasEnd('start')],
  ['ends_with', hasEnd('end')],
];
