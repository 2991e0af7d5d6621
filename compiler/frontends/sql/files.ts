import type * as sql from '../../../grammars/sql/tree.ts';
import type { SourceRange } from '../../types/error.ts';

export interface NamedFile {
  readonly path: string;
  readonly range: SourceRange;
}

/** The files that FROM names anywhere in the statement, each path once: they are to be opened before binding. */
export function filesNamedBy(statement: sql.Statement): readonly NamedFile[] {
  const files = new Map<string, NamedFile>();
  // A stack of its own: this runs before anything has bounded what the tree may hold.
  const pending: unknown[] = [statement];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node !== 'object' || node === null) continue;
    if (isFileReference(node) && !files.has(node.path)) files.set(node.path, { path: node.path, range: node.range });
    const parts = Object.values(node);
    for (let i = parts.length - 1; i >= 0; i--) pending.push(parts[i]);
  }
  return [...files.values()];
}

function isFileReference(node: object): node is sql.FileReference {
  return 'kind' in node && node.kind === 'file' && 'path' in node && typeof node.path === 'string' && 'sample' in node;
}
