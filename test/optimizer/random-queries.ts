import { pick, type Random } from './answers.ts';

/** Queries over the tables of answers.ts with joins of all kinds, nested subqueries in every place, and grouping. */
export function randomQuery(random: Random): string {
  return new QueryMaker(random).query();
}

type Names = readonly [string, ...string[]];

interface From {
  readonly text: string;
  readonly names: Names;
}

class QueryMaker {
  readonly #random: Random;
  #tables = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  query(): string {
    const { text, names } = this.#from([], 2);
    const where = this.#condition(names, [], 2);
    const group = this.#column(names);
    const [one, other] = [this.#pick(names), this.#pick(names)];
    return this.#pick<() => string>([
      () =>
        `select ${group}, count(*), sum(${this.#value(names, [], 0)}), max(${this.#column(names)}) from ${text} where ${where} group by ${group}`,
      () =>
        `select ${one}.id, ${one}.x, ${one}.y, count(${other}.id), sum(${other}.y), count(*) from ${text} where ${where} group by ${one}.id, ${one}.x, ${one}.y`,
      () => `select distinct ${group}, ${this.#value(names, [], 1)} from ${text} where ${where}`,
      () =>
        `select ${names.map((name) => `${name}.id`).join(', ')}, ${this.#value(names, [], 2)} from ${text} where ${where}`,
      () => `select ${one}.id, ${this.#value(names, [], 2)} from ${text} where ${where}`,
    ])();
  }

  #pick<T>(list: readonly [T, ...T[]]): T {
    return pick(this.#random, list);
  }

  #chance(oneIn: number): boolean {
    return this.#random(oneIn) === 0;
  }

  #column(names: Names): string {
    return `${this.#pick(names)}.${this.#pick(['id', 'x', 'y'])}`;
  }

  #comparison(): string {
    return this.#pick(['=', '=', '=', '<>', '<', '>=', '>', '<=']);
  }

  #relation(depth: number): { readonly text: string; readonly name: string } {
    const name = `t${this.#tables++}`;
    const table = this.#pick(['a', 'b', 'c']);
    if (depth === 0 || !this.#chance(5)) return { text: `${table} ${name}`, name };
    const derived = this.#pick([
      `select id, x, y from ${table}`,
      `select x as id, y as x, count(*) as y from ${table} group by x, y`,
      `select id, x, y from ${table} where x > 0 union all select id, y, x from ${this.#pick(['a', 'b', 'c'])}`,
      `select distinct x as id, y as x, y + 1 as y from ${table}`,
      `select id, x, y from ${table} order by y, id limit 3`,
    ]);
    return { text: `(${derived}) ${name}`, name };
  }

  #from(outer: readonly string[], depth: number): From {
    const first = this.#relation(depth);
    let { text } = first;
    let names: Names = [first.name];
    for (let joins = this.#random(depth > 0 ? 3 : 2); joins > 0; joins--) {
      const next = this.#relation(depth);
      const equality = `${this.#column(names)} = ${this.#column([next.name])}`;
      const extended: Names = [...names, next.name];
      const kind = this.#pick(['join', 'join', 'left join', 'left join', 'full join']);
      const more = kind !== 'full join' && this.#chance(3) ? ` and ${this.#condition(extended, outer, depth - 1)}` : '';
      text = `${text} ${kind} ${next.text} on ${equality}${more}`;
      names = extended;
    }
    return { text, names };
  }

  /** A value of type integer or bigint over columns in sight. */
  #value(own: Names, outer: readonly string[], depth: number): string {
    const [first, ...rest] = this.#chance(3) && outer.length > 0 ? outer : own;
    const names: Names = first === undefined ? own : [first, ...rest];
    const simple: readonly [() => string, ...(() => string)[]] = [
      () => this.#column(names),
      () => this.#column(names),
      () => `${this.#random(4)}`,
      () => `${this.#column(names)} + ${this.#random(2)}`,
      () => `coalesce(${this.#column(names)}, ${this.#random(3)})`,
    ];
    if (depth <= 0) return this.#pick(simple)();
    return this.#pick<() => string>([
      ...simple,
      () => `(${this.#aggregateQuery([...own, ...outer], depth - 1)})`,
      () => `(${this.#firstQuery([...own, ...outer], depth - 1)})`,
      () => {
        const when = this.#condition(own, outer, depth - 1);
        return `case when ${when} then ${this.#column(names)} else ${this.#value(own, outer, depth - 1)} end`;
      },
    ])();
  }

  /** One row, and one value in it. */
  #aggregateQuery(outer: readonly string[], depth: number): string {
    const { text, names } = this.#from(outer, depth);
    const [first = 't0', ...rest] = outer;
    const aggregate = this.#pick([
      'count(*)',
      `count(${this.#column(names)})`,
      `sum(${this.#column(names)})`,
      `max(${this.#column(names)})`,
      `min(${this.#value(names, outer, 0)})`,
      `count(*) + ${this.#random(2)}`,
      `coalesce(sum(${this.#column(names)}), 0)`,
      `count(distinct ${this.#column(names)})`,
      `sum(${this.#column(names)}) + ${this.#column([first, ...rest])}`,
    ]);
    const having = this.#chance(6) ? ` having count(*) ${this.#comparison()} ${this.#random(3)}` : '';
    return `select ${aggregate} from ${text} where ${this.#condition(names, outer, depth)}${having}`;
  }

  /** The first row of several, in an order that leaves no choice of values. */
  #firstQuery(outer: readonly string[], depth: number): string {
    const { text, names } = this.#from(outer, depth);
    const keys = names.flatMap((name) => [`${name}.y`, `${name}.id`, `${name}.x`]);
    const where = this.#condition(names, outer, depth);
    return `select ${this.#column(names)} from ${text} where ${where} order by ${keys.join(', ')} limit 1`;
  }

  /** Rows of one column. */
  #columnQuery(outer: readonly string[], depth: number): string {
    const { text, names } = this.#from(outer, depth);
    const where = this.#condition(names, outer, depth);
    const column = this.#column(names);
    return this.#pick([
      `select ${column} from ${text} where ${where} group by ${column}`,
      `select ${column} from ${text} where ${where} group by ${column} having count(*) > 1`,
      `select distinct ${column} from ${text} where ${where}`,
      `select ${column} from ${text} where ${where} union select ${this.#random(4)}`,
      `select ${this.#value(names, outer, 0)} from ${text} where ${where}`,
      `select ${this.#value(names, outer, 0)} from ${text} where ${where}`,
    ]);
  }

  #condition(own: Names, outer: readonly string[], depth: number): string {
    const [first, ...rest] = this.#chance(2) && outer.length > 0 ? outer : own;
    const others: Names = first === undefined ? own : [first, ...rest];
    const all = [...own, ...outer];
    const simple: readonly [() => string, ...(() => string)[]] = [
      () => `${this.#column(own)} ${this.#comparison()} ${this.#random(4)}`,
      () => `${this.#column(own)} ${this.#comparison()} ${this.#column(others)}`,
      () => `${this.#column(own)} ${this.#comparison()} ${this.#column(others)}`,
      () => `${this.#column(own)} is ${this.#pick(['', 'not '])}null`,
      () => `${this.#column(own)} in (${this.#random(4)}, ${this.#random(4)})`,
      () => `${this.#column(own)} is distinct from ${this.#column(others)}`,
    ];
    const again = (): string => this.#condition(own, outer, depth - 1);
    if (depth < 0) return this.#pick(simple)();
    const logic: readonly (() => string)[] = [
      () => `(${again()} or ${again()})`,
      () => `${again()} and ${again()}`,
      () => `not (${again()})`,
    ];
    if (depth === 0) return this.#pick([...simple, ...logic])();
    const not = this.#pick(['', 'not ']);
    const value = (): string => this.#value(own, outer, 0);
    const exists = (): string => {
      const { text, names } = this.#from(all, depth - 1);
      return `${not}exists (select 1 from ${text} where ${this.#condition(names, all, depth - 1)})`;
    };
    return this.#pick([
      ...simple,
      ...logic,
      exists,
      exists,
      () => `${value()} ${not}in (${this.#columnQuery(all, depth - 1)})`,
      () => `${value()} ${not}in (${this.#columnQuery(all, depth - 1)})`,
      () => `${value()} ${this.#comparison()} (${this.#aggregateQuery(all, depth - 1)})`,
      () => `${value()} ${this.#comparison()} ${this.#pick(['any', 'all'])} (${this.#columnQuery(all, depth - 1)})`,
      () => `${this.#value(own, outer, depth - 1)} ${this.#comparison()} ${this.#value(own, outer, depth - 1)}`,
    ])();
  }
}
