import type * as sql from '../../../grammars/sql/tree.ts';
import type { FileOption, FileRequest } from '../../catalog/files.ts';
import { OrbitError, type SourceRange } from '../../types/error.ts';
import { fold } from './names.ts';
import { constantWord } from './options.ts';

export interface NamedFiles extends FileRequest {
  readonly range: SourceRange;
}

/** Functions of FROM that read files, and the format that they are about. */
const READERS: ReadonlyMap<string, FileRequest['format']> = new Map([
  ['read_csv', 'csv'],
  ['read_csv_auto', 'csv'],
  ['read_parquet', 'parquet'],
  ['parquet_scan', 'parquet'],
  ['read_json', 'json'],
  ['read_json_auto', 'json'],
  ['read_ndjson', 'json'],
  ['read_ndjson_auto', 'json'],
  ['read_arrow', 'arrow'],
  ['scan_arrow_ipc', 'arrow'],
]);

/** What FROM reads from files anywhere in the statement, each once: they are to be opened before binding. */
export function filesNamedBy(statement: sql.Statement): readonly NamedFiles[] {
  const files = new Map<string, NamedFiles>();
  // A stack of its own: this runs before anything has bounded what the tree may hold.
  const pending: unknown[] = [statement];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node !== 'object' || node === null) continue;
    const request = isFileReference(node) ? fileOfName(node) : isTableFunction(node) ? filesOfCall(node) : undefined;
    if (request !== undefined && !files.has(request.key)) files.set(request.key, request);
    const parts = Object.values(node);
    for (let i = parts.length - 1; i >= 0; i--) pending.push(parts[i]);
  }
  return [...files.values()];
}

function isFileReference(node: object): node is sql.FileReference {
  return 'kind' in node && node.kind === 'file' && 'path' in node && typeof node.path === 'string' && 'sample' in node;
}

function isTableFunction(node: object): node is sql.TableFunction {
  return 'kind' in node && node.kind === 'tableFunction' && 'calls' in node && 'ordinality' in node;
}

export function fileOfName({ path, range }: sql.FileReference): NamedFiles {
  return { key: path, format: undefined, paths: [path], options: new Map(), range };
}

/** What a function of FROM reads; undefined if it reads no files. */
export function filesOfCall({ calls, range }: sql.TableFunction): NamedFiles | undefined {
  const [first] = calls;
  if (calls.length !== 1 || first?.call.kind !== 'call') return undefined;
  const { call } = first;
  const [word] = call.name.parts;
  if (word === undefined || call.name.parts.length !== 1) return undefined;
  const name = fold(word);
  if (!READERS.has(name)) return undefined;
  const format = READERS.get(name);
  const options = new Map<string, FileOption>();
  let paths: readonly string[] | undefined;
  for (const argument of call.arguments) {
    const option = namedOption(argument);
    if (option !== undefined) options.set(fold(option.name), constantOf(option.value));
    else if (paths === undefined) paths = pathsOf(argument.value, name);
    else
      throw new OrbitError('undefined_function', `${name} takes one path or list of paths`, { range: argument.range });
  }
  if (paths === undefined) {
    throw new OrbitError('undefined_function', `${name} needs the path of a file`, { range: call.range });
  }
  if (name.startsWith('read_ndjson') && !options.has('format')) options.set('format', 'newline_delimited');
  const spelled = [...options].map(([key, value]) => [key, value instanceof Map ? [...value] : value]);
  return { key: `${name} ${JSON.stringify([paths, spelled])}`, format, paths, options, range };
}

/** `name => value`, `name := value`, or, as other dialects write it here, `name = value`. */
function namedOption({
  name,
  value,
}: sql.Argument): { readonly name: sql.Identifier; readonly value: sql.Expression } | undefined {
  if (name !== undefined) return { name, value };
  if (value.kind !== 'binary' || value.operator.symbol !== '=' || value.left.kind !== 'column') return undefined;
  const [word] = value.left.parts;
  return word === undefined || value.left.parts.length > 1 ? undefined : { name: word, value: value.right };
}

function pathsOf(tree: sql.Expression, name: string): readonly string[] {
  if (tree.kind === 'string') return [tree.value];
  if (tree.kind === 'array' && tree.elements.length > 0) {
    return tree.elements.map((element) => {
      if (element.kind === 'string') return element.value;
      throw new OrbitError('feature_not_supported', `${name} takes paths that are constants`, { range: element.range });
    });
  }
  throw new OrbitError('feature_not_supported', `${name} takes a path or a list of paths that are constants`, {
    range: tree.range,
  });
}

function constantOf(tree: sql.Expression): FileOption {
  switch (tree.kind) {
    case 'array':
      return tree.elements.map(wordOf);
    case 'struct':
      return new Map(tree.fields.map(({ name, value }) => [name.text, wordOf(value)]));
    case 'boolean':
      return tree.value;
    default:
      return wordOf(tree);
  }
}

function wordOf(tree: sql.Expression): string {
  const word = constantWord(tree);
  if (word !== undefined) return word;
  throw new OrbitError('feature_not_supported', 'options of functions that read files are constants', {
    range: tree.range,
  });
}
