// `npm run bench:memory`: how much memory does a fresh process take with TPC-H loaded, and at most while it loads?
//
//   node bench/memory.mjs   --sf 1   --threads 2
//
// Linux only: the figures are those of /proc. Build first.
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { dataOf, requireKit } from './tpch/kit.mjs';

const { values: options } = parseArgs({
  options: { sf: { type: 'string', default: '1' }, threads: { type: 'string', default: '2' } },
});
const kit = requireKit();
/** For scale factor 1. */
const MOST_RESIDENT_MB = 1200;
const MOST_PEAK_MB = 1800;

const child = fork(
  new URL('./spill-process.mjs', import.meta.url),
  [kit, dataOf(kit, options.sf), 'default', options.threads],
  { execArgv: ['--expose-gc'] },
);
const { residentMb, peakMb, loadSeconds } = await new Promise((resolve) => child.once('message', resolve));
child.kill();
const scale = Math.max(1, Number(options.sf));
const good = residentMb <= MOST_RESIDENT_MB * scale && peakMb <= MOST_PEAK_MB * scale;
console.log(
  `sf ${options.sf}: ${residentMb.toFixed(0)} MB resident (at most ${MOST_RESIDENT_MB * scale}), peak ${peakMb.toFixed(0)} MB (at most ${MOST_PEAK_MB * scale}), loaded in ${loadSeconds.toFixed(1)} s: ${good ? 'good' : 'TOO MUCH'}`,
);
if (!good) process.exitCode = 1;
