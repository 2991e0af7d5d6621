const GENERAL = `orbit: SQL over files, compiled to WebAssembly

usage: orbit query [options] TEXT|FILE|-      run statements and print their results
       orbit explain [options] TEXT|FILE|-    show how a statement is executed
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

Exit status: 0 when all went well, 1 when a statement failed, 2 when the command line was wrong.
`;

const QUERY = `usage: orbit query [options] TEXT|FILE|-

Runs the statements of a text, a script file or standard input one after the other, and prints the result of each when
it has completed. The first statement that fails ends the run.

  -f, --format FORMAT       table (default), json, ndjson, csv or markdown
  -e, --execute TEXT        run TEXT, even if a file has that name; may be repeated
  -v, --variable NAME=VALUE the value of :NAME or $NAME in the text; may be repeated
      --null TEXT           what stands for NULL in tables, CSV and Markdown
  -o, --output FILE         write results to FILE
  -q, --quiet               rows only: no row counts, nothing for statements without rows
      --timing              print on standard error how long each statement took
      --threads N           threads for long queries (default: one a processor, 8 at most)
      --memory SIZE         engine memory at most, such as 512MB or 2GiB
  -h, --help

Examples:
  orbit query "select * from 'people.csv' order by age desc limit 5"
  orbit query report.sql -f csv -o report.csv
  orbit query -e "create table t (a int)" -e "insert into t values (1), (2)" -e "select sum(a) from t"
  orbit query -v city=Oslo "select * from 'people.csv' where city = :city"
  echo "select 42 as answer" | orbit query -
`;

const EXPLAIN = `usage: orbit explain [options] TEXT|FILE|-

Shows the plan of a statement: what is read, joined, sorted and grouped, in which order.

      --analyze             run the statement, and show rows and times as they were
      --stages              show all stages, from the syntax tree to the compiled kernels
  -f, --format FORMAT       text (default) or json
  -e, --execute TEXT        explain TEXT, even if a file has that name
  -o, --output FILE         write to FILE
      --threads N           threads for long queries
      --memory SIZE         engine memory at most, such as 512MB or 2GiB
  -h, --help

Examples:
  orbit explain "select city, count(*) from 'people.csv' group by city"
  orbit explain --analyze -f json "select count(*) from 'people.csv'" > plan.json
`;

const HELP = { general: GENERAL, query: QUERY, explain: EXPLAIN } as const;

export function printHelp(topic: keyof typeof HELP): number {
  process.stdout.write(HELP[topic]);
  return 0;
}
