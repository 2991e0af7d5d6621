import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const MOST_ENTRIES = 2000;

export interface History {
  /** The newest first. */
  readonly entries: string[];
  readonly add: (entry: string) => void;
}

/** What was asked, kept in a file of the user's that nobody else can read. Without a file it is kept for the session. */
export function openHistory(path = process.env.ORBIT_HISTORY ?? join(homedir(), '.orbit_history')): History {
  const entries = read(path);
  if (entries.length > 2 * MOST_ENTRIES) {
    attempt(() => writeFileSync(path, `${entries.slice(-MOST_ENTRIES).join('\n')}\n`, { mode: 0o600 }));
  }
  return {
    entries: entries.slice(-MOST_ENTRIES).reverse(),
    add: (entry) => {
      if (path !== '') attempt(() => appendFileSync(path, `${entry}\n`, { mode: 0o600 }));
    },
  };
}

function read(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

/** A folder that cannot be written to is no reason to answer nothing. */
function attempt(write: () => void): void {
  try {
    write();
  } catch {}
}
