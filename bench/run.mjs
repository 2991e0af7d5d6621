// Runs a benchmark written in TypeScript against the sources: bundles it and starts it in a process of its own.
//
//   node bench/run.mjs bench/any.ts [ARGUMENTS]
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) {
  console.error('usage: node bench/run.mjs FILE.ts [ARGUMENTS]');
  process.exit(2);
}
// Inside the package, so that its dependencies are found.
const folder = fileURLToPath(new URL('../node_modules/.cache/bench/', import.meta.url));
mkdirSync(folder, { recursive: true });
const outfile = `${folder}${basename(entry, '.ts')}.mjs`;
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
  define: { __ORBIT_VERSION__: '"bench"' },
});
// What is bundled does not know where it came from.
const kits = process.env.ORBIT_KITS || resolve(fileURLToPath(new URL('../../shared/conformance', import.meta.url)));
const env = { ...process.env, ORBIT_KITS: kits };
process.exitCode = spawnSync(process.execPath, [outfile, ...args], { stdio: 'inherit', env }).status ?? 1;
