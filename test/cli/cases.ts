/** Case files: a title line (`## …`), shell commands, `=>` and what they print. */
export interface Case {
  readonly title: string;
  readonly command: string;
  readonly expected: string;
}

export function readCases(text: string): Case[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const line = section.indexOf('\n');
      const [command = '', expected = ''] = section.slice(line + 1).split(/^=>\n/m);
      return { title: section.slice(0, line).trim(), command: command.trim(), expected: expected.trimEnd() };
    });
}

export function writeCases(cases: readonly Case[]): string {
  return cases.map(({ title, command, expected }) => `## ${title}\n${command}\n=>\n${expected}\n`).join('\n');
}
