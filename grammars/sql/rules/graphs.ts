import { k, t } from '../tokens.ts';
import type {
  CreatePropertyGraph,
  GraphEnd,
  GraphLabel,
  GraphProperties,
  GraphProperty,
  GraphTable,
  Identifier,
} from '../tree.ts';
import { type CreateHead, noHead } from './create-head.ts';
import { NewTypeRules } from './new-types.ts';

/** CREATE PROPERTY GRAPH */
export abstract class GraphRules extends NewTypeRules {
  protected readonly createPropertyGraph = this.rule(
    'createPropertyGraph',
    (head: CreateHead = noHead): CreatePropertyGraph => {
      this.CONSUME(k.property);
      this.CONSUME(k.graph);
      const ifNotExists = this.SUBRULE(this.ifNotExists);
      const name = this.SUBRULE(this.qualifiedName);
      const vertices = this.OPTION(() => {
        this.OR([this.keyword(k.vertex, undefined), this.keyword(k.node, undefined)]);
        this.CONSUME(k.tables);
        return this.SUBRULE(this.graphTables, { ARGS: [false] });
      });
      const edges = this.OPTION1(() => {
        this.OR1([this.keyword(k.edge, undefined), this.keyword(k.relationship, undefined)]);
        this.CONSUME1(k.tables);
        return this.SUBRULE1(this.graphTables, { ARGS: [true] });
      });
      return {
        kind: 'createPropertyGraph',
        name,
        orReplace: head.orReplace,
        temporary: head.temporary,
        ifNotExists,
        vertices: vertices ?? [],
        edges: edges ?? [],
        range: this.since(head.start),
      };
    },
  );

  private readonly graphTables = this.rule('graphTables', (edges: boolean = false): readonly GraphTable[] => {
    const tables: GraphTable[] = [];
    this.CONSUME(t.leftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => tables.push(this.SUBRULE(this.graphTable, { ARGS: [edges] })) });
    this.CONSUME(t.rightParen);
    return tables;
  });

  private readonly graphTable = this.rule('graphTable', (edge: boolean = false): GraphTable => {
    const start = this.mark();
    const labels: GraphLabel[] = [];
    const name = this.SUBRULE(this.qualifiedName);
    const alias = this.OPTION((): Identifier => {
      this.CONSUME(k.as);
      return this.SUBRULE(this.name);
    });
    const key = this.OPTION1(() => {
      this.CONSUME(k.key);
      return this.SUBRULE(this.parenthesizedNames);
    });
    const source = this.OPTION2({
      GATE: () => edge,
      DEF: () => {
        this.CONSUME(k.source);
        return this.SUBRULE(this.graphEnd);
      },
    });
    const destination = this.OPTION3({
      GATE: () => edge,
      DEF: () => {
        this.CONSUME(k.destination);
        return this.SUBRULE1(this.graphEnd);
      },
    });
    const properties = this.OPTION4(() => this.SUBRULE(this.graphProperties));
    this.MANY(() => labels.push(this.SUBRULE(this.graphLabel)));
    if (edge && (!source || !destination)) {
      this.report('an edge table needs SOURCE and DESTINATION', this.rangeOf(this.LA(0)));
    }
    const range = this.since(start);
    return { kind: 'graphTable', name, alias, key: key ?? [], source, destination, labels, properties, range };
  });

  private readonly graphEnd = this.rule('graphEnd', (): GraphEnd => {
    const start = this.mark();
    const key = this.OPTION({
      GATE: () => this.second(t.leftParen),
      DEF: () => {
        this.CONSUME(k.key);
        const names = this.SUBRULE(this.parenthesizedNames);
        this.CONSUME(k.references);
        return names;
      },
    });
    const vertices = this.SUBRULE(this.qualifiedName);
    const columns = this.OPTION1(() => this.SUBRULE1(this.parenthesizedNames));
    return { kind: 'graphEnd', key: key ?? [], vertices, columns: columns ?? [], range: this.since(start) };
  });

  private readonly graphLabel = this.rule('graphLabel', (): GraphLabel => {
    const start = this.mark();
    const name = this.OR<{ ALT: () => Identifier | undefined }[]>([
      this.keywords([k.default, k.label], undefined),
      {
        ALT: () => {
          this.CONSUME1(k.label);
          return this.SUBRULE(this.name);
        },
      },
    ]);
    const properties = this.OPTION(() => this.SUBRULE(this.graphProperties));
    return { kind: 'graphLabel', name, properties, range: this.since(start) };
  });

  private readonly graphProperties = this.rule('graphProperties', (): GraphProperties => {
    const start = this.mark();
    let all = false;
    const items: GraphProperty[] = [];
    const except = this.OR<{ ALT: () => readonly Identifier[] | undefined }[]>([
      this.keywords([k.no, k.properties], undefined),
      {
        ALT: () => {
          this.CONSUME1(k.properties);
          return this.OR1<{ ALT: () => readonly Identifier[] | undefined }[]>([
            {
              ALT: () => {
                this.OPTION(() => this.CONSUME(k.are));
                this.CONSUME(k.all);
                this.CONSUME(k.columns);
                all = true;
                return this.OPTION1(() => {
                  this.CONSUME(k.except);
                  return this.SUBRULE(this.parenthesizedNames);
                });
              },
            },
            {
              ALT: () => {
                this.CONSUME(t.leftParen);
                this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => items.push(this.SUBRULE(this.graphProperty)) });
                this.CONSUME(t.rightParen);
                return undefined;
              },
            },
          ]);
        },
      },
    ]);
    return { kind: 'graphProperties', all, except: except ?? [], items, range: this.since(start) };
  });

  private readonly graphProperty = this.rule('graphProperty', (): GraphProperty => {
    const start = this.mark();
    const expression = this.SUBRULE(this.expression);
    const name = this.OPTION(() => {
      this.CONSUME(k.as);
      return this.SUBRULE(this.name);
    });
    return { kind: 'graphProperty', expression, name, range: this.since(start) };
  });
}
