/** What each word stands for, from the words for each thing. */
export function byWord<Name extends string>(
  words: Readonly<Record<Name, readonly string[]>>,
): ReadonlyMap<string, Name> {
  const names = new Map<string, Name>();
  // TypeScript has keys as strings, since a record may have more than its type says; tables that are written out have not.
  for (const name of Object.keys(words) as Name[]) for (const word of words[name]) names.set(word, name);
  return names;
}
