import { decodeString, type JsonNode, readJson } from '../../types/json-text.ts';
import { formatJsonb, isArray, isObject, type Json, jsonOf, parseJsonb } from '../../types/jsonb.ts';
import { isList, toText } from '../../types/narrow.ts';
import { isJsonb, JSON_TEXT, JSONB, type Type } from '../../types/type.ts';
import type { Value } from '../../types/value.ts';
import type { Overload } from '../declaration.ts';
import { fixed } from '../overload.ts';

/**
 * A part of a document: of json a place in its text, which is kept as it was written, of jsonb a value. Undefined stands
 * for what is not there.
 */
export interface Part {
  readonly kind: 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';
  /** The part's own JSON. */
  readonly json: () => string;
  /** As text: strings without quotes, null as NULL. */
  readonly text: () => string | null;
  readonly value: () => Json;
  readonly field: (key: string) => Part | undefined;
  /** Negative positions count from the end. */
  readonly item: (position: number) => Part | undefined;
  readonly items: () => readonly Part[];
  readonly fields: () => readonly (readonly [string, Part])[];
}

export function partOf(text: string, type: Type): Part {
  return isJsonb(type) ? valuePart(parseJsonb(text)) : nodePart(readJson(text), text);
}

function valuePart(value: Json): Part {
  const at = <T>(items: readonly T[], position: number): T | undefined => items.at(position);
  return {
    kind: kindOf(value),
    json: () => formatJsonb(value),
    text: () => (value === null ? null : typeof value === 'string' ? value : formatJsonb(value)),
    value: () => value,
    field: (key) => {
      const found = isObject(value) ? value.get(key) : undefined;
      return found === undefined ? undefined : valuePart(found);
    },
    item: (position) => {
      const found = isArray(value) ? at(value, position) : undefined;
      return found === undefined ? undefined : valuePart(found);
    },
    items: () => (isArray(value) ? value.map(valuePart) : []),
    fields: () => (isObject(value) ? [...value].map(([key, field]) => [key, valuePart(field)] as const) : []),
  };
}

function kindOf(value: Json): Part['kind'] {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  return isArray(value) ? 'array' : isObject(value) ? 'object' : 'number';
}

function nodePart(node: JsonNode, text: string): Part {
  const own = () => text.slice(node.start, node.end);
  const keyOf = (key: JsonNode) => decodeString(text.slice(key.start, key.end));
  return {
    kind: node.kind === 'true' || node.kind === 'false' ? 'boolean' : node.kind,
    json: own,
    text: () => (node.kind === 'null' ? null : node.kind === 'string' ? decodeString(own()) : own()),
    value: () => jsonOf(node, text),
    field: (key) => {
      const found = node.kind === 'object' ? node.fields.findLast((field) => keyOf(field.key) === key) : undefined;
      return found === undefined ? undefined : nodePart(found.value, text);
    },
    item: (position) => {
      const found = node.kind === 'array' ? node.items.at(position) : undefined;
      return found === undefined ? undefined : nodePart(found, text);
    },
    items: () => (node.kind === 'array' ? node.items.map((item) => nodePart(item, text)) : []),
    fields: () =>
      node.kind === 'object' ? node.fields.map(({ key, value }) => [keyOf(key), nodePart(value, text)] as const) : [],
  };
}

/** The position that a step of a path means in an array; undefined for what is no whole number. */
export function positionOf(step: string): number | undefined {
  if (!/^\s*[+-]?\d+$/.test(step)) return undefined;
  const position = Number(step);
  return Math.abs(position) > 2 ** 31 ? undefined : position;
}

/** One step of PostgreSQL's paths: a key of an object or a position in an array. */
export function stepInto(part: Part, step: string): Part | undefined {
  if (part.kind === 'object') return part.field(step);
  if (part.kind !== 'array') return undefined;
  const position = positionOf(step);
  return position === undefined ? undefined : part.item(position);
}

/** The steps of a `text[]`; undefined where one is NULL. */
export function stepsOf(path: Value): readonly string[] | undefined {
  if (!isList(path)) return undefined;
  const steps: string[] = [];
  for (const step of path) {
    if (step === null) return undefined;
    steps.push(toText(step));
  }
  return steps;
}

/** The same function over json and over jsonb; `result` absent means a document of the same kind. */
export function overBoth(rest: readonly Type[], result?: Type): readonly Overload[] {
  return [JSON_TEXT, JSONB].map((type) => fixed([type, ...rest], result ?? type));
}

export const maybeNull = () => true;
