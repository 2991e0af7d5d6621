// Case by code point, where one maps to one: 'ß' has no upper case here, as in PostgreSQL without ICU. Lengths in
// code points stay, which kernels and indexes rely on.

function single(letter: string, mapped: string): string {
  return Array.from(mapped).length === 1 ? mapped : letter;
}

function isAscii(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text);
}

export function upperSimple(text: string): string {
  if (isAscii(text)) return text.toUpperCase();
  return Array.from(text, (letter) => single(letter, letter.toUpperCase())).join('');
}

export function lowerSimple(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  // By letter, because a whole text lower-cases a final sigma differently.
  return Array.from(text, (letter) => (letter === 'İ' ? 'i' : single(letter, letter.toLowerCase()))).join('');
}

/** Unicode's simple case folding: two texts are equal but for case if their foldings are the same. */
export function foldCase(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return Array.from(text, foldLetter).join('');
}

function foldLetter(letter: string): string {
  // The Turkish letters fold to themselves outside Turkish.
  if (letter === 'İ' || letter === 'ı') return letter;
  return single(letter, single(letter, letter.toUpperCase()).toLowerCase());
}
