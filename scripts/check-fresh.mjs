// `npm run check:fresh`: does what the README says work on a machine that has Node.js and nothing else of ours?
// Clones the committed state into an empty folder and runs the README's marked blocks there, exactly as they stand.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshEnvironment, output, root, run } from './fresh.mjs';
import { readmeBlock } from './readme-block.mjs';

const folder = mkdtempSync(join(tmpdir(), 'orbit-fresh-'));
const clone = join(folder, 'clone');
let failed = false;
try {
  if (output('git', ['status', '--porcelain'], { cwd: root }) !== '')
    console.log('note: only what is committed counts');
  run('git', ['clone', '--quiet', '--no-hardlinks', root, clone]);
  const env = freshEnvironment(folder);
  const readme = readFileSync(join(clone, 'README.md'), 'utf8');
  for (const name of ['demo', 'test']) {
    const block = readmeBlock(readme, name);
    console.log(`\n== ${name}\n${block}`);
    const started = performance.now();
    let result = 'ok';
    try {
      run('bash', ['-e', '-o', 'pipefail', '-c', block], { cwd: clone, env });
    } catch (error) {
      failed = true;
      result = `FAILED (${error.message.split('\n')[0]})`;
    }
    console.log(`\n${name}: ${result} after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
