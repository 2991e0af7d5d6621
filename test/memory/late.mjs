// A worker that receives the memory while it grows, then allocates some: it must know the memory's size then.
import { parentPort } from 'node:worker_threads';

parentPort.once('message', ({ memory, module, start }) => {
  const { extent_alloc, extent_free } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  Atomics.wait(new Int32Array(memory.buffer), start / 4, 0);
  const address = extent_alloc(1);
  const after = memory.buffer.byteLength;
  extent_free(address, 1);
  parentPort.postMessage({ after });
});
