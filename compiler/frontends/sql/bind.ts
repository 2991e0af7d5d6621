import type * as sql from '../../../grammars/sql/tree.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { type ColumnIds, columnIds } from '../../ir/columns.ts';
import { withJsonKeys } from '../../ir/json-keys.ts';
import { OrbitError } from '../../types/error.ts';
import { UTC } from '../../types/zones.ts';
import type { BoundBody, BoundStatement } from './bound.ts';
import { createBudget } from './budget.ts';
import type { SessionValues, StatementContext } from './context.ts';
import { bindExpression } from './expressions.ts';
import { createParameters, type DeclaredParameters } from './parameters.ts';
import { bindQuery } from './query.ts';
import { bindStatement } from './statements.ts';

export interface BindOptions {
  readonly catalog: Catalog;
  readonly parameters?: DeclaredParameters | undefined;
  /** UTC and the time of binding where it is left out. */
  readonly session?: SessionValues | undefined;
}

/**
 * The meaning of a statement over a catalog: names resolved, types settled, everything as IR. Throws OrbitError with
 * the place in the statement. The tree must be one without syntax errors.
 */
export function bindSql(statement: sql.Statement, options: BindOptions): BoundStatement {
  let repeatable = true;
  const context: StatementContext = {
    catalog: options.catalog,
    ids: columnIds(),
    parameters: createParameters(options.parameters ?? {}),
    session: options.session ?? { zone: UTC, now: BigInt(Date.now()) * 1000n },
    working: new Set(),
    placed: new WeakMap(),
    budget: createBudget(statement.range.end - statement.range.start),
    once: () => {
      repeatable = false;
    },
    bind: { expression: bindExpression, query: bindQuery },
  };
  try {
    const body = withKeys(bindStatement(statement, context), context.ids);
    return { ...body, parameters: context.parameters.all(), repeatable };
  } catch (error) {
    // The parser bounds the depth of trees, so this is a caller with little stack left, not an endless recursion.
    if (!(error instanceof RangeError)) throw error;
    throw new OrbitError('statement_too_complex', 'the statement is nested too deeply', {
      range: statement.range,
      hint: 'Split it, for example with WITH.',
      cause: error,
    });
  }
}

/** Documents are compared by their keys. */
function withKeys(body: BoundBody, ids: ColumnIds): BoundBody {
  switch (body.kind) {
    case 'query':
    case 'insert':
    case 'update':
    case 'delete':
    case 'copyTo':
    case 'createTableAs': {
      const plan = withJsonKeys(body.plan, ids);
      return plan === body.plan ? body : { ...body, plan };
    }
    case 'explain':
      return { ...body, inner: withKeys(body.inner, ids) };
    default:
      return body;
  }
}
