import { type OptionTable, oneOf, parseArguments } from './arguments.ts';
import { EXPLAIN_OPTIONS } from './explain.ts';
import { SHOWN_FORMATS } from './format/index.ts';
import { FORMAT_OPTIONS } from './format-files.ts';
import { IMPORT_OPTIONS } from './import.ts';
import { QUERY_OPTIONS } from './query.ts';
import { REPL_OPTIONS } from './repl/options.ts';
import { UsageError } from './usage-error.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

const COMMANDS: { readonly [command: string]: { readonly about: string; readonly options: OptionTable } } = {
  query: { about: 'run statements and print their results', options: QUERY_OPTIONS },
  repl: { about: 'ask one query after the other', options: REPL_OPTIONS },
  explain: { about: 'show how a statement is executed', options: EXPLAIN_OPTIONS },
  import: { about: 'load files into a table and query it', options: IMPORT_OPTIONS },
  format: { about: 'lay SQL out', options: FORMAT_OPTIONS },
  completion: { about: 'print a script for a shell', options: { help: { type: 'boolean', short: 'h' } } },
  help: { about: 'explain a command', options: {} },
};

/** `orbit completion`: prints a shell's script. Returns the exit status. */
export async function completion(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv, { help: { type: 'boolean', short: 'h' } });
  if (args.has('help')) return (await import('./help.ts')).printHelp('completion');
  const [shell] = args.given;
  if (shell === undefined) throw new UsageError('name a shell: bash, zsh or fish');
  process.stdout.write(script(oneOf('shell', shell.value, SHELLS)));
  return 0;
}

function script(shell: (typeof SHELLS)[number]): string {
  switch (shell) {
    case 'bash':
      return bash();
    case 'zsh':
      // zsh runs the functions of bash's completions.
      return `#compdef orbit\nautoload -Uz +X bashcompinit && bashcompinit\n${bash()}`;
    case 'fish':
      return fish();
  }
}

const names = Object.keys(COMMANDS);

function words(options: OptionTable): string {
  return Object.entries(options)
    .flatMap(([name, { short }]) => (short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`]))
    .join(' ');
}

function bash(): string {
  const cases = Object.entries(COMMANDS).map(([name, { options }]) => `    ${name}) options="${words(options)}" ;;`);
  return `_orbit() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" options
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names.join(' ')} --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) options="" ;;
  esac
  case "$before" in
    -f|--format)
      if [ "\${COMP_WORDS[1]}" = explain ]; then COMPREPLY=($(compgen -W "text json" -- "$word"))
      else COMPREPLY=($(compgen -W "${SHOWN_FORMATS.join(' ')}" -- "$word")); fi
      return ;;
  esac
  case "\${COMP_WORDS[1]}" in
    completion) COMPREPLY=($(compgen -W "${SHELLS.join(' ')} $options" -- "$word")); return ;;
    help) COMPREPLY=($(compgen -W "${names.join(' ')}" -- "$word")); return ;;
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -o bashdefault -F _orbit orbit
`;
}

function fish(): string {
  const lines = [
    'complete -c orbit -n __fish_use_subcommand -f',
    'complete -c orbit -n __fish_use_subcommand -l version',
  ];
  for (const [name, { about, options }] of Object.entries(COMMANDS)) {
    lines.push(`complete -c orbit -n __fish_use_subcommand -a ${name} -d '${about}'`);
    for (const [option, { short, type }] of Object.entries(options)) {
      const parts = [`complete -c orbit -n '__fish_seen_subcommand_from ${name}' -l ${option}`];
      if (short !== undefined) parts.push(`-s ${short}`);
      if (type === 'string') parts.push('-r');
      if (option === 'format') parts.push(`-x -a '${name === 'explain' ? 'text json' : SHOWN_FORMATS.join(' ')}'`);
      lines.push(parts.join(' '));
    }
  }
  lines.push(`complete -c orbit -n '__fish_seen_subcommand_from completion' -x -a '${SHELLS.join(' ')}'`);
  lines.push(`complete -c orbit -n '__fish_seen_subcommand_from help' -x -a '${names.join(' ')}'`);
  return `${lines.join('\n')}\n`;
}
