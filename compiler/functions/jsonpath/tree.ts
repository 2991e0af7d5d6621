import type { Json } from '../../types/jsonb.ts';

/** A path of PostgreSQL's SQL/JSON path language. `base` is what a step is applied to. */
export type Path = Value | Predicate;

export type Value =
  | { readonly kind: 'root' | 'current' | 'last' }
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'member'; readonly base: Path; readonly name: string }
  | { readonly kind: 'anyMember' | 'anyItem'; readonly base: Path }
  | { readonly kind: 'items'; readonly base: Path; readonly subscripts: readonly Subscript[] }
  /** `.**{first to last}`; Infinity stands for `last`. */
  | { readonly kind: 'anywhere'; readonly base: Path; readonly first: number; readonly last: number }
  | { readonly kind: 'method'; readonly base: Path; readonly name: string; readonly args: readonly Path[] }
  | { readonly kind: 'filter'; readonly base: Path; readonly condition: Predicate }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly arg: Path }
  | { readonly kind: 'arithmetic'; readonly operator: ArithmeticOperator; readonly left: Path; readonly right: Path };

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

export interface Subscript {
  readonly from: Path;
  readonly to: Path | undefined;
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Predicate =
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Path; readonly right: Path }
  | { readonly kind: 'and' | 'or'; readonly left: Predicate; readonly right: Predicate }
  | { readonly kind: 'not' | 'isUnknown'; readonly arg: Predicate }
  | { readonly kind: 'exists'; readonly arg: Path }
  | { readonly kind: 'startsWith'; readonly arg: Path; readonly prefix: Path }
  | { readonly kind: 'likeRegex'; readonly arg: Path; readonly matches: (text: string) => boolean };

export interface JsonPath {
  readonly strict: boolean;
  readonly path: Path;
}

export function isPredicate(path: Path): path is Predicate {
  switch (path.kind) {
    case 'compare':
    case 'and':
    case 'or':
    case 'not':
    case 'isUnknown':
    case 'exists':
    case 'startsWith':
    case 'likeRegex':
      return true;
    default:
      return false;
  }
}
