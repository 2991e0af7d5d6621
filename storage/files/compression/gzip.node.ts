import { gunzip as gunzipWithCallback, gzipSync } from 'node:zlib';

/** The bytes that a gzip stream holds; fails if they are more than `limit`. */
export function gunzip(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  return new Promise((done, failed) => {
    gunzipWithCallback(bytes, { maxOutputLength: Math.max(limit, 1) }, (error, result) => {
      if (error === null) done(result);
      else failed(error);
    });
  });
}

export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  return gzipSync(bytes);
}
