// How long a user waits for the first answer: `node dist/cli/main.js query "select 1"` in a new process, nine times.
//
//   npm run bench:cold [-- MAIN]   MAIN: another build's cli/main.js
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

const BAR_MS = 300;
const RUNS = 9;
const main = process.argv[2] ?? fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

function wall(args) {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`exit status ${status}: ${stderr}`);
  return performance.now() - started;
}

function measure(name, args) {
  const times = Array.from({ length: RUNS }, () => wall(args)).sort((a, b) => a - b);
  const [least, median, most] = [times[0], times[(RUNS - 1) / 2], times[RUNS - 1]].map((ms) => ms.toFixed(0));
  console.log(`${name.padEnd(18)} median ${median} ms (${least} to ${most})`);
  return Number(median);
}

measure('node alone', ['-e', '0']);
measure('orbit --version', [main, '--version']);
const median = measure('orbit query', [main, 'query', 'select 1']);
console.log(`load ${loadavg()[0].toFixed(1)}; bar ${BAR_MS} ms: ${median <= BAR_MS ? 'met' : 'MISSED'}`);
process.exitCode = median <= BAR_MS ? 0 : 1;
