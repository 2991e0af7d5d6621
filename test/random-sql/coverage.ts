import type { Query } from '../../grammars/sql/tree.ts';
import { calledName, isNode, symbolOf, walkTree } from './tree.ts';

/** In how many queries each feature of the language stands. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  add(features: Iterable<string>): void {
    for (const feature of new Set(features)) this.#counts.set(feature, (this.#counts.get(feature) ?? 0) + 1);
  }

  get(feature: string): number {
    return this.#counts.get(feature) ?? 0;
  }

  /** Features with their counts, by name. */
  toString(): string {
    return [...this.#counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([feature, count]) => `${feature} ${count}`)
      .join(', ');
  }

  /** Those of the features that stand in fewer queries than they must. */
  below(least: Readonly<Record<string, number>>): readonly string[] {
    return Object.entries(least).flatMap(([feature, count]) =>
      this.get(feature) < count ? [`${feature}: ${this.get(feature)} instead of ${count}`] : [],
    );
  }
}

/** What a query is made of: clauses, operators, functions by name. */
export function featuresOf(query: Query): ReadonlySet<string> {
  const features = new Set<string>();
  walkTree(query, (node) => {
    switch (node.kind) {
      case 'identifier':
      case 'name':
      case 'operator':
      case 'column':
      case 'selectItem':
      case 'tableAlias':
      case 'aliasColumn':
      case 'argument':
      case 'namedType':
      case 'number':
      case 'string':
      case 'on':
      case 'orderItem':
      case 'caseArm':
      case 'valuesRow':
      case 'groupingSet':
      case 'commonTable':
      case 'table':
      case 'select':
        break;
      case 'call':
        features.add(`${calledName(node)}()`);
        if (node.distinct === true) features.add('aggregate distinct');
        if (isNode(node.filter)) features.add('aggregate filter');
        if (isNode(node.over)) features.add('window');
        if (Array.isArray(node.orderBy) && node.orderBy.length > 0) features.add('aggregate order by');
        if (Array.isArray(node.withinGroup) && node.withinGroup.length > 0) features.add('within group');
        break;
      case 'binary':
      case 'unary':
        features.add(`${node.kind === 'unary' ? 'unary ' : ''}${symbolOf(node)}`);
        break;
      case 'quantified':
        features.add(`${symbolOf(node)} ${String(node.quantifier)}`);
        break;
      case 'join':
        features.add(`${node.asof === true ? 'asof ' : ''}${String(node.type)} join`);
        if (isNode(node.condition)) features.add(`join ${node.condition.kind}`);
        break;
      case 'derivedTable':
        features.add(node.lateral === true ? 'lateral' : 'derived table');
        break;
      case 'setOperation':
        features.add(`${String(node.operator)}${node.all === true ? ' all' : ''}`);
        break;
      case 'with':
        features.add(node.recursive === true ? 'with recursive' : 'with');
        break;
      case 'extract':
        features.add(`extract ${String(node.field)}`);
        break;
      case 'windowFrame':
        features.add(`frame ${String(node.unit)}`);
        break;
      case 'inQuery':
        features.add(node.not === true ? 'not in query' : 'in query');
        break;
      case 'groupBy':
        features.add('group by');
        break;
      default:
        features.add(node.kind);
    }
    if (isNode(node.having)) features.add('having');
    if (isNode(node.where)) features.add('where');
    if (isNode(node.offset) && node.kind === 'query') features.add('offset');
    if (node.kind === 'query' && Array.isArray(node.orderBy) && node.orderBy.length > 0) features.add('order by');
    if (typeof node.nulls === 'string') features.add(`nulls ${node.nulls}`);
  });
  return features;
}
