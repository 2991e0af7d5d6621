import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const bundle = fileURLToPath(new URL('../../dist/browser/', import.meta.url));

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  'report-uri /violations',
].join('; ');

export interface PageServer {
  readonly url: string;
  /** Reports of what the policy refused, whichever thread it was in. */
  readonly violations: readonly string[];
  readonly close: () => Promise<void>;
}

/** Serves the test's page and the browser bundle on this machine only. `isolated`: with the headers that allow shared memory. */
export async function servePage(isolated: boolean): Promise<PageServer> {
  const violations: string[] = [];
  const headers = {
    'Content-Security-Policy': POLICY,
    'Cache-Control': 'no-store',
    ...(isolated && { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }),
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const send = (status: number, type: string, body: string | Uint8Array = ''): void => {
      response.writeHead(status, { ...headers, 'Content-Type': type }).end(body);
    };
    if (path === '/violations') {
      let report = '';
      for await (const chunk of request) report += String(chunk);
      violations.push(report);
      return send(204, 'text/plain');
    }
    if (path === '/') {
      return send(
        200,
        'text/html',
        '<!doctype html><title>Engine</title><script type="module" src="/page.js"></script>',
      );
    }
    const folder = path.startsWith('/dist/browser/') ? bundle : here;
    if (!path.endsWith('.js')) return send(path === '/favicon.ico' ? 204 : 404, 'text/plain');
    try {
      send(200, 'text/javascript', await readFile(join(folder, basename(path))));
    } catch {
      send(404, 'text/plain');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    violations,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
