import type { IToken } from '../toolkit/chevrotain.ts';
import { type DiagnosedLanguage, diagnose } from '../toolkit/diagnosis.ts';
import { type ParseError, parseError, type TextRange } from '../toolkit/parse-error.ts';
import { endOf } from '../toolkit/tokens.ts';
import type { Failure } from '../toolkit/tree-parser.ts';
import { mayBeTooDeep, tooDeepAt } from './depth.ts';
import { lexSql } from './lexer.ts';
import { SqlParser } from './rules/parser.ts';
import { k, keywordTypesByWord, quotedName, t, word } from './tokens.ts';
import type { InvalidStatement, Statement } from './tree.ts';
import { unsupportedClause, unsupportedStatement } from './unsupported.ts';

export interface ParsedSql {
  readonly statements: readonly Statement[];
  /** In the order of the text; empty exactly when every statement is complete. */
  readonly errors: readonly ParseError[];
}

let instance: SqlParser | undefined;

/** Made at first use: it takes some 30 ms. */
export function sqlParser(): SqlParser {
  instance ??= new SqlParser();
  return instance;
}

/** Never throws: what cannot be read is an error, with as much of a tree as there is. */
export function parseSql(text: string): ParsedSql {
  const lexed = lexSql(text);
  const statements: Statement[] = [];
  const errors: ParseError[] = [];
  for (const tokens of splitStatements(lexed.tokens)) {
    const parsed = parseStatement(tokens, errors.length < mostDiagnosed ? diagnoseSql : nameOnly);
    statements.push(parsed.statement);
    errors.push(...withoutConsequences(parsed.errors, lexed.errors, tokens));
  }
  errors.push(...lexed.errors);
  errors.sort((a, b) => a.range.start - b.range.start);
  return { statements, errors };
}

/** At semicolons; empty statements are none. */
export function splitStatements(tokens: readonly IToken[]): readonly (readonly IToken[])[] {
  const statements: (readonly IToken[])[] = [];
  let start = 0;
  // Inside of BEGIN ATOMIC … END semicolons divide the body; CASE … END is the only other thing that ends so.
  let open = 0;
  tokens.forEach((token, index) => {
    const { tokenType } = token;
    if (open > 0 ? tokenType === k.case : tokenType === k.atomic && tokens[index - 1]?.tokenType === k.begin) open++;
    else if (open > 0 && tokenType === k.end) open--;
    if (tokenType !== t.semicolon || open > 0) return;
    if (index > start) statements.push(tokens.slice(start, index));
    start = index + 1;
  });
  if (start < tokens.length) statements.push(start === 0 ? tokens : tokens.slice(start));
  return statements;
}

/** A text with more errors is probably no SQL at all, and a diagnosis takes many times as long as parsing. */
const mostDiagnosed = 100;

type Diagnosis = (failure: Failure, tokens: readonly IToken[]) => ParseError;

interface ParsedStatement {
  readonly statement: Statement;
  readonly errors: readonly ParseError[];
}

function parseStatement(tokens: readonly IToken[], diagnosis: Diagnosis): ParsedStatement {
  const unsupported = unsupportedStatement(tokens);
  if (unsupported) {
    const error = parseError('0A000', `${unsupported.name} is not supported`, unsupported.range);
    return { statement: invalid(tokens), errors: [error] };
  }
  const run = sqlParser().parse(tokens);
  if (run.tooDeepAt) {
    const { startOffset } = run.tooDeepAt;
    return tooDeep(tokens, { start: startOffset, end: endOf(run.tooDeepAt) });
  }
  const statement = run.tree && run.tree.kind !== 'invalid' ? run.tree : invalid(tokens);
  const deepAt = mayBeTooDeep(tokens) ? tooDeepAt(statement) : undefined;
  if (deepAt) return tooDeep(tokens, { start: deepAt.start, end: Math.min(deepAt.end, deepAt.start + 1) });
  const failures = independent(run.failures);
  const firstFailure = failures[0]?.token.startOffset ?? Number.POSITIVE_INFINITY;
  return {
    statement,
    errors: [
      ...failures.map((failure) => diagnosis(failure, tokens)),
      ...run.errors.filter((error) => error.range.start < firstFailure),
    ],
  };
}

function tooDeep(tokens: readonly IToken[], range: TextRange): ParsedStatement {
  const error = parseError('54001', 'the statement is nested too deeply', range);
  return { statement: invalid(tokens), errors: [error] };
}

function invalid(tokens: readonly IToken[]): InvalidStatement {
  const first = tokens[0];
  const last = tokens.at(-1);
  const range = { start: first?.startOffset ?? 0, end: last ? endOf(last) : 0 };
  return { kind: 'invalid', keyword: first?.image.toUpperCase() ?? '', range };
}

/* --------------------------------------------------------------------------------------------------------------- errors */

/** Tokens that have to be read without trouble before a further failure is believed to be a mistake of its own. */
const calmTokens = 4;

/** Recovery is a guess, and where it guessed wrong, one mistake makes several failures. */
function independent(failures: readonly Failure[]): readonly Failure[] {
  const kept: Failure[] = [];
  let calmFrom = 0;
  for (const failure of [...failures].sort((a, b) => a.index - b.index)) {
    if (kept.length === 0 || failure.index > calmFrom) kept.push(failure);
    calmFrom = Math.max(calmFrom, failure.index + failure.skipped + calmTokens);
  }
  return kept;
}

/** Behind a string that never ends, or another error of the lexer in the same statement, nothing the parser says is reliable. */
function withoutConsequences(
  errors: readonly ParseError[],
  lexical: readonly ParseError[],
  tokens: readonly IToken[],
): readonly ParseError[] {
  const start = tokens[0]?.startOffset ?? 0;
  const end = tokens.at(-1);
  const first = lexical.find(({ range }) => range.start >= start && range.start <= (end ? endOf(end) : start));
  return first ? errors.filter(({ range }) => range.start < first.range.start) : errors;
}

const sqlLanguage: DiagnosedLanguage = {
  firstFailure: (input) => sqlParser().firstFailure(input),
  expectedAfter: (input, index, named) => sqlParser().expectedAfter(input, index, named),
  ruleNames: new Map([
    ['statement', 'a statement'],
    ['dataStatement', 'a query'],
    ['query', 'a query'],
    ['queryRest', 'a query'],
    ['queryBody', 'a query'],
    ['expression', 'an expression'],
    ['primary', 'an expression'],
    ['lambdaOrExpression', 'an expression'],
    ['quantified', 'an expression'],
    ['typeName', 'a type'],
    ['tablePrimary', 'a table'],
    ['infix', 'an operator'],
    ['predicate', 'an operator'],
    ['is', 'an operator'],
    ['castTo', 'an operator'],
    ['wordInfix', 'an operator'],
    ['subscript', 'an operator'],
    ['member', 'an operator'],
  ]),
  ruleHints: new Map([
    ['joinTo', 'JOIN needs ON or USING behind the table.'],
    ['joinCondition', 'JOIN needs ON or USING behind the table.'],
  ]),
  keywords: keywordTypesByWord,
  word,
  quotedName,
  comma: t.comma,
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  brackets: new Map([
    [t.leftParen, t.rightParen],
    [t.leftBracket, t.rightBracket],
    [t.leftBrace, t.rightBrace],
  ]),
};

function nameOnly({ token }: Failure): ParseError {
  const where = token.image === '' ? 'end of input' : `or near "${token.image}"`;
  return parseError('42601', `syntax error at ${where}`, { start: token.startOffset, end: endOf(token) });
}

function diagnoseSql(failure: Failure, tokens: readonly IToken[]): ParseError {
  return unsupportedPart(failure, tokens) ?? diagnose(failure, tokens, sqlLanguage);
}

/** A clause, or a statement inside of EXPLAIN or PREPARE. The failure is in its first words. */
function unsupportedPart(failure: Failure, tokens: readonly IToken[]): ParseError | undefined {
  const clause = unsupportedClause(tokens, failure.index);
  if (clause) return parseError('0A000', `${clause.name} is not supported`, clause.range);
  for (let from = failure.index; from > Math.max(0, failure.index - 3); from--) {
    const found = unsupportedStatement(tokens, from);
    if (!found || found.range.end <= failure.token.startOffset) continue;
    const expected = sqlLanguage.expectedAfter(tokens, from - 1, sqlLanguage.ruleNames);
    if (expected?.rules.has('statement'))
      return parseError('0A000', `${found.name} is not supported here`, found.range);
  }
  return undefined;
}
