/** For the default of an exhaustive switch: the compiler refuses it while a case is missing. */
export function unreachable(node: never): never {
  throw new Error(`no case for ${JSON.stringify(node)}`);
}
