// Passes what the test asks for to the worker.
const worker = new Worker('/worker.js', { type: 'module' });
const waiting = new Map();
let lastId = 0;

worker.onmessage = ({ data: { id, answer, error } }) => {
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  if (error === undefined) resolve(answer);
  else reject(new Error(error));
};
worker.onerror = (event) => {
  for (const { reject } of waiting.values()) reject(new Error(`the worker died: ${event.message}`));
};

globalThis.ask = (action, argument) =>
  new Promise((resolve, reject) => {
    const id = ++lastId;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, action, argument });
  });
