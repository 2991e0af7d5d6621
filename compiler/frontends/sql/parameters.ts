import type * as sql from '../../../grammars/sql/tree.ts';
import { cast, parameter } from '../../ir/build.ts';
import type { Expression, Parameter } from '../../ir/expression.ts';
import { OrbitError } from '../../types/error.ts';
import { NULL, type Type, UTF8 } from '../../types/type.ts';

/** A parameter of the statement as its caller has to supply it. */
export interface BoundParameter {
  /** Of `:name` and `$name`; absent for numbered ones. */
  readonly name: string | undefined;
  readonly type: Type;
  /** Whether the statement mentions it: it may only have been declared. */
  readonly used: boolean;
}

/** What is known of parameters' types before binding: by position, or by name. */
export interface DeclaredParameters {
  readonly positional?: readonly (Type | undefined)[];
  readonly named?: ReadonlyMap<string, Type | undefined>;
}

/**
 * The parameters met so far. As in PostgreSQL the first use that asks for a type gives the parameter its type, and
 * later uses see it with that type.
 */
export interface ParameterTypes {
  /** The parameter, of type `null` as long as nothing has asked for a type. */
  readonly reference: (tree: sql.Parameter) => Expression;
  /** The untyped parameter as a value of the type. */
  readonly resolve: (untyped: Parameter, type: Type) => Expression;
  /** All of them once binding is over; those that nothing asked for are text. */
  readonly all: () => readonly BoundParameter[];
}

const MAX_PARAMETERS = 65_535; // what PostgreSQL's protocol can carry

export function createParameters(declared: DeclaredParameters): ParameterTypes {
  const types: (Type | undefined)[] = [...(declared.positional ?? [])];
  const names = new Map<string, number>();
  const mentioned = new Set<number>();
  let first: 'numbered' | 'named' | undefined = types.length > 0 ? 'numbered' : undefined;

  const indexOf = (tree: sql.Parameter): number => {
    const style = tree.name === undefined ? 'numbered' : 'named';
    if (first !== undefined && style !== first) {
      throw new OrbitError('syntax_error', 'named and numbered parameters cannot be mixed', { range: tree.range });
    }
    first = style;
    if (tree.name !== undefined) {
      const known = names.get(tree.name);
      if (known !== undefined) return known;
      const index = names.size;
      names.set(tree.name, index);
      types[index] = declared.named?.get(tree.name);
      return index;
    }
    const number = tree.index ?? 0;
    if (number < 1 || number > MAX_PARAMETERS) {
      throw new OrbitError('undefined_parameter', `there is no parameter $${number}`, { range: tree.range });
    }
    return number - 1;
  };

  return {
    reference: (tree) => {
      const index = indexOf(tree);
      mentioned.add(index);
      types[index] ??= undefined;
      return parameter(index, types[index] ?? NULL, tree.range);
    },
    resolve: (untyped, type) => {
      const known = types[untyped.index] ?? type;
      types[untyped.index] = known;
      return cast(parameter(untyped.index, known, untyped.range), type);
    },
    all: () => {
      const nameOf = new Map([...names].map(([name, index]) => [index, name]));
      return Array.from(types, (type, index) => ({
        name: nameOf.get(index),
        type: type ?? UTF8,
        used: mentioned.has(index),
      }));
    },
  };
}
