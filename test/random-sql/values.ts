import { condition } from './conditions.ts';
import { literal, nullOf } from './literals.ts';
import { type Expr, expr, type Kind, leavesOf, type Making, MOST_ROWS, quote, type Scope } from './making.ts';
import { scalarQuery } from './subqueries.ts';

/** Digits that a number of a kind may have before the point, so that what is done with it stays in range. */
const ROOM: Partial<Record<Kind, number>> = { int: 8, bigint: 16, decimal: 20, double: 9 };

type Maker = () => Expr | undefined;

/** A value of a kind. Nothing in it fails, whatever the rows are. */
export function value(making: Making, scope: Scope, kind: Kind, depth: number): Expr {
  const { random } = making;
  const leaf: Maker = () => {
    const leaves = leavesOf(scope, kind, random);
    return leaves.length === 0 ? undefined : random.pick(leaves);
  };
  if (depth <= 0 || random.chance(0.3)) return (random.chance(0.85) ? leaf() : undefined) ?? literal(random, kind);
  const part = (of: Kind = kind): Expr => value(making, scope, of, depth - 1);
  const when = (): string => condition(making, scope, depth - 1);
  const general: readonly (readonly [number, Maker])[] = [
    [3, leaf],
    [0.4, () => nullOf(kind, 2)],
    [0.8, () => widest(kind, (a, b) => `case when ${when()} then ${a} else ${b} end`, part(), part())],
    [0.3, () => wrap(part(), (a) => `case when ${when()} then ${a} end`)],
    [
      0.3,
      () => {
        const leaves = leavesOf(scope, 'int', random);
        if (leaves.length === 0) return undefined;
        return widest(
          kind,
          (a, b) => `case ${random.pick(leaves).sql} when 1 then ${a} when 2 then ${b} end`,
          part(),
          part(),
        );
      },
    ],
    [0.9, () => widest(kind, (a, b) => `coalesce(${a}, ${b})`, part(), part())],
    [kind === 'approx' ? 0 : 0.5, () => wrap(part(), (a) => `nullif(${a}, ${part().sql})`)],
    [
      kind === 'approx' || kind === 'bool' ? 0 : 0.6,
      () => widest(kind, (a, b) => `${random.pick(['greatest', 'least'])}(${a}, ${b})`, part(), part()),
    ],
    [scope.rows < MOST_ROWS / 20 ? 0.8 : 0, () => scalarQuery(making, scope, kind, depth - 1)],
  ];
  for (let tries = 0; tries < 6; tries++) {
    const made = random.weighted([...general, ...special(making, scope, kind, depth)])();
    const room = ROOM[kind];
    if (made !== undefined && (room === undefined || made.digits <= room) && made.scale <= 9) return made;
  }
  return leaf() ?? literal(random, kind);
}

function wrap(inner: Expr, make: (sql: string) => string): Expr {
  return { ...inner, sql: make(inner.sql), plain: inner.plain === true && inner.kind !== 'decimal' };
}

/** Of two values of a kind: what has room for both. */
function widest(kind: Kind, make: (a: string, b: string) => string, a: Expr, b: Expr): Expr {
  const text = make(arithmetic(a), arithmetic(b));
  return expr(text, kind, Math.max(a.digits, b.digits), Math.max(a.scale, b.scale));
}

/** In a type wide enough for arithmetic. */
export function arithmetic({ sql, small }: Expr): string {
  return small === true ? `cast(${sql} as integer)` : sql;
}

function special(making: Making, scope: Scope, kind: Kind, depth: number): readonly (readonly [number, Maker])[] {
  const part = (of: Kind): Expr => value(making, scope, of, depth - 1);
  switch (kind) {
    case 'int':
      return ints(making, part);
    case 'bigint':
      return [
        [2, () => sumOf('bigint', '+', part('bigint'), part('int'))],
        [1, () => sumOf('bigint', '-', part('bigint'), part('bigint'))],
        [1, () => product('bigint', part('bigint'), part('int'))],
        [1, () => castTo('bigint', part('int'))],
        [0.5, () => negation(part('bigint'))],
      ];
    case 'decimal':
      return decimals(making, part);
    case 'double':
      return [
        [2, () => sumOf('double', making.random.pick(['+', '-']), part('double'), part('double'))],
        [1, () => doubled(part('double'), part('double'))],
        [1, () => castTo('double', part('int'))],
        [0.5, () => negation(part('double'))],
        [0.5, () => wrap(part('double'), (a) => `${making.random.pick(['abs', 'floor', 'ceil'])}(${a})`)],
      ];
    case 'approx':
      return [
        [2, () => quotient(part('decimal'), part('decimal'))],
        [2, () => quotient(part('decimal'), part('int'))],
        [1, () => quotient(part('double'), part('int'))],
        [1, () => expr(`(${part('approx').sql} + ${part('approx').sql})`, 'approx', 20)],
        [0.5, () => expr(`sqrt(abs(${arithmetic(part('int'))}))`, 'approx', 8)],
      ];
    case 'text':
      return texts(making, part);
    case 'bool':
      return [[5, () => expr(`(${condition(making, scope, depth - 1)})`, 'bool')]];
    case 'date':
    case 'timestamp':
      return times(making, kind, part);
  }
}

function fits({ kind, digits }: Expr): boolean {
  return digits < (ROOM[kind] ?? 20);
}

function sumOf(kind: Kind, operator: string, a: Expr, b: Expr): Expr | undefined {
  if (!fits(a) || !fits(b)) return undefined;
  const digits = Math.max(a.digits, b.digits) + 1;
  return expr(`(${arithmetic(a)} ${operator} ${arithmetic(b)})`, kind, digits, Math.max(a.scale, b.scale));
}

function product(kind: Kind, a: Expr, b: Expr): Expr {
  return expr(`(${arithmetic(a)} * ${arithmetic(b)})`, kind, a.digits + b.digits, a.scale + b.scale);
}

/** As long as it is exact. */
function doubled(a: Expr, b: Expr): Expr | undefined {
  const made = product('double', a, b);
  return made.digits + made.scale > 12 ? undefined : made;
}

function negation(a: Expr): Expr | undefined {
  return fits(a) ? { ...a, sql: `(- ${arithmetic(a)})`, small: false, plain: false } : undefined;
}

function quotient(a: Expr, b: Expr): Expr | undefined {
  // Sixteen decimals are added to the digits of the dividend.
  if (a.digits + b.scale > 18) return undefined;
  return expr(`(${arithmetic(a)} / nullif(${arithmetic(b)}, 0))`, 'approx', 20);
}

function castTo(kind: 'bigint' | 'double', a: Expr): Expr {
  return expr(`cast(${a.sql} as ${kind === 'double' ? 'double precision' : kind})`, kind, a.digits);
}

function ints(making: Making, part: (kind: Kind) => Expr): readonly (readonly [number, Maker])[] {
  const { random } = making;
  const field = (): string => random.pick(['year', 'month', 'day', 'quarter', 'doy', 'dow', 'isodow', 'week']);
  return [
    [3, () => sumOf('int', random.pick(['+', '-']), part('int'), part('int'))],
    [1.5, () => product('int', part('int'), part('int'))],
    [1, () => wrap(part('int'), (a) => `(cast(${a} as integer) / nullif(${arithmetic(part('int'))}, 0))`)],
    [1, () => wrap(part('int'), (a) => `(cast(${a} as integer) % nullif(${arithmetic(part('int'))}, 0))`)],
    [0.6, () => negation(part('int'))],
    [0.6, () => ({ ...part('int'), ...wrap(part('int'), (a) => `abs(cast(${a} as integer))`), small: false })],
    [1, () => expr(`${random.pick(['length', 'char_length'])}(${part('text').sql})`, 'int', 3)],
    [0.6, () => expr(`position(${part('text').sql} in ${part('text').sql})`, 'int', 3)],
    [1.2, () => expr(`cast(extract(${field()} from ${part('date').sql}) as integer)`, 'int', 4)],
    [
      0.8,
      () =>
        expr(
          `cast(extract(${random.pick(['hour', 'minute', 'year', 'month'])} from ${part('timestamp').sql}) as integer)`,
          'int',
          4,
        ),
    ],
    [0.6, () => expr(`(${part('date').sql} - ${part('date').sql})`, 'int', 6)],
    [
      0.6,
      () => {
        const of = part('decimal');
        return of.digits > 8 ? undefined : expr(`cast(${of.sql} as integer)`, 'int', of.digits + 1);
      },
    ],
    [0.3, () => expr(`cast(${quote(String(random.integer(-50, 400)))} as integer)`, 'int', 3)],
  ];
}

function decimals({ random }: Making, part: (kind: Kind) => Expr): readonly (readonly [number, Maker])[] {
  return [
    [
      3,
      () =>
        sumOf('decimal', random.pick(['+', '-']), part('decimal'), part(random.pick(['decimal', 'decimal', 'int']))),
    ],
    [2, () => product('decimal', part('decimal'), part(random.pick(['decimal', 'int'])))],
    [0.6, () => negation(part('decimal'))],
    [0.5, () => wrap(part('decimal'), (a) => `abs(${a})`)],
    [
      1,
      () => {
        const of = part('decimal');
        const scale = random.integer(0, Math.max(0, of.scale - 1));
        return { ...of, sql: `round(${of.sql}, ${scale})`, digits: of.digits + 1, scale, plain: false };
      },
    ],
    [
      0.7,
      () => {
        const of = part('decimal');
        return {
          ...of,
          sql: `${random.pick(['floor', 'ceil', 'ceiling', 'trunc'])}(${of.sql})`,
          digits: of.digits + 1,
          scale: 0,
          plain: false,
        };
      },
    ],
    [
      1,
      () => {
        const of = part(random.pick(['decimal', 'int', 'bigint']));
        const scale = random.integer(0, 4);
        const digits = Math.max(of.digits + 1, 3);
        return {
          ...expr(`cast(${of.sql} as numeric(${digits + scale},${scale}))`, 'decimal', digits, scale),
          plain: true,
        };
      },
    ],
    [
      0.5,
      () => {
        const of = part('decimal');
        return { ...of, sql: `(${of.sql} % nullif(${part('decimal').sql}, 0))`, plain: false, scale: 6 };
      },
    ],
  ];
}

function texts({ random }: Making, part: (kind: Kind) => Expr): readonly (readonly [number, Maker])[] {
  const text = (sql: string, longest: number): Expr => expr(sql, 'text', longest);
  const small = (): number => random.integer(0, 4);
  return [
    [
      2,
      () => {
        const [a, b] = [part('text'), part('text')];
        return a.digits + b.digits > 60 ? undefined : text(`(${a.sql} || ${b.sql})`, a.digits + b.digits);
      },
    ],
    [1.2, () => wrap(part('text'), (a) => `${random.pick(['lower', 'upper'])}(${a})`)],
    [1, () => wrap(part('text'), (a) => `substring(${a} from ${small()} for ${small()})`)],
    [0.8, () => wrap(part('text'), (a) => `substr(${a}, ${random.integer(1, 4)})`)],
    [0.8, () => wrap(part('text'), (a) => `${random.pick(['left', 'right'])}(${a}, ${random.integer(-2, 4)})`)],
    [
      0.7,
      () =>
        wrap(
          part('text'),
          (a) => `replace(${a}, ${quote(random.pick(['a', 'b', 'ab', 'ä']))}, ${quote(random.pick(['', 'x', 'yy']))})`,
        ),
    ],
    [0.8, () => wrap(part('text'), (a) => `${random.pick(['trim', 'ltrim', 'rtrim'])}(${a})`)],
    [0.4, () => wrap(part('text'), (a) => `trim(${random.pick(['leading', 'trailing', 'both'])} 'a' from ${a})`)],
    [0.5, () => wrap(part('text'), (a) => `reverse(${a})`)],
    [0.4, () => text(`repeat(${part('text').sql}, ${random.integer(0, 2)})`, 20)],
    [0.4, () => text(`lpad(${part('text').sql}, ${random.integer(1, 6)}, 'xy')`, 6)],
    [0.4, () => text(`rpad(${part('text').sql}, ${random.integer(1, 6)}, '.')`, 6)],
    [
      0.4,
      () =>
        wrap(part('text'), (a) => `split_part(${a}, ${quote(random.pick(['a', ',', ' ']))}, ${random.integer(1, 2)})`),
    ],
    [0.4, () => wrap(part('text'), (a) => `translate(${a}, 'abc', 'xy')`)],
    [0.6, () => text(`concat(${part('text').sql}, ${quote('-')}, ${part('text').sql})`, 30)],
    [0.3, () => text(`concat_ws('/', ${part('text').sql}, ${part('text').sql})`, 30)],
    [0.3, () => text(`md5(${part('text').sql})`, 32)],
    [
      1.2,
      () => {
        const of = part(random.pick<Kind>(['int', 'bigint', 'decimal', 'date', 'timestamp']));
        return of.kind === 'decimal' && of.plain !== true ? undefined : text(`cast(${of.sql} as varchar)`, 20);
      },
    ],
  ];
}

function times(
  { random }: Making,
  kind: 'date' | 'timestamp',
  part: (kind: Kind) => Expr,
): readonly (readonly [number, Maker])[] {
  const sign = (): string => random.pick(['+', '-']);
  const interval = (): string =>
    `interval '${random.integer(0, 40)} ${random.pick(['day', 'month', 'year', 'hour', 'minute'])}'`;
  if (kind === 'date') {
    return [
      [2, () => expr(`(${part('date').sql} ${sign()} ${random.integer(0, 400)})`, 'date')],
      [1, () => expr(`cast(${part('timestamp').sql} as date)`, 'date')],
      [0.5, () => expr(`cast((${part('date').sql} ${sign()} ${interval()}) as date)`, 'date')],
      [
        0.4,
        () =>
          expr(`make_date(${random.integer(1990, 2030)}, ${random.integer(1, 12)}, ${random.integer(1, 28)})`, 'date'),
      ],
      [0.3, () => expr(`cast(${quote('2020-03-01')} as date)`, 'date')],
    ];
  }
  return [
    [1, () => expr(`cast(${part('date').sql} as timestamp)`, 'timestamp')],
    [1, () => expr(`(${part('date').sql} ${sign()} ${interval()})`, 'timestamp')],
    [1, () => expr(`(${part('timestamp').sql} ${sign()} ${interval()})`, 'timestamp')],
    [
      1,
      () => {
        const unit = random.pick(['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second']);
        return expr(`date_trunc('${unit}', ${part('timestamp').sql})`, 'timestamp');
      },
    ],
  ];
}
