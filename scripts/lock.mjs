// Completes package-lock.json after a dependency has changed: `npm install`, then `node scripts/lock.mjs`.
//
// Packages with native parts name one package for each platform. Where the registry that was asked lacks some of them
// (a mirror often does, for platforms that its users do not have), npm leaves them out without a word, and `npm ci`, on any
// platform, then refuses the lock file. This puts in what is missing: the exact version that is wanted, and the platform
// that the name says. Such an entry has no checksum until someone on that platform runs `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

function platform(name) {
  const words = name.split(/[/-]/);
  const os = words.filter((word) => systems.includes(word));
  const cpu = words.filter((word) => processors.includes(word));
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`cannot tell from its name which platform ${name} is for`);
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : ['glibc'];
  return { os, cpu, ...(os[0] === 'linux' && /musl|gnu/.test(name) ? { libc } : {}) };
}

/** What the lock file should hold and does not: optional packages by their place in the tree. */
export function missingOptional(lock) {
  const missing = {};
  for (const [place, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const parents = place
        .split('/node_modules/')
        .map((_, depth, all) => all.slice(0, depth + 1).join('/node_modules/'));
      const places = ['', ...parents].map((parent) => `${parent}${parent && '/'}node_modules/${name}`);
      if (places.some((candidate) => candidate in lock.packages)) continue;
      if (!/^\d/.test(version)) throw new Error(`${place} wants ${name} ${version}: not one exact version`);
      const { dev } = entry;
      missing[`node_modules/${name}`] = { version, ...(dev ? { dev } : {}), optional: true, ...platform(name) };
    }
  }
  return missing;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingOptional(lock);
  const [root, ...rest] = Object.entries({ ...lock.packages, ...missing });
  lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))]);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${Object.keys(missing).length} packages of other platforms put into package-lock.json`);
}
