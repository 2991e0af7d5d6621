// `npm run check:pack`: does the npm package work for someone who installs it? Packs it, installs it in an empty project
// without development dependencies, runs the command, and type-checks and runs a file that uses the API.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshEnvironment, output, root, run } from './fresh.mjs';

// Two threads, and enough rows for them: the worker's file must be found in the installed package.
const consumer = `import { open, type QueryResult } from 'orbit-workbench';
import { writeFileSync } from 'node:fs';

const rows = Array.from({ length: 250_000 }, (_, i) => i + ',' + (i % 7)).join('\\n');
writeFileSync('numbers.csv', 'a,b\\n' + rows + '\\n');
const db = await open(':memory:', { threads: 2 });
await db.query('create table t (a bigint, b integer)');
await db.query("copy t from 'numbers.csv' (header)");
const result: QueryResult = await db.query('select b, count(*) as n, sum(a) as s from t group by b order by b limit 1');
console.log(JSON.stringify(result.texts));
await db.close();
`;

const folder = mkdtempSync(join(tmpdir(), 'orbit-pack-'));
try {
  const env = freshEnvironment(folder);
  const project = join(folder, 'project');
  mkdirSync(project);

  // The build's own messages go to standard output too, so the JSON is what follows the first line that opens it.
  const printed = output('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
  const report = JSON.parse(printed.slice(printed.search(/^[[{]/m)));
  const [pack] = Array.isArray(report) ? report : Object.values(report);
  const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`;
  console.log(
    `${pack.filename}: ${kib(pack.size)} packed, ${kib(pack.unpackedSize)} unpacked, ${pack.files.length} files`,
  );
  for (const { path } of pack.files) {
    assert.match(
      path,
      /^(dist\/|docs\/|(README\.md|LICENSE|package\.json)$)/,
      `${path} does not belong in the package`,
    );
  }

  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  run('npm', ['install', '--omit=dev', join(folder, pack.filename)], { cwd: project, env });
  const installed = join(project, 'node_modules/orbit-workbench');
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));

  // Whatever the manifest points to is there.
  const targets = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(targets));
  for (const target of targets([manifest.exports, manifest.bin])) {
    assert.ok(existsSync(join(installed, target)), `package.json names ${target}, which is not in the package`);
  }

  // Whatever the code imports is declared, so that no development dependency can be loaded, not even late.
  const imports =
    /(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{}\s,]+?\s*from\s*)?["']([^"'.][^"']*)["']|\bimport\(\s*["']([^"'.][^"']*)["']\s*\)/g;
  for (const file of readdirSync(join(installed, 'dist'), { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || !/\.(js|d\.ts)$/.test(file.name)) continue;
    const path = join(file.parentPath, file.name);
    for (const [, from, dynamic] of readFileSync(path, 'utf8').matchAll(imports)) {
      const name = /^(@[^/]+\/)?[^/]+/.exec(from ?? dynamic)[0];
      if (name.startsWith('node:') || builtinModules.includes(name)) continue;
      assert.ok(
        manifest.dependencies?.[name] ?? manifest.peerDependencies?.[name],
        `${path} imports ${name}, which is not a dependency`,
      );
    }
  }

  const version = output('npx', ['--no-install', 'orbit', '--version'], { cwd: project, env }).trim();
  assert.ok(version.split(/\s+/).includes(manifest.version), `orbit --version printed ${version}`);
  console.log(`orbit --version: ${version}`);

  // A consumer's settings, strict and with the declarations of all libraries checked.
  writeFileSync(join(project, 'consumer.ts'), consumer);
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: 'es2022',
    module: 'nodenext',
    // The consumer's own choice; the package must not need them.
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...options, outDir: 'out', skipLibCheck: false }, files: ['consumer.ts'] }),
  );
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: project, env });
  const answer = output(process.execPath, ['out/consumer.js'], { cwd: project, env }).trim();
  assert.equal(answer, '[["0","35715","4464339285"]]');
  console.log('the API type-checks and runs');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
