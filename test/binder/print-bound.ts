import type { BoundBody, ResultColumn } from '../../compiler/frontends/sql/bound.ts';
import type { BoundParameter } from '../../compiler/frontends/sql/parameters.ts';
import { printExpression, printPlan } from '../../compiler/ir/print.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { type Type, typeName } from '../../compiler/types/type.ts';

/** Bound statements and errors as the case files show them. */

export function printError(error: unknown, text: string): string {
  if (!(error instanceof OrbitError) || error.code === 'internal_error') throw error;
  const { code, sqlstate, message, range, hint } = error;
  const place =
    range === undefined
      ? 'nowhere'
      : `${range.start}-${range.end} ${JSON.stringify(text.slice(range.start, range.end))}`;
  return [`error ${code} ${sqlstate} at ${place}`, message, ...(hint === undefined ? [] : [`hint: ${hint}`])].join(
    '\n',
  );
}

export function printBound(bound: BoundBody, parameters: readonly BoundParameter[]): string {
  const given = parameters.map(({ name, type }, i) => `${name ?? `$${i + 1}`}: ${typeName(type)}`);
  return [...lines(bound), ...(given.length > 0 ? [`parameters ${given.join(', ')}`] : [])].join('\n');
}

function lines(bound: BoundBody): readonly string[] {
  switch (bound.kind) {
    case 'query':
      return [
        printPlan(bound.plan).trimEnd(),
        `columns ${names(bound.columns)}${bound.orderGuaranteed ? ' ordered' : ''}`,
      ];
    case 'insert':
    case 'update':
    case 'delete':
      return [
        printPlan(bound.plan).trimEnd(),
        `${bound.kind} ${bound.table.name}${bound.returning === undefined ? '' : ` returning ${names(bound.returning)}`}`,
      ];
    case 'explain':
      return [`explain ${plain({ ...bound, inner: undefined, kind: undefined })}`, ...lines(bound.inner)];
    case 'copyTo':
      return [`copyTo ${plain({ target: bound.target, options: bound.options })}`, printPlan(bound.plan).trimEnd()];
    case 'createTableAs': {
      const { plan, kind, ...rest } = bound;
      return [`${kind} ${plain(rest)}`, printPlan(plan).trimEnd()];
    }
    case 'truncate':
      return [
        `truncate ${bound.tables.map(({ name }) => name).join(', ')}`,
        ...bound.plans.map((p) => printPlan(p).trimEnd()),
      ];
    case 'createIndex': {
      const { kind, handle, ...rest } = bound;
      return [`${kind} on ${handle.name} ${plain(rest)}`];
    }
    case 'execute':
      return [`execute ${bound.name}(${bound.arguments.map((arg) => printExpression(arg)).join(', ')})`];
    case 'prepare':
      return [`prepare ${bound.name}(${bound.types.map(typeName).join(', ')}) ${bound.statement.kind}`];
    default: {
      const { kind, ...rest } = bound;
      return [`${kind} ${plain(rest)}`];
    }
  }
}

function names(columns: readonly ResultColumn[]): string {
  return columns.map((column) => column.name).join(', ');
}

/** JSON without ranges, types by name and tables too. */
function plain(value: object): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (key === 'range' || key === 'parameters') return undefined;
    if (part instanceof Map) return Object.fromEntries(part);
    if (typeof part === 'object' && part !== null && 'statistics' in part && 'name' in part) return part.name;
    if (key === 'type') return typeName(part as Type);
    return typeof part === 'bigint' ? String(part) : part;
  });
}
