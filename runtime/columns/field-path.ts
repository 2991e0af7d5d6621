/** A path of field names as a JSON pointer (RFC 6901): '/a/b', with ~0 for ~ and ~1 for /. */
export function fieldPath(names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The names of a JSON pointer. */
export function fieldNames(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}
