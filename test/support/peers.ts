// Some tests need a program or a folder that not every machine has. They skip without it and say so; where ORBIT_REQUIRE
// names it (`ORBIT_REQUIRE=chromium,kits`), as on CI, its absence is a failure.
//
//   describe.skipIf(!requirePeer('chromium'))('the engine in a browser', ...)
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const peers = {
  chromium: {
    what: 'Chromium',
    help: 'install Debian package chromium, or set CHROMIUM to the executable',
    find: () => process.env.CHROMIUM || onPath('chromium') || onPath('chromium-browser') || onPath('google-chrome'),
  },
  postgres: {
    what: 'the PostgreSQL server',
    help: 'install Debian package postgresql, or set POSTGRES to the postgres executable',
    find: () => process.env.POSTGRES || debianPostgres() || onPath('postgres'),
  },
  kits: {
    what: 'the folder with the conformance kits',
    help: 'put it at ../shared/conformance, or set ORBIT_KITS to it',
    find: () => folder(process.env.ORBIT_KITS || resolve(root, '../shared/conformance')),
  },
};

export type Peer = keyof typeof peers;

/** Where the peer is: an executable, or for `kits` a folder. */
export function findPeer(name: Peer): string | undefined {
  return peers[name].find() || undefined;
}

/** Whether the peer is there. If not, prints what to do, or throws where ORBIT_REQUIRE names the peer. */
export function requirePeer(name: Peer, required = process.env.ORBIT_REQUIRE ?? ''): boolean {
  if (findPeer(name) !== undefined) return true;
  const { what, help } = peers[name];
  const wanted = required.split(',').map((word) => word.trim());
  if (wanted.includes(name)) throw new Error(`ORBIT_REQUIRE names ${name}, but ${what} was not found: ${help}`);
  console.warn(`skipped: ${what} was not found (${help})`);
  return false;
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}

function onPath(program: string): string | undefined {
  for (const place of (process.env.PATH ?? '').split(delimiter)) {
    const found = place && executable(join(place, program));
    if (found) return found;
  }
  return undefined;
}

/** Debian keeps the server out of PATH, one folder a version: the newest one. */
function debianPostgres(): string | undefined {
  const base = '/usr/lib/postgresql';
  if (folder(base) === undefined) return undefined;
  return readdirSync(base)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => executable(join(base, version, 'bin/postgres')))
    .find((path) => path !== undefined);
}

function folder(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : undefined;
}
