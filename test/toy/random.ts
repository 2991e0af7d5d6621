/** Statements of the small language, made at random; none of them fails, and each determines its result. */

/** Marsaglia's xorshift: the same numbers for a seed, always. */
function numbers(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const FIELDS = ['k', 'x', 'y', 'xs'];
const TABLES = ['a', 'b'];
const LITERALS = ['0', '1', '2', '1.0', '"a"', 'null', 'true', '[]', '[1, 2]', '{x: 1}'];

interface Query {
  readonly text: string;
  /** Whether its rows come in an order. */
  readonly ordered: boolean;
}

export function randomStatement(seed: number): string {
  const random = numbers(seed);
  const chance = (probability: number): boolean => random() < probability;
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  let variables = 0;

  function field(scope: readonly string[]): string {
    return `${pick(scope)}.${pick(FIELDS)}`;
  }

  function leaf(scope: readonly string[]): string {
    if (scope.length === 0 || chance(0.2)) return pick(LITERALS);
    return chance(0.2) ? pick(scope) : field(scope);
  }

  function value(scope: readonly string[], depth: number): string {
    const kind = Math.floor(random() * 12);
    switch (kind) {
      case 0:
        return `[${leaf(scope)}, ${value(scope, depth - 1)}]`;
      case 1:
        return `{p: ${leaf(scope)}, q: ${value(scope, depth - 1)}}`;
      case 2:
        return `(${condition(scope, depth - 1)} ? ${value(scope, depth - 1)} : ${leaf(scope)})`;
      case 3:
        return scope.length === 0 ? leaf(scope) : `MAP(${pick(scope)}.xs, e -> [e, ${leaf([...scope, 'e'])}])`;
      case 4:
      case 5:
        return depth <= 0 ? leaf(scope) : `(${query(scope, depth - 1, true).text})`;
      case 6:
        return depth <= 0 ? leaf(scope) : `LENGTH((${query(scope, depth - 1, false).text}))`;
      case 7:
        return depth <= 0 ? leaf(scope) : `FIRST(${query(scope, depth - 1, true).text})`;
      default:
        return leaf(scope);
    }
  }

  function condition(scope: readonly string[], depth: number): string {
    const kind = Math.floor(random() * 9);
    switch (kind) {
      case 0:
        return `(${condition(scope, depth - 1)} && ${condition(scope, depth - 1)})`;
      case 1:
        return depth <= 0 ? leaf(scope) : `(${condition(scope, depth - 1)} || ${condition(scope, depth - 1)})`;
      case 2:
        return depth <= 0 ? leaf(scope) : `${chance(0.5) ? '!' : ''}EXISTS(${query(scope, depth - 1, false).text})`;
      case 3:
        return depth <= 0 ? leaf(scope) : `${leaf(scope)} IN (${query(scope, depth - 1, false).text})`;
      case 4:
        return scope.length === 0 ? 'true' : `${leaf(scope)} IN ${pick(scope)}.xs`;
      default:
        return `${leaf(scope)} ${pick(['==', '==', '==', '!=', '<', '>='])} ${leaf(scope)}`;
    }
  }

  function query(outer: readonly string[], depth: number, mustOrder: boolean): Query {
    let own: string[] = [];
    let ordered = true;
    const clauses: string[] = [];
    const scope = (): readonly string[] => [...outer, ...own];
    const fresh = (): string => `v${variables++}`;
    const loops = chance(0.6) ? 1 : 2;
    for (let i = 0; i < loops; i++) {
      const name = fresh();
      const source = Math.floor(random() * 6);
      if (source === 0 && scope().length > 0) clauses.push(`FOR ${name} IN ${pick(scope())}.xs`);
      else if (source === 1 && depth > 0) {
        const inner = query(scope(), depth - 1, false);
        clauses.push(`FOR ${name} IN (${inner.text})`);
        ordered &&= inner.ordered;
      } else if (source === 2) clauses.push(`FOR ${name} IN [${leaf(scope())}, ${leaf(scope())}]`);
      else {
        clauses.push(`FOR ${name} IN ${pick(TABLES)}`);
        ordered = false;
      }
      own.push(name);
      if (chance(0.7)) clauses.push(`FILTER ${condition(scope(), depth)}`);
    }
    if (chance(0.4)) {
      const name = fresh();
      clauses.push(`LET ${name} = ${value(scope(), depth)}`);
      own.push(name);
    }
    if (chance(0.25)) {
      const [group, count, most] = [fresh(), fresh(), fresh()];
      clauses.push(`COLLECT ${group} = ${leaf(scope())} AGGREGATE ${count} = COUNT(), ${most} = MAX(${leaf(scope())})`);
      own = [group, count, most];
      ordered = true;
      if (chance(0.3)) clauses.push(`FILTER ${condition(scope(), depth)}`);
    }
    if ((mustOrder && !ordered) || chance(0.2)) {
      // Rows that are equal in all variables may come in any order.
      clauses.push(`SORT [${own.join(', ')}]${chance(0.3) ? ' DESC' : ''}`);
      ordered = true;
      if (chance(0.3)) clauses.push(`LIMIT ${chance(0.3) ? '1, ' : ''}${pick([0, 1, 2, 3])}`);
    }
    const distinct = !mustOrder && chance(0.1);
    clauses.push(`RETURN ${distinct ? 'DISTINCT ' : ''}${value(scope(), depth)}`);
    return { text: clauses.join(' '), ordered: ordered && !distinct };
  }

  return query([], 3, chance(0.5)).text;
}
