// A worker that makes the memory grow and tells the main thread through the memory where it wrote.
import { workerData } from 'node:worker_threads';

const { memory, module, flag, count } = workerData;
const { extent_alloc } = new WebAssembly.Instance(module, { env: { memory } }).exports;
const address = extent_alloc(count) >>> 0;
new Uint8Array(memory.buffer)[address + count * 65_536 - 1] = 99;
Atomics.store(new Uint32Array(memory.buffer), flag / 4, address);
