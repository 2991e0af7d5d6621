import {
  Alternation,
  Alternative,
  type IProduction,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Rule,
  Terminal,
  type TokenType,
} from './chevrotain.ts';

/** What can come next at a place in a grammar. */
export interface Continuation {
  /** May hold categories, which stand for all their members. */
  readonly tokens: ReadonlySet<TokenType>;
  /** Whether the rule can end there, so that what follows its caller can come as well. */
  readonly open: boolean;
}

/** Rules whose beginning is not to be looked into: their name says more than their first tokens. */
export type IsOpaque = (rule: string) => boolean;

/** Collects what can come first; an opaque rule goes to `rules` instead. */
interface Sink {
  readonly tokens: Set<TokenType>;
  readonly rules: Set<string>;
  readonly isOpaque: IsOpaque;
  readonly visited: Set<Rule>;
}

/**
 * First and follow sets over Chevrotain's productions, each worked out once and when it is first asked for. Chevrotain has its own, but
 * works out all of them, repeatedly, while the parser is constructed: that took 200 ms with SQL's keyword categories.
 */
export class GrammarAnalysis {
  readonly #rules: () => Readonly<Record<string, Rule>>;
  readonly #nullable = new Map<Rule, boolean>();
  readonly #first = new Map<Rule, ReadonlySet<TokenType>>();
  readonly #following = new Map<string, Continuation>();

  /** The rules are there only after the parser has recorded them. */
  constructor(rules: () => Readonly<Record<string, Rule>>) {
    this.#rules = rules;
  }

  rule(name: string): Rule {
    const rule = this.#rules()[name];
    if (!rule) throw new Error(`The grammar has no rule ${name}.`);
    return rule;
  }

  isNullable(productions: readonly IProduction[]): boolean {
    return productions.every((production) => this.#isNullable(production));
  }

  /** The tokens that the productions can begin with. */
  first(productions: readonly IProduction[]): ReadonlySet<TokenType> {
    const tokens = new Set<TokenType>();
    for (const production of productions) {
      this.#addFirst(production, tokens);
      if (!this.#isNullable(production)) break;
    }
    return tokens;
  }

  /** What can follow the given reference to a rule, inside the rule that makes the reference. */
  following(caller: string, callee: string, occurrence: number): Continuation {
    const key = `${caller} ${callee} ${occurrence}`;
    const known = this.#following.get(key);
    if (known) return known;
    const sink = newSink(() => false);
    const open = this.#after(
      this.rule(caller).definition,
      (production) =>
        production instanceof NonTerminal && production.nonTerminalName === callee && production.idx === occurrence,
      sink,
    );
    const found = { tokens: sink.tokens, open: open !== 'closed' };
    this.#following.set(key, found);
    return found;
  }

  /**
   * What can follow a consumed token: outward from the terminal, through every rule that may end. Rules that are opaque are
   * named, not opened.
   */
  expectedAfter(
    position: {
      readonly rules: readonly string[];
      readonly occurrences: readonly number[];
      readonly type: TokenType;
      readonly occurrence: number;
    },
    isOpaque: IsOpaque,
  ): { readonly tokens: ReadonlySet<TokenType>; readonly rules: ReadonlySet<string>; readonly end: boolean } {
    const sink = newSink(isOpaque);
    let isTarget = (production: IProduction): boolean =>
      (production instanceof Terminal &&
        production.terminalType === position.type &&
        production.idx === position.occurrence) ||
      (isSeparated(production) && production.separator === position.type && position.occurrence === 0);
    for (let depth = position.rules.length - 1; depth >= 0; depth--) {
      const name = position.rules[depth]!;
      if (this.#after(this.rule(name).definition, isTarget, sink) === 'closed') {
        return { tokens: sink.tokens, rules: sink.rules, end: false };
      }
      const occurrence = position.occurrences[depth];
      isTarget = (production) =>
        production instanceof NonTerminal && production.nonTerminalName === name && production.idx === occurrence;
    }
    return { tokens: sink.tokens, rules: sink.rules, end: true };
  }

  /** What a rule can begin with, with opaque rules named and not opened. */
  expectedAtStart(
    rule: string,
    isOpaque: IsOpaque,
  ): { readonly tokens: ReadonlySet<TokenType>; readonly rules: ReadonlySet<string> } {
    const sink = newSink(isOpaque);
    this.#firstInto(this.rule(rule).definition, sink);
    return { tokens: sink.tokens, rules: sink.rules };
  }

  #isNullable(production: IProduction): boolean {
    if (production instanceof Terminal) return false;
    if (
      production instanceof Option ||
      production instanceof Repetition ||
      production instanceof RepetitionWithSeparator
    ) {
      return true;
    }
    if (production instanceof Alternation) {
      return production.definition.some((choice) => this.isNullable(definitionOf(choice)));
    }
    if (production instanceof NonTerminal) return this.#isNullableRule(production.referencedRule);
    return this.isNullable(definitionOf(production));
  }

  #isNullableRule(rule: Rule): boolean {
    const known = this.#nullable.get(rule);
    if (known !== undefined) return known;
    const nullable = this.isNullable(rule.definition);
    this.#nullable.set(rule, nullable);
    return nullable;
  }

  #addFirst(production: IProduction, tokens: Set<TokenType>): void {
    if (production instanceof Terminal) tokens.add(production.terminalType);
    else if (production instanceof NonTerminal)
      for (const type of this.#firstOfRule(production.referencedRule)) tokens.add(type);
    else if (production instanceof Alternation)
      for (const choice of production.definition) this.#addAll(choice, tokens);
    else this.#addAll(production, tokens);
  }

  #addAll(production: IProduction, tokens: Set<TokenType>): void {
    for (const type of this.first(definitionOf(production))) tokens.add(type);
  }

  #firstOfRule(rule: Rule): ReadonlySet<TokenType> {
    const known = this.#first.get(rule);
    if (known) return known;
    const tokens = this.first(rule.definition);
    this.#first.set(rule, tokens);
    return tokens;
  }

  /** As `first`, but opaque rules stay closed; true when all the productions can be empty. */
  #firstInto(productions: readonly IProduction[], sink: Sink): boolean {
    for (const production of productions) {
      if (production instanceof Terminal) sink.tokens.add(production.terminalType);
      else if (production instanceof NonTerminal) this.#firstOfRuleInto(production.referencedRule, sink);
      else if (production instanceof Alternation)
        for (const choice of production.definition) this.#firstInto(definitionOf(choice), sink);
      else this.#firstInto(definitionOf(production), sink);
      if (!this.#isNullable(production)) return false;
    }
    return true;
  }

  #firstOfRuleInto(rule: Rule, sink: Sink): void {
    if (sink.isOpaque(rule.name)) sink.rules.add(rule.name);
    else if (!sink.visited.has(rule)) {
      sink.visited.add(rule);
      this.#firstInto(rule.definition, sink);
    }
  }

  /**
   * Adds what can follow the targets among the productions. `open` when the productions can end behind one of them,
   * `closed` when they cannot, `absent` when there is none.
   */
  #after(
    productions: readonly IProduction[],
    isTarget: (production: IProduction) => boolean,
    sink: Sink,
  ): 'absent' | 'open' | 'closed' {
    let result: 'absent' | 'open' | 'closed' = 'absent';
    productions.forEach((production, index) => {
      let inside = this.#afterWithin(production, isTarget, sink);
      if (inside === 'open' && !this.#firstInto(productions.slice(index + 1), sink)) inside = 'closed';
      result = either(result, inside);
    });
    return result;
  }

  #afterWithin(
    production: IProduction,
    isTarget: (production: IProduction) => boolean,
    sink: Sink,
  ): 'absent' | 'open' | 'closed' {
    if (production instanceof Terminal || production instanceof NonTerminal)
      return isTarget(production) ? 'open' : 'absent';
    if (production instanceof Alternation) {
      return production.definition
        .map((choice) => this.#after(definitionOf(choice), isTarget, sink))
        .reduce(either, 'absent');
    }
    const definition = definitionOf(production);
    let result = this.#after(definition, isTarget, sink);
    if (isSeparated(production)) {
      if (result === 'open') sink.tokens.add(production.separator);
      if (isTarget(production)) {
        const empty = this.#firstInto(definition, sink);
        result = either(result, empty ? 'open' : 'closed');
      }
    } else if (result === 'open' && (production instanceof Repetition || production instanceof RepetitionMandatory)) {
      this.#firstInto(definition, sink);
    }
    return result;
  }
}

function newSink(isOpaque: IsOpaque): Sink {
  return { tokens: new Set(), rules: new Set(), isOpaque, visited: new Set() };
}

function either(a: 'absent' | 'open' | 'closed', b: 'absent' | 'open' | 'closed'): 'absent' | 'open' | 'closed' {
  if (a === 'open' || b === 'open') return 'open';
  return a === 'absent' ? b : a;
}

function isSeparated(
  production: IProduction,
): production is RepetitionWithSeparator | RepetitionMandatoryWithSeparator {
  return production instanceof RepetitionWithSeparator || production instanceof RepetitionMandatoryWithSeparator;
}

/** What a production is made of; nothing for terminals and references to rules. */
export function definitionOf(production: IProduction): readonly IProduction[] {
  if (
    production instanceof Alternation ||
    production instanceof Alternative ||
    production instanceof Option ||
    production instanceof Repetition ||
    production instanceof RepetitionMandatory ||
    production instanceof RepetitionMandatoryWithSeparator ||
    production instanceof RepetitionWithSeparator ||
    production instanceof Rule
  ) {
    return production.definition;
  }
  return [];
}
