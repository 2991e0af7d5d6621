import type { JsValue, ResultBatch, ResultColumn } from '../../engine/index.ts';
import { type Format, isNumber } from './format.ts';

/** One array of objects, a line each. Numbers keep all their digits, also where a double would lose some. */
export const json: Format = async function* ({ columns, batches }) {
  if (columns.length === 0) return;
  const keys = uniqueKeys(columns);
  let before = '[\n  ';
  for await (const batch of batches) {
    const objects = rowObjects(columns, keys, batch);
    if (objects.length === 0) continue;
    yield before + objects.join(',\n  ');
    before = ',\n  ';
  }
  yield before.startsWith('[') ? '[]\n' : '\n]\n';
};

/** One object a line. */
export const ndjson: Format = async function* ({ columns, batches }) {
  if (columns.length === 0) return;
  const keys = uniqueKeys(columns);
  for await (const batch of batches) {
    const objects = rowObjects(columns, keys, batch);
    if (objects.length > 0) yield `${objects.join('\n')}\n`;
  }
};

function rowObjects(columns: readonly ResultColumn[], keys: readonly string[], batch: ResultBatch): readonly string[] {
  return batch.texts.map((row, r) => {
    const members = row.map((text, c) => {
      const type = columns[c]?.type ?? '';
      return `${keys[c]}:${isNumber(type) ? numberText(text) : jsonText(batch.values[r]?.[c] ?? null, type, text)}`;
    });
    return `{${members.join(',')}}`;
  });
}

/** SQL allows several columns of one name, an object only one: the later ones are numbered. */
function uniqueKeys(columns: readonly ResultColumn[]): readonly string[] {
  const taken = new Set(columns.map(({ name }) => name));
  const seen = new Set<string>();
  return columns.map(({ name }) => {
    let key = name;
    for (let number = 2; seen.has(key) || (key !== name && taken.has(key)); number++) key = `${name}_${number}`;
    seen.add(key);
    return JSON.stringify(key);
  });
}

/** JSON has no word for NaN and the infinities: they are strings, as in PostgreSQL. */
function numberText(text: string | null): string {
  if (text === null) return 'null';
  return /^-?\d/.test(text) ? text : JSON.stringify(text);
}

function jsonText(value: JsValue, type: string, text: string | null): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return numberText(String(value));
  if (typeof value === 'string') return type.startsWith('decimal(') ? numberText(value) : JSON.stringify(value);
  if (value instanceof Uint8Array) return JSON.stringify(text ?? `\\x${Buffer.from(value).toString('hex')}`);
  if (isList(value)) return `[${value.map((item) => jsonText(item, elementType(type), null)).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item, 'any', null)}`)
    .join(',')}}`;
}

function isList(value: readonly JsValue[] | { readonly [key: string]: JsValue }): value is readonly JsValue[] {
  return Array.isArray(value);
}

function elementType(type: string): string {
  return type.endsWith('[]') ? type.slice(0, -2) : type;
}
