// One database in a process of its own, which loads TPC-H, runs the queries that its parent sends and measures them.
//
//   fork('spill-process.mjs', [kit, data, megabytes of engine memory, or 'default', threads])
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { loadOrbit } from './tpch/engines.mjs';

const [kit, data, megabytes, threads] = process.argv.slice(2);

/** A figure of /proc/self, in MB. */
function procFigure(file, name) {
  try {
    const found = new RegExp(`^${name}:\\s+(\\d+)( kB)?`, 'm').exec(readFileSync(`/proc/self/${file}`, 'utf8'));
    return found === null ? Number.NaN : Number(found[1]) / (found[2] === undefined ? 1e6 : 1e3);
  } catch {
    return Number.NaN;
  }
}

/** From here on the peak counts anew. */
function resetPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // The peak is then that of the whole process: too high, never too low.
  }
}

/** Temporary files that this process has open. */
function openFiles() {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('orbit-spill-');
    } catch {
      return false;
    }
  }).length;
}

const { open } = await import('../dist/engine/index.js');
const database = await open(':memory:', {
  threads: Number(threads),
  memory: megabytes === 'default' ? undefined : Number(megabytes) * 2 ** 20,
});
const started = performance.now();
await loadOrbit(database, kit, data);
globalThis.gc?.();
const loaded = { residentMb: procFigure('status', 'VmRSS'), peakMb: procFigure('status', 'VmHWM') };
process.on('message', async ({ sql }) => {
  resetPeak();
  const written = procFigure('io', 'wchar');
  const cpu = process.cpuUsage();
  const wall = performance.now();
  let answer;
  try {
    const { texts } = await database.query(sql);
    answer = {
      rows: texts.length,
      texts: texts.length <= 100_000 ? texts : undefined,
      digest: createHash('md5').update(JSON.stringify(texts)).digest('hex'),
    };
  } catch (error) {
    answer = { error: `${error?.sqlstate ?? ''} ${error?.message ?? error}` };
  }
  const { user, system } = process.cpuUsage(cpu);
  process.send({
    ...answer,
    seconds: (performance.now() - wall) / 1000,
    cpuSeconds: (user + system) / 1e6,
    growthMb: procFigure('status', 'VmHWM') - loaded.residentMb,
    spilledMb: procFigure('io', 'wchar') - written,
    filesOpen: openFiles(),
  });
});
process.send({ ready: true, loadSeconds: (performance.now() - started) / 1000, ...loaded });
