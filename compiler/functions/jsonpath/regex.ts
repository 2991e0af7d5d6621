import { RE2JS, RE2JSException } from 're2js';
import { OrbitError } from '../../types/error.ts';

/** The test of a like_regex. Without flag `s` a dot matches no line break; the engine takes time linear in the text. */
export function pathRegex(pattern: string, flags: string): (text: string) => boolean {
  let options = 0;
  let literal = false;
  for (const flag of flags) {
    switch (flag) {
      case 'i':
        options |= RE2JS.CASE_INSENSITIVE;
        break;
      case 's':
        options |= RE2JS.DOTALL;
        break;
      case 'm':
        options |= RE2JS.MULTILINE;
        break;
      case 'q':
        literal = true;
        break;
      case 'x':
        throw new OrbitError('feature_not_supported', 'flag "x" of LIKE_REGEX is not supported');
      default:
        throw new OrbitError('syntax_error', `invalid flag "${flag}" of LIKE_REGEX`);
    }
  }
  try {
    const regexp = RE2JS.compile(literal ? RE2JS.quote(pattern) : pattern, options);
    return (text) => regexp.matcher(text).find();
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new OrbitError('invalid_regular_expression', `invalid regular expression: ${error.message}`, {
      hint: 'The syntax is that of RE2, which has no back references and no lookaround.',
      cause: error,
    });
  }
}
