// docs/functions.md, made from the catalogue.
import { AGGREGATES, SCALARS, WINDOWS } from '../../compiler/functions/catalogue.ts';
import type { AggregateFunction, ScalarFunction, WindowFunction } from '../../compiler/functions/declaration.ts';
import { operatorSymbol } from '../../compiler/functions/operators.ts';
import { listSignatures } from '../../compiler/functions/resolve.ts';
import { messageTypeName } from '../../compiler/types/names.ts';
import type { Type } from '../../compiler/types/type.ts';
import { formsOf } from './calls.ts';

type Declared = ScalarFunction | AggregateFunction | WindowFunction;

const MOST_FORMS = 3;

const typeText = (type: Type): string =>
  type.kind === 'decimal' ? 'numeric' : type.kind === 'list' ? `${typeText(type.element)}[]` : messageTypeName(type);

function forms(fn: Declared): string {
  const [name = fn.name] = fn.names.sql ?? [];
  const found = 'volatility' in fn ? formsOf(fn) : listSignatures(fn, MOST_FORMS + 1);
  const texts = [...new Set(found.map(({ parameters }) => `${name}(${parameters.map(typeText).join(', ')})`))];
  const shown = texts.slice(0, MOST_FORMS).map((text) => `\`${text}\``);
  if (shown.length === 0) shown.push(`\`${name}(…)\``);
  return shown.join('<br>') + (texts.length > MOST_FORMS ? '<br>…' : '');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string): string => (text === '' ? '(empty)' : text.includes('`') ? text : `\`${cell(text)}\``);

function row(fn: Declared): string {
  const [, ...others] = fn.names.sql ?? [];
  const also = others.length > 0 ? ` Also ${others.map((name) => `\`${name}\``).join(', ')}.` : '';
  const example = fn.example === undefined ? '' : `${code(fn.example.sql)} → ${code(fn.example.result)}`;
  return `| ${cell(forms(fn))} | ${cell(fn.documentation + also)} | ${example} |`;
}

function table(functions: readonly Declared[]): string {
  const rows = [...functions].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)).map(row);
  return ['| function | what it gives | example |', '| --- | --- | --- |', ...rows].join('\n');
}

const key = (fn: Declared): string => fn.names.sql?.[0] ?? fn.name;
const named = (fn: Declared): boolean => (fn.names.sql ?? []).length > 0;

function operators(): string {
  const rows = SCALARS.filter(
    (fn) => !named(fn) && fn.example !== undefined && operatorSymbol(fn.name) !== undefined,
  ).map(
    (fn) =>
      `| \`${cell(operatorSymbol(fn.name) ?? '')}\` | ${cell(fn.documentation)} | ${code(fn.example?.sql ?? '')} → ${code(fn.example?.result ?? '')} |`,
  );
  return ['| operator | what it gives | example |', '| --- | --- | --- |', ...rows].join('\n');
}

export function functionsPage(): string {
  const scalars = SCALARS.filter(named);
  const aggregates = AGGREGATES.filter(named);
  return `# Functions

Made from the catalogue (\`compiler/functions\`) by \`npm run docs:functions\`; every example is run by a test. Names of
types are PostgreSQL's. Where PostgreSQL and DuckDB have different functions of one name, it is PostgreSQL's.

${scalars.length} functions, ${aggregates.length} aggregates (each also a window function), ${WINDOWS.length} window functions.

## Operators

${operators()}

## Functions

${table(scalars)}

## Aggregates

${table(aggregates)}

## Window functions

${table(WINDOWS)}
`;
}
