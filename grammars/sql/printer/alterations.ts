import { unreachable } from '../../toolkit/unreachable.ts';
import type { Alter, AlterAction, ColumnChange, Identifier, SetDefault, SimpleColumnChange } from '../tree.ts';
import { columnDefinition, deferrability, tableConstraint } from './definitions.ts';
import { options } from './options.ts';
import { clause, identifier, type Print, qualifiedName, string, words } from './print.ts';
import { sequenceNumber, sequenceOptions } from './sequences.ts';

export function printAlter(print: Print, node: Alter): string {
  return words(
    'ALTER',
    node.object.toUpperCase(),
    node.ifExists && 'IF EXISTS',
    node.only && 'ONLY',
    qualifiedName(node.name),
    node.actions.map((action) => alterAction(print, action, node.object === 'type')).join(', '),
  );
}

/** The columns of a composite type are called attributes. */
function alterAction(print: Print, node: AlterAction, ofType: boolean): string {
  const column = ofType ? 'ATTRIBUTE' : 'COLUMN';
  switch (node.kind) {
    case 'addColumn':
      return words(
        `ADD ${column}`,
        node.ifNotExists && 'IF NOT EXISTS',
        columnDefinition(print, node.column),
        node.behavior?.toUpperCase(),
      );
    case 'dropColumn':
      return dropped(`DROP ${column}`, node);
    case 'alterColumn':
      return words(`ALTER ${column}`, identifier(node.name), columnChange(print, node.change, ofType));
    case 'addConstraint':
      return words('ADD', tableConstraint(print, node.constraint), node.notValid && 'NOT VALID');
    case 'dropConstraint':
      return dropped('DROP CONSTRAINT', node);
    case 'constraintAction':
      return words(node.action.toUpperCase(), 'CONSTRAINT', identifier(node.name), deferrability(node));
    case 'renameObject':
      return `RENAME TO ${identifier(node.to)}`;
    case 'renamePart': {
      const name = node.part === 'value' ? (value: Identifier) => string(value.text) : identifier;
      return words(
        `RENAME ${node.part.toUpperCase()}`,
        name(node.from),
        'TO',
        name(node.to),
        node.behavior?.toUpperCase(),
      );
    }
    case 'setSchema':
      return `SET SCHEMA ${identifier(node.schema)}`;
    case 'setOwner':
      return `OWNER TO ${identifier(node.role)}`;
    case 'setOptions':
      return `SET (${options(print, node.options).join(', ')})`;
    case 'resetOptions':
      return `RESET (${options(print, node.options).join(', ')})`;
    case 'setProperty':
      return words(node.property.toUpperCase(), node.name && identifier(node.name));
    case 'inherit':
      return words(!node.inherits && 'NO', 'INHERIT', qualifiedName(node.parent));
    case 'alterSequence':
      return sequenceOptions(print, node.options);
    case 'addEnumValue':
      return words(
        'ADD VALUE',
        node.ifNotExists && 'IF NOT EXISTS',
        string(node.value),
        node.position?.toUpperCase(),
        node.neighbour === undefined ? '' : string(node.neighbour),
      );
    case 'domainAction':
      return defaultOrNull(print, node.change);
    default:
      return unreachable(node);
  }
}

function dropped(
  what: string,
  node: { readonly ifExists: boolean; readonly name: Identifier; readonly behavior: string | undefined },
): string {
  return words(what, node.ifExists && 'IF EXISTS', identifier(node.name), node.behavior?.toUpperCase());
}

function columnChange(print: Print, node: ColumnChange, ofType: boolean): string {
  switch (node.kind) {
    case 'setType':
      return words(
        ofType ? 'TYPE' : 'SET DATA TYPE',
        print.type(node.type),
        node.collation && `COLLATE ${qualifiedName(node.collation)}`,
        node.using && `USING ${print.expression(node.using)}`,
        node.behavior?.toUpperCase(),
      );
    case 'setDefault':
    case 'simpleColumnChange':
      return defaultOrNull(print, node);
    case 'addIdentity': {
      const numbers = node.options.map((option) => sequenceNumber(print, option)).join(' ');
      return words(`ADD GENERATED ${node.always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY`, numbers && `(${numbers})`);
    }
    case 'alterIdentity':
      return words(
        node.always !== undefined && `SET GENERATED ${node.always ? 'ALWAYS' : 'BY DEFAULT'}`,
        ...node.options.map((option) => {
          const text = sequenceNumber(print, option);
          return option.name.text === 'restart' ? text : `SET ${text}`;
        }),
      );
    case 'setExpression':
      return `SET EXPRESSION AS (${print.expression(node.expression)})`;
    case 'setColumnProperty':
      return `SET ${node.property.toUpperCase()} ${print.expression(node.value)}`;
    case 'setOptions':
      return `SET (${options(print, node.options).join(', ')})`;
    case 'resetOptions':
      return words('RESET', clause('(', options(print, node.options), ')'));
    default:
      return unreachable(node);
  }
}

function defaultOrNull(print: Print, node: SetDefault | SimpleColumnChange): string {
  if (node.kind === 'setDefault') return `SET DEFAULT ${print.expression(node.value)}`;
  return words(node.change.toUpperCase(), node.ifExists && 'IF EXISTS');
}
