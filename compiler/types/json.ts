import { OrbitError } from './error.ts';
import type { AnyValue } from './value.ts';

// JSON text to and from `any`. JSON.parse would lose integers beyond 2^53, so the reader is our own.

const MAX_DEPTH = 1000;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** PostgreSQL's jsonb layout: a blank after each comma and colon. */
export function formatJson(value: AnyValue): string {
  switch (value.tag) {
    case 'null':
      return 'null';
    case 'bool':
      return value.value ? 'true' : 'false';
    case 'int64':
      return value.value.toString();
    case 'float64':
      return formatJsonNumber(value.value);
    case 'utf8':
      return JSON.stringify(value.value);
    case 'list':
      return `[${value.value.map(formatJson).join(', ')}]`;
    case 'object':
      return `{${[...value.value].map(([key, field]) => `${JSON.stringify(key)}: ${formatJson(field)}`).join(', ')}}`;
  }
}

/** A whole float keeps its `.0`, so that it is read back as a float. What JSON cannot write is a string. */
function formatJsonNumber(value: number): string {
  if (!Number.isFinite(value)) return JSON.stringify(String(value));
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The text is no JSON; `position` is where that shows, in UTF-16 units. */
export class JsonSyntaxError extends OrbitError {
  readonly position: number;

  constructor(position: number) {
    super('invalid_text_representation', 'invalid input syntax for type json', {
      hint: `The text is no JSON from character ${position + 1} on.`,
    });
    this.position = position;
  }
}

export function parseJson(text: string): AnyValue {
  let position = 0;

  const fail = (): never => {
    throw new JsonSyntaxError(position);
  };
  const skipBlanks = () => {
    while (position < text.length && ' \t\n\r'.includes(text.charAt(position))) position += 1;
  };
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) position += found.length;
    return found;
  };
  const expect = (character: string) => {
    skipBlanks();
    if (text.charAt(position) !== character) fail();
    position += 1;
  };
  const accept = (character: string): boolean => {
    skipBlanks();
    if (text.charAt(position) !== character) return false;
    position += 1;
    return true;
  };
  const readString = (): string => {
    const found = match(/"(?:[^"\\]|\\.)*"/y);
    try {
      return found === undefined ? fail() : String(JSON.parse(found));
    } catch {
      return fail();
    }
  };
  const readNumber = (): AnyValue => {
    const found = match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (found === undefined) return fail();
    if (/^-?\d+$/.test(found) && found !== '-0') {
      const integer = BigInt(found);
      if (integer >= MIN_INT64 && integer <= MAX_INT64) return { tag: 'int64', value: integer };
    }
    const value = Number(found);
    if (!Number.isFinite(value)) throw new OrbitError('numeric_value_out_of_range', `"${found}" is out of range`);
    return { tag: 'float64', value };
  };
  const readValue = (depth: number): AnyValue => {
    if (depth > MAX_DEPTH) throw new OrbitError('statement_too_complex', 'JSON is nested too deeply');
    skipBlanks();
    switch (text.charAt(position)) {
      case '{':
        return readObject(depth);
      case '[':
        return readList(depth);
      case '"':
        return { tag: 'utf8', value: readString() };
      default:
        break;
    }
    const word = match(/true|false|null/y);
    if (word === 'null') return { tag: 'null' };
    return word === undefined ? readNumber() : { tag: 'bool', value: word === 'true' };
  };
  const readList = (depth: number): AnyValue => {
    expect('[');
    const value: AnyValue[] = [];
    if (accept(']')) return { tag: 'list', value };
    do value.push(readValue(depth + 1));
    while (accept(','));
    expect(']');
    return { tag: 'list', value };
  };
  const readObject = (depth: number): AnyValue => {
    expect('{');
    const value = new Map<string, AnyValue>();
    if (accept('}')) return { tag: 'object', value };
    do {
      skipBlanks();
      const key = readString();
      expect(':');
      value.set(key, readValue(depth + 1));
    } while (accept(','));
    expect('}');
    return { tag: 'object', value };
  };

  const value = readValue(0);
  skipBlanks();
  if (position < text.length) fail();
  return value;
}
