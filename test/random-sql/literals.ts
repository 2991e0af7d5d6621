import type { Random } from '../executor/random.ts';
import { type Expr, expr, type Kind, quote } from './making.ts';

const TEXTS = ['', 'a', 'b', 'ab', 'abc', 'A', ' ', 'Zebra', "it's", 'ä', 'x', '10', 'straße', '😀x'];
const DATES = ['2020-01-20', '2020-02-01', '2020-02-29', '1999-12-31', '2021-01-01', '1969-12-31'];
const TIMES = ['00:00:00', '12:30:00', '23:59:59.999999', '06:15:30.5'];

/** A constant that is likely to be among a column's values. */
export function literal(random: Random, kind: Kind): Expr {
  switch (kind) {
    case 'int':
    case 'bigint': {
      const value = random.chance(0.85) ? random.integer(-1, 6) : random.integer(-20, 400);
      // An integer that happens to be small must not make the arithmetic of larger ones narrow.
      const text = kind === 'bigint' ? `cast(${value} as bigint)` : value < 0 ? `(${value})` : `${value}`;
      return { ...expr(text, kind, 3), plain: true };
    }
    case 'decimal': {
      const scale = random.integer(1, 3);
      const text = (random.integer(-300, 900) / 10 ** random.integer(0, scale)).toFixed(scale);
      return { ...expr(text.startsWith('-') ? `(${text})` : text, 'decimal', 3, scale), plain: true };
    }
    case 'double':
      return expr(`cast(${random.integer(-20, 80) / 4} as double precision)`, 'double', 2, 2);
    case 'text':
      return { ...expr(`cast(${quote(random.pick(TEXTS))} as text)`, 'text', 10), plain: true };
    case 'bool':
      return { ...expr(random.pick(['true', 'false']), 'bool'), plain: true };
    case 'date':
      return { ...expr(`date ${quote(random.pick(DATES))}`, 'date'), plain: true };
    case 'timestamp':
      return { ...expr(`timestamp ${quote(`${random.pick(DATES)} ${random.pick(TIMES)}`)}`, 'timestamp'), plain: true };
    case 'approx':
      return expr('cast(1.25 as double precision)', 'approx', 2);
  }
}

export function nullOf(kind: Kind, scale: number): Expr {
  return expr(`cast(null as ${typeOf(kind, scale)})`, kind, 1, scale);
}

export function typeOf(kind: Kind, scale: number): string {
  switch (kind) {
    case 'int':
      return 'integer';
    case 'bigint':
      return 'bigint';
    case 'decimal':
      return `numeric(${Math.min(30, 20 + scale)},${scale})`;
    case 'double':
    case 'approx':
      return 'double precision';
    case 'text':
      return 'varchar';
    case 'bool':
      return 'boolean';
    case 'date':
      return 'date';
    case 'timestamp':
      return 'timestamp';
  }
}
