import { describe, expect, test } from 'vitest';
import { lexSql } from '../../grammars/sql/lexer.ts';
import { parseSql } from '../../grammars/sql/parser.ts';
import { printSql } from '../../grammars/sql/printer/printer.ts';
import { requirePeer } from '../support/peers.ts';
import { addStatement, newBars } from './bars.ts';
import { textWithoutRanges } from './cases.ts';
import { corpusStatements, tpchQueries } from './corpus.ts';
import { rangeProblems } from './ranges.ts';

/** Of the statements that PostgreSQL accepts, the share that has to parse. The rest are statements that are not supported yet. */
const floor = 1;

/** Of the tokens that are expected behind a prefix, the share that can stand there; `npm run check:grammar` asks all statements. */
const expectedFloor = 0.99;

describe.skipIf(!requirePeer('kits'))('the conformance kit', () => {
  test('parses, and parses again from its printed text', async () => {
    const statements = await corpusStatements();
    const valid = statements.filter((statement) => statement.valid);
    const refusals = new Map<string, number>();
    const problems: string[] = [];
    let accepted = 0;
    for (const { sql, where, valid } of statements) {
      const { statements: trees, errors } = parseSql(sql);
      problems.push(...rangeProblems(sql, trees).map((problem) => `${where}: ${problem}`));
      if (errors.length > 0) {
        if (valid) refusals.set(errors[0]!.message, (refusals.get(errors[0]!.message) ?? 0) + 1);
        continue;
      }
      if (valid) accepted++;
      for (const tree of trees) {
        const printed = printSql(tree);
        const again = parseSql(printed);
        const same = again.errors.length === 0 && textWithoutRanges(again.statements) === textWithoutRanges([tree]);
        if (!same) problems.push(`${where}: printed as ${printed}`);
      }
    }
    expect(problems).toEqual([]);
    const share = accepted / valid.length;
    console.info(`${accepted} of ${valid.length} statements parse: ${(share * 100).toFixed(2)} %`);
    for (const [message, count] of [...refusals].sort((a, b) => b[1] - a[1])) console.info(`  ${count} ${message}`);
    expect(share).toBeGreaterThanOrEqual(floor);
    expect([...refusals.keys()].filter((message) => !message.endsWith('is not supported'))).toEqual([]);
  });

  test.each(tpchQueriesIfThere())('TPC-H $where parses', ({ sql }) => {
    const { statements, errors } = parseSql(sql);
    expect(errors).toEqual([]);
    expect(statements.map(({ kind }) => kind)).toEqual(['query']);
  });

  test('every token of a statement was expected behind the ones before it, and what is expected can stand there', async () => {
    const statements = [
      ...(await corpusStatements()).filter((_, index) => index % 500 === 0),
      ...tpchQueries().slice(0, 5),
    ];
    const bars = newBars();
    const seen = new Set<string>();
    for (const { sql } of statements) {
      if (sql.length <= 600 && parseSql(sql).errors.length === 0) addStatement(bars, sql, seen);
    }
    console.info(`${bars.foreseen} of ${bars.prefixes} next tokens, ${bars.valid} of ${bars.insertions} insertions`);
    expect(bars.prefixes).toBeGreaterThan(500);
    expect([...bars.surprises.keys()]).toEqual([]);
    expect(bars.valid / bars.insertions).toBeGreaterThanOrEqual(expectedFloor);
  });

  test('one mistake gives an error or two, and a tree that can be printed', async () => {
    const statements = (await corpusStatements()).filter(({ sql }, index) => index % 40 === 0 && sql.length < 500);
    let mutants = 0;
    let reported = 0;
    for (const [seed, { sql }] of statements.entries()) {
      if (parseSql(sql).errors.length > 0) continue;
      for (const mutant of mutations(sql, seed)) {
        const { statements: trees, errors } = parseSql(mutant);
        const problems = rangeProblems(mutant, trees);
        const outside = errors.some(
          ({ range }) => !(range.start >= 0 && range.start <= range.end && range.end <= mutant.length),
        );
        if (problems.length > 0 || outside)
          expect.fail(`${mutant}: ${problems.join(', ') || 'an error outside of the text'}`);
        for (const tree of trees) printSql(tree);
        if (errors.length === 0) continue;
        mutants++;
        reported += errors.length;
      }
    }
    console.info(`${mutants} broken statements, ${(reported / mutants).toFixed(3)} errors each`);
    expect(reported / mutants).toBeLessThan(1.2);
  });
});

function tpchQueriesIfThere() {
  try {
    return [...tpchQueries()];
  } catch {
    return [];
  }
}

/** A token left out, doubled, or swapped with its neighbour: one of each a statement, at places that depend on the seed only. */
function mutations(sql: string, seed: number): readonly string[] {
  const { tokens } = lexSql(sql);
  const pieces = tokens.map(({ startOffset, endOffset }) => sql.slice(startOffset, endOffset! + 1));
  const at = (offset: number) => (seed * 7 + offset) % pieces.length;
  const dropped = pieces.filter((_, index) => index !== at(0));
  const doubled = pieces.flatMap((piece, index) => (index === at(3) ? [piece, piece] : [piece]));
  const swapped = [...pieces];
  const [left, right] = [swapped[at(5)]!, swapped[at(6)]!];
  swapped[at(5)] = right;
  swapped[at(6)] = left;
  return [dropped, doubled, swapped].map((mutant) => mutant.join(' '));
}
