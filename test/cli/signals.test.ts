import { type ChildProcess, spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { main } from './shell.ts';

/** Statements of which the second one runs for minutes. */
const ENDLESS = `
create table n as select * from (values (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) as v (i);
create table m as select a.i + 10 * b.i + 100 * c.i + 1000 * d.i as i from n a, n b, n c, n d;
select 'begun' as mark;
select count(*) from m a, m b, m c where a.i + b.i * c.i % 7 = 3;`;

/** Starts the statements, and settles when the last one is about to run. */
async function begun(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [main, 'query', '-f', 'csv', '-e', ENDLESS], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let seen = '';
  for await (const chunk of child.stdout) {
    seen += String(chunk);
    if (seen.includes('begun')) break;
  }
  return child;
}

/** The status, or the signal that ended it. */
function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve) => child.on('exit', (status, signal) => resolve(status ?? signal)));
}

test('Ctrl-C cancels the statement that runs', async () => {
  const child = await begun();
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const status = ended(child);
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill('SIGINT');
  expect(await status).toBe(130);
  expect(stderr).toMatch(/57014/);
});
