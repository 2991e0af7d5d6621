/** Characters that East Asian fonts draw two columns wide (Unicode's East_Asian_Width W and F), in ranges. */
const WIDE: readonly (readonly [from: number, to: number])[] = [
  [0x1100, 0x115f], // first letters of Hangul syllables
  [0x2329, 0x232a],
  [0x2e80, 0x303e], // radicals, punctuation
  [0x3041, 0x33ff], // kana, enclosed letters
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf], // Han, Yi
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3], // Hangul
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60], // full-width Latin
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff], // Tangut, Khitan
  [0x1aff0, 0x1b2fb], // older kana
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd], // rare Han
];

const ASCII = /^[\x20-\x7e]*$/;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\uFE0F/u;

let segmenter: Intl.Segmenter | undefined;

function segments(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

function characterWidth(character: string): number {
  if (INVISIBLE.test(character)) return 0;
  if (EMOJI.test(character)) return 2;
  const code = character.codePointAt(0) ?? 0;
  return WIDE.some(([from, to]) => from <= code && code <= to) ? 2 : 1;
}

/** Columns that the text takes on a terminal. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segments(text)) width += characterWidth(segment);
  return width;
}

/** The beginning of the text that fits, with `…` for the rest. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of segments(text)) {
    used += characterWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
