import type { ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { BOOL, isJson, type Type } from '../../compiler/types/type.ts';
import { isAnyValue, type Value } from '../../compiler/types/value.ts';
import { ANY_TAG } from '../columns/any-tag.ts';
import { type Expr, type FunctionBuilder, i32, op } from '../wasm/ir.ts';
import type { KernelScope } from './context.ts';
import { FUNCTION_KERNELS } from './functions/index.ts';
import { hostValue } from './host.ts';
import { LANE_BYTES, loadParts } from './memory.ts';
import { assignable, laneOf, nullVal, part, type Val } from './value.ts';

/**
 * The values in reach while a row is processed. Columns are read when they are first used; what was computed once is
 * found again by its expression. A region of code that may not run gets a scope of its own (`branch`), so that
 * nothing outside relies on what only it computed.
 */
export interface RowScope {
  readonly column: (id: ColumnId) => Val;
  readonly has: (id: ColumnId) => boolean;
  /** A field of a dynamic column, by its path (field-path.ts), where it is stored apart from the column's values. */
  readonly field: FieldReader;
  /**
   * Another scope in which more columns are defined, each read at most once, when it is used. Its reader gets the scope
   * below in the form of the place where it is used: in a branch it must compute in a branch of it.
   */
  readonly define: (columns: ReadonlyMap<ColumnId, ColumnReader>) => RowScope;
  /**
   * The same columns in other shapes. What has been computed below is not found again: it has the shape that follows
   * from theirs.
   */
  readonly reshape: (columns: ReadonlyMap<ColumnId, ColumnReader>) => RowScope;
  readonly branch: () => RowScope;
  readonly memo: (key: string) => Val | undefined;
  readonly remember: (key: string, value: Val) => void;
}

export type ColumnReader = (below: RowScope) => Val;
export type FieldReader = (id: ColumnId, path: string) => Val | undefined;

export function rowScope(
  columns: ReadonlyMap<ColumnId, ColumnReader>,
  parent?: RowScope,
  fields?: FieldReader,
  /** Where expressions that the scope does not know may be known. */
  elsewhere: RowScope | undefined = parent,
): RowScope {
  const read = new Map<ColumnId, Val>();
  const computed = new Map<string, Val>();
  const lookup = (id: ColumnId): Val | undefined => {
    const known = read.get(id);
    if (known !== undefined) return known;
    const reader = columns.get(id);
    if (reader === undefined) return undefined;
    const value = reader(parent ?? scope);
    read.set(id, value);
    return value;
  };
  const scope: RowScope = {
    column: (id) => {
      const value = lookup(id) ?? parent?.column(id);
      if (value === undefined) throw internalError(`column #${id} is not in reach of the kernel`);
      return value;
    },
    has: (id) => columns.has(id) || parent?.has(id) === true,
    field: (id, path) => (columns.has(id) ? fields?.(id, path) : parent?.field(id, path)),
    define: (more) => rowScope(more, scope),
    reshape: (more) => reshaped(more, scope),
    // Reading through a branch must not mark the column as read outside it, so the readers are offered again.
    branch: () => branchScope(scope, columns, read, parent, fields),
    memo: (key) => computed.get(key) ?? elsewhere?.memo(key),
    remember: (key, value) => {
      computed.set(key, value);
    },
  };
  return scope;
}

function branchScope(
  scope: RowScope,
  columns: ReadonlyMap<ColumnId, ColumnReader>,
  read: ReadonlyMap<ColumnId, Val>,
  parent: RowScope | undefined,
  fields: FieldReader | undefined,
): RowScope {
  const readers = new Map<ColumnId, ColumnReader>();
  for (const [id, reader] of columns) {
    const value = read.get(id);
    readers.set(id, value === undefined ? reader : () => value);
  }
  // What is remembered outside of the branch is what `scope` finds.
  return rowScope(readers, parent?.branch(), fields, scope);
}

function reshaped(columns: ReadonlyMap<ColumnId, ColumnReader>, below: RowScope): RowScope {
  return rowScope(columns, below, undefined, NOTHING);
}

const NOTHING: RowScope = rowScope(new Map());

/** Compiles the expressions of one kernel. */
export interface ExpressionCompiler {
  readonly kernel: KernelScope;
  readonly value: (expression: Expression, scope: RowScope) => Val;
  /** An i32 that is not 0 exactly when the expression is true (not when it is NULL). */
  readonly condition: (expression: Expression, scope: RowScope) => Expr;
  /** A value that is the same for all rows of an execution. */
  readonly constant: (type: Type, value: Value) => Val;
  /** The value of a constant or parameter, for kernels that have a special form for it; undefined for all else. */
  readonly known: (expression: Expression) => Value | undefined;
  /** The host's value of a call, cast or list: for the rows that a kernel does not serve. */
  readonly host: (expression: Expression, scope: RowScope) => Val;
}

export function expressionCompiler(kernel: KernelScope, parameters: readonly Value[]): ExpressionCompiler {
  const { k } = kernel;
  const constants = new Map<string, Val>();

  const compiler: ExpressionCompiler = {
    kernel,
    value: (expression, scope) => {
      if (expression.kind === 'column') return scope.column(expression.id);
      if (expression.kind === 'constant') return compiler.constant(expression.type, expression.value);
      if (expression.kind === 'parameter')
        return compiler.constant(expression.type, parameters[expression.index] ?? null);
      const key = expressionKey(expression);
      const known = scope.memo(key);
      if (known !== undefined) return known;
      const value = settle(k, compile(expression, scope, compiler));
      scope.remember(key, value);
      return value;
    },
    condition: (expression, scope) => {
      if (expression.kind === 'and') {
        const cheap = expression.args.every(isCheap);
        if (cheap)
          return expression.args.map((arg) => compiler.condition(arg, scope)).reduce((a, b) => op('i32.and', a, b));
        const all = k.local('i32', i32(0));
        const test = (rest: readonly Expression[], inner: RowScope): void => {
          const [first, ...others] = rest;
          if (first === undefined) return k.set(all, i32(1));
          const holds = compiler.condition(first, inner);
          k.if(holds, () => test(others, inner.branch()));
        };
        test(expression.args, scope);
        return all;
      }
      const v = compiler.value(expression, scope);
      return v.null_ === undefined ? part(v) : op('i32.and', part(v), op('i32.eqz', v.null_));
    },
    constant: (type, value) => {
      if (value === null) return nullVal(type);
      const key = `${JSON.stringify(type)}:${valueKey(value)}`;
      const known = constants.get(key);
      if (known !== undefined) return known;
      const made = constantVal(kernel, type, value);
      constants.set(key, made);
      return made;
    },
    known: (expression) =>
      expression.kind === 'constant'
        ? expression.value
        : expression.kind === 'parameter'
          ? (parameters[expression.index] ?? null)
          : undefined,
    host: (expression, scope) => settle(k, hostValue(expression, scope, compiler)),
  };
  return compiler;
}

/** Every part and the null flag in a local: values are used more than once. */
function settle(k: FunctionBuilder, v: Val): Val {
  return {
    ...v,
    parts: v.parts.map((p) => k.keep(p)),
    null_: v.null_ === undefined || isZero(v.null_) ? undefined : k.keep(v.null_),
  };
}

function isZero(e: Expr): boolean {
  return e.kind === 'const' && e.value === 0;
}

function isCheap(expression: Expression): boolean {
  if (expression.kind === 'column' || expression.kind === 'constant' || expression.kind === 'parameter') return true;
  return (
    expression.kind === 'call' &&
    CHEAP.has(expression.fn) &&
    expression.args.every((a) => isCheap(a) && a.type.kind !== 'utf8' && a.type.kind !== 'any')
  );
}

/** Cheaper computed than jumped over. */
const CHEAP: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'is_null', 'is_not_null', 'not']);

function constantVal({ k, ctx, layout }: KernelScope, type: Type, value: Value): Val {
  if (typeof value === 'boolean')
    return { type, lane: 'i32', parts: [i32(value ? 1 : 0)], range: value ? [1n, 1n] : [0n, 0n] };
  const raw =
    typeof value === 'bigint'
      ? value
      : typeof value === 'number' && type.kind !== 'float32' && type.kind !== 'float64'
        ? BigInt(value)
        : undefined;
  const declared = laneOf(type);
  const narrow = declared === 'i128' && raw !== undefined && BigInt.asIntN(64, raw) === raw;
  const lane = narrow ? 'i64' : declared;
  const offset = layout.reserve(LANE_BYTES[lane]);
  layout.constants.push({ offset, type: narrow ? { kind: 'int64' } : type, value });
  let parts: readonly Expr[] = [];
  k.prologue(() => {
    parts = loadParts(k, lane, ctx, offset);
  });
  // A constant's dynamic type is part of the code: comparisons with it are made for it.
  if (isAnyValue(value)) {
    parts = [i32(ANY_TAG[value.tag]), ...parts.slice(1)];
    if (value.tag === 'int64') return { type, lane, parts, range: [value.value, value.value] };
  }
  return { type, lane, parts, range: raw === undefined ? undefined : [raw, raw] };
}

function compile(expression: Expression, scope: RowScope, compiler: ExpressionCompiler): Val {
  const { k } = compiler.kernel;
  switch (expression.kind) {
    case 'and':
    case 'or':
      return logic(expression.kind, expression.args, scope, compiler);
    case 'case': {
      const lane = laneOf(expression.type);
      const result = assignable(k, expression.type, lane, expression.nullable);
      const rest = (index: number, inner: RowScope): void => {
        const branch = expression.branches[index];
        if (branch === undefined) return result.assign(compiler.value(expression.otherwise, inner));
        const holds = compiler.condition(branch.when, inner);
        k.if(
          holds,
          () => result.assign(compiler.value(branch.then, inner.branch())),
          () => rest(index + 1, inner.branch()),
        );
      };
      rest(0, scope.branch());
      return result.val;
    }
    case 'call': {
      const kernel = hasKernel(expression) ? FUNCTION_KERNELS.get(expression.fn) : undefined;
      const compiled = kernel?.({
        compiler,
        scope,
        expression,
        args: expression.args,
        type: expression.type,
        nullable: expression.nullable,
        range: expression.range,
      });
      return compiled ?? hostValue(expression, scope, compiler);
    }
    case 'cast':
    case 'in': {
      const compiled = FUNCTION_KERNELS.get(expression.kind === 'cast' ? `cast_${expression.onError}` : 'in')?.({
        compiler,
        scope,
        expression,
        args: [expression.arg],
        type: expression.type,
        nullable: expression.nullable,
        range: expression.range,
        values: expression.kind === 'in' ? expression.values : undefined,
      });
      return compiled ?? hostValue(expression, scope, compiler);
    }
    case 'column':
    case 'constant':
    case 'parameter':
      return compiler.value(expression, scope);
    case 'subquery':
      throw internalError('a physical plan holds a subquery expression');
    case 'lambda':
      throw internalError('a lambda outside a call');
  }
}

/** Kernels that compare values would compare documents as the text that they are. */
const COMPARING: ReadonlySet<string> = new Set(['greatest', 'least', 'nullif', 'list_contains']);

function hasKernel({ fn, args }: Extract<Expression, { kind: 'call' }>): boolean {
  return !COMPARING.has(fn) || !args.some((arg) => isJson(arg.type));
}

/** Kleene's logic: `and` is false as soon as one argument is false, `or` true as soon as one is true. */
function logic(kind: 'and' | 'or', args: readonly Expression[], scope: RowScope, compiler: ExpressionCompiler): Val {
  const { k } = compiler.kernel;
  const neutral = kind === 'and' ? 1 : 0;
  if (args.every(isCheap)) {
    const values = args.map((arg) => compiler.value(arg, scope));
    if (values.every((v) => v.null_ === undefined)) {
      const combined = values.map((v) => part(v)).reduce((a, b) => op(kind === 'and' ? 'i32.and' : 'i32.or', a, b));
      return { type: BOOL, lane: 'i32', parts: [combined] };
    }
  }
  const value = k.local('i32', i32(neutral));
  const unknown = k.local('i32', i32(0));
  let nullable = false;
  k.block((decided) => {
    let inner = scope;
    args.forEach((arg, i) => {
      if (i === 1) inner = inner.branch();
      const v = compiler.value(arg, inner);
      const decides = kind === 'and' ? op('i32.eqz', part(v)) : part(v);
      const known = v.null_ === undefined ? decides : op('i32.and', decides, op('i32.eqz', v.null_));
      k.if(known, () => {
        k.set(value, i32(1 - neutral));
        k.set(unknown, i32(0));
        k.branch(decided);
      });
      if (v.null_ !== undefined) {
        nullable = true;
        k.set(unknown, op('i32.or', unknown, v.null_));
      }
    });
  });
  return { type: BOOL, lane: 'i32', parts: [value], null_: nullable ? unknown : undefined };
}

/** Equal keys: equal values in the same scope. */
function expressionKey(e: Expression): string {
  switch (e.kind) {
    case 'column':
      return `#${e.id}`;
    case 'constant':
      return `${typeKey(e.type)}${e.value === null ? 'null' : valueKey(e.value)}`;
    case 'parameter':
      return `$${e.index}`;
    case 'call':
      return `${e.fn}:${typeKey(e.type)}(${e.args.map(expressionKey).join()})`;
    case 'and':
    case 'or':
      return `${e.kind}(${e.args.map(expressionKey).join()})`;
    case 'case':
      return `case(${e.branches.map((b) => `${expressionKey(b.when)}?${expressionKey(b.then)}`).join()}:${expressionKey(e.otherwise)})`;
    case 'cast':
      return `cast${e.onError}:${typeKey(e.type)}(${expressionKey(e.arg)})`;
    case 'in':
      return `in(${expressionKey(e.arg)};${e.values.map((v) => (v === null ? 'null' : valueKey(v))).join()})`;
    case 'lambda':
      return `lambda(${e.parameters.map((p) => p.id).join()}:${expressionKey(e.body)})`;
    case 'subquery':
      throw internalError('a physical plan holds a subquery expression');
  }
}

function typeKey(type: Type): string {
  return type.kind === 'decimal'
    ? `d${type.precision}.${type.scale}`
    : type.kind === 'list'
      ? `[${typeKey(type.element)}]`
      : isJson(type)
        ? type.json
        : type.kind;
}

function valueKey(value: Value): string {
  return JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'bigint'
      ? `${v}n`
      : v instanceof Map
        ? [...v]
        : Object.is(v, -0)
          ? '-0'
          : typeof v === 'number' && !Number.isFinite(v)
            ? String(v)
            : v,
  );
}
