// Prints a block of README.md that a reader would copy, exactly as it stands there: the ```sh fence right after the line
// `<!-- run: NAME -->`. CI and the fresh-machine check run what this prints, so the README cannot be wrong about it.
//
//   node scripts/readme-block.mjs NAME [README.md]
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export function readmeBlock(text, name) {
  const lines = text.split(/\r?\n/);
  const marker = lines.indexOf(`<!-- run: ${name} -->`);
  if (marker < 0) throw new Error(`the README has no block marked "run: ${name}"`);
  const end = lines.indexOf('```', marker + 2);
  if (lines[marker + 1] !== '```sh' || end < 0) throw new Error(`no \`\`\`sh block follows the mark "run: ${name}"`);
  return `${lines.slice(marker + 2, end).join('\n')}\n`;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [, , name = '', file = fileURLToPath(new URL('../README.md', import.meta.url))] = process.argv;
  process.stdout.write(readmeBlock(readFileSync(file, 'utf8'), name));
}
