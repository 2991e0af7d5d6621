import type {
  AtomicBody,
  Call,
  CreateFunction,
  CreateMacro,
  Do,
  DropFunction,
  FunctionParameter,
  FunctionReference,
  FunctionResult,
  MacroOverload,
  Option,
  ReturnBody,
} from '../tree.ts';
import { optionValue } from './options.ts';
import { identifier, type Print, qualifiedName, string, words } from './print.ts';

export function printCreateFunction(print: Print, node: CreateFunction): string {
  return words(
    'CREATE',
    node.orReplace && 'OR REPLACE',
    node.what.toUpperCase(),
    `${qualifiedName(node.name)}${parameters(print, node.parameters)}`,
    node.returns && result(print, node.returns),
    ...node.options.map((option) => functionOption(print, option)),
    ...node.settings.map((setting) => {
      const [value] = setting.values;
      const current = value?.kind === 'column' && /^current$/i.test(value.parts[0]?.text ?? '');
      const values = setting.values.map((item) => print.expression(item)).join(', ');
      return `SET ${qualifiedName(setting.name)} ${current ? 'FROM CURRENT' : `TO ${values}`}`;
    }),
    node.body && body(print, node.body),
  );
}

function parameters(print: Print, nodes: readonly FunctionParameter[]): string {
  const texts = nodes.map((node) =>
    words(
      node.mode?.toUpperCase(),
      node.name && identifier(node.name),
      node.setOf && 'SETOF',
      print.type(node.type),
      node.default && `DEFAULT ${print.expression(node.default)}`,
    ),
  );
  return `(${texts.join(', ')})`;
}

function result(print: Print, node: FunctionResult): string {
  if (node.type === undefined) return `RETURNS TABLE ${parameters(print, node.columns)}`;
  return words('RETURNS', node.setOf && 'SETOF', print.type(node.type));
}

const optionWords: ReadonlyMap<string, string> = new Map([
  ['called_on_null_input', 'CALLED ON NULL INPUT'],
  ['not_leakproof', 'NOT LEAKPROOF'],
  ['security_definer', 'SECURITY DEFINER'],
  ['security_invoker', 'SECURITY INVOKER'],
]);

function functionOption(print: Print, { name, value }: Option): string {
  if (name.text === 'as' && value?.kind === 'row') {
    return `AS ${value.fields.map((field) => print.expression(field)).join(', ')}`;
  }
  return words(optionWords.get(name.text) ?? name.text.toUpperCase(), value && optionValue(print, value));
}

function body(print: Print, node: ReturnBody | AtomicBody): string {
  if (node.kind === 'returnBody') return `RETURN ${print.expression(node.expression)}`;
  return words('BEGIN ATOMIC', ...node.statements.map((statement) => `${print.statement(statement)};`), 'END');
}

export function printCreateMacro(print: Print, node: CreateMacro): string {
  return words(
    'CREATE',
    node.orReplace && 'OR REPLACE',
    node.temporary && 'TEMPORARY',
    'MACRO',
    node.ifNotExists && 'IF NOT EXISTS',
    qualifiedName(node.name),
    node.overloads.map((overload) => macroOverload(print, overload)).join(', '),
  );
}

function macroOverload(print: Print, node: MacroOverload): string {
  const texts = node.parameters.map(({ name, type, default: value }) =>
    words(identifier(name), type && print.type(type), value && `:= ${print.expression(value)}`),
  );
  const text = node.body.kind === 'query' ? `TABLE ${print.query(node.body)}` : print.expression(node.body);
  return `(${texts.join(', ')}) AS ${text}`;
}

export function printDropFunction(print: Print, node: DropFunction): string {
  return words(
    'DROP',
    node.object.toUpperCase(),
    node.ifExists && 'IF EXISTS',
    node.functions.map((reference) => functionReference(print, reference)).join(', '),
    node.behavior?.toUpperCase(),
  );
}

export function functionReference(print: Print, node: FunctionReference): string {
  return qualifiedName(node.name) + (node.parameters ? parameters(print, node.parameters) : '');
}

export function printCall(print: Print, node: Call): string {
  return `CALL ${print.expression(node.call)}`;
}

export function printDo(node: Do): string {
  return words('DO', node.language && `LANGUAGE ${identifier(node.language)}`, string(node.code));
}
