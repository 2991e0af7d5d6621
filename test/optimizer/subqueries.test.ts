import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printPlan } from '../../compiler/ir/print.ts';
import { somePlan } from '../../compiler/ir/traverse.ts';
import { optimize } from '../../compiler/optimizer/index.ts';
import { type Database, OrbitError, open } from '../../engine/index.ts';
import {
  type Answer,
  type Databases,
  expectedAnswer,
  lines,
  openDatabases,
  ownAnswer,
  SCHEMA,
  TABLES,
} from './answers.ts';
import { bindQueryPlan } from './support.ts';

/** Subqueries that only read all become joins, and the answers of interpreter and executor are PostgreSQL's. */

const queries = readFileSync(new URL('subqueries.sql', import.meta.url), 'utf8')
  .split(/\n\s*\n/)
  .map((text) => text.trim())
  .filter((text) => text !== '' && !text.startsWith('--'));

describe.each([1, 2, 3])('over the tables of seed %i', (seed) => {
  let databases: Databases;
  let engine: Database;
  beforeAll(async () => {
    databases = await openDatabases(seed);
    engine = await open(':memory:', { threads: 1 });
    for (const statement of SCHEMA.split(';').filter((text) => text.trim() !== '')) await engine.query(statement);
    for (const table of TABLES) {
      for (const row of await expectedAnswer(databases, `select * from ${table}`)) {
        const cells = row.split(' | ').map((cell) => (cell === '-' ? 'null' : `'${cell}'`));
        await engine.query(`insert into ${table} values (${cells.join(', ')})`);
      }
    }
  });
  afterAll(async () => {
    await databases.postgres.close();
    await engine.close();
  });

  test.each(queries)('%s', async (query) => {
    const { plan } = optimize(bindQueryPlan(query, databases.catalog), { verify: true });
    expect(somePlan(plan, (node) => node.kind === 'apply') ? printPlan(plan) : 'no apply').toBe('no apply');
    const expected = await expectedAnswer(databases, query);
    expect(ownAnswer(databases, query, {})).toEqual(expected);
    expect(await executed(engine, query)).toEqual(expected);
  });
});

async function executed(engine: Database, query: string): Promise<Answer> {
  try {
    const { texts } = await engine.query(query);
    return lines(
      texts.map((row) => row.map((text) => text ?? '-')),
      query,
    );
  } catch (error) {
    if (error instanceof OrbitError && error.code !== 'internal_error') return [`error ${error.sqlstate}`];
    throw error;
  }
}
