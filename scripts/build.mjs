// Builds dist/: the bundles (esbuild) and the declarations (tsc), into a scratch folder that then takes dist's place, so
// that a program which is running from dist never sees half of a build.
//
//   node scripts/build.mjs             everything
//   node scripts/build.mjs --no-types  bundles only; the declarations of the last build stay
import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const scratch = join(root, `.dist-${process.pid}`);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const withTypes = !process.argv.includes('--no-types');
const started = performance.now();

const exists = (path) => existsSync(join(root, path));
const nodeEntries = ['cli/main.ts', 'engine/index.ts', 'runtime/scheduler/worker.node.ts'].filter(exists);
// Side by side, chunks included: a bundle finds its workers at `./worker.browser.js`, whichever file the reference ends up in.
const browserEntries = [
  { in: 'engine/index.browser.ts', out: 'browser/index' },
  { in: 'runtime/scheduler/worker.browser.ts', out: 'browser/worker.browser' },
].filter((entry) => exists(entry.in));

const common = {
  absWorkingDir: root,
  outbase: '.',
  outdir: scratch,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  // Bundled and without its white space, the parser library loads in a third of the time: half of a command's start.
  packages: 'bundle',
  minifyWhitespace: true,
  minifySyntax: true,
  // Escapes keep the text one byte a character, which V8 reads faster.
  charset: 'ascii',
  legalComments: 'none',
  logLevel: 'warning',
  define: { __ORBIT_VERSION__: JSON.stringify(manifest.version) },
};

/** In a browser bundle, `./x.node.ts` is its twin `./x.browser.ts`. A Node built-in is an error: nothing could supply it. */
const browserTwins = {
  name: 'browser-twins',
  setup(bundler) {
    bundler.onResolve({ filter: /\.node\.ts$/ }, ({ path, resolveDir, importer }) => {
      const twin = resolve(resolveDir, path.replace(/\.node\.ts$/, '.browser.ts'));
      if (existsSync(twin)) return { path: twin };
      return { errors: [{ text: `${path} has no browser twin (wanted by ${importer})` }] };
    });
    bundler.onResolve({ filter: /^node:/ }, ({ path, importer }) => ({
      errors: [{ text: `${path} does not exist in a browser (wanted by ${importer})` }],
    }));
  },
};

/** The licenses of the packages that a bundle contains: they go where the code goes. */
function licenses(inputs) {
  const packages = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  return [...packages]
    .sort()
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
      if (file === undefined) throw new Error(`${name} is part of a bundle and comes without its license`);
      return `${name} ${version}\n\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function run(command, args) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
    child.on('error', failed);
    child.on('exit', (code, signal) => done(signal === null ? code : 1));
  });
}

async function bundles() {
  if (nodeEntries.length > 0) {
    const { metafile } = await build({
      ...common,
      metafile: true,
      platform: 'node',
      target: ['es2022', 'node20.19'],
      entryPoints: nodeEntries,
      chunkNames: 'chunks/[name]-[hash]',
    });
    writeFileSync(join(scratch, 'THIRD-PARTY-LICENSES.txt'), licenses(Object.keys(metafile.inputs)));
  }
  if (browserEntries.length > 0) {
    const { metafile } = await build({
      ...common,
      metafile: true,
      platform: 'browser',
      conditions: ['browser'],
      entryPoints: browserEntries,
      chunkNames: 'browser/[name]-[hash]',
      plugins: [browserTwins],
    });
    writeFileSync(join(scratch, 'browser/THIRD-PARTY-LICENSES.txt'), licenses(Object.keys(metafile.inputs)));
  }
  const command = join(scratch, 'cli/main.js');
  if (existsSync(command)) {
    const text = readFileSync(command, 'utf8');
    if (!text.startsWith('#!')) writeFileSync(command, `#!/usr/bin/env node\n${text}`);
    chmodSync(command, 0o755);
  }
}

/** Leaves out declarations that the public ones do not lead to: the inside is nobody's API, and names packages that are bundled. */
function keepReachable(types) {
  const reached = new Set();
  const visit = (path) => {
    if (reached.has(path) || !existsSync(path)) return;
    reached.add(path);
    for (const [, , from] of readFileSync(path, 'utf8').matchAll(
      /(\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)["'](\.\.?\/[^"']*?)\.js["']/g,
    )) {
      visit(resolve(dirname(path), `${from}.d.ts`));
    }
  };
  for (const entry of ['engine/index.d.ts', 'engine/index.browser.d.ts']) visit(join(types, entry));
  for (const entry of readdirSync(types, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !reached.has(path)) rmSync(path);
  }
}

/** Returns tsc's exit status. It emits in spite of type errors, so that they do not stop a developer from running the code. */
async function declarations() {
  if (!exists('engine/index.ts')) return 0;
  const types = join(scratch, 'types');
  if (!withTypes) {
    if (existsSync(join(dist, 'types'))) cpSync(join(dist, 'types'), types, { recursive: true });
    return 0;
  }
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const status = await run(process.execPath, [tsc, '-p', 'tsconfig.types.json', '--outDir', types]);
  // A consumer has .d.ts files only, where `./x.ts` would name a file that is not there.
  for (const entry of readdirSync(types, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.d.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'utf8');
    const rewritten = text.replace(
      /(\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(["'])(\.\.?\/[^"']*?)\.ts\2/g,
      '$1$2$3.js$2',
    );
    if (rewritten !== text) writeFileSync(path, rewritten);
  }
  keepReachable(types);
  return status;
}

let status = 1;
try {
  mkdirSync(scratch, { recursive: true });
  const results = await Promise.allSettled([bundles(), declarations()]);
  if (results[0].status === 'rejected') throw results[0].reason;
  if (results[1].status === 'rejected') throw results[1].reason;
  const old = `${scratch}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(scratch, dist);
  rmSync(old, { recursive: true, force: true });
  status = results[1].value;
  const built =
    [...nodeEntries, ...browserEntries.map((entry) => entry.in)].join(', ') || 'nothing: no entry point exists yet';
  console.log(`built ${built} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
} catch (error) {
  // esbuild has printed its own errors.
  if (!Array.isArray(error?.errors)) console.error(error);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = status;
