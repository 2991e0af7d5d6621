export const REPL_OPTIONS = {
  database: { type: 'string', short: 'd' },
  variable: { type: 'string', short: 'v' },
  null: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  threads: { type: 'string' },
  memory: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;
