import { divisionByZero } from '../../types/error.ts';
import { compareJsonNumbers, type JsonNumber, roundNumber } from '../../types/jsonb.ts';
import type { ArithmeticOperator } from './tree.ts';

// Arithmetic of numeric: exact, but for quotients, which have 16 significant digits at least.

const MIN_DIGITS = 16;
const MOST_SCALE = 1000;

const scaled = ({ digits, scale }: JsonNumber, to: number): bigint => digits * 10n ** BigInt(to - scale);

export function calculate(operator: ArithmeticOperator, a: JsonNumber, b: JsonNumber): JsonNumber {
  const scale = Math.max(a.scale, b.scale);
  switch (operator) {
    case '+':
      return { digits: scaled(a, scale) + scaled(b, scale), scale };
    case '-':
      return { digits: scaled(a, scale) - scaled(b, scale), scale };
    case '*':
      return roundNumber({ digits: a.digits * b.digits, scale: a.scale + b.scale }, 16_383);
    case '/':
      return divide(a, b);
    case '%':
      if (b.digits === 0n) throw divisionByZero();
      return { digits: scaled(a, scale) % scaled(b, scale), scale };
  }
}

function divide(a: JsonNumber, b: JsonNumber): JsonNumber {
  if (b.digits === 0n) throw divisionByZero();
  const x = leading(a);
  const y = leading(b);
  const weight = x.weight - y.weight - (x.first <= y.first ? 1 : 0);
  const wanted = Math.max(MIN_DIGITS - weight * 4, a.scale, b.scale, 0);
  const scale = Math.min(wanted, MOST_SCALE);
  // One digit more than is kept, which rounds the quotient; what is cut off behind it cannot change how.
  const digits = (a.digits * 10n ** BigInt(scale + 1 + b.scale)) / (b.digits * 10n ** BigInt(a.scale));
  return roundNumber({ digits, scale: scale + 1 }, scale);
}

/** The first digit to the base of 10,000, and the power of it that it stands for. */
function leading({ digits, scale }: JsonNumber): { readonly weight: number; readonly first: number } {
  if (digits === 0n) return { weight: 0, first: 0 };
  const text = (digits < 0n ? -digits : digits).toString();
  const whole = text.length - scale;
  const weight = Math.ceil(whole / 4) - 1;
  const size = whole - weight * 4;
  return { weight, first: Number(text.slice(0, size).padEnd(size, '0')) };
}

export function truncated({ digits, scale }: JsonNumber): bigint {
  return digits / 10n ** BigInt(scale);
}

export function floor(value: JsonNumber): JsonNumber {
  const whole = { digits: truncated(value), scale: 0 };
  return compareJsonNumbers(whole, value) > 0 ? { digits: whole.digits - 1n, scale: 0 } : whole;
}

export function ceiling(value: JsonNumber): JsonNumber {
  const whole = { digits: truncated(value), scale: 0 };
  return compareJsonNumbers(whole, value) < 0 ? { digits: whole.digits + 1n, scale: 0 } : whole;
}
