const GENERAL = `orbit: SQL over files, compiled to WebAssembly

usage: orbit                                  on a terminal: ask one query after the other
       orbit query [options] TEXT|FILE|-      run statements and print their results
       orbit explain [options] TEXT|FILE|-    show how a statement is executed
       orbit import FILE… --into TABLE -e TEXT    load files into a table, and query it
       orbit format [options] FILE…|-         lay SQL out, with its comments
       orbit completion bash|zsh|fish         print the completions of a shell
       orbit help [command]                   explain a command and its options
       orbit --version

A text in quotes is run as it stands; if a file has that name, the file is run; - reads standard input.

Start here:
  orbit query "select 1 + 1"
  orbit query "select * from 'people.csv' limit 10"      a CSV file is a table
  orbit query "describe select * from 'people.csv'"      its columns and their types
  orbit query -f json "select city, count(*) as people from 'people.csv' group by city"
  orbit query -v age=30 "select name from 'people.csv' where age > :age"
  orbit explain --analyze "select count(*) from 'people.csv'"
  orbit                                                  then \\? lists the commands there

Exit status: 0 when all went well, 1 when a statement failed, 2 when the command line was wrong, 130 when Ctrl-C
cancelled a statement. NO_COLOR=1 turns colours off.
`;

const QUERY = `usage: orbit query [options] TEXT|FILE|-

Runs the statements of a text, a script file or standard input one after the other, and prints the rows of each as they
come. The first statement that fails ends the run; what was printed before stays.

  -f, --format FORMAT       table (default), expanded, json, ndjson, csv or markdown
  -e, --execute TEXT        run TEXT, even if a file has that name; may be repeated
  -v, --variable NAME=VALUE the value of :NAME or $NAME in the text; may be repeated
  -p, --parameter VALUE     the value of $1, the next one of $2 …; numbers are numbers, 'quoted' texts and others texts
      --null TEXT           what stands for NULL in tables, CSV and Markdown
  -o, --output FILE         write results to FILE; .csv, .json, .ndjson or .md say the format where -f does not
  -d, --database :memory:   where tables are; so far there is memory only
  -q, --quiet               rows only: no row counts, nothing for statements without rows, no progress
      --timing              print on standard error how long each statement took
      --threads N           threads for long queries (default: one a processor, 8 at most)
      --memory SIZE         engine memory at most, such as 512MB or 2GiB
  -h, --help

Results go to standard output, everything else to standard error; how long a statement has been running only where
that is a terminal. Ctrl-C cancels, a second one quits at once. A reader that leaves early (| head) ends the run.

Exit status: 0 all went well, 1 a statement failed, 2 the command line was wrong, 130 Ctrl-C cancelled a statement.

Examples:
  orbit query "select * from 'people.csv' order by age desc limit 5"
  orbit query report.sql -o report.csv
  orbit query -e "create table t (a int)" -e "insert into t values (1), (2)" -e "select sum(a) from t"
  orbit query -v city=Oslo "select * from 'people.csv' where city = :city"
  orbit query -p 30 -p Oslo "select * from 'people.csv' where age > $1 and city = $2"
  echo "select 42 as answer" | orbit query -
`;

const EXPLAIN = `usage: orbit explain [options] TEXT|FILE|-

Shows the plan of a statement: what is read, joined, sorted and grouped, in which order.

      --analyze             run the statement, and show rows and times as they were
      --stages              show all stages, from the syntax tree to the compiled kernels
  -f, --format FORMAT       text (default) or json
  -e, --execute TEXT        explain TEXT, even if a file has that name
  -o, --output FILE         write to FILE
  -d, --database :memory:   where tables are; so far there is memory only
      --threads N           threads for long queries
      --memory SIZE         engine memory at most, such as 512MB or 2GiB
  -h, --help

Examples:
  orbit explain "select city, count(*) from 'people.csv' group by city"
  orbit explain --analyze -f json "select count(*) from 'people.csv'" > plan.json
`;

const REPL = `usage: orbit
       orbit repl [options]

Reads statements from the terminal, and runs each when its semicolon has come. Tab completes keywords and names, the
arrow keys go through what was asked before. Lines that begin with a backslash are commands: \\? lists them.

  -v, --variable NAME=VALUE the value of :NAME or $NAME in statements; may be repeated
      --null TEXT           what stands for NULL
  -d, --database :memory:   where tables are; so far there is memory only
  -q, --quiet               no greeting, no row counts
      --threads N           threads for long queries
      --memory SIZE         engine memory at most, such as 512MB or 2GiB
  -h, --help

Environment:
  ORBIT_HISTORY             the file of what was asked (default ~/.orbit_history; empty: none is kept)
  PAGER                     shows results longer than the screen (default: less)
  VISUAL, EDITOR            what \\e edits with (default: vi)
  NO_COLOR                  no colours
`;

const IMPORT = `usage: orbit import FILE… --into TABLE -e TEXT

Loads files with the same columns into one new table, then runs the texts on it. There is no database on disk yet, so a
table goes when the command ends: without -e there would be nothing to import for.

      --into TABLE          the table's name
  -e, --execute TEXT        what to run on it; may be repeated
  -f, --format FORMAT       as in orbit query
  -o, --output FILE         write results to FILE
  -d, --database :memory:   where tables are; so far there is memory only
      --threads N           threads for long queries
      --memory SIZE         engine memory at most, such as 512MB or 2GiB
  -h, --help

Example:
  orbit import may.csv june.csv --into sales -e "select count(*), sum(price) from sales"
`;

const FORMAT = `usage: orbit format [options] FILE…|-

Prints SQL with its clauses on lines of their own and its keywords in capitals. Comments stay. A text that cannot be
laid out without changing it is refused.

  -w, --write               write the files instead
      --check               change nothing; print which files are not formatted, and exit with status 1
  -e, --execute TEXT        format TEXT
  -h, --help
`;

const COMPLETION = `usage: orbit completion bash|zsh|fish

Prints a script that teaches the shell orbit's commands and options:

  bash: orbit completion bash > ~/.local/share/bash-completion/completions/orbit
  zsh:  orbit completion zsh > "\${fpath[1]}/_orbit"
  fish: orbit completion fish > ~/.config/fish/completions/orbit.fish
`;

const HELP = {
  general: GENERAL,
  query: QUERY,
  explain: EXPLAIN,
  repl: REPL,
  import: IMPORT,
  format: FORMAT,
  completion: COMPLETION,
} as const;

export function isTopic(word: string): word is keyof typeof HELP {
  return Object.hasOwn(HELP, word);
}

export function printHelp(topic: keyof typeof HELP): number {
  process.stdout.write(HELP[topic]);
  return 0;
}
