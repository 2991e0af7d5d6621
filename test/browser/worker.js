// The worker that holds the engine: does what the page asks, one message one answer.
import { OrbitError, open, registerFile } from '/dist/browser/index.js';

const actions = {
  open: async (options) => {
    actions.database = await open(':memory:', options);
    return { isolated: self.crossOriginIsolated };
  },
  file: ({ path, text }) => registerFile(path, new TextEncoder().encode(text)),
  blob: ({ path, text }) => registerFile(path, new Blob([text])),
  query: async ({ sql }) => (await actions.database.query(sql)).texts,
  explain: ({ sql }) => actions.database.explain(sql, { analyze: true, stages: true }),
  /** Starts a query and leaves it running; `abort` ends it. */
  start: ({ sql }) => {
    actions.controller = new AbortController();
    actions.running = actions.database.query(sql, [], { signal: actions.controller.signal }).then(
      () => 'completed',
      (error) => error.code,
    );
  },
  abort: () => {
    actions.controller.abort();
    return actions.running;
  },
  close: () => actions.database.close(),
  /** What the page's policy forbids. */
  forbidden: () => new Function('return 1')(),
};

self.onmessage = async ({ data: { id, action, argument } }) => {
  try {
    self.postMessage({ id, answer: await actions[action](argument) });
  } catch (error) {
    const { name, message, stack } = error;
    self.postMessage({ id, error: error instanceof OrbitError ? `${error.code}: ${message}` : `${name}: ${stack}` });
  }
};
