import { OrbitError } from './error.ts';
import type { Type } from './type.ts';
import type { Value } from './value.ts';

// PostgreSQL's array literals: `{1,NULL,"a b",{…}}`.

/** Elements that would be read as something else are quoted. */
export function formatList(items: readonly Value[], element: Type, format: (item: Value) => string): string {
  const texts = items.map((item) => {
    if (item === null) return 'NULL';
    const text = format(item);
    return element.kind === 'list' || !needsQuotes(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${texts.join(',')}}`;
}

function needsQuotes(text: string): boolean {
  return text === '' || /^null$/i.test(text) || /[{}",\\\s]/.test(text);
}

export function parseList(text: string, element: Type, parse: (item: string) => Value): readonly Value[] {
  const malformed = (): never => {
    throw new OrbitError('invalid_text_representation', `malformed array literal: "${text}"`);
  };
  const body = text.trim();
  if (!body.startsWith('{') || !body.endsWith('}') || body.length < 2) return malformed();
  const inside = body.slice(1, -1);
  if (inside.trim() === '') return [];
  const items = splitItems(inside);
  if (items === undefined) return malformed();
  return items.map((item) => {
    if (element.kind === 'list') return /^null$/i.test(item.text) ? null : parse(item.text);
    if (item.quoted) return parse(item.text);
    if (item.text === '' || /[{}"]/.test(item.text)) return malformed();
    return /^null$/i.test(item.text) ? null : parse(item.text);
  });
}

interface Item {
  readonly text: string;
  readonly quoted: boolean;
}

/** Splits at the commas of this level. Nested lists keep their quotes: their own level reads them. */
function splitItems(inside: string): readonly Item[] | undefined {
  const items: Item[] = [];
  let raw = '';
  let plain = '';
  let quoted = false;
  let depth = 0;
  const finish = () => {
    items.push(
      raw.trim().startsWith('{')
        ? { text: raw.trim(), quoted: false }
        : { text: quoted ? plain : plain.trim(), quoted },
    );
    raw = '';
    plain = '';
    quoted = false;
  };
  let position = 0;
  while (position < inside.length) {
    const character = inside.charAt(position);
    if (character === '"') {
      const match = /"((?:[^"\\]|\\[\s\S])*)"/y;
      match.lastIndex = position;
      const found = match.exec(inside);
      if (found === null) return undefined;
      raw += found[0];
      plain = found[1]?.replace(/\\([\s\S])/g, '$1') ?? '';
      quoted = true;
      position += found[0].length;
      continue;
    }
    if (character === '\\' && position + 1 < inside.length) {
      raw += inside.slice(position, position + 2);
      plain += inside.charAt(position + 1);
      position += 2;
      continue;
    }
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth < 0) return undefined;
    if (character === ',' && depth === 0) finish();
    else {
      raw += character;
      if (!quoted) plain += character;
    }
    position += 1;
  }
  finish();
  return depth === 0 ? items : undefined;
}
