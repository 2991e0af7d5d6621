/**
 * Tags of `any` values. Payloads: bool 0 or 1; int64 the value; float64 its bits; utf8 the text's address | length <<
 * 32; list and object the same for their encoded form (nested.ts). In stored chunks the address is an offset into the
 * chunk's heap.
 */
export const ANY_TAG = { null: 0, bool: 1, int64: 2, float64: 3, utf8: 4, list: 5, object: 6 } as const;
