import type * as sql from '../../../grammars/sql/tree.ts';
import { constant, nullOf, TRUE } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { OrbitError, type SourceRange } from '../../types/error.ts';
import { BOOL, INT64 } from '../../types/type.ts';
import { coerce } from './coerce.ts';
import { type Context, operand } from './context.ts';
import { unsupported } from './errors.ts';

/** nextval, currval, setval and lastval. */

const ARGUMENTS: ReadonlyMap<string, readonly number[]> = new Map([
  ['nextval', [1]],
  ['currval', [1]],
  ['lastval', [0]],
  ['setval', [2, 3]],
]);

export function isSequenceCall(name: string): boolean {
  return ARGUMENTS.has(name);
}

export function bindSequenceCall(tree: sql.FunctionCall, name: string, context: Context): Expression {
  const { range } = tree;
  const { statement } = context;
  const counts = ARGUMENTS.get(name) ?? [];
  if (!counts.includes(tree.arguments.length)) {
    throw new OrbitError('undefined_function', `function ${name} does not take ${tree.arguments.length} arguments`, {
      range,
    });
  }
  const session = constant(BigInt(statement.catalog.session?.() ?? 0), INT64, range);
  const call = (args: readonly Expression[]): Expression => ({
    kind: 'call',
    fn: name,
    args,
    type: INT64,
    nullable: args.some((arg) => arg.nullable),
    range,
  });
  const [first, ...others] = tree.arguments.map((argument) => argument.value);
  if (first === undefined) return call([session]);
  if (first.kind === 'null') return nullOf(INT64, range);
  const id = constant(sequenceId(textOf(first), first.range, context), INT64, first.range);
  const bound = others.map((value, i) =>
    coerce(statement.bind.expression(value, operand(context)), i === 0 ? INT64 : BOOL, statement),
  );
  const whole = name === 'setval' && bound.length === 1 ? [...bound, TRUE] : bound;
  return call([id, ...whole, session]);
}

/** The name of the sequence, which has to be written out: its meaning is settled when the statement is bound. */
function textOf(tree: sql.Expression): string {
  if (tree.kind === 'string') return tree.value;
  if (tree.kind === 'cast') return textOf(tree.operand);
  throw unsupported('a sequence that is not named by a string', tree.range);
}

function sequenceId(text: string, range: SourceRange, context: Context): bigint {
  const parts = [...text.matchAll(/"((?:[^"]|"")*)"|[^.\s]+/g)].map(([word, quoted]) =>
    quoted === undefined ? word.toLowerCase() : quoted.replaceAll('""', '"'),
  );
  const name = parts.at(-1) ?? '';
  const found = context.statement.catalog.sequence?.(name, parts.at(-2));
  if (found !== undefined) return found.id;
  throw new OrbitError('undefined_table', `relation "${text}" does not exist`, { range });
}
