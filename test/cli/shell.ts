import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built command, as users run it. ORBIT_MAIN names another build. */
export const main = process.env.ORBIT_MAIN ?? fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** A scratch folder in which shell commands run, with `orbit` on their path, and its library installed. */
export interface Shell {
  readonly run: (command: string) => Promise<Finished>;
  readonly remove: () => void;
}

export function openShell(data?: URL): Shell {
  if (!existsSync(main)) throw new Error(`${main} is not there: build first (npm run build)`);
  const base = mkdtempSync(join(tmpdir(), 'orbit-cli-'));
  const bin = join(base, 'bin');
  const cwd = join(base, 'work');
  mkdirSync(bin);
  mkdirSync(cwd);
  if (data !== undefined) cpSync(fileURLToPath(data), cwd, { recursive: true });
  mkdirSync(join(cwd, 'node_modules'));
  symlinkSync(resolve(main, '../../..'), join(cwd, 'node_modules/orbit-workbench'), 'dir');
  writeFileSync(join(bin, 'orbit'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  return {
    run: (command) =>
      new Promise((resolve, reject) => {
        const child = spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
        let stdout = '';
        let stderr = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          stdout += text;
        });
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          stderr += text;
        });
        child.on('error', reject);
        child.on('close', (status) => resolve({ stdout, stderr, status }));
      }),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** Durations and amounts of memory differ from run to run. */
export function steady(text: string): string {
  return text
    .replaceAll(/\b\d+(\.\d+)? ms\b/g, 'N ms')
    .replaceAll(/(Time": )[\d.e-]+/g, '$1N')
    .replaceAll(/\b\d+ bytes of code\b/g, 'N bytes of code')
    .replaceAll(/\bmemory \d+(\.\d+)? MiB\b/g, 'memory N MiB');
}
