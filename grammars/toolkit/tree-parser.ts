import {
  EmbeddedActionsParser,
  EOF,
  type IRecognitionException,
  type IToken,
  type ParserMethod,
  type TokenType,
} from './chevrotain.ts';
import { firstTokenLookahead } from './first-token-lookahead.ts';
import { GrammarAnalysis } from './grammar-analysis.ts';
import { type ParseError, parseError, type TextRange } from './parse-error.ts';
import { endOf, token } from './tokens.ts';

/**
 * Members of Chevrotain's engine that its declarations leave out. They carry the caret walk (grammar-walk.ts), the nesting guard and the
 * error texts; test/grammars/toolkit.test.ts fails when an update of Chevrotain changes them.
 */
interface Engine {
  recoveryEnabled: boolean;
  RULE_STACK: number[];
  RULE_STACK_IDX: number;
  RULE_OCCURRENCE_STACK: number[];
  /** Index of the last consumed token. */
  currIdx: number;
  shortRuleNameToFullName(shortName: number): string;
  consumeInternal(type: TokenType, occurrence: number, options: unknown): IToken;
  getFollowSetFromFollowKey(key: FollowKey): readonly TokenType[];
}

/** A rule where it is referred to; without names it is the outermost rule, which the end of the input follows. */
interface FollowKey {
  readonly ruleName?: string;
  readonly idxInCallingRule?: number;
  readonly inRule?: string;
}

type EngineClass = new (
  ...parameters: ConstructorParameters<typeof EmbeddedActionsParser>
) => EmbeddedActionsParser & Engine;

// The cast only adds the members above, which are there at run time.
const EngineParser = EmbeddedActionsParser as EngineClass;

/** Where in the grammar a token was consumed: the rules around it, outermost first, and the terminal itself. */
export interface GrammarPosition {
  readonly rules: readonly string[];
  /** For each rule, which of its parent's references to it was followed. */
  readonly occurrences: readonly number[];
  readonly type: TokenType;
  readonly occurrence: number;
}

/** A failure as Chevrotain saw it, without words: diagnosis.ts finds those. */
export interface Failure {
  readonly token: IToken;
  /** Index of `token` in the input. */
  readonly index: number;
  /** The tokens that were skipped to go on behind it. */
  readonly skipped: number;
  /** The innermost rule that was active. */
  readonly rule: string;
}

/** Thrown through the parser's rules, and caught by `run`, when they are nested too deeply. */
class TooDeep {
  readonly token: IToken;
  constructor(token: IToken) {
    this.token = token;
  }
}

export interface ParseRun<T> {
  /** Absent when the input is nested too deeply. */
  readonly tree: T | undefined;
  readonly failures: readonly Failure[];
  /** What the rules themselves reported. */
  readonly errors: readonly ParseError[];
  readonly tooDeepAt: IToken | undefined;
}

export interface TreeParserOptions {
  readonly vocabulary: readonly TokenType[];
  /** Chevrotain's checks of the grammar itself cost more than everything else at construction: tests run them. */
  readonly validate: boolean;
  /**
   * Where to go on after an error: at tokens that are unmistakable, such as a closing parenthesis or a reserved word. A name can
   * stand nearly everywhere, so going on at one would only lead to more errors.
   */
  readonly resumesAt: (type: TokenType) => boolean;
  /** Rules that may be active at once, so that no input can exhaust the stack. */
  readonly maxRuleDepth: number;
}

const noMessages = {
  buildMismatchTokenMessage: () => '',
  buildNotAllInputParsedMessage: () => '',
  buildNoViableAltMessage: () => '',
  buildEarlyExitMessage: () => '',
};

/**
 * A parser whose rules build a syntax tree. One token of lookahead: everything else is an explicit gate, because with categories of
 * hundreds of keywords two tokens of lookahead are tens of thousands of paths.
 */
export abstract class TreeParser extends EngineParser {
  protected readonly analysis: GrammarAnalysis;
  readonly #maxRuleDepth: number;
  readonly #resumesAt: (type: TokenType) => boolean;
  #watched: IToken | undefined;
  #position: GrammarPosition | undefined;
  #reported: ParseError[] = [];

  protected constructor(options: TreeParserOptions) {
    const analysis: GrammarAnalysis = new GrammarAnalysis(() => this.getGAstProductions());
    super([...options.vocabulary], {
      recoveryEnabled: true,
      maxLookahead: 1,
      lookaheadStrategy: firstTokenLookahead(analysis),
      skipValidations: !options.validate,
      errorMessageProvider: noMessages,
    });
    this.analysis = analysis;
    this.#maxRuleDepth = options.maxRuleDepth;
    this.#resumesAt = options.resumesAt;
  }

  /** Chevrotain would work out all follow sets here, for recovery; `getFollowSetFromFollowKey` does it when one is needed. */
  protected override performSelfAnalysis(): void {
    this.recoveryEnabled = false;
    super.performSelfAnalysis();
    this.recoveryEnabled = true;
  }

  override getFollowSetFromFollowKey(key: FollowKey): readonly TokenType[] {
    const { ruleName, idxInCallingRule, inRule } = key;
    if (ruleName === undefined || idxInCallingRule === undefined || inRule === undefined) return [EOF];
    const { tokens } = this.analysis.following(inRule, ruleName, idxInCallingRule);
    return [...tokens].filter(this.#resumesAt);
  }

  /**
   * Parses `input` from the given rule. With `watched`, `positionOf` tells afterwards where in the grammar that token was consumed.
   */
  protected run<T>(rule: ParserMethod<[], T>, input: readonly IToken[], end: number, watched?: IToken): ParseRun<T> {
    // Its own end token gives failures at the end a position; the last one of Chevrotain has none.
    const tokens = [...input, token(EOF, '', end, end)];
    this.input = tokens;
    this.#watched = watched;
    this.#position = undefined;
    this.#reported = [];
    try {
      const tree = rule.call(this);
      const failures = this.errors.map((error) => failureOf(error, tokens));
      return { tree, failures, errors: this.#reported, tooDeepAt: undefined };
    } catch (error) {
      // The limit on rules keeps the stack free as long as the caller has not used most of it.
      const tooDeepAt = error instanceof TooDeep ? error.token : isStackOverflow(error) ? this.LA(1) : undefined;
      if (!tooDeepAt) throw error;
      return { tree: undefined, failures: [], errors: [], tooDeepAt };
    }
  }

  /** As `run`, without recovery: the index of the first failure, or the input's length. 0 when it is nested too deeply. */
  protected runUntilFailure<T>(rule: ParserMethod<[], T>, input: readonly IToken[], end: number): number {
    this.recoveryEnabled = false;
    try {
      const { failures, tooDeepAt } = this.run(rule, input, end);
      return tooDeepAt ? 0 : Math.min(input.length, ...failures.map(({ index }) => index));
    } finally {
      this.recoveryEnabled = true;
    }
  }

  /** For what the grammar accepts, so that parsing goes on with a tree, and the language does not. */
  protected report(message: string, range: TextRange, hint?: string): void {
    this.#reported.push(parseError('42601', message, range, hint));
  }

  protected get watchedPosition(): GrammarPosition | undefined {
    return this.#position;
  }

  /** Resynchronizes after an error only if there is a value to go on with; otherwise the error goes up to a rule that has one. */
  protected rule<F extends (...parameters: never[]) => unknown>(
    name: string,
    implementation: F,
    recovered?: () => ReturnType<F>,
  ): ParserMethod<Parameters<F>, ReturnType<F>> {
    return recovered
      ? this.RULE(name, implementation, { resyncEnabled: true, recoveryValueFunc: recovered })
      : this.RULE(name, implementation, { resyncEnabled: false });
  }

  /** To be called by every rule that can contain itself. */
  protected guardDepth(): void {
    if (this.RULE_STACK_IDX > this.#maxRuleDepth) throw new TooDeep(this.LA(1));
  }

  /** Start of the node that begins with the next token. */
  protected mark(): number {
    return this.LA(1).startOffset;
  }

  /** From `start` to the end of the last consumed token; empty behind that one when nothing was consumed since. */
  protected since(start: number): TextRange {
    const last = this.LA(0);
    if (last.startOffset >= start) return { start, end: endOf(last) };
    return this.here();
  }

  protected rangeOf(of: IToken): TextRange {
    return { start: of.startOffset, end: endOf(of) };
  }

  /** An empty range behind the last consumed token, for what is implied or missing. */
  protected here(): TextRange {
    const last = this.LA(0);
    const at = last.startOffset < 0 ? this.mark() : endOf(last);
    return { start: at, end: at };
  }

  protected next(type: TokenType): boolean {
    return this.LA(1).tokenType === type;
  }

  protected second(type: TokenType): boolean {
    return this.LA(2).tokenType === type;
  }

  /** A name is never made up: nodes that begin with it would begin in front of their first token. */
  override canTokenTypeBeInsertedInRecovery(type: TokenType): boolean {
    return (type.categoryMatches?.length ?? 0) === 0;
  }

  protected override getTokenToInsert(type: TokenType): IToken {
    const at = Math.max(0, endOf(this.LA(0)));
    return { ...token(type, '', at, at), isInsertedInRecovery: true };
  }

  override consumeInternal(type: TokenType, occurrence: number, options: unknown): IToken {
    const consumed = super.consumeInternal(type, occurrence, options);
    if (consumed === this.#watched) {
      const depth = this.RULE_STACK_IDX + 1;
      this.#position = {
        rules: this.RULE_STACK.slice(0, depth).map((shortName) => this.shortRuleNameToFullName(shortName)),
        occurrences: this.RULE_OCCURRENCE_STACK.slice(0, depth),
        type,
        occurrence,
      };
    }
    return consumed;
  }
}

/** Firefox has an error of its own for it. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof Error && error.name === 'InternalError');
}

function failureOf(error: IRecognitionException, tokens: readonly IToken[]): Failure {
  const index = tokens.indexOf(error.token);
  return {
    token: error.token,
    index: index < 0 ? tokens.length - 1 : index,
    skipped: error.resyncedTokens.length,
    rule: error.context.ruleStack.at(-1) ?? '',
  };
}
