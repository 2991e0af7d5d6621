import { asDecimalType, unifyDecimals } from './decimals.ts';
import {
  ANY,
  FLOAT32,
  FLOAT64,
  isFloat,
  isInteger,
  isJson,
  isNumeric,
  list,
  NULL,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
  typeEquals,
} from './type.ts';

/**
 * The type that values of all the types can be brought to without loss: of CASE, COALESCE, UNION, IN and VALUES.
 * Undefined if there is none. NULL for no types, or none but bare NULLs.
 */
export function unify(types: readonly Type[]): Type | undefined {
  let common: Type | undefined = NULL;
  for (const type of types) {
    common = unifyTwo(common, type);
    if (common === undefined) return undefined;
  }
  return common;
}

function unifyTwo(a: Type, b: Type): Type | undefined {
  if (typeEquals(a, b) || b.kind === 'null') return a;
  if (a.kind === 'null') return b;
  if (isJson(a) || isJson(b)) return undefined;
  if (a.kind === 'any' || b.kind === 'any') return ANY;
  if (isNumeric(a) && isNumeric(b)) return unifyNumeric(a, b);
  if (a.kind === 'list' && b.kind === 'list') {
    const element = unifyTwo(a.element, b.element);
    return element === undefined ? undefined : list(element);
  }
  const kinds = [a.kind, b.kind];
  const isTime = (kind: Type['kind']) => kind === 'date' || kind === 'timestamp' || kind === 'timestamptz';
  if (!kinds.every(isTime)) return undefined;
  return kinds.includes('timestamptz') ? TIMESTAMPTZ : TIMESTAMP;
}

const INTEGER_WIDTHS: readonly Type['kind'][] = ['int8', 'int16', 'int32', 'int64'];

function unifyNumeric(a: Type, b: Type): Type | undefined {
  if (isInteger(a) && isInteger(b)) {
    return INTEGER_WIDTHS.indexOf(a.kind) > INTEGER_WIDTHS.indexOf(b.kind) ? a : b;
  }
  if (isFloat(a) || isFloat(b)) return fitsFloat32(a) && fitsFloat32(b) ? FLOAT32 : FLOAT64;
  const x = asDecimalType(a);
  const y = asDecimalType(b);
  return x === undefined || y === undefined ? undefined : unifyDecimals(x, y);
}

/** A single keeps 24 bits: whole numbers of 16, but not of 32. */
function fitsFloat32(type: Type): boolean {
  return type.kind === 'float32' || type.kind === 'int8' || type.kind === 'int16';
}
