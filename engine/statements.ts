import { OrbitError } from '../compiler/types/error.ts';
import { parseSql } from '../grammars/sql/parser.ts';
import type { Statement } from '../grammars/sql/tree.ts';
import type { ParseError } from '../grammars/toolkit/parse-error.ts';

/** The statements of a text; the first syntax error fails all of it, before anything runs. */
export function parseAll(text: string): readonly Statement[] {
  const { statements, errors } = parseSql(text);
  const [first] = errors;
  if (first !== undefined) throw syntaxError(first);
  return statements;
}

/** The one statement of a text. */
export function parseOnly(text: string): Statement {
  const [first, second] = parseAll(text);
  if (first === undefined) throw new OrbitError('syntax_error', 'there is no statement in this text');
  if (second !== undefined) {
    throw new OrbitError('syntax_error', 'there is more than one statement in this text', {
      range: second.range,
      hint: 'Run a script with run().',
    });
  }
  return first;
}

function syntaxError({ code, message, range, hint }: ParseError): OrbitError {
  const name = code === '54001' ? 'statement_too_complex' : code === '0A000' ? 'feature_not_supported' : 'syntax_error';
  return new OrbitError(name, message, { range, hint });
}
