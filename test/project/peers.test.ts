import { afterEach, expect, test, vi } from 'vitest';
import { findPeer, requirePeer } from '../support/peers.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('a peer that is there is found, required or not', () => {
  vi.stubEnv('ORBIT_KITS', import.meta.dirname);
  expect(findPeer('kits')).toBe(import.meta.dirname);
  expect(requirePeer('kits', '')).toBe(true);
  expect(requirePeer('kits', 'kits')).toBe(true);
});

test('a peer that is not there is skipped with a reason', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.stubEnv('ORBIT_KITS', '/nowhere');
  expect(requirePeer('kits', 'chromium')).toBe(false);
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    'skipped: the folder with the conformance kits was not found (put it at ../shared/conformance, or set ORBIT_KITS to it)',
  );
});

test('a peer that is not there fails where it is required', () => {
  vi.stubEnv('ORBIT_KITS', '/nowhere');
  expect(() => requirePeer('kits', 'chromium, kits')).toThrow(/ORBIT_REQUIRE names kits/);
  vi.stubEnv('ORBIT_REQUIRE', 'kits');
  expect(() => requirePeer('kits')).toThrow(/ORBIT_REQUIRE names kits/);
});
