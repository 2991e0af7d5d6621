import type { ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { type ImportedFunction, i32, op } from '../wasm/ir.ts';
import type { HostCall } from './context.ts';
import type { ExpressionCompiler, RowScope } from './expression.ts';
import { loadField, rowLayout, storeField } from './memory.ts';
import { declaredLane, laneOf, type Val } from './value.ts';

/**
 * Evaluates host call `index` for the argument row at the address; the result is written behind the arguments. It
 * throws what the evaluation throws, straight through the kernel.
 */
export const HOST_EVALUATE: ImportedFunction = {
  kind: 'import',
  module: 'host',
  name: 'evaluate',
  parameters: ['i32', 'i32', 'i32'],
};

/** A call takes some microseconds. */
const HOST_CALL_ROUNDS = 1024;

/**
 * What has no kernel is evaluated by the host, row by row: the arguments go into a row of the context, the row
 * implementation runs, the result comes back. Branches stay lazy, and nothing is evaluated that SQL would not.
 */
export function hostValue(expression: Expression, scope: RowScope, compiler: ExpressionCompiler): Val {
  const { k, ctx, layout } = compiler.kernel;
  const columns = new Map<ColumnId, Val>();
  let next = -1;
  // Arguments have kernels of their own; inside lambdas everything is the host's.
  const shallow = mapArguments(expression, (arg) => {
    if (arg.kind === 'constant' || arg.kind === 'parameter') return arg;
    if (arg.kind === 'lambda') {
      for (const id of freeIds(arg)) columns.set(id, declaredLane(k, scope.column(id)));
      return arg;
    }
    const id = next--;
    const value = declaredLane(k, compiler.value(arg, scope));
    columns.set(id, value);
    return { kind: 'column', id, type: arg.type, nullable: arg.nullable };
  });
  const resultShape = { type: expression.type, lane: laneOf(expression.type), null_: i32(0) };
  const row = rowLayout([...columns.values(), resultShape]);
  const resultField = row.fields[columns.size];
  if (resultField === undefined) throw internalError('a row layout lost its result');
  const offset = layout.reserve(row.size);
  const hostCall: HostCall = {
    expression: shallow,
    arguments: [...columns.keys()].map((id, i) => ({ id, field: row.fields[i] ?? resultField })),
    result: resultField,
  };
  const index = layout.hostCalls.push(hostCall) - 1;
  const address = k.local('i32', op('i32.add', ctx, i32(offset)));
  [...columns.values()].forEach((value, i) => {
    storeField(k, address, row.fields[i] ?? resultField, value);
  });
  compiler.kernel.spend(HOST_CALL_ROUNDS);
  k.call(HOST_EVALUATE, ctx, i32(index), address);
  return loadField(k, address, resultField);
}

function mapArguments(e: Expression, map: (arg: Expression) => Expression): Expression {
  switch (e.kind) {
    case 'call':
      return { ...e, args: e.args.map(map) };
    case 'cast':
    case 'in':
      return { ...e, arg: map(e.arg) };
    default:
      throw internalError(`${e.kind} is never left to the host`);
  }
}

function freeIds(lambda: Extract<Expression, { kind: 'lambda' }>): ReadonlySet<ColumnId> {
  const ids = new Set<ColumnId>();
  const visit = (e: Expression): void => {
    switch (e.kind) {
      case 'column':
        ids.add(e.id);
        return;
      case 'call':
      case 'and':
      case 'or':
        return e.args.forEach(visit);
      case 'case':
        for (const b of e.branches) {
          visit(b.when);
          visit(b.then);
        }
        return visit(e.otherwise);
      case 'cast':
      case 'in':
        return visit(e.arg);
      case 'lambda': {
        visit(e.body);
        for (const p of e.parameters) ids.delete(p.id);
        return;
      }
      case 'constant':
      case 'parameter':
      case 'subquery':
        return;
    }
  };
  visit(lambda);
  return ids;
}
