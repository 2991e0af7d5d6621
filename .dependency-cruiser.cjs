// Which folder may import which. Imports go down only; everything that is not allowed here is refused.
//
//   cli > server, lsp, engine;  server > engine;  lsp > compiler, grammars
//   engine > compiler, grammars, runtime, storage
//   storage > runtime/{columns,memory}, compiler/{catalog,types}
//   runtime > compiler/{physical,ir,types,functions}
//   compiler > grammars
const allowed = {
  grammars: [],
  compiler: ['grammars/'],
  runtime: ['compiler/physical/', 'compiler/ir/', 'compiler/types/', 'compiler/functions/'],
  storage: ['runtime/columns/', 'runtime/memory/', 'compiler/catalog/', 'compiler/types/'],
  engine: ['grammars/', 'compiler/', 'runtime/', 'storage/'],
  server: ['engine/'],
  lsp: ['grammars/', 'compiler/'],
  cli: ['engine/', 'server/', 'lsp/'],
};

const product = `^(${Object.keys(allowed).join('|')})/`;
const ownFolders = `^(${Object.keys(allowed).join('|')}|test|bench|examples|scripts)/`;

const layers = Object.entries(allowed).map(([folder, lower]) => ({
  name: `layer-${folder}`,
  comment: `${folder}/ may import ${lower.length > 0 ? lower.join(', ') : 'no other folder'} only`,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { path: ownFolders, pathNot: [`^${folder}/`, ...lower.map((path) => `^${path}`)] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'language-blind',
      comment: 'What follows the front ends knows no language: its semantics arrive as IR',
      severity: 'error',
      from: { path: '^compiler/(ir|types|functions|catalog|optimizer|physical)/' },
      to: { path: '^(grammars|compiler/frontends)/' },
    },
    {
      name: 'grammar-alone',
      comment: 'A grammar may import the toolkit, and no other language; OrbitQL alone builds on SQL',
      severity: 'error',
      from: { path: '^grammars/(sql|cypher|aql|cql|toolkit)/' },
      to: { path: '^grammars/', pathNot: ['^grammars/$1/', '^grammars/toolkit/'] },
    },
    {
      name: 'no-node-builtin',
      comment: 'Runs in a browser worker: Node built-ins belong in *.node.ts files that have a *.browser.ts twin',
      severity: 'error',
      from: {
        path: '^(grammars|compiler|runtime|storage|engine)/',
        pathNot: ['[.]node[.]ts$', '^storage/kv/'],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycle',
      comment: 'Modules that need each other when they run. Types may refer to each other: their imports are erased',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-undeclared-package',
      comment: 'Not in package.json, or a development dependency that is not part of the bundles',
      severity: 'error',
      from: { path: product },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '^node_modules/(chevrotain|fzstd|hyparquet|hyparquet-writer|hysnappy|re2js)/',
      },
    },
    {
      name: 'not-found',
      comment: 'The import leads nowhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Type imports count: a layer must not know another one's types either.
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '^dist/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
