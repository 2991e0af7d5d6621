/** How text may look where it goes to. */
export interface Appearance {
  readonly color: boolean;
  /** Columns of the terminal; undefined for files and pipes, which have no end of line. */
  readonly width: number | undefined;
}

export const PLAIN: Appearance = { color: false, width: undefined };

export function appearanceOf(stream: NodeJS.WriteStream): Appearance {
  if (!stream.isTTY) return PLAIN;
  // https://no-color.org: set to anything but nothing.
  return { color: !process.env.NO_COLOR && process.env.TERM !== 'dumb', width: stream.columns };
}

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

export function paint(text: string, style: keyof typeof CODES, { color }: Appearance): string {
  const [on, off] = CODES[style];
  return color && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}
