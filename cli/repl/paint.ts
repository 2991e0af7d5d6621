import { highlights } from '../../engine/sql-editing.ts';
import { type Appearance, paint } from '../terminal.ts';

/** Longer lines were pasted, and painting them anew at each key would be felt. */
const LONGEST = 20_000;

const STYLES = { keyword: 'blue', string: 'green', number: 'cyan', comment: 'dim', parameter: 'magenta' } as const;

/** Colours a line of a statement whose lines above are `before`. */
export function painter(appearance: Appearance): (before: string, line: string) => string {
  return (before, line) => {
    if (!appearance.color || before.length + line.length > LONGEST || /^\s*[\\.]/.test(line)) return line;
    const offset = before.length;
    let painted = '';
    let at = 0;
    for (const { start, end, kind } of highlights(before + line)) {
      const from = Math.max(start - offset, at);
      const to = Math.min(end - offset, line.length);
      if (to <= from) continue;
      painted += line.slice(at, from) + paint(line.slice(from, to), STYLES[kind], appearance);
      at = to;
    }
    return painted + line.slice(at);
  };
}
