import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { missingOptional } from '../../scripts/lock.mjs';

const root = new URL('../../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');
const manifest = JSON.parse(text('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;

interface LockedPackage {
  resolved?: string;
  hasInstallScript?: boolean;
}
const lock = JSON.parse(text('package-lock.json')) as { packages: Record<string, LockedPackage> };

test('docs/dependencies.md lists what package.json names, in its section', () => {
  const tables = text('docs/dependencies.md')
    .split(/^## /m)
    .slice(1)
    .map((section) => section.split('\n').filter((line) => line.startsWith('|')));
  const names = tables.map((rows) =>
    rows
      .slice(2)
      .flatMap((row) => row.split('|')[1]!.split(','))
      .map((name) => name.trim())
      .sort(),
  );
  expect(names).toEqual([Object.keys(manifest.dependencies).sort(), Object.keys(manifest.devDependencies).sort()]);
});

test('the lock file names no registry host, so that it holds behind any mirror', () => {
  const resolved = Object.values(lock.packages).flatMap((entry) => entry.resolved ?? []);
  expect(resolved).toEqual([]);
});

test('the lock file holds the packages of every platform; if not, run node scripts/lock.mjs', () => {
  expect(missingOptional(lock)).toEqual({});
  const packages = {
    '': {},
    'node_modules/native': {
      dev: true,
      optionalDependencies: { '@native/linux-x64-musl': '1.2.3', '@native/there': '1.2.3' },
    },
    'node_modules/@native/there': {},
  };
  expect(missingOptional({ packages })).toEqual({
    'node_modules/@native/linux-x64-musl': {
      version: '1.2.3',
      dev: true,
      optional: true,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
    },
  });
});

test('no package needs an install script, but for esbuild, whose script only saves time', () => {
  const scripts = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript);
  // fsevents is for macOS and ships its binary.
  const names = scripts.map(([path]) => path.replace(/^.*node_modules\//, '')).sort();
  expect(names.filter((name) => name !== 'fsevents' && name !== '')).toEqual(['esbuild']);
});
