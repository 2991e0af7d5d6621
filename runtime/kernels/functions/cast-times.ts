import { MICROS_PER_DAY } from '../../../compiler/types/dates.ts';
import { i64, op } from '../../wasm/ir.ts';
import { asI64, part, type Val } from '../value.ts';
import { type CastSite, failOutside, floorParts } from './cast-site.ts';
import type { Built } from './decimals.ts';

const DAY = i64(MICROS_PER_DAY);

/** The last day that begins within 64 bits of microseconds. */
export const LAST_TIMESTAMP_DAY = (2n ** 63n - 1n) / MICROS_PER_DAY;

/** Between dates, times, timestamps and intervals. */
export function castTime(site: CastSite, v: Val): Built | undefined {
  const { kernel, from, to, range } = site;
  const { k } = kernel;
  switch (`${from.kind} ${to.kind}`) {
    case 'date timestamp':
    case 'date timestamptz':
      failOutside(site, v, [-(2n ** 31n), LAST_TIMESTAMP_DAY], {
        code: 'datetime_field_overflow',
        message: 'timestamp out of range',
        range,
      });
      return { lane: 'i64', parts: [k.keep(op('i64.mul', asI64(v), DAY))] };
    case 'timestamp timestamptz':
    case 'timestamptz timestamp':
      return { lane: 'i64', parts: v.parts, range: v.range };
    case 'timestamp date':
    case 'timestamptz date':
      return { lane: 'i32', parts: [k.keep(op('i32.wrap_i64', floorParts(kernel, part(v), DAY).quotient))] };
    case 'timestamp time':
    case 'timestamptz time':
      return { lane: 'i64', parts: [floorParts(kernel, part(v), DAY).rest] };
    case 'interval time':
      return { lane: 'i64', parts: [floorParts(kernel, part(v, 1), DAY).rest] };
    case 'time interval':
      return { lane: 'interval', parts: [i64(0), part(v)] };
    default:
      return undefined;
  }
}
