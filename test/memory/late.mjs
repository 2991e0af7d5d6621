// A worker that received the memory while it grew, and allocates some: the host must know the memory's size then.
import { parentPort, workerData } from 'node:worker_threads';

const { memory, module, start } = workerData;
const { extent_alloc, extent_free } = new WebAssembly.Instance(module, { env: { memory } }).exports;
Atomics.wait(new Int32Array(memory.buffer), start / 4, 0);
const known = memory.buffer.byteLength;
const address = extent_alloc(1);
const noticed = memory.buffer.byteLength;
extent_free(address, 1);
parentPort.postMessage({ known, noticed });
