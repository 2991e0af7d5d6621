// `npm test`: every check that a change must pass, then the tests. Arguments go to vitest:
//
//   npm test -- test/engine           only the tests below a folder
//   UPDATE=1 npm test                 rewrite expectations
//   node scripts/test.mjs --checks    the checks without the tests
//
// The last line is `N passed, N failed, N skipped`, in which each check counts as one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2).filter((arg) => arg !== '--checks');
const checksOnly = process.argv.includes('--checks');

// Built first: the tests start worker threads from dist.
const checks = [
  ['build', 'scripts/build.mjs'],
  ['types', 'node_modules/typescript/bin/tsc', '--noEmit'],
  ['lint', 'node_modules/@biomejs/biome/bin/biome', 'lint', '--error-on-warnings', '.'],
  ['format', 'node_modules/@biomejs/biome/bin/biome', 'check', '--linter-enabled=false', '.'],
  ['layers', 'scripts/layers.mjs'],
  ['dead code', 'node_modules/knip/bin/knip.js', '--no-progress'],
];

function node(commandLine, env = process.env) {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, commandLine, { cwd: root, stdio: 'inherit', env });
  return { ok: status === 0, seconds: ((performance.now() - started) / 1000).toFixed(1) };
}

const counts = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
for (const [name, ...commandLine] of checks) {
  const { ok, seconds } = node(commandLine);
  console.log(`${ok ? 'ok' : 'FAILED'}: ${name} (${seconds} s)`);
  if (ok) counts.passed++;
  else {
    counts.failed++;
    failures.push(name);
  }
}

if (!checksOnly) {
  const scratch = mkdtempSync(join(tmpdir(), 'orbit-test-'));
  const file = join(scratch, 'counts.json');
  const update = process.env.UPDATE ? ['--update'] : [];
  const reporters = ['--reporter=default', '--reporter=./scripts/vitest-counts.mjs'];
  const { ok } = node(['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...update, ...args], {
    ...process.env,
    ORBIT_TEST_COUNTS: file,
  });
  let tests = { passed: 0, failed: 0, skipped: 0 };
  try {
    tests = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    console.log('the test runner ended without a result');
    tests.failed = 1;
  }
  if (!ok && tests.failed === 0) tests.failed = 1;
  for (const key of Object.keys(counts)) counts[key] += tests[key];
  if (tests.failed > 0) failures.push('tests');
  rmSync(scratch, { recursive: true, force: true });
}

if (failures.length > 0) console.log(`failed: ${failures.join(', ')}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
