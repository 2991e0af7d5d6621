import type * as sql from '../../../grammars/sql/tree.ts';
import type { Expression } from '../../ir/expression.ts';
import { OrbitError } from '../../types/error.ts';
import { INT32, INT64, isInteger, isJson, isJsonb, JSON_TEXT, JSONB, list, UTF8 } from '../../types/type.ts';
import { coerce, explicitCast, isUntyped } from './coerce.ts';
import type { StatementContext } from './context.ts';
import { operation } from './operators.ts';

/** The operators of json and jsonb. A bare string beside them is what the operator wants there. */

const GETTERS: Readonly<Record<string, string>> = {
  '->': 'json_get',
  '->>': 'json_get_text',
  '#>': 'json_path',
  '#>>': 'json_path_text',
};

/** Of two documents, or of a document and a text, a list of texts or a path. */
const TESTS: Readonly<Record<string, { readonly fn: string; readonly right: 'jsonb' | 'text' | 'texts' | 'path' }>> = {
  '@>': { fn: 'jsonb_contains', right: 'jsonb' },
  '<@': { fn: 'jsonb_contained', right: 'jsonb' },
  '?': { fn: 'jsonb_exists', right: 'text' },
  '?|': { fn: 'jsonb_exists_any', right: 'texts' },
  '?&': { fn: 'jsonb_exists_all', right: 'texts' },
  '@?': { fn: 'jsonb_path_exists_opr', right: 'path' },
  '@@': { fn: 'jsonb_path_match_opr', right: 'path' },
};

/** Undefined where the operator is not JSON's. */
export function bindJsonOperator(
  symbol: string,
  left: Expression,
  right: Expression,
  range: sql.SourceRange,
  statement: StatementContext,
): Expression | undefined {
  const getter = Object.hasOwn(GETTERS, symbol) ? GETTERS[symbol] : undefined;
  if (getter !== undefined) return bindGetter(getter, symbol, left, right, range, statement);
  const test = Object.hasOwn(TESTS, symbol) ? TESTS[symbol] : undefined;
  if (test !== undefined && (isJson(left.type) || isJson(right.type))) {
    const document = (e: Expression) => (isUntyped(e) ? coerce(e, JSONB, statement) : e);
    const second = { jsonb: JSONB, text: UTF8, texts: list(UTF8), path: UTF8 }[test.right];
    const other = isUntyped(right) ? coerce(right, second, statement) : right;
    return operation(test.fn, [document(left), other], range, statement);
  }
  if (symbol === '||' && isJsonb(left.type) && (isJsonb(right.type) || isUntyped(right))) {
    return operation('jsonb_concat', [left, right], range, statement);
  }
  if (symbol === '||' && isJsonb(right.type) && isUntyped(left)) {
    return operation('jsonb_concat', [left, right], range, statement);
  }
  if (symbol === '-' && isJsonb(left.type)) return operation('jsonb_delete', [left, right], range, statement);
  if (symbol === '#-' && (isJsonb(left.type) || isUntyped(left))) {
    return operation('jsonb_delete_path', [left, right], range, statement);
  }
  return undefined;
}

/** Text on the left is read as JSON, which is DuckDB's way. */
function bindGetter(
  fn: string,
  symbol: string,
  left: Expression,
  right: Expression,
  range: sql.SourceRange,
  statement: StatementContext,
): Expression | undefined {
  if (left.type.kind !== 'utf8' && !isUntyped(left)) return undefined;
  const document = isJson(left.type) ? left : explicitCast(left, JSON_TEXT, 'error', statement, left.range ?? range);
  const path = symbol.startsWith('#');
  const wanted = path ? list(UTF8) : isInteger(right.type) ? INT32 : UTF8;
  const fits = isUntyped(right) || (path ? right.type.kind === 'list' : right.type.kind !== 'int64');
  const step = fits && !isJson(right.type) && right.type.kind !== 'int64' ? coerce(right, wanted, statement) : right;
  return operation(fn, [document, step], range, statement);
}

/** `j['a'][0]`, of jsonb only. */
export function bindJsonSubscript(
  base: Expression,
  index: Expression,
  range: sql.SourceRange,
  statement: StatementContext,
): Expression {
  if (!isJsonb(base.type)) {
    throw new OrbitError('datatype_mismatch', 'cannot subscript type json', {
      range,
      hint: 'Cast it to jsonb, or use ->.',
    });
  }
  const type = isInteger(index.type) ? (index.type.kind === 'int64' ? INT64 : INT32) : UTF8;
  return operation('jsonb_subscript', [base, coerce(index, type, statement)], range, statement);
}
