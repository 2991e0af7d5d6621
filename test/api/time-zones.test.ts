import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, open } from '../../engine/index.ts';

// What of time zones only the library shows: parameters, prepared statements, streams, sessions beside each other.

let database: Database;

beforeAll(async () => {
  database = await open(':memory:', { threads: 1 });
});

afterAll(async () => {
  await database.close();
});

test('each session has its zone, though plans are shared', async () => {
  const berlin = await database.connect();
  const tokyo = await database.connect();
  await berlin.query("set time zone 'Europe/Berlin'");
  await tokyo.query("set time zone 'Asia/Tokyo'");
  const sql = "select timestamptz '2024-07-01 12:00', cast('2024-07-01 12:00+00' as timestamptz)";
  for (let i = 0; i < 2; i++) {
    expect((await berlin.query(sql)).texts).toEqual([['2024-07-01 12:00:00+02', '2024-07-01 14:00:00+02']]);
    expect((await tokyo.query(sql)).texts).toEqual([['2024-07-01 12:00:00+09', '2024-07-01 21:00:00+09']]);
  }
  expect((await berlin.query('show time zone')).texts).toEqual([['Europe/Berlin']]);
  await berlin.query('reset timezone');
  expect((await berlin.query(sql)).texts).toEqual([['2024-07-01 12:00:00+00', '2024-07-01 12:00:00+00']]);
  await berlin.close();
  await tokyo.close();
});

test('parameters, prepared statements and streams are in the zone of the session', async () => {
  const connection = await database.connect();
  await connection.query("set time zone 'America/New_York'");
  const prepared = await connection.prepare('select cast($1 as timestamptz), cast($1 as timestamptz) at time zone $2');
  const rows = [['2024-07-01 12:00:00-04', '2024-07-01 16:00:00']];
  expect((await prepared.query(['2024-07-01 12:00', 'UTC'])).texts).toEqual(rows);
  for await (const batch of await prepared.stream(['2024-07-01 12:00', 'UTC'])) expect(batch.texts).toEqual(rows);
  expect((await prepared.query(['2024-07-01 12:00', 'UTC'])).values).toEqual(rows);
  await prepared.close();
  await connection.close();
});

test('the time of a transaction stays, that of statements goes on', async () => {
  const connection = await database.connect();
  const now = async () => (await connection.query('select now()')).texts[0]?.[0];
  await connection.query('begin');
  const first = await now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await now()).toBe(first);
  await connection.query('commit');
  await new Promise((resolve) => setTimeout(resolve, 5));
  const later = await now();
  expect(later).not.toBe(first);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await now()).not.toBe(later);
  const prepared = await connection.prepare('select now()');
  const then = (await prepared.query([])).texts;
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await prepared.query([])).texts).not.toEqual(then);
  await connection.close();
});
