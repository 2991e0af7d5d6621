import type { FileOption, FileRequest } from '../../compiler/catalog/files.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import type { CsvOptions } from './csv/dialect.ts';

type Options = FileRequest['options'];

export function refuseOthers(what: string, options: Options, known: readonly string[]): void {
  for (const name of options.keys()) {
    if (known.includes(name)) continue;
    const hint = known.length === 0 ? undefined : `It knows ${known.join(', ')}.`;
    throw new OrbitError('feature_not_supported', `${what} does not know the option "${name}"`, { hint });
  }
}

export function textOption(options: Options, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = options.get(name);
    if (typeof value === 'string') return value;
    if (value !== undefined) throw wrong(name, value, 'a text');
  }
  return undefined;
}

export function flagOption(options: Options, name: string): boolean | undefined {
  const value = options.get(name);
  if (value === undefined || typeof value === 'boolean') return value;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw wrong(name, value, 'true or false');
}

function wrong(name: string, value: FileOption, wanted: string): OrbitError {
  const shown = JSON.stringify(value instanceof Map ? Object.fromEntries(value) : value);
  return new OrbitError('invalid_parameter_value', `the option "${name}" must be ${wanted}, not ${shown}`);
}

const CSV_OPTIONS = ['delim', 'sep', 'delimiter', 'quote', 'escape', 'header', 'nullstr', 'auto_detect'];

export function csvOptions(options: Options): CsvOptions {
  refuseOthers('read_csv', options, CSV_OPTIONS);
  return {
    delimiter: textOption(options, 'delim', 'sep', 'delimiter'),
    quote: textOption(options, 'quote'),
    escape: textOption(options, 'escape'),
    header: flagOption(options, 'header'),
    nullText: textOption(options, 'nullstr'),
  };
}
