/** The public API of Orbit Workbench in a browser: that of Node.js, and the files that a page adds. */

export { registerFile, unregisterFile } from '../storage/files/host.browser.ts';
export * from './index.ts';
