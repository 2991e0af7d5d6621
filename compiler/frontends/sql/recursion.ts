import type * as sql from '../../../grammars/sql/tree.ts';
import { newColumn, setOperation } from '../../ir/build.ts';
import type { Column } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import { OrbitError } from '../../types/error.ts';
import { messageTypeName } from '../../types/names.ts';
import { decimal, MAX_DECIMAL_PRECISION, type Type, typeEquals, UTF8 } from '../../types/type.ts';
import { unify } from '../../types/unify.ts';
import type { CommonTables, Output, PendingQuery, QueryContext, Working } from './context.ts';
import { fold } from './names.ts';
import { castColumns } from './pending.ts';
import { namedOutputs, reference } from './references.ts';

/**
 * A table of WITH RECURSIVE that refers to itself: `base UNION [ALL] step`, under PostgreSQL's conditions. Undefined if
 * it turns out not to refer to itself.
 */
export function bindRecursive(
  table: CommonTables,
  query: sql.Query,
  withCommonTables: (tree: sql.With | undefined, context: QueryContext) => QueryContext,
): PendingQuery | undefined {
  const { tree, context } = table;
  const working: Working = { place: 'base', references: 0, binding: context.statement.ids.next(), columns: [] };
  const self: CommonTables = { ...table, parent: context.commonTables, working };
  const inner = withCommonTables(query.with, { ...context, commonTables: self, barred: undefined });
  const { body } = query;
  if (body.kind !== 'setOperation' || body.operator !== 'union') {
    working.place = 'form';
    context.statement.bind.query(query, { ...context, commonTables: self });
    return undefined;
  }
  const operands = body.operands.map((operand) => {
    working.place = operand === body.operands.at(-1) ? 'step' : 'base';
    if (working.place === 'base') return bindOperand(operand, inner);
    return undefined;
  });
  const bases = operands.filter((operand) => operand !== undefined);
  const last = body.operands.at(-1);
  const [first] = bases;
  if (first === undefined || last === undefined) return undefined;
  working.place = 'step';
  let types = baseTypes(bases);
  const outputsOf = (): readonly Output[] =>
    namedOutputs(
      first.outputs.map((output, i): Output => ({ ...output, type: types[i] ?? UTF8, nullable: true })),
      tree,
    );
  const bindStep = (): PendingQuery => {
    working.columns = outputsOf();
    working.references = 0;
    return bindOperand(last, inner);
  };
  let step = bindStep();
  if (working.references === 0) return undefined;
  refuseClauses(query, tree.name);
  if (step.outputs.length !== first.outputs.length) {
    throw new OrbitError('syntax_error', 'each UNION query must have the same number of columns', {
      range: last.range,
    });
  }
  const wider = widened(types, step.outputs);
  if (wider !== undefined) {
    types = wider;
    step = bindStep();
  }
  checkTypes(types, step.outputs, tree);
  const outputs = outputsOf();
  const { statement } = context;
  return {
    outputs,
    ordered: false,
    finish: (): Plan => {
      const plans = bases.map((base) => castColumns(base.finish(types), types, statement));
      const base = plans.reduce((left, right) => setOperation('union', body.all, left, right, statement.ids));
      const columns = outputs.map(({ name, type }): Column => newColumn(statement.ids, name, type, true));
      const last_ = castColumns(step.finish(types), types, statement);
      return { kind: 'recursive', columns, binding: working.binding, base, step: last_, all: body.all };
    },
  };
}

function bindOperand(body: sql.QueryBody, context: QueryContext): PendingQuery {
  const query: sql.Query =
    body.kind === 'query'
      ? body
      : {
          kind: 'query',
          range: body.range,
          with: undefined,
          body,
          orderBy: [],
          limit: undefined,
          offset: undefined,
          locking: [],
        };
  return context.statement.bind.query(query, context);
}

/** The recursive table inside its own query. */
export function selfReference(
  working: Working,
  tree: sql.CommonTable,
  range: sql.SourceRange,
  context: QueryContext,
): PendingQuery {
  const name = fold(tree.name);
  const fail = (where: string): never => {
    throw new OrbitError('invalid_recursion', `recursive reference to query "${name}" must not appear ${where}`, {
      range,
    });
  };
  if (working.place === 'form') {
    const message = `recursive query "${name}" does not have the form non-recursive-term UNION [ALL] recursive-term`;
    throw new OrbitError('invalid_recursion', message, { range: tree.range });
  }
  if (working.place === 'base') fail('within its non-recursive term');
  if (context.barred !== undefined) fail(`within ${context.barred}`);
  if (working.references > 0) fail('more than once');
  working.references += 1;
  context.statement.working.add(working.binding);
  return reference(working.binding, working.columns, working.columns, context);
}

function baseTypes(bases: readonly PendingQuery[]): readonly Type[] {
  const [first] = bases;
  return (first?.outputs ?? []).map((output, i): Type => {
    const type = unify(bases.map((base) => base.outputs[i]?.type ?? output.type)) ?? output.type;
    return type.kind === 'null' ? UTF8 : type;
  });
}

/** Decimals whose step has another precision or scale: one type for all, as wide as there is. */
function widened(types: readonly Type[], step: readonly Output[]): readonly Type[] | undefined {
  let changed = false;
  const wider = types.map((type, i) => {
    const other = step[i]?.type;
    if (type.kind !== 'decimal' || other === undefined) return type;
    const both = unify([type, other]);
    if (both?.kind !== 'decimal' || typeEquals(both, type)) return type;
    changed = true;
    return decimal(MAX_DECIMAL_PRECISION, Math.max(type.scale, both.scale));
  });
  return changed ? wider : undefined;
}

function checkTypes(types: readonly Type[], step: readonly Output[], tree: sql.CommonTable): void {
  step.forEach((output, i) => {
    const type = types[i];
    if (type === undefined || type.kind === 'decimal') return;
    const overall = unify([type, output.type]);
    if (overall === undefined) {
      const names = `${messageTypeName(type)} and ${messageTypeName(output.type)}`;
      throw new OrbitError('datatype_mismatch', `UNION types ${names} cannot be matched`, { range: output.range });
    }
    if (typeEquals(overall, type)) return;
    const message = `recursive query "${fold(tree.name)}" column ${i + 1} has type ${messageTypeName(type)} in non-recursive term but type ${messageTypeName(overall)} overall`;
    throw new OrbitError('datatype_mismatch', message, {
      range: output.range,
      hint: 'Cast the output of the non-recursive term to the correct type.',
    });
  });
}

function refuseClauses(query: sql.Query, name: sql.Identifier): void {
  const refuse = (clause: string, range: sql.SourceRange): never => {
    throw new OrbitError('feature_not_supported', `${clause} in a recursive query is not supported`, {
      range,
      hint: `Write it in the query that reads "${fold(name)}".`,
    });
  };
  if (query.orderBy[0] !== undefined) refuse('ORDER BY', query.orderBy[0].range);
  if (query.limit !== undefined) refuse('LIMIT', query.limit.range);
  if (query.offset !== undefined) refuse('OFFSET', query.offset.range);
}
