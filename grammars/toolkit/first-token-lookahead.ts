import {
  Alternation,
  Alternative,
  type ILookaheadStrategy,
  type IProduction,
  type IToken,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  type Rule,
  type TokenType,
} from './chevrotain.ts';
import { definitionOf, type GrammarAnalysis } from './grammar-analysis.ts';

interface Parser {
  LA(ahead: number): IToken;
}

interface Choice {
  readonly GATE?: () => boolean;
}

/**
 * One token of lookahead, from tables that are made when a decision is first taken. Where several alternatives can begin with a token, the
 * first one whose gate is open is taken, so a keyword goes in front of the category that contains it.
 */
export function firstTokenLookahead(analysis: GrammarAnalysis): ILookaheadStrategy {
  return {
    validate: ({ rules }) => rules.flatMap((rule) => unreachableAlternatives(analysis, rule)),

    buildLookaheadForAlternation({ prodOccurrence, rule }) {
      let table: readonly (readonly number[] | undefined)[] | undefined;
      let others: readonly number[] = [];
      return function (this: Parser, alternatives?: readonly Choice[]) {
        if (!table) {
          const made = alternationTable(analysis, alternationOf(rule, prodOccurrence));
          table = made.table;
          others = made.others;
        }
        const candidates = table[this.LA(1).tokenTypeIdx] ?? others;
        for (const candidate of candidates) {
          const gate = alternatives?.[candidate]?.GATE;
          if (gate === undefined || gate.call(this)) return candidate;
        }
        return undefined;
      };
    },

    buildLookaheadForOptional({ prodOccurrence, prodType, rule }) {
      let table: Uint8Array | undefined;
      return function (this: Parser) {
        table ??= optionalTable(analysis, optionalOf(rule, prodType, prodOccurrence));
        return table[this.LA(1).tokenTypeIdx] === 1;
      };
    },
  };
}

/** For each token the alternatives that can begin with it, and those that can be empty: these go with every token. */
function alternationTable(analysis: GrammarAnalysis, alternation: Alternation) {
  const others: number[] = [];
  const beginning = new Map<number, number[]>();
  alternation.definition.forEach((alternative, index) => {
    const definition = definitionOf(alternative);
    if (analysis.isNullable(definition)) others.push(index);
    for (const type of indexesOf(analysis.first(definition))) {
      const indexes = beginning.get(type);
      if (!indexes) beginning.set(type, [index]);
      else if (indexes.at(-1) !== index) indexes.push(index);
    }
  });
  const table: number[][] = [];
  for (const [type, indexes] of beginning) {
    table[type] = [...new Set([...indexes, ...others])].sort((a, b) => a - b);
  }
  return { table, others };
}

function optionalTable(
  analysis: GrammarAnalysis,
  production: { readonly definition: readonly IProduction[] },
): Uint8Array {
  const indexes = [...indexesOf(analysis.first(production.definition))];
  const table = new Uint8Array(Math.max(...indexes, 0) + 1);
  for (const index of indexes) table[index] = 1;
  return table;
}

function* indexesOf(types: Iterable<TokenType>): Iterable<number> {
  for (const type of types) {
    if (type.tokenTypeIdx !== undefined) yield type.tokenTypeIdx;
    yield* type.categoryMatches ?? [];
  }
}

type Optional = Option | Repetition | RepetitionMandatory | RepetitionMandatoryWithSeparator | RepetitionWithSeparator;

const optionalClasses = {
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
} as const;

function alternationOf(rule: Rule, occurrence: number): Alternation {
  const found = find(
    rule.definition,
    (production) => production instanceof Alternation && production.idx === occurrence,
  );
  if (found instanceof Alternation) return found;
  throw new Error(`Rule ${rule.name} has no OR${occurrence}.`);
}

function optionalOf(rule: Rule, type: keyof typeof optionalClasses, occurrence: number): Optional {
  const wanted = optionalClasses[type];
  const found = find(rule.definition, (production) => production instanceof wanted && production.idx === occurrence);
  if (found && found instanceof wanted) return found;
  throw new Error(`Rule ${rule.name} has no ${type} ${occurrence}.`);
}

/** Within one rule; references to other rules are not followed. */
function find(
  productions: readonly IProduction[],
  isWanted: (production: IProduction) => boolean,
): IProduction | undefined {
  for (const production of productions) {
    if (isWanted(production)) return production;
    const found = find(definitionOf(production), isWanted);
    if (found) return found;
  }
  return undefined;
}

/** An alternative that others, which are always open, shadow with every token is a mistake in the grammar. */
function unreachableAlternatives(analysis: GrammarAnalysis, rule: Rule): { readonly message: string }[] {
  const messages: { readonly message: string }[] = [];
  const visit = (productions: readonly IProduction[]): void => {
    for (const production of productions) {
      if (production instanceof Alternation) {
        const taken = new Set<number>();
        production.definition.forEach((alternative, index) => {
          const definition = definitionOf(alternative);
          const own = [...indexesOf(analysis.first(definition))];
          const nullable = analysis.isNullable(definition);
          // Chevrotain marks alternatives with a gate like this.
          const gated = alternative instanceof Alternative && alternative.ignoreAmbiguities;
          if (!nullable && own.every((type) => taken.has(type))) {
            messages.push({
              message: `Rule ${rule.name}, OR${production.idx}: alternative ${index + 1} is never taken.`,
            });
          }
          if (nullable && index < production.definition.length - 1 && !gated) {
            messages.push({
              message: `Rule ${rule.name}, OR${production.idx}: alternative ${index + 1} can be empty.`,
            });
          }
          if (!gated) for (const type of own) taken.add(type);
        });
      }
      visit(definitionOf(production));
    }
  };
  visit(rule.definition);
  return messages;
}
