import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main } from './shell.ts';
import { hasTmux, openTerminal, type Terminal } from './terminal.ts';

if (!hasTmux) console.log('skipped: tmux is not installed (test/setup-debian.sh installs it)');

const folder = mkdtempSync(join(tmpdir(), 'orbit-repl-'));
const history = join(folder, 'history');
cpSync(fileURLToPath(new URL('data/', import.meta.url)), folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The prompt of `sh`. */
const SHELL = /[$#]$/;
const orbit = `${process.execPath} ${main}`;

describe.skipIf(!hasTmux)('in a terminal', () => {
  let terminal: Terminal;
  const enter = (line: string): void => {
    terminal.type(line);
    terminal.press('Enter');
  };
  const start = async (options = ''): Promise<void> => {
    enter(`clear; ${orbit} ${options}`);
    await terminal.shows('orbit>');
  };

  beforeEach(() => {
    rmSync(history, { force: true });
    terminal = openTerminal(folder, { ORBIT_HISTORY: history, PAGER: 'less', EDITOR: 'ed -s', LC_ALL: 'C.UTF-8' });
  });
  afterEach(() => terminal.close());

  test('a statement of several lines is run when it is complete, and is one entry of the history', async () => {
    await start('repl');
    enter('select name, city -- no end; yet');
    enter("from 'people.csv'");
    expect(terminal.screen()).not.toContain('rows)');
    enter("where name <> ';' order by age limit 2;");
    const screen = await terminal.shows('(2 rows)');
    expect(screen.slice(screen.indexOf('orbit> select'))).toBe(
      `orbit> select name, city -- no end; yet
orbit-> from 'people.csv'
orbit-> where name <> ';' order by age limit 2;
┌─────────────┬────────┐
│ name        │ city   │
├─────────────┼────────┤
│ O"Neil, Pat │ NULL   │
│ Ada         │ London │
└─────────────┴────────┘
(2 rows)
orbit>`,
    );
    enter('select 1');
    enter('  as one;');
    await terminal.shows('(1 row)');
    terminal.press('Up');
    await terminal.shows('orbit> select 1 as one;');
    terminal.press('C-c');
    enter('\\q');
    await terminal.shows(SHELL);
    // Comments end with their lines, so that statement stays several entries.
    expect(readFileSync(history, 'utf8').split('\n')).toEqual([
      'select name, city -- no end; yet',
      "from 'people.csv'",
      "where name <> ';' order by age limit 2;",
      'select 1 as one;',
      '\\q',
      '',
    ]);
    expect(statSync(history).mode & 0o077).toBe(0);
    await start('');
    terminal.press('Up', 'Up');
    await terminal.shows('orbit> select 1 as one;');
  });

  test('Tab completes keywords, names, functions and files', async () => {
    await start();
    enter('create table things (colour text, size int);');
    await terminal.shows('CREATE TABLE');
    terminal.type('sele');
    terminal.press('Tab');
    await terminal.shows(/orbit> select$/);
    terminal.type(' colo');
    terminal.press('Tab');
    // Completion takes a turn of the event loop: what is typed before it has shown comes before it.
    await terminal.shows(/orbit> select colour$/);
    terminal.type(', regexp_repl');
    terminal.press('Tab');
    await terminal.shows(/orbit> select colour, regexp_replace\($/);
    terminal.type("colour, 'a', 'b') from thi");
    terminal.press('Tab');
    await terminal.shows(/'b'\) from things$/);
    terminal.press('C-c');
    terminal.type("select * from 'peo");
    terminal.press('Tab');
    await terminal.shows(/from 'people\.csv$/);
    terminal.press('C-c');
    terminal.type('\\d th');
    terminal.press('Tab');
    await terminal.shows(/d things$/);
    terminal.press('Enter');
    await terminal.shows(/│ colour/);
  });

  test('keywords, strings and numbers are coloured while they are typed, and NO_COLOR forbids it', async () => {
    await start();
    terminal.type("select 'x', 12, a");
    await terminal.shows("orbit> select 'x', 12, a");
    await expect.poll(() => terminal.screen(true)).toContain('\u001b[34mselect');
    const colored = terminal.screen(true);
    expect(colored).toContain("\u001b[32m'x'");
    expect(colored).toContain('\u001b[36m12');
    terminal.press('C-c', 'C-d');
    await terminal.shows(SHELL);
    enter(`clear; NO_COLOR=1 ${orbit}`);
    await terminal.shows('orbit>');
    enter("select 'y' as y;");
    await terminal.shows('(1 row)');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    expect(terminal.screen(true)).not.toMatch(/\u001b\[[0-9;]*3[0-9]/);
  });

  test('Ctrl-C cancels a statement that runs, after a second it says for how long', async () => {
    await start();
    enter('create table n as select range as i from range(20000);');
    await terminal.shows('CREATE TABLE');
    enter('select count(*) from n a, n b, n c where a.i + b.i * c.i % 7 = 3;');
    await terminal.shows(/running for \d+\.\d s; Ctrl-C cancels/);
    terminal.press('C-c');
    const screen = await terminal.shows('57014');
    expect(screen).not.toContain('running for');
    enter('select 42 as answer;');
    await terminal.shows('│     42 │');
  });

  test('Ctrl-C clears the line, and a statement of several lines', async () => {
    await start();
    enter('select (1');
    terminal.type('+ 2');
    terminal.press('C-c');
    await terminal.shows(/\^C\norbit>$/);
    enter("select 'fresh' as start;");
    await terminal.shows('│ fresh │');
  });

  test('the prompt tells the state of the transaction', async () => {
    await start();
    enter('begin;');
    await terminal.shows(/\norbit\*>$/);
    enter('select 1/0;');
    await terminal.shows(/22012[\s\S]*\norbit!>$/);
    enter('rollback;');
    await terminal.shows(/ROLLBACK\norbit>$/);
    enter("select 'open");
    await terminal.shows(/\norbit'>$/);
  });

  test('commands', async () => {
    await start('repl -v least=30');
    enter('\\import people.csv people');
    await terminal.shows('CREATE TABLE (4 rows)');
    enter('\\dt');
    await terminal.shows(/│ public │ people +│/);
    enter('\\x');
    enter('select name, age from people where age > :least and age < 40;');
    await terminal.shows(/row 1 ─+\nname │ Ada\nage {2}│ 36\n\(1 row\)/);
    enter('\\x off');
    enter('\\pset format csv');
    enter('\\timing on');
    enter('select name from people order by name limit 1;');
    await terminal.shows(/\nname\nAda\ntime: [\d.]+ ms/);
    enter('\\o out.csv');
    enter('select 7 as seven;');
    enter('\\o');
    enter('\\! ls');
    await terminal.shows('there is no command \\!');
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe('seven\n7\n');
    writeFileSync(join(folder, 'two.sql'), "select 'from a file' as place;\n");
    enter('\\i two.sql');
    await terminal.shows('place\nfrom a file');
    enter('\\df regexp_rep');
    await terminal.shows('regexp_replace,');
    enter('\\i nowhere.sql');
    await terminal.shows('cannot read "nowhere.sql"');
  });

  test('the last statement is watched until Ctrl-C, and edited', async () => {
    await start();
    enter('\\pset format csv');
    enter('select 5 as five;');
    await terminal.shows('five\n5');
    enter('\\watch 0.2');
    await terminal.shows(/(five\n5[\s\S]*){3}/);
    terminal.press('C-c');
    enter("select 'still' as here;");
    await terminal.shows('here\nstill');
    writeFileSync(join(folder, 'edit.sh'), 'sed -i s/still/edited/ "$1"\n');
    enter('\\q');
    await terminal.shows(SHELL);
    enter(`clear; EDITOR='sh edit.sh' ${orbit}`);
    await terminal.shows('orbit>');
    enter("select 'still' as here;");
    await terminal.shows('│ still │');
    enter('\\e');
    await terminal.shows('│ edited │');
  });

  test('a result longer than the screen goes to the pager', async () => {
    await start();
    enter('select range as i from range(1000);');
    await terminal.shows(/^┌─+┐\n│ +i │/);
    terminal.press('G');
    await terminal.shows('(1000 rows)');
    terminal.press('q');
    enter("select 'back' as here;");
    await terminal.shows('│ back │');
  });

  test.each(['table', 'expanded', 'json', 'ndjson', 'csv', 'markdown'])('orbit query prints %s', async (format) => {
    enter(`clear; ${orbit} query -f ${format} "select name, city, age from 'people.csv' order by age"; echo status $?`);
    const screen = await terminal.shows('status 0');
    expect(screen.slice(0, screen.indexOf('status 0'))).toMatchSnapshot();
  });
});
