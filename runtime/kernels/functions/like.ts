import { foldCase } from '../../../compiler/functions/case.ts';
import { likeParts, type PatternPart } from '../../../compiler/functions/patterns.ts';
import { OrbitError } from '../../../compiler/types/error.ts';
import { UTF8 } from '../../../compiler/types/type.ts';
import { call, type Expr, i32, i64, type Label, load, op } from '../../wasm/ir.ts';
import type { KernelScope } from '../context.ts';
import {
  compilePattern,
  findBytes,
  isAsciiView,
  MATCH_MANY,
  MATCH_ONE,
  matchPattern,
  NOT_FOUND,
  splatByte,
} from '../library/search.ts';
import { bytesEqual, viewEqual, viewLength } from '../library/strings.ts';
import { part, type Val } from '../value.ts';
import { constantBytes } from './constants.ts';
import { scratch } from './decimals.ts';
import { type FunctionCall, type FunctionKernel, strict } from './kernel.ts';
import { servedOrHosted } from './partial.ts';
import { textOf } from './text-buffer.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The parts of a constant pattern; undefined if the pattern is not constant, or wrong, which the host then says. */
function knownParts({ compiler, args }: FunctionCall): readonly PatternPart[] | undefined {
  const [, patternArg, escapeArg] = args;
  if (patternArg === undefined || escapeArg === undefined) return undefined;
  const pattern = compiler.known(patternArg);
  const escaping = compiler.known(escapeArg);
  if (typeof pattern !== 'string' || typeof escaping !== 'string') return undefined;
  return validParts(pattern, escaping);
}

function validParts(pattern: string, escaping: string): readonly PatternPart[] | undefined {
  try {
    return likeParts(pattern, escaping);
  } catch (error) {
    if (error instanceof OrbitError) return undefined;
    throw error;
  }
}

/** A pattern without `_`: the texts between the %s, and whether it begins and ends with one. */
interface Pieces {
  readonly prefix: Uint8Array;
  readonly middles: readonly Uint8Array[];
  readonly suffix: Uint8Array;
}

function piecesOf(parts: readonly PatternPart[]): Pieces | undefined {
  if (parts.some((p) => p.kind === 'one') || !parts.some((p) => p.kind === 'many')) return undefined;
  const texts = parts.flatMap((p) => (p.kind === 'text' ? [encode(p.text)] : []));
  const none = new Uint8Array(0);
  const prefix = parts[0]?.kind === 'text' ? (texts.shift() ?? none) : none;
  const suffix = parts.at(-1)?.kind === 'text' ? (texts.pop() ?? none) : none;
  return { prefix, middles: texts, suffix };
}

/** A pattern's pieces; undefined if it has a `_`, has no %, or is wrong. */
export function likePieces(pattern: string, escaping: string): Pieces | undefined {
  const parts = validParts(pattern, escaping);
  return parts === undefined ? undefined : piecesOf(parts);
}

const like = strict((call_, [v, pattern, escaping], null_) => {
  if (v === undefined || pattern === undefined || escaping === undefined) return undefined;
  const { compiler } = call_;
  const { kernel } = compiler;
  const { k } = kernel;
  const parts = knownParts(call_);
  if (parts === undefined) return matchAny(call_, v, pattern, escaping, null_);
  if (parts.every((p) => p.kind === 'text')) {
    const constant = compiler.constant(UTF8, parts.map((p) => (p.kind === 'text' ? p.text : '')).join(''));
    return { lane: 'i32', parts: [viewEqual(k, [part(v), part(v, 1)], [part(constant), part(constant, 1)])] };
  }
  const pieces = piecesOf(parts);
  if (pieces !== undefined) return { lane: 'i32', parts: [matchPieces(kernel, v, pieces, null_)] };
  return { lane: 'i32', parts: [matchCompiled(kernel, v, parts, i32(0))] };
});

function matchCompiled(kernel: KernelScope, v: Val, parts: readonly PatternPart[], fold: Expr): Expr {
  const bytes = parts.flatMap((p) =>
    p.kind === 'text' ? [...encode(p.text)] : [p.kind === 'one' ? MATCH_ONE : MATCH_MANY],
  );
  const { address, length } = textOf(kernel, v);
  const pattern = constantBytes(kernel, Uint8Array.from(bytes));
  return kernel.k.keep(call(matchPattern, address, length, pattern, i32(bytes.length), fold));
}

/** From left to right, each piece at its first place behind the one before: if any choice matches, this one does. */
function matchPieces(kernel: KernelScope, v: Val, { prefix, middles, suffix }: Pieces, null_: Expr | undefined): Expr {
  const { k } = kernel;
  const result = k.local('i32', i32(0));
  k.block((fails) => {
    if (null_ !== undefined) k.branch(fails, null_);
    const least = prefix.length + suffix.length + middles.reduce((sum, m) => sum + m.length, 0);
    if (least > 0) k.branch(fails, op('i32.lt_u', viewLength(part(v)), i32(least)));
    if (prefix.length > 0) matchStart(kernel, v, prefix, fails);
    if (prefix.length > 4 || middles.length > 0 || suffix.length > 0) {
      const { address, length } = textOf(kernel, v);
      if (prefix.length > 4) {
        // The first four bytes are known from the view.
        matchBytes(kernel, op('i32.add', address, i32(4)), prefix.subarray(4), fails);
      }
      if (suffix.length > 0) {
        matchBytes(kernel, op('i32.sub', op('i32.add', address, length), i32(suffix.length)), suffix, fails);
      }
      findAll(kernel, address, length, prefix.length, suffix.length, middles, fails);
    }
    k.set(result, i32(1));
  });
  return result;
}

/** Up to four bytes of the beginning are in the view itself. */
function matchStart({ k }: KernelScope, v: Val, prefix: Uint8Array, fails: Label): void {
  const head = prefix.subarray(0, 4);
  const wanted = head.reduce((bits, byte, i) => bits | (BigInt(byte) << BigInt(32 + 8 * i)), 0n);
  const mask = ((1n << BigInt(8 * head.length)) - 1n) << 32n;
  k.branch(fails, op('i64.ne', op('i64.and', part(v), i64(mask)), i64(wanted)));
}

/** Leaves by `fails` unless the bytes at the address are these. */
function matchBytes(kernel: KernelScope, address: Expr, bytes: Uint8Array, fails: Label): void {
  const { k } = kernel;
  const at = k.keep(address);
  const wanted = constantBytes(kernel, bytes);
  const { length } = bytes;
  const words = (width: 1 | 2 | 4 | 8): void => {
    const type = width === 8 ? 'i64' : 'i32';
    const name = width === 8 ? 'i64.load' : width === 4 ? 'i32.load' : `i32.load${width * 8}_u`;
    // Two words that overlap where the length is no multiple.
    for (const offset of new Set([0, length - width])) {
      k.branch(fails, op(`${type}.ne`, load(name, at, offset), load(name, wanted, offset)));
    }
  };
  if (length > 16) k.branch(fails, op('i32.eqz', call(bytesEqual, at, wanted, i32(length))));
  else if (length >= 8) words(8);
  else if (length >= 4) words(4);
  else if (length >= 2) words(2);
  else words(1);
}

/**
 * Leaves by `fails` unless the needles are found one behind the other, each at its first place, in the text without
 * `before` bytes at its beginning and `after` at its end.
 */
export function findAll(
  kernel: KernelScope,
  address: Expr,
  length: Expr,
  before: number,
  after: number,
  needles: readonly Uint8Array[],
  fails: Label,
): void {
  const { k } = kernel;
  const from = k.local('i32', op('i32.add', address, i32(before)));
  const end = k.keep(op('i32.sub', op('i32.add', address, length), i32(after)));
  needles.forEach((needle, i) => {
    const bytes = constantBytes(kernel, needle);
    const first = k.local('v128');
    const last = k.local('v128');
    k.prologue(() => {
      k.set(first, splatByte(bytes));
      k.set(last, splatByte(op('i32.add', bytes, i32(needle.length - 1))));
    });
    const found = k.keep(call(findBytes, from, op('i32.sub', end, from), bytes, i32(needle.length), first, last));
    k.branch(fails, op('i32.eq', found, i32(NOT_FOUND)));
    if (i < needles.length - 1) k.set(from, op('i32.add', op('i32.add', from, found), i32(needle.length)));
  });
}

/** Longer patterns that are not constant are the host's. */
const LONGEST_PATTERN = 256;

function matchAny(call_: FunctionCall, v: Val, pattern: Val, escaping: Val, null_: Expr | undefined): Val {
  const { kernel } = call_.compiler;
  const { k } = kernel;
  const out = scratch(kernel, LONGEST_PATTERN);
  const compiled = k.local('i32', i32(NOT_FOUND));
  const escapeLength = viewLength(part(escaping));
  const escapeByte = k.keep(op('i32.and', op('i32.wrap_i64', op('i64.shr_u', part(escaping), i64(32))), i32(0xff)));
  const oneByte = op('i32.and', op('i32.le_u', escapeLength, i32(1)), op('i32.lt_u', escapeByte, i32(0x80)));
  const servable = op('i32.and', oneByte, op('i32.le_u', viewLength(part(pattern)), i32(LONGEST_PATTERN)));
  k.if(null_ === undefined ? servable : op('i32.and', servable, op('i32.eqz', null_)), () => {
    const { address, length } = textOf(kernel, pattern);
    // No byte of a text is 0x100, which then stands for no escaping.
    const effective = op('i32.or', escapeByte, op('i32.shl', op('i32.eqz', escapeLength), i32(8)));
    k.set(compiled, call(compilePattern, address, length, effective, out));
  });
  return servedOrHosted(call_, op('i32.ne', compiled, i32(NOT_FOUND)), null_, 'i32', () => {
    const result = k.local('i32', i32(0));
    k.if(op('i32.ne', compiled, i32(NOT_FOUND)), () => {
      const { address, length } = textOf(kernel, v);
      k.set(result, call(matchPattern, address, length, out, compiled, i32(0)));
    });
    return { type: call_.type, lane: 'i32', parts: [result], null_ };
  });
}

/** ASCII texts only: the others are the host's, and so are patterns that are not constant. */
const ilike = strict((call_, [v], null_) => {
  const parts = knownParts(call_);
  if (v === undefined || parts === undefined) return undefined;
  const folded = parts.map((p): PatternPart => (p.kind === 'text' ? { kind: 'text', text: foldCase(p.text) } : p));
  const { kernel } = call_.compiler;
  return servedOrHosted(call_, isAsciiView(kernel.k, part(v), part(v, 1)), null_, 'i32', () => ({
    type: call_.type,
    lane: 'i32',
    parts: [matchCompiled(kernel, v, folded, i32(1))],
    null_,
  }));
});

export const LIKE_KERNELS: readonly (readonly [string, FunctionKernel])[] = [
  ['like', like],
  ['ilike', ilike],
];
