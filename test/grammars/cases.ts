import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Cases as text: input, a line of four dashes, what is expected of it, a blank line. `UPDATE=1` writes what came out. */
export interface Case {
  readonly file: string;
  readonly line: number;
  readonly input: string;
  readonly expected: string;
}

const folder = fileURLToPath(new URL('./sql/', import.meta.url));

export function caseFiles(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .sort();
}

export function readCases(file: string): readonly Case[] {
  const cases: Case[] = [];
  let line = 1;
  for (const block of readFileSync(folder + file, 'utf8').split(/\n\n+/)) {
    const comment = /^(?:#.*\n?)*/.exec(block)?.[0] ?? '';
    const text = block.slice(comment.length).replace(/\n+$/, '');
    if (text !== '') {
      const [input = '', expected = ''] = text.split(/\n----(?:\n|$)/);
      cases.push({ file, line: line + comment.split('\n').length - 1, input, expected });
    }
    line += block.split('\n').length + 1;
  }
  return cases;
}

/** With UPDATE=1: rewrites the expectations of a file, and keeps its comments. */
export function updateCases(file: string, actual: (input: string) => string): void {
  const blocks = readFileSync(folder + file, 'utf8')
    .trimEnd()
    .split(/\n\n+/)
    .map((block) => {
      const comment = /^(?:#.*\n?)*/.exec(block)?.[0] ?? '';
      const input = block.slice(comment.length).split(/\n----(?:\n|$)/)[0] ?? '';
      return input === '' ? block : `${comment}${input}\n----\n${actual(input)}`;
    });
  writeFileSync(folder + file, `${blocks.join('\n\n')}\n`);
}

/** Where `false` is not the same as nothing written. */
const threeValued = new Set(['materialized', 'deferrable', 'readOnly']);

/** A tree in little space: kinds with their properties, without what is undefined, empty, or false as usual. */
export function outline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(outline).join(', ')}]`;
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const { kind, range: _range, ...properties } = value as Record<string, unknown>;
  if (kind === 'identifier') return properties.quoted ? `"${properties.text}"` : String(properties.text);
  if (kind === 'name') return (properties.parts as readonly unknown[]).map(outline).join('.');
  const shown = Object.entries(properties)
    .filter(([name, property]) => property !== undefined && (property !== false || threeValued.has(name)))
    .filter(([, property]) => !(Array.isArray(property) && property.length === 0))
    .map(([name, property]) => (property === true ? name : `${name}: ${outline(property)}`));
  return `${String(kind)}(${shown.join(', ')})`;
}

/** The tree without its ranges, as text: equal for two texts of the same statement. */
export function textWithoutRanges(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => (key === 'range' ? undefined : value));
}
