import { parseArgs } from 'node:util';
import { parseSql } from '../../grammars/sql/parser.ts';
import { requirePeer } from '../support/peers.ts';
import { addStatement, type Bars, newBars } from './bars.ts';
import { corpusStatements } from './corpus.ts';
import { printsBack } from './prints-back.ts';

/**
 * The bars of the grammar over the whole conformance kit: what parses, what prints back, what is expected behind prefixes.
 *
 *   npm run check:grammar [-- --every N] [--show N]
 */

const { values } = parseArgs({ options: { every: { type: 'string' }, show: { type: 'string' } } });
const every = Number(values.every ?? 1);
const shown = Number(values.show ?? 15);

if (requirePeer('kits')) await check();

async function check(): Promise<void> {
  const statements = await corpusStatements();
  const valid = statements.filter((statement) => statement.valid);
  const refused = valid.filter(({ sql }) => parseSql(sql).errors.length > 0);
  console.info(
    `parses: ${share(valid.length - refused.length, valid.length)} of the statements that PostgreSQL accepts`,
  );
  for (const { sql, where } of refused.slice(0, shown)) {
    console.info(`  ${where}: ${sql.slice(0, 100)}: ${parseSql(sql).errors[0]?.message}`);
  }
  const accepted = statements.filter(({ sql }) => parseSql(sql).errors.length === 0);
  const changed = accepted.filter(({ sql }) => printsBack(sql) !== undefined);
  console.info(`prints back: ${share(accepted.length - changed.length, accepted.length)}`);
  for (const { sql, where } of changed.slice(0, shown)) console.info(`  ${where}: ${printsBack(sql)}`);

  const bars: Bars = newBars();
  const seen = new Set<string>();
  accepted.forEach(({ sql, valid }, index) => {
    if (valid && index % every === 0) addStatement(bars, sql, seen);
  });
  console.info(`next token expected: ${share(bars.foreseen, bars.prefixes)} of the different prefixes`);
  show(bars.surprises);
  console.info(`expected tokens that can stand there: ${share(bars.valid, bars.insertions)}`);
  show(bars.wrong);
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(2)} % (${part} of ${whole})`;
}

function show(counts: ReadonlyMap<string, number>): void {
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  for (const [what, times] of sorted.slice(0, shown)) console.info(`  ${times} ${what}`);
}
