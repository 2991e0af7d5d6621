import type { TableHandle } from '../../compiler/catalog/catalog.ts';
import { BOOL, DATE, decimal, INT32, INT64, list, type Type, UTF8 } from '../../compiler/types/type.ts';

/** Tables for plans that tests make by hand. */

function table(name: string, columns: readonly (readonly [string, Type, boolean])[]): TableHandle {
  return {
    name,
    columns: columns.map(([column, type, nullable]) => ({ name: column, type, nullable })),
    version: 1,
    statistics: () => ({ rowCount: 0, columns: [] }),
    keys: [[0]],
  };
}

export const orders = table('orders', [
  ['id', INT64, false],
  ['customer', INT32, true],
  ['day', DATE, false],
  ['total', decimal(15, 2), false],
]);

export const customers = table('customers', [
  ['id', INT32, false],
  ['name', UTF8, false],
  ['active', BOOL, true],
  ['tags', list(UTF8), true],
]);
