import type { CloseCursor, DeclareCursor, FetchCursor } from '../tree.ts';
import { identifier, type Print, words } from './print.ts';

export function printCursor(print: Print, node: DeclareCursor | FetchCursor | CloseCursor): string {
  switch (node.kind) {
    case 'declareCursor':
      return words(
        'DECLARE',
        identifier(node.name),
        node.binary && 'BINARY',
        node.insensitive !== undefined && (node.insensitive ? 'INSENSITIVE' : 'ASENSITIVE'),
        node.scroll !== undefined && (node.scroll ? 'SCROLL' : 'NO SCROLL'),
        'CURSOR',
        node.hold && 'WITH HOLD',
        'FOR',
        print.query(node.query),
      );
    case 'fetchCursor': {
      const count = node.count === 'all' ? 'ALL' : node.count && print.expression(node.count);
      return words(node.move ? 'MOVE' : 'FETCH', node.direction.toUpperCase(), count, 'FROM', identifier(node.cursor));
    }
    case 'closeCursor':
      return `CLOSE ${node.name ? identifier(node.name) : 'ALL'}`;
  }
}
