// The rules that keep the layers apart must be able to fail: each is broken here once, in a made-up project.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/layers.mjs', import.meta.url));

function check(files: Record<string, string>): { status: number | null; violations: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'orbit-layers-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return { status, violations: stdout.split('\n').filter((line) => / -> /.test(line)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('imports that go down pass, and so do types that refer to each other', () => {
  const { status, violations } = check({
    'grammars/toolkit/a.ts': `export const a = 1;`,
    'grammars/orbitql/a.ts': `export { a } from '../sql/a.ts';`,
    'grammars/sql/a.ts': `export { a } from '../toolkit/a.ts';`,
    'compiler/frontends/sql/a.ts': `export { a } from '../../../grammars/sql/a.ts';`,
    'compiler/ir/a.ts': `import type { B } from './b.ts';\nexport interface A { b: B }`,
    'compiler/ir/b.ts': `import type { A } from './a.ts';\nexport interface B { a: A }`,
    'compiler/types/a.ts': `export const int = 1;`,
    'runtime/columns/a.ts': `export { int } from '../../compiler/types/a.ts';`,
    'runtime/host.node.ts': `export { cpus } from 'node:os';`,
    'storage/kv/a.ts': `export { readFile } from 'node:fs';`,
    'storage/tables/a.ts': `export { int } from '../../runtime/columns/a.ts';`,
    'engine/index.ts': `export { int } from '../storage/tables/a.ts';`,
    'cli/main.ts': `import 'node:fs';\nexport { int } from '../engine/index.ts';`,
  });
  expect(violations).toEqual([]);
  expect(status).toBe(0);
});

test('every rule refuses what it is there for', () => {
  const { status, violations } = check({
    'package.json': `{ "name": "fixture", "devDependencies": { "only-for-tests": "1.0.0" } }`,
    'node_modules/only-for-tests/package.json': `{ "name": "only-for-tests", "version": "1.0.0", "main": "index.js" }`,
    'node_modules/only-for-tests/index.js': '',
    'compiler/any.ts': 'export type T = 1;',
    'compiler/frontends/sql/any.ts': '',
    'compiler/optimizer/any.ts': '',
    'engine/any.ts': '',
    'grammars/cypher/any.ts': '',
    'runtime/any.ts': 'export {};',
    'runtime/operators/any.ts': '',
    'test/any.ts': '',

    'runtime/upward.ts': `import '../engine/any.ts';`,
    'grammars/sql/upward-type.ts': `import type { T } from '../../compiler/any.ts';\nexport type U = T;`,
    'compiler/upward-dynamic.ts': `export const f = () => import('../runtime/any.ts');`,
    'runtime/plans.ts': `import '../compiler/optimizer/any.ts';`,
    'storage/operators.ts': `import '../runtime/operators/any.ts';`,
    'cli/past-the-engine.ts': `import '../compiler/any.ts';`,
    'engine/test.ts': `import '../test/any.ts';`,
    'compiler/optimizer/language.ts': `import '../frontends/sql/any.ts';`,
    'grammars/sql/other-language.ts': `import '../cypher/any.ts';`,
    'runtime/builtin.ts': `import 'node:worker_threads';`,
    'storage/tables/builtin-old-name.ts': `import 'fs';`,
    'engine/cycle-a.ts': `import './cycle-b.ts';`,
    'engine/cycle-b.ts': `import './cycle-a.ts';`,
    'engine/missing.ts': `import './nothing.ts';`,
    'engine/development.ts': `import 'only-for-tests';`,
  });
  expect(violations.sort()).toEqual([
    'grammar-alone: grammars/sql/other-language.ts -> grammars/cypher/any.ts',
    'language-blind: compiler/optimizer/language.ts -> compiler/frontends/sql/any.ts',
    'layer-cli: cli/past-the-engine.ts -> compiler/any.ts',
    'layer-compiler: compiler/upward-dynamic.ts -> runtime/any.ts',
    'layer-engine: engine/test.ts -> test/any.ts',
    'layer-grammars: grammars/sql/upward-type.ts -> compiler/any.ts',
    'layer-runtime: runtime/plans.ts -> compiler/optimizer/any.ts',
    'layer-runtime: runtime/upward.ts -> engine/any.ts',
    'layer-storage: storage/operators.ts -> runtime/operators/any.ts',
    'no-cycle: engine/cycle-a.ts -> engine/cycle-b.ts -> engine/cycle-a.ts',
    'no-node-builtin: runtime/builtin.ts -> worker_threads',
    'no-node-builtin: storage/tables/builtin-old-name.ts -> fs',
    'no-undeclared-package: engine/development.ts -> node_modules/only-for-tests/index.js',
    'not-found: engine/missing.ts -> ./nothing.ts',
  ]);
  expect(status).toBe(1);
});
