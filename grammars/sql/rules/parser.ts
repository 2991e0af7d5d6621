import type { IToken } from '../../toolkit/chevrotain.ts';
import type { Expected } from '../../toolkit/diagnosis.ts';
import { endOf } from '../../toolkit/tokens.ts';
import type { ParseRun } from '../../toolkit/tree-parser.ts';
import type { Statement } from '../tree.ts';
import { StatementRules } from './statements.ts';

/** The rules put to work: one statement at a time. */
export class SqlParser extends StatementRules {
  constructor(validate = false) {
    super(validate);
    this.performSelfAnalysis();
  }

  parse(tokens: readonly IToken[], watched?: IToken): ParseRun<Statement> {
    const last = tokens.at(-1);
    return this.run(this.statement, tokens, last ? endOf(last) : 0, watched);
  }

  /** Index of the first token that cannot stand where it does; the number of tokens when all can, and 0 when they nest too deeply. */
  firstFailure(tokens: readonly IToken[]): number {
    const last = tokens.at(-1);
    return this.runUntilFailure(this.statement, tokens, last ? endOf(last) : 0);
  }

  /** What can come behind a token, with words for `named` rules instead of all that they can begin with. */
  expectedAfter(
    tokens: readonly IToken[],
    index: number | undefined,
    named: ReadonlyMap<string, string>,
  ): Expected | undefined {
    const isNamed = (rule: string) => named.has(rule);
    if (index === undefined) return { ...this.analysis.expectedAtStart('statement', isNamed), end: false };
    // What comes behind the token does not matter, except to decisions that look ahead.
    this.parse(tokens, tokens[index]);
    const position = this.watchedPosition;
    return position && this.analysis.expectedAfter(position, isNamed);
  }
}
