// What the checks on a fresh machine share: an environment in which nothing of this machine's user is left but the way
// to the npm registry, and in which no compiler answers, because a user's machine has none.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const kept = /^npm_config_(registry|globalconfig|cafile|ca|proxy|https?_proxy|noproxy|strict_ssl|.*\/\/.*)$/i;

/** An environment with an empty home folder and npm cache below `folder`. */
export function freshEnvironment(folder) {
  const env = {};
  for (const [key, value] of Object.entries(process.env)) {
    if (/^(npm_|ORBIT_|VITEST|INIT_CWD$|NODE_OPTIONS$|NODE_PATH$|XDG_)/i.test(key) && !kept.test(key)) continue;
    env[key] = value;
  }
  const home = join(folder, 'home');
  const tools = join(folder, 'tools');
  for (const path of [home, tools]) mkdirSync(path);
  for (const compiler of ['cc', 'c++', 'gcc', 'g++', 'clang', 'clang++', 'make', 'python', 'python3']) {
    writeFileSync(join(tools, compiler), `#!/bin/sh\necho "${compiler}: a fresh machine has none" >&2\nexit 127\n`, {
      mode: 0o755,
    });
  }
  const userConfig = process.env.npm_config_userconfig ?? join(homedir(), '.npmrc');
  if (existsSync(userConfig)) env.npm_config_userconfig = resolve(userConfig);
  const path = (process.env.PATH ?? '').split(delimiter).filter((place) => !/[\\/]node_modules[\\/]/.test(place));
  return { ...env, HOME: home, npm_config_cache: join(folder, 'npm-cache'), PATH: [tools, ...path].join(delimiter) };
}

/** Runs a command to its end, with its output shown; throws where it fails. */
export function run(command, args, options) {
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
}

/** Runs a command to its end and returns what it printed; throws where it fails. */
export function output(command, args, options) {
  return execFileSync(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
}
