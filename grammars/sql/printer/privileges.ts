import type { Comment, Grant, Option, RoleStatement } from '../tree.ts';
import { clause, identifier, identifiers, type Print, qualifiedName, string, words } from './print.ts';
import { functionReference } from './routines.ts';

export function printPrivilege(print: Print, node: Grant | RoleStatement | Comment): string {
  switch (node.kind) {
    case 'grant':
      return grant(print, node);
    case 'roleStatement':
      return words(
        node.action.toUpperCase(),
        node.what.toUpperCase(),
        node.ifExists && 'IF EXISTS',
        identifiers(node.names),
        ...node.options.map((option) => roleOption(print, option)),
      );
    case 'comment':
      return words(
        'COMMENT ON',
        node.object.toUpperCase(),
        functionReference(print, node.name),
        node.table && `ON ${qualifiedName(node.table)}`,
        'IS',
        node.text === undefined ? 'NULL' : string(node.text),
      );
  }
}

function grant(print: Print, node: Grant): string {
  const privileges = node.privileges.map(({ name, columns }) =>
    words(identifier(name), clause('(', columns.map(identifier), ')')),
  );
  const names = node.on?.names.map((name) => functionReference(print, name)).join(', ');
  return words(
    node.revoke ? 'REVOKE' : 'GRANT',
    node.optionFor && `${identifier(node.optionFor)} OPTION FOR`,
    privileges.join(', ') || 'ALL PRIVILEGES',
    node.on && words('ON', node.on.object.toUpperCase(), names),
    node.revoke ? 'FROM' : 'TO',
    identifiers(node.roles),
    node.withOption && `WITH ${identifier(node.withOption)} OPTION`,
    node.grantedBy && `GRANTED BY ${identifier(node.grantedBy)}`,
    node.behavior?.toUpperCase(),
  );
}

function roleOption(print: Print, { name, value }: Option): string {
  const text = name.text.replaceAll('_', ' ').toUpperCase();
  if (value?.kind !== 'row') return words(value ? text : name.text, value && print.expression(value));
  return `${text} ${value.fields.map((field) => print.expression(field)).join(', ')}`;
}
