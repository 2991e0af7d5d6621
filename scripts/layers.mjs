// Checks the imports between folders against the rules in .dependency-cruiser.cjs.
//
//   node scripts/layers.mjs [folder]   the folder that holds grammars/, compiler/ and so on; default: the project
import { existsSync } from 'node:fs';
import Module, { createRequire, register } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const base = resolve(process.argv[2] ?? root);

// dependency-cruiser reads TypeScript through the compiler's JavaScript API, which TypeScript 7 has no longer: where it
// asks for `typescript`, give it version 6, which is installed as `typescript-api`.
const alias = (name) => name.replace(/^typescript(?=\/|$)/, 'typescript-api');
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => resolveFilename(alias(name), ...rest);
register(
  `data:text/javascript,${encodeURIComponent(
    `export const resolve = (name, context, next) => next(name === 'typescript' ? 'typescript-api' : name, context);`,
  )}`,
);

const { cruise, getAvailableTranspilers } = await import('dependency-cruiser');
if (!getAvailableTranspilers().some(({ name, available }) => name === 'typescript' && available)) {
  throw new Error('dependency-cruiser found no TypeScript compiler that it can use, and would see no file');
}

const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const folders = ['grammars', 'compiler', 'runtime', 'storage', 'engine', 'server', 'lsp', 'cli'].filter((folder) =>
  existsSync(join(base, folder)),
);
if (folders.length === 0) {
  console.log('no source folder exists yet');
} else {
  const { output } = await cruise(folders, { ...options, ruleSet: { forbidden }, validate: true, baseDir: base });
  const { violations, totalCruised, error } = output.summary;
  for (const { rule, from, to, cycle } of violations) {
    const path = cycle ? [from, ...cycle.map(({ name }) => name)].join(' -> ') : `${from} -> ${to}`;
    console.log(`${rule.name}: ${path}\n    ${forbidden.find(({ name }) => name === rule.name).comment}`);
  }
  console.log(`${totalCruised} modules, ${error} forbidden imports`);
  if (error > 0) process.exitCode = 1;
}
