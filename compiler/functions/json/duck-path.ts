import { OrbitError } from '../../types/error.ts';
import type { Part } from './reading.ts';

// Paths as DuckDB writes them: `$.a.b[0]`, `$."a b"`, `$[#-1]`, and pointers, `/a/b/0`.

type Step = { readonly key: string } | { readonly position: number };

export function isDuckPath(text: string): boolean {
  return text.startsWith('$') || text.startsWith('/');
}

export function followDuckPath(part: Part, path: string): Part | undefined {
  let at: Part | undefined = part;
  for (const step of path.startsWith('/') ? pointerSteps(path) : dollarSteps(path)) {
    if (at === undefined) return undefined;
    if ('position' in step) at = at.item(step.position);
    else if (at.kind === 'array' && path.startsWith('/'))
      at = /^\d+$/.test(step.key) ? at.item(Number(step.key)) : undefined;
    else at = at.field(step.key);
  }
  return at;
}

function pointerSteps(path: string): readonly Step[] {
  return path
    .slice(1)
    .split('/')
    .map((step) => ({ key: step.replace(/~1/g, '/').replace(/~0/g, '~') }));
}

function dollarSteps(path: string): readonly Step[] {
  const steps: Step[] = [];
  const piece = /\.(?:"((?:[^"\\]|\\.)*)"|([^.["*]+))|\[(#-)?(-?\d+)\]/y;
  let at = 1;
  while (at < path.length) {
    piece.lastIndex = at;
    const found = piece.exec(path);
    if (found === null) throw malformed(path, at);
    const [all, quoted, plain, fromEnd, position] = found;
    if (position !== undefined) steps.push({ position: fromEnd === undefined ? Number(position) : -Number(position) });
    else steps.push({ key: quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '' });
    at += all.length;
  }
  return steps;
}

function malformed(path: string, at: number): OrbitError {
  if (path.slice(at).includes('*'))
    return new OrbitError('feature_not_supported', 'a JSON path with * is not supported here', {
      hint: 'jsonb_path_query and json_each give several values.',
    });
  return new OrbitError('invalid_parameter_value', `the JSON path "${path}" makes no sense at character ${at + 1}`, {
    hint: 'A path is like $.key[0]."another key", or /key/0.',
  });
}
