import { and, caseOf, cast, columnRef, constant, inList, nullOf, or, parameter } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import type { ColumnIds } from '../../compiler/ir/columns.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import { canCast } from '../../compiler/types/cast.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import * as T from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { Random } from './random.ts';
import { NESTED_TYPES, someValue, TYPES } from './values.ts';

type Make = (random: Random) => Expression | undefined;
type Argument = T.Type | 'small' | 'pattern' | 'field' | 'letter' | 'key';

/** Calls by the type that they are wanted for; what a call gives is cast to it where it is another one. */
interface Form {
  readonly fn: string;
  readonly args: readonly Argument[];
}

const forms = (text: string, ...types: readonly Argument[]): readonly Form[] =>
  text.split(' ').map((fn) => ({ fn, args: types }));

const TEXT_FORMS: readonly Form[] = [
  ...forms('lower upper initcap reverse trim ltrim rtrim md5', T.UTF8),
  ...forms('left right repeat', T.UTF8, 'small'),
  ...forms('substring', T.UTF8, 'small', 'small'),
  ...forms('concat_op', T.UTF8, T.UTF8),
  ...forms('concat', T.UTF8, T.UTF8, T.INT32),
  ...forms('replace translate', T.UTF8, 'letter', 'letter'),
  ...forms('split_part', T.UTF8, 'letter', 'small'),
];
const BOOL_FORMS: readonly Form[] = [
  ...forms('is_true is_not_true is_false is_not_false not', T.BOOL),
  ...forms('like ilike', T.UTF8, 'pattern'),
  ...forms('starts_with', T.UTF8, 'letter'),
  ...forms('list_contains', T.list(T.INT32), T.INT32),
  ...forms('any_has', T.ANY, 'key'),
];
const INTEGER_FORMS: readonly Form[] = [
  ...forms('length octet_length ascii', T.UTF8),
  ...forms('position', T.UTF8, 'letter'),
  ...forms('list_length', T.list(T.INT32)),
  ...forms('extract', 'field', T.DATE),
  ...forms('extract', 'field', T.TIMESTAMP),
  ...forms('subtract', T.DATE, T.DATE),
];

/** Makes expressions that read some columns. Most of them do not fail; whoever uses one must see to those that do. */
export class Expressions {
  readonly #random: Random;
  readonly #columns: readonly Column[];
  readonly #parameters: Value[];
  readonly #ids: ColumnIds;

  /** `parameters` gets the values of the parameters that expressions refer to. */
  constructor(random: Random, columns: readonly Column[], parameters: Value[], ids: ColumnIds) {
    this.#random = random;
    this.#columns = columns;
    this.#parameters = parameters;
    this.#ids = ids;
  }

  /** The types of the columns, and now and then another one. */
  someType(): T.Type {
    const { type } = this.#columns.length > 0 && this.#random.chance(0.8) ? this.#random.pick(this.#columns) : {};
    return type ?? this.#random.pick(this.#random.chance(0.9) ? TYPES : NESTED_TYPES);
  }

  of(type: T.Type, depth: number): Expression {
    const random = this.#random;
    if (depth <= 0 || random.chance(0.25)) return this.leaf(type);
    for (let attempt = 0; attempt < 4; attempt++) {
      const made = attemptTo(() => this.#compound(type, depth));
      if (made !== undefined && T.typeEquals(made.type, type)) return made;
    }
    return this.leaf(type);
  }

  condition(depth: number): Expression {
    return this.of(T.BOOL, depth);
  }

  /** A comparison of a column with a constant, as scans make the most of. */
  bound(): Expression {
    const random = this.#random;
    if (this.#columns.length === 0) return this.condition(1);
    const column = random.pick(this.#columns);
    const sides = [columnRef(column), constant(someValue(random, column.type), column.type)];
    const fn = random.pick(['eq', 'lt', 'le', 'gt', 'ge', 'ge', 'le', 'ne']);
    return call(fn, random.chance(0.8) ? sides : sides.reverse());
  }

  leaf(type: T.Type): Expression {
    const random = this.#random;
    const fitting = this.#columns.filter((column) => T.typeEquals(column.type, type));
    if (fitting.length > 0 && random.chance(0.85)) return columnRef(random.pick(fitting));
    if (random.chance(0.04)) return nullOf(type);
    const value = someValue(random, type);
    if (random.chance(0.85)) return constant(value, type);
    this.#parameters.push(value);
    return parameter(this.#parameters.length - 1, type);
  }

  #compound(type: T.Type, depth: number): Expression | undefined {
    const random = this.#random;
    const specific = this.#specific(type, depth);
    const generic: readonly (readonly [number, Make])[] = [
      [3, () => this.#case(type, depth)],
      [2, () => call('coalesce', [this.of(type, depth - 1), this.of(type, depth - 1)])],
      [1, () => call('nullif', [this.of(type, depth - 1), this.of(type, depth - 1)])],
      [1, () => call(random.pick(['greatest', 'least']), [this.of(type, depth - 1), this.of(type, depth - 1)])],
      [2, () => this.#converted(type, depth)],
    ];
    return random.chance(0.65) && specific.length > 0
      ? random.pick(specific)(random)
      : random.weighted(generic)(random);
  }

  #case(type: T.Type, depth: number): Expression {
    const branches = Array.from({ length: this.#random.integer(1, 2) }, () => ({
      when: this.condition(depth - 1),
      then: this.of(type, depth - 1),
    }));
    return caseOf(branches, this.#random.chance(0.3) ? nullOf(type) : this.of(type, depth - 1));
  }

  /** A cast, but for those whose text would tell apart what compares as equal. */
  #converted(type: T.Type, depth: number): Expression | undefined {
    const from = this.#random.pick(TYPES);
    const vague = ['float32', 'float64', 'interval', 'any'].includes(from.kind);
    if (!canCast(from, type) || from.kind === 'utf8' || (vague && type.kind === 'utf8')) return undefined;
    if (from.kind === 'interval') return undefined;
    return cast(this.of(from, depth - 1), type, this.#random.chance(0.5) ? 'null' : 'error');
  }

  #specific(type: T.Type, depth: number): readonly Make[] {
    const sub = (t: T.Type) => this.of(t, depth - 1);
    const formed = (list: readonly Form[]): Make => {
      return (random) => {
        const { fn, args } = random.pick(list);
        const made = call(
          fn,
          args.map((argument) => this.#argument(argument, depth - 1)),
        );
        return cast(made, type);
      };
    };
    const arithmetic: Make = (random) => {
      const fn = random.pick(['add', 'subtract', 'multiply', 'add', 'subtract', 'modulo', 'divide']);
      const divisor = fn === 'modulo' || fn === 'divide';
      const right = divisor ? this.#nonZero(type) : sub(type);
      return cast(call(fn, [sub(type), right]), type);
    };
    const unary: Make = (random) => cast(call(random.pick(['negate', 'abs', 'sign']), [sub(type)]), type);
    switch (type.kind) {
      case 'bool':
        return [
          () => this.#comparison(depth),
          () => this.#comparison(depth),
          () => this.#comparison(depth),
          (random) =>
            (random.chance(0.5) ? and : or)([sub(T.BOOL), sub(T.BOOL), ...(random.chance(0.3) ? [sub(T.BOOL)] : [])]),
          () => this.#membership(depth),
          (random) => call(random.pick(['is_null', 'is_not_null']), [sub(this.someType())]),
          formed(BOOL_FORMS),
        ];
      case 'int8':
      case 'int16':
        return [arithmetic, unary];
      case 'int32':
      case 'int64':
        return [arithmetic, arithmetic, unary, formed(INTEGER_FORMS)];
      case 'decimal':
        return [
          arithmetic,
          unary,
          (random) => cast(call(random.pick(['round', 'trunc', 'ceil', 'floor']), [sub(type)]), type),
        ];
      case 'float32':
      case 'float64':
        return [arithmetic, unary, (random) => cast(call(random.pick(['ceil', 'floor', 'trunc']), [sub(type)]), type)];
      case 'utf8':
        return [formed(TEXT_FORMS)];
      case 'date':
        return [
          () => call('add', [sub(T.DATE), this.#argument('small', depth)]),
          () => call('subtract', [sub(T.DATE), this.#argument('small', depth)]),
        ];
      case 'timestamp':
      case 'timestamptz':
        return [
          (random) => call('date_trunc', [constant(random.pick(['month', 'day', 'year', 'hour']), T.UTF8), sub(type)]),
          () => call('add', [sub(type), constant({ months: 1, days: -1, micros: 5n }, T.INTERVAL)]),
        ];
      case 'interval':
        return [() => call('subtract', [sub(T.TIMESTAMP), sub(T.TIMESTAMP)])];
      case 'any':
        return [() => call('any_get', [sub(type), this.#argument('key', depth)])];
      case 'list':
        return [() => this.#lambda('list_transform', type), () => this.#lambda('list_filter', type)];
      default:
        return [];
    }
  }

  #comparison(depth: number): Expression {
    const random = this.#random;
    const type = this.someType();
    const fn = random.pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'ne', 'is_distinct', 'is_not_distinct']);
    return call(fn, [this.of(type, depth - 1), this.of(type, depth - 1)]);
  }

  #membership(depth: number): Expression {
    const random = this.#random;
    const type = this.someType();
    const values: Value[] = Array.from({ length: random.integer(1, 5) }, () => someValue(random, type));
    if (random.chance(0.15)) values.push(null);
    return inList(this.of(type, depth - 1), values);
  }

  /** An element's own column is in reach of the body beside those of the row. */
  #lambda(fn: 'list_transform' | 'list_filter', type: T.Type & { readonly kind: 'list' }): Expression {
    const element: Column = { id: this.#ids.next(), name: 'element', type: type.element, nullable: true };
    const inner = new Expressions(this.#random, [...this.#columns, element, element], this.#parameters, this.#ids);
    const body = inner.of(fn === 'list_filter' ? T.BOOL : type.element, 1);
    return call(fn, [
      this.leaf(type),
      { kind: 'lambda', parameters: [element], body, type: body.type, nullable: body.nullable },
    ]);
  }

  #nonZero(type: T.Type): Expression {
    const five: Value =
      type.kind === 'int64'
        ? 5n
        : type.kind === 'decimal'
          ? 5n * 10n ** BigInt(type.scale)
          : type.kind === 'any'
            ? 5
            : 5;
    return constant(five, type);
  }

  #argument(argument: Argument, depth: number): Expression {
    const random = this.#random;
    switch (argument) {
      case 'small':
        return random.chance(0.8) ? constant(random.integer(1, 4), T.INT32) : this.of(T.INT8, 0);
      case 'pattern':
        return constant(random.pick(['%a%', 'a%', '%e%t%', '_', '%', 'a_c', '', '%ß%', 'exactly%by']), T.UTF8);
      case 'letter':
        return constant(random.pick(['a', ' ', 'ab', 'e', '日', '', 'text']), T.UTF8);
      case 'field':
        return constant(random.pick(['year', 'month', 'day', 'dow', 'quarter', 'week']), T.UTF8);
      case 'key':
        return random.chance(0.5) ? constant('a', T.UTF8) : constant(BigInt(random.integer(0, 1)), T.INT64);
      default:
        return this.of(argument, depth);
    }
  }
}

/** Not every form takes every type that comes up: undefined then. */
function attemptTo<R>(make: () => R): R | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof OrbitError) return undefined;
    throw error;
  }
}
