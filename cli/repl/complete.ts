import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { candidatesAt } from '../../engine/sql-editing.ts';
import type { KnownNames } from './names.ts';

/** The words that can stand for what is replaced, each of which begins with it. */
export type Completions = readonly [hits: readonly string[], replaced: string];

/** `before`: the lines of the statement above. */
export type Completer = (before: string, line: string) => Completions;

export interface CompletionSource {
  readonly names: () => KnownNames;
  readonly functions: readonly string[];
  readonly commands: readonly string[];
}

const NOTHING: Completions = [[], ''];

export function completer({ names, functions, commands }: CompletionSource): Completer {
  return (before, line) => {
    // An indented line that was pasted asks for nothing.
    if (line.trim() === '') return NOTHING;
    if (line.startsWith('\\') && !line.includes(' ')) return [commands.filter((name) => name.startsWith(line)), line];
    const file = /^\s*(?:\\i|\\o|\\e|\.read|\\import)\s+(\S*)$/.exec(line)?.[1];
    if (file !== undefined) return paths(file);
    const described = /^\s*\\d\s+(\S*)$/.exec(line)?.[1];
    if (described !== undefined) return beginning(names().tables, described);

    const text = before + line;
    const candidates = candidatesAt(text, text.length);
    if (candidates === undefined) {
      const open = /'([^'\n]*)$/.exec(text)?.[1];
      return open === undefined ? NOTHING : paths(open);
    }
    const typed = text.slice(candidates.replace.start, candidates.replace.end);
    const known = names();
    const qualifier = /([\p{L}_][\p{L}\p{N}_$]*)\.\s*$/u.exec(text.slice(0, candidates.replace.start))?.[1];
    if (qualifier !== undefined) return beginning(known.columnsOf(qualifier), typed);
    const words: string[] = [];
    if (candidates.table) words.push(...known.tables);
    else if (candidates.name) words.push(...known.columns, ...known.tables, ...functions.map((name) => `${name}(`));
    const upper = typed !== '' && typed === typed.toUpperCase();
    // Where anything can stand, names say more than all keywords.
    if (typed !== '' || words.length === 0)
      words.push(...candidates.keywords.map((word) => (upper ? word : word.toLowerCase())));
    return beginning(typed === '' && !candidates.table && candidates.name ? known.columns : words, typed);
  };
}

/** The words that begin with what was typed, written as it was typed. */
function beginning(words: readonly string[], typed: string): Completions {
  const lower = typed.toLowerCase();
  const hits = words.filter((word) => word.toLowerCase().startsWith(lower));
  return [[...new Set(hits.map((word) => typed + word.slice(typed.length)))].sort(), typed];
}

function paths(typed: string): Completions {
  const folder = typed.endsWith('/')
    ? typed
    : typed === '' || !typed.includes('/')
      ? ''
      : `${dirname(typed)}/`.replace('//', '/');
  const rest = typed.slice(folder.length);
  try {
    const entries = readdirSync(folder === '' ? '.' : folder, { withFileTypes: true });
    const hits = entries
      .filter(({ name }) => name.startsWith(rest) && (rest !== '' || !name.startsWith('.')))
      .map((entry) => `${folder === '' ? '' : join(folder, '/')}${entry.name}${entry.isDirectory() ? '/' : ''}`);
    return [hits.sort(), typed];
  } catch {
    return NOTHING;
  }
}
