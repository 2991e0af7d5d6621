import { OrbitError } from '../../compiler/types/error.ts';
import type { FileHost } from './host.ts';

/** The files that a path means, sorted where it is a pattern: `*`, `?` and `[…]` within a name, `**` for any folders. */
export async function expandPath(host: FileHost, path: string): Promise<readonly string[]> {
  if (!/[*?[]/.test(path) || (await host.stat(path)) !== undefined) return [path];
  const segments = path.split('/');
  const fixed = segments.findIndex((segment) => /[*?[]/.test(segment));
  const found: string[] = [];
  await walk(host, segments.slice(0, fixed).join('/'), fixed > 0, segments.slice(fixed), found);
  if (found.length === 0) throw new OrbitError('undefined_file', `no file matches "${path}"`);
  return found.sort();
}

async function walk(
  host: FileHost,
  folder: string,
  inFolder: boolean,
  segments: readonly string[],
  found: string[],
): Promise<void> {
  const [segment = '', ...rest] = segments;
  const within = (name: string): string => (inFolder ? `${folder}/${name}` : name);
  const entries = await host.list(inFolder ? (folder === '' ? '/' : folder) : '.');
  for (const { name, isFolder } of entries) {
    if (segment === '**') {
      // Any number of folders, none included.
      if (isFolder && !name.startsWith('.')) await walk(host, within(name), true, segments, found);
      if (rest.length === 0 ? !isFolder : rest.length === 1 && !isFolder && matches(name, rest[0] ?? '')) {
        found.push(within(name));
      } else if (isFolder && rest.length > 1 && matches(name, rest[0] ?? '')) {
        await walk(host, within(name), true, rest.slice(1), found);
      }
    } else if (matches(name, segment)) {
      if (rest.length > 0 && isFolder) await walk(host, within(name), true, rest, found);
      else if (rest.length === 0 && !isFolder) found.push(within(name));
    }
  }
}

/** Whether a name fits a pattern, in time proportional to the product of their lengths. */
export function matches(name: string, pattern: string): boolean {
  const parts = [...pattern.matchAll(/\*|\?|\[(!?)((?:[^\]-]-[^\]]|[^\]])+)\]|./gsu)];
  // Hidden files must be named.
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  const characters = [...name];
  let at = 0;
  let part = 0;
  let star = -1;
  let resume = 0;
  while (at < characters.length) {
    const token = parts[part];
    if (token !== undefined && token[0] !== '*' && fits(characters[at] ?? '', token)) {
      at++;
      part++;
    } else if (token?.[0] === '*') {
      star = part++;
      resume = at;
    } else if (star >= 0) {
      part = star + 1;
      at = ++resume;
    } else return false;
  }
  while (parts[part]?.[0] === '*') part++;
  return part === parts.length;
}

function fits(character: string, [token, not, set]: RegExpMatchArray): boolean {
  if (set === undefined) return token === '?' || token === character;
  let inside = false;
  const ranges = [...set];
  for (let i = 0; i < ranges.length; i++) {
    const from = ranges[i] ?? '';
    if (ranges[i + 1] === '-' && ranges[i + 2] !== undefined) {
      inside ||= from <= character && character <= (ranges[i + 2] ?? '');
      i += 2;
    } else inside ||= from === character;
  }
  return inside !== (not === '!');
}

/** `key=value` among the folders of a path. */
export function partitionsOf(path: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const folder of path.split(/[/\\]/).slice(0, -1)) {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(folder) ?? [];
    if (key !== undefined && value !== undefined) keys.set(unescaped(key), unescaped(value));
  }
  return keys;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
